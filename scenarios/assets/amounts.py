"""Amounts of money of a register: decimal point or comma, signs of thousands, a currency before or behind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

SURE: Final = "sure"
SIGNS: Final = {"€": ("EUR",), "$": ("USD", "CAD", "AUD", "NZD", "SGD"), "£": ("GBP",), "¥": ("JPY", "CNY")}
AMOUNT = re.compile(r"(?P<before>[^\d\s.,+-]*)\s*(?P<digits>[-+]?[\d.,'’\s]*\d)(?:[,.]-+)?\s*(?P<k>k)?\s*(?P<after>\D*)", re.I)  # fmt: skip # noqa: E501
GROUPED = re.compile(r"\d{1,3}(?:G\d{3})+")


@dataclass(frozen=True)
class Amount:
    """values: what the digits can mean, by the sign of decimals (`point`, `comma`), or alone under `sure`. told: the
    sign of decimals that this amount itself shows. currency: what stands beside it."""

    values: dict[str, float]
    told: str | None = None
    currency: str = ""


def amount_of(text: str) -> Amount:
    """What a text means as an amount; without values where it is none.

    >>> amount_of("1.234,50 €").values, amount_of("EUR 12k").values, amount_of("1,200").values, amount_of("free").values
    ({'sure': 1234.5}, {'sure': 12000.0}, {'point': 1200.0, 'comma': 1.2}, {})
    """
    found = AMOUNT.fullmatch(text.replace("\u00a0", " ").replace("\u202f", " ").strip())
    if found is None:
        return Amount({})
    currency = (found["before"] or found["after"] or "").strip().strip(".").upper()
    factor = 1000.0 if found["k"] else 1.0
    digits = re.sub(r"(?<=\d)['’\s](?=\d{3}(?!\d))", "", found["digits"])
    values, told = _values(digits)
    return Amount({sign: value * factor for sign, value in values.items()}, told, currency)


def _values(digits: str) -> tuple[dict[str, float], str | None]:
    sign = -1.0 if digits.startswith("-") else 1.0
    digits = digits.lstrip("+-")
    if re.fullmatch(r"\d+", digits):
        return {SURE: sign * float(digits)}, None
    last = max(digits.rfind("."), digits.rfind(","))
    mark, other = (".", ",") if digits[last : last + 1] == "." else (",", ".")
    whole, after = digits[:last], digits[last + 1 :]
    name = "point" if mark == "." else "comma"
    if not re.fullmatch(r"[\d.,]+", digits) or not after.isdigit():
        return {}, None
    if mark in whole:  # the same sign twice: of thousands
        grouped = GROUPED.pattern.replace("G", re.escape(mark))
        return ({SURE: sign * float(digits.replace(mark, ""))}, None) if re.fullmatch(grouped, digits) else ({}, None)
    if other in whole:
        grouped = GROUPED.pattern.replace("G", re.escape(other))
        fits = re.fullmatch(grouped, whole)
        return ({SURE: sign * float(f"{whole.replace(other, '')}.{after}")}, name) if fits else ({}, None)
    decimal = sign * float(f"{whole or '0'}.{after}")
    if len(after) != 3 or not re.fullmatch(r"[1-9]\d{0,2}", whole):
        return {SURE: decimal}, name
    return {"point" if mark == "," else "comma": sign * float(whole + after), name: decimal}, None


def decimal_of(texts: Iterable[str]) -> str | None:
    """The sign of decimals that the amounts of a column show, if they show one only.

    >>> decimal_of(["1,200", "349.90"]), decimal_of(["1,200"]), decimal_of(["1,5", "1.5"])
    ('point', None, None)
    """
    told = {told for text in texts if (told := amount_of(text).told)}
    return told.pop() if len(told) == 1 else None


def is_currency(shown: str, currency: str) -> bool:
    """Whether what stands beside an amount is a currency of the scenario, or nothing.

    >>> is_currency("€", "EUR"), is_currency("", "EUR"), is_currency("USD", "EUR")
    (True, True, False)
    """
    return not shown or shown == currency.upper() or currency.upper() in SIGNS.get(shown, ())
