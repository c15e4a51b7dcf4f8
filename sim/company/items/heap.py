"""The event list of the compiled engine: a binary heap in arrays, by time and then by the order of making.

A tag holds, from the highest bits down, the running number of the event, the item's place (or process) and the kind.
The first event is taken by leaving a hole at the top; the next new event falls into it, which saves half of the work.
"""

from __future__ import annotations

from sim.company.items.state import HEAP, HOLE, SERIAL
from sim.compiled import dissolved

KIND_BITS = 3  # bits of the kind
PLACE_BITS = 24  # bits of the item's place
LARGEST = 1 << PLACE_BITS
ARRIVAL, SERVED, GRANTED, IMPATIENT, GO_ON, MACHINE, MADE = range(7)


@dissolved
def kind_of(tag):  # type: ignore[no-untyped-def]
    """Kind of an event."""
    return tag & ((1 << KIND_BITS) - 1)


@dissolved
def place_of(tag):  # type: ignore[no-untyped-def]
    """Place of the item whose event it is; of an arrival, the process."""
    return (tag >> KIND_BITS) & (LARGEST - 1)


@dissolved
def sink(times, tags, n, time, tag):  # type: ignore[no-untyped-def]
    """Put an event at the top of a heap of n, whose top is free, and let it sink to its level."""
    at, child = 0, 1
    while child < n:
        if child + 1 < n:
            left, right = times[child], times[child + 1]
            if left == right:
                child += int(tags[child + 1] < tags[child])
            else:
                child += int(right < left)  # no branch: which one is smaller cannot be foreseen
        first = times[child]
        if first > time or (first == time and tags[child] > tag):
            break
        times[at], tags[at] = first, tags[child]
        at, child = child, 2 * child + 1
    times[at], tags[at] = time, tag


@dissolved
def push(s, time, kind, place):  # type: ignore[no-untyped-def]
    """A new event; returns its tag."""
    times, tags, totals = s.event_time, s.event_tag, s.totals
    tag = (((totals[SERIAL] << PLACE_BITS) | place) << KIND_BITS) | kind
    totals[SERIAL] += 1
    if totals[HOLE]:
        totals[HOLE] = 0
        sink(times, tags, totals[HEAP], time, tag)
        return tag
    at = totals[HEAP]
    totals[HEAP] += 1
    while at > 0:
        parent = (at - 1) >> 1
        if times[parent] <= time:  # a new event comes after all of its time
            break
        times[at], tags[at] = times[parent], tags[parent]
        at = parent
    times[at], tags[at] = time, tag
    return tag


@dissolved
def close_hole(s):  # type: ignore[no-untyped-def]
    """The event that was taken had no successor: the last one takes its room."""
    totals = s.totals
    if totals[HOLE]:
        totals[HOLE] = 0
        totals[HEAP] -= 1
        n = totals[HEAP]
        if n > 0:
            sink(s.event_time, s.event_tag, n, s.event_time[n], s.event_tag[n])
