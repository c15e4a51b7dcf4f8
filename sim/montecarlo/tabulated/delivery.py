"""Delivery of many roadmaps where it depends on few kinds of draws, and what it turned out to be as a key.

Where no effect changes the work of an initiative, delivery follows from planned starts, realised durations and, for
those that others wait for, gates. Draws that are alike in these are one class, and each roadmap is delivered once a
class. What one initiative delivers in every class is hashed: the same work in the same months has the same key in every
roadmap, whatever scarce days or requirements made of its planned start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.compiled import compiled, inline
from sim.lanes import WIDTH
from sim.lanes.records import Packed, record_at
from sim.mechanisms.delivery import CANCELLED, FINISHED, deliver
from sim.montecarlo.people import set_numbers
from sim.montecarlo.projects import projects
from sim.montecarlo.scratch import Scratch
from sim.montecarlo.structures import Floats, Ints, Layout
from sim.montecarlo.tabulated.world import Draws
from sim.montecarlo.tabulated.worth import work_changes

MOST_CLASSES = 16
"""Delivery is looked up only where so few kinds of draws differ in it."""

PRIME = np.uint64(0x9E3779B97F4A7C15)
SHIFT = np.uint64(29)
ZERO, ONE = np.uint64(0), np.uint64(1)

layout_at, scratch_at = record_at(Layout), record_at(Scratch)


@dataclass(frozen=True)
class Work:
    """Projects of the draws, (draws, initiatives), before any effect; see `projects.set_project`."""

    months: Floats
    end: Floats
    ending: Ints
    remains: Floats
    available: Ints
    lead: Ints


@dataclass(frozen=True)
class Classes:
    """Kinds of draws that deliver alike. of: (draws,) number of the class; the others (classes, initiatives)."""

    of: Ints
    months: Floats
    end: Floats
    ending: Ints
    remains: Floats
    available: Ints
    lead: Ints


@compiled
def _projects(layout, scratch, base, theta, slots, draws, months, end, ending, remains, available, lead):  # type: ignore[no-untyped-def]
    lay, w = layout_at(layout), scratch_at(scratch)
    n = lay.candidates.duration.shape[0]
    for first in range(0, draws.shape[0], WIDTH):
        last = min(first + WIDTH, draws.shape[0])
        set_numbers(w, base, theta, slots, first, last)
        for row in range(first, last):
            k = row - first
            projects(lay, w, draws[row], k)
            for i in range(n):
                months[row, i] = w.work_months[k, i]
                end[row, i] = w.end[k, i]
                ending[row, i] = w.ending[k, i]
                remains[row, i] = w.remains[k, i]
                available[row, i] = w.available[k, i]
                lead[row, i] = w.lead[k, i]


def work_of(world: Draws) -> Work:
    """Projects of the draws."""
    shape = len(world.numbers), len(world.lay.candidates.duration)
    whole = [np.empty(shape, np.int64) for _ in range(3)]
    out = Work(np.empty(shape), np.empty(shape), whole[0], np.empty(shape), whole[1], whole[2])
    with world.traced() as arguments:
        _projects(*arguments, out.months, out.end, out.ending, out.remains, out.available, out.lead)
    return out


def classes_of(lay: Layout, work: Work) -> Classes | None:
    """Kinds of draws that deliver alike; None where there are more than MOST_CLASSES, or effects change the work."""
    if work_changes(lay):
        return None
    n = len(lay.candidates.duration)
    decides = np.array([i in lay.candidates.before or lay.projects.beside_months[i] > 0 for i in range(n)], dtype=bool)
    ending = np.where(decides, work.ending, FINISHED)
    remains = np.where(decides, work.remains, 0.0)
    told = np.hstack([work.months, work.end, ending, remains, work.available, work.lead])
    rows, of = np.unique(told, axis=0, return_inverse=True)
    if len(rows) > MOST_CLASSES:
        return None
    parts = [np.ascontiguousarray(part) for part in np.split(rows, 6, axis=1)]
    whole = [parts[k].astype(np.int64) for k in (2, 4, 5)]
    return Classes(of.reshape(-1), parts[0], parts[1], whole[0], parts[3], whole[1], whole[2])


@compiled
def _deliver(layout, planned, months, end, ending, remains, available, lead, mark, live):  # type: ignore[no-untyped-def]
    lay = layout_at(layout)
    c, p = lay.candidates, lay.projects
    n, horizon, classes = c.duration.shape[0], lay.calendar.months, months.shape[0]
    skills = lay.work.skill_days.shape[0]
    state, started, went = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    work, used = np.zeros((n, horizon)), np.zeros((skills, horizon))
    bits = work.view(np.uint64)
    done = np.zeros((classes, n), np.uint64)
    for r in range(planned.shape[0]):
        for k in range(classes):
            like = k
            for other in range(k):  # a class that differs only in what is not planned delivers alike
                alike = True
                for i in range(n):
                    if planned[r, i] >= 0:
                        alike = alike and months[k, i] == months[other, i] and end[k, i] == end[other, i]
                        alike = alike and ending[k, i] == ending[other, i] and remains[k, i] == remains[other, i]
                        alike = alike and available[k, i] == available[other, i] and lead[k, i] == lead[other, i]
                if alike and like == k:
                    like = other
            if like < k:
                for i in range(n):
                    live[r, k, i] = live[r, like, i]
                    done[k, i] = done[like, i]
                continue
            deliver(
                planned[r], months[k], end[k], ending[k], remains[k], available[k], lead[k], c.days,
                lay.work.skill_most, p.beside_months, p.beside_days, c.before, c.lag, c.flags, c.first_before, state,
                went, started, work, used,
            )  # fmt: skip
            for i in range(n):
                live[r, k, i] = -1
                found = ONE
                if planned[r, i] >= 0 and state[i] != CANCELLED:
                    live[r, k, i] = went[i]
                    found = _mixed(found, np.uint64(state[i] + 8))
                    found = _mixed(found, np.uint64(went[i] + 8))
                    found = _mixed(found, np.uint64(started[i] + 8))
                    if started[i] >= 0:
                        for m in range(started[i], horizon):
                            if work[i, m] != 0.0:
                                found = _mixed(_mixed(found, np.uint64(m)), bits[i, m])
                done[k, i] = found
        for i in range(n):
            total = ZERO
            if planned[r, i] >= 0:
                for k in range(classes):
                    total = _mixed(total, done[k, i])
            mark[r, i] = total


@inline
def _mixed(mark, word):  # type: ignore[no-untyped-def]
    """Mark of what came so far and one word more, order included."""
    mark = (mark ^ word) * PRIME
    return mark ^ (mark >> SHIFT)


def deliver_all(lay: Packed, classes: Classes, planned: Ints) -> tuple[np.ndarray, np.ndarray]:
    """Delivery of roadmaps (roadmaps, initiatives): mark of what each initiative delivers (roadmaps, initiatives), 0
    where it is not planned; month of go-live (roadmaps, classes, initiatives), -1 for never."""
    rows, n = planned.shape
    mark = np.empty((rows, n), dtype=np.uint64)
    live = np.empty((rows, len(classes.months), n), dtype=np.int16)
    _deliver(
        lay.address, np.ascontiguousarray(planned), classes.months, classes.end, classes.ending, classes.remains,
        classes.available, classes.lead, mark, live,
    )  # fmt: skip
    return mark, live


def marks_of(delivered: np.ndarray, members: Ints) -> np.ndarray:
    """(roadmaps,) mark of what several initiatives deliver together, 0 for nothing. delivered: (roadmaps,
    initiatives) marks."""
    if len(members) == 1:
        return delivered[:, members[0]]
    total = np.zeros(len(delivered), dtype=np.uint64)
    for i in members:
        total = (total ^ delivered[:, i]) * PRIME
        total ^= total >> SHIFT
    return total
