"""How often a floor is broken by driver world: ranges that hold the truth however few draws there are."""

import numpy as np
import pytest
from scipy.stats import beta

from scenarios.across.floors import ShareRange, both_hold, floor_kept, seldom_range

WORLDS, ROUNDS = 256, 80


@pytest.mark.parametrize(("allowed", "noise"), [(0.05, 8), (0.05, 16), (0.05, 200), (0.2, 16)])
def test_the_range_holds_the_true_share_however_few_the_draws(allowed: float, noise: int) -> None:
    """Chances of a breach spread by a beta law with mean `allowed`: the share of worlds below it is known. Each range
    is of 95 % or more, and so is the interval of all draws, nearly; with 93 %, 80 of them miss more than 14 times once
    in 1,000."""
    rng = np.random.default_rng([5, noise])
    shape = (1.0, (1.0 - allowed) / allowed)
    truth = float(beta.cdf(allowed, *shape))
    missed = straddled = 0
    for _ in range(ROUNDS):
        found = floor_kept(rng.random((WORLDS, noise)) < rng.beta(*shape, WORLDS)[:, None], allowed)
        missed += not found.worlds.low <= truth <= found.worlds.high
        straddled += found.kept == "cannot tell"
        assert found.low <= found.share <= found.high
    assert missed <= 4  # wider than it must be: rarely any
    assert straddled >= ROUNDS - 14  # the chance is just the allowed one


def test_more_draws_tell_more() -> None:
    rng = np.random.default_rng(6)
    chance = np.where(np.arange(WORLDS) % 2 == 0, 0.005, 0.3)[:, None]
    ranges = [seldom_range(rng.random((WORLDS, noise)) < chance, 0.05) for noise in (8, 32, 200)]
    widths = [one.high - one.low for one in ranges]
    assert widths == sorted(widths, reverse=True)
    assert all(one.low <= 0.5 <= one.high for one in ranges)
    assert widths[-1] < 0.2


def test_few_draws_do_not_count_worlds_as_kept() -> None:
    """Every world breaks a floor in 8 % of its draws where 5 % are allowed, so none keeps it; 16 draws show no breach
    in a quarter of them, which counting would call kept. All draws together tell that it is broken."""
    rng = np.random.default_rng(6)
    found = floor_kept(rng.random((2000, 16)) < 0.08, 0.05)
    assert found.worlds.low == 0.0
    assert found.kept == "no"
    assert seldom_range(rng.random((256, 200)) < 0.15, 0.05).high < 0.05


def test_ends_and_verdicts() -> None:
    """Never broken: kept in nearly all worlds. Always: in none. No draw can show that something never happens."""
    never, always = np.zeros((128, 16), dtype=bool), np.ones((128, 16), dtype=bool)
    assert (floor_kept(never, 0.05).kept, floor_kept(always, 0.05).kept) == ("yes", "no")
    assert seldom_range(never, 0.05).low > 0.9
    assert seldom_range(always, 0.05).high < 0.1
    assert seldom_range(never, 0.0) == ShareRange(0.0, 1.0)
    assert not seldom_range(never, 0.0).told
    assert floor_kept(never[:64, :8], 0.01).kept == "cannot tell"


def test_worlds_that_differ_widen_the_interval() -> None:
    """One world in twenty always breaks it: 128 worlds with 64 draws each say little more than 128 draws."""
    broken = np.repeat((np.arange(128) % 20 == 0)[:, None], 64, axis=1)
    found = floor_kept(broken, 0.05)
    assert found.high - found.low > 0.06
    assert found.kept == "cannot tell"


def test_both_hold_encloses_every_way_to_go_together() -> None:
    one, other = ShareRange(0.6, 0.7), ShareRange(0.5, 0.8)
    found = both_hold(one, other)
    assert found == ShareRange(0.1, 0.7)
    rng = np.random.default_rng(7)
    for _ in range(20):
        a, b = rng.random(1000) < 0.65, rng.random(1000) < 0.6
        assert found.low - 0.06 <= (a & b).mean() <= found.high + 0.06
