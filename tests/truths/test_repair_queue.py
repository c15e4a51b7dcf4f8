"""Machine repair: systems that share repairers against the closed forms of the finite source.

Fixed seed; a mean may be off by 4.5 standard errors, a false-alarm rate of 7e-6 for each of the 24 numbers compared.
"""

import itertools
import math
from typing import Any, NamedTuple

import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from sim.mechanisms import mean_over_median
from sim.mechanisms.repair_queue import shared_failures
from sim.mechanisms.wearout import failures
from sim.streams import stream_key

SEED = 3
SIGMAS = 4.5
MONTH_HOURS = 160.0
MONTHS, BEGIN = 400, 40  # counted from BEGIN on, when little is left of the start
DRAWS = 400
SIZE = 1024
Floats = NDArray[np.float64]

jit: Any = numba.njit(error_model="numpy")


class Group(NamedTuple):
    """Failures (months), hours from failure to the end of the repair: (draws, systems, SIZE), infinite and 0 behind
    the last."""

    times: Floats
    hours: Floats


@jit
def play(keys, draws, months, repairers, age, shape, scale, replace, repair, p95, response, response_p95, busy):  # type: ignore[no-untyped-def]
    n = keys.shape[1]
    times, hours = np.full((draws, n, SIZE), np.inf), np.zeros((draws, n, SIZE))
    scales, medians, never = np.full((n, months), scale), np.full((n, months), repair), np.full((n, months), np.inf)
    refreshed, ages, shapes = np.zeros((n, months), dtype=np.int64), np.full(n, age), np.full(n, shape)
    answer, away = np.full(months, response), np.full(months, busy)
    replaces, spread = np.full(n, replace), np.full(n, p95)
    for draw in range(draws):
        counts, none = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        shared_failures(
            np.arange(n), repairers, keys[0], keys[1], keys[2], draw, ages, shapes, scales, np.ones((n, months)),
            refreshed, replaces, medians, spread, answer, response_p95, away, 160.0, never, np.empty(n), np.empty(n),
            np.empty(n), np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64), times[draw], hours[draw],
            np.empty((n, 1)), counts, none,
        )  # fmt: skip
    return times, hours


@jit
def play_alone(keys, draws, months, age, shape, scale, replace, repair, p95):  # type: ignore[no-untyped-def]
    n = keys.shape[1]
    times, hours = np.full((draws, n, SIZE), np.inf), np.zeros((draws, n, SIZE))
    for draw in range(draws):
        for y in range(n):
            failures(
                keys[0, y], keys[1, y], draw, age, shape, np.full(months, scale), np.ones(months),
                np.zeros(months, dtype=np.int64), replace == 1, np.full(months, repair), p95, 160.0,
                np.full(months, np.inf), times[draw, y], hours[draw, y], np.empty(1),
            )  # fmt: skip
    return times, hours


def keys(systems: int) -> NDArray[np.uint64]:
    names = ("failure", "repair", "response")
    return np.array([[stream_key(SEED, f"systems/{y}/{what}") for y in range(systems)] for what in names])


def group(
    systems: int,
    repairers: int,
    *,
    draws: int = DRAWS,
    months: int = MONTHS,
    age: float = 0.0,
    shape: float = 1.0,
    life_months: float = 3.0,
    replace: bool = False,
    repair: float = MONTH_HOURS,
    p95: float = 1.0,
    response: float = 0.0,
    response_p95: float = 1.0,
    busy: float = 0.0,
) -> Group:
    scale = life_months / 12.0
    work = repair, p95, response, response_p95, busy
    return Group(*play(keys(systems), draws, months, repairers, age, shape, scale, int(replace), *work))


def check_means(found: Group, systems: int, rate: float, down: float) -> None:
    """rate: failures a month of all systems; down: mean months from a failure to the end of its repair."""
    counted = (found.times >= BEGIN) & np.isfinite(found.times)
    number = counted.sum(axis=(1, 2))
    hours = np.where(counted, found.hours, 0.0).sum(axis=(1, 2))
    expected = rate * (MONTHS - BEGIN)
    for sample, mean in ((number, expected), (hours / MONTH_HOURS, expected * down)):
        error = sample.std(ddof=1) / math.sqrt(len(sample))
        assert error < 0.01 * mean  # the test could see an error of 5 %
        assert abs(sample.mean() - mean) < SIGMAS * error


def takacs(systems: int, failure: float, hours: float) -> float:
    """Completed repairs a month of one repairer with constant repair time: M/D/1//K, Takacs (1962), Introduction to the
    Theory of Queues, chapter 5. failure: rate a month of a system that is up; hours: of a repair."""
    length, product, total = hours / MONTH_HOURS, 1.0, 0.0
    for n in range(systems):
        if n:
            transform = math.exp(-n * failure * length)
            product *= (1.0 - transform) / transform
        total += math.comb(systems - 1, n) * product
    load = systems * failure * length * total
    return load / (1.0 + load) / length


@pytest.mark.parametrize(("systems", "hours"), [(2, 160.0), (4, 80.0), (6, 160.0)])
def test_one_repairer_and_constant_repairs(systems: int, hours: float) -> None:
    """Throughput, and by it the mean time down: K / throughput - mean time up."""
    rate = takacs(systems, 1 / 3, hours)
    check_means(group(systems, 1, repair=hours), systems, rate, systems / rate - 3.0)


def test_formula_of_takacs_for_two_systems() -> None:
    """Two systems: the one that fails during a repair, with probability 1 - exp(-length / 3), waits for its rest.

    A busy period has 1 / exp(-length / 3) repairs, an idle period lasts 3 / 2 months.
    """
    repairs = math.exp(1 / 3)
    assert takacs(2, 1 / 3, MONTH_HOURS) == pytest.approx(repairs / (1.5 + repairs), rel=1e-12)


@pytest.mark.parametrize("repairers", [3, 7])
def test_as_many_repairers_as_systems(repairers: int) -> None:
    """Nobody waits for a free one: only means count, whatever the distributions; response and other work included."""
    found = group(3, repairers, repair=60.0, p95=4.0, response=30.0, response_p95=3.0, busy=0.4)
    down = (60.0 * mean_over_median(4.0) / (1 - 0.4) + 30.0 * mean_over_median(3.0)) / MONTH_HOURS
    check_means(found, 3, 3 / (3.0 + down), down)


def test_response_and_other_work_occupy_the_repairer() -> None:
    """Constant response of 40 hours and a repair of 60 that takes 120: as repairs of 160 hours."""
    rate = takacs(4, 1 / 3, 160.0)
    check_means(group(4, 1, repair=60.0, response=40.0, busy=0.5), 4, rate, 4 / rate - 3.0)


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("repairers", [4, 9])
def test_enough_repairers_who_come_at_once_are_the_bits_of_own_ones(repairers: int, replace: bool) -> None:
    kind = {"age": 2.0, "shape": 1.7, "life_months": 5.0, "repair": 70.0, "p95": 3.0}
    shared = group(4, repairers, draws=50, replace=replace, **kind)  # type: ignore[arg-type]
    times, hours = play_alone(keys(4), 50, MONTHS, 2.0, 1.7, 5.0 / 12.0, int(replace), 70.0, 3.0)
    np.testing.assert_array_equal(shared.times, times)
    np.testing.assert_array_equal(shared.hours, hours)


@pytest.mark.parametrize(("shape", "replace"), [(1.0, False), (2.0, True), (1.5, False)])
def test_who_waits_fails_later_and_is_down_longer_draw_by_draw(shape: float, replace: bool) -> None:
    """Against as many repairers as systems: no k-th failure of a system is earlier, no k-th outage shorter."""
    kind = {"draws": 100, "months": 120, "shape": shape, "replace": replace, "p95": 3.0, "response": 20.0}
    free, short = group(5, 5, **kind), group(5, 2, **kind)  # type: ignore[arg-type]
    assert np.all(short.times >= free.times - 1e-9)
    both = np.isfinite(short.times)
    assert np.all(short.hours[both] >= free.hours[both] - 1e-9)
    assert np.any(short.hours[both] > free.hours[both] + 1)
    quick = group(5, 5, **{**kind, "response": 5.0})  # type: ignore[arg-type]
    assert np.all(free.times >= quick.times - 1e-9)
    assert np.all(free.hours[np.isfinite(free.times)] > quick.hours[np.isfinite(free.times)])


def test_one_more_repairer_shortens_the_time_down() -> None:
    """On the mean, not draw by draw: who is repaired sooner may fail sooner and be in front of another."""
    down = [group(5, number, p95=3.0).hours.sum(axis=(1, 2)) for number in (1, 2, 3, 4)]
    for fewer, more in itertools.pairwise(down):
        gain = fewer - more
        assert gain.mean() > SIGMAS * gain.std(ddof=1) / math.sqrt(DRAWS)


@pytest.mark.parametrize("repairers", [1, 2, 3])
def test_first_come_first_served(repairers: int) -> None:
    """Constant repairs end by the recursion of Kiefer and Wolfowitz (1955), taken over the failures in their order."""
    found = group(4, repairers, draws=20, months=60)
    for times, hours in zip(found.times, found.hours, strict=True):
        order = np.argsort(times[np.isfinite(times)], kind="stable")
        begin = times[np.isfinite(times)][order]
        end = begin + hours[np.isfinite(times)][order] / MONTH_HOURS
        free = [0.0] * repairers
        for failed, repaired in zip(begin, end, strict=True):
            free.sort()
            free[0] = max(free[0], failed) + 1.0
            assert repaired == pytest.approx(free[0], abs=1e-9)
