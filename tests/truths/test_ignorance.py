"""Ignorance and chance against known answers: linear-Gaussian worlds in closed form, and coverage of the intervals.

All samples have fixed seeds. Coverage is counted in 1,000 cases of each kind; a true coverage of 95 % gives less than
93 % with probability 0.4 % (binomial law).
"""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from scenarios.ignorance.overall_range import overall_range
from scenarios.ignorance.probability_box import probability_box
from scenarios.ignorance.typical_gap import typical_gap
from scenarios.ignorance.variance_split import variance_split

Floats = NDArray[np.float64]
Law = Callable[[np.random.Generator, tuple[int, ...]], Floats]
CASES = 1000


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return rng.standard_normal(shape)


def exponential(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return rng.exponential(size=shape) - 1.0


def pareto(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Tail index 2.5: a variance, but no third moment; variance 1."""
    return ((1.0 - rng.random(shape)) ** (-1 / 2.5) - 2.5 / 1.5) / np.sqrt(2.5 / (1.5**2 * 0.5))


def world(rng: np.random.Generator, share: float, laws: tuple[Law, Law], drivers: int, chance: int) -> Floats:
    """Y = sqrt(share) theta + sqrt(1 - share) e, both of variance 1."""
    theta, events = laws
    return np.sqrt(share) * theta(rng, (drivers, 1)) + np.sqrt(1.0 - share) * events(rng, (drivers, chance))


def gap(law: Law) -> float:
    """E |e - e'| in closed form: 2 / sqrt(pi); 1; 2 x_m a / ((a - 1) (2 a - 1)) over the standard deviation."""
    return {
        normal: 2.0 / np.sqrt(np.pi),
        exponential: 1.0,
        pareto: 2.0 * 2.5 / (1.5 * 4.0) / np.sqrt(2.5 / (1.5**2 * 0.5)),
    }[law]


def narrower(share: float, laws: tuple[Law, Law]) -> float:
    """1 - E|Y - Y'| with the same theta over E|Y - Y'|: closed form above, and below if normal; else a million
    pairs."""
    if laws == (normal, normal):
        return 1.0 - np.sqrt(1.0 - share)
    if share == 0.0:
        return 0.0
    rng = np.random.default_rng(99)
    n = 1_000_000
    one, two = world(rng, share, laws, n, 1), world(rng, share, laws, n, 1)
    return float(1.0 - np.sqrt(1.0 - share) * gap(laws[1]) / np.mean(np.abs(one - two)))


def test_linear_gaussian_world_in_closed_form() -> None:
    """Y = 3 + 2 theta + 1.5 e: ignorance 4, chance 2.25, share 0.64, each within 4 standard errors (false alarms: one
    in 16,000 each); the range and the box as the normal law says."""
    rng = np.random.default_rng(1)
    values = 3.0 + 2.0 * rng.standard_normal((4000, 1)) + 1.5 * rng.standard_normal((4000, 64))
    found = variance_split(values)
    assert found.share is not None
    assert found.ignorance.se is not None
    assert found.chance.se is not None
    assert abs(found.mean - 3.0) < 4 * found.mean_se
    assert abs(found.ignorance.variance - 4.0) < 4 * found.ignorance.se
    assert abs(found.chance.variance - 2.25) < 4 * found.chance.se
    assert found.total.variance == pytest.approx(found.ignorance.variance + found.chance.variance, rel=1e-12)
    assert found.ignorance.se == pytest.approx(4.0 * np.sqrt(2 / 4000), rel=0.1)
    assert found.share.share == pytest.approx(0.64, abs=0.02)
    assert typical_gap(values).gap == pytest.approx(2.0 / np.sqrt(np.pi) * 2.5, rel=0.03)
    ends = overall_range(values, seed=1)
    for end, se, level in ((ends.p5, ends.p5_se, 0.05), (ends.p95, ends.p95_se, 0.95)):
        assert abs(end - (3.0 + 2.5 * ndtri(level))) < 4 * se
    for level in probability_box(values, np.array([-1.0, 3.0, 6.0]), seed=1):
        assert abs(level.mean - ndtr((level.threshold - 3.0) / 2.5)) < 4 * level.se
        for end, quantile in ((level.lower, 0.95), (level.upper, 0.05)):
            known = ndtr((level.threshold - 3.0 - 2.0 * ndtri(quantile)) / 1.5)
            assert end.low <= known <= end.high
            assert abs(end.estimate - known) < 0.03


def test_variance_split_has_no_bias() -> None:
    """With 2 draws of the events, where the variance of the means alone would be 2.5 times too large."""
    rng = np.random.default_rng(2)
    total = 0.0
    for _ in range(CASES):
        values = world(rng, 0.4, (normal, normal), 128, 2)
        means = np.mean(values, axis=1)
        within = np.mean(np.var(values, axis=1, ddof=1))
        found = variance_split(values)
        assert found.ignorance.variance == pytest.approx(max(0.0, np.var(means, ddof=1) - within / 2), abs=1e-12)
        total += found.ignorance.variance
    assert abs(total / CASES - 0.4) < 0.01  # 4 standard errors of 0.075 / sqrt(1000)


VARIANCE = [(0.0, normal, normal), (0.05, normal, normal), (0.4, normal, normal), (0.95, normal, normal),
            (0.3, normal, exponential), (0.7, normal, exponential), (0.4, normal, pareto)]  # fmt: skip


SIZES = [(128, 8, 7), (256, 32, 3)]  # draws of the drivers, of the events, how many of the kinds


@pytest.mark.parametrize(("drivers", "chance", "kinds"), SIZES)
def test_interval_of_share_covers(drivers: int, chance: int, kinds: int) -> None:
    """At least 93 %; an interval that was refused is no claim: it is refused for all power laws, and seldom
    otherwise."""
    rng = np.random.default_rng(3)
    for share, *laws in VARIANCE[-kinds:]:
        hits = refused = 0
        for _ in range(CASES):
            found = variance_split(world(rng, share, (laws[0], laws[1]), drivers, chance)).share
            assert found is not None
            if found.low is None or found.high is None:
                assert found.refused
                refused += 1
            else:
                hits += found.low <= share <= found.high
        if pareto in laws:
            assert refused > 0.97 * CASES, (share, refused)
        else:
            assert hits >= 0.93 * (CASES - refused), (share, [law.__name__ for law in laws], hits, refused)


GAP = [(0.0, normal, normal), (0.05, normal, normal), (0.4, normal, normal), (0.95, normal, normal),
       (0.3, normal, exponential), (0.3, normal, pareto), (0.9, normal, pareto)]  # fmt: skip


@pytest.mark.parametrize(("drivers", "chance", "kinds"), SIZES)
def test_interval_of_narrowing_covers(drivers: int, chance: int, kinds: int) -> None:
    """At least 93 %, also where the events have a power law of index 2.5."""
    rng = np.random.default_rng(4)
    for share, *laws in GAP[-kinds:]:
        known = narrower(share, (laws[0], laws[1]))
        hits = refused = 0
        for _ in range(CASES):
            found = typical_gap(world(rng, share, (laws[0], laws[1]), drivers, chance)).narrower
            assert found is not None
            if found.low is None or found.high is None:
                refused += 1
            else:
                hits += found.low <= known <= found.high
        assert refused < 0.25 * CASES, (share, refused)
        assert hits >= 0.93 * (CASES - refused), (share, [law.__name__ for law in laws], hits, refused)


def test_band_of_the_box_covers() -> None:
    """Both ends of the band, at the fewest draws, from no ignorance to nearly nothing else: 98 % and more were measured
    in 1,000 cases each; here are 200, of which then fewer than 93 % hold by chance with probability below 1 in
    10,000."""
    rng = np.random.default_rng(5)
    for share, level in itertools.product((0.0, 0.03, 0.9), (0.05, 0.5)):
        at = float(ndtri(level))
        known = [ndtr((at - np.sqrt(share) * ndtri(q)) / np.sqrt(1.0 - share)) for q in (0.95, 0.05)]
        hits = np.zeros(2)
        for case in range(CASES // 5):
            found = probability_box(world(rng, share, (normal, normal), 128, 32), np.array([at]), seed=case)[0]
            ends = (found.lower, found.upper)
            hits += [end.low - 1e-9 <= p <= end.high + 1e-9 for end, p in zip(ends, known, strict=True)]
        assert (hits >= 0.93 * (CASES // 5)).all(), (share, level, hits)


def test_counted_shares_alone_would_spread_too_much() -> None:
    """Without ignorance the chance is the same everywhere; counted in 32 draws it seems to spread from 36 to 64 %."""
    rng = np.random.default_rng(6)
    values = rng.standard_normal((512, 32))
    counted = np.quantile(np.mean(values < 0.0, axis=1), (0.05, 0.95))
    found = probability_box(values, np.array([0.0]), seed=1)[0]
    assert counted[1] - counted[0] > 0.25
    assert found.upper.estimate - found.lower.estimate < 0.1
    assert found.lower.low < 0.5 < found.upper.high
