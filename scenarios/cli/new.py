"""`roadfolio new`: a commented scenario to edit."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.arguments import Json, NoSeed


def run(
    sector: Annotated[str, typer.Option("--sector", help="Kind of business, such as retail.")],
    employees: Annotated[int | None, typer.Option("--employees", help="Scale to so many seats.")] = None,
    revenue: Annotated[
        str | None, typer.Option("--revenue", help="Scale to this revenue a year, such as 4.2M.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write to this file instead of printing.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file of --out.")] = False,
    json: Json = False,
    _seed: NoSeed = 0,
) -> None:
    """Print or write the scenario of the library for a sector, scaled to your size if you state it."""
    from scenarios.cli.output import emit, save
    from scenarios.new import new_scenario

    text = new_scenario(sector, employees, None if revenue is None else _money(revenue))
    if out is not None:
        save(out, text, overwrite=force)
    if json:
        emit({"sector": sector, "file": None if out is None else str(out), "text": text})
    elif out is None:
        print(text, end="")
    else:
        print(f"written to {out}: `roadfolio check {out}` reviews it", file=sys.stderr)


def _money(text: str) -> float:
    from sim.errors import Problem, ProblemsFound
    from sim.quantities import QuantityError, parse_number

    try:
        return parse_number(text)
    except QuantityError:
        problem = Problem("--revenue", "this is no amount of money", text, "such as 4200000 or 4.2M")
        raise ProblemsFound([problem]) from None
