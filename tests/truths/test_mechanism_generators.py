"""The compiled generators of events and of waiting lines against exact values, theory and plain simulations.

Statistical tests use fixed seeds. Each bound is 4.5 standard errors of the estimate, a false-alarm rate of 7e-6 for
each number compared; a docstring says so where the bound is another one. No test compares more than 100 numbers.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate, linalg, stats

from sim.lanes import WIDTH
from sim.lanes.records import Lanes1, pack, record_at
from sim.mechanisms import (
    allen_cunneen_wait,
    bass_adoption,
    compile_scalar,
    erlang_c,
    insurance_payout,
    severity_limited_mean,
    severity_quantile,
    weibull_cumulative_hazard,
)
from sim.mechanisms.attacks import incidents
from sim.mechanisms.delivery import CANCELLED, FAILED, FINISHED, FROM_START, NOT_PLANNED, PROCEED, WAITING, WORKING
from sim.mechanisms.delivery import deliver as compiled_deliver
from sim.mechanisms.line import PATIENT, waiting_line
from sim.mechanisms.occupancy import seat_changes
from sim.mechanisms.seats import adopt
from sim.mechanisms.wearout import failures
from sim.quantities import Quantity
from sim.streams import stream_key, uniforms
from tests.naive import path_lines
from tests.naive.queue_events import simulate_queue

Floats = NDArray[np.float64]
CASES = json.loads((Path(__file__).parents[1] / "data" / "adoption_and_wear.json").read_text())
SEED = 20
SIGMAS = 4.5
LANE = 3  # of the line that a test looks at
ONE_KEY = np.zeros(1, dtype=np.int64)

jit: Any = numba.njit(error_model="numpy")
compiled_severity = compile_scalar(severity_quantile, numba.njit)


def keys(*names: str) -> NDArray[np.uint64]:
    return np.array([stream_key(SEED, name) for name in names], dtype=np.uint64)


def assert_mean(sample: Floats, expected: float | Floats, slack: float = 0.0) -> None:
    """sample: (draws, ...). The mean lies within 4.5 standard errors, plus a stated systematic slack."""
    error = np.std(sample, axis=0, ddof=1) / math.sqrt(len(sample))
    off = np.abs(np.mean(sample, axis=0) - expected)
    assert np.all(off <= SIGMAS * error + slack), (off, error)


# --- adoption --------------------------------------------------------------------------------------------------------


@jit
def seats_that_adopt(k, draws, seats, go_live, p, q, ceiling, joiner, leaving, vacancy, months):  # type: ignore[no-untyped-def]
    """(draws, months) mean share of the seats of one role that has adopted."""
    out = np.zeros((draws, months))
    size = 64 + int(4 * seats * (1 + leaving * months))
    times, seat, occupant = np.empty(size), np.empty(size, np.int64), np.empty(size, np.int64)
    role = np.zeros(size, np.int64)
    course = np.empty((3, months))
    course[0], course[1], course[2] = p, q, ceiling
    for draw in range(draws):
        n = seat_changes(k[3], draw, seats, leaving, vacancy, float(months), times, seat, occupant)
        adopt(
            k[:3].reshape(3, 1), draw, np.ones(1, np.int64), np.zeros(1, np.int64), np.full(1, seats),
            role[:n], times[:n], seat[:n], occupant[:n], go_live, course, 0, ceiling, joiner, 0.0, 1.0,
            months, np.empty(seats, np.int64), np.empty(seats), np.empty(seats, np.int64), np.empty(seats),
            np.empty(seats, np.int64), np.empty(seats), np.empty(seats, np.int64),
            np.empty(months + 1), out[draw], np.empty(0), np.empty(0, np.int64),
        )  # fmt: skip
    return out


ADOPTION_KEYS = keys("mark", "threshold", "joiner", "turnover")


def monthly_means(curve: Any, months: int) -> Floats:
    """Mean of a function of the time in years over each month."""
    return np.array([integrate.quad(lambda t: float(curve(t / 12)), m, m + 1)[0] for m in range(months)])


@pytest.mark.parametrize(("p", "q", "ceiling"), [(0.8, 1.5, 1.0), (0.3, 3.0, 0.7), (1.2, 0.0, 0.9)])
def test_many_seats_follow_bass(p: float, q: float, ceiling: float) -> None:
    """800 seats without turnover. The individual-based mean differs from the curve by a term of order 1 / seats,
    at most q var / ceiling: slack 0.004."""
    months, go_live = 36, 4
    shares = seats_that_adopt(ADOPTION_KEYS, 120, 800, float(go_live), p, q, ceiling, 0.0, 0.0, 0.0, months)
    assert not shares[:, :go_live].any()
    curve = monthly_means(lambda t: bass_adoption(t, p, q, ceiling), months - go_live)
    assert_mean(shares[:, go_live:], curve, slack=0.004)


def birth_chain(seats: int, p: float, q: float, months: int) -> Floats:
    """(months,) mean number of adopters over each month of the pure-birth chain k -> k + 1 at (n - k)(p + q k / n)."""
    k = np.arange(seats + 1)
    rate = (seats - k) * (p + q * k / seats) / 12
    generator = np.diag(-rate) + np.diag(rate[:-1], 1)
    steps = 20  # Simpson's rule on each month
    move = linalg.expm(generator / steps)
    state, means = np.zeros(seats + 1), [0.0]
    state[0] = 1.0
    for _ in range(months * steps):
        state = state @ move
        means.append(float(state @ k))
    return np.array([integrate.simpson(means[m * steps : (m + 1) * steps + 1], dx=1 / steps) for m in range(months)])


@pytest.mark.parametrize("ceiling", [1.0, 0.75])
def test_twelve_seats_follow_the_exact_chain(ceiling: float) -> None:
    """Far from Bass's curve; seats that can adopt are binomial."""
    seats, p, q, months = 12, 0.3, 2.5, 30
    shares = seats_that_adopt(ADOPTION_KEYS, 20_000, seats, 0.0, p, q, ceiling, 0.0, 0.0, 0.0, months)
    exact = np.zeros(months)
    for able in range(1, seats + 1):
        exact += stats.binom.pmf(able, seats, ceiling) * birth_chain(able, p, q, months) / seats
    assert_mean(shares, exact)
    curve = monthly_means(lambda t: bass_adoption(t, p, q, ceiling), months)
    assert np.max(np.abs(curve - exact)) > 0.02  # the limit would not have passed


@pytest.mark.parametrize(("leaving", "joiner"), [(0.6, 0.2), (1.5, 0.9)])
def test_many_seats_with_turnover_follow_the_mean_field(leaving: float, joiner: float) -> None:
    """da/dt = (p + q a / c)(c - a) + delta (h c - a) for 800 seats; slack 0.004 as without turnover."""
    p, q, ceiling, months = 0.5, 2.0, 0.8, 48
    shares = seats_that_adopt(ADOPTION_KEYS, 120, 800, 0.0, p, q, ceiling, joiner, leaving / 12, 0.0, months)
    solution = integrate.solve_ivp(
        lambda _, a: (p + q * a / ceiling) * (ceiling - a) + leaving * (joiner * ceiling - a),
        (0, months / 12), [0.0], dense_output=True, rtol=1e-10, atol=1e-12,
    )  # fmt: skip
    assert_mean(shares, monthly_means(lambda t: solution.sol(t)[0], months), slack=0.004)


def test_an_empty_seat_has_not_adopted() -> None:
    """p large, every joiner adopts at once: adopted is who is there, in the long run 1 / (1 + rate * vacancy) of
    the seats."""
    rate, vacancy, months = 0.25, 2.0, 240
    shares = seats_that_adopt(ADOPTION_KEYS, 300, 20, 0.0, 1e6, 0.0, 1.0, 1.0, rate, vacancy, months)
    assert_mean(shares[:, 120:].mean(axis=1), 1 / (1 + rate * vacancy))


# --- failures --------------------------------------------------------------------------------------------------------


@jit
def failures_of_draws(k, draws, age, shape, scale, refreshed, replace, median, month_hours):  # type: ignore[no-untyped-def]
    """(draws, months) failures."""
    months = scale.shape[0]
    out = np.zeros((draws, months))
    times, hours = np.empty(4096), np.empty(4096)
    ones, medians, never = np.ones(months), np.full(months, median), np.full(months, np.inf)
    for draw in range(draws):
        n, _ = failures(
            k[0], k[1], draw, age, shape, scale, ones, refreshed, replace, medians, 3.0, month_hours, never, times,
            hours, times,
        )  # fmt: skip
        for i in range(n):
            out[draw, int(times[i])] += 1
    return out


WEAR_KEYS = keys("failure", "repair")


def wear(
    draws: int,
    age: float,
    shape: float,
    scale: float,
    months: int,
    replace: bool = False,
    refreshed: tuple[int, ...] = (),
    repair: float = 0.0,
) -> Floats:
    marks = np.zeros(months, dtype=np.int64)
    marks[list(refreshed)] = 1
    return np.asarray(
        failures_of_draws(WEAR_KEYS, draws, age, shape, np.full(months, scale), marks, replace, repair, 160.0)
    )


@pytest.mark.parametrize(("age", "shape", "scale"), [(0.0, 0.7, 1.0), (5.0, 1.8, 3.0), (2.0, 1.0, 0.5)])
def test_minimal_repair_counts_the_cumulative_hazard(age: float, shape: float, scale: float) -> None:
    """Poisson: mean and variance of the count are H(age + t) - H(age)."""
    counts = np.cumsum(wear(20_000, age, shape, scale, 48), axis=1)
    months = np.arange(1, 49)
    mean = weibull_cumulative_hazard(age + months / 12, shape, scale) - weibull_cumulative_hazard(age, shape, scale)
    assert_mean(counts, mean)
    last = counts[:, -1]
    expected = float(mean[-1])
    error = math.sqrt((2 * expected**2 + expected) / len(last))  # of the variance of a Poisson sample
    assert abs(np.var(last, ddof=1) - expected) <= SIGMAS * error


@pytest.mark.parametrize("case", [c for c in CASES if c["id"].startswith("weibull-renewal-")], ids=lambda c: c["id"])
def test_replacement_counts_the_renewal_function(case: dict[str, Any]) -> None:
    """A new system: published M(t). Scale 2 years, so t = 0.5 is month 12."""
    shape = case["inputs"]["shape"]
    counts = np.cumsum(wear(20_000, 0.0, shape, 2.0, 72, replace=True), axis=1)
    for t, expected in case["expected"]["M"].items():
        assert_mean(counts[:, round(float(t) * 24) - 1], expected)


def test_used_system_that_is_replaced_counts_the_delayed_renewal_function() -> None:
    """First life conditional on survival to the age, then new lives: M = F1 + F1 * dM, solved on a fine grid."""
    age, shape, scale, months, steps = 3.0, 2.2, 3.0, 48, 4_000
    t = np.linspace(0, months / 12, steps + 1)
    new = -np.expm1(-weibull_cumulative_hazard(t, shape, scale))
    first = -np.expm1(weibull_cumulative_hazard(age, shape, scale) - weibull_cumulative_hazard(age + t, shape, scale))
    renewals = np.zeros(steps + 1)
    for i in range(1, steps + 1):  # trapezoidal in F, on M of an ordinary renewal process
        step = np.diff(new[: i + 1])
        before = renewals[i - 1 :: -1][:i]
        after = np.concatenate([[0.0], renewals[i - 1 : 0 : -1]])
        renewals[i] = (new[i] + 0.5 * np.sum(step * (before + after))) / (1 - 0.5 * step[0])
    delayed = first[-1] + np.sum(np.diff(first) * 0.5 * (renewals[steps - 1 :: -1] + renewals[steps:0:-1]))
    assert_mean(wear(20_000, age, shape, scale, months, replace=True).sum(axis=1), delayed, slack=1e-3)


def test_refresh_starts_the_age_again() -> None:
    counts = wear(20_000, 5.0, 2.0, 3.0, 36, refreshed=(12,))
    first = weibull_cumulative_hazard(6.0, 2.0, 3.0) - weibull_cumulative_hazard(5.0, 2.0, 3.0)
    assert_mean(counts[:, :12].sum(axis=1), first)
    assert_mean(counts[:, 12:].sum(axis=1), weibull_cumulative_hazard(2.0, 2.0, 3.0))


def test_refresh_removes_failures_path_by_path_where_systems_wear_out() -> None:
    """For shape >= 1, repair or replace, in each draw and up to each month."""
    for replace in (False, True):
        old = np.cumsum(wear(2_000, 4.0, 1.7, 2.0, 48, replace=replace), axis=1)
        fresh = np.cumsum(wear(2_000, 4.0, 1.7, 2.0, 48, replace=replace, refreshed=(6, 30)), axis=1)
        np.testing.assert_array_equal(fresh[:, :6], old[:, :6])
        if not replace:
            assert np.all(fresh <= old)
        assert fresh[:, -1].mean() < old[:, -1].mean()


def test_clock_stands_still_during_repair() -> None:
    """Hazard of 4 a year: cycles of 3 months up and a mean repair down. Slack: 0.05 of 79 for the start."""
    months = 480
    counts = wear(400, 0.0, 1.0, 0.25, months, replace=True, repair=160.0)
    mean_repair = math.exp((math.log(3.0) / 1.6448536269514722) ** 2 / 2)  # months; the median is one
    assert_mean(counts[:, 48:].sum(axis=1), (months - 48) / (3.0 + mean_repair), slack=0.05)


# --- incidents -------------------------------------------------------------------------------------------------------


@jit
def incidents_of_draws(gap, height, draws, layer, intensities, times, layers, numbers):  # type: ignore[no-untyped-def]
    """(draws,) counts; the points of draw d stand in row d."""
    out = np.zeros(draws, np.int64)
    for d in range(draws):
        out[d] = incidents(gap, height, d, layer, intensities[d], times[d], layers[d], numbers[d])
    return out


class Points:
    """Points of many draws. intensities: (draws, months) a year."""

    def __init__(self, intensities: Floats, layer: float = 1.3, room: int = 600) -> None:
        draws = len(intensities)
        self.times = np.full((draws, room), np.nan)
        self.layers, self.numbers = np.zeros((draws, room), np.int64), np.zeros((draws, room), np.int64)
        gap, height = keys("gap", "height")
        self.counts = incidents_of_draws(gap, height, draws, layer, intensities, self.times, self.layers, self.numbers)

    def of(self, draw: int) -> dict[tuple[int, int], float]:
        n = self.counts[draw]
        identity = zip(self.layers[draw, :n].tolist(), self.numbers[draw, :n].tolist(), strict=True)
        return dict(zip(identity, self.times[draw, :n].tolist(), strict=True))


def test_incidents_are_poisson() -> None:
    """Over several layers and a changing intensity: mean, variance and mean of each half year."""
    draws = 20_000
    intensity = np.where(np.arange(24) < 12, 4.0, 0.6)
    points = Points(np.tile(intensity, (draws, 1)))
    expected = float(np.sum(intensity) / 12)
    assert_mean(points.counts.astype(float), expected)
    error = math.sqrt((2 * expected**2 + expected) / draws)
    assert abs(np.var(points.counts, ddof=1) - expected) <= SIGMAS * error
    for begin in range(0, 24, 6):
        inside = np.sum((points.times >= begin) & (points.times < begin + 6), axis=1)
        assert_mean(inside.astype(float), float(np.sum(intensity[begin : begin + 6]) / 12))


def test_frailty_makes_the_count_negative_binomial() -> None:
    """Gamma frailty of mean 1 and shape 0.8: mean m, variance m + m^2 / shape, and the whole distribution."""
    draws, shape, rate = 20_000, 0.8, 3.0
    u = uniforms(keys("frailty")[0], np.arange(draws), ONE_KEY)[:, 0]
    frailty = Quantity("gamma", (shape,)).quantile(u)
    points = Points(np.repeat(rate * frailty[:, None], 12, axis=1))
    assert_mean(points.counts.astype(float), rate)
    deviations = (points.counts - rate) ** 2
    assert_mean(deviations, rate + rate**2 / shape)
    expected = stats.nbinom(shape, shape / (shape + rate))
    for count in range(8):
        assert_mean((points.counts == count).astype(float), float(expected.pmf(count)))


def test_lower_intensity_keeps_a_subset_of_the_points() -> None:
    """Thinning, path by path: same identities, same times, whatever shape the lower intensity has."""
    rng = np.random.default_rng(5)
    high = rng.uniform(0, 9, (400, 36))
    low = high * rng.uniform(0, 1, (400, 36))
    above, below = Points(high), Points(low)
    removed = 0
    for draw in range(400):
        more, fewer = above.of(draw), below.of(draw)
        assert fewer.items() <= more.items()
        removed += len(more) - len(fewer)
    assert removed > 1000


def test_points_beyond_the_buffer_are_counted() -> None:
    full = Points(np.full((3, 24), 30.0))
    short = Points(np.full((3, 24), 30.0), room=5)
    np.testing.assert_array_equal(short.counts, full.counts)
    assert np.all(full.counts > 5)
    np.testing.assert_array_equal(short.times, full.times[:, :5])


# --- insurance -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tail", [0.0, 0.3, 0.8])
def test_simulated_layers_pay_their_expectation(tail: float) -> None:
    median, p95 = 15_000.0, 90_000.0
    u = uniforms(keys("severity")[0], np.arange(200_000), ONE_KEY)[:, 0]
    losses = np.array([compiled_severity(x, median, p95, tail) for x in u])
    for deductible, limit in ((0.0, 20_000.0), (5_000.0, 40_000.0), (50_000.0, 400_000.0)):
        expected = severity_limited_mean(deductible + limit, median, p95, tail) - (
            severity_limited_mean(deductible, median, p95, tail)
        )
        assert_mean(insurance_payout(losses, deductible, limit), expected)


# --- delivery --------------------------------------------------------------------------------------------------------


class Delivered:
    """What `deliver` writes for initiatives a, b, ... on one skill. needs: (initiative, before, lag, flags)."""

    def __init__(
        self,
        planned: list[int],
        work: list[float],
        days: list[float] | None = None,
        capacity: float = 10.0,
        fails: list[int] | None = None,
        needs: tuple[tuple[int, int, int, int], ...] = (),
        months: int = 12,
        end: list[float] | None = None,
        remains: list[float] | None = None,
        available: list[int] | None = None,
        lead: list[int] | None = None,
        beside: list[int] | None = None,
        beside_days: list[float] | None = None,
    ) -> None:
        n = len(planned)
        needs = tuple(sorted(needs))
        self.state, self.go_live, self.started = (np.empty(n, np.int64) for _ in range(3))
        self.work, self.used = np.empty((n, months)), np.empty((1, months))
        self.ending = np.array([FAILED if x else FINISHED for x in fails or [0] * n])
        none = np.zeros(n, np.int64)
        run_deliver(
            np.array(planned), np.array(work, float), np.array(end or [1.0] * n), self.ending,
            np.array(remains or [0.0] * n), np.array(available or none), np.array(lead or none),
            np.array(days or [0.0] * n, float)[:, None], np.array([capacity]), np.array(beside or none),
            np.array(beside_days or [0.0] * n)[:, None],
            *(np.array([row[k] for row in needs], dtype=np.int64) for k in (1, 2, 3)),
            np.array([sum(row[0] < i for row in needs) for i in range(n + 1)], dtype=np.int64),
            self.state, self.go_live, self.started, self.work, self.used,
        )  # fmt: skip


@jit
def run_deliver(  # type: ignore[no-untyped-def]
    planned, work_months, end, ending, remains, available, lead, days, capacity, beside, beside_days, before, lag,
    flags, first, state, live, started, work, used,
):  # fmt: skip
    compiled_deliver(
        planned, work_months, end, ending, remains, available, lead, days, capacity, beside, beside_days, before, lag,
        flags, first, state, live, started, work, used,
    )  # fmt: skip


def test_work_as_planned() -> None:
    done = Delivered([2, -1], [3, 1], days=[4, 4])
    assert done.state.tolist() == [FINISHED, NOT_PLANNED]
    assert done.started.tolist() == [2, -1]
    assert done.go_live.tolist() == [5, -1]
    np.testing.assert_allclose(done.work[0, 2:5], 1 / 3)
    assert done.work.sum() == pytest.approx(1.0)
    assert done.used[0].tolist() == [0, 0, 4, 4, 4, 0, 0, 0, 0, 0, 0, 0]


def test_shortage_of_days_stretches_the_work() -> None:
    """4 days a month wanted, 3 there: three months of work take four. Days are those of the plan, never more."""
    done = Delivered([0], [3], days=[4], capacity=3)
    assert done.go_live.tolist() == [4]
    np.testing.assert_allclose(done.work[0, :5], [0.25, 0.25, 0.25, 0.25, 0])
    np.testing.assert_allclose(done.used[0, :5], [3, 3, 3, 3, 0])


def test_part_of_the_last_month_takes_part_of_the_days() -> None:
    """Two months at 4 days with 3 there: 8 days, 3 + 3 + 2."""
    done = Delivered([0], [2], days=[4], capacity=3)
    assert done.go_live.tolist() == [3]
    np.testing.assert_allclose(done.used[0, :4], [3, 3, 2, 0])


def test_earlier_plans_are_served_first_then_the_order_of_the_file() -> None:
    later_first = Delivered([1, 0], [2, 2], days=[4, 4], capacity=4)
    assert later_first.go_live.tolist() == [4, 2]
    assert later_first.started.tolist() == [1, 0]  # it has begun, without a day in month 1
    tie = Delivered([0, 0], [2, 2], days=[4, 4], capacity=6)
    assert tie.go_live.tolist() == [2, 3]
    np.testing.assert_allclose(tie.used[0, :4], [6, 6, 4, 0])
    np.testing.assert_allclose(tie.work[1, :3], [0.25, 0.25, 0.5])


def test_work_that_fails_early_leaves_the_rest_undone() -> None:
    """Six months of work, failed after half: half of the work and of the days; what it leaves is of use from then."""
    done = Delivered([1], [6], days=[4], fails=[1], end=[0.5])
    assert done.state.tolist() == [FAILED]
    assert done.go_live.tolist() == [-1]
    assert done.work.sum() == pytest.approx(0.5)
    assert done.used.sum() == pytest.approx(12.0)
    within_a_month = Delivered([1], [6], days=[4], fails=[1], end=[0.25], remains=[0.1])
    assert within_a_month.used[0, 1:4].tolist() == [4, 2, 0]
    assert within_a_month.go_live.tolist() == [3]


def test_vendor_dates_and_lead() -> None:
    done = Delivered([1, 2], [2, 1], days=[4, 4], available=[3, 0], lead=[2, 1], needs=((1, 0, 0, FROM_START),))
    assert done.started.tolist() == [3, 3]  # the other one counts from the order
    assert done.go_live.tolist() == [7, 5]
    assert done.used[0].tolist() == [0, 0, 0, 0, 4, 4, 4, 0, 0, 0, 0, 0]


def test_running_side_by_side_takes_its_days_first() -> None:
    done = Delivered([0, 1], [1, 2], days=[0, 4], capacity=5, beside=[3, 0], beside_days=[3, 0])
    assert done.used[0].tolist() == [0, 5, 5, 5, 2, 0, 0, 0, 0, 0, 0, 0]
    assert done.go_live.tolist() == [1, 5]


def test_no_days_at_all_never_end() -> None:
    done = Delivered([0], [2], days=[4], capacity=0)
    assert done.state.tolist() == [WORKING]
    assert done.go_live.tolist() == [-1]
    assert not done.work.any()


def test_dependent_work_waits_for_the_realised_go_live() -> None:
    """a: months 0-2, live in 3. b planned for 1: begins in 3, with a lag of 2 in 5; from the start of a in 2."""
    assert Delivered([0, 1], [3, 1], needs=((1, 0, 0, 0),)).started.tolist() == [0, 3]
    assert Delivered([0, 1], [3, 1], needs=((1, 0, 2, 0),)).started.tolist() == [0, 5]
    assert Delivered([0, 1], [3, 1], needs=((1, 0, 2, FROM_START),)).started.tolist() == [0, 2]
    assert Delivered([0, 6], [3, 1], needs=((1, 0, 2, 0),)).started.tolist() == [0, 6]


def test_failure_cancels_what_depends_on_it_down_the_chain() -> None:
    """c needs b needs a; a fails at the end of month 1: b and c are never begun. Written against the file's order."""
    done = Delivered([0, 0, 0], [1, 2, 2], fails=[0, 0, 1], needs=((0, 1, 0, 0), (1, 2, 0, 0)))
    assert done.state.tolist() == [CANCELLED, CANCELLED, FAILED]
    assert done.started.tolist() == [-1, -1, 0]
    assert not done.work[:2].any()
    assert done.work[2].sum() == pytest.approx(1.0)  # what failed was paid for
    assert done.go_live.tolist() == [-1, -1, -1]


def test_proceed_begins_without_what_failed() -> None:
    done = Delivered([0, 0], [2, 1], fails=[1, 0], needs=((1, 0, 0, PROCEED),))
    assert done.state.tolist() == [FAILED, FINISHED]
    assert done.started.tolist() == [0, 2]


def test_work_beyond_the_horizon_stays_open() -> None:
    done = Delivered([10, 0], [4, 14], needs=((0, 1, 0, 0),))
    assert done.state.tolist() == [WAITING, WORKING]
    assert done.work[1].sum() == pytest.approx(12 / 14)


# --- waiting lines ---------------------------------------------------------------------------------------------------


class LineCase(NamedTuple):
    """A line for each lane: the same one, or several side by side."""

    servers: Lanes1
    service: Lanes1
    kappa: Lanes1
    hours: float
    backlog: Lanes1
    rates: Lanes1
    patience: Lanes1
    lost: Lanes1
    wait: Lanes1
    result: Lanes1


line_case = record_at(LineCase)


@jit
def run_line(address):  # type: ignore[no-untyped-def]
    c = line_case(address)
    result = waiting_line(
        c.servers[0], c.service[0], c.kappa[0], c.hours, c.backlog[0], c.rates.shape[0], c.rates, c.patience, c.lost,
        c.wait,
    )  # fmt: skip
    for j in range(4):
        c.result[j] = result[j]


class Line:
    """Result of `waiting_line`; patience None: never gives up."""

    def __init__(
        self,
        servers: float,
        service: float,
        rates: list[float],
        patience: list[float] | None = None,
        kappa: float = 1.0,
        hours: float = 1e12,
        backlog: float = 0.0,
    ) -> None:
        n = len(rates)
        case = LineCase(*(self._beside(value) for value in (servers, service, kappa)), hours, self._beside(backlog),
            np.concatenate([self._beside(rate) for rate in rates]),
            np.concatenate([self._beside(d) for d in (patience or [PATIENT] * n)]),
            np.empty((n, WIDTH)), np.empty((n, WIDTH)), np.empty((4, WIDTH)),
        )  # fmt: skip
        run_line(pack(case).address)
        self.lost, self.wait = case.lost[:, LANE], case.wait[:, LANE]
        self.waiting, self.busy, self.backlog, self.served = (float(number) for number in case.result[:, LANE])

    @staticmethod
    def _beside(value: float) -> Floats:
        """The number in its lane; the other lanes hold other lines, one of them without servers, one without work."""
        row = value * np.resize([0.5, 2.0, 1.0, 0.7, 0.0, 30.0, 1.1, 0.01], (1, WIDTH))
        row[0, LANE] = value
        return row


@pytest.mark.parametrize("servers", [1, 2, 7, 60])
@pytest.mark.parametrize("rho", [0.05, 0.6, 0.97])
def test_without_patience_it_is_erlang_c_and_allen_cunneen(servers: int, rho: float) -> None:
    """hours without end, so that the cap on the utilisation of a finite month does not bind."""
    service = 0.4
    rate = rho * servers / service
    for kappa in (1.0, 0.35, 2.6):
        line = Line(servers, service, [rate * 0.3, rate * 0.7], kappa=kappa, hours=1e18)
        assert line.waiting == pytest.approx(erlang_c(servers, rate * service), rel=1e-10)
        expected = allen_cunneen_wait(servers, rate, service, 0.0, 2 * kappa)
        np.testing.assert_allclose(line.wait, expected, rtol=1e-10)
        assert line.busy == pytest.approx(rate * service, rel=1e-12)
        assert not line.lost.any()
        assert (line.backlog, line.served) == (0.0, 1.0)


QUEUES = [
    pytest.param(1, 0.5, [1.5], [0.8], id="one server"),
    pytest.param(3, 1.0, [2.4], [0.5], id="three servers"),
    pytest.param(3, 1.0, [4.5], [1.5], id="overload"),
    pytest.param(4, 0.7, [2.0, 3.0], [0.2, 1.1], id="two kinds"),
    pytest.param(5, 0.7, [2.0, 1.0, 3.0], [0.2, 2.0, math.inf], id="two kinds and patient ones"),
]


@pytest.mark.parametrize(("servers", "service", "rates", "patience"), QUEUES)
def test_patience_against_a_simulated_queue(
    servers: int, service: float, rates: list[float], patience: list[float]
) -> None:
    """Exact for exponential service, so within the error of 40 batches of 50,000 items (t of 39 degrees of freedom:
    false alarm 6e-5 for each of at most 7 numbers)."""
    batches = []
    for batch in range(40):
        counts, busy = simulate_queue(servers, service, np.array(rates), np.array(patience), 50_000, batch)
        arrived, lost, waited = counts.T
        batches.append([busy, *(lost / arrived), *(waited / (arrived - lost))])
    limits = [PATIENT if math.isinf(d) else d for d in patience]
    line = Line(servers, service, rates, limits, hours=1e18)
    assert_mean(np.array(batches), np.array([line.waiting, *line.lost, *line.wait]))


@pytest.mark.parametrize("rho", [1.2, 1.5, 4.0])
def test_overload_of_patient_enough_items_loses_the_fluid_share(rho: float) -> None:
    line = Line(3, 0.5, [rho * 6.0], [400.0])
    assert line.lost[0] == pytest.approx(1 - 1 / rho, rel=1e-9)
    assert line.busy == pytest.approx(3.0, rel=1e-9)
    assert line.waiting == pytest.approx(1.0, abs=1e-9)
    assert line.wait[0] == pytest.approx(400.0, rel=0.01)


def test_overload_never_loses_less_than_the_fluid_share() -> None:
    for patience in (0.05, 0.5, 5.0):
        assert Line(3, 0.5, [9.0], [patience]).lost[0] >= 1 - 1 / 1.5


def test_overload_of_patient_items_builds_a_backlog() -> None:
    """(9 - 6) items an hour too many for 100 hours; then at half the load the line works it off in 100 hours."""
    line = Line(3, 0.5, [9.0], hours=100.0)
    assert line.backlog == pytest.approx(300.0)
    assert line.served == pytest.approx(6 / 9)
    after = Line(3, 0.5, [3.0], hours=100.0, backlog=line.backlog)
    assert after.backlog == 0.0
    assert after.served == pytest.approx(2.0)
    assert after.wait[0] > 0.5 * 300 / 6


def test_no_work_no_wait() -> None:
    line = Line(3, 0.5, [0.0, 0.0], [1.0, PATIENT])
    assert (line.waiting, line.busy, line.backlog, line.served) == (0.0, 0.0, 0.0, 1.0)
    assert not line.lost.any()
    assert not line.wait.any()


def test_kind_without_items_sees_the_line_of_the_others() -> None:
    """What an item would meet does not depend on whether its kind has any."""
    with_some = Line(3, 0.5, [5.0, 1e-9], [0.4, 0.7])
    without = Line(3, 0.5, [5.0, 0.0], [0.4, 0.7])
    np.testing.assert_allclose(without.lost, with_some.lost, rtol=1e-6)
    np.testing.assert_allclose(without.wait, with_some.wait, rtol=1e-6)


PLAUSIBLE = {
    "servers": st.floats(0.3, 12.0),
    "load": st.floats(0.05, 1.6),
    "service": st.floats(0.02, 3.0),
    "kappa": st.floats(0.1, 4.0),
    "split": st.floats(0.0, 1.0),
    "patience": st.floats(0.05, 40.0),
}


@given(**PLAUSIBLE, more=st.floats(0.0, 4.0))
def test_more_servers_never_lose_or_wait_more(
    servers: float, load: float, service: float, kappa: float, split: float, patience: float, more: float
) -> None:
    rate = load * servers / service
    rates = [rate * split, rate * (1 - split)]
    few = Line(servers, service, rates, [patience, 3 * patience], kappa)
    many = Line(servers + more, service, rates, [patience, 3 * patience], kappa)
    assert many.waiting <= few.waiting + 1e-9
    assert np.all(many.lost <= few.lost + 1e-9)
    assert np.all(many.wait <= few.wait * (1 + 1e-6) + 1e-9)
    assert np.all((few.lost >= 0) & (few.lost <= 1) & (few.wait >= 0))
    assert 0 <= few.busy <= servers + 1e-9


@given(**PLAUSIBLE, hours=st.floats(20.0, 400.0), backlog=st.floats(0.0, 50.0))
def test_line_equals_its_plain_twin(
    servers: float,
    load: float,
    service: float,
    kappa: float,
    split: float,
    patience: float,
    hours: float,
    backlog: float,
) -> None:
    rate = load * servers / service
    rates = [rate * (0.1 + split), rate * 0.3, rate * 0.2]
    limits = [patience, 2.5 * patience, PATIENT]
    line = Line(servers, service, rates, limits, kappa, hours, backlog)
    kinds = [path_lines.Kind(r, d) for r, d in zip(rates, limits, strict=True)]
    twin = path_lines.line(servers, service, kappa, hours, backlog, kinds)
    assert line.waiting == pytest.approx(twin.waiting, rel=1e-8)
    assert line.busy == pytest.approx(twin.busy, rel=1e-8)
    assert line.backlog == pytest.approx(twin.backlog, rel=1e-12)
    assert line.served == pytest.approx(twin.served, rel=1e-12)
    np.testing.assert_allclose(line.lost, twin.lost, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(line.wait, twin.wait, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("excess", [0.0, 1e-9, 1e-7, 1e-6, 1e-5, 1e-4, -1e-6, -1e-5])
def test_line_at_balance_keeps_its_accuracy(excess: float) -> None:
    """As many servers as work: the density hardly falls, and its moments must not lose digits. Tolerance 1e-8."""
    rate = 4.0 * (1 - excess)
    line = Line(4, 1.0, [rate], [2.0])
    twin = path_lines.line(4, 1.0, 1.0, 1e12, 0.0, [path_lines.Kind(rate, 2.0)])
    np.testing.assert_allclose(line.wait, twin.wait, rtol=1e-8)
    np.testing.assert_allclose(line.lost, twin.lost, rtol=1e-8)
