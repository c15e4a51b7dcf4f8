"""Loss exceedance: counts by draw, intervals that know that the years of a draw belong together."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from sim.measures import wilson_interval
from sim.measures.clustered import effective_trials, wilson_of_share
from sim.measures.exceedance import EDGES, ENOUGH, ROUND, LossGrid

Floats = NDArray[np.float64]


def losses(draws: int, years: int, seed: int, shared: float) -> Floats:
    """(years, draws) lognormal losses, a share of whose spread the years of a draw have in common; none in half of
    the years."""
    generator = np.random.default_rng(seed)
    common, own = generator.standard_normal(draws), generator.standard_normal((years, draws))
    size = np.exp(8.0 + 1.5 * (np.sqrt(shared) * common + np.sqrt(1.0 - shared) * own))
    return np.asarray(size * (generator.random((years, draws)) < 0.5))


def grid_of(values: Floats) -> LossGrid:
    grid = LossGrid(values.shape[0])
    for start in range(0, values.shape[1], 4096):
        grid.add(values[:, start : start + 4096])
    return grid


def test_counts_are_those_of_the_losses() -> None:
    """At every edge, and by draw: the squares, and the draws with at least one."""
    values = losses(3_000, 5, 1, 0.5)
    values[0, 0], values[1, 0] = 1000.0, 2.0**10  # on an edge: not above it
    found = grid_of(values).result()
    years, squares, firsts = found.above
    for j in range(0, len(EDGES), 97):
        above = (values > EDGES[j]).sum(axis=0)
        assert (years[j], squares[j], firsts[j]) == (above.sum(), (above**2).sum(), (above > 0).sum())
    for x in (0.0, 1000.0, 5000.0):
        assert found.chance(x).loss == x
        assert found.chance(x).share == np.mean(values > x)
    assert found.mean == pytest.approx(values.mean(), rel=1e-12)
    assert found.se == pytest.approx(values.mean(axis=0).std(ddof=1) / np.sqrt(3_000), rel=1e-9)


def test_edges_hold_round_amounts_in_steps_of_half_a_per_cent() -> None:
    assert np.isin(ROUND, EDGES).all()
    steps = EDGES[2:] / EDGES[1:-1]
    assert steps.min() > 1.0
    assert steps.max() < 1.0055


def test_error_is_by_draw() -> None:
    """Years that are the same in a draw count as one: the error is that of the draws, sqrt(5) times the naive one."""
    one = losses(4_000, 1, 2, 0.0)
    found, naive = (grid_of(v).result().chance(5000.0) for v in (np.repeat(one, 5, axis=0), one))
    assert found.share == naive.share
    assert found.se == pytest.approx(naive.se, rel=1e-3)
    apart = grid_of(losses(4_000, 5, 2, 0.0)).result().chance(5000.0)
    assert apart.se < 0.6 * found.se


@pytest.mark.parametrize(("draws", "shared", "years"), [(600, 0.0, 20.0), (600, 0.7, 20.0), (100, 0.98, 10.0)])
def test_intervals_cover(draws: int, shared: float, years: float) -> None:
    """Of 1,000 cases with known answers at least 93 % and at most 97.5 % hold it: a chance, and a return level where it
    is not refused, down to the fewest draws. False alarm below 4e-3 at a coverage of 95 %."""
    level = np.exp(8.0 + 1.5 * norm.isf(2.0 / years))
    held = np.zeros(2)
    levels = 0
    for case in range(1000):
        found = grid_of(losses(draws, 5, 5_000 + case, shared)).result()
        chance, loss = found.chance(10_000.0), found.level(years)
        truth = 0.5 * norm.sf((np.log(chance.loss) - 8.0) / 1.5)
        held[0] += chance.low <= truth <= chance.high
        if loss.low is not None and loss.high is not None:
            levels += 1
            held[1] += loss.low <= level <= loss.high
    assert levels > 900
    assert (held / (1000, levels)).min() >= 0.93, held
    assert (held / (1000, levels)).max() <= 0.975, held


def test_levels_are_refused_where_they_are_not_known() -> None:
    assert grid_of(losses(99, 5, 3, 0.0)).result().level(10.0).refused is not None
    few = grid_of(losses(300, 5, 3, 0.0)).result()
    assert few.level(20.0).loss is not None
    hundred = few.level(100.0)
    assert hundred.loss is None
    assert hundred.refused is not None
    assert str(ENOUGH) in hundred.refused
    with pytest.raises(ValueError, match="above 1"):
        few.level(1.0)
    with pytest.raises(ValueError, match="no losses"):
        LossGrid(2).result()


def test_constant_and_no_losses() -> None:
    """The level of a constant is the constant; without losses it is 0, where the years suffice to say so."""
    constant = grid_of(np.full((5, 500), 12_345.0)).result()
    assert constant.level(10.0).loss == pytest.approx(12_345.0, rel=1e-12)
    assert (constant.chance(10_000.0).share, constant.chance(10_000.0).high) == (1.0, 1.0)
    assert constant.se == 0.0
    none = grid_of(np.zeros((5, 500))).result()
    assert none.level(20.0).loss == 0.0
    assert none.level(1000.0).refused is not None
    assert none.chance(0.0).high == pytest.approx(wilson_interval(0, 500, 0.95)[1], rel=0.01)
    single = grid_of(np.ones((5, 1))).result()
    assert single.se is None


def test_a_net_loss_below_zero_is_above_no_edge() -> None:
    found = grid_of(np.full((1, 50), -3.0)).result()
    assert found.chance(0.0).share == 0.0
    assert found.mean == -3.0


def test_wilson_with_whole_trials_is_the_usual_one() -> None:
    for hits, n in ((0, 20), (3, 20), (20, 20), (999, 1000)):
        np.testing.assert_allclose(wilson_of_share(hits / n, float(n), 0.9), wilson_interval(hits, n, 0.9), rtol=1e-12)
    np.testing.assert_allclose(effective_trials([30.0], [30.0], 100, 1), [99.0])  # independent: n - 1 of n
