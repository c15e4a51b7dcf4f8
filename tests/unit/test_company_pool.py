"""The pool of people: order of service, claims, patience, counts."""

from collections.abc import Generator

import pytest
import simpy

from sim.company.pool import CLAIM, FOREVER, ITEM, Pool

Log = list[tuple[str, float]]


def visitor(
    env: simpy.Environment, pool: Pool, name: str, at: float, hours: float, log: Log, patience: float, kind: int
) -> Generator[simpy.Event, None, None]:
    """Come, wait, hold a person; the log says when service began or the line was left."""
    yield env.timeout(at)
    with pool.request(patience, kind) as turn:
        if not turn.granted:
            yield turn
        if not turn.granted:
            log.append((f"{name} left", env.now))
            return
        log.append((name, env.now))
        yield env.timeout(hours)


def play(capacity: int, *visits: tuple[str, float, float, float, int]) -> tuple[Log, Pool]:
    """Visits are (name, arrival, hours, patience, kind)."""
    env = simpy.Environment()
    pool = Pool(env, "clerk", capacity)
    log: Log = []
    for name, at, hours, patience, kind in visits:
        env.process(visitor(env, pool, name, at, hours, log, patience, kind))
    env.run()
    return log, pool


def test_items_are_served_in_the_order_of_coming() -> None:
    log, pool = play(1, ("a", 0, 5, FOREVER, ITEM), ("b", 1, 5, FOREVER, ITEM), ("c", 2, 5, FOREVER, ITEM))
    assert log == [("a", 0), ("b", 5), ("c", 10)]
    assert (pool.requests, pool.grants, pool.waits, pool.timers, pool.free) == (3, 3, 2, 0, 1)


def test_claims_go_before_items_and_interrupt_nobody() -> None:
    log, _ = play(1, ("a", 0, 5, FOREVER, ITEM), ("b", 1, 5, FOREVER, ITEM), ("claim", 2, 3, FOREVER, CLAIM))
    assert log == [("a", 0), ("claim", 5), ("b", 8)]


def test_who_is_impatient_leaves_and_is_skipped() -> None:
    log, pool = play(1, ("a", 0, 5, FOREVER, ITEM), ("b", 1, 5, 2.0, ITEM), ("c", 2, 5, 4.0, ITEM))
    assert log == [("a", 0), ("b left", 3), ("c", 5)]
    assert (pool.grants, pool.timers, pool.free, pool.waiting) == (2, 2, 1, 0)


def test_patience_ends_nothing_once_served() -> None:
    """The timer of `b` runs out at 4, in the middle of its service."""
    log, pool = play(1, ("a", 0, 3, FOREVER, ITEM), ("b", 1, 9, 3.0, ITEM), ("c", 2, 1, FOREVER, ITEM))
    assert log == [("a", 0), ("b", 3), ("c", 12)]
    assert pool.free == 1


@pytest.mark.parametrize("capacity", [0, 2])
def test_capacity(capacity: int) -> None:
    """Two people serve two at once; nobody serves nobody, and only the impatient leave."""
    log, pool = play(capacity, ("a", 0, 5, 1.0, ITEM), ("b", 0, 5, FOREVER, ITEM))
    assert log == ([("a", 0), ("b", 0)] if capacity else [("a left", 1)])
    assert pool.waiting == (0 if capacity else 1)


def test_long_lines_cost_no_more() -> None:
    """A line of 20,000, half of which gives up, keeps its order."""
    visits = [(str(i), 0.0, 1.0, 0.5 if i % 2 else FOREVER, ITEM) for i in range(20_000)]
    log, _ = play(1, *visits)
    served = [int(name) for name, _ in log if "left" not in name]
    assert served == [i for i in range(20_000) if i % 2 == 0]
    assert [time for name, time in log if "left" not in name] == [float(i) for i in range(10_000)]
