"""Cost of every initiative as it is seen now, and how sure it is that a roadmap passes a budget with it.

Costs have heavy tails: the mean of some hundred observed draws is off by some per cent, which alone would break a
budget that the plan was made to fill. So the cost on the draws on which the plan was made stays, and only what the
observations change of it is added, on common draws: E(c | y) = E c + (sum w c - sum u c), w and u the weights with and
without the observations (control variate: Glasserman 2004, "Monte Carlo methods in financial engineering", 4.1). It is
exactly 0 where nothing was observed. Errors by the delete-a-group jackknife (Kott 2001, Journal of Official Statistics
17), through quantiles, carried money and credit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.monitoring.weights import resampled, weighted_quantiles

if TYPE_CHECKING:
    from optimize import PlanLimits
    from optimize.problem import RoadmapProblem
    from scenarios.monitoring.posterior import Weighted
    from sim.montecarlo.profiles import CostProfile
    from sim.world import Scenario

Floats = NDArray[np.float64]
Profiles = Mapping[str, "CostProfile"]
KINDS = ("capital", "delivery", "running")
GROUPS = 32  # of draws, for errors
RARE = 0.05  # chance that chance alone makes a roadmap pass some budget
ROUNDING = 1e-9  # of a budget's amount


@dataclass(frozen=True)
class Costs:
    """profiles: of every initiative, as seen now. without: the same without each group of draws in turn; empty: the
    costs have no error, since nothing was observed."""

    profiles: Profiles
    without: tuple[Profiles, ...] = ()


@dataclass(frozen=True)
class Overrun:
    """A budget that a roadmap passes in a period, by `money` +- `error`. sure: by more than the draws leave to
    chance."""

    budget: str
    period: int
    money: float
    error: float
    sure: bool


def costs_of(scenario: Scenario, part: Weighted, seed: int, limits: PlanLimits) -> Costs:
    """Costs as a part of the observed draws sees them. limits: those with which the plan was made."""
    from optimize.plan_limits import SEARCH_FROM
    from optimize.valuation import PLAN_AT
    from sim.montecarlo.profiles import cost_profiles

    quantile, step, groups = PLAN_AT[scenario.money.plan_at], scenario.period_months, min(GROUPS, len(part.draws))
    made = cost_profiles(scenario, limits.cost_draws, seed, first_draw=SEARCH_FROM, quantile=quantile)
    of_group = np.arange(len(part.draws)) * groups // len(part.draws)
    masks = [np.ones(len(part.draws), dtype=np.bool_), *(of_group != g for g in range(groups))]
    changes: list[dict[str, dict[str, Floats]]] = [{name: {} for name in made} for _ in masks]
    for name, kind, cost in _by_draw(scenario, part, seed, None if quantile is None else step):
        for own, mask in zip(changes, masks, strict=True):
            with_all, before = (_held(cost, weight * mask, quantile) for weight in (part.weight, part.before))
            own[name][kind] = with_all - before
    prices = _prices(scenario, part, seed)
    found = []
    for own in changes:
        one = {}
        for name, profile in made.items():
            spread = {kind: own[name][kind] for kind in KINDS}
            if quantile is not None:
                spread = {k: np.repeat(v / step, step)[: len(profile.capital)] for k, v in spread.items()}
            more = {kind: np.maximum(0.0, getattr(profile, kind) + spread[kind]) for kind in KINDS}
            one[name] = replace(profile, price=profile.price * prices[name], **more)
        found.append(one)
    return Costs(found[0], tuple(found[1:]))


def costs_without_error(scenario: Scenario, seed: int, limits: PlanLimits) -> Costs:
    """Costs as these limits have them, taken as they are."""
    from optimize.plan_limits import SEARCH_FROM
    from optimize.valuation import PLAN_AT
    from sim.montecarlo import cost_profiles, given_draws

    given, quantile = given_draws(limits.picked, SEARCH_FROM, limits.cost_draws), PLAN_AT[scenario.money.plan_at]
    return Costs(
        limits.costs
        or cost_profiles(scenario, limits.cost_draws, seed, first_draw=SEARCH_FROM, quantile=quantile, given=given)
    )


def _by_draw(scenario: Scenario, part: Weighted, seed: int, step: int | None) -> Iterator[tuple[str, str, Floats]]:
    """Initiative, kind and (draws, months) cost by elapsed month; by planning period where it has `step` months."""
    from sim.montecarlo.profiles import each_cost_sample

    for name, sample in each_cost_sample(scenario, len(part.draws), seed, given=part.draws.given()):
        for kind in KINDS:
            cost = np.asarray(getattr(sample, kind)).T
            if step is not None:
                cost = np.add.reduceat(cost, np.arange(0, cost.shape[1], step), axis=1)
            yield name, kind, cost


def _held(cost: Floats, weight: Floats, quantile: float | None) -> Floats:
    """(months,) weighted mean of (draws, months), or its quantile. Weights need not sum to 1."""
    weight = weight / max(float(weight.sum()), 1e-12)
    if quantile is None:
        return np.asarray(weight @ cost)
    share = np.array([quantile])
    return np.array([weighted_quantiles(column, weight, share)[0] if column.any() else 0.0 for column in cost.T])


def _prices(scenario: Scenario, part: Weighted, seed: int) -> dict[str, Floats]:
    """Initiative -> (months,) price of a later start with the observations over that without."""
    from sim.montecarlo.profiles import cost_profiles

    count = len(part.draws)
    priced = []
    for number, weight in enumerate((part.weight, part.before)):
        chosen = part.draws.at(resampled(weight, count, np.random.default_rng([seed, 7003, number])))
        priced.append(cost_profiles(scenario, count, seed, given=chosen.given()))
    return {name: one.price / priced[1][name].price for name, one in priced[0].items()}


def overruns(scenario: Scenario, problem: RoadmapProblem, roadmap: Mapping[str, int], costs: Costs) -> list[Overrun]:
    """Where a roadmap, in months, passes the budgets of a problem. Sure is what passes by more than its error leaves to
    chance, at 5 % over all periods of all budgets that it spends from (Bonferroni, Student's t)."""
    from scipy.stats import t as student

    names = {one.id for one in problem.initiatives}
    starts = {name: month // scenario.period_months for name, month in roadmap.items() if name in names}
    passed, spent = _passed(scenario, problem, starts, costs.profiles)
    groups = [_passed(scenario, problem, starts, one)[0] for one in costs.without]
    n, error = len(groups), np.zeros_like(passed)
    if n > 1:
        error = np.sqrt((n - 1) / n * np.sum((np.array(groups) - np.mean(groups, axis=0)) ** 2, axis=0))
    times = float(student.isf(RARE / max(1, int(np.sum(spent > 0.0))), n - 1)) if n > 1 else 0.0
    found = []
    for b, budget in enumerate(problem.budgets):
        least = ROUNDING * max(1.0, *budget.amount)
        for period in range(problem.periods):
            money, own = float(passed[b, period]), float(error[b, period])
            if money > least:
                found.append(Overrun(budget.name, period, money, own, money > least + times * own))
    return found


def _passed(
    scenario: Scenario, problem: RoadmapProblem, starts: Mapping[str, int], profiles: Profiles
) -> tuple[Floats, Floats]:
    """(budgets, periods) by how much what is spent passes what there is with the credit line, negative where something
    is left; and what is spent."""
    from optimize.periods import by_period
    from optimize.problem import Cost
    from optimize.recount import purse

    step, periods = scenario.period_months, problem.periods
    made = []
    for one in problem.initiatives:
        if one.id in starts:
            own = profiles[one.id]
            capital, delivery, running = (
                by_period(row, step, periods) for row in (own.capital, own.delivery, own.running)
            )
            cost = Cost.model_construct(capital=capital, delivery=delivery, running=running)
            one = one.model_copy(update={"cost": cost})
        made.append(one)
    priced = problem.model_copy(update={"initiatives": tuple(made)})
    passed, spent = (np.zeros((len(problem.budgets), periods)) for _ in range(2))
    for b, budget in enumerate(priced.budgets):
        for t, state in enumerate(purse(priced, budget, starts)):
            credit = budget.credit.limit if budget.credit is not None and t + 1 < periods else 0.0
            passed[b, t], spent[b, t] = state.spent - state.available - credit, state.spent
    return passed, spent
