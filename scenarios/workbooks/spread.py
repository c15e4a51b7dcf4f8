"""The plain data of a scenario -> rows of sheets. What fits into no sheet goes to the sheet `More`: nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scenarios.workbooks.cells import LONGEST, Cell, as_cell, one_way
from scenarios.workbooks.flow import flow, is_plain
from scenarios.workbooks.layout import COMPANY, MORE, NAME, OWN_SHEETS, PLACE, Layout, Pattern, Table, field_at, layout
from sim.errors import Problem, ProblemsFound


@dataclass
class Row:
    """One item: the names that lead to it, and its cells by head."""

    names: tuple[str, ...]
    cells: dict[str, Any] = field(default_factory=dict)


@dataclass
class Spread:
    """A scenario by sheets. forms: sheet -> dotted path -> value. rows: pattern of a table -> its items. more: path ->
    value, for the rest. Values are still plain data."""

    forms: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[Pattern, list[Row]] = field(default_factory=dict)
    more: list[tuple[tuple[str, ...], Any]] = field(default_factory=list)


def spread(data: Mapping[str, Any]) -> Spread:
    """Distribute the content of a scenario. Raises ProblemsFound for what no cell can hold."""
    found, plan = Spread(), layout()
    for key, value in data.items():
        _walk(found, plan, (str(key),), (str(key),), value, None, None)
    problems = _too_long(found)
    if problems:
        raise ProblemsFound(problems)
    return found


def _walk(
    found: Spread, plan: Layout, path: tuple[str, ...], pattern: Pattern, value: Any, row: Row | None, of: Table | None
) -> None:
    """Put what stands at a path where it belongs: into the row of the item around it, if there is one."""
    named, listed = plan.tables.get((*pattern, NAME)), plan.tables.get((*pattern, PLACE))
    if named is not None and isinstance(value, Mapping) and value:
        if all(_fits(one, named) for one in value.values()):
            for name, one in value.items():
                _item(found, plan, (*path, str(name)), named, one)
            return
    elif listed is not None and isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        for i, one in enumerate(value):
            _item(found, plan, (*path, str(i)), listed, one)
        return
    elif field_at(pattern).is_block and isinstance(value, Mapping) and value:
        for key, one in value.items():
            _walk(found, plan, (*path, str(key)), (*pattern, str(key)), one, row, of)
        return
    elif row is not None and of is not None:
        head = ".".join(pattern[len(of.pattern) :])
        if any(column.head == head for column in of.columns):
            row.cells[head] = value
            return
    elif ".".join(pattern) in plan.forms[sheet := OWN_SHEETS.get(pattern[0], COMPANY)].rows:
        found.forms.setdefault(sheet, {})[".".join(pattern)] = value
        return
    found.more.append((path, value))


def _fits(item: Any, table: Table) -> bool:
    return isinstance(item, Mapping) or not table.columns[0].head


def _item(found: Spread, plan: Layout, path: tuple[str, ...], table: Table, value: Any) -> None:
    names = tuple(part for part, kind in zip(path, table.pattern, strict=True) if kind == NAME)
    row = Row(names)
    found.rows.setdefault(table.pattern, []).append(row)
    if not table.columns[0].head:
        row.cells[""] = value
        return
    for key, one in value.items():
        _walk(found, plan, (*path, str(key)), (*table.pattern, str(key)), one, row, table)


def more_cells(path: tuple[str, ...], value: Any) -> tuple[str, str]:
    """Path and value of a row of the sheet `More`.

    >>> more_cells(("exclusive",), {}), more_cells(("a", "b.c"), None)
    (('exclusive', '{}'), ('[a, b.c]', 'null'))
    """
    dotted = all(is_plain(part) and "." not in part for part in path)
    return ".".join(path) if dotted else flow(list(path)), flow(value) if isinstance(
        value, (list, Mapping)
    ) else one_way(value)


def _too_long(found: Spread) -> list[Problem]:
    """Cells beyond what Excel can hold."""
    plan = layout()
    cells: list[tuple[str, Cell]] = []
    for sheet, values in found.forms.items():
        cells += [(path, as_cell(value, plan.forms[sheet].rows[path])) for path, value in values.items()]
    for pattern, rows in found.rows.items():
        table = plan.tables[pattern]
        fields = {column.head: column.field for column in table.columns}
        for i, row in enumerate(rows):
            at = ".".join(table.path(row.names, i))
            cells += [(at, name) for name in row.names]
            cells += [(f"{at}.{head}".rstrip("."), as_cell(value, fields[head])) for head, value in row.cells.items()]
    for path, value in found.more:
        cells += [(MORE, text) for text in more_cells(path, value)]
    return [
        Problem(
            path[:120],
            f"this text has {len(cell):,} characters, and a cell of Excel holds {LONGEST:,}",
            f"{cell[:80]}…",
            "shorten it, or keep the scenario as YAML",
        )
        for path, cell in cells
        if isinstance(cell, str) and len(cell) > LONGEST
    ]
