"""`roadfolio policies`: what reviewing, training, upkeep and alignment are worth."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli.arguments import Future, Json, Scenario, Seed, turned
from scenarios.cli.excel import Excel, Overwrite, check_excel, write_excel
from scenarios.cli.roi import Threads
from scenarios.policies import DRAWS, MEASUREMENT_ERROR, REVIEW_EVERY, TRAIN_DRAWS

ReviewEvery = Annotated[int, typer.Option("--review-every", help="Quarters between two reviews.")]
Draws = Annotated[int, typer.Option("--draws", help="Possible worlds on which the policies are valued, 200 or more.")]
Train = Annotated[int, typer.Option("--train-draws", help="Others, from which the rules of the reviews are learned.")]
Noise = Annotated[
    float, typer.Option("--measurement-error", help="Standard error of an observed KPI over its level: 0.02 is 2 %.")
]
Careful = Annotated[bool, typer.Option("--careful", help="Plan with the limits of `roadfolio plan`, not quick ones.")]


def run(
    file: Scenario,
    review_every: ReviewEvery = REVIEW_EVERY,
    draws: Draws = DRAWS,
    train_draws: Train = TRAIN_DRAWS,
    measurement_error: Noise = MEASUREMENT_ERROR,
    careful: Careful = False,
    seed: Seed = 1,
    future: Future = None,
    threads: Threads = None,
    excel: Excel = None,
    force: Overwrite = False,
    json: Json = False,
) -> None:
    """Compare plan once, review, no training, one-time implementation and simple rules by rolling simulation."""
    from scenarios import load
    from scenarios.cli.output import console, emit
    from scenarios.cli.stages import stages

    check_excel(excel, overwrite=force)
    scenario = turned(load(file), future)
    from optimize.plan_limits import PlanLimits
    from scenarios.cli.compiling import announce_compilation
    from scenarios.policies import policies

    announce_compilation("kernel")
    with stages("policies") as progress:
        found = policies(
            scenario,
            draws,
            seed,
            review_every=review_every,
            train_draws=train_draws,
            measurement_error=measurement_error,
            limits=PlanLimits(threads=threads) if careful else None,
            threads=threads,
            progress=progress,
        )
    write_excel(excel, found.document(), "policies", overwrite=force)
    if json:
        emit(found.document())
        return
    from scenarios.cli.render.policies import show_policies

    show_policies(found, scenario, console())
