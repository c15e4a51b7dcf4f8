"""Items as SimPy processes: arrival, steps at roles and systems, patience, error and rework, completion.

One generator a behaviour: `arrivals` of a month, and the way of an item. Both are made by functions that bind what does
not change, because these two carry nearly all events of a replication.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np
import simpy

from sim.company.clock import Clock
from sim.company.items.interface import Course, FeedRoute, Journal, Route, StepRoute, Tally
from sim.company.marks import ItemMarks
from sim.company.pool import FOREVER, Pool
from sim.company.systems import Needs, System

Item = Callable[[int], Generator[simpy.Event, object, None]]
Supply = Callable[[int, float], bool]  # whether item k, which arrives at hour t, finds what it needs in stock
HOUR = 1.0 / 60.0
PATIENT = 1e8  # minutes: never gives up


class Month:
    """The month at hand. end: hours. busy: hours of service by month; the one at hand is kept apart until it ends."""

    def __init__(self, clock: Clock) -> None:
        self.end = 0.0
        self.hours = 0.0
        self.busy = [0.0] * clock.months


@dataclass(frozen=True)
class StepPlace:
    """Where a step is done."""

    pool: Pool
    system: System | Needs
    route: StepRoute
    capped: bool = False  # whether a system may be full


def item_path(
    env: simpy.Environment,
    clock: Clock,
    month: Month,
    now: list[float],
    slow: list[float],
    marks: ItemMarks,
    places: Sequence[StepPlace],
    route: Route,
    tally: Tally,
    process: int,
    journal: Journal | None,
    make: Callable[[int], None],
) -> Item:
    """The generator function of an item of one process, number `process` in the file. now: values of the moment by
    slot. slow: by role, hours of service per minute of its mean. make: called with the item when it is completed."""
    steps = [(numbers, place, place.route) for numbers, place in zip(marks.steps, places, strict=True)]
    patience_slot, revenue_slot, margin_slot = route.patience_slot, route.revenue_slot, route.margin_slot
    target, no_show_slot, no_show_time_slot = route.target, route.no_show_slot, route.no_show_time_slot

    def item(k: int) -> Generator[simpy.Event, object, None]:
        """Item k passes its steps, or gives up."""
        born = env.now
        waited = 0.0
        absent = now[no_show_slot] > 0.0 and marks.no_show(k) < now[no_show_slot]
        for numbers, place, step in steps:
            if numbers.passing(k) >= now[step.share_slot]:
                continue
            pool, system = place.pool, place.system
            if place.capped:
                if system.full:
                    tally.gave_up += 1
                    return
                system.take()
            automated = now[step.automated_slot]
            if automated > 0.0 and numbers.of("automated", k) < automated:
                joined = env.now
                patience = now[patience_slot]
                deadline = joined + patience * HOUR if patience < PATIENT else FOREVER
                if system.outages and not (yield from system.wait(deadline)):
                    tally.gave_up += 1
                    return
                waited += env.now - joined
                minutes = now[step.machine_slot]
                if minutes > 0.0:
                    yield env.timeout(minutes * HOUR)
                exceptions = now[step.exceptions_slot]
                if not (exceptions > 0.0 and numbers.of("exception", k) < exceptions):
                    tally.by_machine += 1
                    continue
            (service, error), attempt = numbers.first(k), 0
            while True:
                joined = env.now
                patience = now[patience_slot]
                deadline = joined + patience * HOUR if patience < PATIENT else FOREVER
                served = False
                while not served:
                    if system.outages and not (yield from system.wait(deadline)):
                        tally.gave_up += 1
                        return
                    with pool.request(deadline - env.now) as turn:
                        if not turn.granted:
                            yield turn
                            if not turn.granted:
                                tally.gave_up += 1
                                return
                        if system.outages:
                            continue  # it went down while the item stood in line
                        start = env.now
                        hours = service * now[step.minutes_slot] * slow[step.role]
                        if absent:
                            hours *= now[no_show_time_slot]
                        tally.by_people += 1
                        if start + hours <= month.end:
                            month.hours += hours
                        else:
                            clock.spread(start, start + hours, month.busy)
                        yield env.timeout(hours)
                        served = True
                waited += start - joined
                if error >= now[step.error_slot]:
                    break
                attempt += 1
                service, error = numbers.again(k, attempt)
        if absent:
            tally.absent += 1
            return
        tally.completed += 1
        tally.waited += waited
        if env.now - born <= target:
            tally.timely += 1
        revenue = now[revenue_slot]
        tally.revenue += revenue
        tally.margin += revenue * now[margin_slot]
        if journal is not None:
            journal.rows.append((process, k, born, env.now, waited))
        make(k)

    return item


def made_by(
    env: simpy.Environment,
    now: list[float],
    marks: ItemMarks,
    feed: FeedRoute,
    lost_slot: int,
    supply: Supply | None,
    tally: Tally,
    item: Item,
) -> Callable[[int], None]:
    """What an item of another process does when it is completed: it makes one here, or does not. marks, lost_slot,
    supply, tally, item: of this process."""

    def arrive(k: int) -> Generator[simpy.Event, object, None]:
        yield env.timeout(feed.delay)
        tally.arrived += 1
        if marks.lost_at(k) < now[lost_slot] or (supply is not None and not supply(k, env.now)):
            tally.lost += 1
        else:
            yield from item(k)

    def make(k: int) -> None:
        share = now[feed.share_slot]
        if share > 0.0 and marks.feed(feed.source, k) < share:
            env.process(arrive(feed.number + k))

    return make


def arrivals(
    env: simpy.Environment,
    now: list[float],
    marks: ItemMarks,
    lost_slot: int,
    supply: Supply | None,
    tally: Tally,
    item: Item,
    first: int,
    times: Sequence[float],
) -> Generator[simpy.Event, None, None]:
    """Items `first`, `first` + 1, ... of a process arrive at `times`, each at once lost or on its way."""
    lost = marks.lost
    for k, time in enumerate(times, first):
        delay = time - env.now
        yield env.timeout(delay if delay > 0.0 else 0.0)
        tally.arrived += 1
        if lost[k] < now[lost_slot] or (supply is not None and not supply(k, env.now)):
            tally.lost += 1
        else:
            env.process(item(k))


class Demand:
    """Cumulated demand of a process: item k arrives when it passes the k-th point of the renewal sequence."""

    def __init__(self, marks: ItemMarks, course: Course) -> None:
        self.marks = marks
        self.course = course  # of arrivals a working day
        self.cumulated = 0.0
        self.items = 0

    def month(self, start: float, end: float, factor: float) -> tuple[int, list[float]]:
        """First item and moments of the arrivals in [start, end), hours. factor: arrivals an hour for one a day."""
        first, times = self.items, []
        moments, values = self.course
        piece = bisect_right(moments, start) - 1
        while start < end:
            edge = min(end, moments[piece + 1]) if piece + 1 < len(moments) else end
            rate = values[piece] * factor
            after = self.cumulated + rate * (edge - start)
            if rate > 0.0:
                self.marks.reach(after)
                last = int(np.searchsorted(self.marks.passed, after, side="left"))
                due = start + (self.marks.passed[self.items : last] - self.cumulated) / rate
                times.extend(np.minimum(due, edge).tolist())
                self.items = last
            self.cumulated = after
            start, piece = edge, piece + 1
        return first, times
