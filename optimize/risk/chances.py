"""How often budgets are overrun and cash falls below its floor: what the program sees of it, and what it comes to.

A budget is overrun in a draw in which the cost of some period, with that draw's overruns and prices, is above what
there is. Gates give no credit, as in the mean cost of the budget rows. The row of cash adds up what single initiatives
change of the lowest balance of each stretch of time; it leaves out what they do to one another, so it is a filter:
whether a roadmap keeps the floor is judged by simulation on fresh draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimize.archive import Archive, key
from optimize.periods import Starts, months
from optimize.plan_limits import SEARCH_FROM, PlanLimits
from optimize.problem import Budget, RoadmapProblem
from optimize.risk.parts import ChanceBudget, ChanceCash
from optimize.structure import Structure
from optimize.valuation import filled, single_case
from sim.breach import Breach, breach, seldom
from sim.cash_floor import FloorRule, floor_rule
from sim.montecarlo import Picked, cost_samples, distinct, given_draws, lowest_balances
from sim.world import Scenario

Floats = NDArray[np.float64]
Costs = Mapping[str, Mapping[str, Floats]]

BUDGET_WORLDS: Final = 100
CASH_WORLDS: Final = 100
"""Draws that the program sees, of budgets and of cash."""
STRETCH: Final = 12
"""Months whose lowest balance is one point of the cash row."""


def chance_budgets(
    scenario: Scenario, problem: RoadmapProblem, seed: int, picked: Picked | None = None
) -> tuple[ChanceBudget, ...]:
    """The limits on overruns that the scenario states."""
    limited = {
        name: float(budget.overrun_probability)
        for name, budget in scenario.money.budgets.items()
        if budget.overrun_probability is not None
    }
    if not limited:
        return ()
    worlds = distinct(picked, SEARCH_FROM, BUDGET_WORLDS)
    costs = period_costs(scenario, problem, worlds, seed, SEARCH_FROM, picked)
    found = []
    for name, allowed in limited.items():
        budget = next(one for one in problem.budgets if one.name == name)
        cost = {
            one.id: tuple(tuple(row) for row in _of_kinds(costs[one.id], budget).tolist())
            for one in problem.initiatives
        }
        weight = (1.0 / worlds,) * worlds
        found.append(ChanceBudget.model_construct(budget=name, probability=allowed, weight=weight, cost=cost))
    return tuple(found)


def overruns(problem: RoadmapProblem, roadmap: Starts, costs: Costs) -> dict[str, Breach]:
    """How often each budget is overrun by a roadmap, with Wilson's interval. costs: of `period_costs`.

    With credit, each draw borrows as `recount.purse` does: as little as must be, owed with interest a period later. A
    budget is left out that pays for days bought outside, or that a grant to a started initiative flows into: both
    are known in the mean alone, and differ from draw to draw.
    """
    granted = {grant.budget for grant in problem.grants if grant.initiative in roadmap}
    found = {}
    for budget in problem.budgets:
        if budget.name in granted or (problem.outside and budget.pays("bought")):
            continue
        profiles = {
            name: _of_kinds(costs[name], budget) for name in roadmap if budget.members is None or name in budget.members
        }
        draws = next(iter(costs[problem.initiatives[0].id].values())).shape[1] if problem.initiatives else 1
        credit, most = budget.credit, max(budget.amount)
        room = 1e-6 * (most if credit is None else max(most, credit.limit))
        carried, debt, broken = np.zeros(draws), np.zeros(draws), np.zeros(draws, dtype=np.bool_)
        for t in range(problem.periods):
            left = budget.amount[t] + budget.carry_share * carried
            for name, profile in profiles.items():
                if 0 <= t - roadmap[name] < len(profile):
                    left = left - problem.initiative(name).price_at(roadmap[name]) * profile[t - roadmap[name]]
            if credit is not None:  # no debt may be left after the last period
                left = left - debt * (1.0 + credit.rate)
                debt = np.clip(-left, 0.0, credit.limit if t + 1 < problem.periods else 0.0)
            broken |= left + debt < -room
            carried = np.clip(left, 0.0, budget.carry_cap)
        found[budget.name] = breach(broken)
    return found


def within_budgets(problem: RoadmapProblem, roadmap: Starts, costs: Costs, draws: int) -> bool:
    """Whether every limit on overruns is kept, by the one-sided upper limit of 95 % of its probability."""
    found = overruns(problem, roadmap, costs)
    limits = {chance.budget: chance.probability for chance in problem.chance_budgets}
    counts = {name: round(found[name].share * draws) for name in limits}
    return all(seldom(np.arange(draws) < counts[name], allowed) for name, allowed in limits.items())


def period_costs(
    scenario: Scenario,
    problem: RoadmapProblem,
    draws: int,
    seed: int,
    first_draw: int,
    picked: Picked | None = None,
) -> Costs:
    """Initiative -> kind -> (periods, draws) cost by elapsed period."""
    step, periods = scenario.period_months, problem.periods
    samples = cost_samples(scenario, draws, seed, first_draw=first_draw, given=given_draws(picked, first_draw, draws))

    def by_period(monthly: Floats) -> Floats:
        kept = np.zeros((periods * step, draws))
        kept[: min(len(monthly), len(kept))] = monthly[: len(kept)]
        summed: Floats = kept.reshape(periods, step, draws).sum(axis=1)
        return summed

    return {
        one.id: {kind: by_period(getattr(samples[one.id], kind)) for kind in ("capital", "delivery", "running")}
        for one in problem.initiatives
    }


def _of_kinds(cost: Mapping[str, Floats], budget: Budget) -> Floats:
    """(periods, draws) cost of the kinds that the budget pays."""
    total: Floats = np.sum([cost[kind] for kind in sorted(set(budget.kinds) & set(cost))], axis=0)
    return total


def chance_cash(archive: Archive, problem: RoadmapProblem, limits: PlanLimits) -> ChanceCash | None:
    """The row of the cash floor that the scenario states; None where it states none."""
    rule = floor_rule(archive.scenario)
    if rule is None:
        return None
    structure = Structure(problem)
    cases = {name: single_case(structure, name, limits) for name in structure.names}
    singles = [{**context, name: t} for name, (context, starts) in cases.items() for t in starts]
    wanted = [*(dict(context) for context, _ in cases.values()), *singles]
    draws = min(CASH_WORLDS, archive.draws)
    lowest = lowest_balances(
        archive.scenario,
        [months(archive.scenario, one) for one in [{}, *wanted]],
        draws,
        archive.seed,
        stretch=STRETCH,
        first_draw=archive.first_draw,
        threads=limits.threads,
        given=given_draws(archive.picked, archive.first_draw, draws),
    )
    base, balances = lowest[0], dict(zip(map(key, wanted), lowest[1:], strict=True))
    deltas = {
        name: _changes({t: balances[key({**context, name: t})] - balances[key(context)] for t in starts}, problem)
        for name, (context, starts) in cases.items()
    }
    return _row(rule, base, deltas, problem)


def _row(rule: FloorRule, base: Floats, deltas: Mapping[str, Floats], problem: RoadmapProblem) -> ChanceCash:
    """The row without the draws in which no roadmap can break the floor and, where only draws count in which cash keeps
    it anyhow, without the others. base (draws, points), deltas (periods, draws, points)."""
    draws = len(base)
    windows = {one.id: list(problem.window(one)) for one in problem.initiatives}
    worst = base + sum(
        (np.minimum(0.0, deltas[name][windows[name]].min(axis=0)) for name in deltas), np.zeros_like(base)
    )
    at_stake = (worst < rule.floor).any(axis=1)
    if rule.relative:
        at_stake &= ~rule.below(base.min(axis=1))
    kept = np.flatnonzero(at_stake)
    points = np.flatnonzero((worst[kept] < rule.floor).any(axis=0)) if len(kept) else np.arange(0)
    return ChanceCash.model_construct(
        floor=rule.floor,
        probability=rule.allowed,
        weight=(1.0 / draws,) * len(kept),
        base=_nested(base[np.ix_(kept, points)]),
        delta={name: _nested(delta[:, kept][:, :, points]) for name, delta in deltas.items()} if len(kept) else {},
    )


def _nested(values: Floats) -> tuple:  # type: ignore[type-arg]
    return tuple(_nested(one) for one in values) if values.ndim > 1 else tuple(values.tolist())


def _changes(known: Mapping[int, Floats], problem: RoadmapProblem) -> Floats:
    """(periods, draws, points) from those of some starts, linear in between."""
    starts = sorted(known)
    weights = np.array([filled(dict(zip(starts, unit, strict=True)), problem.periods) for unit in np.eye(len(starts))])
    changes: Floats = np.einsum("kt,ksm->tsm", weights, np.array([known[t] for t in starts]))
    return changes
