"""What information is worth, against closed forms and published cases, through the estimators of the product.

Two decisions, 0 and a normal increment of mean m and standard deviation s that is known: E max(0, x) - max(0, m) =
s phi(m/s) + m Phi(m/s) - max(0, m). Seeds are fixed; an estimate may be 4 of its own standard errors off, by luck once
in 15,000 estimates.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import betabinom, norm

from scenarios.knowing.maximum import gain
from scenarios.knowing.partial import by_nesting, by_regression, perfect
from scenarios.knowing.sample import net_of, sample_gain
from scenarios.knowing.study import Study

Floats = NDArray[np.float64]
CASES = json.loads((Path(__file__).parents[1] / "data" / "value_of_information.json").read_text(encoding="utf-8"))
POINTS = 2048
ALLOWED = 4.0


def loss(mean: float, sd: float) -> float:
    """Worth of knowing a normal increment of this mean of which this much is known."""
    return float(sd * norm.pdf(mean / sd) + mean * norm.cdf(mean / sd) - max(0.0, mean))


def quantiles(count: int, seed: int) -> Floats:
    """Normal scores, one in each of `count` equal parts, in random order: as the product spreads its points."""
    rng = np.random.default_rng(seed)
    return np.asarray(norm.ppf((rng.permutation(count) + rng.uniform(0.001, 0.999, count)) / count))


def additive(case: dict[str, Any], noise: int, noise_sd: float) -> tuple[Floats, Floats]:
    """Drivers (points, 2) and values (points, noise, 2) of an increment m + p1 + p2 with events around it."""
    drivers = np.column_stack([sd * quantiles(POINTS, 10 + k) for k, sd in enumerate(case["sds"])])
    rng = np.random.default_rng(3)
    values = np.zeros((POINTS, noise, 2))
    values[:, :, 1] = case["mean"] + drivers.sum(axis=1)[:, None] + noise_sd * rng.standard_normal((POINTS, noise))
    return drivers, values


@pytest.mark.parametrize("case", CASES["normal"], ids=lambda case: case["id"])
def test_closed_forms_agree_with_the_records(case: dict[str, Any]) -> None:
    """The formula of this file is that of the records."""
    assert loss(case["mean"], math.hypot(*case["sds"])) == pytest.approx(case["evpi"], rel=1e-10)
    assert [loss(case["mean"], sd) for sd in case["sds"]] == pytest.approx(case["evppi"], rel=1e-10)


@pytest.mark.parametrize("noise_sd", [0.0, 3.0])
@pytest.mark.parametrize("case", CASES["normal"], ids=lambda case: case["id"])
def test_perfect_information(case: dict[str, Any], noise_sd: float) -> None:
    """EVPI by noisy means whose bias is taken out, and by regression; luck is not worth anything."""
    drivers, values = additive(case, 16, noise_sd)
    found = perfect(values, 1)
    assert abs(found.value - case["evpi"]) < ALLOWED * found.se
    assert found.settled
    check = by_regression(values.mean(axis=1), drivers, 1)
    assert abs(check.value - case["evpi"]) < ALLOWED * check.se
    assert found.se < 0.06
    if noise_sd:
        # Luck left in is too much, and choosing by half of the draws too little.
        assert found.raw > case["evpi"] + found.se
        assert found.least < case["evpi"] - found.se


@pytest.mark.parametrize("driver", [0, 1])
@pytest.mark.parametrize("case", CASES["normal"], ids=lambda case: case["id"])
def test_partial_information_by_both_estimators(case: dict[str, Any], driver: int) -> None:
    """EVPPI by regression on the points, and by nested draws of the rest."""
    truth = case["evppi"][driver]
    drivers, values = additive(case, 16, 2.0)
    found = by_regression(values.mean(axis=1), drivers[:, [driver]], 1)
    assert abs(found.value - truth) < ALLOWED * found.se
    rng = np.random.default_rng(8)
    outer, inner = 256, 32
    known = case["sds"][driver] * norm.ppf((np.arange(outer) + rng.random(outer)) / outer)
    rest = math.hypot(case["sds"][1 - driver], 2.0) * rng.standard_normal((outer, inner))
    nested = by_nesting(np.stack([np.zeros((outer, inner)), case["mean"] + known[:, None] + rest], axis=2), 1)
    assert abs(nested.value - truth) < ALLOWED * nested.se
    assert max(found.se, nested.se) < 0.1


def test_correlated_drivers() -> None:
    """Of two drivers of correlation 0.6 one tells of the other: the increment p + q is known by p with sd 1 + 0.6."""
    p, other = quantiles(POINTS, 1), quantiles(POINTS, 2)
    q = 0.6 * p + 0.8 * other
    values = np.column_stack([np.zeros(POINTS), 0.5 + p + q])
    found = by_regression(values, p[:, None], 1)
    assert abs(found.value - loss(0.5, 1.6)) < ALLOWED * found.se


def test_curved_worth() -> None:
    """A worth that is no straight line: x^2 - 1 of a normal x is worth E max(0, x^2 - 1) = 2 phi(1)."""
    x = quantiles(POINTS, 1)
    values = np.column_stack([np.zeros(POINTS), x**2 - 1.0])
    found = by_regression(values, x[:, None], 1)
    assert abs(found.value - 2.0 * norm.pdf(1.0)) < ALLOWED * found.se


def test_driver_without_influence_is_worth_nothing() -> None:
    """Of 200 drivers that change nothing, few seem to be worth more than twice their error."""
    rng = np.random.default_rng(5)
    values = np.column_stack([np.zeros(256), 0.2 + rng.standard_normal(256)])
    found = [by_regression(values, rng.random((256, 1)), 1) for _ in range(200)]
    assert np.mean([one.value > 2.0 * one.se for one in found]) < 0.05


@pytest.mark.parametrize("case", CASES["sample"], ids=lambda case: case["id"])
def test_sample_information(case: dict[str, Any]) -> None:
    """EVSI of n observations on a normal prior, by reweighting and by regression (Raiffa and Schlaifer)."""
    prior = case["prior_mean"] + case["prior_sd"] * quantiles(POINTS, 4)
    values = np.zeros((POINTS, 2))
    values[:, 1] = prior + 0.5 * np.random.default_rng(6).standard_normal(POINTS)
    found = sample_gain(values, prior, Study("audit", "x", n=case["n"], sd=case["obs_sd"]), 1)
    for one in (found.reweighted, found.regressed):
        assert abs(one.value - case["evsi"]) < ALLOWED * one.se
        assert one.se < 0.03
    assert found.agree


def test_trials_of_a_probability() -> None:
    """EVSI of 20 trials on a uniform prior of a probability p, decisions 0 and p - 0.5: by the beta-binomial law."""
    p = (np.random.default_rng(2).permutation(POINTS) + 0.5) / POINTS
    values = np.column_stack([np.zeros(POINTS), p - 0.5])
    hits = np.arange(21)
    truth = float(np.sum(betabinom.pmf(hits, 20, 1, 1) * np.maximum(0.0, (1 + hits) / 22 - 0.5)))
    found = sample_gain(values, p, Study("pilot", "x", trials=20), 1)
    assert abs(found.reweighted.value - truth) < ALLOWED * found.reweighted.se
    assert abs(found.regressed.value - truth) < ALLOWED * found.regressed.se


def test_a_study_is_worth_no_more_than_perfect_knowledge_and_pays_its_price_and_wait() -> None:
    """More observations are worth more, up to EVPPI; the net figure is worth minus wait minus price."""
    prior = quantiles(POINTS, 4)
    values = np.column_stack([np.zeros(POINTS), prior])
    worth = [sample_gain(values, prior, Study("a", "x", n=n, sd=2.0), 1).reweighted.value for n in (1, 4, 16, 4096)]
    assert worth == sorted(worth)
    assert worth[-1] == pytest.approx(by_regression(values, prior[:, None], 1).value, rel=0.02)
    later = values - np.array([0.0, 0.1])
    study = Study("a", "x", n=16, sd=2.0, cost=0.05, delay=3)
    net = net_of(values, later, prior, study, 1)
    assert net.value == pytest.approx(net.worth.value - net.waiting - 0.05)


@pytest.mark.parametrize("case", CASES["tables"], ids=lambda case: case["id"])
def test_decision_tables(case: dict[str, Any]) -> None:
    """Published tables, each state as often as it is probable."""
    states = np.repeat(np.arange(len(case["prob"])), np.round(np.array(case["prob"]) * 10).astype(int))
    payoff = np.array(case["payoff"], dtype=float).T[states]
    assert int(payoff.mean(axis=0).argmax()) == case["best"]
    assert payoff.mean(axis=0).max() == pytest.approx(case["ev_best"])
    found = gain(np.repeat(payoff[:, None, :], 8, axis=1), 1)
    assert found.value == pytest.approx(case["evpi"])
    assert [found.raw, found.least, found.further] == pytest.approx([case["evpi"]] * 3)
