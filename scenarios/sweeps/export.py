"""The table of a sweep as one file, written as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.sweeps.parts import steady
from scenarios.workbooks.csv_text import shown_as_text
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from scenarios.sweeps.result import SweepResult


def write_table(found: SweepResult, path: Path, *, wide: bool, as_csv: bool, option: str = "path") -> None:
    """Write the tidy table, or the wide one, row by row from the parts. Raises ProblemsFound for a place that cannot be
    written. option: that named the file."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")

    def write() -> None:
        table = found.wide() if wide else found.tidy()
        if as_csv:
            table.with_columns(shown_as_text()).sink_csv(draft)
        else:
            table.sink_parquet(draft)

    try:
        try:
            draft.touch()  # a place that cannot be written is no fault of the parts
            steady(write)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProblemsFound([Problem(option, f"{path} cannot be written: {reason}", str(path))]) from None
