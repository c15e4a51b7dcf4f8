"""`roadfolio verify`: does the kernel agree with the company?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.cli.arguments import Future, Json, Scenario, Seed, Workers, parse_roadmap, processes, turned
from scenarios.cli.excel import Excel, Overwrite, check_excel, write_excel
from scenarios.cli.simulate import ItemEngine, Items
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from sim.world import Scenario as World

FAILED = 1  # exit code where a figure fails

Replications = Annotated[
    int, typer.Option("--replications", min=2, max=100_000, help="Draws to compare; fewer where fewer suffice.")
]
Roadmaps = Annotated[
    list[str] | None, typer.Option("--roadmap", metavar="NAME@MONTH,…", help="What starts when; may be repeated.")
]
Random = Annotated[int, typer.Option("--random", min=0, max=100, help="So many random feasible roadmaps, too.")]
PlanFolder = Annotated[
    list[Path] | None, typer.Option("--plan", metavar="FOLDER", help="The roadmap of a run of `plan`; repeatable.")
]
ByMonth = Annotated[bool, typer.Option("--months", help="Also every KPI month by month.")]


def run(
    file: Scenario,
    roadmap: Roadmaps = None,
    random: Random = 0,
    plan: PlanFolder = None,
    replications: Replications = 120,
    months: ByMonth = False,
    seed: Seed = 1,
    future: Future = None,
    workers: Workers = None,
    items: Items = ItemEngine.compiled,
    excel: Excel = None,
    force: Overwrite = False,
    json: Json = False,
) -> int:
    """Compare the two engines figure by figure on the same draws, for the baseline and for roadmaps. Ends with 1 if a
    figure fails."""
    from scenarios import load
    from scenarios.agreement import Verdict
    from scenarios.cli.output import DONE, console, emit, progress

    written = [parse_roadmap(text) for text in roadmap or ()]
    check_excel(excel, overwrite=force)
    scenario = turned(load(file), future)
    written += [_planned(folder) for folder in plan or ()]
    from scenarios.cli.compiling import announce_compilation
    from scenarios.verify import verify
    from sim.roadmap import roadmap as validated

    chosen = [validated(scenario, one) for one in written]
    chosen += [validated(scenario, one) for one in _random(scenario, random, seed)]
    announce_compilation("kernel", "company")
    with progress("comparing the engines", replications) as advance:
        found = verify(
            scenario,
            chosen,
            seed,
            replications=replications,
            workers=processes(workers, replications),
            items=items.value,
            months=months,
            progress=lambda _done: advance(1),
        )
    write_excel(excel, found.document(), "verify", overwrite=force)
    if json:
        emit(found.document())
    else:
        from scenarios.cli.render.agreement import show_agreement

        show_agreement(found, scenario, console())
    return FAILED if found.verdict is Verdict.FAIL else DONE


def _random(scenario: World, count: int, seed: int) -> tuple[dict[str, int], ...]:
    if count == 0:
        return ()
    from optimize.random_roadmaps import random_roadmaps

    return random_roadmaps(scenario, count, seed)


def _planned(folder: Path) -> dict[str, int]:
    """The roadmap of a run. Raises ProblemsFound for a folder that holds none."""
    import json

    from scenarios.cli.run_folder import PLAN

    hint = "name a folder that `roadfolio plan --out` wrote"
    try:
        content = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ProblemsFound([Problem("--plan", f"{folder} holds no run", str(folder), hint)]) from error
    starts = content.get("roadmap") if isinstance(content, dict) else None
    if not isinstance(starts, dict) or not all(isinstance(month, int) for month in starts.values()):
        raise ProblemsFound([Problem("--plan", f"{folder / PLAN} states no roadmap", str(folder), hint)])
    return {str(name): month for name, month in starts.items()}
