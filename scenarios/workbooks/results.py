"""A result -> a formatted workbook: a sheet for each table with its units, live charts beside them, provenance last.

Charts are bound to cells: who changes or filters the cells sees the chart change. All text is written as text.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scenarios.workbooks.cells import LONGEST
from scenarios.workbooks.charts import CHARTS, Chart
from scenarios.workbooks.result_table import ResultTable
from scenarios.workbooks.styles import Styles
from scenarios.workbooks.tabulate import PROVENANCE, SUMMARY, named_apart, tables_of

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

FIRST = 3  # row of the first figure, from 0: title, heads, units
MOST_ROWS = 1_048_576 - FIRST
MOST_DRAWN = 60  # rows that a chart of bars shows; a scatter shows all
COLOURS = ("#1f4e79", "#c55a11", "#7f7f7f", "#9dc3e6")  # told apart in greyscale as well
CHART_SHEET = "Charts"
CHART_COLUMNS, ROW_PIXELS = 12, 20  # cells of the usual size that a chart covers
DASHES = ("solid", "dash", "round_dot", "long_dash", "dash_dot")
CUT = " … (cut: a cell holds 32,767 characters)"


def result_bytes(
    document: Mapping[str, Any], command: str, more: Sequence[ResultTable] = (), charts: Sequence[Chart] = ()
) -> bytes:
    """The workbook of the document of a command. more: tables that are too large for a document; charts: of these.

    command: `roi`, `plan`, `compare`, `sweep`, `frontier`, `sensitivity`, or any other: it then has no charts.
    """
    from xlsxwriter import Workbook

    document = json.loads(json.dumps(document))  # tuples become lists: as whoever reads the document sees it
    memory = io.BytesIO()
    book = Workbook(memory, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    styles = Styles(book)
    tables = tables_of(document, command)
    title = f"roadfolio {command}: {document.get('scenario', document.get('title', ''))}".rstrip(": ")
    named = named_apart([*tables[:-1], *more, tables[-1]])
    wanted = [(table, one) for one in (*CHARTS.get(command, ()), *charts) for table in named if _shows(table, one)]
    pages = {table.name: book.add_worksheet(table.name) for table in named[:1]}
    drawn = book.add_worksheet(CHART_SHEET) if wanted else None
    pages |= {table.name: book.add_worksheet(table.name) for table in named[1:]}
    for table in named:
        _write(pages[table.name], table, styles, title, str(document.get("currency", "")))
    if drawn is not None:
        put(drawn, 0, 0, f"{title}: charts of the cells of the other sheets", styles.title)
        _draw(book, drawn, wanted)
    book.close()
    return memory.getvalue()


def _write(page: Worksheet, table: ResultTable, styles: Styles, title: str, currency: str) -> None:
    what = table.path.replace(".", " ").replace("_", " ") or table.name.lower()
    put(page, 0, 0, f"{title}: {what}", styles.title)
    by_row = table.column("unit")
    for column, (head, unit) in enumerate(zip(table.heads, table.units, strict=True)):
        put(page, 1, column, head, styles.head)
        put(page, 2, column, unit, styles.unit)
        widest = max((len(_shown(row[column])) for row in table.rows[:200]), default=0)
        width = 48 if table.name == PROVENANCE or len(table.heads) < 4 else 30
        page.set_column(column, column, min(max(len(head) + 2, widest + 2, 10), width))
    for i, row in enumerate(table.rows[:MOST_ROWS]):
        for column, value in enumerate(row):
            unit = table.units[column] or (str(row[by_row] or "") if by_row is not None else "")
            put(page, FIRST + i, column, value, styles.of_unit(unit, currency, value))
    page.freeze_panes(FIRST, 1)
    if table.rows and table.name != SUMMARY:
        page.autofilter(2, 0, FIRST - 1 + min(len(table.rows), MOST_ROWS), len(table.heads) - 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)


def put(page: Worksheet, row: int, column: int, value: Any, style: Any) -> None:
    """Write one value: numbers as numbers, all else as text, which is never computed."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        page.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        page.write_boolean(row, column, value, style)
    elif isinstance(value, (int, float)) and math.isfinite(value):
        page.write_number(row, column, value, style)
    else:
        text = str(value)
        page.write_string(row, column, text if len(text) <= LONGEST else text[: LONGEST - len(CUT)] + CUT, style)


def _shown(value: Any) -> str:
    return "" if value is None else f"{value:,.4g}" if isinstance(value, float) else str(value)


def _shows(table: ResultTable, one: Chart) -> bool:
    """Whether a table has what a chart draws."""
    up = [head for head in one.up if table.column(head) is not None]
    if one.table != table.name or table.column(one.across) is None or not up or not table.rows:
        return False
    return one.kind in ("scatter", "line") or len(up) == len(one.up)


def _draw(book: Workbook, page: Worksheet, wanted: Sequence[tuple[ResultTable, Chart]]) -> None:
    """Draw charts below each other, two side by side."""
    rows = [2, 2]
    for table, one in wanted:
        across = table.column(one.across)
        assert across is not None
        up = [column for head in one.up if (column := table.column(head)) is not None]
        chart = _chart(book, table, one, across, up)
        height = _axes(chart, one, table, (across, up[0]))
        side = rows.index(min(rows))
        page.insert_chart(rows[side], side * CHART_COLUMNS, chart, {"description": one.title})
        rows[side] += height // ROW_PIXELS + 2
    page.set_landscape()
    page.fit_to_pages(1, 0)


def _chart(book: Workbook, table: ResultTable, one: Chart, across: int, up: Sequence[int]) -> Any:
    last = FIRST - 1 + (len(table.rows) if one.kind in ("scatter", "line") else min(len(table.rows), MOST_DRAWN))
    kinds: dict[str, dict[str, str]] = {
        "column": {"type": "column"}, "stacked": {"type": "column", "subtype": "stacked"}, "bar": {"type": "bar"},
        "range": {"type": "bar"}, "line": {"type": "line"},
        "scatter": {"type": "scatter", "subtype": "straight_with_markers"},
    }  # fmt: skip
    chart = book.add_chart(kinds[one.kind])
    for i, column in enumerate(up):
        series: dict[str, Any] = {
            "name": [table.name, 1, column],
            "categories": [table.name, FIRST, across, last, across],
            "values": [table.name, FIRST, column, last, column],
            "fill": {"color": COLOURS[i % len(COLOURS)]},
            "gap": 60,
        }
        if one.kind == "scatter":
            series |= {"line": {"color": COLOURS[i % len(COLOURS)], "width": 1.25}}
            series |= {"marker": {"type": ("circle", "diamond")[i % 2], "fill": {"color": COLOURS[i % len(COLOURS)]}}}
            del series["fill"], series["gap"]
            if one.markers_only:
                series["line"] = {"none": True}
        if one.kind == "line":
            series |= {"line": {"color": COLOURS[i % len(COLOURS)], "width": 2.0, "dash_type": DASHES[i % len(DASHES)]}}
            del series["fill"], series["gap"]
        if one.kind == "range":
            series["overlap"] = 100
        error = table.column(one.error) if one.error and i == 0 else None
        if error is not None:
            cells = f"='{table.name}'!{_cell(FIRST, error)}:{_cell(last, error)}"
            # A chart of bars turns its axes around, and what Excel calls the errors of y with them.
            series["y_error_bars"] = {"type": "custom", "plus_values": cells, "minus_values": cells}
        chart.add_series(series)
    if one.lines:
        _over(book, chart, table, one, across, last)
    return chart


def _cell(row: int, column: int) -> str:
    from scenarios.workbooks.grid import letters

    return f"${letters(column + 1)}${row + 1}"


def _over(book: Workbook, chart: Any, table: ResultTable, one: Chart, across: int, last: int) -> None:
    """Lines over bars."""
    lines = book.add_chart({"type": "line"})
    found = False
    for head in one.lines:
        column = table.column(head)
        if column is not None:
            found = True
            lines.add_series(
                {
                    "name": [table.name, 1, column],
                    "categories": [table.name, FIRST, across, last, across],
                    "values": [table.name, FIRST, column, last, column],
                    "line": {"color": "#000000", "dash_type": "dash", "width": 1.5},
                }
            )
    if found:
        chart.combine(lines)


def _axes(chart: Any, one: Chart, table: ResultTable, columns: tuple[int, int]) -> int:
    """Titles and units of the axes; returns the height in pixels.

    columns: across and up. Bars run downwards in the order of the table; the axis that stands upright is y.
    """
    across, unit = columns[0], table.units[columns[1]]
    form = {"num_format": "0%" if unit == "share" else "#,##0" if unit else "General"}
    error = "; bars of one standard error" if one.error and table.column(one.error) is not None else ""
    grid = {"major_gridlines": {"visible": True, "line": {"color": "#d9d9d9"}}}
    value: dict[str, Any] = {"name": f"{unit or 'value'}{error}", **form, **grid}
    chart.set_title({"name": one.title, "name_font": {"size": 12}, "overlay": False})
    if one.kind == "scatter":
        name = f"{one.across}, {table.units[across]}".rstrip(", ")
        chart.set_x_axis({"name": name, "num_format": "General", "label_position": "low"})
        chart.set_y_axis({**value, "label_position": "low"})
    elif one.kind == "line":
        step = max(1, len(table.rows) // 12)
        chart.set_x_axis({"name": one.across, "label_position": "low", "interval_unit": step})
        chart.set_y_axis(value)
    elif one.kind in ("bar", "range"):
        chart.set_y_axis({"reverse": True, "label_position": "low", "num_font": {"size": 8}})
        chart.set_x_axis({**value, "label_position": "high"})
    else:
        chart.set_x_axis({"label_position": "low", "num_font": {"rotation": -45, "size": 8}})
        chart.set_y_axis(value)
    chart.set_legend({"position": "bottom"} if len(one.up) > 1 or one.lines else {"none": True})
    rows = min(len(table.rows), MOST_DRAWN)
    height = max(380, 26 * rows + 140) if one.kind in ("bar", "range") else 380
    chart.set_size({"width": 760, "height": height})
    return height
