"""`roadfolio report`: the report of a run as one HTML file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.arguments import Json, NoSeed

Folder = Annotated[Path, typer.Argument(metavar="RUN", help="Folder that `plan --out` or `replan --out` wrote.")]
Out = Annotated[Path | None, typer.Option("--out", help="The file; RUN/report.html unless stated.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the file of --out if it exists.")]


def run(folder: Folder, out: Out = None, force: Force = False, _seed: NoSeed = 1, json: Json = False) -> int:
    """Write the report of a run: one HTML file that opens offline and prints. Nothing is simulated."""
    from scenarios.cli.output import DONE, check_free, emit, save
    from scenarios.report import FILE
    from scenarios.reporting.gather import gather
    from scenarios.reporting.whole import document, whole

    target = folder / FILE if out is None else out
    anew = force or out is None  # the report of the run itself is made from it, and made again as often as asked
    check_free(target, overwrite=anew)
    found = gather(folder)
    save(target, whole(found), overwrite=anew)
    if json:
        emit(document(found))
    print(f"written to {target}", file=sys.stderr)
    return DONE
