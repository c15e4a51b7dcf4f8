"""One part of the report: a sentence that says what it shows, a chart, and the same figures as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Table:
    """heads, rows: texts as they are printed. right: columns of figures. caption: what it is of."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Part:
    """key: anchor in the page. sentence: what it shows, with figures. figure: data and layout for Plotly, None without
    a chart. open: whether the table stands in the open or behind a line to click. missing: why it has nothing."""

    key: str
    title: str
    sentence: str = ""
    figure: Mapping[str, Any] | None = None
    tables: tuple[Table, ...] = ()
    open: bool = False
    notes: tuple[str, ...] = field(default=())
    missing: str = ""


def table(
    caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] | range = ()
) -> Table:
    """A table of sequences. ValueError for a row that does not fit the heads."""
    for row in rows:
        if len(row) != len(heads):
            raise ValueError(f"{caption}: a row of {len(row)} under {len(heads)} heads")
    return Table(caption, tuple(heads), tuple(tuple(row) for row in rows), frozenset(right))
