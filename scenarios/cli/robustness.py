"""`roadfolio robustness`: what is funded as drivers vary, regret and satisficing, three ways to choose."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli.arguments import Json, Scenario, Seed
from scenarios.cli.choices import Noise, PlanRun, Points, Resolved, Roadmaps, given_roadmaps, read_plan
from scenarios.cli.excel import Excel, Overwrite, check_excel, write_excel
from scenarios.cli.roi import Threads
from scenarios.robustness import FUTURE_DRAWS, NOISE, POINTS

Draws = Annotated[int, typer.Option("--draws", min=1, max=1_000_000, help="Draws of each future, 100 or more.")]


def run(
    file: Scenario,
    roadmap: Roadmaps = None,
    plan: PlanRun = None,
    points: Points = POINTS,
    noise: Noise = NOISE,
    draws: Draws = FUTURE_DRAWS,
    resolved: Resolved = 32,
    seed: Seed = 1,
    threads: Threads = None,
    excel: Excel = None,
    force: Overwrite = False,
    json: Json = False,
) -> int:
    """Set decisions side by side across driver worlds and futures."""
    from optimize import NoRoadmap
    from scenarios import load
    from scenarios.cli.compiling import announce_compilation
    from scenarios.cli.output import DONE, INFEASIBLE, console, emit, print_problems
    from scenarios.cli.stages import stages
    from scenarios.robustness import robustness
    from sim.errors import Problem

    given, document = given_roadmaps(roadmap), read_plan(plan)
    check_excel(excel, overwrite=force)
    scenario = load(file)
    announce_compilation("kernel")
    try:
        with stages("robustness") as progress:
            found = robustness(
                scenario, seed, roadmaps=given, plan=document, points=points, noise=noise, draws=draws,
                resolved=resolved, threads=threads, progress=progress,
            )  # fmt: skip
    except NoRoadmap as error:
        print_problems([Problem("", sentence, file=file) for sentence in error.sentences], json)
        return INFEASIBLE
    write_excel(excel, found.document(), "robustness", overwrite=force)
    if json:
        emit(found.document())
        return DONE
    from scenarios.cli.render.robustness import show_robustness

    show_robustness(found, scenario, console())
    return DONE
