"""Occupants of seats: who leaves, when the next one starts. World layer: the same under every roadmap."""

from __future__ import annotations

import numpy as np

from sim.compiled import inline
from sim.streams import identity, uniform


@inline
def seat_changes(key, draw, seats, rate, vacancy, horizon, times, seat, occupant):  # type: ignore[no-untyped-def]
    """Changes of the occupants of one role, in time order.

    The occupant of a seat leaves after an exponential time of `rate` a month, the k-th occupant by the threshold of
    identity (seat, k); after `vacancy` months occupant k + 1 starts. Times in months, up to `horizon`.

    Writes times (months), seat (0 .. seats - 1) and occupant (the one who starts; -1: the seat falls empty) into the
    buffers and returns how many; -1 when the buffers are too small. Mean number of leavers of a seat without vacancy:
    rate * horizon.
    """
    count = 0
    if rate <= 0.0:
        return 0
    for s in range(seats):
        t = 0.0
        k = 0
        while True:
            t += -np.log(uniform(key, draw, identity(s, k))) / rate
            if t >= horizon:
                break
            if count + 2 > times.shape[0]:
                return -1
            times[count], seat[count], occupant[count] = t, s, -1
            count += 1
            t += vacancy
            if t >= horizon:
                break
            k += 1
            times[count], seat[count], occupant[count] = t, s, k
            count += 1
    for i in range(1, count):  # stable insertion sort: few changes, and a leaver stays before the successor
        t, s, k = times[i], seat[i], occupant[i]
        j = i - 1
        while j >= 0 and times[j] > t:
            times[j + 1], seat[j + 1], occupant[j + 1] = times[j], seat[j], occupant[j]
            j -= 1
        times[j + 1], seat[j + 1], occupant[j + 1] = t, s, k
    return count


@inline
def presence(count, seats, times, occupant, months, share):  # type: ignore[no-untyped-def]
    """Share of the seats that is occupied, mean of each month, into share (months,)."""
    for m in range(months):
        share[m] = 1.0
    if seats == 0:
        return
    empty = 0
    last = 0.0
    for i in range(count + 1):
        t = times[i] if i < count else float(months)
        spread_over_months(last, t, -float(empty) / seats, months, share)
        if i < count:
            empty += 1 if occupant[i] < 0 else -1
        last = t


@inline
def spread_over_months(start, end, height, months, out):  # type: ignore[no-untyped-def]
    """Add a step of `height` on [start, end) months to the monthly means in out."""
    if height == 0.0 or end <= start:
        return
    m = int(start)
    while m < months and m < end:
        out[m] += height * (min(end, m + 1.0) - max(start, float(m)))
        m += 1
