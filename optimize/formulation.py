"""The integer program of the roadmap.

Sets and data
    i, j in I   initiatives; W_i = earliest .. latest, the periods in which i may start
    t, u in T   periods 0 .. periods - 1;  e = t - u, periods elapsed since a start in u
    v[i,t]      worth of i if it starts in t;  w[i,j] worth of both together beyond the sum
    c[b,i,e]    cost of i in its e-th period, of the kinds that budget b pays
    p[i,t]      price of i for a start in t, a factor on its cost
    B[b,t]      amount of budget b, of which the share s_b of what is kept, at most K_b, is carried over
    a[k,i,e]    days of skill k that i takes in its e-th period;  A[k,t] days there are
    D[i,j]      periods from the start of j to the earliest start of i, where i requires j

Variables
    start[i,t]  in {0, 1}, t in W_i: i starts in t;  chosen[i] stands for sum_t start[i,t]
    both[i,j]   in [0, 1]: i and j are both chosen (takes 0 or 1 by itself)
    carry[b,t]  >= 0: money of budget b kept from t for t + 1

Objective
    maximise  sum_i sum_t v[i,t] start[i,t] + sum_(i,j) w[i,j] both[i,j]      (the constant is added by `solve`)

Constraints, one method each
    start_once    chosen[i] <= 1
    mandatory     chosen[i] = 1
    requires      sum_{u<=t} start[i,u] <= sum_{u<=t-D} start[j,u]                    for every t in W_i
    exclusive     sum_{i in group} chosen[i] <= 1
    budget        sum_i sum_{u<=t} p[i,u] c[b,i,t-u] start[i,u] + carry[b,t] <= B[b,t] + s_b carry[b,t-1]
    carry_cap     carry[b,t] <= K_b
    skill         sum_i sum_{u<=t} a[k,i,t-u] start[i,u] <= A[k,t]
    both          w > 0: both[i,j] <= chosen[i], both[i,j] <= chosen[j];  w < 0: both[i,j] >= chosen[i] + chosen[j] - 1
    trust         sum_i [i differs from the incumbent] <= at_most
    forbidden     sum_i [i differs from the forbidden roadmap] >= 1
    and, only while ties are broken:
    worth         objective >= floor
    size          sum_i chosen[i] = n,  sum_i sum_t t start[i,t] = m
    settled       chosen[i] = 0, or start[i,t] = 1

The summed form of `requires` and the absence of variables outside W_i make the relaxation tight (Christofides,
Alvarez-Valdes and Tamarit 1987). Only the sides of `both` that the sign of w needs are written. Rows of money and days,
and the objective, are divided by a power of ten so that their largest number lies in 1 .. 1000: a solver's tolerances
are absolute. Names follow the words of this page, in round brackets, because the LP format allows no square ones.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

import pulp

from optimize.problem import Budget, Initiative, RoadmapProblem

Roadmap = Mapping[str, int]

FAMILIES = (
    "start_once",
    "mandatory",
    "requires",
    "exclusive",
    "budget",
    "carry_cap",
    "skill",
    "both",
    "trust",
    "forbidden",
    "worth",
    "size",
    "settled",
)
"""Every family of constraints; the name of a row begins with its family."""


class Formulation:
    """The program of one problem: `program` for the solver, `starts` to read the answer, `unit` of the objective."""

    def __init__(self, problem: RoadmapProblem) -> None:
        self.problem = problem
        self.program = pulp.LpProblem("roadmap", pulp.LpMaximize)
        self._label = _labels(initiative.id for initiative in problem.initiatives)
        self._budget_label = _labels(budget.name for budget in problem.budgets)
        self._group_label = _labels(group.name for group in problem.exclusive)
        self._skill_label = _labels(problem.skills)
        self._priced = {initiative.id: initiative for initiative in problem.initiatives}
        self._costs = {
            budget.name: {initiative.id: cost_profile(initiative, budget) for initiative in problem.initiatives}
            for budget in problem.budgets
        }
        self._budget_unit = {
            budget.name: power_of_ten_unit([*budget.amount, *_all_numbers(self._costs[budget.name])])
            for budget in problem.budgets
        }
        self.unit = power_of_ten_unit(
            [initiative.value[t] for initiative in problem.initiatives for t in problem.window(initiative)]
            + [pair.value for pair in problem.interactions]
        )
        self.maximises_worth = False
        self._add_variables()
        self.worth = self._worth()
        self.add_constraints()

    def _add_variables(self) -> None:
        problem, add = self.problem, self.program.add_variable
        self.starts = {
            initiative.id: {
                t: add(f"start({self._label[initiative.id]},{t})", 0, 1, pulp.LpInteger)
                for t in problem.window(initiative)
            }
            for initiative in problem.initiatives
        }
        self.both = {
            (pair.first, pair.second): add(f"both({self._label[pair.first]},{self._label[pair.second]})", 0, 1)
            for pair in problem.interactions
            if pair.value != 0.0
        }
        self.carry = {
            (budget.name, t): add(f"carry({self._budget_label[budget.name]},{t})", 0)
            for budget in problem.budgets
            if budget.carry_share > 0.0 and budget.carry_cap != 0.0
            for t in range(problem.periods - 1)  # what is left at the end of the horizon buys nothing
        }

    def _worth(self) -> pulp.LpAffineExpression:
        """Worth of the roadmap in `unit`, without the constant."""
        problem = self.problem
        values = [
            (initiative.value[t] / self.unit) * start
            for initiative in problem.initiatives
            for t, start in self.starts[initiative.id].items()
        ]
        together = [
            (pair.value / self.unit) * self.both[pair.first, pair.second]
            for pair in problem.interactions
            if pair.value != 0.0
        ]
        return pulp.lpSum(values + together)

    # ---- what is maximised: one of these is called before the program is solved -------------------------------------

    def maximise_worth(self) -> None:
        """The roadmap is worth as much as possible."""
        self.program += self.worth
        self.maximises_worth = True

    def prefer_few_and_early(self) -> None:
        """As few initiatives as possible and, among those, the smallest sum of starts."""
        more_than_all_starts = len(self.starts) * self.problem.periods + 1
        self.program += -pulp.lpSum((more_than_all_starts + t) * start for t, start in self._all_starts())

    def prefer_early(self, name: str) -> None:
        """This initiative as early as possible, and rather late than not at all."""
        never = self.problem.periods
        self.program += pulp.lpSum((never - t) * start for t, start in self.starts[name].items())

    # ---- the constraints ----------------------------------------------------------------------------------------

    def add_constraints(self) -> None:
        """All families that the problem states; the others are added while ties are broken."""
        self._start_once()
        self._mandatory()
        self._requires()
        self._exclusive()
        self._budget()
        self._carry_cap()
        self._skill()
        self._both()
        self._trust()
        self._forbidden()

    def _start_once(self) -> None:
        """Each initiative starts at most once."""
        for name in self.starts:
            self.program += self._chosen(name) <= 1, f"start_once({self._label[name]})"

    def _mandatory(self) -> None:
        """A mandatory initiative is in the roadmap."""
        for initiative in self.problem.initiatives:
            if initiative.mandatory:
                self.program += self._chosen(initiative.id) == 1, f"mandatory({self._label[initiative.id]})"

    def _requires(self) -> None:
        """An initiative that started by t has what it requires started `delay` periods earlier."""
        for rule in self.problem.requires:
            delay = self.problem.delay(rule)
            names = f"{self._label[rule.initiative]},{self._label[rule.requires]}"
            for t in self.starts[rule.initiative]:
                started = self._started_by(rule.initiative, t) - self._started_by(rule.requires, t - delay)
                self.program += started <= 0, f"requires({names},{t})"

    def _exclusive(self) -> None:
        """At most one initiative of an exclusive group is chosen."""
        for group in self.problem.exclusive:
            chosen = pulp.lpSum(self._chosen(name) for name in group.members)
            self.program += chosen <= 1, f"exclusive({self._group_label[group.name]})"

    def _budget(self) -> None:
        """What is spent and kept in a period is covered by its amount and by what was kept before."""
        for budget in self.problem.budgets:
            costs, unit = self._costs[budget.name], self._budget_unit[budget.name]
            for t in range(self.problem.periods):
                terms = self._use(costs, t, unit, priced=True)
                if (budget.name, t) in self.carry:
                    terms.append(1 * self.carry[budget.name, t])
                if (budget.name, t - 1) in self.carry:
                    terms.append(-budget.carry_share * self.carry[budget.name, t - 1])
                if terms:
                    row = pulp.lpSum(terms) <= budget.amount[t] / unit
                    self.program += row, f"budget({self._budget_label[budget.name]},{t})"

    def _carry_cap(self) -> None:
        """No more is kept than the cap."""
        for budget in self.problem.budgets:
            if budget.carry_cap is None:
                continue
            for t in range(self.problem.periods):
                if (budget.name, t) in self.carry:
                    row = 1 * self.carry[budget.name, t] <= budget.carry_cap / self._budget_unit[budget.name]
                    self.program += row, f"carry_cap({self._budget_label[budget.name]},{t})"

    def _skill(self) -> None:
        """The days that the initiatives take of a skill in a period are there."""
        for skill, capacity in self.problem.skills.items():
            needs = {initiative.id: initiative.skill_days.get(skill, ()) for initiative in self.problem.initiatives}
            unit = power_of_ten_unit([*capacity, *_all_numbers(needs)])
            for t in range(self.problem.periods):
                terms = self._use(needs, t, unit)
                if terms:
                    self.program += pulp.lpSum(terms) <= capacity[t] / unit, f"skill({self._skill_label[skill]},{t})"

    def _both(self) -> None:
        """The worth of a pair counts when both are chosen: a gain only then, a loss as soon as they are."""
        for pair in self.problem.interactions:
            if pair.value == 0.0:
                continue
            both = self.both[pair.first, pair.second]
            names = f"{self._label[pair.first]},{self._label[pair.second]}"
            first, second = self._chosen(pair.first), self._chosen(pair.second)
            if pair.value > 0.0:
                self.program += both - first <= 0, f"both({names},first)"
                self.program += both - second <= 0, f"both({names},second)"
            else:
                self.program += first + second - both <= 1, f"both({names})"

    def _trust(self) -> None:
        """At most so many initiatives differ from the incumbent."""
        region = self.problem.trust_region
        if region is not None:
            self.program += self._difference(region.incumbent) <= region.at_most, "trust"

    def _forbidden(self) -> None:
        """At least one initiative differs from each forbidden roadmap."""
        for number, roadmap in enumerate(self.problem.forbidden):
            if all(t in self.starts[name] for name, t in roadmap.items()):  # else it cannot be proposed anyway
                self.program += self._difference(roadmap) >= 1, f"forbidden({number})"

    # ---- only while ties are broken -------------------------------------------------------------------------------

    def keep_worth(self, floor: float) -> None:
        """The roadmap is worth at least the floor, both without the constant."""
        self.program += self.worth >= floor / self.unit, "worth"

    def keep_size(self, count: int, sum_of_starts: int) -> None:
        """The roadmap has this number of initiatives and this sum of starts."""
        self.program += pulp.lpSum(start for _, start in self._all_starts()) == count, "size(count)"
        self.program += pulp.lpSum(t * start for t, start in self._all_starts()) == sum_of_starts, "size(starts)"

    def settle(self, name: str, period: int | None) -> None:
        """This initiative starts in this period, or not at all."""
        chosen = self._chosen(name) if period is None else self.starts[name][period]
        self.program += 1 * chosen == (0 if period is None else 1), f"settled({self._label[name]})"

    # ---- expressions ----------------------------------------------------------------------------------------------

    def _all_starts(self) -> list[tuple[int, pulp.LpVariable]]:
        return [(t, start) for starts in self.starts.values() for t, start in starts.items()]

    def _chosen(self, name: str) -> pulp.LpAffineExpression:
        return pulp.lpSum(self.starts[name].values())

    def _started_by(self, name: str, t: int) -> pulp.LpAffineExpression:
        return pulp.lpSum(start for u, start in self.starts[name].items() if u <= t)

    def _use(
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

    def _difference(self, roadmap: Roadmap) -> pulp.LpAffineExpression:
        """How many initiatives start in another period than in `roadmap`, or are in one of the two alone."""
        terms = []
        for name, starts in self.starts.items():
            if name not in roadmap:
                terms.append(self._chosen(name))
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


def _all_numbers(profiles: Mapping[str, Sequence[float]]) -> list[float]:
    return [number for profile in profiles.values() for number in profile]


def _labels(names: Iterable[str]) -> dict[str, str]:
    """A label for each name that a solver's file can hold; labels differ where names do."""
    labels: dict[str, str] = {}
    for name in names:
        label = plain = re.sub(r"[^A-Za-z0-9_.]", "_", name)
        number = 1
        while label in labels.values():
            number += 1
            label = f"{plain}_{number}"
        labels[name] = label
    return labels
