"""The event list of the compiled engine: a binary heap in arrays, by time and then by the order of making.

A tag holds, from the highest bits down, the running number of the event, the item's place (or process) and the kind.
The first event is taken by leaving a hole at the top, for the first event that it makes, which saves half of the work.
"""

from __future__ import annotations

from numba import uint64

from sim.company.items.state import FILLED_AT, FILLING, HEAP, HOLE, SERIAL
from sim.compiled import dissolved

KIND_BITS = 3  # bits of the kind
PLACE_BITS = 24  # bits of the item's place
LARGEST = 1 << PLACE_BITS
ZERO, ONE = uint64(0), uint64(1)
ARRIVAL, SERVED, GRANTED, IMPATIENT, GO_ON, MACHINE, MADE = range(7)
CLOSED, OPEN, FILLED = range(3)  # the hole at the top


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
    at, child, n = uint64(0), ONE, uint64(n)  # unsigned: an index that cannot be counted from the end
    while child < n:
        if child + ONE < n:
            left, right = times[child], times[child + ONE]
            if left == right:
                child += uint64(tags[child + ONE] < tags[child])
            else:
                child += uint64(right < left)  # no branch: which one is smaller cannot be foreseen
        first = times[child]
        if first > time or (first == time and tags[child] > tag):
            break
        times[at], tags[at] = first, tags[child]
        at, child = child, (child << ONE) + ONE
    times[at], tags[at] = time, tag


@dissolved
def upcoming(s):  # type: ignore[no-untyped-def]
    """A tag behind those of all events so far."""
    return s.totals[SERIAL] << (PLACE_BITS + KIND_BITS)


@dissolved
def reserve(s):  # type: ignore[no-untyped-def]
    """The tag of an event that is not put into the list: where it stands among those of equal time."""
    tag = upcoming(s)
    s.totals[SERIAL] += 1
    return tag


@dissolved
def push(s, time, kind, place):  # type: ignore[no-untyped-def]
    """A new event; returns its tag."""
    times, tags, totals = s.event_time, s.event_tag, s.totals
    tag = upcoming(s) | (place << KIND_BITS) | kind
    totals[SERIAL] += 1
    if totals[HOLE] == OPEN:
        totals[HOLE], totals[FILLING] = FILLED, tag
        s.clock[FILLED_AT] = time
        return tag
    at = uint64(totals[HEAP])
    totals[HEAP] += 1
    while at > ZERO:
        parent = (at - ONE) >> ONE
        if times[parent] <= time:  # a new event comes after all of its time
            break
        times[at], tags[at] = times[parent], tags[parent]
        at = parent
    times[at], tags[at] = time, tag
    return tag


@dissolved
def close_hole(s):  # type: ignore[no-untyped-def]
    """The first event that was made takes the room of the one that was taken, or else the last in the list does."""
    totals, n = s.totals, s.totals[HEAP]
    time, tag = s.clock[FILLED_AT], totals[FILLING]
    if totals[HOLE] == OPEN:
        n -= 1
        totals[HEAP] = n
        time, tag = s.event_time[n], s.event_tag[n]
    if n > 0:
        sink(s.event_time, s.event_tag, n, time, tag)
    totals[HOLE] = CLOSED
