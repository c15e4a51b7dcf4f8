"""The option `--excel` of commands that print a result."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from scenarios.workbooks.charts import Chart
    from scenarios.workbooks.result_table import ResultTable

Excel = Annotated[
    Path | None, typer.Option("--excel", metavar="FILE.xlsx", help="Also write the tables and charts as a workbook.")
]
Overwrite = Annotated[bool, typer.Option("--force", help="Overwrite the file of --excel.")]
SUFFIX = ".xlsx"
MOST_OF_HEAD = 1_000_000  # bytes of the list of sheets that are looked at


def check_excel(path: Path | None, *, overwrite: bool) -> None:
    """Raise ProblemsFound where a workbook could not be written; asked before the work begins."""
    from scenarios.cli.output import check_free

    if path is None:
        return
    if path.suffix.lower() != SUFFIX:
        raise ProblemsFound(
            [Problem("--excel", f"{path} is no name of a workbook", str(path), f"end it with {SUFFIX}")]
        )
    if not path.parent.is_dir():
        raise ProblemsFound([Problem("--excel", f"there is no folder {path.parent}", str(path), "make it first")])
    if not os.access(path.parent, os.W_OK):
        raise ProblemsFound([Problem("--excel", f"nothing may be written into {path.parent}", str(path))])
    check_free(path, overwrite=overwrite, option="--excel")
    if path.exists() and is_scenario(path):
        hint = "name another file for the result"
        raise ProblemsFound([Problem("--excel", f"{path} is a scenario: all of it would be lost", str(path), hint)])


def is_scenario(path: Path) -> bool:
    """Whether a file is a workbook with the sheet of a company: no result of ours has one."""
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(path) as book:
            return b'name="Company"' in book.read("xl/workbook.xml")[:MOST_OF_HEAD]
    except (BadZipFile, KeyError, OSError):
        return False


def write_excel(
    path: Path | None,
    document: Mapping[str, Any],
    command: str,
    *,
    overwrite: bool,
    more: Sequence[ResultTable] = (),
    charts: Sequence[Chart] = (),
) -> None:
    """Write the document of a command as a workbook, where one was asked for."""
    if path is None:
        return
    from scenarios.cli.output import save_bytes
    from scenarios.workbooks.results import result_bytes

    save_bytes(path, result_bytes(document, command, more, charts), overwrite=overwrite, option="--excel")
    print(f"written to {path}", file=sys.stderr)
