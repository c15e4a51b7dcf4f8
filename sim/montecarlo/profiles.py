"""Mean cost of an initiative by month since its start: what a budget must hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.links import reserved_prices
from sim.mechanisms import normal_cdf, normal_quantile, overrun_ratio
from sim.parameters import parameters
from sim.streams import stream_key, uniforms
from sim.world import Scenario
from sim.world.initiatives import Initiative, RiskClass

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CostProfile:
    """Mean over draws by elapsed month, (months,): money and, for days, the plan.

    Overrun is included. A failed gate gives no credit: the whole cost is reserved. Links are reserved at what they cost
    an initiative that stands alone with what it requires. Skill days are those of the plan; the simulation knows the
    overrun. Costs are gross: a loan changes nothing, a lease moves the capital that it pays to the running cost, and
    only a grant paid upfront whose window stays open is taken off, by its mean. Prices are those of a start in month 0;
    price (months,): mean price of a start in a later month over that.
    """

    capital: Floats
    delivery: Floats
    running: Floats
    days: dict[str, Floats]
    price: Floats


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
    cost = np.ones(len(numbers))
    time = np.ones(len(numbers))
    if initiative.risk_class is not None:
        cost, time = _ratios(scenario.risk_classes[initiative.risk_class], name, numbers, seed)
    work = np.maximum(1.0, np.ceil(initiative.duration_months * time - 1e-9))
    at = f"initiatives.{name}"
    elapsed = np.arange(months)[:, None]
    share = np.where(elapsed < work, 1.0 / work, 0.0)  # (months, draws)
    since = elapsed - work  # months after go-live
    works = since >= 0
    running = column(f"{at}.running_per_month") * works
    lasts = initiative.life_months if initiative.renewal_cost is None else None
    if initiative.life_months is not None:
        if initiative.renewal_cost is None:
            running = running * (since < initiative.life_months)
        else:
            due = (since > 0) & (np.mod(since, initiative.life_months) == 0)
            running = running + column(f"{at}.renewal_cost") * due
    links = np.zeros(len(numbers))
    for link_capital, link_monthly in reserved_prices(scenario, name):
        links = links + column(link_capital)
        running = running + column(link_monthly) * (works if lasts is None else works & (since < lasts))
    own = f"{at}.price_change" if initiative.price_change is not None else "money.inflation.technology"
    growth = np.log1p(column(own))
    index = np.exp(growth * (elapsed / 12.0))
    training = None if initiative.adoption is None else initiative.adoption.training
    trained = np.zeros_like(share)
    if training is not None:
        lasting = works if lasts is None else works & (since < lasts)
        due = since == 0 if training.refresh_months is None else np.mod(since, training.refresh_months) == 0
        trained = column(f"{at}.adoption.training.cost") * (lasting & due)
    running = (running + trained * (since > 0)) * index
    own_capital, delivery = column(f"{at}.capital") * cost * share, column(f"{at}.delivery") * cost * share
    capital = (column(f"{at}.capital") + links) * cost * share
    grant, terms = initiative.grant, initiative.financing
    if grant is not None and grant.paid == "upfront" and grant.first_start == 0 and grant.last_start is None:
        whole = (column(f"{at}.capital") + column(f"{at}.delivery")) * cost
        paid = column(f"{at}.grant.probability") * np.minimum(float(grant.cap), float(grant.share) * whole)
        granted = np.divide(paid, whole, out=np.zeros_like(whole), where=whole > 0.0)
        capital, delivery = capital - own_capital * granted, delivery * (1.0 - granted)
    if terms is not None and terms.kind == "lease":
        price = column(f"{at}.financing.monthly_price") * cost
        begun = np.cumsum(share, axis=0)  # part of the capital for which the price is paid from the next month on
        due = np.zeros_like(begun)
        due[1:] = begun[:-1]
        due[1 + terms.months :] -= begun[: max(0, months - 1 - terms.months)]
        running = running + price * due
        capital = np.maximum(0.0, capital - own_capital * float(terms.share))
    delivery = delivery + _involving(initiative, at, column) * cost * share + trained * (since == 0) * index
    planned = np.arange(months) < initiative.duration_months
    return CostProfile(
        capital=np.mean(capital, axis=1),
        delivery=np.mean(delivery, axis=1),
        running=np.mean(running, axis=1),
        price=np.mean(index, axis=1),
        days={skill: np.where(planned, float(days), 0.0) for skill, days in initiative.skill_days.items()},
    )


def _involving(initiative: Initiative, at: str, column):  # type: ignore[no-untyped-def]
    """Cost of involving the staff that is involved; 0 where the initiative does not say."""
    if initiative.adoption is None or initiative.adoption.involvement is None:
        return 0.0
    return column(f"{at}.adoption.involvement.share") * column(f"{at}.adoption.involvement.cost")


def _ratios(c: RiskClass, name: str, numbers: NDArray[np.int64], seed: int) -> tuple[Floats, Floats]:
    """Realised cost and duration ratios of the draws, number for number those of the kernel."""
    index = np.zeros(1, dtype=np.int64)
    z = normal_quantile(uniforms(stream_key(seed, f"initiatives/{name}/overrun_cost"), numbers, index)[:, 0])
    own = normal_quantile(uniforms(stream_key(seed, f"initiatives/{name}/overrun_time"), numbers, index)[:, 0])
    rho = 2 * np.sin(np.pi * c.cost_time_rank / 6)
    shape = (c.median, c.log_sd, c.tail_share, c.tail_exponent, c.cap)
    cost = overrun_ratio(normal_cdf(z), *shape)
    time = overrun_ratio(normal_cdf(rho * z + np.sqrt(1 - rho * rho) * own), *shape)
    return np.asarray(cost), np.asarray(time)
