"""Crossings of curves that are known: exact of a line, an interval that covers, ends outside the range said."""

import math

import numpy as np
import pytest

from scenarios import load
from scenarios.turning import curve
from scenarios.turning.curve import turning
from scenarios.turning.worlds import costs_times

GRID = [0.0, 1.0, 2.0, 4.0]


def test_crossing_of_a_line_is_exact() -> None:
    """Whatever the luck of the draws, as long as it is the same at every value and of mean 0."""
    luck = np.array([-3.0, 0.0, 3.0])
    for slope in (2.0, -0.5):
        found = turning(lambda x, slope=slope: slope * (x - 1.7) + luck, GRID, 1)  # type: ignore[misc]
        (one,) = found.crossings
        assert one.value == pytest.approx(1.7, abs=1e-12)
        assert one.rising == (slope > 0.0)
        assert one.low < 1.7 < one.high


def test_crossing_without_luck_has_no_width() -> None:
    found = turning(lambda x: np.full(5, x - 1.7), GRID, 1)
    (one,) = found.crossings
    assert (one.low, one.value, one.high) == pytest.approx((1.7, 1.7, 1.7), abs=1e-9)


def test_curved_crossings_are_all_found() -> None:
    """(x - 0.3)(x - 3.1): falling at one, rising at the other."""
    found = turning(lambda x: np.full(3, (x - 0.3) * (x - 3.1)), GRID, 1)
    assert [(one.value, one.rising) for one in found.crossings] == [
        (pytest.approx(0.3, abs=1e-4), False),
        (pytest.approx(3.1, abs=1e-4), True),
    ]


def test_no_crossing_is_an_answer() -> None:
    assert turning(lambda x: np.full(3, 1.0 + x), GRID, 1).crossings == ()
    assert turning(lambda _: np.zeros(3), GRID, 1).crossings == ()
    assert turning(lambda x: np.full(3, x), GRID, 1).crossings == ()  # it only touches zero at the end of the range


def test_zero_at_a_value_of_the_grid() -> None:
    (one,) = turning(lambda x: np.full(3, x - 2.0), GRID, 1).crossings
    assert one.value == pytest.approx(2.0)


def test_an_end_outside_the_range_is_said() -> None:
    """A slope so small against the luck that many resamples cross nowhere within the range."""
    luck = np.random.default_rng(1).normal(size=200)
    (one,) = turning(lambda x: 0.02 * (x - 2.0) + luck - luck.mean(), GRID, 1).crossings
    assert one.low == -math.inf
    assert one.high == math.inf


def test_intervals_cover(monkeypatch: pytest.MonkeyPatch) -> None:
    """True crossing 2 of 0.5 (x - 2) + luck of sd 1 with 200 draws, 100 times: 95 % minus 3 standard errors at least
    (false alarm 0.1 %; the seed is fixed)."""
    monkeypatch.setattr(curve, "RESAMPLED", 200)
    covered = 0
    for seed in range(100):
        luck = np.random.default_rng([seed, 77]).normal(size=200)
        crossings = turning(lambda x, luck=luck: 0.5 * (x - 2.0) + luck, [0.0, 4.0], seed).crossings  # type: ignore[misc]
        covered += any(one.low <= 2.0 <= one.high for one in crossings)
    assert covered >= 100 * (0.95 - 3.0 * math.sqrt(0.95 * 0.05 / 100))


def test_the_cost_of_an_initiative_is_every_amount_of_money_in_its_block() -> None:
    """Training and involvement too, and nothing of its effects."""
    changed = costs_times(load("retailer"), "pos", 2.0)
    wanted = ("capital", "delivery", "running_per_month", "adoption.training.cost", "adoption.involvement.cost")
    assert {f"initiatives.pos.{name}" for name in wanted} <= set(changed)
    assert not any(".effects." in path for path in changed)
    assert set(changed.values()) == {"x2"}
