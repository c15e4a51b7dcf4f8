"""An Excel file -> the values of its sheets, and those -> a scenario. Nothing in a file is ever executed: of a formula
only the value that Excel has kept beside it is read, macros and links are not looked at."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from scenarios.positions import UNPRINTABLE
from scenarios.workbooks.gather import SheetsDocument, gather
from scenarios.workbooks.grid import Grid
from sim.errors import Problem, ProblemsFound

MAX_BYTES = 2_000_000  # of the file, as of a YAML file
MAX_INSIDE = 60_000_000  # bytes of all parts of the archive when they are unpacked
MAX_PARTS = 2_000
MAX_CELLS = 200_000
OWN_SHEETS = ("Read me", "Evidence", "Names")  # written for reading only
SAVE_AGAIN = "open it in Excel or LibreOffice and save it as .xlsx"
ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")


def read_workbook(raw: bytes, file: str) -> SheetsDocument:
    """The scenario in a workbook. Raises ProblemsFound where it cannot be read, nothing else, whatever the bytes."""
    grids, problems = read_grids(raw, file)
    document = gather(grids)
    document.problems += problems
    document.complete = document.complete and not problems
    return document


def read_grids(raw: bytes, file: str) -> tuple[list[Grid], list[Problem]]:
    """Every sheet by its values, and the formulas without one. Raises ProblemsFound."""
    if len(raw) > MAX_BYTES:
        raise ProblemsFound([Problem("", f"the file is larger than {MAX_BYTES / 1e6:g} MB", file=file)])
    try:
        _check_archive(raw, file)
        book = _opened(raw, values=False)
        formulas = any(cell.data_type == "f" for sheet in book.worksheets for cell in sheet._cells.values())
        kept = _opened(raw, values=True) if formulas else book
        cells = sum(len(sheet._cells) for sheet in book.worksheets)
        if cells > MAX_CELLS:
            message = f"the workbook has {cells:,} cells, and {MAX_CELLS:,} are read at most"
            raise ProblemsFound([Problem("", message, hint="remove what is no scenario", file=file)])
        return _values(book, kept)
    except ProblemsFound:
        raise
    except Exception as error:  # noqa: BLE001 (the reader is not ours: on a broken file it fails with any exception)
        message = f"this workbook cannot be read: it is damaged, encrypted or no .xlsx ({type(error).__name__})"
        raise ProblemsFound([Problem("", message, hint=SAVE_AGAIN, file=file)]) from None


def _check_archive(raw: bytes, file: str) -> None:
    """Refuse archives that unpack to more than a scenario can be, and texts that define entities."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_INSIDE:
            message = f"the workbook unpacks to more than {MAX_INSIDE / 1e6:g} MB or {MAX_PARTS:,} parts"
            raise ProblemsFound(
                [Problem("", message, hint="remove pictures and sheets that are no scenario", file=file)]
            )
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as stream:
                    head = stream.read(4096)  # a document type can only stand before the first element
                if any(sign in head for sign in ENTITIES) or b"\0" in head:
                    raise ProblemsFound(
                        [Problem("", "a part of the workbook defines entities", hint=SAVE_AGAIN, file=file)]
                    )


def _opened(raw: bytes, *, values: bool) -> Any:
    import warnings

    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about drawings and extensions, which are not read anyway
        return load_workbook(io.BytesIO(raw), data_only=values, keep_vba=False, keep_links=False)


def _values(book: Any, kept: Any) -> tuple[list[Grid], list[Problem]]:
    from openpyxl.utils.escape import unescape

    grids, problems = [], []
    for sheet in book.worksheets:
        grid = Grid(sheet.title, own=sheet.title in OWN_SHEETS)
        if grid.own:
            grids.append(grid)
            continue
        for (row, column), cell in sheet._cells.items():
            value: Any = cell.value
            if cell.data_type == "f":
                value = kept[sheet.title].cell(row, column).value
                if value is None:
                    message = "this formula has no value yet"
                    hint = (
                        "open the file in Excel and save it, or type the value itself: formulas are not computed here"
                    )
                    problems.append(
                        Problem("", message, _formula(cell.value), hint, line=row, column=column, sheet=sheet.title)
                    )
            elif cell.data_type == "e":
                hint = "type the value itself"
                message = f"this cell holds the error {str(value)[:20]}"
                problems.append(Problem("", message, str(value)[:20], hint, line=row, column=column, sheet=sheet.title))
                continue
            if isinstance(value, str):
                value = unescape(value)
                if not value.strip():
                    continue
                odd = UNPRINTABLE.search(value)
                if odd:
                    message = f"the text contains the character U+{ord(odd[0]):04X}, which cannot be printed"
                    problems.append(Problem("", message, None, "remove it", line=row, column=column, sheet=sheet.title))
                    continue
            if value is not None:
                grid.cells[row, column] = value
        grids.append(grid)
    return grids, problems


def _formula(value: Any) -> str:
    return str(getattr(value, "text", value))[:120]
