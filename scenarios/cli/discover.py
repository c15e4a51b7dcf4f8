"""`roadfolio discover`: in which driver values a roadmap fails, and what to watch."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli.arguments import Future, Json, Roadmap, Scenario, Seed, parse_roadmap, turned
from scenarios.cli.information import Drivers
from scenarios.cli.roi import Threads
from scenarios.discover import BOXES, CONDITIONS, NOISE, POINTS

Fails = Annotated[
    str, typer.Option("--fails", metavar="WHEN", help="npv<0, cash_trough<20k, cost>100k or goal:NAME (missed).")
]
Of = Annotated[
    str,
    typer.Option("--of", help="draws: a draw with its events fails; drivers: the mean over events fails."),
]
Points = Annotated[
    int, typer.Option("--points", help="Points that choose the boxes, 200 or more; as many measure them.")
]
Noise = Annotated[int, typer.Option("--noise", help="Draws of the events at each point; 8 or more with --of drivers.")]
Boxes = Annotated[int, typer.Option("--boxes", help="Most boxes, 1 to 10.")]
Conditions = Annotated[int, typer.Option("--conditions", help="Most conditions of a box, 1 to 10.")]


def run(
    file: Scenario,
    roadmap: Roadmap,
    fails: Fails = "npv<0",
    of: Of = "draws",
    driver: Drivers = None,
    points: Points = POINTS,
    noise: Noise = NOISE,
    boxes: Boxes = BOXES,
    conditions: Conditions = CONDITIONS,
    seed: Seed = 1,
    future: Future = None,
    threads: Threads = None,
    json: Json = False,
) -> None:
    """Find boxes of driver values in which a roadmap fails more often than elsewhere (PRIM), and signposts."""
    from scenarios import load
    from scenarios.cli.compiling import announce_compilation
    from scenarios.cli.output import console, emit, progress_so_far
    from scenarios.discover import discover

    starts = parse_roadmap(roadmap)
    scenario = turned(load(file), future)
    announce_compilation("kernel")
    with progress_so_far("simulating draws", max(0, 2 * points * noise)) as drawn:
        found = discover(
            scenario, starts, fails, seed, of=of, drivers=driver or (), points=points, noise=noise, boxes=boxes,
            conditions=conditions, threads=threads, progress=drawn,
        )  # fmt: skip
    if json:
        emit(found.document())
        return
    from scenarios.cli.render.discover import show_discovery

    show_discovery(found, scenario, console())
