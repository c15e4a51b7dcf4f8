"""Goals that a roadmap must reach in the mean of the draws: floors of the program, and the test of finalists.

The goal is a KPI in one year. In the program each initiative adds what it changes of the mean by itself, beside what it
requires, for each start; so the row is a filter, and a finalist must reach the goal in simulation, on fresh draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimize.archive import key
from optimize.periods import Starts, months
from optimize.plan_limits import SEARCH_FROM, SELECTION_FROM, PlanLimits
from optimize.problem import GoalFloor
from optimize.structure import Structure
from sim.errors import Problem, ProblemsFound
from sim.goal_floor import Demanded, demanded, numbers_a_draw
from sim.montecarlo import evaluate, given_draws
from sim.world import Scenario

if TYPE_CHECKING:
    from optimize.valuation import Rules

Floats = NDArray[np.float64]

TINY = 1e-9
CELLS = 20_000_000
"""Numbers that one call of the simulation may return: 160 MB."""


def with_floors(scenario: Scenario, ruled: Rules, seed: int, limits: PlanLimits) -> Rules:
    """The rules with a floor for each goal that the empty roadmap does not reach, or that initiatives could lose which
    change the KPI for the worse, on the first draws of the search. What may be lost is then a floor below 0.

    Raises ProblemsFound for a KPI that has no value in the year of its goal.
    """
    from optimize.valuation import filled, starts_to_simulate

    goals = demanded(scenario)
    if not goals:
        return ruled
    structure = Structure(ruled.problem)
    cases: dict[str, tuple[dict[str, int], list[int]]] = {}
    for name in structure.names:
        context = structure.complete({}, structure.needs[name]) or {}
        first = structure.earliest(name, context)
        cases[name] = (context, starts_to_simulate([t for t in structure.starts[name] if t >= first], limits.grid))
    wanted: list[Starts] = [{}]
    for name, (context, starts) in cases.items():
        wanted += [context, *({**context, name: t} for t in starts)]
    levels = _levels(scenario, goals, wanted, SEARCH_FROM, limits.linear_draws, seed, limits)
    periods = ruled.problem.periods
    floors = []
    for k, goal in enumerate(goals):
        base = levels[key({})][k]
        _refuse_missing(goal, base)
        contributions = {}
        for name, (context, starts) in cases.items():
            gain = {t: levels[key({**context, name: t})][k] - levels[key(context)][k] for t in starts}
            by_start = filled(gain, periods)
            # The one period with a floor is the last, so that elapsed periods tell the starts apart.
            contributions[name] = tuple(by_start[periods - 1 - elapsed] for elapsed in range(periods))
        if base + sum(min(0.0, *series) for series in contributions.values()) >= goal.least:
            continue  # no roadmap breaks the row
        level = (*(None,) * (periods - 1), goal.least - base)
        floors.append(GoalFloor(name=goal.name, level=level, contributions=contributions))
    return replace(ruled, problem=ruled.problem.model_copy(update={"goals": tuple(floors)}))


def reach(scenario: Scenario, roadmaps: Sequence[Starts], seed: int, limits: PlanLimits) -> list[bool]:
    """Whether the mean of each roadmap reaches every goal with a floor on fresh draws."""
    goals = demanded(scenario)
    if not goals or not roadmaps:
        return [True] * len(roadmaps)
    least = [goal.least for goal in goals]
    return [bool(np.all(level >= least)) for level in _fresh(scenario, goals, roadmaps, seed, limits)]


def reaching(
    scenario: Scenario, finalists: Sequence[Starts], among: Sequence[int], seed: int, limits: PlanLimits
) -> tuple[list[int], tuple[str, ...]]:
    """Those of the finalists `among` whose mean reaches every goal with a floor on fresh draws, and nothing to say.

    If none does, all of them, and a sentence for each goal that the finalist misses which comes nearest.
    """
    goals = demanded(scenario)
    if not goals:
        return list(among), ()
    levels = _fresh(scenario, goals, [finalists[k] for k in among], seed, limits)
    least = np.array([goal.least for goal in goals])
    kept = [k for k, level in zip(among, levels, strict=True) if np.all(level >= least)]
    if kept:
        return kept, ()
    scale = np.maximum(np.abs(least), TINY)
    nearest = levels[int(np.argmin(((least - levels) / scale).max(axis=1)))]
    return list(among), tuple(_missed(scenario, goals[f], nearest[f]) for f in np.flatnonzero(nearest < least))


def _missed(scenario: Scenario, goal: Demanded, level: float) -> str:
    """What is missed, in the unit of the KPI."""
    stated = scenario.goals[goal.name]
    asked = f"the mean of {stated.kpi} in year {goal.year + 1} must be at {'least' if goal.sign > 0 else 'most'}"
    return (
        f"No finalist reaches goal {goal.name} on fresh draws: {asked} {goal.sign * goal.least:,.6g}, "
        f"and the nearest of them reaches {goal.sign * level:,.6g}."
    )


def _fresh(
    scenario: Scenario, goals: Sequence[Demanded], roadmaps: Sequence[Starts], seed: int, limits: PlanLimits
) -> Floats:
    """(roadmaps, goals) mean of each goal's KPI on the first draws of the selection, for the better upwards."""
    draws = limits.first_selection_draws
    levels = _levels(scenario, goals, roadmaps, SELECTION_FROM, draws, seed, limits)
    return np.array([levels[key(one)] for one in roadmaps]).reshape(len(roadmaps), len(goals))


def _levels(
    scenario: Scenario,
    goals: Sequence[Demanded],
    roadmaps: Sequence[Starts],
    first_draw: int,
    draws: int,
    seed: int,
    limits: PlanLimits,
) -> Mapping[tuple[tuple[str, int], ...], Floats]:
    """Mean of each goal's KPI under each roadmap (in periods), for the better upwards."""
    todo = list({key(one): one for one in roadmaps}.values())
    columns, years = [goal.column for goal in goals], [goal.year for goal in goals]
    signs = np.array([goal.sign for goal in goals])
    size = max(1, CELLS // (numbers_a_draw(scenario) * draws) - 1)
    found, given = {}, given_draws(limits.picked, first_draw, draws)
    for first in range(0, len(todo), size):
        part = todo[first : first + size]
        starts = [months(scenario, one) for one in part]
        outcomes = evaluate(scenario, starts, draws, seed, first_draw=first_draw, given=given, threads=limits.threads)
        for one, measured in zip(part, outcomes, strict=True):
            found[key(one)] = signs * np.mean(measured.kpis[:, columns, years], axis=0)
    return found


def _refuse_missing(goal: Demanded, level: float) -> None:
    if not np.isfinite(level):
        message = "the KPI has no value in some draws of that year, so no floor can be set on its mean"
        raise ProblemsFound(
            [Problem(f"goals.{goal.name}.floor", message, True, "drop the floor, or choose another KPI or month")]
        )
