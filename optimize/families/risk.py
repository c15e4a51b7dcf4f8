"""What happens to the roadmap in each world and in each future.

    eta         free: the edge of the bad tail of the worlds, less the mean
    short[s]    >= 0: by how much world s lies below it
    over[b,s]   in {0, 1}: budget b may be overrun in world s;  kept[b,t,s] >= 0: what it keeps there for t + 1
    below[s]    in {0, 1}: cash may fall below the floor in world s
    worst       mean worth in the worst future;  regret: the largest one over futures

dev[i,t,s] = value[i,t,s] - its mean over the worlds. The aim mean + w (eta - sum_s p_s short[s] / level) is the largest
over eta at (1 - w) mean + w CVaR (Rockafellar and Uryasev 2002).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pulp

from optimize.families.sets import power_of_ten_unit
from optimize.risk.parts import GOAL, ChanceBudget, Risk
from optimize.risk.value import goal_of, in_money, offset, sizes_of_goal

if TYPE_CHECKING:
    from optimize.families.sets import Sets
    from optimize.problem import RoadmapProblem


def aims(problem: RoadmapProblem) -> set[str]:
    """Every aim that the program needs an expression of."""
    found: set[str] = {problem.objective, *(one.what for one in problem.at_least)}
    if problem.risk is not None and (
        (problem.risk.weight > 0.0 and "worth" in found) or problem.risk.floor is not None
    ):
        found.add("cvar")
    return found


def variables(model: Sets) -> None:
    """The variables of the aims that the problem has."""
    needed, add = aims(model.problem), model.program.add_variable
    worlds = model.problem.worlds
    if "cvar" in needed and worlds is not None:
        low, high = _range(model)
        model.eta = add("eta", low, high)
        model.short = [add(f"short({s})", 0) for s in range(len(worlds.probability))]
    if "worst_future" in needed:
        model.worst = add("worst")
    if "regret" in needed:
        model.regret = add("regret")


def aim(model: Sets, what: str) -> pulp.LpAffineExpression:
    """An aim without its offset, in `aim_unit`."""
    if what == "few":
        return -pulp.lpSum(start for _, start in model.all_starts())
    if what == "early":
        return pulp.lpSum((model.problem.periods - t) * start for t, start in model.all_starts())
    if what.startswith(GOAL):
        goal, last, unit = goal_of(model.problem, what), model.problem.periods - 1, aim_unit(model, what)
        levels = (
            (goal.added(name, last - t) / unit, start) for name, of in model.starts.items() for t, start in of.items()
        )
        return pulp.lpSum(level * start for level, start in levels if level != 0.0)
    if what == "worst_future":
        return pulp.lpSum([model.worst])
    if what == "regret":
        return -pulp.lpSum([model.regret])
    risk = model.problem.risk
    weight = 1.0 if what == "cvar" else risk.weight if risk is not None and what == "worth" else 0.0
    if weight == 0.0 or model.eta is None or model.problem.worlds is None:
        return model.mean
    level = (risk or Risk()).level
    shares = zip(model.problem.worlds.probability, model.short, strict=True)
    return model.mean + weight * model.eta - pulp.lpSum((weight * p / level) * short for p, short in shares)


def aim_unit(model: Sets, what: str) -> float:
    """What one unit of the expression `aim` is worth."""
    if what.startswith(GOAL):
        return power_of_ten_unit(sizes_of_goal(goal_of(model.problem, what)))
    return model.unit if in_money(what) else 1.0


def shortfall(model: Sets) -> None:
    """In each world the shortfall is at least what the roadmap lies below the edge of the tail."""
    worlds = model.problem.worlds
    if model.eta is None or worlds is None:
        return
    starts = [
        (start, _deviation(worlds.probability, worlds.value[name][t]))
        for name, of_name in model.starts.items()
        if name in worlds.value
        for t, start in of_name.items()
    ]
    starts += [
        (model.both[pair.first, pair.second], _deviation(worlds.probability, pair.value))
        for pair in worlds.interactions
        if (pair.first, pair.second) in model.both
    ]
    constant = _deviation(worlds.probability, worlds.constant) if worlds.constant else [0.0] * len(model.short)
    for s, short in enumerate(model.short):
        terms = [(of_world[s] / model.unit) * variable for variable, of_world in starts if of_world[s] != 0.0]
        model.program += short - model.eta + pulp.lpSum(terms) >= -constant[s] / model.unit, f"shortfall({s})"


def cvar_floor(model: Sets) -> None:
    """The mean of the bad tail reaches its floor."""
    risk = model.problem.risk
    if risk is not None and risk.floor is not None:
        least = (risk.floor - model.problem.constant) / model.unit
        model.program += aim(model, "cvar") >= least, "cvar_floor"


def chance_budget(model: Sets) -> None:
    """The probability that a budget is overrun in some period is at most the allowed one."""
    for chance in model.problem.chance_budgets:
        _one_chance_budget(model, chance)


def _one_chance_budget(model: Sets, chance: ChanceBudget) -> None:
    problem, add = model.problem, model.program.add_variable
    budget = next(one for one in problem.budgets if one.name == chance.budget)
    label, unit = model.budget_label[budget.name], model.budget_unit[budget.name]
    keeps = budget.carry_share > 0.0 and budget.carry_cap != 0.0
    over = []
    for s, weight in enumerate(chance.weight):
        may = add(f"over({label},{s})", 0, 1, pulp.LpInteger)
        over.append(weight * may)
        kept = [
            add(f"kept({label},{t},{s})", 0, None if budget.carry_cap is None else budget.carry_cap / unit)
            for t in range(problem.periods - 1 if keeps else 0)
        ]
        for t in range(problem.periods):
            costs = {
                name: {
                    u: one.price_at(u) * chance.cost[name][t - u][s]
                    for u in model.starts[name]
                    if 0 <= t - u < len(chance.cost.get(name, ())) and chance.cost[name][t - u][s] != 0.0
                }
                for name, one in ((one.id, one) for one in problem.initiatives)
            }
            most = math.fsum(max(of_name.values(), default=0.0) for of_name in costs.values()) - budget.amount[t]
            if most <= 0.0 and not keeps:
                continue  # nothing can overrun it
            terms = [(cost / unit) * model.starts[name][u] for name, of in costs.items() for u, cost in of.items()]
            if t < len(kept):
                terms.append(1 * kept[t])
            if 0 < t <= len(kept):
                terms.append(-budget.carry_share * kept[t - 1])
            if most > 0.0:
                terms.append(-(most / unit) * may)
            row = pulp.lpSum(terms) <= budget.amount[t] / unit
            model.program += row, f"chance_budget({label},{t},{s})"
    model.program += pulp.lpSum(over) <= chance.probability, f"chance_budget({label})"


def chance_cash(model: Sets) -> None:
    """The probability that cash falls below the floor is at most the allowed one."""
    chance, problem = model.problem.chance_cash, model.problem
    if chance is None:
        return
    unit = power_of_ten_unit([chance.floor, *(balance for base in chance.base for balance in base)])
    below = []
    for s, (weight, base) in enumerate(zip(chance.weight, chance.base, strict=True)):
        may = model.program.add_variable(f"below({s})", 0, 1, pulp.LpInteger)
        below.append(weight * may)
        for m, balance in enumerate(base):
            terms, lowest = [], [balance]
            for one in problem.initiatives:
                if one.id not in chance.delta:
                    continue
                moved = {t: chance.delta[one.id][t][s][m] for t in model.starts[one.id]}
                terms += [(change / unit) * model.starts[one.id][t] for t, change in moved.items() if change != 0.0]
                lowest.append(min(moved.values()) if one.mandatory else min(0.0, *moved.values()))
            most = chance.floor - math.fsum(lowest)  # the largest shortfall that the row can have
            if most > 0.0:
                row = pulp.lpSum([*terms, (most / unit) * may]) >= (chance.floor - balance) / unit
                model.program += row, f"chance_cash({s},{m})"
    model.program += pulp.lpSum(below) <= chance.probability, "chance_cash"


def worst_future(model: Sets) -> None:
    """The worst future is no better than each."""
    if model.worst is None:
        return
    for future in model.problem.futures:
        shift = 0.0 if future.constant is None else (future.constant - model.problem.constant) / model.unit
        row = model.worst - _in_future(model, future.value) <= shift
        model.program += row, f"worst_future({model.future_label[future.name]})"


def regret(model: Sets) -> None:
    """The regret is at least what the best roadmap of each future is worth more in it."""
    if model.regret is None:
        return
    for future in model.problem.futures:
        constant = model.problem.constant if future.constant is None else future.constant
        row = model.regret + _in_future(model, future.value) >= ((future.best or 0.0) - constant) / model.unit
        model.program += row, f"regret({model.future_label[future.name]})"


def at_least(model: Sets) -> None:
    """Another aim reaches what it must."""
    for number, other in enumerate(model.problem.at_least):
        least = (other.least - offset(model.problem, other.what)) / aim_unit(model, other.what)
        model.program += aim(model, other.what) >= least, f"at_least({other.what.partition(':')[0]},{number})"


def _in_future(model: Sets, value: dict[str, tuple[float, ...]]) -> pulp.LpAffineExpression:
    """Worth of the roadmap in a future, without the constant, in `unit`."""
    moved = [
        ((value[one.id][t] - one.value[t]) / model.unit) * start
        for one in model.problem.initiatives
        if one.id in value
        for t, start in model.starts[one.id].items()
        if value[one.id][t] != one.value[t]
    ]
    return model.mean + pulp.lpSum(moved)


def _deviation(probability: Sequence[float], values: Sequence[float]) -> list[float]:
    """Values of the worlds less their mean."""
    mean = math.fsum(p * value for p, value in zip(probability, values, strict=True))
    return [value - mean for value in values]


def _range(model: Sets) -> tuple[float, float]:
    """Between which numbers, in `unit`, every world of every roadmap lies, less the mean."""
    worlds = model.problem.worlds
    assert worlds is not None
    parts: list[Iterable[tuple[float, float]]] = []
    for one in model.problem.initiatives:
        if one.id in worlds.value:
            rows = [_deviation(worlds.probability, worlds.value[one.id][t]) for t in model.problem.window(one)]
            parts.append([(min(0.0, *of), max(0.0, *of)) for of in zip(*rows, strict=True)])
    for pair in worlds.interactions:
        parts.append([(min(0.0, x), max(0.0, x)) for x in _deviation(worlds.probability, pair.value)])
    if worlds.constant:
        parts.append([(x, x) for x in _deviation(worlds.probability, worlds.constant)])
    ends = [(math.fsum(x for x, _ in of), math.fsum(x for _, x in of)) for of in zip(*parts, strict=True)]
    low, high = min((x for x, _ in ends), default=0.0), max((x for _, x in ends), default=0.0)
    return low / model.unit, high / model.unit
