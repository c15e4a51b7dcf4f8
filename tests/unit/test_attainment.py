"""Attainment by hand: gaps, bounds, weights, noise, errors, and what the judge makes of samples."""

import math

import numpy as np
import pytest

from optimize.archive import Estimate
from scenarios.alignment.attainment import (
    Yardstick,
    is_clear,
    ratio,
    share_closed,
    share_influence,
    spread,
    weighted,
    weighted_influence,
    yardstick,
)
from scenarios.alignment.judge import Judge
from scenarios.alignment.simulation import Sample
from scenarios.load import parse
from sim.errors import ProblemsFound
from sim.world.goals import Goal
from tests.unit.bad_files import TEXT

GOALS = TEXT[TEXT.index("goals:") : TEXT.index("money:")]


def judge_of(goals: str, baseline: list[list[float]]) -> Judge:
    """The judge of a corner shop with other goals, from the KPIs of a baseline, one row a draw."""
    scenario = parse(TEXT.replace(GOALS, f"goals: {goals}\n").encode(), "shop.yaml")
    return Judge(scenario, Sample(np.array(baseline), np.zeros(len(baseline))))


def test_year_of_a_goal_holds_its_month() -> None:
    """Months 0 to 11 are the first year."""
    years = [Goal(kpi="revenue", target=1, month=month, weight=1).year for month in (0, 11, 12, 35)]
    assert years == [0, 0, 1, 2]


def test_gap_within_tolerance_or_noise_is_none() -> None:
    """Mean 4, error 1: a gap beyond two errors and a small tolerance; none within a tolerance of 5."""
    draws = np.array([3.0, 5.0, np.nan])
    assert yardstick(draws, 1000.0, 0.0) == Yardstick(gap=4.0, is_open=True, lead=2.0, floor=0.04)
    assert yardstick(draws, 1.0, 0.0).floor == 0.001
    assert yardstick(draws, 1000.0, 5.0) == Yardstick(gap=4.0, is_open=False, lead=2.0, floor=1.0)
    assert yardstick(draws, 1000.0, 9.0).lead == 5.0
    assert not yardstick(np.array([0.0, 4.0]), 1000.0, 0.0).is_open  # mean 2, error 2
    assert yardstick(np.array([-3.0, -5.0]), 1000.0, 0.0).lead == 4.0


@pytest.mark.parametrize(
    ("change", "closed"), [(0.0, 0.0), (2.0, 0.5), (4.0, 1.0), (40.0, 1.0), (-2.0, -0.5), (-40.0, -1.0)]
)
def test_share_of_an_open_gap(change: float, closed: float) -> None:
    """Change over gap, at most 1 and at least -1."""
    assert share_closed(change, Yardstick(4.0, True, 2.0, 0.04)) == closed


@pytest.mark.parametrize(("change", "closed"), [(0.0, 0.0), (9.0, 0.0), (-1.0, -0.5), (-9.0, -1.0)])
def test_goal_that_is_met_can_only_be_lost(change: float, closed: float) -> None:
    """No gain above the target; of the lead what is lost."""
    assert share_closed(change, Yardstick(-2.0, False, 2.0, 0.04)) == closed


def test_goal_met_exactly_and_for_sure_has_no_lead() -> None:
    """Every loss is the whole of it; no division by zero."""
    measure = yardstick(np.array([0.0, 0.0]), 0.0, 0.0)
    assert [share_closed(change, measure) for change in (0.0, 1e-9, -1e-9)] == [0.0, 0.0, -1.0]
    assert math.copysign(1.0, share_closed(-0.0, measure)) == 1.0


def test_clear_means_beyond_noise_and_floor() -> None:
    """Two standard errors, a thousandth of the level, and for open goals no more than a hundredth of the gap."""
    measure = yardstick(np.array([3.0, 5.0]), 1000.0, 0.0)
    assert is_clear(Estimate(0.05, 0.02), measure)
    assert not is_clear(Estimate(0.05, 0.03), measure)
    assert not is_clear(Estimate(0.039, 0.0), measure)
    assert not is_clear(Estimate(0.0, 0.0), yardstick(np.array([0.0, 0.0]), 0.0, 0.0))


def test_errors_are_those_of_resamples() -> None:
    """The delta-method errors of share, attainment and ratio against 4,000 bootstrap resamples, to 10 %.

    Fixed seed. The error of a bootstrap error of 4,000 resamples is 1.1 %, so a right formula fails with a probability
    far below 1e-6.
    """
    rng = np.random.default_rng(3)
    n = 400
    gaps = rng.normal(4.0, 2.0, n)
    changes = 0.3 * gaps + rng.normal(0.0, 1.0, n)
    lead_changes = rng.normal(-0.3, 1.0, n)
    costs = rng.lognormal(9.0, 0.3, n)
    open_goal, met = yardstick(gaps, 10.0, 0.0), Yardstick(-1.0, False, 1.0, 0.01)
    weights = [3.0, 1.0]
    influence = weighted_influence(
        [share_influence(changes, gaps, open_goal), share_influence(lead_changes, -gaps, met)], weights
    )
    share = weighted([share_closed(changes.mean(), open_goal), share_closed(lead_changes.mean(), met)], weights)
    per = ratio(share, influence, costs, 10_000)
    again, ratios = [], []
    for _ in range(4000):
        rows = rng.integers(0, n, n)
        one = weighted([changes[rows].mean() / gaps[rows].mean(), lead_changes[rows].mean()], weights)
        again.append(one)
        ratios.append(10_000 * one / costs[rows].mean())
    assert per is not None
    assert spread(influence) == pytest.approx(np.std(again), rel=0.1)
    assert per.se == pytest.approx(np.std(ratios), rel=0.1)
    assert per.mean == pytest.approx(10_000 * share / costs.mean(), rel=1e-12)


def test_share_at_its_bound_has_no_error_and_nothing_spent_no_ratio() -> None:
    """A gap closed three times over is closed."""
    gaps = np.array([3.0, 4.0, 5.0])
    assert share_influence(3.0 * gaps, gaps, yardstick(gaps, 10.0, 0.0)).tolist() == [0.0, 0.0, 0.0]
    assert ratio(0.5, np.zeros(3), np.zeros(3), 1.0) is None


def test_judge_weighs_goals_in_the_direction_of_better() -> None:
    """By hand: revenue 40 of a gap of 100 (weight 3), lost share from 5 % to 6 % of a gap of 2 % (weight 1)."""
    judge = judge_of(
        "{a: {kpi: revenue, target: 600, month: 5, weight: 3}, b: {kpi: lost_share, target: 3 %, month: 5, weight: 1}}",
        [[499.0, 0.05], [501.0, 0.05]],
    )
    with_it = Sample(np.array([[539.0, 0.06], [541.0, 0.06]]), np.array([4000.0, 6000.0]))
    without = Sample(np.array([[499.0, 0.05], [501.0, 0.05]]), np.zeros(2))
    found = judge.alignment(with_it, without)
    assert [one.gap_closed for one in found.goals.values()] == pytest.approx([0.4, -0.5])
    assert (found.moving("better"), found.moving("worse")) == (("a",), ("b",))
    assert found.attainment.mean == pytest.approx((3 * 0.4 - 0.5) / 4)
    assert found.cost.mean == 5000.0
    assert found.per_money is not None
    assert found.per_money.mean == pytest.approx(2 * found.attainment.mean)
    first, second = judge.goals({"x": found})
    assert (first.gap, first.is_open, first.moved_by, first.months) == (100.0, True, ("x",), (0, 11))
    assert (second.gap, second.moved_by) == (pytest.approx(0.02), ())


def test_reached_counts_tolerance_and_draws_without_value() -> None:
    """Waits of 10, 11 and 12 against 10 with a tolerance of 1; a draw without value reaches nothing."""
    judge = judge_of(
        "{a: {kpi: wait, target: 10, month: 5, weight: 1, tolerance: 1}}", [[10.0], [11.0], [12.0], [math.nan]]
    )
    level = judge.goals({})[0].baseline
    assert (level.reached, level.without_value) == (0.5, 0.25)
    assert level.mean is not None
    assert level.mean.mean == 11.0
    low, high = level.reached_interval
    assert 0.0 < low < 0.5 < high < 1.0


def test_goal_without_a_baseline_is_refused() -> None:
    """A KPI that nothing counts gives no gap."""
    with pytest.raises(ProblemsFound, match=r"goals\.a\.kpi: without any initiative availability has no value"):
        judge_of("{a: {kpi: availability, target: 1, month: 5, weight: 1}}", [[math.nan], [math.nan], [0.5]])
