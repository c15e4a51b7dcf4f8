"""Seats that adopt one by one: the individual-based Bass process with turnover, training and doubt.

A seat can adopt while its mark is below the ceiling. It adopts when the hazard that its occupant has met while it could
adopt passes the occupant's unit exponential threshold; the hazard rate is p + q * min(1, adopters / n), n the seats
whose mark is below the stated ceiling (so that whom training adds does not thin out the imitation). p, q and the
ceiling are constant within a month. An adopter whose mark the ceiling falls below stops, and goes on when the ceiling
is back. Moments of doubt come to every occupant at a constant rate: one who has not adopted yet starts anew with a
fresh threshold, which changes no law, and an adopter falls away unless involved, and may adopt again.

All of this is monotone draw by draw: higher p, q, ceiling or involvement never makes fewer adopters at any moment.
Limits: many seats with constant numbers and no turnover, Bass's closed form (`bass_adoption`); many seats with turnover
delta and doubt eta, da/dt = (p + q a / c)(c - a) + delta (h c - a) - eta (1 - involved) a.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import inline
from sim.lanes.mathematics import log
from sim.lanes.values import lane, lanes
from sim.streams import identity, uniform

NEVER, ADOPTED = 1e300, -1.0  # as levels of a seat
UNABLE, EARLY, LATE = -2, -1, -3  # of a seat: cannot adopt at present; waits, if it does, since go-live, or since later
MARK, THRESHOLD, JOINER, DOUBT, FALL, SECOND = 0, 1, 2, 3, 4, 5  # rows of the keys


@inline
def adopt(  # type: ignore[no-untyped-def]
    keys, draw, member, first_seat, seats, role, times, seat, occupant, go_live, course, varies, ceiling, joiner_share,
    doubt_rate, involved, months, current, level, queue, due, late, doubt_time, doubt_number, rise, share, event_times,
    event_changes,
):  # fmt: skip
    """One initiative's adopters from go-live on.

    keys (6, roles): stream keys, see STREAMS. member: 1 for roles that use the initiative. first_seat, seats: by role.
    role, times, seat, occupant: changes of occupants of all roles in time order. go_live (months). course (3, months):
    p and q (per year) and ceiling by month from go-live on; varies: 1 unless all stay what they are then. ceiling: the
    stated one. doubt_rate: a month. involved: share of doubts that an adopter outlasts. Scratch by seat: current
    (UNABLE, EARLY or LATE), level (cumulative hazard at which the seat adopts, of UNABLE ones what is missing; NEVER:
    it will not; ADOPTED), queue and due of those who wait since go-live, late (those who wait since later), doubt_time,
    doubt_number; by month: rise (months + 1).
    Writes the mean share of all member seats that have adopted into share (months,), and the moments of change and
    by how many adopters into event_times, event_changes (as far as they reach); returns their number.
    """
    if go_live >= months:
        for m in range(months):
            share[m] = 0.0
        return 0
    event, able, waiting = first_levels(
        keys, draw, member, first_seat, seats, role, times, seat, occupant, go_live, course[2, int(go_live)], varies,
        ceiling, current, level, queue, due,
    )  # fmt: skip
    return adopt_from(
        keys, draw, member, first_seat, seats, role, times, seat, occupant, event, go_live, course, varies, able,
        waiting, joiner_share, doubt_rate, involved, months, current, level, queue, due, late, doubt_time,
        doubt_number, rise, queue[:0], rise, rise, share, event_times, event_changes,
    )  # fmt: skip


@inline
def _waits(current, level, at, due):  # type: ignore[no-untyped-def]
    """Whether a seat has waited since go-live; not who left, doubted or could no more."""
    return current[at] == EARLY and level[at] == due


@inline
def _threshold(keys, r, draw, s, k):  # type: ignore[no-untyped-def]
    """Threshold of the k-th occupant of seat s of role r. The logarithm is that of lanes, in which others make the same
    number for many paths at once."""
    return lane(-log(lanes(uniform(keys[THRESHOLD, r], draw, identity(s, k)))), 0)


@inline
def first_levels(  # type: ignore[no-untyped-def]
    keys, draw, member, first_seat, seats, role, times, seat, occupant, go_live, present_ceiling, varies, ceiling,
    current, level, queue, due,
):  # fmt: skip
    """What the seats are at go-live: fills current, level, and queue and due (level) of those who wait, highest level
    first, so that the next to adopt stands last. Returns how many changes of occupants have been, how many seats lie
    below the stated ceiling, and how many wait."""
    for r in range(member.shape[0]):
        if member[r]:
            for at in range(first_seat[r], first_seat[r] + seats[r]):
                current[at] = 0
    event = 0
    while event < times.shape[0] and times[event] <= go_live:
        current[first_seat[role[event]] + seat[event]] = occupant[event]
        event += 1
    able, waiting = 0, 0
    for r in range(member.shape[0]):
        if member[r]:
            for s in range(seats[r]):
                at = first_seat[r] + s
                level[at] = NEVER
                mark = uniform(keys[MARK, r], draw, s)
                if mark < ceiling:
                    able += 1
                can = mark < present_ceiling
                if current[at] >= 0 and (can or varies == 1):
                    level[at] = _threshold(keys, r, draw, s, current[at])
                current[at] = EARLY if can else UNABLE
                if level[at] < NEVER and can:
                    waiting = _queue_up(queue, waiting, level, at)
    for j in range(waiting):
        due[j] = level[queue[j]]
    return event, able, waiting


@inline
def adopt_from(  # type: ignore[no-untyped-def]
    keys, draw, member, first_seat, seats, role, times, seat, occupant, event, go_live, course, varies, able, waiting,
    joiner_share, doubt_rate, involved, months, current, level, queue, due, late, doubt_time, doubt_number, rise, made,
    joiner, threshold, share, event_times, event_changes,
):  # fmt: skip
    """From the seats at go-live on; see `adopt` and `first_levels`. made: by change of occupants, where the mark and
    the threshold of the one who starts stand in joiner and threshold, or -1; those of the others are made here."""
    for m in range(months):
        share[m] = 0.0
        rise[m] = 0.0
    rise[months] = 0.0
    total = 0
    for r in range(member.shape[0]):
        if member[r]:
            total += seats[r]
    if total == 0 or (able == 0 and varies == 0):
        return 0
    able = max(able, 1)
    n = times.shape[0]
    month = int(go_live)
    p, q = course[0, month] / 12.0, course[1, month] / (12.0 * able)
    present_ceiling = course[2, month]
    doubt, doubter, doubters = NEVER, 0, 0
    if doubt_rate > 0.0:
        _first_doubts(keys, draw, member, first_seat, seats, go_live, doubt_rate, doubt_time, doubt_number)
        doubt, doubter, doubters = _next_doubt(member, first_seat, seats, doubt_time)
    turn = _next_turn(course, month, months) if varies == 1 else NEVER
    written, adopters, others = 0, 0, 0  # others: how many wait in `late`
    hazard, since, rate = 0.0, go_live, p  # what all seats have met at a moment, and meet in a month from then on
    next_level, adoption = -1.0, NEVER
    while True:
        while waiting > 0 and not _waits(current, level, queue[waiting - 1], due[waiting - 1]):
            waiting -= 1
        first_due = due[waiting - 1] if waiting > 0 else NEVER
        if others > 0:
            first_due = min(first_due, level[late[others - 1]])
        if first_due != next_level:
            next_level = first_due
            adoption = NEVER
            if next_level < NEVER and rate > 0.0:
                adoption = since + max(0.0, next_level - hazard) / rate
        while event < n and not member[role[event]]:
            event += 1
        change = times[event] if event < n else NEVER
        t = min(min(adoption, change), min(doubt, turn))
        if t >= months:
            break
        step = 0
        if adoption <= t:
            hazard, since = next_level, t
            if waiting > 0 and due[waiting - 1] == next_level:
                waiting -= 1
                level[queue[waiting]] = ADOPTED
            else:
                others -= 1
                level[late[others]] = ADOPTED
            step = 1
        elif change <= t:
            r = role[event]
            at = first_seat[r] + seat[event]
            if current[at] != UNABLE or varies == 1:
                can = current[at] != UNABLE
                if level[at] == ADOPTED:
                    step = -1 if can else 0
                elif current[at] == LATE:
                    others = _leave(late, others, at)
                if can:
                    current[at] = EARLY
                level[at] = NEVER
                k = occupant[event]
                if k >= 0:
                    place = made[event] if event < made.shape[0] else -1
                    joins = False
                    if can and joiner_share > 0.0:
                        mark = joiner[place] if place >= 0 else uniform(keys[JOINER, r], draw, identity(seat[event], k))
                        joins = mark < joiner_share
                    if joins:
                        level[at] = ADOPTED
                        step = 1
                    else:
                        level[at] = threshold[place] if place >= 0 else _threshold(keys, r, draw, seat[event], k)
                        if can:
                            level[at] += hazard + rate * (t - since)
                            others = _queue_up(late, others, level, at)
                            current[at] = LATE
            event += 1
        elif doubt <= t:
            at, r = doubter, doubters
            s = at - first_seat[r]
            which = identity(s, doubt_number[at])
            can = current[at] != UNABLE
            falls = level[at] == ADOPTED and uniform(keys[FALL, r], draw, which) >= involved
            if falls or (level[at] != ADOPTED and level[at] < NEVER):
                if can and falls:
                    step = -1
                elif current[at] == LATE:
                    others = _leave(late, others, at)
                level[at] = -np.log(uniform(keys[SECOND, r], draw, which))
                if can:
                    level[at] += hazard + rate * (t - since)
                    others = _queue_up(late, others, level, at)
                    current[at] = LATE
            doubt_number[at] += 1
            doubt_time[at] -= np.log(uniform(keys[DOUBT, r], draw, identity(s, doubt_number[at]))) / doubt_rate
            doubt, doubter, doubters = _next_doubt(member, first_seat, seats, doubt_time)
        else:
            hazard, since = hazard + rate * (t - since), t
            month = int(turn)
            p, q = course[0, month] / 12.0, course[1, month] / (12.0 * able)
            if course[2, month] != present_ceiling:
                present_ceiling = course[2, month]
                for r in range(member.shape[0]):
                    if member[r]:
                        for s in range(seats[r]):
                            at = first_seat[r] + s
                            can = uniform(keys[MARK, r], draw, s) < present_ceiling
                            if can and current[at] == UNABLE:
                                current[at] = EARLY
                                if level[at] == ADOPTED:
                                    step += 1
                                elif level[at] < NEVER:
                                    level[at] += hazard
                                    others = _queue_up(late, others, level, at)
                                    current[at] = LATE
                            elif not can and current[at] != UNABLE:
                                if level[at] == ADOPTED:
                                    step -= 1
                                elif level[at] < NEVER:
                                    if current[at] == LATE:
                                        others = _leave(late, others, at)
                                    level[at] -= hazard
                                current[at] = UNABLE
            turn = _next_turn(course, month, months)
            next_level = -1.0
        if step != 0:
            hazard, since = hazard + rate * (t - since), t
            adopters += step
            month_now = int(t)
            share[month_now] += step * (month_now + 1.0 - t)
            rise[month_now + 1] += step
            if written < event_times.shape[0]:
                event_times[written], event_changes[written] = t, step
            written += 1
            next_level = -1.0
        rate = p + q * min(adopters, able)
    present = 0.0
    for m in range(months):
        present += rise[m]
        share[m] = (share[m] + present) / total
    return written


@inline
def _next_turn(course, month, months):  # type: ignore[no-untyped-def]
    """The next month whose numbers differ."""
    for m in range(month + 1, months):
        for row in range(3):
            if course[row, m] != course[row, month]:
                return float(m)
    return NEVER


@inline
def _first_doubts(keys, draw, member, first_seat, seats, go_live, rate, doubt_time, doubt_number):  # type: ignore[no-untyped-def]
    """First moment of doubt of each member seat after go-live; doubts are counted from month 0."""
    for r in range(member.shape[0]):
        if member[r]:
            for s in range(seats[r]):
                at, k, t = first_seat[r] + s, 0, 0.0
                while True:
                    t -= np.log(uniform(keys[DOUBT, r], draw, identity(s, k))) / rate
                    if t > go_live:
                        break
                    k += 1
                doubt_time[at], doubt_number[at] = t, k


@inline
def _next_doubt(member, first_seat, seats, doubt_time):  # type: ignore[no-untyped-def]
    """Earliest moment of doubt: when, which seat, which role."""
    first, where, whose = NEVER, 0, 0
    for r in range(member.shape[0]):
        if member[r]:
            for at in range(first_seat[r], first_seat[r] + seats[r]):
                if doubt_time[at] < first:
                    first, where, whose = doubt_time[at], at, r
    return first, where, whose


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
