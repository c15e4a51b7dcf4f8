"""`roadfolio simulate`: what a roadmap is worth, by the company simulated item by item."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from scenarios.cli.arguments import Future, Json, Roadmap, Scenario, Seed, Workers, parse_roadmap, processes, turned

Replications = Annotated[int, typer.Option("--replications", min=1, max=100_000, help="Runs of the company.")]


class ItemEngine(StrEnum):
    """What plays the work items."""

    reference = "reference"
    compiled = "compiled"


Items = Annotated[
    ItemEngine, typer.Option("--items", help="What plays the work items: SimPy to read, or compiled; the same figures.")
]


def run(
    file: Scenario,
    roadmap: Roadmap,
    replications: Replications = 20,
    seed: Seed = 1,
    future: Future = None,
    workers: Workers = None,
    items: Items = ItemEngine.compiled,
    json: Json = False,
) -> None:
    """Play the company with a roadmap and without it, item by item."""
    from scenarios import load
    from scenarios.cli.output import console, emit, progress

    starts = parse_roadmap(roadmap)
    scenario = turned(load(file), future)
    from scenarios.cli.compiling import announce_compilation
    from sim.company import simulate
    from sim.roadmap import roadmap as validated

    chosen = validated(scenario, starts)
    announce_compilation("company")
    with progress("playing the company", replications) as advance:
        outcomes = simulate(
            scenario,
            chosen,
            replications,
            seed,
            workers=processes(workers, replications),
            items=items.value,
            progress=lambda _done: advance(1),
        )
    if json:
        emit(outcomes.document())
        return
    from scenarios.cli.render.outcome import show_outcome

    show_outcome(outcomes, scenario, console())
