"""The rows of a CSV file as points of a design: column names are factors, an empty cell changes nothing."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from scenarios.positions import plain_scalar
from scenarios.sweeps.design import MAX_POINTS
from sim.errors import Problem, ProblemsFound, nearest

MAX_BYTES = 200_000_000
MAX_COLUMNS = 1000


def read_rows(path: Path) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Names of the columns, and the cells of each row; None where a cell is empty. Raises ProblemsFound."""
    name = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ProblemsFound([Problem("", f"the file is larger than {MAX_BYTES / 1e6:g} MB", file=name)])
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        files = [str(p) for p in path.parent.glob("*.csv")] if path.parent.is_dir() else []
        close = nearest(name, files)
        hint = f"did you mean {close}?" if close else "the file is looked for beside the design"
        raise ProblemsFound([Problem("design.file", f"{name} cannot be read: {reason}", name, hint)]) from None
    return _cells(text, name)


def _cells(text: str, name: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    problems: list[Problem] = []
    rows: list[tuple[Any, ...]] = []
    names: list[str] = []
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        names = [column.strip() for column in next(reader, [])]
        for row in reader:
            if not row:
                continue
            if len(row) != len(names) and len(problems) < 20:
                message = f"{len(row)} cells in a row of {len(names)} columns"
                problems.append(Problem("", message, file=name, line=reader.line_num))
            rows.append(tuple(plain_scalar(cell.strip()) for cell in row))
            if len(rows) > MAX_POINTS:
                problems.append(Problem("", f"more than {MAX_POINTS:,} rows", file=name))
                break
    except csv.Error as error:
        problems.append(Problem("", f"this is no CSV: {error}", file=name, line=reader.line_num))
    if not names or not rows:
        hint = "a first line with paths, then a line for each point"
        problems.append(Problem("", "the file holds no points", hint=hint, file=name))
    problems += [
        Problem(column, "a column is named twice", column, file=name, line=1)
        for column in sorted({one for one in names if names.count(one) > 1})
    ]
    if len(names) > MAX_COLUMNS or "" in names:
        problems.append(Problem("", f"1 to {MAX_COLUMNS} columns, each with a name", len(names), file=name, line=1))
    if problems:
        raise ProblemsFound(problems)
    return names, rows
