"""Severities, limited means and insurance layers against published closed forms and other libraries."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import integrate, special

from sim.mechanisms import (
    insurance_payout,
    lognormal_limited_mean,
    normal_cdf,
    normal_quantile,
    severity_limited_mean,
    severity_mean,
    severity_quantile,
)

CASES = json.loads((Path(__file__).parents[1] / "data" / "loss_severity.json").read_text())
Z95 = normal_quantile(0.95)
# Tail scale over sigma * p95: 0.05 / phi(z).
SCALE_FACTOR = 0.05 * math.sqrt(2 * math.pi) * math.exp(Z95**2 / 2)
# Quadratures of the tail stop at u = 1 - e^-END: closer to 1 the spacing of floats would show.
END = 16.0


def by_prefix(prefix: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["id"].startswith(prefix)]


def with_tail_scale(p95: float, scale: float) -> tuple[float, float]:
    """Median and p95 of the severity whose generalised Pareto tail begins at p95 with this scale."""
    return p95 * math.exp(-Z95 * scale / (SCALE_FACTOR * p95)), p95


def test_every_record_is_used() -> None:
    prefixes = ("fair-ale", "fair-vuln", "cyber-cpl", "layer-logn", "lev-lognormal", "lev-pareto", "lev-exp")
    counts = [len(by_prefix(prefix)) for prefix in (*prefixes, "agg-limit", "gpd-danish")]
    assert counts == [2, 1, 2, 4, 1, 1, 1, 1, 1]
    assert sum(counts) == len(CASES)


def test_normal_distribution_against_scipy() -> None:
    """Cephes is accurate to about 1e-15 as well; the tails go down to the smallest probabilities."""
    u = np.concatenate([10.0 ** -np.arange(1.0, 300.0, 7.0), np.linspace(0.0005, 0.9995, 1000), [1 - 1e-15]])
    np.testing.assert_allclose(normal_quantile(u), special.ndtri(u), rtol=3e-15, atol=1e-16)
    x = np.linspace(-37.0, 9.0, 500)
    np.testing.assert_allclose(normal_cdf(x), special.ndtr(x), rtol=2e-13)
    assert normal_quantile(0.0) == -math.inf
    assert normal_quantile(1.0) == math.inf


@pytest.mark.parametrize("case", by_prefix("fair-ale"))
def test_annualised_loss(case: dict[str, Any]) -> None:
    inputs, expected, rel = case["inputs"], case["expected"], case["tolerance"]["rel"]
    mu = 0.5 * math.log(inputs["low"] * inputs["high"])
    sigma = 0.5 * math.log(inputs["high"] / inputs["low"]) / Z95
    assert mu == pytest.approx(expected["lognormal_mu"], rel=rel)
    assert sigma == pytest.approx(expected["lognormal_sigma"], rel=rel)
    mean = lognormal_limited_mean(math.inf, mu, sigma)
    assert mean == pytest.approx(expected["single_loss_mean"], rel=rel)
    assert inputs["frequency"] * mean == pytest.approx(expected["annualised_loss"], rel=rel)
    assert severity_quantile(0.05, math.exp(mu), inputs["high"], 0.3) == pytest.approx(inputs["low"], rel=1e-12)


@pytest.mark.parametrize("case", by_prefix("fair-vuln"))
def test_vulnerability(case: dict[str, Any]) -> None:
    (threat, threat_sd), (control, control_sd) = case["inputs"]["tcap"], case["inputs"]["control"]
    probability = normal_cdf((threat - control) / math.hypot(threat_sd, control_sd))
    assert probability == pytest.approx(case["expected"]["vulnerability"], abs=case["tolerance"]["abs_exact"])


@pytest.mark.parametrize("case", by_prefix("cyber-cpl"))
def test_compound_poisson_mean_and_largest_event(case: dict[str, Any]) -> None:
    lam, mu, sigma = (case["inputs"][name] for name in ("lam", "mu", "sigma"))
    mean = lam * lognormal_limited_mean(math.inf, mu, sigma)
    assert mean == pytest.approx(case["expected"]["mean"], rel=case["tolerance"]["mean_rel"])
    # The record prints its thresholds, multiples of the mean, cut to whole money.
    for x, probability in case["expected"]["p_max_event_exceed"].items():
        exceeded = normal_cdf((mu - math.log(float(x))) / sigma)
        assert -math.expm1(-lam * exceeded) == pytest.approx(probability, rel=2e-5)


@pytest.mark.parametrize("case", by_prefix("layer-logn"))
def test_layer(case: dict[str, Any]) -> None:
    mu, sigma, deductible, limit, lam = (case["inputs"][name] for name in ("mu", "sigma", "deductible", "limit", "lam"))
    expected, rel = case["expected"], case["tolerance"]["rel"]
    below = lognormal_limited_mean(deductible, mu, sigma)
    ceded = lognormal_limited_mean(deductible + limit, mu, sigma) - below
    mean = lognormal_limited_mean(math.inf, mu, sigma)
    assert ceded == pytest.approx(expected["event_ceded_mean"], rel=rel)
    assert mean - ceded == pytest.approx(expected["event_retained_mean"], rel=rel)
    assert below / mean == pytest.approx(expected["loss_elimination_ratio"], rel=rel)
    assert normal_cdf((mu - math.log(deductible)) / sigma) == pytest.approx(expected["p_attach"], rel=rel)
    exhausted = normal_cdf((mu - math.log(deductible + limit)) / sigma)
    assert exhausted == pytest.approx(expected["p_exhaust"], rel=rel)
    assert lam * ceded == pytest.approx(expected["annual_ceded_mean"], rel=rel)

    def moment(power: int) -> float:
        """E[payout^power] by quadrature of the payout over the normal score, split at the layer's two corners."""
        start, end = ((math.log(x) - mu) / sigma for x in (deductible, deductible + limit))

        def density(z: float) -> float:
            paid = insurance_payout(math.exp(mu + sigma * z), deductible, limit)
            return paid**power * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

        inside = integrate.quad(density, start, end, epsabs=0, epsrel=1e-12)[0]
        return inside + integrate.quad(density, end, 12.0, epsabs=0, epsrel=1e-12)[0]

    assert moment(1) == pytest.approx(expected["event_ceded_mean"], rel=rel)
    assert lam * moment(2) == pytest.approx(expected["annual_ceded_variance"], rel=rel)


@pytest.mark.parametrize("case", by_prefix("lev-lognormal"))
def test_limited_mean_of_a_lognormal(case: dict[str, Any]) -> None:
    mu, sigma = case["inputs"]["mu"], case["inputs"]["sigma"]
    rel = case["tolerance"]["rel"]
    np.testing.assert_allclose(
        lognormal_limited_mean(case["inputs"]["limits"], mu, sigma), case["expected"]["lev"], rtol=rel
    )
    assert lognormal_limited_mean(math.inf, mu, sigma) == pytest.approx(case["expected"]["moment1"], rel=rel)


@pytest.mark.parametrize("case", [*by_prefix("lev-pareto"), *by_prefix("lev-exp")])
def test_limited_mean_of_the_tail(case: dict[str, Any]) -> None:
    """The excess over p95 is generalised Pareto: Pareto II of shape a and scale s has index 1 / a and scale s / a."""
    inputs = case["inputs"]
    index = 1 / inputs["shape"] if "shape" in inputs else 0.0
    scale = inputs["scale"] / inputs["shape"] if "shape" in inputs else inputs["mean"]
    p95 = 4.0 * scale
    median, _ = with_tail_scale(p95, scale)
    at_p95 = severity_limited_mean(p95, median, p95, index)
    limits = p95 + np.array(inputs["limits"])
    excess = (severity_limited_mean(limits, median, p95, index) - at_p95) / 0.05
    np.testing.assert_allclose(excess, case["expected"]["lev"], rtol=case["tolerance"]["rel"])


@pytest.mark.parametrize("case", by_prefix("agg-limit"))
def test_annual_recovery_before_the_annual_limit(case: dict[str, Any]) -> None:
    lam, mu, sigma, deductible, limit = (
        case["inputs"][name] for name in ("lam", "mu", "sigma", "deductible", "event_limit")
    )
    layer = lognormal_limited_mean(deductible + limit, mu, sigma) - lognormal_limited_mean(deductible, mu, sigma)
    assert lam * layer == pytest.approx(
        case["expected"]["recovery_mean_without_annual_limit"], rel=case["tolerance"]["rel"]
    )


@pytest.mark.parametrize("case", by_prefix("gpd-danish"))
def test_peaks_over_threshold(case: dict[str, Any]) -> None:
    """Quantile and expected shortfall of a generalised Pareto tail: ours begins where 5 % of the losses are larger."""
    inputs, expected, rel = case["inputs"], case["expected"], case["tolerance"]["rel"]
    median, p95 = with_tail_scale(inputs["threshold"], inputs["beta"])
    share = (1 - inputs["q"]) * inputs["n"] / inputs["n_exceed"]
    value = severity_quantile(1 - 0.05 * share, median, p95, inputs["xi"])
    assert value == pytest.approx(expected["VaR"], rel=rel)
    beyond = severity_mean(median, p95, inputs["xi"]) - severity_limited_mean(value, median, p95, inputs["xi"])
    assert value + beyond / (0.05 * share) == pytest.approx(expected["ES"], rel=rel)


@pytest.mark.parametrize("arguments", [(2e4, 2e5, 0.3), (2e4, 2e5, 0.0), (5e3, 9e4, 0.6), (1e3, 1.5e3, 1e-9)])
def test_severity_means_are_integrals_of_the_quantile(arguments: tuple[float, float, float]) -> None:
    median, p95, index = arguments

    def tail(score: float) -> float:
        return severity_quantile.scalar(-math.expm1(-score), median, p95, index) * math.exp(-score)

    # With u = 1 - e^-s the tail's integrand falls exponentially.
    body = integrate.quad(severity_quantile.scalar, 0, 0.95, args=arguments, epsabs=0, epsrel=1e-8, limit=300)[0]
    start = -math.log(0.05)
    for limit in (0.3 * median, p95, 1.5 * p95):
        capped = (
            integrate.quad(
                lambda u, limit=limit: min(limit, severity_quantile.scalar(u, *arguments)),
                0,
                0.95,
                limit=500,
                epsrel=1e-8,
            )[0]
            + integrate.quad(
                lambda s, limit=limit: min(limit * math.exp(-s), tail(s)), start, END, limit=500, epsrel=1e-8
            )[0]
        )
        capped += limit * math.exp(-END)
        assert severity_limited_mean(limit, *arguments) == pytest.approx(capped, rel=1e-7)
    # What lies beyond u = 1 - e^-END is added in closed form: e^-END (x + (scale + xi (x - p95)) / (1 - xi)).
    edge = severity_quantile.scalar(-math.expm1(-END), *arguments)
    scale = SCALE_FACTOR * math.log(p95 / median) / Z95 * p95
    rest = math.exp(-END) * (edge + (scale + index * (edge - p95)) / (1 - index))
    whole = body + integrate.quad(tail, start, END, epsabs=0, epsrel=1e-8, limit=300)[0] + rest
    assert severity_mean(*arguments) == pytest.approx(whole, rel=1e-7)
    assert severity_limited_mean(math.inf, *arguments) == pytest.approx(severity_mean(*arguments), rel=1e-14)


def test_severity_hits_its_quantiles_and_its_density_is_continuous() -> None:
    arguments = (2e4, 2e5, 0.3)
    assert severity_quantile(0.5, *arguments) == 2e4
    assert severity_quantile(0.95, *arguments) == pytest.approx(2e5, rel=1e-14)
    step = 1e-6
    below = severity_quantile(0.95, *arguments) - severity_quantile(0.95 - step, *arguments)
    above = severity_quantile(0.95 + step, *arguments) - severity_quantile(0.95, *arguments)
    assert above == pytest.approx(below, rel=1e-4)
    assert (np.diff(severity_quantile(np.linspace(0, 1 - 1e-9, 5001), *arguments)) > 0).all()


def test_wider_layer_and_smaller_deductible_never_pay_less() -> None:
    losses = np.geomspace(1, 1e7, 60)[:, np.newaxis]
    deductibles = np.linspace(0, 1e5, 20)
    assert (np.diff(insurance_payout(losses, deductibles, 5e4), axis=1) <= 0).all()
    assert (np.diff(insurance_payout(losses, 1e4, deductibles), axis=1) >= 0).all()
    assert (insurance_payout(losses, 0.0, math.inf) == losses).all()
