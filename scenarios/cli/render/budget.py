"""The roadmap by planning period: what starts, cost against budget, days of each skill against capacity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.cli.render.words import cell, listed, plain_table
from sim.display.text import clean

if TYPE_CHECKING:
    from rich.table import Table

    from optimize import Plan
    from optimize.planning import PlannedPeriod
    from sim.world import Scenario

WIDE = 100  # columns from which on three limits fit beside the names
ROUND_TO = 100  # mean costs in the table


@dataclass(frozen=True)
class Line:
    """One row: a period, or a run of periods in which nothing starts; its limits as (used, available)."""

    label: str
    starts: str
    limits: Mapping[str, tuple[float, float]]


def roadmap_table(plan: Plan, scenario: Scenario, names: Mapping[str, str], width: int) -> Table:
    """One row a period; periods in which nothing starts are joined, and show the tightest of them."""
    lines = list(_lines(plan, scenario, names))
    heads = {f"budget:{name}": _budget_head(name, plan, scenario) for name in scenario.money.budgets}
    heads |= {f"skill:{name}": clean(name.replace("_", " "), 12) for name in scenario.skills}
    shown = _tightest(lines, list(heads), most=4 if width >= WIDE else 3)
    table = plain_table("period", "starts", *(heads[limit] for limit in shown), right=range(2, 2 + len(shown)))
    for line in lines:
        used = [_used(limit, *line.limits[limit]) for limit in shown]
        table.add_row(cell(line.label), cell(line.starts), *(cell(text) for text in used))
    hidden = len(heads) - len(shown)
    table.caption = (
        "mean cost and planned days / what there is, with money carried over; joined periods: the tightest of each"
        + (f"; {hidden} looser {'limit' if hidden == 1 else 'limits'} not shown" if hidden else "")
    )
    table.caption_justify = "left"
    return table


def spending_sentence(plan: Plan) -> str:
    """What the roadmap costs over the planning periods by kind, and when most falls due; empty if it costs nothing."""
    kinds = {kind: sum(getattr(period, kind) for period in plan.periods) for kind in ("capital", "delivery", "running")}
    total = sum(kinds.values())
    if total <= 0.0:
        return ""
    each = [period.capital + period.delivery + period.running for period in plan.periods]
    peak = max(range(len(each)), key=each.__getitem__)
    parts = listed(f"{kind} {_money(amount)}" for kind, amount in kinds.items() if amount > 0.0)
    what = f"Mean cost within the plan {_money(total)} {plan.outcomes.currency}: {parts}"
    return f"{what}; most in {plan.periods[peak].label}: {_money(each[peak])}."


def available(plan: Plan, scenario: Scenario, budget: str, period: int) -> float:
    """Money of a period with what was carried into it, grants, and what is borrowed, less what is paid back
    [currency]."""
    terms, now = scenario.money.budgets[budget], plan.periods[period].budgets[budget]
    before = plan.periods[period - 1].budgets[budget] if period else None
    carried, debt = (before.carried, before.debt) if before is not None else (0.0, 0.0)
    rate = 0.0 if terms.credit is None else (1.0 + terms.credit.rate) ** (scenario.period_months / 12.0) - 1.0
    return now.amount + now.granted + terms.carry_share * carried + now.debt - (1.0 + rate) * debt


def _lines(plan: Plan, scenario: Scenario, names: Mapping[str, str]) -> Iterator[Line]:
    idle: list[tuple[PlannedPeriod, dict[str, tuple[float, float]]]] = []
    for position, period in enumerate(plan.periods):
        following = plan.periods[position + 1].start if position + 1 < len(plan.periods) else scenario.planning_months
        starts = [names[name] for name, month in plan.roadmap.items() if period.start <= month < following]
        limits = {
            f"budget:{name}": (purse.spent, available(plan, scenario, name, position))
            for name, purse in period.budgets.items()
        }
        limits |= {f"skill:{name}": (period.skill_days.get(name, 0.0), days) for name, days in period.capacity.items()}
        if not starts:
            idle.append((period, limits))
            continue
        yield from _joined(idle)
        idle = []
        yield Line(period.label, "; ".join(starts), limits)
    yield from _joined(idle, ends=True)


def _joined(idle: list[tuple[PlannedPeriod, dict[str, tuple[float, float]]]], ends: bool = False) -> Iterator[Line]:
    if not idle:
        return
    first, last = idle[0][0].label, idle[-1][0].label
    label = first if len(idle) == 1 else f"{first} on" if ends else f"{first}-{last}"
    yield Line(label, "-", {limit: max((limits[limit] for _, limits in idle), key=_load) for limit in idle[0][1]})


def _tightest(lines: list[Line], limits: list[str], most: int) -> list[str]:
    """The limits to show, in their order: budgets first, then whichever come closest to their end."""
    chosen = sorted(limits, key=lambda limit: -max((_load(line.limits[limit]) for line in lines), default=0.0))[:most]
    money = next((limit for limit in limits if limit.startswith("budget:")), None)
    if money is not None and money not in chosen:
        chosen = [money, *chosen[: most - 1]]
    return [limit for limit in limits if limit in chosen]


def _load(limit: tuple[float, float]) -> float:
    used, there = limit
    return used / there if there > 0.0 else float(used > 0.0)


def _budget_head(name: str, plan: Plan, scenario: Scenario) -> str:
    several = len(scenario.money.budgets) > 1
    return f"{clean(name, 12)}, {plan.outcomes.currency}" if several else f"cost / budget, {plan.outcomes.currency}"


def _used(limit: str, used: float, there: float) -> str:
    if limit.startswith("skill:"):
        return f"{used:.3g}/{there:.3g}"
    return f"{_money(used)} / {_money(there)}"


def _money(amount: float) -> str:
    """Hundreds of larger sums, units of small ones: costs are means over draws."""
    return f"{round(amount / ROUND_TO) * ROUND_TO:,}" if amount >= 10 * ROUND_TO else f"{amount:,.0f}"
