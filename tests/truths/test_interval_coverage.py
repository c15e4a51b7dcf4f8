"""Intervals hold the truth as often as they say, on 1,000 cases of every type whose answer is known; fixed seeds.

An interval of 95 % is in at least 93 % of 1,000 cases with a probability above 0.998, so a false alarm is rare even
for a new seed. The same cases with more draws: `python -m benchmarks.coverage` and `python -m benchmarks.stopping`.
"""

import math

import numpy as np
import pytest
from scipy import stats

from benchmarks.coverage import Case, covered
from benchmarks.coverage import registry as fixed
from benchmarks.stopping import Run, stopped
from benchmarks.stopping import registry as sequential
from sim.measures import cvar_interval, mean_interval, quantile_interval
from sim.measures.intervals import skewed_limits
from sim.measures.order_statistics import order_ranks
from sim.measures.sequential import LOOKS, exit_probability, look_confidence
from sim.measures.tail_index import tail_shape

SMALL = [case for case in fixed() if case.n <= 2000 or case.name == "mean, Pareto 2.5"]


@pytest.mark.parametrize("case", SMALL, ids=lambda case: f"{case.name} {case.n}")
def test_interval_of_fixed_length(case: Case) -> None:
    """At the smallest number of draws and at more: 93 % or more; continuous at most 97.5 %, others not too wide."""
    found = covered(case)
    assert found.holds, str(found)
    assert found.refused <= 0.05


@pytest.mark.parametrize("run", list(sequential(256)), ids=lambda run: run.name)
def test_interval_of_a_run_that_stops_when_sure(run: Run) -> None:
    """Whatever stops the run, the last interval holds in 93 % of 1,000 runs."""
    found = stopped(run, block=256, longest=8, peek=False)
    assert found.coverage >= 0.93, str(found)


@pytest.mark.parametrize(("p", "least"), [(0.05, 160), (0.25, 32), (0.5, 16), (0.95, 160)])
def test_order_statistics_hold_exactly(p: float, least: int) -> None:
    """Binomial probability between the ranks, for every n from the smallest on: 95 % to 97.5 %; below it, none."""
    assert quantile_interval(np.arange(float(least)), p).refused is None
    assert quantile_interval(np.arange(least - 1.0), p).refused is not None
    for n in [*range(least, 4 * least), *range(4 * least, 20000, 997)]:
        ranks = order_ranks(n, p, 0.95)
        assert ranks is not None
        inside = stats.binom.cdf(ranks[1] - 1, n, p) - stats.binom.cdf(ranks[0] - 1, n, p)
        assert 0.95 <= inside <= 0.975, (n, ranks)


def test_looks_keep_their_error() -> None:
    """The Gaussian walk leaves its limits at some look in 5 % of 200,000 walks; false alarm below 1 in 10,000."""
    rng = np.random.default_rng(5)
    steps = np.diff([0, *LOOKS])
    walks = np.cumsum(rng.standard_normal((200_000, len(steps))) * np.sqrt(steps), axis=1) / np.sqrt(LOOKS)
    limit = float(stats.norm.ppf(0.5 + 0.5 * look_confidence(0.95)))
    share = float(np.mean(np.abs(walks).max(axis=1) > limit))
    assert abs(share - 0.05) < 4 * math.sqrt(0.05 * 0.95 / 200_000)
    assert exit_probability(limit, LOOKS) == pytest.approx(0.05, abs=1e-8)
    assert 1.36 < limit / stats.norm.ppf(0.975) < 1.38  # the price of looking


@pytest.mark.parametrize(("index", "least"), [(1.5, 0.85), (1.2, 0.99)])
def test_infinite_variance_is_refused(index: float, least: float) -> None:
    """Pareto losses of 20,000 draws with an infinite variance: no interval of the tail mean nor of the mean."""
    rng = np.random.default_rng(11)
    samples = rng.random((60, 20_000)) ** (-1 / index)
    for interval in (lambda values: cvar_interval(values, 0.05, "high"), mean_interval):
        refused = [interval(sample) for sample in samples]
        assert np.mean([one.refused is not None and "infinite" in one.refused for one in refused]) >= least
        assert all(one.low is None for one in refused if one.refused)


def test_shape_of_a_tail() -> None:
    """Unbiased within four standard errors, (1 + xi) / sqrt(k), of the mean of 100 fits."""
    rng = np.random.default_rng(12)
    for shape in (0.1, 0.4, 0.8):
        fits = [tail_shape(stats.genpareto.rvs(shape, size=1000, random_state=rng)) for _ in range(100)]
        assert abs(np.mean(fits) - shape) < 4 * (1 + shape) / math.sqrt(1000 * 100) + 0.01


def test_skewness_moves_the_interval_to_its_side() -> None:
    """Towards the long tail, never nearer than Student's, for mirrored values mirrored, and vectorised alike."""
    rng = np.random.default_rng(13)
    values = np.exp(rng.standard_normal((3, 500)))
    below, above = skewed_limits(values, 1.96)
    assert (above > below).all()
    mirrored = skewed_limits(-values, 1.96)
    np.testing.assert_allclose(mirrored[0], above)
    np.testing.assert_allclose(mirrored[1], below)
    assert skewed_limits(values[1], 1.96)[1] == pytest.approx(above[1], rel=1e-12)
    half = 1.96 * values.std(axis=1, ddof=1) / math.sqrt(500)
    assert (below >= half * (1 - 1e-12)).all()
