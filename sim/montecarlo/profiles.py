"""Mean cost of an initiative by month since its start: what a budget must hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.links import reserved_prices
from sim.mechanisms import normal_cdf, normal_quantile, overrun_ratio
from sim.mechanisms.projects import COMMON_STREAM
from sim.parameters import parameters
from sim.streams import stream_key, uniforms
from sim.world import Scenario
from sim.world.delivery import Shape
from sim.world.initiatives import Initiative

Floats = NDArray[np.float64]
PRICES = ("capital", "delivery")


@dataclass(frozen=True)
class CostProfile:
    """Mean over draws by elapsed month, (months,): money and, for days, the plan.

    Overrun, help, lead time and running old and new side by side are included. Links are reserved at what
    they cost an initiative that stands alone with what it requires. A gate gives no credit: the whole cost
    of all phases is reserved. Skill days are those of the plan (the lead time as plans count it); the simulation knows
    the overrun. What other initiatives change of it is left out.
    """

    capital: Floats
    delivery: Floats
    running: Floats
    days: dict[str, Floats]


def cost_profiles(scenario: Scenario, draws: int, seed: int, *, first_draw: int = 0) -> dict[str, CostProfile]:
    """Profile of every initiative over the horizon, from the same overruns as the kernel's draws."""
    table = parameters(scenario)
    numbers = np.arange(first_draw, first_draw + draws, dtype=np.int64)
    theta, _ = table.theta(numbers, seed)
    values = np.tile(np.clip(table.base, table.low, table.high), (draws, 1))
    values[:, table.driver_slots] = theta

    def column(path: str) -> Floats:
        return values[:, table.slot[path]]

    return {
        name: _profile(scenario, name, initiative, numbers, seed, column)
        for name, initiative in scenario.initiatives.items()
    }


def _profile(scenario, name, initiative: Initiative, numbers, seed: int, column) -> CostProfile:  # type: ignore[no-untyped-def]
    months = scenario.horizon_months
    at = f"initiatives.{name}"
    cost = np.ones(len(numbers))
    time = np.ones(len(numbers))
    help_of = {field: column(f"{at}.help.{field}") if initiative.help is not None else 0.0 for field in PRICES}
    if initiative.risk_class is not None:
        factors = [column(f"{at}.help.{f}") if initiative.help is not None else 1.0 for f in ("spread", "tail")]
        cost, time = _ratios(scenario.overrun_of(initiative), name, numbers, seed, *factors)
    work = np.maximum(1.0, np.ceil(initiative.duration_months * time - 1e-9))
    lead = np.zeros(len(numbers))
    if initiative.lead_months is not None:
        lead = np.ceil(column(f"{at}.lead_months") - 1e-9)
    elapsed = np.arange(months)[:, None]
    share = np.where((elapsed >= lead) & (elapsed < lead + work), 1.0 / work, 0.0)  # (months, draws)
    since = elapsed - lead - work  # months after go-live
    works = since >= 0
    running = column(f"{at}.running_per_month") * works
    lasts = initiative.life_months if initiative.renewal_cost is None else None
    if initiative.life_months is not None:
        if initiative.renewal_cost is None:
            running = running * (since < initiative.life_months)
        else:
            due = (since > 0) & (np.mod(since, initiative.life_months) == 0)
            running = running + column(f"{at}.renewal_cost") * due
    capital = column(f"{at}.capital") + help_of["capital"]
    for link_capital, link_monthly in reserved_prices(scenario, name):
        capital = capital + column(link_capital)
        running = running + column(link_monthly) * (works if lasts is None else works & (since < lasts))
    planned = np.zeros(months)
    first = initiative.planned_months - initiative.duration_months
    planned[first : first + initiative.duration_months] = 1.0
    days = {skill: initiative.own_days(skill) * planned for skill in initiative.skill_days}
    if initiative.parallel is not None:
        running = running + column(f"{at}.parallel.running_per_month") * (works & (since < initiative.parallel.months))
        beside = np.zeros(months)
        beside[initiative.planned_months :][: initiative.parallel.months] = 1.0
        for skill, more in initiative.parallel.skill_days.items():
            days[skill] = days.get(skill, 0.0) + float(more) * beside
    capital = capital * cost
    deposit = float(initiative.deposit_share)
    paid = np.mean(capital * (1.0 - deposit) * share, axis=1)
    paid[0] += np.mean(deposit * capital)
    return CostProfile(
        capital=paid,
        delivery=np.mean((column(f"{at}.delivery") + help_of["delivery"]) * cost * share, axis=1),
        running=np.mean(running, axis=1),
        days=days,
    )


def _ratios(  # type: ignore[no-untyped-def]
    shape: Shape, name: str, numbers: NDArray[np.int64], seed: int, spread, tail
) -> tuple[Floats, Floats]:
    """Realised cost and duration ratios of the draws, number for number those of the kernel."""
    index = np.zeros(1, dtype=np.int64)

    def score(stream: str) -> Floats:
        return np.asarray(normal_quantile(uniforms(stream_key(seed, stream), numbers, index)[:, 0]))

    z, own = score(f"initiatives/{name}/overrun_cost"), score(f"initiatives/{name}/overrun_time")
    rho, common = shape.correlation, shape.common
    if common > 0.0:
        z = np.sqrt(common) * score(COMMON_STREAM) + np.sqrt(1.0 - common) * z
    numbers_of = (shape.median, shape.log_sd * spread, shape.tail_share * tail, shape.tail_exponent, shape.cap)
    cost = overrun_ratio(normal_cdf(z), *numbers_of)
    time = overrun_ratio(normal_cdf(rho * z + np.sqrt(1 - rho * rho) * own), *numbers_of)
    return np.asarray(cost), np.asarray(time)
