"""Kernel part: adoption by the seats of an initiative. Numbers and order of the seats are made for all paths of a block
at once, the events from go-live on path by path (k is the lane)."""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.lanes import WIDTH
from sim.lanes.values import lanes, select, some
from sim.mechanisms.adoption_course import adoption_course
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.involvement import ceiling_of
from sim.mechanisms.seats import EARLY, JOINER, MARK, NEVER, THRESHOLD, UNABLE, adopt_from, first_levels
from sim.montecarlo.change import tailwind
from sim.montecarlo.numbers import uniforms_of_paths

involved_ceiling = compile_scalar(ceiling_of, inline)

SEATS_OF_TWO_WORDS = 4294967296.0  # what `sim.streams.identity` multiplies the seat by


@inline
def fill_adoption(lay, w, draw, k, i, g):  # type: ignore[no-untyped-def]
    """Fill the table of initiative i for go-live in month g, once a path: share of seats that have adopted. Anew each
    time where other initiatives change the numbers of its adoption, or move its p by momentum."""
    if _is_known(lay, w, k, i, g) or _is_plain(lay, w, k, i, g):
        return
    c, work, n = lay.candidates, lay.work, w.changes[k]
    varies = _course(lay, w, k, i, g)
    event, able, waiting = first_levels(
        c.seat_keys[i], draw, c.users[i], work.first_seat, work.seats, w.role[k, :n], w.times[k, :n], w.seat[k, :n],
        w.occupant[k, :n], float(g), w.course[2, g], varies, w.values[c.adoption_slots[i, 2], k], w.current, w.level,
        w.queue, w.due_level,
    )  # fmt: skip
    _go_on(lay, w, draw, k, i, g, varies, event, able, waiting, False)


@inline
def adopt_in_lanes(lay, w, i):  # type: ignore[no-untyped-def]
    """`fill_adoption` for the go-lives of initiative i in all paths of the block."""
    months, wanted = lay.calendar.months, 0
    for k in range(WIDTH):
        g = w.go_live[k, i]
        wants = g >= 0 and not _is_known(lay, w, k, i, g) and not _is_plain(lay, w, k, i, g)
        w.wanted[k] = 1 if wants and g < months else 0
        wanted += w.wanted[k]
    if wanted == 0:
        return
    for k in range(WIDTH):
        if w.wanted[k] == 1:
            _take_seats(lay, w, k, i, w.go_live[k, i])
    _set_levels(lay, w, i)
    _set_newcomers(lay, w, i)
    for k in range(WIDTH):
        if w.wanted[k] == 1:
            varies = _course(lay, w, k, i, w.go_live[k, i])
            waiting = _take_lane(lay, w, k, i)
            able = int(w.able[0, k])
            _go_on(lay, w, w.draw[k], k, i, w.go_live[k, i], varies, w.event[k], able, waiting, True)


@inline
def _is_known(lay, w, k, i, g):  # type: ignore[no-untyped-def]
    """Whether the table holds this go-live; it will after this question."""
    entry = k * lay.candidates.duration.shape[0] + i
    changes = lay.own.adoption[i] == 1 or lay.crew.momentum_slots.shape[0] > 0
    known = w.known[entry, g] == 1 and not changes
    w.known[entry, g] = 1
    return known


@inline
def _is_plain(lay, w, k, i, g):  # type: ignore[no-untyped-def]
    """Fill the table where nobody has to adopt: in full from go-live on, and nothing behind the horizon."""
    months, plain = lay.calendar.months, lay.candidates.adoption_slots[i, 0] < 0
    if plain or g >= months:
        share = w.adopted[k * lay.candidates.duration.shape[0] + i, g]
        for m in range(months):
            share[m] = 1.0 if m >= g else 0.0
    return plain or g >= months


@inline
def _course(lay, w, k, i, g):  # type: ignore[no-untyped-def]
    """p, q and ceiling from month g on, into w.course; returns 1 if they vary."""
    crew, slots = lay.crew, lay.candidates.adoption_slots[i]
    present_ceiling = w.values[slots[2], k]
    if crew.involvement_slots[i, 0] >= 0:
        involved = w.values[crew.involvement_slots[i, 0], k]
        present_ceiling = involved_ceiling(present_ceiling, w.values[crew.involvement_slots[i, 1], k], involved)
    factors, half_life = (1.0, 1.0, 1.0), 0.0
    training = crew.training_slots[i]
    if training[0] >= 0:
        factors = (w.values[training[0], k], w.values[training[1], k], w.values[training[2], k])
        half_life = w.values[training[3], k]
    stated = (w.values[slots[0], k] * tailwind(lay, w, k, g), w.values[slots[1], k], present_ceiling)
    return adoption_course(g, lay.calendar.months, stated, factors, half_life, crew.training_every[i], w.course)


@inline
def _go_on(lay, w, draw, k, i, g, varies, event, able, waiting, in_lanes):  # type: ignore[no-untyped-def]
    """Events from go-live on; see `sim.mechanisms.seats`. in_lanes: numbers of those who start have been made."""
    c, crew, work, n = lay.candidates, lay.crew, lay.work, w.changes[k]
    doubts, involved, made = 0.0, 1.0, n if in_lanes else 0
    if crew.involvement_slots[i, 0] >= 0:
        involved = w.values[crew.involvement_slots[i, 0], k]
        doubts = w.values[crew.involvement_slots[i, 2], k] / 12.0
    adopt_from(
        c.seat_keys[i], draw, c.users[i], work.first_seat, work.seats, w.role[k, :n], w.times[k, :n], w.seat[k, :n],
        w.occupant[k, :n], event, float(g), w.course, varies, able, waiting, w.values[c.adoption_slots[i, 3], k],
        doubts, involved, lay.calendar.months, w.current, w.level, w.queue, w.due_level, w.late, w.doubt_time,
        w.doubt_number, w.rise, w.place[k, :made], w.one_joiner, w.one_threshold,
        w.adopted[k * c.duration.shape[0] + i, g], w.no_times, w.no_changes,
    )  # fmt: skip


@inline
def _take_seats(lay, w, k, i, g):  # type: ignore[no-untyped-def]
    """Who sits where at go-live (-1: nobody), how many changes have been, and the ceiling then."""
    work = lay.work
    for at in range(w.holder.shape[0]):
        w.holder[at, k] = 0.0
    event = 0
    while event < w.changes[k] and w.times[k, event] <= g:
        w.holder[work.first_seat[w.role[k, event]] + w.seat[k, event], k] = float(w.occupant[k, event])
        event += 1
    w.event[k] = event
    _course(lay, w, k, i, g)
    w.present_ceiling[0, k] = w.course[2, g]


@inline
def _set_levels(lay, w, i):  # type: ignore[no-untyped-def]
    """Seats that can adopt and their levels, as `first_levels` does, and the order of those who wait."""
    c, work = lay.candidates, lay.work
    able, n = lanes(0.0), 0
    for r in range(work.seats.shape[0]):
        if c.users[i, r]:
            for s in range(work.seats[r]):
                at = work.first_seat[r] + s
                holder = w.holder[at]
                mark = uniforms_of_paths(w, c.seat_keys[i, MARK, r], lanes(float(s)))
                index = float(s) * SEATS_OF_TWO_WORDS + max(holder, 0.0)
                level = -math.log(uniforms_of_paths(w, c.seat_keys[i, THRESHOLD, r], index))
                able += select(mark < w.values[c.adoption_slots[i, 2]], 1.0, 0.0)
                can = mark < w.present_ceiling[0]
                w.can[at] = select(can, 1.0, 0.0)
                w.seat_level[at] = select(holder >= 0.0, level, NEVER)
                w.order[n] = select(can & (holder >= 0.0), level, -1.0)
                w.order_seat[n] = lanes(float(at))
                n += 1
    w.able[0] = able
    _sort(w.order, w.order_seat, n)
    if n < w.order.shape[0]:
        w.order[n] = -1.0


@inline
def _set_newcomers(lay, w, i):  # type: ignore[no-untyped-def]
    """Marks and thresholds of those who start on a seat later; see `sim.montecarlo.people.note_starts`."""
    c, joins = lay.candidates, w.values[lay.candidates.adoption_slots[i, 3]]
    for r in range(w.starts.shape[0]):
        if c.users[i, r]:
            for j in range(w.starts[r]):
                index = w.start_index[r, j]
                if some(joins > 0.0):
                    w.joiner[r, j] = uniforms_of_paths(w, c.seat_keys[i, JOINER, r], index)
                w.threshold[r, j] = -math.log(uniforms_of_paths(w, c.seat_keys[i, THRESHOLD, r], index))


@inline
def _sort(keys, values, n):  # type: ignore[no-untyped-def]
    """Sort n rows by key, highest first, in every lane. Batcher's merge exchange (Knuth, The Art of Computer
    Programming 3, algorithm 5.2.2M): which rows are compared does not depend on what they hold."""
    if n < 2:
        return
    top = 1
    while 2 * top < n:
        top *= 2
    p = top
    while p > 0:
        q, r, d = top, 0, p
        while True:
            for j in range(n - d):
                if j & p == r:
                    a, b, x, y = keys[j], keys[j + d], values[j], values[j + d]
                    turn = a < b
                    keys[j], keys[j + d] = select(turn, b, a), select(turn, a, b)
                    values[j], values[j + d] = select(turn, y, x), select(turn, x, y)
            if q == p:
                break
            d, q, r = q - p, q // 2, p
        p //= 2


@inline
def _take_lane(lay, w, k, i):  # type: ignore[no-untyped-def]
    """What `first_levels` leaves, of one lane; returns how many wait."""
    c, work = lay.candidates, lay.work
    waiting = 0
    for r in range(work.seats.shape[0]):
        if c.users[i, r]:
            for at in range(work.first_seat[r], work.first_seat[r] + work.seats[r]):
                w.current[at] = EARLY if w.can[at, k] > 0.0 else UNABLE
                w.level[at] = w.seat_level[at, k]
    most = w.joiner.shape[1]
    for r in range(w.starts.shape[0]):
        if c.users[i, r]:
            for j in range(w.starts[r]):
                w.one_joiner[r * most + j] = w.joiner[r, j, k]
                w.one_threshold[r * most + j] = w.threshold[r, j, k]
    for j in range(w.order.shape[0]):
        if w.order[j, k] < 0.0:
            break
        w.queue[j], w.due_level[j] = int(w.order_seat[j, k]), w.order[j, k]
        waiting += 1
    return waiting
