"""`roadfolio compare`: scenarios, changed assumptions, futures, roadmaps and policies side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli.arguments import Json, Seed
from scenarios.cli.excel import Excel, Overwrite, check_excel, write_excel
from scenarios.cli.roi import Threads
from scenarios.compare import DRAWS
from sim.errors import Problem, ProblemsFound

Files = Annotated[
    list[str], typer.Argument(metavar="SCENARIO...", help="Scenario files, or names of the library; one or several.")
]
Arms = Annotated[
    list[str] | None,
    typer.Option(
        "--arm",
        metavar="'NAME: WHAT …'",
        help="Repeatable. WHAT: pos@0,edr@3, nothing, do-nothing, cheapest-first, highest-roi-first, "
        "technology-first, plan, or run=FOLDER; then PATH=VALUE, future=NAME, scenario=FILE as wanted.",
    ),
]
Roadmaps = Annotated[
    list[str] | None,
    typer.Option("--roadmap", metavar="NAME@MONTH,…", help="Repeatable: an arm of its own in every scenario."),
]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Repeatable: changed in every arm, such as money.tax_rate=x0.8."),
]
Draws = Annotated[int, typer.Option("--draws", help="Possible worlds to draw, 200 or more, the same for every arm.")]
AllPairs = Annotated[bool, typer.Option("--all-pairs", help="Every arm minus each before it, not only the first.")]
NoFutures = Annotated[bool, typer.Option("--no-futures", help="No table of regret over the futures of the scenario.")]


def run(
    files: Files,
    arm: Arms = None,
    roadmap: Roadmaps = None,
    set_: Changes = None,
    draws: Draws = DRAWS,
    all_pairs: AllPairs = False,
    no_futures: NoFutures = False,
    seed: Seed = 1,
    threads: Threads = None,
    excel: Excel = None,
    force: Overwrite = False,
    json: Json = False,
) -> None:
    """Compare arms on common draws: the later ones each minus the first."""
    from scenarios.cli.output import console, emit
    from scenarios.cli.stages import stages
    from scenarios.comparing.arm_text import arms_of

    check_excel(excel, overwrite=force)
    texts = list(arm or ())
    for number, text in enumerate(roadmap or (), start=1):
        texts.append(f"{'roadmap' if len(roadmap or ()) == 1 else f'roadmap {number}'}: {text.strip() or 'nothing'}")
    if not texts:
        hint = 'such as --arm "now: pos@0" --arm "later: pos@6 money.discount_rate=0.12", or --roadmap pos@0'
        raise ProblemsFound([Problem("--arm", "nothing says what to compare", hint=hint)])
    arms = arms_of(texts, files, set_ or ())
    from scenarios.cli.compiling import announce_compilation
    from scenarios.compare import compare

    announce_compilation("kernel")
    with stages("comparing") as progress:
        found = compare(
            arms, draws, seed, all_pairs=all_pairs, futures=not no_futures, threads=threads, progress=progress
        )
    write_excel(excel, found.document(), "compare", overwrite=force)
    if json:
        emit(found.document())
        return
    from scenarios.cli.render.compare import show_comparison

    show_comparison(found, console())
