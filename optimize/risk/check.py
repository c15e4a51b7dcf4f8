"""The limits on risk in plain Python: how often a budget or the cash floor breaks, and what aims must reach."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from optimize.problem import RoadmapProblem
from optimize.risk.parts import GOAL, ChanceBudget, ChanceCash
from optimize.risk.value import aimed, goal_of, in_money, offset, sizes_of_goal, tail

Roadmap = Mapping[str, int]
Broken = tuple[str, str, str]
"""Family, subject, sentence."""

TOLERANCE = 1e-6
"""Share of the largest amount by which a row may be exceeded: rounding, not a finding."""
CHANCE_TOLERANCE = 1e-9
"""Sum of probabilities above the allowed one that is rounding."""


def broken_risks(problem: RoadmapProblem, roadmap: Roadmap, gain: Callable[[], float]) -> list[Broken]:
    """Every limit on risk that the roadmap breaks. gain: gives its mean worth without the constant [currency]."""
    found: list[Broken] = []
    risk = problem.risk
    if risk is not None and risk.floor is not None:
        reached = problem.constant + gain() + tail(problem, roadmap)
        if reached < risk.floor - slack(problem, risk.floor):
            text = f"the mean of the worst {100 * risk.level:g} % is {reached:,.6g}, below the floor {risk.floor:,.6g}"
            found.append(("cvar_floor", "risk", text))
    for budget in problem.chance_budgets:
        chance = overrun_chance(problem, budget, roadmap)
        if chance > budget.probability + CHANCE_TOLERANCE:
            text = f"budget {budget.budget} is overrun with probability {chance:.4g}; {budget.probability:g} is allowed"
            found.append(("chance_budget", budget.budget, text))
    if problem.chance_cash is not None:
        chance = shortfall_chance(problem.chance_cash, roadmap)
        if chance > problem.chance_cash.probability + CHANCE_TOLERANCE:
            text = f"cash falls below {problem.chance_cash.floor:,.6g} with probability {chance:.4g}"
            found.append(("chance_cash", "cash", f"{text}; {problem.chance_cash.probability:g} is allowed"))
    for other in problem.at_least:
        value = offset(problem, other.what) + aimed(problem, roadmap, gain(), other.what)
        if value < other.least - slack(problem, other.least, other.what):
            found.append(("at_least", other.what, f"{other.what} is {value:,.6g}, below {other.least:,.6g}"))
    return found


def slack(problem: RoadmapProblem, amount: float, what: str = "worth") -> float:
    """What is rounding in a row of an aim [its unit]."""
    if not in_money(what):
        sizes = sizes_of_goal(goal_of(problem, what)) if what.startswith(GOAL) else [1.0]
        return TOLERANCE * max([abs(amount), *sizes])
    largest = max((abs(one.value[t]) for one in problem.initiatives for t in problem.window(one)), default=0.0)
    return TOLERANCE * max(largest, abs(amount))


def overrun_chance(problem: RoadmapProblem, chance: ChanceBudget, roadmap: Roadmap) -> float:
    """Probability that the cost of some period is above what the budget has in it."""
    budget = next(one for one in problem.budgets if one.name == chance.budget)
    room = TOLERANCE * max(budget.amount)
    broken = []
    for s, weight in enumerate(chance.weight):
        carried = 0.0
        for t in range(problem.periods):
            spent = math.fsum(
                problem.initiative(name).price_at(start) * chance.cost[name][t - start][s]
                for name, start in roadmap.items()
                if 0 <= t - start < len(chance.cost.get(name, ()))
            )
            left = budget.amount[t] + budget.carry_share * carried - spent
            if left < -room:
                broken.append(weight)
                break
            carried = max(0.0, left) if budget.carry_cap is None else min(max(0.0, left), budget.carry_cap)
    return math.fsum(broken)


def shortfall_chance(chance: ChanceCash, roadmap: Roadmap) -> float:
    """Probability that cash falls below the floor, by the changes of the single initiatives."""
    broken = []
    for s, (weight, base) in enumerate(zip(chance.weight, chance.base, strict=True)):
        room = TOLERANCE * max([abs(chance.floor), *(abs(x) for x in base)])
        for m, balance in enumerate(base):
            moved = [chance.delta[name][start][s][m] for name, start in roadmap.items() if name in chance.delta]
            if math.fsum([balance, *moved]) < chance.floor - room:
                broken.append(weight)
                break
    return math.fsum(broken)
