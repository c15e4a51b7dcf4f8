"""`roadfolio verify`: does the kernel agree with the company?"""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli.arguments import Future, Json, Roadmap, Scenario, Seed, parse_roadmap, turned
from scenarios.cli.simulate import ItemEngine, Items, Workers

Replications = Annotated[
    int, typer.Option("--replications", min=2, max=100_000, help="Draws to compare; fewer where fewer suffice.")
]


def run(
    file: Scenario,
    roadmap: Roadmap,
    replications: Replications = 20,
    seed: Seed = 1,
    future: Future = None,
    workers: Workers = 1,
    items: Items = ItemEngine.compiled,
    json: Json = False,
) -> None:
    """Compare the two engines figure by figure on the same draws. A FAIL is a finding and ends with 0, too."""
    from scenarios import load
    from scenarios.cli.output import console, emit, progress

    starts = parse_roadmap(roadmap)
    scenario = turned(load(file), future)
    from scenarios.cli.compiling import announce_compilation
    from scenarios.verify import verify
    from sim.roadmap import roadmap as validated

    chosen = validated(scenario, starts)
    announce_compilation("kernel", "company")
    with progress("comparing the engines", replications) as advance:
        done = 0

        def compared(so_far: int) -> None:
            nonlocal done
            advance(so_far - done)
            done = so_far

        found = verify(
            scenario, chosen, seed, replications=replications, workers=workers, items=items.value, progress=compared
        )
    if json:
        emit(found.document())
        return
    from scenarios.cli.render.agreement import show_agreement

    show_agreement(found, scenario, console())
