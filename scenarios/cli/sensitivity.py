"""`roadfolio sensitivity`: which assumptions an outcome hangs on, and which the decision."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli.arguments import Future, Json, Roadmap, Scenario, Seed, parse_roadmap, turned
from scenarios.cli.excel import Excel, Overwrite, check_excel, write_excel
from scenarios.cli.roi import Threads
from scenarios.cli.uncertainty import Against

Method = Annotated[
    str,
    typer.Option("--method", metavar="METHOD", help="tornado, morris, sobol, pawn or delta."),
]
Statistic = Annotated[
    str, typer.Option("--statistic", metavar="NAME", help='The outcome: npv.mean, npv.p5, "P(cash_trough < 20k)".')
]
Points = Annotated[
    int | None, typer.Option("--points", help="Draws of a tornado, trajectories of morris, points of the others.")
]
Noise = Annotated[int | None, typer.Option("--noise", help="Draws of the events at each point, 2 or more; else 8.")]
Chance = Annotated[bool, typer.Option("--chance", help="With sobol: chance as a group of its own.")]
GroupBy = Annotated[
    str | None, typer.Option("--group-by", metavar="WHAT", help="initiative, owner or kind: drivers move together.")
]
Top = Annotated[int, typer.Option("--top", min=1, max=1000, help="Rows to print; a document has all.")]
Second = Annotated[bool, typer.Option("--second-order", help="With sobol: also of pairs of drivers.")]
ByYear = Annotated[bool, typer.Option("--by-year", help="Also of the cumulative cash at the end of each year.")]
Independent = Annotated[
    bool, typer.Option("--independent", help="With sobol: treat correlated drivers as independent ones, and say so.")
]
OneByOne = Annotated[int, typer.Option("--one-by-one", help="With sobol: drivers told apart; the rest is one group.")]
Decision = Annotated[bool, typer.Option("--decision", help="Also which drivers change the best of a set of roadmaps.")]
Choice = Annotated[
    list[str] | None,
    typer.Option("--choice", metavar="NAME@MONTH,…", help="Another roadmap that could be chosen; repeatable."),
]
InFuture = Annotated[
    list[str] | None,
    typer.Option("--in-future", metavar="NAME", help="A future beside which the drivers are weighed; repeatable."),
]


def run(
    file: Scenario,
    roadmap: Roadmap,
    method: Method = "tornado",
    statistic: Statistic = "npv.mean",
    against: Against = None,
    points: Points = None,
    noise: Noise = None,
    chance: Chance = False,
    group_by: GroupBy = None,
    top: Top = 15,
    second_order: Second = False,
    by_year: ByYear = False,
    independent: Independent = False,
    one_by_one: OneByOne = 60,
    decision: Decision = False,
    choice: Choice = None,
    in_future: InFuture = None,
    seed: Seed = 1,
    future: Future = None,
    threads: Threads = None,
    excel: Excel = None,
    force: Overwrite = False,
    json: Json = False,
) -> None:
    """Which assumptions an outcome of a roadmap hangs on."""
    from scenarios import load
    from scenarios.cli.output import console, emit, progress_so_far

    check_excel(excel, overwrite=force)
    starts = parse_roadmap(roadmap)
    other = None if against is None else parse_roadmap(against)
    choices = [parse_roadmap(text) for text in choice or ()]
    scenario = turned(load(file), future)
    from scenarios.cli.compiling import announce_compilation
    from scenarios.sensitivity import expected_draws, sensitivity

    announce_compilation("kernel")
    total = expected_draws(scenario, starts, method, statistic, points, noise, chance, second_order, one_by_one)
    with progress_so_far("simulating draws", total) as drawn:
        found = sensitivity(
            scenario,
            starts,
            method,
            statistic,
            seed,
            against=other,
            points=points,
            noise=noise,
            chance=chance,
            group_by=group_by,
            second_order=second_order,
            by_year=by_year,
            independent=independent,
            one_by_one=one_by_one,
            decision=decision,
            choices=choices,
            futures=in_future or (),
            threads=threads,
            progress=drawn,
        )
    write_excel(excel, found.document(), "sensitivity", overwrite=force)
    if json:
        emit(found.document())
        return
    from scenarios.cli.render.sensitivity import show_sensitivity

    show_sensitivity(found, scenario, console(), top)
