"""What a value of a scenario looks like in a cell, and back: `as_cell` and `from_cell` undo each other."""

from __future__ import annotations

import datetime
import math
import re
from typing import Any

from scenarios.fields import Field
from scenarios.positions import plain_scalar, read_yaml
from scenarios.workbooks.flow import SPELT_OUT, flow, is_plain, quoted
from scenarios.workbooks.layout import is_list, is_text

EXACT = 2**53  # whole numbers below this have a double of their own
LONGEST = 32_767  # characters of a cell
WORD = re.compile(r"[\w./-]+")
BLOCK = ("{", "[", '"')
NOTHING = "null"
IN_TWO_WAYS = re.compile(r"(?<![\w.,])[1-9]\d{0,2}\.\d{3}(?!\w|[.,]\d)")  # of thousands, or a decimal point
Cell = str | float | bool


class CellError(ValueError):
    """A cell that cannot be read; the text says why. hint: what to do, where it is known better than by the range."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(message)


def as_cell(value: Any, field: Field) -> Cell:
    """A value as it is written into a cell: a number, true/false, or a text that `from_cell` reads back.

    >>> from scenarios.fields import at
    >>> [as_cell(one, at(("profile", "tax_rate"))) for one in (0.25, 3.0, "12 %", {"low": 1, "mode": 2, "high": 3})]
    [0.25, '3.0', '12 %', '{low: 1, mode: 2, high: 3}']
    """
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < EXACT else repr(value)
    if isinstance(value, float):
        # A workbook holds 16 digits and no difference between 3 and 3.0; what that would change is written as text.
        exact = math.isfinite(value) and float(f"{value:.16G}") == value and not value.is_integer()
        return value if exact else flow(value)
    if isinstance(value, str):
        return _text_cell(value, field)
    if isinstance(value, list) and len(value) > 1:
        if is_list(field, of_text=True) and all(isinstance(one, str) and WORD.fullmatch(one) for one in value):
            return ", ".join(value)
        if is_list(field, of_text=False) and all(_is_simple(one) for one in value):
            return "; ".join(one_way(one) for one in value)
    return flow(value)


def one_way(value: float | str | bool | None) -> str:
    """A single value as text that is read in one way only.

    >>> one_way(1.125), one_way(0.125), one_way("1.500 to 2.500"), one_way("8k to 15k")
    ('1.1250', '0.125', '"1.500 to 2.500"', '8k to 15k')
    """
    text = flow(value)
    if not in_two_ways(text):
        return text
    return quoted(value) if isinstance(value, str) else f"{text}0"


def in_two_ways(text: str) -> str | None:
    """The number of a typed text whose dot stands before three digits, so that it may be one of thousands.

    >>> in_two_ways("1.500 to 2.500"), in_two_ways("12.000"), in_two_ways("0.125 to 1.3750"), in_two_ways("1.500 %")
    ('1.500', '12.000', None, None)
    """
    found = None if "%" in text or text.startswith(BLOCK) else IN_TWO_WAYS.search(text)
    return found[0] if found else None


def _is_simple(value: Any) -> bool:
    """Whether a value is read back from between two semicolons."""
    return is_plain(value) and not in_two_ways(value) if isinstance(value, str) else not isinstance(value, (list, dict))


def _text_cell(value: str, field: Field) -> str:
    if is_text(field):
        literal = value and value.strip() == value and value != NOTHING and not value.startswith('"')
        odd = "\r" in value or "\x85" in value or SPELT_OUT.search(value)
        return value if literal and not odd else quoted(value)
    whole = (
        is_plain(value)
        and not in_two_ways(value)
        and not (is_list(field, of_text=False) or is_list(field, of_text=True))
    )
    return value if whole else quoted(value)


def from_cell(cell: Any, field: Field) -> Any:
    """The value in a cell. Raises CellError.

    >>> from scenarios.fields import at
    >>> from_cell("clerk, it", at(("initiatives", "x", "adoption", "roles")))
    ['clerk', 'it']
    >>> from_cell(3, at(("title",))), from_cell("{low: 1, mode: 2, high: 3}", at(("profile", "tax_rate")))
    ('3', {'low': 1, 'mode': 2, 'high': 3})
    """
    if isinstance(cell, (datetime.date, datetime.time, datetime.timedelta)):
        return _of_date(cell, field)
    if is_text(field):
        if isinstance(cell, bool):
            return "true" if cell else "false"
        if isinstance(cell, (int, float)):
            return f"{cell:.15g}"
        return None if cell == NOTHING else _yaml(cell) if _is_quoted(cell) else cell
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
        return int(cell)
    if isinstance(cell, (int, float)):
        return cell
    text = str(cell).strip()
    if text.startswith(BLOCK):
        return _yaml(text)
    number = isinstance(
        plain_scalar(text), (int, float)
    )  # a number where words belong stays one, for the schema to judge
    if is_list(field, of_text=True) and text != NOTHING and not number:
        return [part.strip() for part in re.split("[,;]", text) if part.strip()]
    _check_one_way(text)
    if is_list(field, of_text=False) and ";" in text:
        return [plain_scalar(part.strip()) for part in text.split(";") if part.strip()]
    return plain_scalar(text)


def _check_one_way(text: str) -> None:
    """Raises CellError for a typed number that is twelve to one reader and twelve thousand to another."""
    number = in_two_ways(text)
    if number is None:
        return
    whole, decimal = number.replace(".", ""), str(float(number))
    decimal += "0" if in_two_ways(decimal) else ""
    hint = f"type it as a number, or write {whole} or {int(whole) / 1000:g}k for thousands, {decimal} for a decimal"
    raise CellError(f"{number} can be read in two ways, as {int(whole):,} or as {decimal}", hint)


def _is_quoted(text: str) -> bool:
    return text.startswith('"') and text.endswith('"') and len(text) > 1


def _of_date(cell: Any, field: Field) -> str:
    """A month that Excel took for a date is the month that was meant; any other date is text that the schema judges."""
    if isinstance(cell, datetime.date) and is_text(field):
        return f"{cell:%Y-%m}" if field.name == "start" else f"{cell:%Y-%m-%d}"
    raise CellError("Excel has read this as a date; format the cell as text and type the value again")


def _yaml(text: str) -> Any:
    document = read_yaml(text)
    if document.problems or not document.complete:
        why = document.problems[0].message if document.problems else "it is not closed"
        raise CellError(f"what stands in braces, brackets or quotes cannot be read: {why}")
    return document.data
