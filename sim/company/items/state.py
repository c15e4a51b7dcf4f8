"""State of the compiled engine: arrays made once, of which those by place and by event grow when they are full.

An item has a place from its arrival until it leaves. A place stands in one line at most, a role's or a system's, linked
both ways, so that joining, being served and giving up each cost the same whatever the length of the line.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.company.gamma import gamma_tables
from sim.company.items.interface import Work
from sim.company.shelves import Shelves
from sim.lanes.records import Floats1, Floats2, Floats3, Ints1, Ints2, Keys1, record_at

# of `totals`
HEAP, HOLE, SERIAL, FREE, HANDED, REQUESTS, GRANTS, TIMERS, WAITS, CALLED, TAG, FILLING, NOTED = range(13)
NOW, MONTH_END, SERVICE, FILLED_AT = range(4)  # of `clock`: hours; SERVICE: of the month at hand
ARRIVED, LOST, GAVE_UP, COMPLETED, TIMELY, ABSENT, BY_MACHINE, BY_PEOPLE = range(8)  # of `counts`
WAITED, REVENUE, MARGIN = range(3)  # of `sums`
PASSED, CUMULATED, AFTER, START, EDGE, RATE, FACTOR, LATEST = range(8)  # of `demand`
NEXT, PIECE = range(2)  # of `coming`
LOST_MARK, NO_SHOW, OF_STEPS = range(3)  # columns of `marks`
SERVICE_TIME, ERROR, SHARE, PER_STEP = range(4)  # columns of a step, from its `column` on
NOBODY = -1
PLACES = 1024  # at first
BATCH = 16  # items whose numbers are made together; a power of two


class Items(NamedTuple):
    """By process: first_step .. target, demand, coming, counts, sums. By step: role .. exception_key; those of systems
    that it needs stand in needs from first_need on. By feed, those of source p from first_feed[p] on: feed_target ..
    feed_key; most_feeds: of a process. attempt of an item at a machine: -1. courses of arrivals:
    moments, values, of process p from first_piece[p] on. now by slot; slow, free, claims by role; down and credit by
    system; head and tail of lines, roles first and then systems; busy by month. By process and item of a batch: gaps,
    batch (places); made: room for numbers. By place: process .. marks.
    journal_*: room for notes, none if nobody reads them."""

    draw: int
    months: int
    month_hours: float
    first_step: Ints1
    gap_key: Keys1
    lost_key: Keys1
    gap_table: Ints1
    lost_slot: Keys1
    patience_slot: Keys1
    revenue_slot: Keys1
    margin_slot: Keys1
    no_show_slot: Keys1
    no_show_time_slot: Keys1
    no_show_key: Keys1
    target: Floats1
    role: Ints1
    first_need: Ints1
    needs: Ints1
    minutes_slot: Keys1
    share_slot: Keys1
    error_slot: Keys1
    automated_slot: Keys1
    exceptions_slot: Keys1
    machine_slot: Keys1
    service_table: Ints1
    column: Ints1
    share_key: Keys1
    service_key: Keys1
    error_key: Keys1
    automated_key: Keys1
    exception_key: Keys1
    most_feeds: int
    first_feed: Ints1
    feed_target: Ints1
    feed_slot: Keys1
    feed_delay: Floats1
    feed_number: Ints1
    feed_key: Keys1
    tables: Floats3
    first_piece: Ints1
    moments: Floats1
    values: Floats1
    now: Floats1
    slow: Floats1
    free: Ints1
    claims: Ints1
    down: Ints1
    credit: Floats1
    capped: Ints1
    head: Ints1
    tail: Ints1
    busy: Floats1
    demand: Floats2
    coming: Ints2
    gaps: Floats2
    batch: Ints2
    made: Floats1
    counts: Ints2
    sums: Floats2
    totals: Ints1
    clock: Floats1
    event_time: Floats1
    event_tag: Ints1
    unused: Ints1
    process: Ints1
    number: Ints1
    step: Ints1
    attempt: Ints1
    line: Ints1
    before: Ints1
    behind: Ints1
    alarm: Ints1
    born: Floats1
    joined: Floats1
    deadline: Floats1
    waited: Floats1
    absent: Ints1
    due: Floats1
    marks: Floats2
    journal_items: Ints2
    journal_times: Floats2
    shelves: Shelves


items_at = record_at(Items)
BY_PLACE = (
    "unused", "process", "number", "step", "attempt", "line", "before", "behind", "alarm", "born", "joined", "deadline",
    "waited", "absent", "due", "marks",
)  # fmt: skip


def new_state(work: Work) -> Items:
    """State before the first month."""
    draw, routes = work.draw, work.routes
    world, feeds = draw.table.scenario, [feed for route in routes for feed in route.feeds]
    processes, steps = list(world.processes.values()), [step for route in routes for step in route.steps]
    models = [step for process in processes for step in process.steps.values()]
    cvs = tuple(sorted({float(p.arrival_cv) for p in processes} | {float(s.cv) for s in models}))
    at = [f"operations/{route.name}" for route in routes]
    of_step = [f"{place}/steps/{step.label}" for place, route in zip(at, routes, strict=True) for step in route.steps]
    lines, estate = len(world.people) + len(world.systems), list(world.systems.values())
    places = PLACES
    while places < 2 * BATCH * len(routes):
        places *= 2
    width = OF_STEPS + PER_STEP * max(len(route.steps) for route in routes)

    def ints(values: list[int]) -> np.ndarray:
        return np.array(values, dtype=np.int64)

    def slots(values: list[int]) -> np.ndarray:
        return np.array(values, dtype=np.uint64)  # never counted from the end, which saves compiled code the question

    return Items(
        draw=draw.number,
        months=work.clock.months,
        month_hours=work.clock.month_hours,
        first_step=ints([0, *np.cumsum([len(route.steps) for route in routes])]),
        gap_key=draw.keys([f"{place}/gap" for place in at]),
        lost_key=draw.keys([f"{place}/lost" for place in at]),
        gap_table=ints([cvs.index(float(p.arrival_cv)) for p in processes]),
        lost_slot=slots([route.lost_slot for route in routes]),
        patience_slot=slots([route.patience_slot for route in routes]),
        revenue_slot=slots([route.revenue_slot for route in routes]),
        margin_slot=slots([route.margin_slot for route in routes]),
        no_show_slot=slots([route.no_show_slot for route in routes]),
        no_show_time_slot=slots([route.no_show_time_slot for route in routes]),
        no_show_key=draw.keys([f"{place}/no_show" for place in at]),
        target=np.array([route.target for route in routes]),
        role=ints([step.role for step in steps]),
        first_need=ints([0, *np.cumsum([len(step.systems) for step in steps])]),
        needs=ints([y for step in steps for y in step.systems]),
        minutes_slot=slots([step.minutes_slot for step in steps]),
        share_slot=slots([step.share_slot for step in steps]),
        error_slot=slots([step.error_slot for step in steps]),
        automated_slot=slots([step.automated_slot for step in steps]),
        exceptions_slot=slots([step.exceptions_slot for step in steps]),
        machine_slot=slots([step.machine_slot for step in steps]),
        service_table=ints([cvs.index(float(step.cv)) for step in models]),
        column=ints([OF_STEPS + PER_STEP * i for route in routes for i in range(len(route.steps))]),
        share_key=draw.keys([f"{place}/share" for place in of_step]),
        service_key=draw.keys([f"{place}/service" for place in of_step]),
        error_key=draw.keys([f"{place}/error" for place in of_step]),
        automated_key=draw.keys([f"{place}/automated" for place in of_step]),
        exception_key=draw.keys([f"{place}/exception" for place in of_step]),
        most_feeds=max(len(route.feeds) for route in routes),
        first_feed=ints([0, *np.cumsum([len(route.feeds) for route in routes])]),
        feed_target=ints([feed.target for feed in feeds]),
        feed_slot=slots([feed.share_slot for feed in feeds]),
        feed_delay=np.array([feed.delay for feed in feeds], dtype=np.float64),
        feed_number=ints([feed.number for feed in feeds]),
        feed_key=draw.keys([f"operations/{routes[feed.target].name}/fed_by/{feed.source}" for feed in feeds]),
        tables=gamma_tables(cvs),
        first_piece=ints([0, *np.cumsum([len(moments) for moments, _ in work.courses])]),
        moments=np.array([t for moments, _ in work.courses for t in moments]),
        values=np.array([v for _, values in work.courses for v in values]),
        now=np.array(draw.values),
        slow=np.full(len(world.people), 1.0 / 60.0),
        free=ints(list(work.capacity)),
        claims=np.zeros(len(world.people), np.int64),
        down=np.zeros(len(world.systems), np.int64),
        credit=np.array([0.0 if one.capacity_per_day is not None else np.inf for one in world.systems.values()]),
        capped=ints([any(estate[y].capacity_per_day is not None for y in step.systems) for step in steps]),
        head=np.full(lines, NOBODY, np.int64),
        tail=np.full(lines, NOBODY, np.int64),
        busy=np.zeros(work.clock.months),
        demand=np.zeros((len(routes), 8)),
        coming=np.zeros((len(routes), 2), np.int64),
        gaps=np.zeros((len(routes), BATCH)),
        batch=np.zeros((len(routes), BATCH), np.int64),
        made=np.zeros(BATCH),
        counts=np.zeros((len(routes), 8), np.int64),
        sums=np.zeros((len(routes), 3)),
        totals=ints([0] * FREE + [places] + [0] * (NOTED - FREE)),
        clock=np.zeros(4),
        event_time=np.empty(2 * places),
        event_tag=np.empty(2 * places, np.int64),
        unused=np.arange(places - 1, -1, -1),
        process=np.zeros(places, np.int64),
        number=np.zeros(places, np.int64),
        step=np.zeros(places, np.int64),
        attempt=np.zeros(places, np.int64),
        line=np.zeros(places, np.int64),
        before=np.zeros(places, np.int64),
        behind=np.zeros(places, np.int64),
        alarm=np.full(places, NOBODY, np.int64),
        born=np.zeros(places),
        joined=np.zeros(places),
        deadline=np.zeros(places),
        waited=np.zeros(places),
        absent=np.zeros(places, np.int64),
        due=np.zeros(places),
        marks=np.zeros((places, width)),
        journal_items=np.empty((0 if work.journal is None else places, 2), np.int64),
        journal_times=np.empty((0 if work.journal is None else places, 3)),
        shelves=work.shelves,
    )


def grown(state: Items, events: int) -> Items:
    """The same state with room for twice the items, and for so many more events at the least."""
    n, used, free = len(state.born), int(state.totals[HEAP]), int(state.totals[FREE])
    larger: dict[str, Any] = {}
    for name in BY_PLACE:
        array = getattr(state, name)
        larger[name] = np.concatenate([array, np.zeros_like(array)])
    larger["unused"][free : free + n] = np.arange(2 * n - 1, n - 1, -1)
    state.totals[FREE] += n
    extra = max(len(state.event_time), used + events)
    for name in ("event_time", "event_tag"):
        array = getattr(state, name)
        larger[name] = np.concatenate([array, np.zeros(extra, array.dtype)])
    for name in ("journal_items", "journal_times"):
        array = getattr(state, name)
        larger[name] = np.concatenate([array, np.zeros_like(array)])
    return state._replace(**larger)
