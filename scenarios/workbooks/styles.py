"""How the cells of a workbook look, and which texts may be written how."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

COMMENT = 2_000  # characters of a comment; more would not be read


class Styles:
    """The formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        line = {"border": 1, "border_color": "#d0d0d0", "valign": "top"}
        self.title = book.add_format({"bold": True, "font_size": 13})
        self.head = book.add_format({**line, "bold": True, "bg_color": "#1f4e79", "font_color": "#ffffff"})
        self.unit = book.add_format({**line, "italic": True, "font_color": "#595959", "bg_color": "#f2f2f2"})
        self.key = book.add_format({**line, "bold": True, "num_format": "@"})
        self.value = book.add_format(line)
        self.small = book.add_format({**line, "font_color": "#595959"})
        self.wrapped = book.add_format({**line, "font_color": "#595959", "text_wrap": True})
        self.text = book.add_format({**line, "text_wrap": True})
        self.money = book.add_format({**line, "num_format": "#,##0"})
        self.hundreds = book.add_format({**line, "num_format": "#,##0.00"})
        self.small_number = book.add_format({**line, "num_format": "0.0000"})
        self.share = book.add_format({**line, "num_format": "0.0%"})

    def of_unit(self, unit: str, currency: str, value: object = None) -> Format:
        """Format of a figure: money without decimals, shares in per cent, others with four digits or so."""
        if unit == "share":
            return self.share
        if (currency and unit == currency) or unit.startswith(f"{currency}/y"):
            return self.money
        if isinstance(value, float) and not value.is_integer():
            size = abs(value)
            return self.money if size >= 1000 else self.hundreds if size >= 1 else self.small_number
        return self.text if isinstance(value, str) else self.value


def row_height(texts: Iterable[tuple[str, int]], most: int = 8) -> float:
    """Height of a row of wrapped texts, in points. texts: each with the width of its column; most: lines.

    >>> row_height([("short", 20), ("x" * 50, 20)])
    45.0
    """
    lines = max((sum(-(-max(len(line), 1) // width) for line in text.split("\n")) for text, width in texts), default=1)
    return 15.0 * min(lines, most)


def safe_comment(text: str) -> str:
    """A text that fits into a comment; a comment is never computed."""
    return text if len(text) <= COMMENT else f"{text[: COMMENT - 1]}…"
