"""`roadfolio import-assets`: an asset register becomes systems of a scenario."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.arguments import Json, NoSeed, Scenario
from sim.errors import Problem, ProblemsFound


class Dates(StrEnum):
    """Order of day, month and year."""

    dmy = "dmy"
    mdy = "mdy"
    ymd = "ymd"


class Decimals(StrEnum):
    """Sign before the decimals."""

    point = "point"
    comma = "comma"


Assets = Annotated[
    Path, typer.Argument(metavar="ASSETS.csv", help="Register: name, type, purchase date, warranty end, cost.")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="File to write, .yaml or .xlsx; else SCENARIO itself, and a copy of it is kept."),
]


def run(
    assets: Assets,
    scenario: Scenario,
    out: Out = None,
    dates: Annotated[Dates | None, typer.Option("--dates", help="Order in dates such as 3/4/2021.")] = None,
    decimals: Annotated[Decimals | None, typer.Option("--decimals", help="Sign in amounts such as 1,200.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file of --out.")] = False,
    json: Json = False,
    _seed: NoSeed = 0,
) -> None:
    """Add the systems of an asset register to a scenario, and say what of the register was not used."""
    from scenarios.cli.keeping import keep_before
    from scenarios.cli.output import console, emit, save_bytes
    from scenarios.import_assets import import_assets

    target = _target(scenario, out, overwrite=force)
    found = import_assets(
        assets, scenario, dates=None if dates is None else dates.value,
        decimals=None if decimals is None else decimals.value,
    )  # fmt: skip
    content = found.text.encode()
    if target.suffix.lower() == ".xlsx":
        from scenarios.convert import workbook

        content = workbook(content, found.scenario)
    kept = keep_before(target)
    save_bytes(target, content, overwrite=force or out is None)
    if json:
        emit({**found.document(), "file": str(target), "kept": None if kept is None else str(kept)})
        return
    from scenarios.cli.render.assets import show_import

    show_import(found, console())
    print(f"written to {target}" + (f"; as it was before: {kept}" if kept else ""), file=sys.stderr)


def _target(scenario: str, out: Path | None, *, overwrite: bool) -> Path:
    """The file that is written. Raises ProblemsFound where there is none to write, or it may not be."""
    from scenarios.cli.output import check_free
    from scenarios.convert import SUFFIXES
    from scenarios.load import read

    if out is not None:
        if out.suffix.lower() not in SUFFIXES:
            hint = f"end it with {', '.join(SUFFIXES)}"
            raise ProblemsFound([Problem("--out", f"{out} is no name of a scenario file", str(out), hint)])
        check_free(out, overwrite=overwrite)
        return out
    _, file = read(scenario)
    if not Path(scenario).is_file():
        message = f"{scenario} belongs to the library and is not changed"
        raise ProblemsFound([Problem("--out", message, scenario, f"add --out {scenario}.yaml")])
    if Path(scenario).suffix.lower() == ".xlsx":
        message = "a workbook is not changed in place: sheets, formats and notes of yours would be lost"
        hint = f"add --out {Path(scenario).stem}_assets.xlsx"
        raise ProblemsFound([Problem("--out", message, file, hint)])
    return Path(scenario)
