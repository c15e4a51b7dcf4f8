"""`roadfolio plan`: which roadmap, what it is worth, and why not another one."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.cli.arguments import Future, Json, Scenario, Seed, parse_share, turned
from scenarios.cli.excel import Excel, check_excel, write_excel
from scenarios.cli.pins import Pins, pinned
from scenarios.cli.roi import Threads

if TYPE_CHECKING:
    from optimize import RoadmapProblem
    from sim.world import Scenario as World

Out = Annotated[
    Path | None,
    typer.Option(
        "--out", help="Folder for the run: report.html, plan.json, forecast.json, scenario.yaml, periods.csv, …"
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace the run in the folder of --out, the file of --excel.")]
Seconds = Annotated[
    float | None,
    typer.Option(
        "--seconds", min=1.0, max=1e6, help="Stop the search after this time; the figures of the report come on top."
    ),
]
RiskWeight = Annotated[
    str | None,
    typer.Option(
        "--risk-weight", metavar="SHARE", help="Weight of the mean of the worst draws beside the mean NPV: 0.3 or 30%."
    ),
]
RiskLevel = Annotated[
    str | None,
    typer.Option("--risk-level", metavar="SHARE", help="Share of the draws that are the worst ones: 0.05 or 5%."),
]
Aim = Annotated[
    str | None,
    typer.Option("--objective", metavar="AIM", help="mean, worst-future or regret: in place of the file's objective."),
]

Why = Annotated[
    bool,
    typer.Option("--why", help="All that would change the plan, not only the most telling; takes a minute or more."),
]
Alternatives = Annotated[
    int, typer.Option("--alternatives", min=0, max=5, help="So many roadmaps nearly as good that differ on purpose.")
]
Within = Annotated[
    float | None,
    typer.Option(
        "--within", min=0.0, max=100.0, help="Per cent of the worth that these may give up; else indifference."
    ),
]
NoReport = Annotated[
    bool, typer.Option("--no-report", help="Write no report.html to the folder of --out, nor what it is made of.")
]


def run(
    file: Scenario,
    seed: Seed = 1,
    future: Future = None,
    out: Out = None,
    force: Force = False,
    threads: Threads = None,
    seconds: Seconds = None,
    why: Why = False,
    alternatives: Alternatives = 0,
    within: Within = None,
    risk_weight: RiskWeight = None,
    risk_level: RiskLevel = None,
    objective: Aim = None,
    pin: Pins = None,
    excel: Excel = None,
    no_report: NoReport = False,
    json: Json = False,
) -> int:
    """Recommend a roadmap: value, solve, simulate, refine, compare."""
    from scenarios.attitude import with_attitude
    from scenarios.cli.output import DONE, INFEASIBLE, console, emit, print_problems
    from scenarios.cli.run_folder import check_folder, write_run
    from scenarios.cli.stages import stages
    from scenarios.load import beside, calibrated, parse, read
    from sim.errors import Problem, ProblemsFound

    if within is not None and alternatives == 0:
        example = "--alternatives 3 --within 2"
        raise ProblemsFound([Problem("--within", "has no effect without --alternatives", within, example)])
    check_excel(excel, overwrite=force)
    content, name = read(file)
    calibration = beside(file, name)
    weight = parse_share("--risk-weight", risk_weight, 0.0, 1.0)
    level = parse_share("--risk-level", risk_level, 0.01, 1.0)
    asked = with_attitude(calibrated(parse(content, name), calibration), weight, level, objective, future)
    scenario = pinned(turned(asked, future), pin)
    if out is not None:
        check_folder(out, replace=force)
    from optimize import NoRoadmap, PlanLimits, plan
    from optimize.risk.attitude import attitude_of, tail_limits
    from scenarios.cli.compiling import announce_compilation

    announce_compilation("kernel")
    limits = PlanLimits(
        threads=threads,
        seconds=seconds,
        why=why,
        alternatives=alternatives,
        within=None if within is None else within / 100.0,
    )
    limits = tail_limits(limits, attitude_of(scenario))
    try:
        with stages("planning") as progress:
            found = plan(scenario, seed, limits, progress=progress)
    except NoRoadmap as error:
        hint: str | None = "relax a budget, a capacity, a deadline, a rule, a pin or a mandatory initiative"
        hint = None if error.repairs else hint
        print_problems([Problem("", sentence, hint=hint, file=name) for sentence in error.sentences], json)
        return INFEASIBLE
    from scenarios.outlook import outlook
    from sim.futures import BASE, in_future

    fresh = found.outcomes
    shown = scenario if future is None else in_future(scenario, BASE)  # one future was asked for: no table of others
    prospects = outlook(shown, fresh[0].roadmap, fresh.draws, seed, first_draw=fresh.first_draw, threads=threads)
    document = {**found.document(), "futures": [one.as_dict() for one in prospects]}
    if out is not None:
        from scenarios.load import as_yaml
        from scenarios.monitoring.record import FILE, as_text, first_record

        more = {FILE: as_text([first_record(scenario, found, threads)])}
        if not no_report:
            options = {
                "--seed": seed, "--future": future, "--seconds": seconds, "--risk-weight": risk_weight,
                "--risk-level": risk_level, "--objective": objective, "--why": why, "--alternatives": alternatives,
                "--within": within, "--pin": pin,
            }  # fmt: skip
            more |= _figures(scenario, document, found.program, options, threads)
        replaced = write_run(
            out,
            found,
            document,
            found.program,
            as_yaml(content, name),
            replace=force,
            calibration=calibration,
            more=more,
        )
        for old in replaced:
            print(f"replaced {old}", file=sys.stderr)
        if not no_report:
            from scenarios.report import report

            report(out, force=True)
    write_excel(excel, document, "plan", overwrite=force)
    if json:
        emit(document)
    else:
        from scenarios.cli.render.plan import show_plan

        show_plan(found, scenario, console(), prospects)
        told = 0 if found.reasons is None else len(found.reasons.alternatives)
        if told < alternatives:
            print(
                f"{told} of {alternatives} alternatives: no other direction has a roadmap that is nearly as good and "
                "not yet told; --within allows more",
                file=sys.stderr,
            )
    if out is not None:
        print(f"written to {out}: `roadfolio solve {out / 'problem.json'}` solves its program alone", file=sys.stderr)
    return DONE


def _figures(
    scenario: World, document: dict[str, Any], program: RoadmapProblem, options: dict[str, Any], threads: int | None
) -> dict[str, str]:
    """The file of the figures that the report needs beside the plan."""
    from scenarios.cli.stages import stages
    from scenarios.reporting.figures import FILE, as_text, figures

    words = command_words(options)
    with stages("report") as progress:
        found = figures(scenario, document, program, words, threads=threads, progress=progress)
    return {FILE: as_text(found)}


def command_words(options: Mapping[str, Any]) -> list[str]:
    """The command line that makes a run again from the scenario in its folder. options: what was given, by name.

    >>> " ".join(command_words({"--seed": 1, "--why": True, "--future": None, "--pin": ["pos=out"], "--seconds": 5.0}))
    'roadfolio plan scenario.yaml --seed 1 --why --pin pos=out --seconds 5.0 --out again'
    """
    words = ["roadfolio", "plan", "scenario.yaml"]
    for name, value in options.items():
        if value is None or value is False or (name == "--alternatives" and value == 0):
            continue
        for one in value if isinstance(value, list) else [value]:
            words += [name] if one is True else [name, f"{one}"]
    return [*words, "--out", "again"]
