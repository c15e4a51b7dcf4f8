"""The published figures behind the numbers of a workbook: beside each number, and all of them on a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from scenarios.evidence import MEANING, Evidence, entry
from scenarios.workbooks.spread import Spread
from scenarios.workbooks.styles import row_height
from sim.world.base import PLANNER

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from scenarios.workbooks.styles import Styles

HEADS = ("id", "statement", "value", "low", "high", "unit", "population", "year", "source", "how far verified", "note")
WIDTHS = (34, 60, 12, 12, 12, 20, 40, 8, 60, 24, 50)


def cited(content: Spread) -> dict[str, Evidence]:
    """Every published figure that a scenario names, by id."""
    names = {one for value in _values(content) for one in _origins(value)}
    found = ((name, entry(name)) for name in sorted(names) if name != PLANNER)
    return {name: one for name, one in found if one is not None}


def _values(content: Spread) -> Iterator[Any]:
    for values in content.forms.values():
        for path, value in values.items():
            yield {"origin": value} if path.rpartition(".")[2] == "origin" else value
    for rows in content.rows.values():
        for row in rows:
            for head, value in row.cells.items():
                yield {"origin": value} if head.rpartition(".")[2] == "origin" else value


def _origins(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            if key == "origin" and isinstance(one, str):
                yield one
            else:
                yield from _origins(one)


def note_of(value: Any, of_block_origin: str, known: Mapping[str, Evidence], *, of_block: bool = False) -> str:
    """What is published about a value: by its own origin, or that of its block for an uncertain or plain number."""
    names = [value] if of_block and isinstance(value, str) else list(_origins(value))
    if not names and isinstance(value, (int, float)) and not isinstance(value, bool) and of_block_origin in known:
        names = [of_block_origin]
    return "\n".join(
        f"{name}: {' '.join(known[name].statement.split())} {known[name].cite()}" for name in names if name in known
    )


def write_evidence(page: Worksheet, styles: Styles, known: Mapping[str, Evidence]) -> None:
    """All of them, for reading: nothing is read back from this sheet."""
    page.write_string(0, 0, "Published figures that this scenario names; for reading only", styles.title)
    for column, (head, width) in enumerate(zip(HEADS, WIDTHS, strict=True)):
        page.write_string(1, column, head, styles.head)
        page.set_column(column, column, width)
    for i, one in enumerate(known.values()):
        source = one.source.reference
        row = (one.id, " ".join(one.statement.split()), one.value, one.low, one.high, one.unit, one.population,
               one.year, source, MEANING[one.verified], one.note)  # fmt: skip
        page.set_row(2 + i, row_height(zip(map(str, row), WIDTHS, strict=True)))
        for column, value in enumerate(row):
            if isinstance(value, (int, float)):
                page.write_number(2 + i, column, value, styles.text)
            else:
                page.write_string(2 + i, column, value or "", styles.text)
    page.freeze_panes(2, 1)
