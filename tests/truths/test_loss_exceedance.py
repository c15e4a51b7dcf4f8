"""Loss exceedance through the kernel and its streaming counts, against the compound distribution by fast Fourier
transform: one year in 100 and one in 1,000."""

import math

import numpy as np

from sim.mechanisms import severity_mean
from sim.montecarlo import trajectories
from tests.naive.shops import corner_shop, setting
from tests.truths.test_annual_loss import INDEX, MEDIAN, PLAIN, RATE, RATIO, SEED, SIZE, compound, severity_cdf

DRAWS = 262_144


def test_return_levels_against_the_compound_distribution() -> None:
    """Gamma-Poisson counts of lognormal losses with a Pareto tail, a year a draw. The share above the exact level, and
    the level, lie inside intervals of four standard errors: false alarm below 4e-4 in all."""
    shop = corner_shop(
        *PLAIN,
        setting("threats.ransomware.attempts_per_year", 2 * RATE),
        setting("threats.ransomware.success_probability", 0.5),
        setting("threats.ransomware.severity", MEDIAN),
        setting("threats.ransomware.dispersion", SIZE),
    )
    found = trajectories(shop, {}, DRAWS, SEED).annual
    assert found is not None
    loss = found["baseline"]
    assert loss.se is not None
    assert abs(loss.mean - RATE * severity_mean(MEDIAN, MEDIAN * RATIO, INDEX)) < 4 * loss.se
    step = 500.0
    cdf = compound(
        lambda x: severity_cdf(x, MEDIAN, MEDIAN * RATIO, INDEX),
        lambda s: (1 + RATE / SIZE * (1 - s)) ** -SIZE,
        step,
        16,
    )
    for level in (0.9, 0.99, 0.999):
        exact = float(np.searchsorted(cdf, level) * step)
        chance, found_level = loss.chance(exact), loss.level(1 / (1 - level))
        truth = 1 - float(np.interp(chance.loss, np.arange(len(cdf)) * step + step / 2, cdf))
        assert abs(chance.share - truth) < 4 * math.sqrt(truth * (1 - truth) / DRAWS) + 0.003 * truth
        assert found_level.loss is not None
        assert found_level.low is not None
        assert found_level.high is not None
        half = 0.5 * (found_level.high - found_level.low)
        assert abs(found_level.loss - exact) < 2.1 * half + 0.006 * exact
        assert half < 0.07 * exact
