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
    excel: Annotated[
        Path | None, typer.Option("--excel", metavar="FILE.xlsx", help="Write an Excel workbook instead of printing.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the files of --out and --excel.")] = False,
    json: Json = False,
    _seed: NoSeed = 0,
) -> None:
    """Print or write the scenario of the library for a sector, scaled to your size if you state it."""
    from scenarios.cli.excel import SUFFIX, check_excel
    from scenarios.cli.output import emit, save, save_bytes
    from scenarios.new import new_scenario
    from sim.errors import Problem, ProblemsFound

    check_excel(excel, overwrite=force)
    if out is not None and out.suffix.lower() == SUFFIX:
        hint = f"--excel {out} writes a workbook; a text file ends with .yaml"
        raise ProblemsFound([Problem("--out", "this is the name of a workbook, and --out writes text", str(out), hint)])
    text = new_scenario(sector, employees, None if revenue is None else _money(revenue))
    if out is not None:
        save(out, text, overwrite=force)
    if excel is not None:
        from scenarios.convert import workbook

        save_bytes(excel, workbook(text.encode(), sector), overwrite=force, option="--excel")
    if json:
        files = {"file": None if out is None else str(out), "workbook": None if excel is None else str(excel)}
        emit({"sector": sector, **files, "text": text})
    elif out is None and excel is None:
        print(text, end="")
    for written in (out, excel):
        if written is not None:
            print(f"written to {written}: `roadfolio check {written}` reviews it", file=sys.stderr)


def _money(text: str) -> float:
    from sim.errors import Problem, ProblemsFound
    from sim.quantities import QuantityError, parse_number

    try:
        return parse_number(text)
    except QuantityError:
        problem = Problem("--revenue", "this is no amount of money", text, "such as 4200000 or 4.2M")
        raise ProblemsFound([problem]) from None
