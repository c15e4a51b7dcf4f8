"""Text in CSV files that a spreadsheet opens: shown, never computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars


def shown_as_text() -> polars.Expr:
    """Every column of text, with an apostrophe before what a spreadsheet would compute: `=`, `+`, `-`, `@`, tab, CR."""
    import polars

    column = polars.col(polars.String)
    computed = column.str.contains(r"^[=+\-@\t\r]")
    return polars.when(computed).then(polars.lit("'") + column).otherwise(column).name.keep()
