"""`roadfolio course`: how cash may run month by month, how large losses may get, and what one draw looks like."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.cli.arguments import Future, Json, Roadmap, Scenario, Seed, parse_roadmap, turned
from scenarios.cli.excel import Excel, check_excel, write_excel
from scenarios.cli.roi import Threads
from scenarios.workbooks.csv_text import shown_as_text
from sim.errors import Problem, ProblemsFound, nearest

if TYPE_CHECKING:
    from sim.one_draw import OneDraw
    from sim.trajectories import Trajectories
    from sim.world import Scenario as World

NOTABLE = ("worst", "median", "best")
MOST_DRAWS = 10_000_000  # memory would suffice for more, patience hardly

Draws = Annotated[int, typer.Option("--draws", min=1, max=MOST_DRAWS, help="Possible worlds to draw.")]


class Step(StrEnum):
    """How many months a row of the table of cumulative cash is apart from the next."""

    month = "month"
    quarter = "quarter"
    year = "year"


By = Annotated[Step, typer.Option("--by", help="Rows of the table of cumulative cash.")]
One = Annotated[
    str | None,
    typer.Option("--draw", metavar="N|worst|median|best", help="Show one draw instead: what happened, and its ledger."),
]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write every figure to a table, too.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the files of --csv and --excel.")]


def run(
    file: Scenario,
    roadmap: Roadmap,
    draws: Draws = 20_000,
    seed: Seed = 1,
    future: Future = None,
    threads: Threads = None,
    by: By = Step.quarter,
    draw: One = None,
    csv: Csv = None,
    force: Force = False,
    excel: Excel = None,
    json: Json = False,
) -> None:
    """Show the cumulative cash of a roadmap, the company's balance, losses by size, and the rate of return."""
    from scenarios import load
    from scenarios.cli.output import check_free, console, emit, progress_so_far, save

    starts = parse_roadmap(roadmap)
    number = None if draw is None or draw in NOTABLE else _number(draw)
    check_excel(excel, overwrite=force)
    if csv is not None:
        check_free(csv, overwrite=force, option="--csv")
    scenario = turned(load(file), future)
    from scenarios.cli.compiling import announce_compilation
    from sim.montecarlo import trajectories
    from sim.one_draw import one_draw
    from sim.roadmap import roadmap as validated

    chosen = validated(scenario, starts)
    announce_compilation("kernel")
    found: Trajectories | OneDraw
    if number is not None:
        found = one_draw(scenario, chosen, number, seed)
    else:
        with progress_so_far("simulating draws", draws) as drawn:
            whole = trajectories(scenario, chosen, draws, seed, threads=threads, progress=drawn)
        notable = next((one.draw for one in whole.notable if one.name == draw), None)
        found = whole if notable is None else one_draw(scenario, chosen, notable, seed)
    from sim.trajectories import Trajectories as Many

    if not isinstance(found, Many):
        if csv is not None:
            save(csv, found.to_frame().with_columns(shown_as_text()).write_csv(), overwrite=force, option="--csv")
        write_excel(excel, found.document(), "course", overwrite=force)
        _show_one(found, scenario, draw, draws, json)
        return
    from scenarios.cyber_tail import tail_of_business

    tail = tail_of_business(scenario, chosen, seed, threads=threads)
    if csv is not None:
        more = () if tail is None else tail.rows(scenario.profile.currency)
        save(csv, found.to_frame(more).with_columns(shown_as_text()).write_csv(), overwrite=force, option="--csv")
    document = {**found.document(), "tail": None if tail is None else tail.document()}
    write_excel(excel, document, "course", overwrite=force)
    if json:
        emit(document)
        return
    from scenarios.cli.render.course import show_course

    show_course(found, scenario, console(), {Step.month: 1, Step.quarter: 3, Step.year: 12}[by], tail)


def _show_one(found: OneDraw, scenario: World, draw: str | None, draws: int, json: bool) -> None:
    """Print one draw, which may be none of the `draws` of the run."""
    from scenarios.cli.output import console, emit

    if json:
        emit(found.document())
        return
    from scenarios.cli.render.one_draw import show_draw

    show_draw(found, scenario, console(), draw if draw in NOTABLE else None, draws)


def _number(text: str) -> int:
    """The draw that `--draw` names by its number.

    >>> _number("12")
    12
    """
    if text.isdecimal() and len(text) <= 18:
        return int(text)
    close = nearest(text, NOTABLE)
    hint = (
        f"did you mean {close}?"
        if close
        else f"a whole number from 0, such as 0 to {MOST_DRAWS - 1:,}, or {', '.join(NOTABLE)}"
    )
    raise ProblemsFound([Problem("--draw", f"{text!r} is no draw", text, hint)])
