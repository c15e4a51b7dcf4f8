"""Parts of the company: clock, absences, marks of items, effects, systems, ledger, demand."""

import math
from itertools import pairwise

import numpy as np
import pytest
import simpy
from scipy.special import gammainccinv, gammaincinv

from sim.company.adoption import all_adopters
from sim.company.clock import Clock, clock
from sim.company.delivery import project_days, schedule
from sim.company.effects import Effects, follow
from sim.company.gamma import gamma_quantile
from sim.company.ledger import Ledger
from sim.company.marks import BLOCK, ItemMarks
from sim.company.operations import Demand
from sim.company.people import absences, absent, capacity_of
from sim.company.pool import FOREVER, Pool
from sim.company.systems import System
from sim.company.world_layer import Draw, Occupants, mark
from sim.parameters import parameters
from sim.roadmap import EMPTY, Roadmap
from sim.streams import identity, uniforms
from tests.naive.shops import EVERYTHING, SEED, corner_shop, setting

SHOP = corner_shop()
TABLE = parameters(SHOP)
YEAR = Clock(months=12, month_hours=160.0, days=20.0)


def draw(number: int = 0) -> Draw:
    return Draw(TABLE, number, SEED)


def occupants(*changes: tuple[float, int]) -> Occupants:
    """Changes of one seat: (month, occupant)."""
    times, occupant = zip(*changes, strict=True) if changes else ((), ())
    n = len(times)
    by_month = np.ones(12), np.zeros(12), np.zeros(12)
    return Occupants(np.array(times, float), np.zeros(n, np.int64), np.array(occupant, np.int64), *by_month)


def test_spread_puts_hours_into_their_months() -> None:
    into = [0.0] * 12
    YEAR.spread(150.0, 330.0, into)
    YEAR.spread(11 * 160.0 + 100.0, 1e9, into)  # beyond the horizon
    assert into == [10.0, 160.0, 10.0] + [0.0] * 8 + [60.0]


def test_working_days_tile_their_span() -> None:
    days = list(Clock(2, 21.5 * 8, 21.5).working_days(0.0, 21.5 * 8))
    assert len(days) == 22
    assert days[0][0] == 0.0
    assert days[-1][1] == 172.0
    assert all(a[1] == b[0] for a, b in pairwise(days))


def test_vacancy_is_absent_from_leaver_to_successor() -> None:
    pieces = absent(YEAR, occupants((2.5, -1), (4.0, 1), (11.0, -1)), 3, [3.0] * 12)
    assert [(p.start, p.end, p.people) for p in pieces if p.people > 0] == [(400.0, 640.0, 1.0), (1760.0, 1920.0, 1.0)]


def test_changed_headcount_is_absent_from_the_largest() -> None:
    """3 people, 3.5 from month 6 on: a pool of 4, of which 1, then 0.5 are absent."""
    headcount = [3.0] * 6 + [3.5] * 6
    pieces = absent(YEAR, occupants(), 3, headcount)
    assert capacity_of(headcount) == 4
    assert [(p.start, p.end, p.people) for p in pieces] == [(0.0, 960.0, 1.0), (960.0, 1920.0, 0.5)]


def test_absences_claim_their_hours() -> None:
    """Whole people for the whole time, half a person for half of every day; the line is empty, so to the hour."""
    env = simpy.Environment()
    pool = Pool(env, "clerk", 4)
    claimed = [0.0] * 12
    pieces = absent(YEAR, occupants((7.0, -1), (8.0, 1)), 3, [3.0] * 6 + [3.5] * 6)
    env.process(absences(env, YEAR, pool, pieces, claimed))
    env.run()
    vacancy = 160.0 * 3.5 / 3
    assert claimed == pytest.approx([160.0] * 6 + [80.0, 80.0 + vacancy] + [80.0] * 4)
    assert pool.free == 4


def test_project_days_are_taken_evenly() -> None:
    """30 days of a month of 20 are one and a half people on each of its days."""
    env = simpy.Environment()
    pool = Pool(env, "it", 2)
    claimed = [0.0] * 12
    env.process(project_days(env, YEAR, pool, [0.0, 30.0, 5.0], claimed))
    env.run(until=160.0 + 1.0)
    assert pool.free == 0
    env.run(until=160.0 + 7.0)
    assert pool.free == 1
    env.run()
    assert claimed[:3] == pytest.approx([0.0, 240.0, 40.0])


def test_project_days_that_nobody_can_work_are_dropped() -> None:
    env = simpy.Environment()
    pool = Pool(env, "it", 0)
    claimed = [0.0] * 12
    env.process(project_days(env, YEAR, pool, [5.0], claimed))
    env.run()
    assert claimed == [0.0] * 12
    assert pool.waiting == 0


@pytest.mark.parametrize("cv", [0.0, 0.3, 0.8, 1.0, 1.7])
def test_gamma_quantile_has_mean_one_and_its_cv(cv: float) -> None:
    """Mean and deviation of the quantile function at the midpoints of a fine grid."""
    u = (np.arange(400_000) + 0.5) / 400_000
    x = gamma_quantile(u, cv)
    assert x.mean() == pytest.approx(1.0, abs=2e-3)
    assert x.std() == pytest.approx(cv, abs=1e-2)
    assert np.all(np.diff(x) >= 0.0)


@pytest.mark.parametrize(("cv", "error"), [(0.05, 1e-11), (0.6, 1e-11), (1.0, 1e-11), (1.9, 1e-11), (5.0, 1e-8)])
def test_gamma_table_is_the_quantile_function(cv: float, error: float) -> None:
    """Against scipy, in the middle, at cells' edges and in both tails; constant for cv 0."""
    tail = np.concatenate([np.linspace(1e-3, 0.5, 20_001), 2.0 ** -np.arange(1.0, 53.1, 0.25), [0.375, 2.0**-53]])
    shape, upper = 1.0 / cv**2, 1.0 - tail
    for u, exact in ((tail, gammaincinv(shape, tail)), (upper, gammainccinv(shape, 1.0 - upper))):
        q = exact * cv * cv
        assert np.all(np.abs(gamma_quantile(u, cv) - q) <= error * np.maximum(q, 0.01))
    assert np.all(gamma_quantile(tail, 0.0) == 1.0)


def test_marks_belong_to_items_not_to_the_order_of_asking() -> None:
    """Small steps or one long one: the same numbers; they are those of the streams by identity."""
    process = SHOP.processes["counter"]
    slow, quick = ItemMarks(draw(), "counter", process), ItemMarks(draw(), "counter", process)
    for demand in range(0, 3000, 100):
        slow.reach(float(demand))
    quick.reach(2900.0)
    assert np.array_equal(slow.passed, quick.passed)
    assert slow.steps[0].service == quick.steps[0].service
    assert len(quick.lost) == 3 * BLOCK or len(quick.lost) == 4 * BLOCK
    k = BLOCK + 17
    key = draw().key("operations/counter/steps/serve/error")
    assert quick.steps[0].error[k] == uniforms(key, np.array([0]), np.array([k << 32]))[0, 0]
    service, error = quick.steps[0].again(k, 2)
    index = k << 32 | 2
    assert error == mark(key, 0, index) != quick.steps[0].error[k]
    u = mark(draw().key("operations/counter/steps/serve/service"), 0, index)
    assert service == gamma_quantile(np.array([u]), 0.8)[0]


def test_identity_of_an_attempt_is_that_of_the_streams() -> None:
    assert int(identity.py_func(np.uint64(5), 2)) == 5 << 32 | 2


def test_item_arrives_when_demand_passes_its_point() -> None:
    """Whatever the rate and however it changes, item k comes at the k-th point of the cumulated demand."""
    marks = ItemMarks(draw(), "counter", SHOP.processes["counter"])
    constant = Demand(marks, ([0.0], [50.0]))
    first, times = constant.month(0.0, 160.0, 0.1)
    assert first == 0
    assert times == pytest.approx(marks.passed[: len(times)] / 5.0)
    rising = Demand(marks, ([0.0, 40.0], [50.0, 100.0]))
    _, earlier = rising.month(0.0, 160.0, 0.1)
    passed = np.array([5.0 * t if t < 40.0 else 200.0 + 10.0 * (t - 40.0) for t in earlier])
    assert passed == pytest.approx(marks.passed[: len(earlier)])
    assert Demand(marks, ([0.0], [0.0])).month(0.0, 160.0, 0.1) == (0, [])
    again = Demand(marks, ([0.0], [50.0]))
    pieces = [again.month(160.0 * m / 7, 160.0 * (m + 1) / 7, 0.1) for m in range(7)]
    assert [t for _, some in pieces for t in some] == pytest.approx(times)
    assert [k for k, _ in pieces] == list(np.cumsum([0] + [len(some) for _, some in pieces])[:-1])


def made(roadmap: Roadmap, number: int) -> Effects:
    world = draw(number)
    plan = schedule(world, roadmap)
    return Effects(world, clock(SHOP), plan, all_adopters(world, plan))


def test_course_has_the_monthly_mean() -> None:
    """The value of the moment, averaged over a month, is the monthly value: each slot here has one effect, in which the
    share of adopters is linear."""
    effects = made(Roadmap(tuple(EVERYTHING.items())), 2)
    assert {TABLE.numbers[slot].path.split(".")[0] for slot in effects.changes} == {"processes", "threats"}
    T = clock(SHOP).month_hours
    for slot, row in effects.monthly.items():
        times, values = effects.course(slot)
        edges = [*times, 36 * T]
        for m in range(36):
            hours = [max(0.0, min(e, (m + 1) * T) - max(s, m * T)) for s, e in pairwise(edges)]
            assert np.dot(hours, values) / T == pytest.approx(row[m], rel=1e-9)


def test_nothing_changes_without_a_roadmap() -> None:
    effects = made(EMPTY, 2)
    assert effects.changes == {}
    slot = TABLE.slot["processes.counter.steps.serve.minutes"]
    assert effects.course(slot) == ([0.0], [draw(2).values[slot]])


def test_values_of_the_moment_follow_their_courses() -> None:
    effects = made(Roadmap((("pos", 1),)), 0)
    slot = TABLE.slot["processes.counter.steps.serve.minutes"]
    times, values = effects.course(slot)
    assert len(times) > 3
    env = simpy.Environment()
    now = list(draw().values)
    env.process(follow(env, now, [(slot, (times, values))]))
    for time, value in zip(times[1:], values[1:], strict=True):
        env.run(until=time + 1e-6)
        assert now[slot] == value


def test_overlapping_outages_count_once() -> None:
    env = simpy.Environment()
    system = System(env, YEAR)
    seen: list[tuple[bool, float]] = []

    def watch(deadline: float):  # type: ignore[no-untyped-def]
        yield env.timeout(101.0)
        up = yield from system.wait(deadline)
        seen.append((up, env.now))

    def trouble():  # type: ignore[no-untyped-def]
        yield env.timeout(100.0)
        env.process(system.outage(50.0))
        yield env.timeout(20.0)
        env.process(system.outage(60.0))

    env.process(trouble())
    env.process(watch(FOREVER))
    env.process(watch(140.0))
    env.run()
    assert seen == [(False, 140.0), (True, 180.0)]
    assert system.down[:2] == [60.0, 20.0]


def test_open_outage_is_counted_to_the_horizon() -> None:
    env = simpy.Environment()
    system = System(env, YEAR)
    env.process(system.outage(1e9))
    env.run(until=YEAR.horizon)
    system.flush()
    assert system.down == [160.0] * 12


def test_ledger_keeps_both_sides() -> None:
    ledger = Ledger(12, 24)
    ledger.receive(0, 3, 100.0)
    ledger.pay_own(3, 5, 48.0)
    ledger.receive(9, 40, 7.0)  # after the horizon
    ledger.depreciate(5, 48.0)
    assert np.array_equal(ledger.array().sum(axis=0), ledger.cash)
    assert ledger.own_cost[5] == 48.0
    assert ledger.cash[11] == 7.0
    assert ledger.profit(0, 12) == pytest.approx(107.0 - 7 * 2.0)


def test_adoption_without_a_block_is_complete_at_go_live() -> None:
    adopters = all_adopters(draw(), schedule(draw(), Roadmap((("edr", 2),))))
    (one,) = adopters.values()
    assert one.share == tuple(float(m >= 3) for m in range(36))
    assert (one.at(2.999), one.at(3.0)) == (0.0, 1.0)


def test_schedule_reports_delay_and_cancellation() -> None:
    """Over many draws some points of sale fail, and the web shop that requires them is cancelled with them."""
    scenario = corner_shop(setting("initiatives.pos.failure_probability", 0.5))
    table = parameters(scenario)
    names = list(scenario.initiatives)
    i, j = names.index("pos"), names.index("web")
    failed = 0
    for number in range(40):
        plan = schedule(Draw(table, number, SEED), Roadmap((("pos", 0), ("web", 1))))
        failed += plan.state[i] == 2
        assert (plan.state[i] == 2) == (plan.state[j] == 3)
        if plan.state[j] == 1:
            assert plan.started[j] >= plan.go_live[i] > plan.planned[j]
    assert 5 < failed < 35
    assert math.isfinite(plan.life[names.index("web")])
