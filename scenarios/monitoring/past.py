"""The scenario with its past fixed: what was started stays, nothing else starts before the month that is at hand.

The time axis stays that of the file, from month 0 on, so every draw lives through the same past under every roadmap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from optimize import PlanLimits
    from sim.world import Scenario

BEGUN = "under way: started before"
LARGE = 1e9  # budgets that bind nothing, while what is committed is counted


@dataclass(frozen=True)
class Past:
    """scenario: with the past fixed. started: initiative -> month, before `at`. raised: (budget, period, money) by
    which what is under way costs more than there is; where nothing else fits otherwise, also what is mandatory."""

    scenario: Scenario
    at: int
    started: Mapping[str, int]
    raised: tuple[tuple[str, int, float], ...]


def fixed_past(scenario: Scenario, roadmap: Mapping[str, int], at: int, seed: int, limits: PlanLimits) -> Past:
    """Fix what the roadmap started before month `at`; budgets hold at least what that costs, on the draws of
    `limits.picked`. Raises ProblemsFound."""
    from sim.world.choices import Pin

    started = {name: month for name, month in roadmap.items() if month < at}
    problems = [
        Problem(f"pins.{name}", f"{name} is pinned to month {pin.start_month}, which is over", name, "remove the pin")
        for name, pin in scenario.pins.items()
        if pin.start_month is not None and pin.start_month < at and started.get(name) != pin.start_month
    ]
    problems += [
        Problem(f"pins.{name}.out", f"{name} is pinned out, but it is under way", name, "remove the pin")
        for name, pin in scenario.pins.items()
        if pin.out and name in started
    ]
    if problems:
        raise ProblemsFound(problems)
    label = scenario.period_label(at // scenario.period_months)
    pins = {
        name: scenario.pins.get(name) or Pin(start_month=month, reason=f"{BEGUN} {label}")
        for name, month in started.items()
    }
    closed = {
        name: one if name in started else one.model_copy(update={"earliest_month": max(one.earliest_month, at)})
        for name, one in scenario.initiatives.items()
    }
    found = scenario.model_copy(update={"initiatives": closed, "pins": {**scenario.pins, **pins}})
    raised = _committed(found, started, seed, limits)
    made = _with_budgets(found, raised)
    if not _has_roadmap(made, seed, limits):
        due = _due(scenario, roadmap, started)
        raised = _committed(found, due, seed, limits)
        made = _with_budgets(found, raised)
    return Past(made, at, started, tuple(raised))


def _has_roadmap(scenario: Scenario, seed: int, limits: PlanLimits) -> bool:
    from optimize.policies import do_nothing
    from optimize.valuation import rules

    return do_nothing(rules(scenario, seed, limits).problem, limits.solver) is not None


def _due(scenario: Scenario, roadmap: Mapping[str, int], started: Mapping[str, int]) -> dict[str, int]:
    """What is under way, and what is mandatory with all it requires, at its planned start."""
    found = dict(started)
    todo = [name for name in roadmap if scenario.initiatives[name].mandatory]
    while todo:
        name = todo.pop()
        found[name] = roadmap[name]
        todo += [
            one.initiative
            for one in scenario.initiatives[name].requires
            if one.initiative in roadmap and one.initiative not in found
        ]
    return found


def _committed(
    scenario: Scenario, started: Mapping[str, int], seed: int, limits: PlanLimits
) -> list[tuple[str, int, float]]:
    """Where what is under way costs more than its budget holds, carried money included: spent or committed already, so
    a plan cannot save it."""
    from optimize.valuation import rules

    if not started:
        return []
    budgets = {
        name: one.model_copy(update={"amount": tuple(max(x, 1.0) * LARGE for x in one.amount)})
        for name, one in scenario.money.budgets.items()
    }
    free = scenario.model_copy(update={"money": scenario.money.model_copy(update={"budgets": budgets})})
    problem = rules(free, seed, limits).problem
    found = []
    for budget in problem.budgets:
        stated = scenario.money.budgets[budget.name]
        amount = tuple(stated.amount) if len(stated.amount) > 1 else tuple(stated.amount) * problem.periods
        carried, credit = 0.0, 0.0 if budget.credit is None else budget.credit.limit
        for t in range(problem.periods):
            left = amount[t] + budget.carry_share * carried
            for name, month in started.items():
                one, elapsed = problem.initiative(name), t - month // scenario.period_months
                left -= one.price_at(month // scenario.period_months) * sum(
                    cost[elapsed] for kind in budget.kinds if 0 <= elapsed < len(cost := getattr(one.cost, kind, ()))
                )
            if left + credit < -1e-9 * max(1.0, amount[t]):
                found.append((budget.name, t, -left))
            carried = max(0.0, left) if budget.carry_cap is None else min(budget.carry_cap, max(0.0, left))
    return found


def _with_budgets(scenario: Scenario, raised: list[tuple[str, int, float]]) -> Scenario:
    if not raised:
        return scenario
    budgets = dict(scenario.money.budgets)
    for name, period, more in raised:
        stated = budgets[name].amount
        amount = list(stated) if len(stated) > 1 else list(stated) * scenario.periods
        amount[period] += more * (1.0 + 1e-9) + 1e-6
        budgets[name] = budgets[name].model_copy(update={"amount": tuple(amount)})
    return scenario.model_copy(update={"money": scenario.money.model_copy(update={"budgets": budgets})})
