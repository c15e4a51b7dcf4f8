"""The amounts of a budget at which the program would recommend another roadmap.

The best worth V(f) of the program with the budget times f never falls, because what fits a budget fits a larger one. So
the present best stays the best down to what it needs, and up to the least f with V(f) > V(1); both by halving. The
program is valued again on draws of its own several times: the spread of the answers is their error.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.streams import stream_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimize.problem import RoadmapProblem
    from sim.world import Scenario

HALVINGS = 14
LEAST, MOST = 0.0, 3.0
"""Factors on the budget between which a change is looked for."""


@dataclass(frozen=True)
class Turns:
    """Of one valuation: the best roadmap (start months) at the present budget; below, above: the factors at which it
    changes, None where it does not within the range; next: the best there. proved: whether every solve was."""

    roadmap: Mapping[str, int]
    below: float | None
    after_below: Mapping[str, int] | None
    above: float | None
    after_above: Mapping[str, int] | None
    proved: bool


def turns(scenario: Scenario, budget: str, seed: int, threads: int | None) -> Turns:
    """Changes of the recommended roadmap as a budget shrinks and grows. Raises NoRoadmap where nothing is allowed."""
    from optimize.archive import Archive
    from optimize.check import violations, worth
    from optimize.goal_floors import with_floors
    from optimize.periods import months
    from optimize.plan_limits import SEARCH_FROM, PlanLimits
    from optimize.planning import NoRoadmap
    from optimize.solve import solve
    from optimize.status import Status
    from optimize.valuation import rules, valuation

    limits = PlanLimits(threads=threads)
    ruled = with_floors(scenario, rules(scenario, seed, limits), seed, limits)
    archive = Archive(scenario, seed, SEARCH_FROM, limits.search_draws, limits)
    problem = valuation(ruled, archive, limits).problem
    proved = True

    def best(factor: float) -> tuple[float, dict[str, int]] | None:
        nonlocal proved
        there = with_budget(problem, budget, factor)
        answer = solve(there, limits.solver)
        proved = proved and answer.status in (Status.OPTIMAL, Status.INFEASIBLE)
        return (worth(there, answer.roadmap), dict(answer.roadmap)) if answer.has_solution else None

    now = best(1.0)
    if now is None:
        raise NoRoadmap(("No roadmap meets every demand at the present budget.",))
    value, roadmap = now
    margin = 1e-9 * max(1.0, abs(value))

    def fits(factor: float) -> bool:
        return not violations(with_budget(problem, budget, factor), roadmap)

    below = None if fits(LEAST) else _halved(lambda factor: not fits(factor), LEAST, 1.0)[0]
    after_below = None if below is None else best(below * (1.0 - 1e-6))

    def better(factor: float) -> bool:
        found = best(factor)
        return found is not None and found[0] > value + margin

    above = _halved(lambda factor: not better(factor), 1.0, MOST)[1] if better(MOST) else None
    after_above = None if above is None else best(above)
    return Turns(
        months(scenario, roadmap),
        below,
        None if after_below is None else months(scenario, after_below[1]),
        above,
        None if after_above is None else months(scenario, after_above[1]),
        proved,
    )


def with_budget(problem: RoadmapProblem, name: str, factor: float) -> RoadmapProblem:
    """The problem with all amounts of one budget times a factor."""
    budgets = tuple(
        one.model_copy(update={"amount": tuple(factor * amount for amount in one.amount)}) if one.name == name else one
        for one in problem.budgets
    )
    return problem.model_copy(update={"budgets": budgets})


def seeds(seed: int, number: int) -> list[int]:
    """The seed itself and others that follow from it, for valuations on draws of their own."""
    return [seed, *(int(stream_key(seed, f"break-even/{k}")) >> 1 for k in range(1, number))]


def amount(scenario: Scenario, budget: str) -> float:
    """Sum of a budget over the planning periods [currency]."""
    stated = scenario.money.budgets[budget].amount
    return math.fsum(stated if len(stated) > 1 else tuple(stated) * scenario.periods)


def _halved(first: Callable[[float], bool], low: float, high: float) -> tuple[float, float]:
    """Ends of the last interval in which a statement turns from true at `low` to false at `high`."""
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if first(middle) else (low, middle)
    return low, high
