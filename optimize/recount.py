"""What a roadmap takes, receives and owes, counted period by period in plain Python.

Nothing of the integer program is used, so that an error there cannot hide here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from optimize.problem import Budget, Initiative, Kind, RoadmapProblem

Roadmap = Mapping[str, int]


@dataclass(frozen=True)
class PurseState:
    """One budget in one period [currency].

    granted: grants received. available: amount, grants and what was carried in, less the debt that falls due with its
    interest. spent: cost of the roadmap. carried: kept for the next period. debt: owed at the end. short: what even the
    credit line does not cover.
    """

    amount: float
    granted: float
    available: float
    spent: float
    carried: float
    debt: float
    short: float


def passing(problem: RoadmapProblem, *names: str) -> float:
    """Probability that every gate is passed that stands before these initiatives, each gate counted once.

    >>> from optimize.problem import Initiative, Requirement, RoadmapProblem
    >>> phases = RoadmapProblem(periods=1, requires=(Requirement(initiative="rollout", requires="pilot"),),
    ...     initiatives=(Initiative(id="pilot", value=(1,), passes=0.25), Initiative(id="rollout", value=(1,))))
    >>> passing(phases, "pilot"), passing(phases, "rollout"), passing(phases, "pilot", "rollout")
    (1.0, 0.25, 0.25)
    """
    if all(one.passes == 1.0 for one in problem.initiatives):
        return 1.0
    gates: list[str] = []
    ahead = list(names)
    while ahead:
        name = ahead.pop()
        for rule in problem.requires:
            if rule.initiative == name and rule.if_fails == "cancel" and rule.requires not in gates:
                gates.append(rule.requires)
                ahead.append(rule.requires)
    return math.prod((problem.initiative(gate).passes for gate in gates), start=1.0)


def start_worth(problem: RoadmapProblem, initiative: Initiative, start: int) -> float:
    """What this start adds to the worth: value and grants, times the probability that the gates before are passed."""
    grants = [
        grant.worth
        for grant in problem.grants
        if grant.initiative == initiative.id and start >= grant.first and (grant.last is None or start <= grant.last)
    ]
    return passing(problem, initiative.id) * math.fsum([initiative.value[start], *grants])


def days_used(problem: RoadmapProblem, skill: str, roadmap: Roadmap) -> tuple[float, ...]:
    """Days of the skill that the roadmap takes in each period [days]."""
    total = [0.0] * problem.periods
    for name, start in roadmap.items():
        add(total, problem.initiative(name).skill_days.get(skill, ()), start)
    return tuple(total)


def days_bought(problem: RoadmapProblem, skill: str, roadmap: Roadmap) -> tuple[float, ...]:
    """Days of the skill that must be bought in each period, as far as they can be [days]."""
    most = next((one.at_most for one in problem.outside if one.skill == skill), (0.0,) * problem.periods)
    own = problem.skills[skill]
    used = days_used(problem, skill, roadmap)
    return tuple(min(limit, max(0.0, days - there)) for days, there, limit in zip(used, own, most, strict=True))


def bought_cost(problem: RoadmapProblem, roadmap: Roadmap) -> tuple[float, ...]:
    """Price of all days bought in each period, not discounted [currency]."""
    total = [0.0] * problem.periods
    for one in problem.outside:
        if one.skill in problem.skills:
            for t, days in enumerate(days_bought(problem, one.skill, roadmap)):
                total[t] += one.price[t] * days
    return tuple(total)


def spent(problem: RoadmapProblem, budget: Budget, roadmap: Roadmap) -> tuple[float, ...]:
    """What the roadmap takes out of the budget in each period [currency]; costs past the horizon are cut."""
    total = [0.0] * problem.periods
    for name, start in roadmap.items():
        one = problem.initiative(name)
        cost, price = one.cost, one.price_at(start)
        by_kind: dict[Kind, tuple[float, ...]]
        by_kind = {"capital": cost.capital, "delivery": cost.delivery, "running": cost.running}
        for kind, profile in by_kind.items():
            if profile and budget.pays(kind, name):
                add(total, profile if price == 1.0 else tuple(price * amount for amount in profile), start)
    if problem.outside and budget.pays("bought"):
        add(total, bought_cost(problem, roadmap), 0)
    return tuple(total)


def received(problem: RoadmapProblem, budget: Budget, roadmap: Roadmap) -> tuple[float, ...]:
    """Grants that the budget receives in each period [currency]."""
    total = [0.0] * problem.periods
    for grant in problem.grants:
        start = roadmap.get(grant.initiative)
        if grant.budget != budget.name or start is None or start < grant.first:
            continue
        if (grant.last is None or start <= grant.last) and start + grant.lag < problem.periods:
            total[start + grant.lag] += grant.amount
    return tuple(total)


def purse(problem: RoadmapProblem, budget: Budget, roadmap: Roadmap) -> tuple[PurseState, ...]:
    """The budget period by period: as much kept as may be, as little borrowed as must be.

    Keeping more and owing less is never worse: what is kept has no other use, and a debt costs interest.
    """
    states: list[PurseState] = []
    carried = debt = 0.0
    granted = received(problem, budget, roadmap)
    for t, cost in enumerate(spent(problem, budget, roadmap)):
        due = debt * (1.0 + budget.credit.rate) if budget.credit is not None else 0.0
        available = budget.amount[t] + granted[t] + budget.carry_share * carried - due
        lasts = t + 1 < problem.periods
        limit = budget.credit.limit if budget.credit is not None and lasts else 0.0
        left, missing = max(0.0, available - cost), max(0.0, cost - available)
        carried = left if budget.carry_cap is None else min(left, budget.carry_cap)
        carried = carried if budget.carry_share > 0.0 and lasts else 0.0
        debt = min(missing, limit)
        states.append(PurseState(budget.amount[t], granted[t], available, cost, carried, debt, missing - debt))
    return tuple(states)


def add(total: list[float], profile: tuple[float, ...], start: int) -> None:
    """Add a profile over elapsed periods; what passes the horizon is cut."""
    for t, number in enumerate(profile[: max(0, len(total) - start)], start):
        total[t] += number
