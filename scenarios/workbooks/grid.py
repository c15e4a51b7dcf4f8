"""The values of one sheet, as they are read: cells by row and column from 1, text never evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


@dataclass
class Grid:
    """Cells that hold something. own: the sheet is one that Roadfolio writes for reading only, such as `Read me`."""

    name: str
    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    own: bool = False

    @cached_property
    def _by_row(self) -> dict[int, list[tuple[int, Any]]]:
        found: dict[int, list[tuple[int, Any]]] = {}
        for (row, column), value in sorted(self.cells.items()):
            found.setdefault(row, []).append((column, value))
        return found

    def rows(self) -> list[int]:
        """Rows that hold something, downwards."""
        return list(self._by_row)

    def row(self, row: int) -> Iterator[tuple[int, Any]]:
        """Columns and values of a row."""
        return iter(self._by_row.get(row, ()))

    def at(self, row: int, column: int) -> Any:
        """The value of a cell, None where it is empty."""
        return self.cells.get((row, column))


def letters(column: int) -> str:
    """Letters of a column.

    >>> letters(1), letters(28)
    ('A', 'AB')
    """
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
