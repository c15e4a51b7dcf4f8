"""`roadfolio replan`: what actuals say of a plan under way, and whether the rest should be planned otherwise."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.cli.arguments import Json
from scenarios.cli.plan import NoReport
from scenarios.cli.roi import Threads
from scenarios.replan import DRAWS
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from scenarios.monitoring.run import Run

Folder = Annotated[Path, typer.Argument(metavar="RUN", help="Folder that `plan --out` or `replan --out` wrote.")]
Actuals = Annotated[
    Path | None, typer.Argument(metavar="ACTUALS", help="Table of month, what, value, error; none: nothing observed.")
]
At = Annotated[
    str, typer.Option("--at", metavar="MONTH", help="First month that is not over: 6, or a date such as 2027-07.")
]
Out = Annotated[
    Path | None, typer.Option("--out", help="Folder for the run of the new plan, with the actuals and all records.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace the run that the folder of --out holds.")]
Draws = Annotated[int, typer.Option("--draws", help="Draws of each part of the work, before they are weighted.")]
OwnSeed = Annotated[
    int | None, typer.Option("--seed", min=0, max=2**63 - 1, help="The seed of the run, which a new plan keeps.")
]
Template = Annotated[
    bool, typer.Option("--template", help="Print a table of actuals to fill in, with what the plan expected.")
]
Seconds = Annotated[float | None, typer.Option("--seconds", min=1.0, max=1e6, help="Stop the search after this time.")]


USUAL = ("revenue", "on_time_share", "lost_share", "customers", "availability", "churn", "cash")
"""KPIs that a business counts itself and that do not follow from one another, none of them of single events."""
NOTES = (
    "# value: what the plan expected, at the end of each planning period; replace it by what was observed, and delete",
    "# the lines of what was not. error: standard deviation, of the measurement and of what the model leaves out.",
    "# Each line counts as one more independent observation: of figures that say the same thing, state one.",
)


def run(
    folder: Folder,
    actuals: Actuals = None,
    at: At = "",
    out: Out = None,
    force: Force = False,
    draws: Draws = DRAWS,
    threads: Threads = None,
    seconds: Seconds = None,
    template: Template = False,
    no_report: NoReport = False,
    seed: OwnSeed = None,
    json: Json = False,
) -> int:
    """Weigh actuals against a plan under way: what was learned, and what of the rest should change."""
    from scenarios.cli.output import DONE, INFEASIBLE, console, emit, print_problems
    from scenarios.cli.run_folder import ACTUALS, FORECAST, REPLAN, check_folder, write_run
    from scenarios.cli.stages import stages
    from scenarios.monitoring.run import read_run

    found = read_run(folder)
    if seed not in (None, found.seed):
        hint = f"leave it out, or give {found.seed}"
        raise ProblemsFound([Problem("--seed", "a new plan keeps the seed of its run", seed, hint)])
    month = _month(at, found)
    if template:
        print(_template(found, month), end="")
        return DONE
    text = "" if actuals is None else _read(actuals)
    if out is not None:
        check_folder(out, replace=force)
    from optimize import NoRoadmap, PlanLimits
    from scenarios.cli.compiling import announce_compilation
    from scenarios.monitoring.actuals import as_table
    from scenarios.monitoring.record import as_text
    from scenarios.replan import replan

    announce_compilation("kernel")
    limits = PlanLimits(threads=threads, seconds=seconds)
    try:
        with stages("replanning") as progress:
            done = replan(found, text, month, draws=draws, limits=limits, file=str(actuals or ""), progress=progress)
    except NoRoadmap as error:
        hint = "what is under way stays; relax a budget, a capacity, a deadline or a pin in a new scenario and plan it"
        print_problems([Problem("", sentence, hint=hint, file=str(folder)) for sentence in error.sentences], json)
        return INFEASIBLE
    if out is not None:
        import json as text_of

        document = text_of.dumps(done.document(), indent=2, allow_nan=False) + "\n"
        more = {ACTUALS: as_table(done.actuals), FORECAST: as_text(done.records), REPLAN: document}
        plan_document = {**done.plan_document, "futures": []}
        program, content, calibration = done.plan.program, found.content, found.calibration
        replaced = write_run(
            out, done.plan, plan_document, program, content, replace=force, calibration=calibration, more=more
        )
        for old in replaced:
            print(f"replaced {old}", file=sys.stderr)
        if not no_report:
            from scenarios.report import report

            report(out, force=True)
    if json:
        emit(done.document())
    else:
        from scenarios.cli.render.replan import show_replan

        show_replan(done, found.scenario, console())
    if out is not None:
        print(f"written to {out}: go on with `roadfolio replan {out} ACTUALS --at MONTH`", file=sys.stderr)
    return DONE


def _month(text: str, found: Run) -> int:
    from scenarios.monitoring.actuals import month_number

    month = month_number(text.strip(), found.scenario.start)
    last = found.scenario.planning_months - 1
    if month is None or not max(1, found.at) <= month <= last:
        message = f"{text!r} is no month in which this plan can be replanned" if text else "the month is missing"
        hint = f"{max(1, found.at)} to {last}, counted from {found.scenario.start}, or a date such as 2027-07"
        raise ProblemsFound([Problem("--at", message, text, hint)])
    return month


def _read(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ProblemsFound([Problem("ACTUALS", f"{path} cannot be read: {reason}", str(path))]) from None
    if not text.strip():
        hint = "the first line is month,what,value,error; leave the table out where nothing was observed"
        raise ProblemsFound([Problem("ACTUALS", f"{path} is empty", str(path), hint)])
    return text


def _template(found: Run, at: int) -> str:
    """What the newest record expected of the months before `at`, as a table of actuals."""
    from scenarios.monitoring.actuals import COLUMNS
    from scenarios.monitoring.record import expected

    if not found.records:
        message = "the run has no record of its forecast"
        raise ProblemsFound([Problem("RUN", message, hint="plan anew with `roadfolio plan --out`")])
    record = found.records[-1]
    step = found.scenario.period_months
    months = [month for month in range(record["issued_at"], at) if (month + 1) % step == 0 or month == at - 1]
    lines = [*NOTES, ",".join(COLUMNS)]
    left = []
    for what in record["figures"]:
        if what.startswith("golive."):
            continue
        if "." not in what and what not in USUAL:
            left.append(what)
            continue
        for month in months:
            mean = expected(record, what, month)
            if mean:
                lines.append(f"{month},{what},{mean:.5g},5 %")
    for what, figure in record["figures"].items():
        if what.startswith("golive."):
            live = figure["mean"]
            shown = "none" if live is None or round(live) > at - 1 else f"{round(live)}"
            lines.append(f"{at - 1},{what},{shown},0")
    lines.insert(len(NOTES), f"# Other figures and months can be stated as well: {', '.join(left)}.")
    return "\n".join(lines) + "\n"
