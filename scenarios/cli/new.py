"""`roadfolio new`: a commented scenario to edit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.arguments import Json, NoSeed


def run(
    sector: Annotated[str, typer.Option("--sector", help="Kind of business, such as retail.")],
    out: Annotated[Path | None, typer.Option("--out", help="Write to this file instead of printing.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file of --out.")] = False,
    json: Json = False,
    _seed: NoSeed = 0,
) -> None:
    """Print or write the scenario of the library for a sector."""
    from scenarios.cli.output import emit, save
    from scenarios.new import new_scenario

    text = new_scenario(sector)
    if out is not None:
        save(out, text, overwrite=force)
    if json:
        emit({"sector": sector, "file": None if out is None else str(out), "text": text})
    elif out is None:
        print(text, end="")
