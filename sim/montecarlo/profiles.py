"""Mean cost of an initiative by month since its start: what a budget must hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.links import reserved_exits, reserved_prices
from sim.mechanisms import extra_work, normal_cdf, normal_quantile, overrun_ratio
from sim.mechanisms.projects import COMMON_STREAM
from sim.montecarlo.given import Given
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

    Overrun, help, lead time and running old and new side by side are included. A gate gives no credit: the whole cost
    of all phases is reserved. Links are reserved at what they cost an initiative that stands alone with what it
    requires, and leaving a subscription wherever its term may still run. Skill days are those of the plan (the lead
    time as plans count it); the simulation knows the overrun. What other initiatives change of it is left out. Costs
    are gross: a loan changes nothing, a lease moves the capital that it pays to the running cost, and only a grant paid
    upfront whose window stays open is taken off, by its mean; of one with a window, upfront holds the mean award by the
    kind of cost that it is for [money]. Prices are those of a start in month 0; price (months,): mean price of a start
    in a later month over that. With a quantile, money is that of each planning period's cost over the draws in place of
    its mean, spread evenly over the months of the period.
    """

    capital: Floats
    delivery: Floats
    running: Floats
    days: dict[str, Floats]
    price: Floats
    upfront: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class CostSample:
    """What `CostProfile` is the mean of, draw by draw: capital, delivery, running (months, draws) money by elapsed
    month, gross of what later gates save; price (months,) and upfront: as there."""

    capital: Floats
    delivery: Floats
    running: Floats
    price: Floats
    upfront: dict[str, float]


def cost_samples(
    scenario: Scenario, draws: int, seed: int, *, first_draw: int = 0, given: Given | None = None
) -> dict[str, CostSample]:
    """Cost of every initiative over the horizon in each draw, from the same overruns as the kernel's draws. given: of
    `evaluate`, with numbers."""
    return dict(each_cost_sample(scenario, draws, seed, first_draw=first_draw, given=given))


def each_cost_sample(
    scenario: Scenario, draws: int, seed: int, *, first_draw: int = 0, given: Given | None = None
) -> Iterator[tuple[str, CostSample]]:
    """As `cost_samples`, one initiative after the other: those of many draws are large together."""
    for name, initiative, numbers, column in _columns(scenario, draws, seed, first_draw, given):
        yield name, _sample(scenario, name, initiative, numbers, seed, column)


def cost_profiles(
    scenario: Scenario,
    draws: int,
    seed: int,
    *,
    first_draw: int = 0,
    quantile: float | None = None,
    given: Given | None = None,
) -> dict[str, CostProfile]:
    """Profile of every initiative over the horizon, from the same overruns as the kernel's draws. quantile: of each
    kind of cost in each planning period, in place of the mean. given: of `evaluate`, with numbers."""
    found = {}
    step = scenario.period_months
    for name, initiative, numbers, column in _columns(scenario, draws, seed, first_draw, given):
        one = _sample(scenario, name, initiative, numbers, seed, column)
        found[name] = CostProfile(
            capital=_held(one.capital, quantile, step),
            delivery=_held(one.delivery, quantile, step),
            running=_held(one.running, quantile, step),
            price=one.price,
            days=_days(initiative, scenario.horizon_months),
            upfront=one.upfront,
        )
    return found


def _columns(scenario: Scenario, draws: int, seed: int, first_draw: int, given: Given | None):  # type: ignore[no-untyped-def]
    """Each initiative with the numbers of the draws and what reads a parameter in all of them."""
    table = parameters(scenario)
    if given is None or given.numbers is None:
        numbers = np.arange(first_draw, first_draw + draws, dtype=np.int64)
        theta, _ = table.theta(numbers, seed)
    else:
        numbers = given.numbers
        theta, _ = given.theta(table, range(draws), 1, numbers, seed)
    values = np.tile(np.clip(table.base, table.low, table.high), (draws, 1))
    values[:, table.driver_slots] = theta

    def column(path: str) -> Floats:
        return values[:, table.slot[path]]

    for name, initiative in scenario.initiatives.items():
        yield name, initiative, numbers, column


def _sample(scenario, name, initiative: Initiative, numbers, seed: int, column) -> CostSample:  # type: ignore[no-untyped-def]
    months = scenario.horizon_months
    at = f"initiatives.{name}"
    cost = np.ones(len(numbers))
    time = np.ones(len(numbers))
    help_of = {field: column(f"{at}.help.{field}") if initiative.help is not None else 0.0 for field in PRICES}
    if initiative.risk_class is not None:
        factors = [column(f"{at}.help.{f}") if initiative.help is not None else 1.0 for f in ("spread", "tail")]
        cost, time = _ratios(scenario.overrun_of(initiative), name, numbers, seed, *factors)
    time = time * _work_factor(scenario, initiative, column)
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
    links = np.zeros(len(numbers))
    for link_capital, link_monthly in reserved_prices(scenario, name):
        links = links + column(link_capital)
        running = running + column(link_monthly) * (works if lasts is None else works & (since < lasts))
    if initiative.parallel is not None:
        running = running + column(f"{at}.parallel.running_per_month") * (works & (since < initiative.parallel.months))
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
    price_of = {field: column(f"{at}.{field}") + help_of[field] for field in PRICES}
    spent = share * (1.0 - float(initiative.deposit_share))
    spent[0] += float(initiative.deposit_share)
    own_capital, delivery = price_of["capital"] * cost * spent, price_of["delivery"] * cost * share
    capital = own_capital + links * cost * share
    grant, terms = initiative.grant, initiative.financing
    upfront: dict[str, float] = {}
    if grant is not None and grant.paid == "upfront":
        whole = (price_of["capital"] + price_of["delivery"]) * cost
        paid = column(f"{at}.grant.probability") * np.minimum(float(grant.cap), float(grant.share) * whole)
        granted = np.divide(paid, whole, out=np.zeros_like(whole), where=whole > 0.0)
        if grant.first_start == 0 and grant.last_start is None:
            capital, delivery = capital - own_capital * granted, delivery * (1.0 - granted)
        else:
            upfront = {kind: float(np.mean(price_of[kind] * cost * granted)) for kind in PRICES}
    if terms is not None and terms.kind == "lease":
        price = column(f"{at}.financing.monthly_price") * cost
        begun = np.cumsum(spent, axis=0)  # part of the capital for which the price is paid from the next month on
        due = np.zeros_like(begun)
        due[1:] = begun[:-1]
        due[1 + terms.months :] -= begun[: max(0, months - 1 - terms.months)]
        running = running + price * due
        capital = np.maximum(0.0, capital - own_capital * float(terms.share))
    leaving = sum((column(path) for path in reserved_exits(scenario, name)), np.zeros(len(numbers)))
    delivery = delivery + leaving * (since == 0)
    delivery = delivery + _involving(initiative, at, column) * cost * share + trained * (since == 0) * index
    return CostSample(capital, delivery, np.broadcast_to(running, capital.shape), np.mean(index, axis=1), upfront)


def _held(cost: Floats, quantile: float | None, step: int) -> Floats:
    """What a budget must hold (months,) of a cost (months, draws): its mean, or its quantile in each period of `step`
    months.

    >>> _held(np.array([[1.0, 3.0], [0.0, 8.0], [5.0, 7.0]]), None, 2)
    array([2., 4., 6.])
    >>> _held(np.array([[1.0, 3.0], [0.0, 8.0], [5.0, 7.0]]), 1.0, 2)
    array([5.5, 5.5, 3.5])
    """
    if quantile is None:
        return np.asarray(np.mean(cost, axis=1))
    months, draws = cost.shape
    periods = -(-months // step)
    padded = np.zeros((periods * step, draws))
    padded[:months] = cost
    level = np.quantile(padded.reshape(periods, step, draws).sum(axis=1), quantile, axis=1)
    return np.asarray(np.repeat(level / step, step)[:months])


def _involving(initiative: Initiative, at: str, column):  # type: ignore[no-untyped-def]
    """Cost of involving the staff that is involved; 0 where the initiative does not say."""
    if initiative.adoption is None or initiative.adoption.involvement is None:
        return 0.0
    return column(f"{at}.adoption.involvement.share") * column(f"{at}.adoption.involvement.cost")


def _work_factor(scenario: Scenario, initiative: Initiative, column):  # type: ignore[no-untyped-def]
    """Work over the planned one, for the levels that skills lack before any effect."""
    factor = 1.0
    for skill, asked in initiative.difficulty.items():
        gap = np.maximum(0.0, asked - column(f"skills.{skill}.level"))
        factor = factor + extra_work(gap, float(scenario.skills[skill].gap_work))
    return factor


def _days(initiative: Initiative, months: int) -> dict[str, Floats]:
    """Own staff's days by elapsed month as planned: of the work, and of running old and new side by side."""
    planned = np.zeros(months)
    first = initiative.planned_months - initiative.duration_months
    planned[first : initiative.planned_months] = 1.0
    days = {skill: initiative.own_days(skill) * planned for skill in initiative.skill_days}
    if initiative.parallel is not None:
        beside = np.zeros(months)
        beside[initiative.planned_months :][: initiative.parallel.months] = 1.0
        for skill, more in initiative.parallel.skill_days.items():
            days[skill] = days.get(skill, 0.0) + float(more) * beside
    return days


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
