"""`roadfolio gaps`: goals against the baseline, and what initiatives do for them."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli.arguments import Future, Json, Scenario, Seed, parse_roadmap, turned
from scenarios.cli.excel import Excel, Overwrite, check_excel, write_excel
from scenarios.cli.roi import Threads

MOST_DRAWS = 200_000  # what is kept of more would not fit into the memory of a small machine

Draws = Annotated[int, typer.Option("--draws", min=2, max=MOST_DRAWS, help="Possible worlds to draw.")]
Chosen = Annotated[
    str | None, typer.Option("--roadmap", metavar="NAME@MONTH,…", help="Judge this roadmap too: pos@0,edr@3.")
]


def run(
    file: Scenario,
    roadmap: Chosen = None,
    draws: Draws = 4096,
    seed: Seed = 1,
    future: Future = None,
    threads: Threads = None,
    excel: Excel = None,
    force: Overwrite = False,
    json: Json = False,
) -> None:
    """Show baseline against target for every goal, and rank initiatives by what they do for the goals."""
    from scenarios import load
    from scenarios.cli.output import console, emit
    from scenarios.cli.stages import stages

    starts = None if roadmap is None else parse_roadmap(roadmap)
    check_excel(excel, overwrite=force)
    scenario = turned(load(file), future)
    from scenarios.cli.compiling import announce_compilation
    from scenarios.gaps import check_goals, gaps

    check_goals(scenario)
    announce_compilation("kernel")
    with stages("simulating") as progress:
        found = gaps(
            scenario, draws, seed, starts, threads=threads, progress=lambda done, of: progress("initiatives", done, of)
        )
    write_excel(excel, found.document(), "gaps", overwrite=force)
    if json:
        emit(found.document())
        return
    from scenarios.cli.render.gaps import show_gaps

    show_gaps(found, scenario, console())
