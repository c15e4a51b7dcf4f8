"""Rows of sheets -> the plain data of a scenario, with the cell of every path."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scenarios.fields import Field
from scenarios.positions import Document, Place, read_yaml
from scenarios.workbooks.astray import HEAD_ROWS, resembles, without_head
from scenarios.workbooks.cells import CellError, from_cell
from scenarios.workbooks.grid import Grid
from scenarios.workbooks.layout import MORE, MORE_COLUMNS, NAME, PLACE, Form, Pattern, Table, layout
from sim.errors import Problem, nearest

UNITS = "(unit)"  # first cell of the row of units below the heads
VALUE = "value"
FORM_HEADS = ("field", VALUE)
NAME_FIELD = Field(str)


@dataclass
class SheetsDocument(Document):
    """A workbook as plain data; places are cells. `rows`: path of an item -> its row; `columns`: sheet -> column of a
    head; for fields that are missing, whose cell is then the empty one. `seen`: known sheets that were
    read; `unread`: names of sheets of the planner's own."""

    rows: dict[str, tuple[str, int]] = field(default_factory=dict)
    columns: dict[str, dict[str, int]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def place(self, path: str, *, key: bool = False) -> Place | None:
        """The cell of a path; where the path is not stated, its empty cell, or else the nearest place around it."""
        if path not in self.values and path not in self.keys:
            item = path
            while item and item not in self.rows:
                item = item.rpartition(".")[0]
            if item:
                sheet, row = self.rows[item]
                column = self.columns[sheet].get(path[len(item) + 1 :])
                if column is not None:
                    return Place(row, column, sheet)
        return super().place(path, key=key)


def gather(grids: list[Grid]) -> SheetsDocument:
    """The scenario that the sheets state. What is wrong with the sheets themselves is in `problems`."""
    document = SheetsDocument(data={})
    plan = layout()
    by_name = {grid.name.casefold(): grid for grid in grids}
    for sheet in plan.sheets():
        grid = by_name.pop(sheet.sheet.casefold(), None)
        if grid is None:
            continue
        document.seen.append(sheet.sheet)
        if isinstance(sheet, Form):
            _form(document, sheet, grid)
        else:
            _table(document, sheet, grid)
    more = by_name.pop(MORE.casefold(), None)
    if more is not None:
        _more(document, more)
    _strange(document, list(by_name.values()))
    document.complete = not document.problems
    return document


def _strange(document: SheetsDocument, left: list[Grid]) -> None:
    """Sheets that a scenario does not have: notes of the planner are welcome, a misspelt sheet is not."""
    sheets = layout().sheets()
    present = set(document.seen)
    for grid in left:
        like = None if grid.own else resembles(grid, [one for one in sheets if one.sheet not in present])
        if like is not None:
            message = f"the sheet {grid.name} looks like {like} and is not read"
            document.problems.append(Problem("", message, grid.name, f"rename it to {like}", sheet=grid.name))
            continue
        close = nearest(grid.name, [one.sheet for one in sheets])
        if close and not grid.own:
            hint = f"did you mean {close}? call sheets of your own something that resembles none of the workbook's"
            document.problems.append(
                Problem("", f"no scenario has a sheet {grid.name}", grid.name, hint, sheet=grid.name)
            )
        elif not grid.own and grid.cells:
            document.unread.append(grid.name)
    if not document.data and not document.problems:
        hint = "`roadfolio new --sector retail --excel FILE` writes one to begin with"
        document.problems.append(Problem("", "the workbook has none of the sheets of a scenario", hint=hint))


def _heads(document: SheetsDocument, grid: Grid, first: str) -> tuple[int, dict[str, int]] | None:
    """Row and columns of the heads."""
    for row in grid.rows()[:HEAD_ROWS]:
        texts = {column: str(value).strip() for column, value in grid.row(row) if isinstance(value, str)}
        if first in texts.values():
            heads: dict[str, int] = {}
            for column, text in texts.items():
                if text in heads:
                    _wrong(document, grid, row, column, f"the column {text} stands here twice", text, "remove one")
                heads[text] = column
            document.problems += without_head(grid, row, set(texts))
            return row, heads
    if grid.rows():
        hint = f"the first row of the table must hold {first} and the other heads of `roadfolio new --excel`"
        document.problems.append(Problem("", f"the sheet {grid.name} has no heads", hint=hint, sheet=grid.name))
    return None


def _wrong(document: SheetsDocument, grid: Grid, row: int, column: int, message: str, value: Any, hint: str) -> None:
    shown = value if isinstance(value, (int, float, bool)) or value is None else str(value)[:120]
    document.problems.append(Problem("", message, shown, hint, line=row, column=column, sheet=grid.name))


def _with_values(document: SheetsDocument, grid: Grid, first: str) -> tuple[int, dict[str, int]] | None:
    """The heads of a sheet of names and values, None with a problem where it lacks either column."""
    found = _heads(document, grid, first)
    if found is not None and VALUE not in found[1]:
        _wrong(document, grid, found[0], 1, f"there is no column `{VALUE}`", None, f"add it beside `{first}`")
        return None
    return found


def _form(document: SheetsDocument, form: Form, grid: Grid) -> None:
    found = _with_values(document, grid, FORM_HEADS[0])
    if found is None:
        return
    at, heads = found
    for row in grid.rows():
        path, value = grid.at(row, heads[FORM_HEADS[0]]), grid.at(row, heads[FORM_HEADS[1]])
        if row <= at or path == UNITS or value is None:
            continue
        column = heads[FORM_HEADS[1]]
        if not isinstance(path, str) or path.strip() not in form.rows:
            close = nearest(str(path), form.rows)
            hint = f"did you mean {close}?" if close else "remove the row, or move what it says to the sheet More"
            what = "this value has no field beside it" if path is None else f"there is no field {str(path)[:80]} here"
            _wrong(document, grid, row, heads[FORM_HEADS[0]], what, path, hint)
            continue
        place = Place(row, column, grid.name)
        _cell(document, tuple(path.strip().split(".")), value, form.rows[path.strip()], grid, place)


def _table(document: SheetsDocument, table: Table, grid: Grid) -> None:
    first = table.keys[0] if table.keys else table.columns[0].title
    found = _heads(document, grid, first)
    if found is None:
        return
    at, heads = found
    known = {column.title: column for column in table.columns}
    for head, column in heads.items():
        if head not in known and head not in table.keys:
            close = nearest(head, table.heads)
            hint = f"did you mean {close}?" if close else f"known: {', '.join(table.heads[:30])}"
            _wrong(document, grid, at, column, f"{table.sheet} has no column {head[:80]}", head, hint)
    for key in table.keys:
        if key not in heads:
            _wrong(document, grid, at, 1, f"the column `{key}` is missing", None, "add it: it names the items")
            return
    document.columns[grid.name] = {known[head].head: column for head, column in heads.items() if head in known}
    places: dict[tuple[str, ...], int] = {}
    for row in grid.rows():
        cells = {head: grid.at(row, column) for head, column in heads.items() if head in known or head in table.keys}
        if row <= at or all(value is None for value in cells.values()) or UNITS in cells.values():
            continue
        names = _names(document, table, grid, row, heads, cells)
        if names is None:
            continue
        place = places[names] = places.get(names, -1) + 1
        path = table.path(names, place)
        key_column = heads[table.keys[-1]] if table.keys else 1
        if not _begin(document, table, path, names, grid, row, heads):
            continue
        document.rows[".".join(path)] = grid.name, row
        document.keys[".".join(path)] = Place(row, key_column, grid.name)
        for head, column_of in known.items():
            value = cells.get(head)
            if value is not None:
                below = tuple(column_of.head.split(".")) if column_of.head else ()
                _cell(document, (*path, *below), value, column_of.field, grid, Place(row, heads[head], grid.name))
            elif not column_of.head:
                _wrong(document, grid, row, heads.get(head, key_column), "this row has no value", None, "state it")


def _names(
    document: SheetsDocument, table: Table, grid: Grid, row: int, heads: dict[str, int], cells: dict[str, Any]
) -> tuple[str, ...] | None:
    """What the key columns of a row say; None where one says nothing."""
    names = []
    for key in table.keys:
        cell = cells[key]
        if cell is None:
            what = f"this row has no `{key}`"
            _wrong(document, grid, row, heads[key], what, None, "name it, or clear the row")
            return None
        try:
            names.append(str(from_cell(cell, NAME_FIELD)))
        except CellError as error:
            _wrong(document, grid, row, heads[key], str(error), cell, "type a name")
            return None
    return tuple(names)


def _begin(
    document: SheetsDocument,
    table: Table,
    path: tuple[str, ...],
    names: tuple[str, ...],
    grid: Grid,
    row: int,
    heads: dict[str, int],
) -> bool:
    """Make the item at a path. False, and a problem, where it exists already or the item around it does not."""
    own = table.pattern[-1]
    around = _owner(table.pattern)
    if around is not None:
        key, name = table.keys[0], names[0]
        block = document.data.get(around) if isinstance(document.data, dict) else None
        known = list(block) if isinstance(block, dict) else []
        if name not in known:
            close = nearest(name, known)
            hint = f"did you mean {close}?" if close else f"name it in the sheet {around.capitalize()} first"
            message = f"there is no {key.removeprefix('of ')} named {name[:80]}"
            _wrong(document, grid, row, heads[key], message, name, hint)
            return False
    inner, last = _inside(document.data, path[:-1], list if own == PLACE else dict), path[-1]
    if inner is None:
        _wrong(document, grid, row, 1, f"{'.'.join(path[:-1])[:120]} is stated elsewhere already", None, "remove one")
        return False
    if isinstance(inner, list):
        inner.append({})
        return True
    if last in inner:
        _wrong(document, grid, row, heads[table.keys[-1]], f"{last[:80]} stands here twice", last, "remove one")
        return False
    inner[last] = {} if table.columns[0].head else None
    return True


def _owner(pattern: Pattern) -> str | None:
    """The block whose items a table belongs to, None for a block of the whole."""
    return pattern[0] if NAME in pattern[:-1] else None


def _inside(data: Any, path: tuple[str, ...], last: type) -> Any:
    """The mapping or list at a path, made where nothing stands; None where something else does."""
    for i, part in enumerate(path):
        kind = last if i == len(path) - 1 else dict
        if isinstance(data, list):
            data = data[int(part)] if int(part) < len(data) else None
        elif isinstance(data, dict):
            data = data.setdefault(part, kind())
        else:
            return None
    return data if isinstance(data, last) else None


def _cell(document: SheetsDocument, path: tuple[str, ...], cell: Any, field: Field, grid: Grid, place: Place) -> None:
    """Read a cell and put its value at a path."""
    try:
        value = from_cell(cell, field)
    except CellError as error:
        hint = error.hint or field.expected() or "compare with its comment"
        _wrong(document, grid, place.line, place.column, str(error), cell, hint)
        return
    _put(document, path, value, grid, place)


def _put(document: SheetsDocument, path: tuple[str, ...], value: Any, grid: Grid, place: Place) -> None:
    inner = _inside(document.data, path[:-1], list if path[-1].isdigit() and _is_list(document.data, path) else dict)
    dotted = ".".join(path)
    if inner is None or dotted in document.values:
        _wrong(
            document, grid, place.line, place.column, f"{dotted[:120]} is stated elsewhere already", None, "remove one"
        )
        return
    if isinstance(inner, list):
        if int(path[-1]) >= len(inner):
            _wrong(document, grid, place.line, place.column, f"{dotted[:120]} is no place of a list", None, "remove it")
            return
        inner[int(path[-1])] = value
    else:
        inner[path[-1]] = value
    document.values[dotted] = place
    document.keys.setdefault(dotted, place)


def _is_list(data: Any, path: tuple[str, ...]) -> bool:
    for part in path[:-1]:
        data = data.get(part) if isinstance(data, dict) else None
    return isinstance(data, list)


def _more(document: SheetsDocument, grid: Grid) -> None:
    found = _with_values(document, grid, MORE_COLUMNS[0])
    if found is None:
        return
    at, heads = found
    for row in grid.rows():
        path, cell = grid.at(row, heads["path"]), grid.at(row, heads["value"])
        if row <= at or (path is None and cell is None):
            continue
        if path is None or cell is None:
            _wrong(
                document, grid, row, heads["path"], "a path and its value stand in one row", path or cell, "state both"
            )
            continue
        try:
            parts = _parts(path)
            value = cell if isinstance(cell, (int, float)) else from_cell(cell, Field(None))
            if isinstance(value, float) and value.is_integer() and not isinstance(cell, str):
                value = int(value)
        except CellError as error:
            hint = error.hint or "compare with the YAML of the scenario"
            _wrong(document, grid, row, heads["value"], str(error), cell, hint)
            continue
        _put(document, parts, value, grid, Place(row, heads["value"], grid.name))


def _parts(path: Any) -> tuple[str, ...]:
    text = str(path).strip()
    if text.startswith("["):
        found = read_yaml(text).data
        if not isinstance(found, list) or not found or not all(isinstance(part, str) for part in found):
            raise CellError("a path in brackets is a list of names")
        return tuple(found)
    return tuple(text.split("."))
