"""Seats that adopt one by one: the individual-based Bass process with turnover.

A seat can adopt iff its mark is below the ceiling. It adopts when the cumulative hazard since its occupant has been
there passes the occupant's unit exponential threshold; the hazard rate is p + q * (adopters / seats that can adopt).
Limits: many seats without turnover, Bass's closed form (`bass_adoption`); many seats with turnover,
da/dt = (p + q a / c)(c - a) + delta (h c - a).
"""

from __future__ import annotations

import numpy as np

from sim.compiled import inline
from sim.mechanisms.occupancy import spread_over_months
from sim.streams import identity, uniform

NEVER, ADOPTED = 1e300, -1.0  # as levels of a seat


@inline
def adopt(  # type: ignore[no-untyped-def]
    mark_keys, threshold_keys, joiner_keys, draw, member, first_seat, seats,
    role, times, seat, occupant, go_live, p, q, ceiling, joiner_share, months,
    current, level, queue, share, event_times, event_changes,
):  # fmt: skip
    """One initiative's adopters from go-live on.

    mark_keys, threshold_keys, joiner_keys: stream keys by role. member: 1 for roles that use the initiative.
    first_seat, seats: by role. role, times, seat, occupant: changes of occupants of all roles in time order.
    go_live (months), p and q (per year), ceiling, joiner_share. Scratch by seat: current (occupant), level (cumulative
    hazard at which the seat adopts; NEVER: it will not; ADOPTED), queue.
    Adds to share (months,) the mean share of all member seats that have adopted; writes the moments of change and
    +1 / -1 into event_times, event_changes (as far as they reach) and returns their number.
    """
    total = 0
    able = 0
    for r in range(member.shape[0]):
        if member[r]:
            total += seats[r]
            for s in range(seats[r]):
                current[first_seat[r] + s] = 0
    if total == 0 or go_live >= months:
        return 0
    n = times.shape[0]
    event = 0
    while event < n and times[event] <= go_live:
        current[first_seat[role[event]] + seat[event]] = occupant[event]
        event += 1
    for r in range(member.shape[0]):
        if member[r]:
            for s in range(seats[r]):
                at = first_seat[r] + s
                level[at] = NEVER
                if uniform(mark_keys[r], draw, s) < ceiling:
                    able += 1
                    if current[at] >= 0:
                        level[at] = -np.log(uniform(threshold_keys[r], draw, identity(s, current[at])))
                else:
                    current[at] = -2  # this seat never adopts, whoever sits there
    if able == 0:
        return 0
    waiting = 0  # the seats that will adopt, highest level first: the next one stands last
    for r in range(member.shape[0]):
        if member[r]:
            for at in range(first_seat[r], first_seat[r] + seats[r]):
                if level[at] < NEVER:
                    waiting = _queue_up(queue, waiting, level, at)
    written = 0
    adopters = 0
    hazard = 0.0
    t = go_live
    while True:
        rate = (p + q * adopters / able) / 12.0
        where = queue[waiting - 1] if waiting > 0 else -1
        adoption = t + (level[where] - hazard) / rate if where >= 0 and rate > 0.0 else NEVER
        change = times[event] if event < n else NEVER
        end = min(adoption, change, float(months))
        spread_over_months(t, end, adopters / total, months, share)
        if end >= months:
            return written
        hazard += rate * (end - t)
        t = end
        step = 0
        if adoption <= change:
            hazard = level[where]
            level[where] = ADOPTED
            waiting -= 1
            step = 1
        else:
            r = role[event]
            at = first_seat[r] + seat[event]
            if member[r] and current[at] != -2:
                if level[at] == ADOPTED:
                    step = -1
                elif level[at] < NEVER:
                    waiting = _leave(queue, waiting, at)
                level[at] = NEVER
                k = occupant[event]
                if k >= 0:
                    if uniform(joiner_keys[r], draw, identity(seat[event], k)) < joiner_share:
                        level[at] = ADOPTED
                        step = 1
                    else:
                        level[at] = hazard - np.log(uniform(threshold_keys[r], draw, identity(seat[event], k)))
                        waiting = _queue_up(queue, waiting, level, at)
            event += 1
        if step != 0:
            adopters += step
            if written < event_times.shape[0]:
                event_times[written], event_changes[written] = t, step
            written += 1


@inline
def _queue_up(queue, waiting, level, at):  # type: ignore[no-untyped-def]
    """Put a seat into the order of levels, among equals behind those already there; returns how many wait."""
    j = waiting
    while j > 0 and level[queue[j - 1]] <= level[at]:
        queue[j] = queue[j - 1]
        j -= 1
    queue[j] = at
    return waiting + 1


@inline
def _leave(queue, waiting, at):  # type: ignore[no-untyped-def]
    """Take a seat out of the order; returns how many wait."""
    j = waiting - 1
    while queue[j] != at:
        j -= 1
    while j < waiting - 1:
        queue[j] = queue[j + 1]
        j += 1
    return waiting - 1
