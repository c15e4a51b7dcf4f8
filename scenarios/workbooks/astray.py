"""What a workbook holds where nothing is read: values outside the tables, sheets under a name of somebody's own."""

from __future__ import annotations

from scenarios.workbooks.grid import Grid, letters
from scenarios.workbooks.layout import Form, Table
from sim.errors import Problem

HEAD_ROWS = 12  # rows in which the heads are looked for
ALIKE = 0.8  # share of heads that two tables have in common if one is the other, renamed
FEW = 3  # heads below which a sheet of somebody's own may have the same by chance


def without_head(grid: Grid, heads: int, columns: set[int]) -> list[Problem]:
    """A problem for each column that holds values below the row of heads, and has no head. columns: those that have."""
    astray: dict[int, list[int]] = {}
    for row, column in sorted(grid.cells):
        if row > heads and column not in columns:
            astray.setdefault(column, []).append(row)
    problems = []
    for column, rows in sorted(astray.items()):
        more = f" and {len(rows) - 1:,} more below it" if len(rows) > 1 else ""
        message = f"nothing is read from {letters(column)}{rows[0]}{more}: the column has no head"
        value = grid.at(rows[0], column)
        shown = value if isinstance(value, (int, float, bool)) else str(value)[:120]
        hint = "move it into the table or onto a sheet of your own, or clear it"
        problems.append(Problem("", message, shown, hint, line=rows[0], column=column, sheet=grid.name))
    return problems


def resembles(grid: Grid, sheets: list[Form | Table]) -> str | None:
    """The sheet whose heads, or fields of a form, a sheet has under another name; None where it is none of them."""
    found = [(_alike(grid, sheet), sheet.sheet) for sheet in sheets]
    share, name = max(found, default=(0.0, ""), key=lambda one: one[0])
    return name if share >= ALIKE else None


def _alike(grid: Grid, sheet: Form | Table) -> float:
    """Share of the heads that both have, of all that either has."""
    if isinstance(sheet, Form):
        return _share({str(value).strip() for (_, column), value in grid.cells.items() if column == 1}, set(sheet.rows))
    known = set(sheet.heads)
    titled = str(grid.at(1, 1)).startswith(f"{sheet.sheet}: ")
    rows = [
        {str(value).strip() for _, value in grid.row(row) if isinstance(value, str)} for row in grid.rows()[:HEAD_ROWS]
    ]
    return max((_share(row, known) for row in rows if titled or len(row & known) >= FEW), default=0.0)


def _share(found: set[str], known: set[str]) -> float:
    """Of sets of words: those of both, in proportion to the larger one."""
    return len(found & known) / max(len(found), len(known), 1)
