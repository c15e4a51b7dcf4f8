"""Adoption and failures of the company against exact computations that share no code with it.

Means over draws must lie within 4 standard errors of the truth: false-alarm rate under 0.01 % a comparison, under 0.5 %
for the file. The seed is fixed.
"""

import math
from typing import Any

import numpy as np
import pytest

from sim.company.adoption import adopters
from sim.company.clock import clock
from sim.company.delivery import schedule
from sim.company.effects import Effects
from sim.company.wear import wear
from sim.company.world_layer import Draw
from sim.mechanisms import bass_adoption, weibull_cumulative_hazard
from sim.parameters import Parameters, parameters
from sim.roadmap import EMPTY
from tests.naive.shops import SEED, corner_shop, setting

ERRORS = 4.0


def users(seats: int, turnover: float, **adoption: float) -> Parameters:
    """The corner shop with so many clerks, who all could use one initiative."""
    block = {"roles": ["clerk"], **adoption}
    return parameters(
        corner_shop(
            setting("people.clerk.headcount", seats),
            setting("people.clerk.annual_turnover", turnover),
            setting("people.clerk.hiring_months", 0),
            setting("initiatives.pos.adoption", block),
        )
    )


def mean_adopters(n: int, p: float, q: float, leaving: float, joiner: float, years: np.ndarray) -> np.ndarray:
    """Exact mean share of adopters: the Markov chain of their number, by uniformisation of its matrix exponential."""
    rates = np.zeros((n + 1, n + 1))
    for k in range(n + 1):
        if k < n:
            rates[k, k + 1] = (n - k) * (p + q * k / n + leaving * joiner)
        if k > 0:
            rates[k, k - 1] = k * leaving * (1.0 - joiner)
        rates[k, k] = -rates[k].sum()
    speed = -rates.diagonal().min()
    jump = np.eye(n + 1) + rates / speed
    means = []
    for t in years:
        at, weight, total = np.eye(n + 1)[0], math.exp(-speed * t), np.zeros(n + 1)
        for j in range(1, int(speed * t + 12 * math.sqrt(speed * t + 1) + 30)):
            total += weight * at
            at, weight = at @ jump, weight * speed * t / j
        means.append(float(total @ np.arange(n + 1)) / n)
    return np.array(means)


@pytest.mark.parametrize(
    ("p", "q", "leaving", "joiner"),
    [(0.3, 1.5, 0.0, 0.0), (0.8, 0.0, 0.0, 0.0), (0.3, 1.5, 0.5, 0.4), (0.1, 3.0, 1.0, 0.0)],
)
def test_twelve_seats_adopt_as_the_markov_chain_says(p: float, q: float, leaving: float, joiner: float) -> None:
    """Turnover and joiners included; far from the closed form, which holds for many seats only."""
    table = users(12, leaving, p=p, q=q, ceiling=1.0, joiner_share=joiner)
    months = np.array([3.0, 8.0, 14.0, 24.0, 33.0])
    draws = [adopters(Draw(table, number, SEED), 0, 2) for number in range(2000)]
    shares = np.array([[one.at(m) for m in months] for one in draws])
    truth = mean_adopters(12, p, q, leaving, joiner, (months - 2.0) / 12.0)
    error = shares.std(axis=0, ddof=1) / math.sqrt(len(draws))
    assert np.all(np.abs(shares.mean(axis=0) - truth) < ERRORS * error)
    assert error.max() < 0.01


def test_many_seats_adopt_in_bass_form() -> None:
    """400 seats without turnover: the mean is the closed form up to terms of order 1 / seats (0.005 allowed)."""
    p, q, ceiling = 0.3, 1.8, 0.8
    table = users(400, 0.0, p=p, q=q, ceiling=ceiling, joiner_share=0.5)
    months = np.arange(1.0, 36.0, 3.0)
    draws = [adopters(Draw(table, number, SEED), 0, 0) for number in range(150)]
    shares = np.array([[one.at(m) for m in months] for one in draws])
    error = shares.std(axis=0, ddof=1) / math.sqrt(len(draws))
    truth = bass_adoption(months / 12.0, p, q, ceiling)
    assert np.all(np.abs(shares.mean(axis=0) - truth) < ERRORS * error + 0.005)
    assert error.max() < 0.01


def test_monthly_shares_are_means_of_the_events() -> None:
    """The monthly share is the integral of the steps at the moments of adoption."""
    one = adopters(Draw(users(12, 0.6, p=0.5, q=2, ceiling=0.9, joiner_share=0.5), 4, SEED), 0, 1)
    grid = (np.arange(3600) + 0.5) / 100.0
    fine = np.array([one.at(t) for t in grid]).reshape(36, 100).mean(axis=1)
    assert np.array(one.share) == pytest.approx(fine, abs=0.02)
    assert len(one.times) > 12
    assert set(one.changes) == {1, -1}


def failures(draws: int, **system: Any) -> np.ndarray:
    """(draws, months) failures of the till so far, without repair time."""
    fields = {"repair_hours": 0.01, "support_ends_month": None, **system}
    table = parameters(corner_shop(*(setting(f"systems.till.{field}", value) for field, value in fields.items())))
    calendar = clock(table.scenario)
    rows = []
    for number in range(draws):
        world = Draw(table, number, SEED)
        plan = schedule(world, EMPTY)
        times = wear(world, calendar, plan, Effects(world, calendar, plan, {}))["till"].times
        rows.append([sum(t < m for t in times) for m in range(1, calendar.months + 1)])
    return np.array(rows, dtype=float)


def agree(counts: np.ndarray, truth: np.ndarray) -> None:
    error = counts.std(axis=0, ddof=1) / math.sqrt(len(counts))
    assert np.all(np.abs(counts.mean(axis=0) - truth) < ERRORS * error + 1e-3)
    assert error[-1] < 0.05 * truth[-1]


@pytest.mark.parametrize(("age", "shape"), [(0.0, 2.0), (4.0, 1.6), (1.0, 0.7)])
def test_repaired_systems_fail_by_their_cumulative_hazard(age: float, shape: float) -> None:
    """Minimal repair: the mean number of failures up to t is H(age + t) - H(age)."""
    counts = failures(1500, age_years=age, life_shape=shape, life_scale_years=1.0)
    years = age + np.arange(1, 37) / 12.0
    hazard = weibull_cumulative_hazard(years, shape, 1.0)
    agree(counts, hazard - weibull_cumulative_hazard(age, shape, 1.0))


def renewals(shape: float, age: float, months: int, steps: int = 40) -> np.ndarray:
    """Mean number of replacements by the end of each month, scale 1 year, first life given survival to `age`.

    The renewal equation M = F1 + M * dF, solved on a fine grid by the mid-point rule of Xie (1989)."""
    n = months * steps
    t = np.arange(n + 1) / (12.0 * steps)
    life = 1.0 - np.exp(-(t**shape))
    mid = 1.0 - np.exp(-((t[1:] - 0.5 / (12.0 * steps)) ** shape))
    first = 1.0 - np.exp(age**shape - (age + t) ** shape)
    count = np.zeros(n + 1)  # of the ordinary process
    for i in range(1, n + 1):
        past = np.diff(count[:i]) @ mid[1:i][::-1] if i > 1 else 0.0
        count[i] = (life[i] + past - count[i - 1] * mid[0]) / (1.0 - mid[0])
    delayed = np.array([first[i] + count[i::-1][1:] @ np.diff(first[: i + 1]) if i else 0.0 for i in range(n + 1)])
    return delayed[steps::steps]


@pytest.mark.parametrize(("age", "shape", "published"), [(0.0, 2.0, 3.02174), (0.0, 1.5, 3.05371), (0.8, 2.0, None)])
def test_replaced_systems_fail_by_the_renewal_function(age: float, shape: float, published: float | None) -> None:
    """Replacement: the mean number of failures is the renewal function; M(3 years) as tabulated for a new system."""
    truth = renewals(shape, age, 36)
    if published is not None:
        assert truth[-1] == pytest.approx(published, abs=3e-3)
    counts = failures(1500, age_years=age, life_shape=shape, life_scale_years=1.0, on_failure="replace")
    agree(counts, truth)
