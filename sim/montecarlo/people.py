"""Kernel part: occupants and adoption, path by path (k is the lane)."""

from __future__ import annotations

from sim.compiled import inline
from sim.lanes import WIDTH
from sim.mechanisms.adoption_course import adoption_course
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.involvement import ceiling_of
from sim.mechanisms.occupancy import presence, seat_changes
from sim.mechanisms.seats import adopt
from sim.montecarlo.change import pace_of_people, tailwind

involved_ceiling = compile_scalar(ceiling_of, inline)

NO_MONTH = 10**9  # month of what does not happen


@inline
def occupants(lay, w, draw, k):  # type: ignore[no-untyped-def]
    """World layer of the seats: changes of all roles in time order, presence by month. False when the buffers are too
    small."""
    work, months = lay.work, lay.calendar.months
    all_times, all_roles, all_seats, all_occupants = w.times[k], w.role[k], w.seat[k], w.occupant[k]
    times, seat, occupant, share = w.role_times, w.role_seat, w.role_occupant, w.month_present
    total = 0
    for r in range(work.seats.shape[0]):
        n = seat_changes(
            work.turnover_key[r], draw, work.seats[r], w.values[work.turnover_slot[r], k] / 12.0,
            w.values[work.hiring_slot[r], k], float(months), times, seat, occupant,
        )  # fmt: skip
        if n < 0 or total + n > all_times.shape[0]:
            return False
        presence(n, work.seats[r], times, occupant, months, share)
        for m in range(months):
            w.present[r, m, k] = share[m]
        pace_of_people(lay, w, k, r, n, times, seat, occupant)
        j = total + n - 1  # merge from the back: both lists are in time order
        a, b = total - 1, n - 1
        while b >= 0:
            if a >= 0 and all_times[a] > times[b]:
                all_times[j], all_roles[j] = all_times[a], all_roles[a]
                all_seats[j], all_occupants[j] = all_seats[a], all_occupants[a]
                a -= 1
            else:
                all_times[j], all_roles[j], all_seats[j], all_occupants[j] = times[b], r, seat[b], occupant[b]
                b -= 1
            j -= 1
        total += n
    w.changes[k] = total
    return True


@inline
def choose(w, planned):  # type: ignore[no-untyped-def]
    """The initiatives of a roadmap, in the order of the file; returns how many."""
    n = 0
    for i in range(planned.shape[0]):
        w.first_month[i] = planned[i] if planned[i] >= 0 else NO_MONTH
        if planned[i] >= 0:
            w.chosen[n] = i
            n += 1
    return n


@inline
def use(lay, w, draw, k, i):  # type: ignore[no-untyped-def]
    """Share of seats that use initiative i, by month: from its table while it works, 0 otherwise."""
    c, months = lay.candidates, lay.calendar.months
    for m in range(months):
        w.adopting[i, m, k] = 0.0
        w.strength[i, m, k] = 0.0
    g = w.go_live[k, i]
    if g < 0:
        return
    fill_adoption(lay, w, draw, k, i, g)
    lag = w.values[c.imitation_slot[i], k] if c.imitation_slot[i] >= 0 else 0.0
    share, part = w.adopted[k * c.duration.shape[0] + i, g], w.part[i, k]
    for m in range(g, months):
        if m < w.ends[i, k]:
            used = share[m] * part
            w.adopting[i, m, k] = used
            since = m - g - lag
            faded = since > 0 and c.imitated[i] == 1
            w.strength[i, m, k] = used * 2.0 ** (-since / c.half_life[i]) if faded else used


@inline
def fill_adoption(lay, w, draw, k, i, g):  # type: ignore[no-untyped-def]
    """Fill the table of initiative i for go-live in month g, once a path: share of seats that have adopted. Anew each
    time where other initiatives change the numbers of its adoption, or move its p by momentum."""
    c, crew, months = lay.candidates, lay.crew, lay.calendar.months
    entry = k * c.duration.shape[0] + i
    if w.known[entry, g] == 1 and lay.own.adoption[i] == 0 and crew.momentum_slots.shape[0] == 0:
        return
    w.known[entry, g] = 1
    share = w.adopted[entry, g]
    for m in range(months):
        share[m] = 0.0
    slots = c.adoption_slots[i]
    if slots[0] < 0:
        for m in range(g, months):
            share[m] = 1.0
        return
    p, q, ceiling = w.values[slots[0], k], w.values[slots[1], k], w.values[slots[2], k]
    present_ceiling, doubts, involved = ceiling, 0.0, 1.0
    if crew.involvement_slots[i, 0] >= 0:
        involved = w.values[crew.involvement_slots[i, 0], k]
        present_ceiling = involved_ceiling(ceiling, w.values[crew.involvement_slots[i, 1], k], involved)
        doubts = w.values[crew.involvement_slots[i, 2], k] / 12.0
    factors, half_life = (1.0, 1.0, 1.0), 0.0
    training = crew.training_slots[i]
    if training[0] >= 0:
        factors = (w.values[training[0], k], w.values[training[1], k], w.values[training[2], k])
        half_life = w.values[training[3], k]
    stated = (p * tailwind(lay, w, k, g), q, present_ceiling)
    varies = adoption_course(g, months, stated, factors, half_life, crew.training_every[i], w.course)
    n = w.changes[k]
    adopt(
        c.seat_keys[i], draw, c.users[i], lay.work.first_seat, lay.work.seats,
        w.role[k, :n], w.times[k, :n], w.seat[k, :n], w.occupant[k, :n], float(g),
        w.course, varies, ceiling, w.values[slots[3], k], doubts, involved,
        months, w.current, w.level, w.queue, w.doubt_time, w.doubt_number, share, w.no_times, w.no_changes,
    )  # fmt: skip


@inline
def forget(w):  # type: ignore[no-untyped-def]
    """Empty the tables of adoption: the paths of the block are new."""
    for entry in range(w.known.shape[0]):
        for g in range(w.known.shape[1]):
            w.known[entry, g] = 0


@inline
def set_numbers(w, base, theta, driver_slots, first, last):  # type: ignore[no-untyped-def]
    """Numbers of the draws in the lanes; lanes beyond the last draw repeat it."""
    for slot in range(base.shape[0]):
        w.values[slot] = base[slot]
    for k in range(WIDTH):
        row = min(first + k, last - 1)
        for j in range(driver_slots.shape[0]):
            w.values[driver_slots[j], k] = theta[row, j]
