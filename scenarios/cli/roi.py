"""`roadfolio roi`: what a roadmap is worth, by the Monte Carlo kernel."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli.arguments import Future, Json, Roadmap, Scenario, Seed, parse_roadmap, turned

MOST_DRAWS = 1_000_000  # results of more would not fit into the memory of a small machine
FUTURE_DRAWS = 4_000  # of each future, for the table

Draws = Annotated[
    int | None, typer.Option("--draws", min=1, max=MOST_DRAWS, help="Possible worlds to draw, 16,384 unless stated.")
]
Points = Annotated[
    str | None,
    typer.Option(
        "--points",
        metavar="KIND",
        help="random, or points that fill the space evenly: sobol (16 randomisations, draws 16 * 2^k), latin, "
        "antithetic. sobol unless the draws are stated.",
    ),
]
Threads = Annotated[int | None, typer.Option("--threads", min=1, max=1024, help="Threads; they change no figure.")]


def run(
    file: Scenario,
    roadmap: Roadmap,
    draws: Draws = None,
    points: Points = None,
    seed: Seed = 1,
    future: Future = None,
    threads: Threads = None,
    json: Json = False,
) -> None:
    """Value a roadmap on many draws, against the same draws without it."""
    from scenarios import load
    from scenarios.cli.output import console, emit, progress

    starts = parse_roadmap(roadmap)
    scenario = turned(load(file), future)
    from scenarios.cli.compiling import announce_compilation
    from scenarios.points import sampling_for
    from sim.montecarlo import evaluate
    from sim.roadmap import roadmap as validated

    chosen = validated(scenario, starts)
    draws, sampling = sampling_for(scenario, chosen, draws, points)
    announce_compilation("kernel")
    with progress("simulating draws", draws) as advance:
        done = 0

        def drawn(so_far: int) -> None:
            nonlocal done
            advance(so_far - done)
            done = so_far

        outcomes = evaluate(scenario, chosen, draws, seed, sampling=sampling, threads=threads, progress=drawn)
    from scenarios.outlook import outlook

    prospects = outlook(scenario, chosen, min(draws, FUTURE_DRAWS), seed, threads=threads) if future is None else ()
    if json:
        emit({**outcomes.document(), "futures": [one.as_dict() for one in prospects]})
        return
    from scenarios.cli.render.outcome import show_outcome

    show_outcome(outcomes, scenario, console(), prospects)
