"""NPV against budget: the best roadmap of the program for every size of the budgets, with the exact knees between.

All amounts of all budgets are scaled by one factor f. What a roadmap at best is worth, V(f), is a step function that
never falls, because what fits a budget fits a larger one. So few of the budgets asked for need a solve:

- the roadmap that is best at f fits down to its own need g <= f, and is best at every factor between: no solve;
- if V is the same at two factors, it is so between them: no solve;
- else the interval is halved.

A knee is the least factor at which a worth can be had. Between two adjacent budgets with different worth the elastic
program finds it exactly: the least f with V(f) at the worth of the upper one; then the best just below it is solved,
and so on, until the roadmap found fits the lower budget. A roadmap that costs more and is worth no more is no knee.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from optimize.check import worth
from optimize.reasons.elastic import Elastic, clear_margin
from optimize.reasons.resolves import NEAR, Resolves
from optimize.recount import purse, spent
from optimize.risk.check import CHANCE_TOLERANCE
from optimize.violation import ROW_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimize.problem import Budget, RoadmapProblem
    from optimize.risk.parts import ChanceBudget

Floats = NDArray[np.float64]

BUDGETS: Final = 20
TOP: Final = 2.0
"""The largest budgets of the ladder over the present ones."""

ROUNDING: Final = ROW_TOLERANCE * 1e-3
"""Share of the largest amount by which a budget may lack money when a need is told: knees are told exactly."""

MOST_KNEES: Final = 200


@dataclass(frozen=True)
class Rung:
    """One size of the budgets: factor on all amounts, their sum over the periods, and the best roadmap (in periods).

    worth: of the roadmap in the program, constant included; None where no roadmap meets every demand [currency].
    need: the least factor that this roadmap fits. solved: by a solve of its own, not from a neighbour.
    """

    factor: float
    budget: float
    worth: float | None
    roadmap: Mapping[str, int] | None
    need: float
    proved: bool
    solved: bool


@dataclass(frozen=True)
class Ladder:
    """The rungs from the smallest budget on, and knees, each at the least factor that allows its worth.

    complete: the knees are all that there are between the first and the last rung, each proved; else they are those of
    the worths of the rungs. solves: programs that were solved for all of it.
    """

    rungs: tuple[Rung, ...]
    knees: tuple[Rung, ...]
    complete: bool
    solves: int


def factors(number: int = BUDGETS, top: float = TOP) -> tuple[float, ...]:
    """Equal steps up to `top`.

    >>> factors(4)
    (0.5, 1.0, 1.5, 2.0)
    """
    return tuple(top * (k + 1) / number for k in range(number))


def scaled(problem: RoadmapProblem, factor: float) -> RoadmapProblem:
    """The problem with all amounts of all budgets times a factor; caps on what is carried over stay."""
    budgets = tuple(
        one.model_copy(update={"amount": tuple(factor * amount for amount in one.amount)}) for one in problem.budgets
    )
    return problem.model_copy(update={"budgets": budgets})


def need(problem: RoadmapProblem, roadmap: Mapping[str, int]) -> float:
    """The least factor on the budgets with which they cover a roadmap; infinite if none does. By halving to 1e-12.

    Only budgets are looked at, in the mean and, where it is limited, by their chance of an overrun: more money never
    makes one likelier. A roadmap that costs nothing needs 0.
    """
    outlays = [(one, spent(problem, one, roadmap)) for one in problem.budgets]
    lent = bool(problem.grants) or any(one.credit is not None for one in problem.budgets)
    chances = [(chance, _outlay_by_world(problem, chance, roadmap)) for chance in problem.chance_budgets]
    by_name = {one.name: one for one in problem.budgets}

    def covered(factor: float) -> bool:
        if lent:  # the plain recursion below knows neither grants nor credit
            there = scaled(problem, factor)
            if any(_short(there, one, roadmap) for one in there.budgets):
                return False
        else:
            for budget, outlay in outlays:
                carried = 0.0
                for amount, cost in zip(budget.amount, outlay, strict=True):
                    left = factor * amount + budget.carry_share * carried - cost
                    if left < -ROUNDING * max(budget.amount):
                        return False
                    left = max(0.0, left)
                    carried = left if budget.carry_cap is None else min(left, budget.carry_cap)
        return all(_seldom_overrun(by_name[one.budget], one, outlay, factor) for one, outlay in chances)

    low, high = 0.0, 1.0
    if covered(low):
        return 0.0
    while not covered(high):
        high *= 2.0
        if high > 1e9:
            return math.inf
    while high - low > 1e-12 * high:
        middle = 0.5 * (low + high)
        if not low < middle < high:
            break
        low, high = (low, middle) if covered(middle) else (middle, high)
    return high


def _short(problem: RoadmapProblem, budget: Budget, roadmap: Mapping[str, int]) -> bool:
    """Whether the budget lacks money in some period by more than rounding, grants and credit counted."""
    granted = [one.amount for one in problem.grants if one.budget == budget.name]
    borrowed = [] if budget.credit is None else [budget.credit.limit]
    slack = ROUNDING * max([*budget.amount, *granted, *borrowed])
    return any(state.short > slack for state in purse(problem, budget, roadmap))


def _outlay_by_world(problem: RoadmapProblem, chance: ChanceBudget, roadmap: Mapping[str, int]) -> Floats:
    """(periods, worlds) what a roadmap takes out of the budget [currency]; costs past the horizon are cut."""
    total = np.zeros((problem.periods, len(chance.weight)))
    for name, start in roadmap.items():
        profile = chance.cost.get(name, ())[: problem.periods - start]
        if profile:
            total[start : start + len(profile)] += problem.initiative(name).price_at(start) * np.array(profile)
    return total


def _seldom_overrun(budget: Budget, chance: ChanceBudget, outlay: Floats, factor: float) -> bool:
    """Whether the budget times the factor is overrun in some period no more often than allowed."""
    carried, broken = np.zeros(outlay.shape[1]), np.zeros(outlay.shape[1], dtype=np.bool_)
    for amount, cost in zip(budget.amount, outlay, strict=True):
        left = factor * amount + budget.carry_share * carried - cost
        broken |= left < -ROUNDING * max(budget.amount)
        carried = np.clip(left, 0.0, budget.carry_cap)
    return float(np.array(chance.weight)[broken].sum()) <= chance.probability + CHANCE_TOLERANCE


def ladder(
    problem: RoadmapProblem,
    resolves: Resolves,
    at: Sequence[float] | None = None,
    knees: Literal["none", "rungs", "all"] = "rungs",
) -> Ladder:
    """The best roadmap for each size of the budgets; `at`: factors, None = 20 up to twice the present budgets.

    knees: exact ones of the worths of the rungs, or all between the first and the last rung (two solves each).

    Raises ValueError for a problem without budgets, and for factors below 0 or not finite.
    """
    if not problem.budgets:
        raise ValueError("a problem without budgets has no ladder of budgets")
    chosen = sorted(set(factors() if at is None else at))
    if not chosen or chosen[0] < 0.0 or not math.isfinite(chosen[-1]):
        raise ValueError(f"factors must be 0 or more and finite; got {at}")
    climb = _Climb(problem, resolves)
    for factor in (chosen[-1], chosen[0]):
        climb.solve(factor)
    climb.between(chosen)
    rungs = tuple(climb.known[factor] for factor in chosen)
    if knees == "all":
        found, complete = _all_knees(climb, rungs)
    else:
        found, complete = _knees_of(climb, rungs if knees == "rungs" else ()), False
    return Ladder(rungs, found, complete, climb.solves)


@dataclass
class _Climb:
    """The rungs that are known so far."""

    problem: RoadmapProblem
    resolves: Resolves
    known: dict[float, Rung] = field(default_factory=dict)
    solves: int = 0

    def __post_init__(self) -> None:
        self.total = sum(sum(budget.amount) for budget in self.problem.budgets)
        self.margin = clear_margin(self.problem)

    def solve(self, factor: float) -> Rung:
        """The rung at a factor: from a larger budget whose roadmap fits, else by a solve."""
        if factor in self.known:
            return self.known[factor]
        above = min((one for one in self.known.values() if one.need <= factor <= one.factor), default=None, key=_factor)
        if above is not None:
            return self.keep(factor, above)
        self.solves += 1
        answer = self.resolves.solve(scaled(self.problem, factor))
        proved = answer.status.value in ("optimal", "infeasible")
        roadmap = dict(answer.roadmap) if answer.has_solution else None
        value = None if roadmap is None else worth(self.problem, roadmap)
        least = math.inf if roadmap is None else min(factor, need(self.problem, roadmap))
        self.known[factor] = Rung(factor, factor * self.total, value, roadmap, least, proved, True)
        return self.known[factor]

    def keep(self, factor: float, other: Rung) -> Rung:
        """The same roadmap at another factor."""
        self.known[factor] = Rung(
            factor, factor * self.total, other.worth, other.roadmap, other.need, other.proved, False
        )
        return self.known[factor]

    def between(self, chosen: Sequence[float]) -> None:
        """All of these, of which the first and the last are known."""
        low, high = self.known[chosen[0]], self.known[chosen[-1]]
        inside = chosen[1:-1]
        if not inside:
            return
        if same(low, high, self.margin):
            for factor in inside:
                self.keep(factor, low)
            return
        middle = len(chosen) // 2
        self.solve(chosen[middle])
        self.between(chosen[: middle + 1])
        self.between(chosen[middle:])

    def knee(self, rung: Rung) -> Rung:
        """The least factor at which the worth of a rung can be had, with a roadmap that has it."""
        assert rung.worth is not None
        program = Elastic(self.problem)
        program.keep_within(rung.worth)
        program.scale_budgets()
        self.solves += 1
        found = self.resolves.optimise(program)
        own = math.inf if found.roadmap is None else need(self.problem, found.roadmap)  # without the rounding of rows
        factor, roadmap = (own, found.roadmap) if own < rung.need else (rung.need, rung.roadmap)
        proved = found.roadmap is not None and found.proved and rung.proved
        return Rung(factor, factor * self.total, rung.worth, roadmap, factor, proved, True)


def same(low: Rung, high: Rung, margin: float) -> bool:
    """Whether two rungs are worth the same, and both surely."""
    if low.worth is None or high.worth is None:
        return low.worth is high.worth and high.proved
    return low.proved and high.proved and high.worth <= low.worth + margin


def _knees_of(climb: _Climb, rungs: Sequence[Rung]) -> tuple[Rung, ...]:
    """The least factor of each worth that a rung has."""
    found: list[Rung] = []
    for rung in rungs:
        if rung.worth is not None and not (found and rung.worth <= (found[-1].worth or 0.0) + climb.margin):
            found.append(climb.knee(rung))
    return tuple(found)


def _all_knees(climb: _Climb, rungs: Sequence[Rung]) -> tuple[tuple[Rung, ...], bool]:
    """The steps of the worth from the largest budget down, and whether the lowest one was reached."""
    found: list[Rung] = []
    bottom = rungs[0]
    here = rungs[-1]
    complete = True
    while here.worth is not None and len(found) < MOST_KNEES:
        knee = climb.knee(here)
        factor, complete = knee.factor, complete and knee.proved
        found.append(knee)
        if factor <= bottom.factor:
            break
        # The best rung below the knee that is known bounds nothing from above: only a solve just under it is exact.
        below = factor * (1.0 - NEAR)
        if below <= bottom.factor or same(bottom, here, climb.margin):
            here = bottom
            continue
        here = climb.solve(below)
    return tuple(reversed(found)), complete and len(found) < MOST_KNEES


def _factor(rung: Rung) -> float:
    return rung.factor
