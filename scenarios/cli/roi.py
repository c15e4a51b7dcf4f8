"""`roadfolio roi`: what a roadmap is worth, by the Monte Carlo kernel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.cli.arguments import Future, Json, Roadmap, Scenario, Seed, parse_roadmap, turned
from scenarios.cli.excel import Excel, check_excel, write_excel

if TYPE_CHECKING:
    from scenarios.cli.until_sure import Request
    from sim.roadmap import Roadmap as Plan
    from sim.world import Scenario as World

MOST_DRAWS = 1_000_000  # results of more would not fit into the memory of a small machine
FUTURE_DRAWS = 4_000  # of each future, for the table

Draws = Annotated[
    int | None, typer.Option("--draws", min=1, max=MOST_DRAWS, help="Possible worlds to draw, 16,384 unless stated.")
]
Precision = Annotated[
    str | None,
    typer.Option("--precision", metavar="WIDTH", help="Draw until a figure is known to within it: 2% or '500 USD'."),
]
Statistic = Annotated[
    str | None,
    typer.Option(
        "--statistic",
        metavar="NAME",
        help="The figure meant: npv.mean unless stated, npv.p5, npv.cvar5, roi, payback_months.p50, kpi.wait, "
        "'P(npv < -10000)'.",
    ),
]
Against = Annotated[
    str | None,
    typer.Option("--against", metavar="NAME@MONTH,…", help="Draw until it is sure which of two roadmaps is better."),
]
MaxDraws = Annotated[
    int | None,
    typer.Option(
        "--max-draws", min=1, help="Draw no further: 262,144 unless stated. Looks are at 4,096, 8,192, … 1,048,576."
    ),
]
Out = Annotated[Path | None, typer.Option("--out", help="Folder to keep the draws in, so that the run can go on.")]
Extend = Annotated[
    Path | None, typer.Option("--extend", help="Go on with the run in this folder; no draw is repeated.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace the run in the folder of --out, the file of --excel.")]
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
    precision: Precision = None,
    statistic: Statistic = None,
    against: Against = None,
    max_draws: MaxDraws = None,
    out: Out = None,
    extend: Extend = None,
    force: Force = False,
    points: Points = None,
    seed: Seed = 1,
    future: Future = None,
    threads: Threads = None,
    excel: Excel = None,
    json: Json = False,
) -> None:
    """Value a roadmap on many draws, against the same draws without it."""
    from scenarios import load
    from scenarios.cli.output import console, emit, progress_so_far

    check_excel(excel, overwrite=force)
    starts = parse_roadmap(roadmap)
    other = None if against is None else parse_roadmap(against)
    scenario = turned(load(file), future)
    from scenarios.cli.compiling import announce_compilation
    from scenarios.cli.until_sure import Request, check_request
    from scenarios.points import sampling_for
    from sim.montecarlo import evaluate
    from sim.rate_of_return import RateCollector
    from sim.roadmap import roadmap as validated

    request = Request(precision, statistic, other, max_draws, out, extend, force and (out is not None or excel is None))
    check_request(request, draws, points)
    chosen = validated(scenario, starts)
    if request.wanted:
        roadmaps = (chosen,) if other is None else (chosen, validated(scenario, other))
        _until_sure(scenario, roadmaps, request, seed, threads, json, excel, force)
        return
    draws, sampling = sampling_for(scenario, chosen, draws, points)
    announce_compilation("kernel")
    runs = 1 if sampling.points is None else sampling.points.randomisations
    collector = RateCollector(scenario.horizon_months, scenario.money.discount_rate, randomisations=runs)
    with progress_so_far("simulating draws", draws) as drawn:
        outcomes = evaluate(
            scenario, chosen, draws, seed, sampling=sampling, threads=threads, progress=drawn, collect=collector.add
        )
    rates = collector.result()
    from scenarios.outlook import outlook

    prospects = outlook(scenario, chosen, min(draws, FUTURE_DRAWS), seed, threads=threads) if future is None else ()
    found = {**outcomes.document(), **rates.document(), "futures": [one.as_dict() for one in prospects]}
    write_excel(excel, found, "roi", overwrite=force)
    if json:
        emit(found)
        return
    from scenarios.cli.render.outcome import show_outcome

    show_outcome(outcomes, scenario, console(), prospects, rates)


def _until_sure(
    scenario: World,
    roadmaps: tuple[Plan, ...],
    request: Request,
    seed: int,
    threads: int | None,
    json: bool,
    excel: Path | None,
    force: bool,
) -> None:
    from scenarios.cli.compiling import announce_compilation
    from scenarios.cli.output import console, emit
    from scenarios.cli.until_sure import document, run_until_sure

    announce_compilation("kernel")
    outcomes, answer = run_until_sure(scenario, roadmaps, request, seed, threads)
    write_excel(excel, document(outcomes, answer), "roi", overwrite=force)
    if json:
        emit(document(outcomes, answer))
        return
    from scenarios.cli.render.sure import show_sure

    show_sure(outcomes, answer, scenario, console())
