"""A year's loss of a threat against the compound distribution by fast Fourier transform, and repeated incidents against
a published table."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.mechanisms import normal_quantile, severity_mean
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import KPI_NAMES
from tests.naive.shops import Edit, corner_shop, setting

Floats = NDArray[np.float64]
SEED = 20
CASES = json.loads((Path(__file__).parents[1] / "data" / "loss_severity.json").read_text())
Z95 = normal_quantile(0.95)


def lognormal_cdf(x: Floats, mu: float, sigma: float) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(stats.norm.cdf((np.log(x) - mu) / sigma))


def severity_cdf(x: Floats, median: float, p95: float, index: float) -> Floats:
    """Lognormal body, generalised Pareto tail of continuous density, written from the text."""
    sigma = math.log(p95 / median) / Z95
    scale = 0.05 * sigma * p95 / stats.norm.pdf(Z95)
    tail = 1 - 0.05 * stats.genpareto.sf(x - p95, index, scale=scale)
    return np.where(x <= p95, lognormal_cdf(x, math.log(median), sigma), tail)


def compound(cdf: Any, generating: Any, step: float, log2_size: int) -> Floats:
    """Distribution function at 0, step, 2 step, ... of a random sum. cdf: of one loss, rounded to the nearest multiple
    of the step. generating: probability generating function of the count. What lies beyond the grid is put at its end.

    Source: Klugman, Panjer, Willmot (2012), Loss Models, section 9.6.
    """
    n = 2**log2_size
    edges = (np.arange(n) + 0.5) * step
    density = np.diff(cdf(edges), prepend=0.0)
    density[-1] += 1 - density.sum()
    total = np.fft.irfft(generating(np.fft.rfft(density, 2 * n)), 2 * n)
    return np.cumsum(total[:n])


@pytest.mark.parametrize("case", [pytest.param(c, id=c["id"]) for c in CASES if c["id"].startswith("cyber-cpl")])
def test_transform_reproduces_the_published_quantiles(case: dict[str, Any]) -> None:
    """The yardstick itself, on Poisson counts of lognormal losses."""
    lam, mu, sigma = (case["inputs"][name] for name in ("lam", "mu", "sigma"))
    step = 200.0
    cdf = compound(lambda x: lognormal_cdf(x, mu, sigma), lambda s: np.exp(lam * (s - 1)), step, 17)
    for level, expected in case["expected"]["VaR"].items():
        if 0 < expected < 5e6:
            assert np.searchsorted(cdf, float(level)) * step == pytest.approx(expected, rel=0.005, abs=step)


MEDIAN, RATIO, INDEX, RATE, SIZE = 9000.0, 6.0, 0.3, 1.6, 0.8
PLAIN: list[Edit] = [
    setting("horizon_months", 12),
    setting("planning_months", 6),
    setting("systems.till.unsupported_attacks", 1.0),
    setting("threats.ransomware.outage_hours", 0),
    setting("threats.ransomware.severity_p95_ratio", RATIO),
    setting("threats.ransomware.tail_index", INDEX),
]


def yearly(name: str, draws: int, *edits: Edit) -> Floats:
    """(draws,) a KPI of the first year in the baseline."""
    outcome = evaluate(corner_shop(*PLAIN, *edits), {}, draws, SEED)[0]
    return np.asarray(outcome.kpis[:, KPI_NAMES.index(name), 0])


@pytest.mark.parametrize("per", ["draw", "year"])
def test_simulated_years_against_the_compound_distribution(per: str) -> None:
    """Negative binomial counts of losses with a Pareto tail: mean, p95, p99 of 20,000 simulated years. Each lies inside
    its interval of 4 standard errors (a quantile: by the binomial count below it): false alarm below 2e-4 in all."""
    draws = 20_000
    found = np.sort(
        yearly(
            "cyber_loss",
            draws,
            setting("threats.ransomware.attempts_per_year", 2 * RATE),
            setting("threats.ransomware.success_probability", 0.5),
            setting("threats.ransomware.severity", MEDIAN),
            setting("threats.ransomware.dispersion", SIZE),
            setting("threats.ransomware.dispersion_per", per),
        )
    )
    mean = RATE * severity_mean(MEDIAN, MEDIAN * RATIO, INDEX)
    assert abs(found.mean() - mean) < 4 * found.std() / math.sqrt(draws)
    step = 500.0
    cdf = compound(
        lambda x: severity_cdf(x, MEDIAN, MEDIAN * RATIO, INDEX),
        lambda s: (1 + RATE / SIZE * (1 - s)) ** -SIZE,
        step,
        15,
    )
    assert np.mean(found == 0) == pytest.approx(cdf[0], abs=4 * math.sqrt(cdf[0] * (1 - cdf[0]) / draws) + 1e-4)
    for level in (0.95, 0.99):
        exact = np.searchsorted(cdf, level) * step
        below = np.searchsorted(found, exact) / draws
        assert abs(below - level) < 4 * math.sqrt(level * (1 - level) / draws) + 5e-4
        assert np.quantile(found, level) == pytest.approx(exact, rel=0.06)


def test_repeated_incidents_against_the_published_table() -> None:
    """IRIS 2025 gives firms under 10M revenue a probability of 0.0748 of an incident a year, and 0.0083 of two or more;
    a negative binomial of size 0.494 and mean 0.0842 fits both. 60,000 draws; false alarm below 2e-4.

    Source: Cyentia Institute (2025), Information Risk Insights Study, likelihood of at least N incidents, as
    transcribed in the public repository yasirhamza/idraa (module iris_2025).
    """
    draws = 60_000
    counts = yearly(
        "incidents",
        draws,
        setting("threats.ransomware.attempts_per_year", 0.842),
        setting("threats.ransomware.success_probability", 0.1),
        setting("threats.ransomware.dispersion", 0.494),
    )
    law = stats.nbinom(0.494, 0.494 / (0.494 + 0.0842))
    for n, published in ((1, 0.0748), (2, 0.0083), (3, 0.001)):
        share, exact = float(np.mean(counts >= n)), float(law.sf(n - 1))
        assert exact == pytest.approx(published, rel=0.02)
        assert abs(share - exact) < 4 * math.sqrt(exact / draws)
    repeats, published = float(np.mean(counts[counts >= 1] >= 2)), 0.0083 / 0.0748
    assert repeats == pytest.approx(published, abs=4 * math.sqrt(published / (0.0748 * draws)))
    poisson = 1 - 0.0777 / math.expm1(0.0777)
    assert repeats > 2.5 * poisson  # what a Poisson count of the same probability of one would say
