"""Figures of the report that take long to compute: made once when a plan is written, kept beside it as figures.json.

All of them are of the recommended roadmap. The distribution of the NPV, the course of cash and the losses are on the
draws of the plan's own report, so they agree with plan.json to the last bit; what is simulated otherwise says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.errors import ProblemsFound

if TYPE_CHECKING:
    from optimize.problem import RoadmapProblem
    from sim.world import Scenario

FILE: Final = "figures.json"
SCHEMA_VERSION: Final = 1
CONTRIBUTION_DRAWS, ORDERS = 512, 16
GOAL_DRAWS = 1024
Document = dict[str, Any]
Progress = Callable[[str, int, int], None]


def figures(
    scenario: Scenario,
    plan: Mapping[str, Any],
    program: RoadmapProblem,
    command: Sequence[str],
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Document:
    """What the report shows beyond the plan. plan: its JSON document. program: its last one, for the ladder of budgets.
    command: words of the command line that makes the run again, with the run's scenario.yaml as its file.

    A part that cannot be computed is None, with the reason in `skipped`; threads change no figure.
    """
    from scenarios.reporting.ladder import budget_ladder
    from scenarios.reporting.tornado import screened_tornado
    from scenarios.reporting.worth import distributions

    told = progress or (lambda _stage, _done, _total: None)
    seed, roadmap = int(plan["seed"]), dict(plan["roadmap"])
    draws, first = int(plan["outcomes"]["draws"]), int(plan["outcomes"]["first_draw"])
    found: Document = {
        "schema_version": SCHEMA_VERSION,
        "scenario": scenario.name,
        "scenario_hash": scenario.hash(),
        "roadmap": roadmap,
        "seed": seed,
        "currency": scenario.profile.currency,
        "draws": draws,
        "first_draw": first,
        "command": list(command),
    }
    parts: dict[str, Callable[[], Document]] = {
        "npv": lambda: distributions(scenario, plan, threads),
        "course": lambda: course(scenario, roadmap, draws, seed, first, threads),
        "contributions": lambda: _contributions(scenario, roadmap, seed, first, threads),
        "tornado": lambda: screened_tornado(scenario, roadmap, seed, threads),
        "ladder": lambda: budget_ladder(scenario, plan, program, threads),
        "goals": lambda: _goals(scenario, roadmap, seed, first, threads),
    }
    skipped: dict[str, str] = {}
    for number, (name, compute) in enumerate(parts.items(), start=1):
        told(f"report: {name}", number, len(parts))
        try:
            found[name] = compute()
        except ProblemsFound as error:
            found[name] = None
            skipped[name] = "; ".join(problem.message for problem in error.errors)
    return {**found, "skipped": skipped}


def as_text(found: Mapping[str, Any]) -> str:
    """The file."""
    return json.dumps(found, separators=(",", ":"), allow_nan=False) + "\n"


def course(
    scenario: Scenario, roadmap: Mapping[str, int], draws: int, seed: int, first: int, threads: int | None
) -> Document:
    """Fans of cash by month and losses of a year, in short; see `sim.montecarlo.trajectories`."""
    from sim.montecarlo import trajectories

    whole = trajectories(scenario, roadmap, draws, seed, first_draw=first, threads=threads).document()
    fans = {
        name: {key: _short(fan[key]) for key in ("mean", "p5", "p25", "p50", "p75", "p95")}
        for name, fan in whole["fans"].items()
    }
    return {"start": whole["start"], "months": whole["months"], "fans": fans, "losses": whole["losses"]["annual"]}


def _contributions(
    scenario: Scenario, roadmap: Mapping[str, int], seed: int, first: int, threads: int | None
) -> Document:
    from scenarios.contributions import contributions

    whole = contributions(
        scenario, roadmap, CONTRIBUTION_DRAWS, ORDERS, seed, first_draw=first, threads=threads
    ).document()
    kept = ("id", "title", "alone", "last_in")
    rows = [
        {**{key: one[key] for key in kept}, "npv": one["shapley"]["npv"], "cost": one["shapley"]["cost"]}
        for one in whole["initiatives"]
    ]
    return {"draws": whole["draws"], "orders": whole["orders"], "npv": whole["npv"], "initiatives": rows}


def _goals(scenario: Scenario, roadmap: Mapping[str, int], seed: int, first: int, threads: int | None) -> Document:
    from scenarios.alignment.judge import Judge
    from scenarios.alignment.simulation import Simulation
    from scenarios.gaps import check_goals
    from sim.roadmap import roadmap as validated

    check_goals(scenario)
    chosen = validated(scenario, roadmap).as_dict
    simulation = Simulation(scenario, GOAL_DRAWS, seed, first, threads)
    simulation.run([chosen])
    judge = Judge(scenario, simulation.sample({}))
    after = judge.roadmap(chosen, simulation.sample(chosen), (), simulation.sample(chosen))
    rows = [
        {
            "id": goal.name,
            "title": goal.title,
            "kpi": goal.kpi,
            "unit": goal.unit,
            "better": goal.better,
            "target": goal.target,
            "weight": goal.weight,
            "first_month": goal.months[0],
            "last_month": goal.months[1],
            "before": goal.baseline.document(),
            "after": after.levels[goal.name].document(),
        }
        for goal in judge.goals({})
    ]
    return {"draws": GOAL_DRAWS, "rows": rows}


def _short(values: Sequence[float]) -> list[float]:
    """Six digits are more than a chart can show."""
    return [float(f"{value:.6g}") for value in values]
