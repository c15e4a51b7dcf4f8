"""What a plan says of decisions taken before it, of loads, and of money and days from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from sim.display.text import clean

if TYPE_CHECKING:
    from optimize import Plan
    from optimize.planning import PlannedPeriod


def decision_sentences(plan: Plan, names: Mapping[str, str]) -> Iterator[str]:
    """Sentences, each about one thing that occurs; none where nothing does."""
    if plan.pins:
        label = {period.start: period.label for period in plan.periods}
        words = (
            f"{clean(names.get(one.id, one.id))} "
            + ("out" if one.start_month is None else f"to {label[one.start_month]}")
            + (f" ({clean(one.reason)})" if one.reason else "")
            for one in plan.pins
        )
        yield f"Pinned: {'; '.join(words)}."
    for limit in plan.periods[0].load_limits if plan.periods else ():
        busy = [(period.label, len(period.loads[limit]), period.load_limits[limit]) for period in plan.periods]
        most = max(number for _, number, _ in busy)
        if most:
            when = ", ".join(label for label, number, _ in busy if number == most)
            kind, _, name = limit.partition(".")
            yield f"Load of {clean(name)} ({kind}): {most} of {busy[0][2]} at a time in {when}."
    for budget in plan.periods[0].budgets if plan.periods else ():
        yield from _over_time(f"Credit owed by budget {clean(budget)}", plan, _debt(budget), plan.outcomes.currency)
    for skill in plan.periods[0].bought_days if plan.periods else ():
        yield from _over_time(f"Days of {clean(skill)} bought", plan, _bought(skill), "days")


def _debt(budget: str) -> Callable[[PlannedPeriod], float]:
    return lambda period: period.budgets[budget].debt


def _bought(skill: str) -> Callable[[PlannedPeriod], float]:
    return lambda period: period.bought_days[skill]


def _over_time(what: str, plan: Plan, of: Callable[[PlannedPeriod], float], unit: str) -> Iterator[str]:
    amounts = [(period.label, of(period)) for period in plan.periods]
    shown = ", ".join(f"{amount:,.4g} in {label}" for label, amount in amounts if amount > 0.0)
    if shown:
        yield f"{what}, {unit}: {shown}."
