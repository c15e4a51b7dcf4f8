"""Ignorance and chance on arrays: constants, pure cases, what is refused, rounded thresholds."""

from itertools import pairwise

import numpy as np
import pytest

from scenarios.ignorance.jackknife import log_ratio
from scenarios.ignorance.overall_range import overall_range
from scenarios.ignorance.probability_box import corrected, probability_box, round_thresholds, too_few
from scenarios.ignorance.resampling import resamples
from scenarios.ignorance.tails import tail_index
from scenarios.ignorance.typical_gap import typical_gap
from scenarios.ignorance.variance_split import variance_split

ROWS = 128


@pytest.mark.parametrize("value", [0.0, 0.1, -1e9, 1e-30])
def test_constant_has_no_variance_and_no_error(value: float) -> None:
    """Exactly 0 everywhere, nothing is divided by it, and a share of nothing is not stated."""
    values = np.full((ROWS, 32), value)
    found = variance_split(values)
    assert (found.mean, found.mean_se, found.share, found.tail_index) == (value, 0.0, None, None)
    for part in (found.total, found.ignorance, found.chance):
        assert (part.variance, part.se, part.sd, part.sd_se) == (0.0, 0.0, 0.0, None)
    gap = typical_gap(values)
    assert (gap.gap, gap.gap_se, gap.known, gap.known_se, gap.narrower) == (0.0, 0.0, 0.0, 0.0, None)
    ends = overall_range(values, seed=1)
    assert (ends.p5, ends.p5_se, ends.p95, ends.p95_se) == (value, 0.0, value, 0.0)
    assert len(round_thresholds(values, also=(0.0,))) == 0


def test_all_ignorance_and_all_chance() -> None:
    """Shares 1 and 0, by variance and by typical gap."""
    theta = np.repeat(np.random.default_rng(1).standard_normal((ROWS, 1)), 16, axis=1)
    events = np.tile(np.linspace(-1.0, 1.0, 16), (ROWS, 1))
    for values, share in ((theta, 1.0), (events, 0.0)):
        by_variance, by_gap = variance_split(values).share, typical_gap(values).narrower
        assert by_variance is not None
        assert by_gap is not None
        assert (by_variance.share, by_gap.share) == (share, share)


def test_scale_and_place_change_no_share() -> None:
    """Money in another currency, counted from another amount."""
    values = np.random.default_rng(2).standard_normal((ROWS, 1)) + np.random.default_rng(3).standard_normal((ROWS, 32))
    one, other = variance_split(values), variance_split(1e6 - 250.0 * values)
    assert one.share is not None
    assert other.share is not None
    assert other.share.share == pytest.approx(one.share.share, rel=1e-9)
    assert other.share.low == pytest.approx(one.share.low, rel=1e-6)
    assert other.total.sd == pytest.approx(250.0 * one.total.sd, rel=1e-9)
    assert typical_gap(1e6 - 250.0 * values).gap == pytest.approx(250.0 * typical_gap(values).gap, rel=1e-9)


def test_typical_gap_is_the_mean_over_all_pairs() -> None:
    """Against the double sum itself, and the jackknife against leaving out each row."""
    values = np.random.default_rng(4).exponential(size=(12, 3))
    apart = np.abs(values[:, :, None, None] - values[None, None, :, :])  # row, column, row, column
    same = [apart[i, :, i, :].sum() / 6 for i in range(12)]
    other = [apart[i, :, k, :].mean() for i in range(12) for k in range(12) if i != k]
    found = typical_gap(values)
    assert found.known == pytest.approx(np.mean(same), rel=1e-12)
    assert found.gap == pytest.approx(np.mean(other), rel=1e-12)
    without = np.array([typical_gap(np.delete(values, i, axis=0)).gap for i in range(12)])
    assert found.gap_se == pytest.approx(np.sqrt(11 / 12 * np.sum((without - without.mean()) ** 2)), rel=1e-9)


def test_one_extreme_row_takes_the_interval_away() -> None:
    """A share that hangs on one draw of the drivers has no interval, and says why."""
    values = np.random.default_rng(5).uniform(size=(ROWS, 32))
    values[7] += 1000.0
    for share in (variance_split(values).share, typical_gap(values).narrower):
        assert share is not None
        assert (share.low, share.high) == (None, None)
        assert "one draw of the drivers" in str(share.refused)


def test_heavy_tail_takes_the_error_of_the_variance_away() -> None:
    """One value in a thousand makes the variance."""
    values = np.random.default_rng(6).uniform(size=(ROWS, 32))
    values[::8, 0] += np.geomspace(10.0, 1e5, 16)
    found = variance_split(values)
    assert found.share is not None
    assert found.tail_index is not None
    assert found.tail_index < 4.0
    assert (found.share.low, found.total.se) == (None, None)
    assert "heavy" in str(found.share.refused)


@pytest.mark.parametrize("shape", [(127, 32), (128, 1)])
def test_too_few_rows_or_columns_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="at least 128 rows and 2 columns"):
        variance_split(np.zeros(shape))


def test_values_that_are_not_finite_are_refused() -> None:
    values = np.zeros((ROWS, 2))
    values[3, 1] = np.inf
    with pytest.raises(ValueError, match="finite"):
        variance_split(values)


def test_box_with_too_few_draws_is_refused() -> None:
    """With a sentence that says what it takes."""
    problem = too_few(64, 64)
    assert problem is not None
    assert "128 draws of the drivers with 32" in str(problem.hint)
    with pytest.raises(ValueError, match="at least 128 rows"):
        probability_box(np.zeros((64, 64)), np.array([0.0]), seed=1)


def test_box_is_monotone_and_ordered() -> None:
    """More thresholds above, more chance; the band holds its own mean where nothing is extreme."""
    rng = np.random.default_rng(7)
    values = rng.standard_normal((ROWS, 1)) + rng.standard_normal((ROWS, 32))
    box = probability_box(values, np.array([-2.0, -1.0, 0.0, 1.0, 2.0]), seed=1)
    for one, two in pairwise(box):
        assert one.mean <= two.mean
        assert one.lower.estimate <= two.lower.estimate
        assert one.upper.estimate <= two.upper.estimate
    for level in box:
        assert 0.0 <= level.lower.low <= level.lower.estimate <= level.mean <= level.upper.estimate <= level.upper.high
        assert level.upper.high <= 1.0


def test_corrected_shares_keep_mean_and_lose_noise() -> None:
    """Their variance is that of the shares without p (1 - p) / m; where noise explains it all, nothing is left."""
    shares = np.array([0.1, 0.3, 0.5, 0.9])
    found = corrected(shares, 10)
    noise = np.mean(shares * (1 - shares)) / 9
    assert np.mean(found) == pytest.approx(np.mean(shares), rel=1e-12)
    assert np.var(found, ddof=1) == pytest.approx(np.var(shares, ddof=1) - noise, rel=1e-12)
    assert corrected(np.array([0.4, 0.5, 0.6]), 4).tolist() == [0.5, 0.5, 0.5]
    assert corrected(np.array([0.0, 0.0]), 4).tolist() == [0.0, 0.0]


def test_resamples_are_numbers_of_rows_and_repeatable() -> None:
    """Each row about once on average; another seed, other samples."""
    first = resamples(50, seed=3)
    assert first.shape == (200, 50)
    assert (first.min(), first.max()) == (0, 49)
    assert (first == resamples(50, seed=3)).all()
    assert (first != resamples(50, seed=4)).any()


def test_interval_of_a_ratio_without_spread_is_a_point() -> None:
    found = log_ratio(2.0, np.full(50, 2.0))
    assert (found.log, found.reach, found.hangs_on_one) == (pytest.approx(np.log(2.0)), 0.0, False)


@pytest.mark.parametrize("index", [1.5, 2.5, 6.0])
def test_tail_index_of_a_power_law(index: float) -> None:
    """On evenly spaced quantiles, either side."""
    n = 20_000
    values = ((np.arange(n) + 0.5) / n) ** (-1 / index)
    assert tail_index(values) == pytest.approx(index, rel=0.05)
    assert tail_index(-values) == pytest.approx(index, rel=0.05)
