"""Pace of people who are new, and of a role whose key person left: monthly means over continuous time.

Newcomers follow the exponential learning curve, pace 1 - (1 - start) 2^(-t / half_life) after t months in the seat
(Mazur and Hastie 1978, "Learning as accumulation: a reexamination of the learning curve", Psychological Bulletin 85,
constant-rate form). Who sits there in month 0 is experienced.
"""

from __future__ import annotations

import math

from sim.compiled import inline


@inline
def unlearned(count, seats, times, seat, occupant, present, half_life, months, share):  # type: ignore[no-untyped-def]
    """Into share (months,): mean over the occupied time of a role's seats of 2^(-t / half_life), t the months since a
    new occupant started, 0 for the first occupants; 0 in a month in which every seat is empty.

    times, seat, occupant: the role's changes in time order, of which there are `count`; present (months,): share of the
    seats that is occupied. The role's pace is 1 - (1 - start) share.
    """
    decay = math.log(2.0) / half_life
    for m in range(months):
        share[m] = 0.0
    for i in range(count):
        if occupant[i] < 0:
            continue
        end = float(months)
        for j in range(i + 1, count):
            if seat[j] == seat[i]:
                end = times[j]
                break
        m = int(times[i])
        while m < months and m < end:
            begin, stop = max(times[i], float(m)) - times[i], min(end, m + 1.0) - times[i]
            share[m] += (math.exp(-decay * begin) - math.exp(-decay * stop)) / decay
            m += 1
    for m in range(months):
        occupied = present[m] * seats
        share[m] = min(share[m] / occupied, 1.0) if occupied > 1e-12 else 0.0


@inline
def bereft(count, times, seat, occupant, key_seat, recovery, months, share):  # type: ignore[no-untyped-def]
    """Into share (months,): mean over each month of max(0, 1 - t / recovery), t the months since the occupant of
    key_seat last left; 0 before that. The role's pace is 1 - depth share."""
    for m in range(months):
        share[m] = 0.0
    for i in range(count):
        if seat[i] != key_seat or occupant[i] >= 0:
            continue
        end = min(times[i] + recovery, float(months))
        for j in range(i + 1, count):
            if seat[j] == key_seat and occupant[j] < 0:
                end = min(end, times[j])
                break
        m = int(times[i])
        while m < months and m < end:
            begin, stop = max(times[i], float(m)), min(end, m + 1.0)
            share[m] += (stop - begin) * (1.0 - (0.5 * (begin + stop) - times[i]) / recovery)
            m += 1
