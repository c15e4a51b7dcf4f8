"""Bass curves and Weibull lives against published parameters and independent numerics."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import integrate, optimize

from sim.mechanisms import (
    bass_adoption,
    relevance,
    weibull_cumulative_hazard,
    weibull_inverse_cumulative_hazard,
)

CASES = json.loads((Path(__file__).parents[1] / "data" / "adoption_and_wear.json").read_text())


def by_prefix(prefix: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["id"].startswith(prefix)]


def test_every_record_is_used() -> None:
    prefixes = ("bass1969-", "bass-cdf-", "weibull-renewal-", "replace-age-", "weibull-1", "weibull-2")
    counts = [len(by_prefix(prefix)) for prefix in prefixes]
    assert counts == [7, 2, 2, 3, 1, 1]
    assert sum(counts) == len(CASES)


@pytest.mark.parametrize("case", by_prefix("bass1969-"))
def test_bass_durables(case: dict[str, Any]) -> None:
    p, q, size = (case["inputs"][name] for name in ("p", "q", "m"))
    expected, rel = case["expected"], case["tolerance"]["rel"]
    for t, share in expected["F"].items():
        assert bass_adoption(float(t), p, q, 1.0) == pytest.approx(share, rel=rel)
    for t, adopters in expected["N"].items():
        assert size * bass_adoption(float(t), p, q, 1.0) == pytest.approx(adopters, rel=rel)
    for t, adopters in expected["adopters_in_year"].items():
        year = bass_adoption(float(t), p, q, 1.0) - bass_adoption(float(t) - 1, p, q, 1.0)
        assert size * year == pytest.approx(adopters, rel=rel)
    for t, rate in expected["sales_rate"].items():
        share = bass_adoption(float(t), p, q, 1.0)
        assert size * (p + q * share) * (1 - share) == pytest.approx(rate, rel=rel)
    at_peak = bass_adoption(expected["peak_time"], p, q, 1.0)
    assert at_peak == pytest.approx((q - p) / (2 * q), rel=rel)
    assert size * (p + q * at_peak) * (1 - at_peak) == pytest.approx(expected["peak_sales"], rel=rel)
    assert math.log(q / p) / (p + q) == pytest.approx(
        expected["published_peak_time"], abs=case["tolerance"]["published_peak_abs"]
    )


@pytest.mark.parametrize("case", by_prefix("bass-cdf-"))
def test_bass_curve(case: dict[str, Any]) -> None:
    p, q = case["inputs"]["p"], case["inputs"]["q"]
    shares = bass_adoption(case["inputs"]["t"], p, q, 1.0)
    np.testing.assert_allclose(shares, case["expected"]["F"], rtol=case["tolerance"]["rel"])
    if q > 0:
        assert bass_adoption(case["expected"]["peak_time"], p, q, 1.0) == pytest.approx(
            case["expected"]["inflection_F"], rel=case["tolerance"]["rel"]
        )


def test_bass_solves_its_differential_equation() -> None:
    t = np.linspace(0.0, 12.0, 25)
    for p, q in ((0.05, 0.4), (0.3, 0.3), (0.2, 0.0)):
        solution = integrate.solve_ivp(
            lambda _, share, p=p, q=q: (p + q * share) * (1 - share), (0, 12), [0.0], t_eval=t, rtol=1e-11, atol=1e-13
        )
        np.testing.assert_allclose(bass_adoption(t, p, q, 0.6), 0.6 * solution.y[0], atol=1e-10)


def test_bass_limits() -> None:
    assert bass_adoption(0.0, 0.1, 0.4, 1.0) == 0.0
    assert bass_adoption(3.0, 0.0, 0.9, 1.0) == 0.0
    assert bass_adoption(3.0, 0.2, 0.0, 1.0) == pytest.approx(1 - math.exp(-0.6), rel=1e-15)
    assert bass_adoption(1e12, 1e3, 1e3, 0.75) == 0.75
    assert bass_adoption(1e-12, 0.02, 0.4, 1.0) == pytest.approx(2e-14, rel=1e-9)


@pytest.mark.parametrize("case", [*by_prefix("weibull-1"), *by_prefix("weibull-2")])
def test_weibull_life(case: dict[str, Any]) -> None:
    shape, scale, ages = (case["inputs"][name] for name in ("shape", "scale", "t"))
    expected, rel = case["expected"], case["tolerance"]["rel"]

    def survival(age: float) -> float:
        return math.exp(-weibull_cumulative_hazard(age, shape, scale))

    def area(low: float, high: float, weight: int = 0) -> float:
        return integrate.quad(lambda age: age**weight * survival(age), low, high, epsabs=0, epsrel=1e-11, limit=200)[0]

    far = weibull_inverse_cumulative_hazard(60.0, shape, scale)
    hazard = weibull_cumulative_hazard(ages, shape, scale)
    np.testing.assert_allclose(np.exp(-hazard), expected["survival"], rtol=rel)
    np.testing.assert_allclose(shape * hazard / np.array(ages), expected["hazard"], rtol=rel)
    assert weibull_inverse_cumulative_hazard(math.log(2), shape, scale) == pytest.approx(expected["median"], rel=rel)
    assert weibull_inverse_cumulative_hazard(-math.log(0.9), shape, scale) == pytest.approx(expected["b10"], rel=rel)
    assert area(0, far) == pytest.approx(expected["mean"], rel=rel)
    assert 2 * area(0, far, 1) - area(0, far) ** 2 == pytest.approx(expected["variance"], rel=rel)
    assert survival(scale + 1) / survival(scale) == pytest.approx(
        expected["conditional_survival_1_given_age_l"], rel=rel
    )
    assert area(scale, far) / survival(scale) == pytest.approx(expected["mean_residual_at_scale"], rel=rel)
    assert area(0, scale) == pytest.approx(expected["restricted_mean_to_scale"], rel=rel)


@pytest.mark.parametrize("case", by_prefix("weibull-renewal-"))
def test_renewal_function(case: dict[str, Any]) -> None:
    """Solving M = F + F * dM with lives of this hazard (Xie 1989, midpoints) gives the published renewal function."""
    shape, scale = case["inputs"]["shape"], case["inputs"]["scale"]
    steps, horizon = 1500, 3.0
    step = horizon / steps
    failed = -np.expm1(-weibull_cumulative_hazard(np.arange(steps + 1) * step, shape, scale))
    midway = -np.expm1(-weibull_cumulative_hazard((np.arange(steps) + 0.5) * step, shape, scale))
    renewals = np.zeros(steps + 1)
    for i in range(1, steps + 1):
        earlier = np.diff(renewals[:i])
        history = np.sum(midway[i - 1 : 0 : -1] * earlier) - midway[0] * renewals[i - 1]
        renewals[i] = (failed[i] + history) / (1 - midway[0])
    for t, expected in case["expected"]["M"].items():
        assert renewals[round(float(t) / step)] == pytest.approx(expected, abs=case["tolerance"]["abs_exact"])


@pytest.mark.parametrize("case", by_prefix("replace-age-"))
def test_age_replacement(case: dict[str, Any]) -> None:
    inputs, expected = case["inputs"], case["expected"]
    shape, scale = inputs["shape"], inputs["scale"]

    def cost_rate(age: float) -> float:
        alive = math.exp(-weibull_cumulative_hazard(age, shape, scale))
        cycle = integrate.quad(
            lambda u: math.exp(-weibull_cumulative_hazard(u, shape, scale)), 0, age, epsabs=0, epsrel=1e-11, limit=400
        )[0]
        return (inputs["cost_planned"] * alive + inputs["cost_failure"] * (1 - alive)) / cycle

    never = cost_rate(weibull_inverse_cumulative_hazard(40.0, shape, scale))
    if expected["optimal_age"] == "Infinity":
        assert never == pytest.approx(expected["cost_rate"], rel=case["tolerance"]["rel_cost"])
        assert all(cost_rate(age * scale) > never for age in (0.1, 0.5, 1.0, 3.0, 10.0))
    else:
        best = optimize.minimize_scalar(cost_rate, bounds=(0.05 * scale, 3 * scale), options={"xatol": 1e-7 * scale})
        assert best.x == pytest.approx(expected["optimal_age"], rel=case["tolerance"]["rel_age"])
        assert best.fun == pytest.approx(expected["cost_rate"], rel=case["tolerance"]["rel_cost"])
    if "run_to_failure_rate" in expected:
        assert never == pytest.approx(expected["run_to_failure_rate"], rel=case["tolerance"]["rel_cost"])


def test_hazard_and_its_inverse() -> None:
    ages = np.array([0.0, 1e-3, 0.7, 4.0, 90.0])
    for shape in (0.6, 1.0, 2.7):
        there = weibull_cumulative_hazard(ages, shape, 5.0)
        np.testing.assert_allclose(weibull_inverse_cumulative_hazard(there, shape, 5.0), ages, rtol=1e-13)
    assert weibull_cumulative_hazard(-2.0, 1.5, 5.0) == 0.0


def test_relevance_halves_in_every_half_life() -> None:
    t = np.linspace(0.0, 40.0, 81)
    np.testing.assert_allclose(relevance(t + 7.0, 7.0), relevance(t, 7.0) / 2, rtol=1e-14)
    assert relevance(7.0, 7.0) == 0.5
    assert (relevance(-t, 7.0) == 1.0).all()
