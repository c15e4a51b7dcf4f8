"""Kernel part: occupants, and who uses what, path by path (k is the lane)."""

from __future__ import annotations

from sim.compiled import inline
from sim.lanes import WIDTH
from sim.mechanisms.occupancy import presence, seat_changes
from sim.montecarlo.change import pace_of_people
from sim.streams import identity

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
    note_starts(w, k, total)
    return True


@inline
def note_starts(w, k, n):  # type: ignore[no-untyped-def]
    """Who starts on a seat after month 0: identities by role, as many as there is room for, and where each of the n
    changes stands there (-1: nowhere); w.starts: the most of any path so far."""
    for r in range(w.starts.shape[0]):
        w.taken[r] = 0
    most = w.start_index.shape[1]
    for event in range(n):
        r = w.role[k, event]
        w.place[k, event] = -1
        if w.occupant[k, event] >= 0 and w.taken[r] < most:
            w.start_index[r, w.taken[r], k] = float(identity(w.seat[k, event], w.occupant[k, event]))
            w.place[k, event] = r * most + w.taken[r]
            w.taken[r] += 1
            w.starts[r] = max(w.starts[r], w.taken[r])


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
def use(lay, w, k, i):  # type: ignore[no-untyped-def]
    """Share of seats that use initiative i, by month: from its table, which is filled, while it works, 0 otherwise."""
    c, months = lay.candidates, lay.calendar.months
    for m in range(months):
        w.adopting[i, m, k] = 0.0
        w.strength[i, m, k] = 0.0
    g = w.go_live[k, i]
    if g < 0:
        return
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
def forget(w):  # type: ignore[no-untyped-def]
    """Empty the tables of adoption and of those who start: the paths of the block are new."""
    for entry in range(w.known.shape[0]):
        for g in range(w.known.shape[1]):
            w.known[entry, g] = 0
    for r in range(w.starts.shape[0]):
        w.starts[r] = 0


@inline
def set_numbers(w, base, theta, driver_slots, first, last):  # type: ignore[no-untyped-def]
    """Numbers of the draws in the lanes; lanes beyond the last draw repeat it."""
    for slot in range(base.shape[0]):
        w.values[slot] = base[slot]
    for k in range(WIDTH):
        row = min(first + k, last - 1)
        for j in range(driver_slots.shape[0]):
            w.values[driver_slots[j], k] = theta[row, j]
