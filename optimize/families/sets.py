"""Variables, data and expressions of the integer program, which all families of constraints share.

Rows of money and days, and the objective, are divided by a power of ten so that their largest number lies in 1 .. 1000:
a solver's tolerances are absolute. Names follow the words of `formulation`, in round brackets, because the LP format
allows no square ones.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

import pulp

from optimize.problem import Budget, Initiative, RoadmapProblem

Roadmap = Mapping[str, int]


class Sets:
    """The variables of one problem, and what families say with them. unit: of the objective."""

    def __init__(self, problem: RoadmapProblem) -> None:
        self.problem = problem
        self.program = pulp.LpProblem("roadmap", pulp.LpMaximize)
        self.label = labels(initiative.id for initiative in problem.initiatives)
        self.budget_label = labels(budget.name for budget in problem.budgets)
        self.group_label = labels(group.name for group in problem.exclusive)
        self.skill_label = labels(problem.skills)
        self._priced = {initiative.id: initiative for initiative in problem.initiatives}
        self.costs = {
            budget.name: {initiative.id: cost_profile(initiative, budget) for initiative in problem.initiatives}
            for budget in problem.budgets
        }
        self.budget_unit = {
            budget.name: power_of_ten_unit([*budget.amount, *all_numbers(self.costs[budget.name])])
            for budget in problem.budgets
        }
        self.unit = power_of_ten_unit(
            [initiative.value[t] for initiative in problem.initiatives for t in problem.window(initiative)]
            + [pair.value for pair in problem.interactions]
            + [triple.value for triple in problem.triples]
        )
        self._add_variables()

    def _add_variables(self) -> None:
        problem, add = self.problem, self.program.add_variable
        self.starts = {
            initiative.id: {
                t: add(f"start({self.label[initiative.id]},{t})", 0, 1, pulp.LpInteger)
                for t in problem.window(initiative)
            }
            for initiative in problem.initiatives
        }
        self.both = {
            (pair.first, pair.second): add(f"both({self.label[pair.first]},{self.label[pair.second]})", 0, 1)
            for pair in problem.interactions
            if pair.value != 0.0
        }
        self.triple = {
            triple.members: add(f"triple({','.join(self.label[name] for name in triple.members)})", 0, 1)
            for triple in problem.triples
            if triple.value != 0.0
        }
        self.carry = {
            (budget.name, t): add(f"carry({self.budget_label[budget.name]},{t})", 0)
            for budget in problem.budgets
            if budget.carry_share > 0.0 and budget.carry_cap != 0.0
            for t in range(problem.periods - 1)  # what is left at the end of the horizon buys nothing
        }

    def all_starts(self) -> list[tuple[int, pulp.LpVariable]]:
        """Every start variable with its period."""
        return [(t, start) for starts in self.starts.values() for t, start in starts.items()]

    def chosen(self, name: str) -> pulp.LpAffineExpression:
        """1 if the initiative is in the roadmap."""
        return pulp.lpSum(self.starts[name].values())

    def started_by(self, name: str, t: int) -> pulp.LpAffineExpression:
        """1 if it has started by the end of period t."""
        return pulp.lpSum(start for u, start in self.starts[name].items() if u <= t)

    def use(
        self, profiles: Mapping[str, Sequence[float]], t: int, unit: float, *, priced: bool = False
    ) -> list[pulp.LpAffineExpression]:
        """Terms of what all initiatives use in period t, by their profiles over elapsed periods. priced: money, which
        the start makes dearer or cheaper."""
        return [
            (profile[t - u] / unit * (self._priced[name].price_at(u) if priced else 1.0)) * start
            for name, profile in profiles.items()
            for u, start in self.starts[name].items()
            if 0 <= t - u < len(profile) and profile[t - u] != 0.0
        ]

    def difference(self, roadmap: Roadmap) -> pulp.LpAffineExpression:
        """How many initiatives start in another period than in `roadmap`, or are in one of the two alone."""
        terms = []
        for name, starts in self.starts.items():
            if name not in roadmap:
                terms.append(self.chosen(name))
            elif roadmap[name] in starts:
                terms.append(1 - starts[roadmap[name]])
            else:
                terms.append(pulp.lpSum([1]))
        return pulp.lpSum(terms)


def cost_profile(initiative: Initiative, budget: Budget) -> list[float]:
    """Cost by elapsed period of the kinds that the budget pays.

    >>> from optimize.problem import Budget, Cost, Initiative
    >>> pos = Initiative(id="pos", value=(0, 0), cost=Cost(capital=(5, 2), running=(0, 0, 1)))
    >>> cost_profile(pos, Budget(name="it", amount=(9, 9), kinds=("capital", "running")))
    [5.0, 2.0, 1.0]
    """
    profiles = [getattr(initiative.cost, kind) for kind in set(budget.kinds)]
    length = max(len(profile) for profile in profiles)
    return [math.fsum(profile[e] for profile in profiles if e < len(profile)) for e in range(length)]


def power_of_ten_unit(numbers: Iterable[float]) -> float:
    """Power of ten by which the numbers are divided so that the largest lies in 1 .. 1000; 1 where it does already.

    >>> [power_of_ten_unit(numbers) for numbers in ([0.004], [250, 3], [-12_300_000], [0.0], [])]
    [1e-05, 1.0, 100000.0, 1.0, 1.0]
    """
    largest = max((abs(number) for number in numbers), default=0.0)
    if largest == 0.0 or 1.0 <= largest < 1000.0:
        return 1.0
    return float(10.0 ** (math.floor(math.log10(largest)) - 2))


def all_numbers(profiles: Mapping[str, Sequence[float]]) -> list[float]:
    """All numbers of the profiles in one list."""
    return [number for profile in profiles.values() for number in profile]


def labels(names: Iterable[str]) -> dict[str, str]:
    """A label for each name that a solver's file can hold; labels differ where names do."""
    found: dict[str, str] = {}
    for name in names:
        label = plain = re.sub(r"[^A-Za-z0-9_.]", "_", name)
        number = 1
        while label in found.values():
            number += 1
            label = f"{plain}_{number}"
        found[name] = label
    return found
