"""`roadfolio frontier`: how much budget, and how much risk."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli.arguments import Future, Json, Scenario, Seed, turned
from scenarios.cli.excel import Excel, Overwrite, check_excel, write_excel
from scenarios.cli.roi import Threads

Budgets = Annotated[int, typer.Option("--budgets", min=2, max=200, help="How many sizes of the budgets.")]
Top = Annotated[float, typer.Option("--top", min=0.01, max=100.0, help="Largest budgets over the present ones.")]
Risk = Annotated[bool, typer.Option("--risk", help="Also NPV against CVaR, the mean of the worst draws.")]
AllKnees = Annotated[bool, typer.Option("--all-knees", help="Every step of the worth of the program; takes minutes.")]


def run(
    file: Scenario,
    budgets: Budgets = 20,
    top: Top = 2.0,
    risk: Risk = False,
    all_knees: AllKnees = False,
    seed: Seed = 1,
    future: Future = None,
    threads: Threads = None,
    excel: Excel = None,
    force: Overwrite = False,
    json: Json = False,
) -> int:
    """NPV against budget, each size of the budgets with its best roadmap and the least budget that allows it."""
    from scenarios import load
    from scenarios.cli.output import DONE, INFEASIBLE, console, emit, print_problems
    from scenarios.cli.stages import stages
    from sim.errors import Problem, ProblemsFound

    check_excel(excel, overwrite=force)
    scenario = turned(load(file), future)
    if not scenario.money.budgets:
        hint = "state money.budgets, or use `roadfolio plan`"
        raise ProblemsFound(
            [Problem("money.budgets", "a scenario without budgets has no ladder of budgets", hint=hint)]
        )
    from optimize import NoRoadmap, PlanLimits
    from optimize.choices.study import frontiers
    from optimize.frontier import factors
    from optimize.risk.attitude import Attitude, tail_limits
    from scenarios.cli.compiling import announce_compilation

    announce_compilation("kernel")
    limits = PlanLimits(threads=threads)
    if risk and scenario.money.risk is not None:
        limits = tail_limits(limits, Attitude(1.0, float(scenario.money.risk.level)))
    try:
        with stages("frontier") as progress:
            found = frontiers(
                scenario, seed, limits, factors(budgets, top), all_knees=all_knees, risk=risk, progress=progress
            )
    except NoRoadmap as error:
        print_problems([Problem("", sentence, file=file) for sentence in error.sentences], json)
        return INFEASIBLE
    write_excel(excel, found.document(), "frontier", overwrite=force)
    if json:
        emit(found.document())
        return DONE
    from scenarios.cli.render.frontier import show_frontier

    show_frontier(found, scenario, console())
    return DONE
