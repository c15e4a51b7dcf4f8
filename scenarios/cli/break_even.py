"""`roadfolio break-even`: the value at which the decision flips."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli.arguments import Future, Json, Scenario, Seed, parse_roadmap, turned
from scenarios.cli.excel import Excel, Overwrite, check_excel, write_excel
from scenarios.cli.roi import Threads

Roadmap = Annotated[
    str | None, typer.Option("--roadmap", metavar="NAME@MONTH,…", help="What starts when; not for a budget.")
]
Against = Annotated[
    str | None,
    typer.Option("--against", metavar="NAME@MONTH,…", help="The other roadmap; else the baseline, or without it."),
]
Driver = Annotated[str | None, typer.Option("--driver", metavar="PATH", help="An uncertain number of the scenario.")]
Initiative = Annotated[
    str | None, typer.Option("--initiative", metavar="NAME", help="A factor on its cost or benefit.")
]
Part = Annotated[str, typer.Option("--part", help="Of the initiative: cost or benefit.")]
Budget = Annotated[str | None, typer.Option("--budget", metavar="NAME", help="The sum at which the plan changes.")]
Draws = Annotated[int, typer.Option("--draws", help="Common draws of every value.")]
Repeats = Annotated[int, typer.Option("--repeats", help="For a budget: valuations on draws of their own.")]


def run(
    file: Scenario,
    roadmap: Roadmap = None,
    driver: Driver = None,
    initiative: Initiative = None,
    part: Part = "cost",
    budget: Budget = None,
    against: Against = None,
    draws: Draws = 2048,
    repeats: Repeats = 4,
    seed: Seed = 1,
    future: Future = None,
    threads: Threads = None,
    excel: Excel = None,
    force: Overwrite = False,
    json: Json = False,
) -> int:
    """Find the value of a driver, an initiative's cost or benefit, or a budget at which the decision flips."""
    from scenarios import load
    from scenarios.cli.output import DONE, INFEASIBLE, console, emit, print_problems, progress_so_far
    from sim.errors import Problem

    starts = None if roadmap is None else parse_roadmap(roadmap)
    other = None if against is None else parse_roadmap(against)
    check_excel(excel, overwrite=force)
    scenario = turned(load(file), future)
    from scenarios.break_even import break_even
    from scenarios.cli.compiling import announce_compilation

    announce_compilation("kernel")
    from optimize.planning import NoRoadmap

    total = repeats if budget is not None else 15
    try:
        with progress_so_far("valuations" if budget is not None else "values", max(1, total)) as done:
            found = break_even(
                scenario,
                starts,
                driver=driver,
                initiative=initiative,
                part=part,
                budget=budget,
                against=other,
                seed=seed,
                draws=draws,
                repeats=repeats,
                threads=threads,
                progress=done,
            )
    except NoRoadmap as error:
        print_problems(
            [Problem("", text, hint="`roadfolio plan` says why", file=file) for text in error.sentences], json
        )
        return INFEASIBLE
    write_excel(excel, found.document(), "break-even", overwrite=force)
    if json:
        emit(found.document())
        return DONE
    from scenarios.cli.render.break_even import show_break_even

    show_break_even(found, scenario, console())
    return DONE
