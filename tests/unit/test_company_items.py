"""The compiled engine in cases small enough to reckon by hand, and its parts: event list, growth, claims."""

import heapq
from typing import Any

import numpy as np
import pytest

from sim.company.business import Business
from sim.company.items.compiled import CompiledItems
from sim.company.items.engines import NAMES, item_engines
from sim.company.items.heap import SERVED, close_hole, push
from sim.company.items.interface import Items, Journal
from sim.company.items.state import BATCH, FREE, HEAP, HOLE, PLACES, items_at
from sim.company.pool import ITEM
from sim.company.world_layer import Draw
from sim.compiled import compiled
from sim.errors import ProblemsFound
from sim.lanes.records import pack
from sim.parameters import parameters
from sim.roadmap import EMPTY
from sim.world import Scenario
from tests.truths.test_company_queue import queue

SEED = 3
ENGINES = pytest.mark.parametrize("items", NAMES)


def business(scenario: Scenario, items: Items, journal: Journal | None = None) -> Business:
    draw = Draw(parameters(scenario), 0, SEED)
    return Business(draw, item_engines(draw, items), EMPTY, journal)


@ENGINES
def test_regular_items_and_constant_service(items: Items) -> None:
    """D/D/1: an item every 12 minutes, 6 minutes each: nobody waits, item k leaves at 0.2 (k + 1) + 0.1 hours."""
    journal = Journal()
    done = business(queue(5.0, 6.0, 0.0, 1, arrival_cv=0.0), items, journal).run()
    assert done.events.waits == 0
    for p, k, born, left, waited in journal.rows[:200]:
        assert (p, waited) == (0, 0.0)
        assert (born, left) == pytest.approx((0.2 * (k + 1), 0.2 * (k + 1) + 0.1))


@ENGINES
def test_line_of_regular_items_grows_and_gives_up(items: Items) -> None:
    """Every 12 minutes one that takes 18, patience 15: waits of 0, 6, 12 minutes; the fourth would wait 18 and leaves,
    and so the fifth waits 6, the sixth 12, and the seventh leaves."""
    journal = Journal()
    business(queue(5.0, 18.0, 0.0, 1, arrival_cv=0.0, patience_minutes=15.0), items, journal).run()
    assert [k for _, k, *_ in journal.rows[:7]] == [0, 1, 2, 4, 5, 7, 8]
    waits = [60.0 * waited for *_, waited in journal.rows[:7]]
    assert waits == pytest.approx([0.0, 6.0, 12.0, 6.0, 12.0, 6.0, 12.0], abs=1e-6)


def test_an_unknown_engine_is_refused() -> None:
    unknown: Any = "fast"
    with pytest.raises(ProblemsFound, match="reference, compiled"):
        item_engines(Draw(parameters(queue(5.0, 6.0, 0.0, 1)), 0, SEED), unknown)


def engine(servers: int) -> CompiledItems:
    return engine_of(queue(5.0, 6.0, 1.0, servers))


def engine_of(scenario: Scenario) -> CompiledItems:
    made = business(scenario, "compiled").items
    assert isinstance(made, CompiledItems)
    return made


def test_arrays_grow_and_nothing_is_lost() -> None:
    """Ten times the work that two people can do and endless patience: thousands in line, in places of their own, and
    the same figures as the reference."""
    scenario = queue(40.0, 30.0, 1.0, 2)
    compiled_one, reference = business(scenario, "compiled"), business(scenario, "reference")
    found, expected = compiled_one.run(), reference.run()
    assert found.items == expected.items
    assert found.items["items"].inside > 40 * PLACES
    assert np.array_equal(found.flows, expected.flows)
    assert isinstance(compiled_one.items, CompiledItems)
    state = compiled_one.items.state
    waiting_to_come = -found.items["items"].arrived % BATCH  # of the batch at hand
    assert len(state.born) - state.totals[FREE] == found.items["items"].inside + waiting_to_come
    assert len(set(state.unused[: state.totals[FREE]])) == state.totals[FREE]


def on_a_till(**process: Any) -> Scenario:
    """One clerk whose work needs a till."""
    data = queue(40.0, 6.0, 0.0, 1, arrival_cv=0.0, **process).model_dump(mode="json", exclude_unset=True)
    data["processes"]["items"]["steps"]["serve"]["system"] = "till"
    never = {"age_years": 1, "life_shape": 1, "life_scale_years": 200, "repair_hours": 1}
    data["systems"] = {"till": {**never, "origin": "test"}}
    return Scenario.model_validate(data)


def test_a_whole_line_that_is_sent_on_to_a_system_finds_room() -> None:
    """A clerk who is freed while the till is down hands on a long line, item by item, in one event; alarms of earlier
    outages are still in the event list. The arrays grow first."""
    company = engine_of(on_a_till(patience_minutes=1e5))
    (pool,), till, now = company.pools, company.systems["till"], 45.0
    claim = pool.request()
    company.open_month(0, [0.04])
    company.advance(now)
    assert claim.granted
    for cycle in range(6):
        till.stop()
        pool.release()
        now += 1e-3
        company.advance(now)
        assert company.state.totals[HEAP] <= len(company.state.event_time)
        claim = pool.request()
        till.go_on()
        now += 24.0 if cycle == 1 else 1e-3
        company.advance(now)
    assert company.state.totals[HEAP] > 2 * PLACES


def test_claims_go_before_items_and_items_may_not_ask() -> None:
    """A claim takes a free person at once; another waits until the first is given back, and may give up."""
    company = engine(1)
    pool = company.pools[0]
    with pool.request() as first:
        assert first.granted
        second, third = pool.request(1.0), pool.request()
        assert company.state.claims[0] == 2
        company.env.run(until=2.0)
        assert second.left
        assert company.state.claims[0] == 1
    assert third.granted
    pool.release()
    assert company.state.free[0] == 1
    with pytest.raises(ValueError, match="only claims"):
        pool.request(kind=ITEM)


@compiled
def _push(address, time, place):  # type: ignore[no-untyped-def]
    return push(items_at(address), time, SERVED, place)


@compiled
def _take(address):  # type: ignore[no-untyped-def]
    s = items_at(address)
    tag = s.event_tag[0]
    s.totals[HOLE] = 1
    return tag


@compiled
def _close(address):  # type: ignore[no-untyped-def]
    close_hole(items_at(address))


def test_event_list_is_a_priority_queue() -> None:
    """Random pushes and takes with many equal times, beside `heapq`; at equal times the first made is first."""
    state = engine(1).state
    packed, rng = pack(state), np.random.default_rng(5)
    twin: list[tuple[float, int]] = []
    for step in range(3000):
        if twin and rng.random() < 0.45:
            assert _take(packed.address) == heapq.heappop(twin)[1]
            if rng.random() < 0.5:  # an event that falls into the hole
                time = float(rng.integers(0, 50))
                heapq.heappush(twin, (time, _push(packed.address, time, step % 1000)))
            _close(packed.address)
        elif len(twin) < PLACES:
            time = float(rng.integers(0, 50))
            heapq.heappush(twin, (time, _push(packed.address, time, step % 1000)))
        assert state.totals[HEAP] == len(twin)
    while twin:
        assert _take(packed.address) == heapq.heappop(twin)[1]
        _close(packed.address)
