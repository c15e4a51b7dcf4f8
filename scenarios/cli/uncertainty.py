"""`roadfolio uncertainty`: how much of an outcome is ignorance, which information could shrink, and how much chance."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli.arguments import Future, Json, Roadmap, Scenario, Seed, parse_roadmap, turned
from scenarios.cli.excel import Excel, Overwrite, check_excel, write_excel
from scenarios.cli.roi import Threads
from scenarios.two_level import CHANCE, DRIVERS
from sim.errors import Problem, ProblemsFound

Against = Annotated[
    str | None, typer.Option("--against", metavar="NAME@MONTH,…", help="Also the difference to this roadmap.")
]
Drivers = Annotated[int, typer.Option("--drivers", help="Draws of the uncertain numbers, 128 or more.")]
Chance = Annotated[int, typer.Option("--chance", help="Draws of the events for each of them, 2 or more.")]
Below = Annotated[
    str | None,
    typer.Option("--below", metavar="X,X,…", help="Thresholds of NPV (of the difference, with --against): -20k,0."),
]


def run(
    file: Scenario,
    roadmap: Roadmap,
    against: Against = None,
    drivers: Drivers = DRIVERS,
    chance: Chance = CHANCE,
    below: Below = None,
    seed: Seed = 1,
    future: Future = None,
    threads: Threads = None,
    excel: Excel = None,
    force: Overwrite = False,
    json: Json = False,
) -> None:
    """Split the outcome of a roadmap into ignorance and chance."""
    from scenarios import load
    from scenarios.cli.output import console, emit, progress_so_far

    starts = parse_roadmap(roadmap)
    other = None if against is None else parse_roadmap(against)
    thresholds = () if below is None else parse_amounts(below)
    check_excel(excel, overwrite=force)
    scenario = turned(load(file), future)
    from scenarios.cli.compiling import announce_compilation
    from scenarios.two_level import two_level

    announce_compilation("kernel")
    with progress_so_far("simulating draws", max(0, drivers * chance)) as drawn:
        found = two_level(
            scenario,
            starts,
            drivers,
            chance,
            seed,
            against=other,
            thresholds=thresholds,
            threads=threads,
            progress=drawn,
        )
    write_excel(excel, found.document(), "uncertainty", overwrite=force)
    if json:
        emit(found.document())
        return
    from scenarios.cli.render.uncertainty import show_uncertainty

    show_uncertainty(found, scenario, console())


def parse_amounts(text: str) -> tuple[float, ...]:
    """Amounts of money between commas, written as in scenario files. Raises ProblemsFound, every bad one at once.

    >>> parse_amounts("-20k, 0,1.5M")
    (-20000.0, 0.0, 1500000.0)
    """
    import math

    from sim.quantities import parse_number

    found, problems = [], []
    for word in (part.strip() for part in text.split(",")):
        try:
            found.append(parse_number(word))
        except ValueError:
            found.append(math.nan)
        if not math.isfinite(found[-1]):
            problems.append(Problem("--below", f"{word!r} is no amount of money", word, "such as -20k,0"))
    if problems:
        raise ProblemsFound(problems)
    return tuple(found)
