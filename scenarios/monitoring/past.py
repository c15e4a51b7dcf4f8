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
    from scenarios.monitoring.costs import Costs, Overrun
    from sim.world import Scenario

Raised = tuple[str, int, float]
BEGUN = "under way: started before"
LARGE = 1e9  # budgets that bind nothing, while what is committed is counted


@dataclass(frozen=True)
class Past:
    """scenario: with the past fixed. started: initiative -> month, before `at`. raised: (budget, period, money) by
    which what is under way costs more than there is; where nothing else fits otherwise, also what is mandatory.
    rounded: the same, of the whole roadmap, by no more than its Monte Carlo error; the budgets hold it as well."""

    scenario: Scenario
    at: int
    started: Mapping[str, int]
    raised: tuple[Raised, ...]
    rounded: tuple[Raised, ...] = ()


def fixed_past(
    scenario: Scenario,
    roadmap: Mapping[str, int],
    at: int,
    seed: int,
    limits: PlanLimits,
    costs: Costs | None = None,
) -> Past:
    """Fix what the roadmap started before month `at`; budgets hold at least what that costs, and what the rest of the
    roadmap passes them by without being shown to. costs: as they are seen now; None: as `limits` has them, without
    error. Raises ProblemsFound."""
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
    passed = _committed(found, started, seed, limits, costs)
    made = _with_budgets(found, passed)
    if not _has_roadmap(made, seed, limits):
        due = _due(scenario, roadmap, started)
        passed = _committed(found, due, seed, limits, costs)
        made = _with_budgets(found, passed)
    rest = [one for one in _committed(made, roadmap, seed, limits, costs) if not one.sure] if costs else []
    made = _with_budgets(made, rest)
    raised = [(one.budget, one.period, one.money) for one in passed if one.sure]
    rounded = [(one.budget, one.period, one.money) for one in (*passed, *rest) if not one.sure]
    return Past(made, at, started, tuple(raised), tuple(rounded))


def _has_roadmap(scenario: Scenario, seed: int, limits: PlanLimits) -> bool:
    """Whether some roadmap keeps every limit of the program, goals that must be reached included."""
    from optimize.goal_floors import with_floors
    from optimize.policies import do_nothing
    from optimize.valuation import rules

    ruled = with_floors(scenario, rules(scenario, seed, limits), seed, limits)
    return do_nothing(ruled.problem, limits.solver) is not None


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
    scenario: Scenario, started: Mapping[str, int], seed: int, limits: PlanLimits, costs: Costs | None
) -> list[Overrun]:
    """Where what is under way costs more than its budget holds, carried money included: spent or committed already, so
    a plan cannot save it."""
    from optimize.valuation import rules
    from scenarios.monitoring.costs import costs_without_error, overruns

    if not started:
        return []
    budgets = {
        name: one.model_copy(update={"amount": tuple(max(x, 1.0) * LARGE for x in one.amount)})
        for name, one in scenario.money.budgets.items()
    }
    free = scenario.model_copy(update={"money": scenario.money.model_copy(update={"budgets": budgets})})
    problem = rules(free, seed, limits).problem
    stated = []
    for budget in problem.budgets:
        amount = tuple(scenario.money.budgets[budget.name].amount)
        amount = amount if len(amount) > 1 else amount * problem.periods
        stated.append(budget.model_copy(update={"amount": amount}))
    problem = problem.model_copy(update={"budgets": tuple(stated)})
    seen: Costs = costs or costs_without_error(scenario, seed, limits)
    return overruns(scenario, problem, started, seen)


def _with_budgets(scenario: Scenario, passed: list[Overrun]) -> Scenario:
    if not passed:
        return scenario
    budgets = dict(scenario.money.budgets)
    for one in passed:
        name, period, more = one.budget, one.period, one.money
        stated = budgets[name].amount
        amount = list(stated) if len(stated) > 1 else list(stated) * scenario.periods
        amount[period] += more * (1.0 + 1e-9) + 1e-6
        budgets[name] = budgets[name].model_copy(update={"amount": tuple(amount)})
    return scenario.model_copy(update={"money": scenario.money.model_copy(update={"budgets": budgets})})
