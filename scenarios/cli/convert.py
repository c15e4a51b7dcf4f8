"""`roadfolio convert`: a scenario as a workbook, and a workbook as YAML."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.arguments import Json, NoSeed, Scenario

Target = Annotated[Path, typer.Argument(metavar="OUT", help="File to write: ends with .xlsx, .yaml or .yml.")]


def run(
    scenario: Scenario,
    out: Target,
    force: Annotated[bool, typer.Option("--force", help="Overwrite OUT.")] = False,
    json: Json = False,
    _seed: NoSeed = 0,
) -> None:
    """Turn a scenario file into a workbook, or back: same content, same hash. A workbook holds no comments of YAML."""
    from scenarios.cli.keeping import keep_before
    from scenarios.cli.output import check_free, emit, save_bytes
    from scenarios.convert import convert

    check_free(out, overwrite=force, option="OUT")
    converted = convert(scenario, out)
    kept = keep_before(out)
    save_bytes(out, converted.content, overwrite=force, option="OUT")
    if json:
        emit(converted.document())
        return
    if kept is not None:
        print(f"{out} as it was before: {kept}", file=sys.stderr)
    print(f"written to {out}: same content as {converted.source}, hash {converted.hash}", file=sys.stderr)
    for note in converted.notes:
        print(f"note: {note}", file=sys.stderr)
