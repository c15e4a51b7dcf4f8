"""`roadfolio simulate`: what a roadmap is worth, by the company simulated item by item."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from scenarios.cli.arguments import Future, Json, Roadmap, Scenario, Seed, Workers, parse_roadmap, processes, turned
from scenarios.cli.excel import Excel, Overwrite, check_excel, write_excel
from sim.errors import Problem, ProblemsFound

Replications = Annotated[
    int | None,
    typer.Option("--replications", min=1, max=100_000, help="Runs of the company: 20; with --precision at most 2,000."),
]
Precision = Annotated[
    str | None,
    typer.Option("--precision", metavar="SHARE", help="Play until a mean is known to within this share of it: 2%."),
]
Measure = Annotated[
    str | None, typer.Option("--measure", metavar="NAME", help="The mean meant: npv unless stated, cost, or a KPI.")
]
FEW = 20


class ItemEngine(StrEnum):
    """What plays the work items."""

    reference = "reference"
    compiled = "compiled"


Items = Annotated[
    ItemEngine, typer.Option("--items", help="What plays the work items: SimPy to read, or compiled; the same figures.")
]


def run(
    file: Scenario,
    roadmap: Roadmap,
    replications: Replications = None,
    precision: Precision = None,
    measure: Measure = None,
    seed: Seed = 1,
    future: Future = None,
    workers: Workers = None,
    items: Items = ItemEngine.compiled,
    excel: Excel = None,
    force: Overwrite = False,
    json: Json = False,
) -> None:
    """Play the company with a roadmap and without it, item by item."""
    from scenarios import load
    from scenarios.cli.output import console, emit, progress

    starts = parse_roadmap(roadmap)
    check_excel(excel, overwrite=force)
    scenario = turned(load(file), future)
    from scenarios.cli.compiling import announce_compilation
    from sim.company import simulate
    from sim.roadmap import roadmap as validated

    chosen = validated(scenario, starts)
    share = None if precision is None else _share(precision)
    if measure is not None and share is None:
        hint = "add --precision 2%: without it every measure is shown"
        raise ProblemsFound([Problem("--measure", "no precision is asked for", measure, hint)])
    announce_compilation("company" if share is None else "kernel", "company")
    from scenarios.precision import MOST, simulate_to_precision

    most = replications or (FEW if share is None else MOST)
    estimate = None
    with progress("playing the company", most) as advance:
        if share is None:
            outcomes = simulate(
                scenario,
                chosen,
                most,
                seed,
                workers=processes(workers, most),
                items=items.value,
                progress=lambda _done: advance(1),
            )
        else:
            outcomes, estimate = simulate_to_precision(
                scenario,
                chosen,
                share,
                seed,
                measure=measure or "npv",
                most=most,
                workers=processes(workers, most),
                items=items.value,
                progress=lambda _done: advance(1),
            )
    document = outcomes.document() | ({} if estimate is None else {"control_variate": estimate.as_dict()})
    write_excel(excel, document, "simulate", overwrite=force)
    if json:
        emit(document)
        return
    from scenarios.cli.render.outcome import show_outcome
    from scenarios.cli.render.precision import show_estimate

    show_outcome(outcomes, scenario, console())
    if estimate is not None:
        show_estimate(estimate, console())


def _share(text: str) -> float:
    """The share that `--precision` states.

    >>> _share("2%"), _share("0.05")
    (0.02, 0.05)
    """
    try:
        return float(text.removesuffix("%")) / (100.0 if text.endswith("%") else 1.0)
    except ValueError:
        problem = Problem("--precision", f"{text!r} is no share", text, "such as 2% or 0.02")
        raise ProblemsFound([problem]) from None
