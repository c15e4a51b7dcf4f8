"""A scenario -> a formatted workbook: units below the heads, drop-downs, comments with meaning, range and evidence."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scenarios.fields import Field
from scenarios.workbooks.cells import as_cell
from scenarios.workbooks.evidence_sheet import cited, note_of, write_evidence
from scenarios.workbooks.grid import letters
from scenarios.workbooks.layout import (
    MORE,
    MORE_COLUMNS,
    Column,
    Form,
    Table,
    choices,
    is_list,
    layout,
    linked_block,
)
from scenarios.workbooks.spread import Row, Spread, more_cells, spread
from scenarios.workbooks.styles import Styles, row_height, safe_comment
from sim.world.base import unit_of

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

FIRST = 4  # row of the first item: title, heads, units, then the items
SPARE = 60  # rows below the last item that have drop-downs
FORM_WIDTHS = (34, 40, 14, 46, 34, 60)
UNIT_MARK = "(unit)"
DROP_DOWN_LIMIT = 255  # letters of the words of a drop-down that is no range


def workbook_bytes(data: Mapping[str, Any], title: str = "", *, all_columns: bool = False) -> bytes:
    """The workbook of a scenario's plain data. all_columns: none is folded away, though no item uses it.

    Raises ProblemsFound for a text that no cell can hold.
    """
    from xlsxwriter import Workbook

    content = spread(data)
    memory = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(memory, options)
    writer = _Writer(book, content, all_columns)
    writer.write(title)
    book.close()
    return memory.getvalue()


class _Writer:
    """Sheets of one workbook, in the order of the layout."""

    def __init__(self, book: Workbook, content: Spread, all_columns: bool) -> None:
        self.book, self.content, self.all_columns = book, content, all_columns
        self.styles = Styles(book)
        self.plan = layout()
        self.evidence = cited(content)

    def write(self, title: str) -> None:
        from scenarios.workbooks.read_me import write_read_me

        first = self.book.add_worksheet("Read me")
        told: list[tuple[str, str, int]] = []
        for sheet in self.plan.sheets():
            page = self.book.add_worksheet(sheet.sheet)
            if isinstance(sheet, Form):
                told.append((sheet.sheet, "single values, a row each", self._form(page, sheet)))
            else:
                told.append((sheet.sheet, sheet.meaning, self._table(page, sheet)))
        self._more(self.book.add_worksheet(MORE))
        told.append((MORE, "what has no place elsewhere: a path and its value", len(self.content.more)))
        write_evidence(self.book.add_worksheet("Evidence"), self.styles, self.evidence)
        write_read_me(first, self.styles, title, told)
        first.activate()

    def _form(self, page: Worksheet, form: Form) -> int:
        values = self.content.forms.get(form.sheet, {})
        styles = self.styles
        page.write_string(
            0, 0, f"{form.sheet}: type into the column `value`; an empty cell takes the default", styles.title
        )
        for column, head in enumerate(("field", "value", "unit", "meaning", "allowed", "evidence")):
            page.write_string(1, column, head, styles.head)
        origins = {path.rpartition(".")[0]: str(one) for path, one in values.items() if path.endswith("origin")}
        for i, (path, field) in enumerate(form.rows.items()):
            row = i + 2
            page.write_string(row, 0, path, styles.key)
            if path in values:
                self._cell(page, row, 1, values[path], field, self.styles.text)
            else:
                page.write_blank(row, 1, None, styles.value)
            page.write_string(row, 2, _unit(field), styles.small)
            page.write_string(row, 3, field.meaning, styles.wrapped)
            page.write_string(row, 4, field.expected(), styles.wrapped)
            note = note_of(values[path], origins.get(path.split(".")[0], ""), self.evidence) if path in values else ""
            page.write_string(row, 5, note, styles.wrapped)
            self._choices(page, row, row, 1, field, path.rpartition(".")[2])
            stated = str(as_cell(values[path], field)) if path in values else ""
            texts = (path, stated, _unit(field), field.meaning, field.expected(), note)
            page.set_row(row, row_height(zip(texts, FORM_WIDTHS, strict=True)))
        for column, width in enumerate(FORM_WIDTHS):
            page.set_column(column, column, width)
        page.freeze_panes(2, 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        return len(values)

    def _table(self, page: Worksheet, table: Table) -> int:
        rows, styles = self.content.rows.get(table.pattern, []), self.styles
        page.write_string(0, 0, f"{table.sheet}: {table.meaning or 'a row for each'}", styles.title)
        offset = len(table.keys)
        for column, key in enumerate(table.keys):
            page.write_string(1, column, key, styles.head)
            page.write_string(2, column, UNIT_MARK if column == 0 else "", styles.unit)
            longest = max((len(row.names[column]) for row in rows), default=0)
            page.set_column(column, column, min(max(longest + 2, 24), 70))
            self._names(page, column, key, table, len(rows))
        for i, column_of in enumerate(table.columns):
            self._head(page, offset + i, column_of, table, len(rows))
        if not offset:
            page.write_string(2, 0, UNIT_MARK, styles.unit)
        self._fold(page, table, rows, offset)
        for i, row in enumerate(rows):
            self._row(page, FIRST - 1 + i, table, row, offset)
        page.freeze_panes(FIRST - 1, offset)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        if rows:
            page.set_tab_color("#1f4e79")
        else:
            page.set_tab_color("#bfbfbf")
        return len(rows)

    def _head(self, page: Worksheet, at: int, column: Column, table: Table, rows: int) -> None:
        page.write_string(1, at, column.title, self.styles.head)
        page.write_string(2, at, _unit(column.field), self.styles.unit)
        meaning = column.field.meaning or table.meaning
        words = [meaning, column.field.expected()]
        block = linked_block(column.title)
        other = self.plan.table_of_block(block) if block and is_list(column.field, of_text=True) else None
        if other is not None:
            words.append(f"names of the sheet {other.sheet}, with commas between")
        text = safe_comment("\n".join(word for word in words if word))
        if text:
            page.write_comment(1, at, text, {"x_scale": 2.2, "y_scale": 1.3})
        self._choices(page, FIRST - 1, FIRST - 1 + rows + SPARE, at, column.field, column.title)

    def _row(self, page: Worksheet, at: int, table: Table, row: Row, offset: int) -> None:
        for column, name in enumerate(row.names):
            page.write_string(at, column, str(as_cell(name, Field(str))), self.styles.key)
        origin = str(row.cells.get("origin", ""))
        for i, column_of in enumerate(table.columns):
            if column_of.head not in row.cells:
                continue
            value = row.cells[column_of.head]
            self._cell(page, at, offset + i, value, column_of.field)
            note = note_of(value, origin, self.evidence, of_block=column_of.head == "origin")
            if note:
                page.write_comment(at, offset + i, safe_comment(note), {"x_scale": 2.6, "y_scale": 1.6})

    def _cell(
        self, page: Worksheet, row: int, column: int, value: Any, field: Field, text: Format | None = None
    ) -> None:
        cell = as_cell(value, field)
        if isinstance(cell, bool):
            page.write_boolean(row, column, cell, self.styles.value)
        elif isinstance(cell, (int, float)):
            page.write_number(row, column, cell, self.styles.value)
        else:
            page.write_string(row, column, cell, text or self.styles.value)

    def _fold(self, page: Worksheet, table: Table, rows: list[Row], offset: int) -> None:
        """Widths; columns that no item uses are folded behind the sign + above the sheet."""
        used = {head for row in rows for head in row.cells}
        for i, column in enumerate(table.columns):
            width = min(max(len(column.title) + 2, 14, *(_width(row, column) for row in rows)), 44) if rows else 16
            folded = bool(rows) and not self.all_columns and column.head not in used and not _is_needed(column)
            page.set_column(offset + i, offset + i, width, None, {"level": 1, "hidden": True} if folded else {})

    def _names(self, page: Worksheet, column: int, key: str, table: Table, rows: int) -> None:
        """Drop-down of the names that a key column may take; the own name of an item is free."""
        block = linked_block(key)
        other = self.plan.table_of_block(block) if block else None
        if other is not None and other is not table:
            self._list(page, FIRST - 1, FIRST - 1 + rows + SPARE, column, _range(other, self.content))

    def _choices(self, page: Worksheet, first: int, last: int, column: int, field: Field, head: str) -> None:
        words = [("TRUE" if word else "FALSE") if isinstance(word, bool) else str(word) for word in choices(field)]
        if words and sum(map(len, words)) + len(words) <= DROP_DOWN_LIMIT:
            self._list(page, first, last, column, words)
            return
        block = linked_block(head)
        other = self.plan.table_of_block(block) if block and field.annotation is str else None
        if other is not None:
            self._list(page, first, last, column, _range(other, self.content))

    @staticmethod
    def _list(page: Worksheet, first: int, last: int, column: int, source: list[str] | str) -> None:
        page.data_validation(
            first,
            column,
            last,
            column,
            {"validate": "list", "source": source, "error_type": "warning", "error_message": "not in the list"},
        )

    def _more(self, page: Worksheet) -> None:
        page.write_string(
            0, 0, "More: a path of the scenario and its value, as its YAML file would have them", self.styles.title
        )
        for column, head in enumerate(MORE_COLUMNS):
            page.write_string(1, column, head, self.styles.head)
            page.set_column(column, column, 60)
        for i, (path, value) in enumerate(self.content.more):
            for column, text in enumerate(more_cells(path, value)):
                page.write_string(2 + i, column, text, self.styles.value)


def _range(table: Table, content: Spread) -> str:
    """Cells of the names of a table, with room for more."""
    column = letters(len(table.keys))
    last = FIRST + len(content.rows.get(table.pattern, [])) + SPARE
    return f"='{table.sheet}'!${column}${FIRST}:${column}${last}"


def _unit(field: Field) -> str:
    return unit_of(field.owner, field.name) if field.owner is not None and field.info is not None else ""


def _is_needed(column: Column) -> bool:
    """Whether every item must state it."""
    info = column.field.info
    return info is not None and info.is_required() and "." not in column.head


def _width(row: Row, column: Column) -> int:
    return len(str(as_cell(row.cells[column.head], column.field))) + 2 if column.head in row.cells else 0
