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

from optimize.problem import Budget, Grant, Initiative, Interaction, RoadmapProblem, Triple

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
        self.rule_label = {
            kind: labels(one.name for one in parts)
            for kind, parts in (
                ("group", problem.groups),
                ("simultaneous", problem.simultaneous),
                ("goal", problem.goals),
                ("quick_win", problem.quick_wins),
                ("blackout", problem.blackouts),
            )
        }
        self._before = gates_before(problem)
        self._gates = {one.id: one.passes for one in problem.initiatives if one.passes != 1.0}
        self._grants: dict[str, list[Grant]] = {}
        for grant in problem.grants:
            self._grants.setdefault(grant.initiative, []).append(grant)
        self._priced = {initiative.id: initiative for initiative in problem.initiatives}
        self.costs = {
            budget.name: {initiative.id: cost_profile(initiative, budget) for initiative in problem.initiatives}
            for budget in problem.budgets
        }
        self.budget_unit = {
            budget.name: power_of_ten_unit(
                [*budget.amount, *all_numbers(self.costs[budget.name]), *_more_money(problem, budget)]
            )
            for budget in problem.budgets
        }
        self.days = {
            name: {initiative.id: initiative.skill_days.get(name, ()) for initiative in problem.initiatives}
            for name in problem.skills
        }
        self.skill_unit = {
            name: power_of_ten_unit([*capacity, *all_numbers(self.days[name])])
            for name, capacity in problem.skills.items()
        }
        self.outside = tuple(one for one in problem.outside if one.skill in problem.skills)
        terms: list[Interaction | Triple] = [*problem.interactions, *problem.triples]
        self.unit = power_of_ten_unit(
            [self.value_at(initiative, t) for initiative in problem.initiatives for t in problem.window(initiative)]
            + [self.passed(*one.members) * one.value for one in terms]
            + [
                self.skill_unit[one.skill] * problem.discount_at(t) * one.price[t]
                for one in self.outside
                for t in range(problem.periods)
            ]
        )
        of_worlds = () if problem.worlds is None else problem.worlds.interactions
        self.varying = {(pair.first, pair.second) for pair in of_worlds}
        self.future_label = labels(future.name for future in problem.futures)
        self.mean = pulp.lpSum([])
        """Mean worth of the roadmap in `unit`, without the constant."""
        self.eta: pulp.LpVariable | None = None
        self.short: list[pulp.LpVariable] = []
        self.worst: pulp.LpVariable | None = None
        self.regret: pulp.LpVariable | None = None
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
            if pair.value != 0.0 or (pair.first, pair.second) in self.varying
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
        self.debt = {
            (budget.name, t): add(f"debt({self.budget_label[budget.name]},{t})", 0)
            for budget in problem.budgets
            if budget.credit is not None and budget.credit.limit > 0.0
            for t in range(problem.periods - 1)  # what is owed is paid back within the horizon
        }
        self.bought = {
            (one.skill, t): add(f"bought({self.skill_label[one.skill]},{t})", 0)
            for one in self.outside
            for t in range(problem.periods)
            if one.at_most[t] > 0.0
        }

    def passed(self, *names: str) -> float:
        """Probability that every gate before these initiatives is passed, each gate counted once."""
        if not self._gates:
            return 1.0
        before = set().union(*(self._before[name] for name in names))
        return math.prod((passes for gate, passes in self._gates.items() if gate in before), start=1.0)

    def value_at(self, initiative: Initiative, t: int) -> float:
        """What a start in period t adds to the worth, with its grants and the gates before it."""
        grants = self._grants.get(initiative.id, ())
        granted = math.fsum(one.worth for one in grants if t in self.problem.grant_window(one))
        return self.passed(initiative.id) * (initiative.value[t] + granted)

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
    kinds = [kind for kind in set(budget.kinds) if kind != "bought" and budget.pays(kind, initiative.id)]
    profiles = [getattr(initiative.cost, kind) for kind in kinds]
    length = max((len(profile) for profile in profiles), default=0)
    return [math.fsum(profile[e] for profile in profiles if e < len(profile)) for e in range(length)]


def gates_before(problem: RoadmapProblem) -> dict[str, frozenset[str]]:
    """For each initiative all that it requires, step by step, and whose failure would cancel it.

    >>> from optimize.problem import Initiative, Requirement, RoadmapProblem
    >>> names = ("pilot", "rollout", "report")
    >>> rules = (Requirement(initiative="rollout", requires="pilot"),
    ...          Requirement(initiative="report", requires="rollout", if_fails="proceed"))
    >>> phases = RoadmapProblem(periods=1, requires=rules,
    ...                         initiatives=tuple(Initiative(id=name, value=(1,)) for name in names))
    >>> [sorted(gates_before(phases)[name]) for name in names]
    [[], ['pilot'], []]
    """
    direct: dict[str, set[str]] = {initiative.id: set() for initiative in problem.initiatives}
    for rule in problem.requires:
        if rule.if_fails == "cancel" and rule.initiative in direct:
            direct[rule.initiative].add(rule.requires)
    found = {}
    for name, gates in direct.items():
        reached: set[str] = set()
        ahead = list(gates)
        while ahead:
            gate = ahead.pop()
            if gate not in reached:
                reached.add(gate)
                ahead += direct.get(gate, ())
        found[name] = frozenset(reached)
    return found


def _more_money(problem: RoadmapProblem, budget: Budget) -> list[float]:
    """Amounts of a budget beside its own and the costs: credit, grants, bought days."""
    numbers = [] if budget.credit is None else [budget.credit.limit]
    numbers += [one.amount for one in problem.grants if one.budget == budget.name]
    if budget.pays("bought"):
        numbers += [price * most for one in problem.outside for price, most in zip(one.price, one.at_most, strict=True)]
    return numbers


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
