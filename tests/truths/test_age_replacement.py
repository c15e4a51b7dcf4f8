"""Planned replacement against renewal theory: cost rates, and the optimal age of the Weibull problem.

Barlow and Hunter (1960), "Optimum preventive maintenance policies", Operations Research 8: policy I (a failure replaces
the system as well) and policy II (a failure is repaired, the age runs on). Statistical tests: fixed streams; five
standard errors, false alarm below 1e-6 each.
"""

import math
from typing import Any

import numba
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad

from sim.mechanisms.wearout import failures
from sim.streams import stream_key

Floats = NDArray[np.float64]
KEYS = stream_key(3, "systems/a/failure"), stream_key(3, "systems/a/repair")
SHAPE, SCALE = 2.5, 2.0  # years
PLANNED, FAILED = 1.0, 4.0  # cost of a planned replacement and of a failure
MONTHS = 1800


@numba.njit
def events(keys, draws, age, shape, scale, limit, replace, repair, months):  # type: ignore[no-untyped-def]
    """(draws, 3) failures, planned replacements, hours of repair of a system that is new at first."""
    out = np.zeros((draws, 3))
    times, hours, renewals = np.empty(8192), np.empty(8192), np.empty(8192)
    scales, ones = np.full(months, scale), np.ones(months)
    limits, medians, marks = np.full(months, limit), np.full(months, repair), np.zeros(months, np.int64)
    for draw in range(draws):
        n, renewed = failures(
            keys[0], keys[1], draw, age, shape, scales, ones, marks, replace, medians, 1.0, 160.0, limits, times, hours,
            renewals,
        )  # fmt: skip
        out[draw, 0], out[draw, 1] = n, renewed
        for j in range(n):
            out[draw, 2] += hours[j]
    return out


def cost_rates(limit: float, replace: bool, draws: int = 400) -> Floats:
    """(draws,) cost a year."""
    found = events(KEYS, draws, 0.0, SHAPE, SCALE, limit, replace, 0.0, MONTHS)
    return np.asarray((FAILED * found[:, 0] + PLANNED * found[:, 1]) / (MONTHS / 12))


def survival(age: float) -> float:
    return math.exp(-((age / SCALE) ** SHAPE))


def policy_one(limit: float) -> float:
    """Renewal reward: mean cost of a cycle over its mean length."""
    length = quad(survival, 0.0, limit)[0]
    return (FAILED * (1 - survival(limit)) + PLANNED * survival(limit)) / length


def policy_two(limit: float) -> float:
    return (PLANNED + FAILED * (limit / SCALE) ** SHAPE) / limit


@pytest.mark.parametrize("limit", [0.5, 1.1, 2.0, 4.0])
@pytest.mark.parametrize(("replace", "truth"), [(True, policy_one), (False, policy_two)], ids=["replace", "repair"])
def test_long_run_cost_rate(limit: float, replace: bool, truth: Any) -> None:
    """150 years; the first cycle begins new, so the count of a cycle is at most one off."""
    rates = cost_rates(limit, replace)
    error = rates.std(ddof=1) / math.sqrt(len(rates))
    assert abs(rates.mean() - truth(limit)) < 5 * error + FAILED / (MONTHS / 12)


def best(rates: dict[float, float]) -> float:
    return min(rates, key=rates.__getitem__)


@pytest.mark.parametrize(("replace", "truth"), [(True, policy_one), (False, policy_two)], ids=["replace", "repair"])
def test_the_optimal_age_is_found_by_simulation(replace: bool, truth: Any) -> None:
    """The cheapest age of a grid, on common streams, is the one nearest to the optimum or its neighbour, and its true
    cost is within 0.5 % of the lowest. Policy II: T* = scale (c_p / (c_f (shape - 1)))^(1 / shape)."""
    fine = np.arange(0.3, 4.0, 0.001)
    optimum = float(fine[np.argmin([truth(age) for age in fine])])
    if not replace:
        assert optimum == pytest.approx(SCALE * (PLANNED / (FAILED * (SHAPE - 1))) ** (1 / SHAPE), abs=1e-3)
    grid = [round(0.4 + 0.1 * k, 1) for k in range(25)]
    found = best({age: float(cost_rates(age, replace, 600).mean()) for age in grid})
    assert abs(found - optimum) <= 0.15
    assert truth(found) <= 1.005 * truth(optimum)


def test_no_planned_replacement_pays_where_nothing_wears_out() -> None:
    """Exponential lives: the rate of failures is the same at any age, so every planned replacement is wasted."""
    rows = [events(KEYS, 300, 0.0, 1.0, SCALE, limit, True, 0.0, MONTHS)[:, :2].mean(axis=0) for limit in (0.5, np.inf)]
    assert rows[0][0] == pytest.approx(rows[1][0], rel=0.02)
    assert rows[0][1] > 10 * rows[1][1]


def test_availability_with_a_repairer_for_every_machine() -> None:
    """The machine-repair model with as many repairers as machines: each is up life / (life + repair) of the time."""
    months, repair = 600, 160.0  # a month of repair against a life of a year
    hours = events(KEYS, 600, 0.0, 1.0, 1.0, np.inf, True, repair, months)[:, 2]
    down = hours / (160.0 * months)
    error = down.std(ddof=1) / math.sqrt(len(down))
    assert abs(down.mean() - 1 / 13) < 5 * error + 1 / months
