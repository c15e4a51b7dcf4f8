"""Dates of a register, in the ways in which programs and people write them. What can be read in two ways stays two."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Final

NOTHING: Final = frozenset({"", "-", "--", "n/a", "na", "none", "null", "unknown", "unbekannt", "?", "keine", "tbd"})
ORDERS: Final = ("dmy", "mdy", "ymd")
SURE: Final = "sure"
MONTHS: Final = {
    name: number
    for number, names in enumerate(
        ("jan", "feb", "mar mrz maer", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt", "nov", "dec dez"), 1
    )
    for name in names.split()
}
YEARS = (1970, 2100)
EXCEL_DAYS = (20_000, 60_000)  # days since 1900 that Excel writes for a date without its format: 1954 to 2064
EXCEL_ZERO = datetime.date(1899, 12, 30)
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
MONTH_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})")
THREE = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
DAY_NAMED = re.compile(r"(\d{1,2})[.\s-]*([^\W\d]+)\.?[\s,-]*(\d{4}|\d{2})")
NAMED_DAY = re.compile(r"([^\W\d]+)\.?\s*(\d{1,2})(?:st|nd|rd|th)?\s*,?\s+(\d{4})")
NAMED_YEAR = re.compile(r"([^\W\d]+)\.?[\s-]+(\d{4})")
TIME = re.compile(r"[T ]\d{1,2}:\d{2}.*$")


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is no value."""
    return text.strip().casefold() in NOTHING


def readings(text: str) -> dict[str, datetime.date]:
    """Every date that a text can mean: by its order, or alone under `sure`. Empty where it is none.

    >>> readings("2021-03-04"), readings("04.03.2021") == readings("4 March 2021") == readings("2021-03-04")
    ({'sure': datetime.date(2021, 3, 4)}, True)
    >>> sorted(readings("3/4/2021")), sorted(readings("31/3/2021")), readings("soon")
    (['dmy', 'mdy'], ['dmy'], {})
    """
    text = TIME.sub("", text.strip())
    for pattern, order in ((YEAR_FIRST, (1, 2, 3)), (COMPACT, (1, 2, 3)), (MONTH_YEAR, (2, 1, 0))):
        if found := pattern.fullmatch(text):
            return _sure(found[order[0]], found[order[1]], (found[order[2]] if order[2] else None) or "1")
    if found := THREE.fullmatch(text):
        first, sign, second, year = found.groups()
        if sign == ".":
            return _sure(year, second, first)
        dates = {"dmy": _date(year, second, first), "mdy": _date(year, first, second)}
        known = {order: date for order, date in dates.items() if date is not None}
        return {SURE: next(iter(known.values()))} if len(known) == 2 and first == second else known
    for pattern, order in ((DAY_NAMED, (3, 2, 1)), (NAMED_DAY, (3, 1, 2)), (NAMED_YEAR, (2, 1, 0))):
        if found := pattern.fullmatch(text):
            month = MONTHS.get(found[order[1]].casefold().replace("ä", "ae")[: 4 if "ä" in found[order[1]] else 3])
            return {} if month is None else _sure(found[order[0]], str(month), found[order[2]] if order[2] else "1")
    if re.fullmatch(r"\d{4}", text):
        return _sure(text, "7", "1")  # a year alone: its middle
    if re.fullmatch(r"\d{5}(\.0*)?", text) and EXCEL_DAYS[0] <= int(text[:5]) <= EXCEL_DAYS[1]:
        return {SURE: EXCEL_ZERO + datetime.timedelta(days=int(text[:5]))}
    return {}


def outside(text: str) -> str | None:
    """Why a date is not read whose year is none that a register is about; None where a text is no date at all.

    >>> outside("1899-01-01"), outside("1.1.2999"), outside("soon"), outside("1899-13-01")
    ('too old: years from 1970 are read', 'too far away: years up to 2100 are read', None, None)
    """
    year = re.search(r"(?<!\d)\d{4}(?=\d{4}$|(?!\d))", TIME.sub("", text.strip()))
    if year is None or not readings(f"{text.strip()[: year.start()]}2000{text.strip()[year.end() :]}"):
        return None
    if int(year[0]) < YEARS[0]:
        return f"too old: years from {YEARS[0]} are read"
    return f"too far away: years up to {YEARS[1]} are read" if int(year[0]) > YEARS[1] else None


def _sure(year: str, month: str, day: str) -> dict[str, datetime.date]:
    date = _date(year, month, day)
    return {} if date is None else {SURE: date}


def _date(year: str, month: str, day: str) -> datetime.date | None:
    whole = int(year) + (0 if len(year) == 4 else 2000 if int(year) < 70 else 1900)
    try:
        return datetime.date(whole, int(month), int(day)) if YEARS[0] <= whole <= YEARS[1] else None
    except ValueError:
        return None


def order_of(texts: Iterable[str]) -> str | None:
    """The order in which all dates of a register make sense, if there is only one.

    >>> order_of(["3/4/2021", "31/3/2021"]), order_of(["3/4/2021"]), order_of(["31/3/2021", "3/31/2021"])
    ('dmy', None, None)
    """
    told = {order for text in texts if len(found := readings(text)) == 1 for order in found} - {SURE}
    return told.pop() if len(told) == 1 else None
