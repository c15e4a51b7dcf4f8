"""`roadfolio contributions`: what each initiative of a roadmap adds to it."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli.arguments import Future, Json, Roadmap, Scenario, Seed, parse_roadmap, turned
from scenarios.cli.excel import Excel, Overwrite, check_excel, write_excel
from scenarios.cli.roi import Threads
from scenarios.contributions import DRAWS, ORDERS

Draws = Annotated[int, typer.Option("--draws", min=2, help="Possible worlds to draw.")]
Sampled = Annotated[
    int, typer.Option("--orders", help="Sampled orders, an even number; up to 8 initiatives all orders count.")
]


def run(
    file: Scenario,
    roadmap: Roadmap,
    draws: Draws = DRAWS,
    orders: Sampled = ORDERS,
    seed: Seed = 1,
    future: Future = None,
    threads: Threads = None,
    excel: Excel = None,
    force: Overwrite = False,
    json: Json = False,
) -> None:
    """Divide the NPV of a roadmap among its initiatives: alone, last in, and the mean over all orders."""
    from scenarios import load
    from scenarios.cli.output import console, emit
    from scenarios.cli.stages import stages

    starts = parse_roadmap(roadmap)
    check_excel(excel, overwrite=force)
    scenario = turned(load(file), future)
    from scenarios.cli.compiling import announce_compilation
    from scenarios.contributions import contributions

    announce_compilation("kernel")
    with stages("simulating") as progress:
        found = contributions(
            scenario,
            starts,
            draws,
            orders,
            seed,
            threads=threads,
            progress=lambda done, of: progress("parts of the roadmap", done, of),
        )
    write_excel(excel, found.document(), "contributions", overwrite=force)
    if json:
        emit(found.document())
        return
    from scenarios.cli.render.contributions import show_contributions

    show_contributions(found, scenario, console())
