"""The first sheet of a scenario's workbook: how to fill it in, and what is where."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from scenarios.workbooks.styles import Styles

HOW = (
    "Each blue tab holds something, each grey one is empty. Fill in rows from row 4 on; clear a row to drop an item.",
    "A number may be certain (12, 12k, 1.5M, 30 %), an interval (8k to 15k: 90 % sure that it lies between), or a "
    "block: {low: 1, mode: 2, high: 5}, {median: 40k, p95: 300k}, {value: 8k to 15k, origin: x}.",
    "Where Excel turns what you type into a number or a percentage, that is fine; into a date: format the cell as "
    "text and type it again.",
    "Point at a head or at a number to see its meaning, its range and the published figure behind it.",
    "Columns that nothing uses are folded behind the sign + above the sheet. Columns may be moved; heads keep their "
    "names.",
    "Lists are words with commas between them (clerk, it) and numbers with semicolons (34k; 20k). Formulas: only the "
    "value that Excel has saved counts. Macros are never run.",
    "`roadfolio check FILE.xlsx` names sheet, row and column of whatever is wrong; every command takes the file as it "
    "is; `roadfolio convert FILE.xlsx FILE.yaml` and back loses nothing but the comments of a YAML file.",
)


def write_read_me(page: Worksheet, styles: Styles, title: str, told: list[tuple[str, str, int]]) -> None:
    """told: sheet, what it holds, number of its rows."""
    page.write_string(0, 0, title or "A scenario", styles.title)
    row = 2
    for sentence in HOW:
        page.merge_range(row, 0, row, 2, "", styles.wrapped)
        page.write_string(row, 0, sentence, styles.wrapped)
        page.set_row(row, 32)
        row += 1
    row += 1
    for column, head in enumerate(("sheet", "rows", "what it holds")):
        page.write_string(row, column, head, styles.head)
    for name, meaning, count in told:
        row += 1
        page.write_url(row, 0, f"internal:'{name}'!A1", styles.text, name)
        page.write_number(row, 1, count, styles.text)
        page.write_string(row, 2, meaning, styles.text)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 8)
    page.set_column(2, 2, 90)
