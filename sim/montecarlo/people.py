"""Kernel part: occupants, delivery and adoption, path by path (k is the lane)."""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.lanes import WIDTH
from sim.mechanisms.adoption_course import adoption_course
from sim.mechanisms.delivery import deliver
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.involvement import ceiling_of
from sim.mechanisms.normal import normal_cdf, normal_quantile
from sim.mechanisms.occupancy import presence, seat_changes
from sim.mechanisms.overrun import overrun_ratio
from sim.mechanisms.seats import adopt
from sim.montecarlo.change import (
    failure_of,
    first_judgement,
    judge_again,
    note_successes,
    pace_of_people,
    tailwind,
    take_days,
    work_factor,
)
from sim.streams import uniform

overrun = compile_scalar(overrun_ratio, inline)
quantile = compile_scalar(normal_quantile, inline)
cdf = compile_scalar(normal_cdf, inline)
involved_ceiling = compile_scalar(ceiling_of, inline)

NEVER, NO_MONTH = 1e9, 10**9  # month of what does not happen


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
def overruns(lay, w, draw, k):  # type: ignore[no-untyped-def]
    """World layer of the projects: realised cost ratio, months of work, gate and award of every initiative."""
    c = lay.candidates
    first_judgement(lay, w, k)
    for i in range(c.duration.shape[0]):
        overrun_of(lay, w, draw, k, i)
        w.awarded[k, i] = 0
        if c.grant_slot[i] >= 0:
            w.awarded[k, i] = 1 if uniform(c.grant_key[i], draw, 0) < w.values[c.grant_slot[i], k] else 0


@inline
def overrun_of(lay, w, draw, k, i):  # type: ignore[no-untyped-def]
    """Cost ratio, months of work and gate of initiative i, given what the skills lack."""
    c = lay.candidates
    time_ratio = 1.0
    cost_ratio = 1.0
    if c.risk[i, 0] > 0.0:
        median, log_sd, share, exponent, cap, rho = c.risk[i]
        z = quantile(uniform(c.cost_key[i], draw, 0))
        own = quantile(uniform(c.time_key[i], draw, 0))
        cost_ratio = overrun(cdf(z), median, log_sd, share, exponent, cap)
        time_ratio = overrun(cdf(rho * z + math.sqrt(1.0 - rho * rho) * own), median, log_sd, share, exponent, cap)
    w.cost_ratio[i, k] = cost_ratio
    w.work_months[k, i] = max(1.0, math.ceil(c.duration[i] * time_ratio * work_factor(lay, w, k, i) - 1e-9))
    failure = failure_of(lay, w, k, i, w.values[c.failure_slot[i], k])
    w.fails[k, i] = 1 if uniform(c.gate_key[i], draw, 0) < failure else 0


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
def play(lay, w, draw, k, planned, n):  # type: ignore[no-untyped-def]
    """Delivery and adoption of the n chosen initiatives.

    Where effects change what is judged at the start of a work, delivery and adoption are gone through until nothing
    changes: a judgement hangs only on what went live before, so each round settles at least one more start.
    """
    _play_once(lay, w, draw, k, planned, n)
    if lay.crew.feedback == 1:
        for _ in range(2 * n + 2):
            again = False
            for j in range(n):
                found = judge_again(lay, w, k, w.chosen[j])
                if found == 1:
                    overrun_of(lay, w, draw, k, w.chosen[j])
                again = again or found > 0
            if not again:
                break
            _play_once(lay, w, draw, k, planned, n)
    if lay.crew.takes_days == 1:
        take_days(lay, w, k, n)


@inline
def _play_once(lay, w, draw, k, planned, n):  # type: ignore[no-untyped-def]
    deliver_roadmap(lay, w, k, planned, n)
    note_successes(lay, w, k, n)
    for j in range(n):
        use(lay, w, draw, k, w.chosen[j])


@inline
def deliver_roadmap(lay, w, k, planned, n):  # type: ignore[no-untyped-def]
    """When each of the n chosen initiatives really starts, goes live and ends; the work and the skill days by month."""
    c, months = lay.candidates, lay.calendar.months
    go_live = w.go_live[k]
    work, used = w.work_one, w.used_one
    deliver(
        planned, w.work_months[k], w.fails[k], c.days, lay.work.skill_days, c.before, c.lag, c.flags, c.first_before,
        w.state[k], go_live, w.started[k], work, used,
    )  # fmt: skip
    for skill in range(used.shape[0]):
        for m in range(months):
            w.used[skill, m, k] = used[skill, m]
    for j in range(n):
        i = w.chosen[j]
        for m in range(months):
            w.work[i, m, k] = work[i, m]
        g = go_live[i]
        w.begins[i, k] = NEVER if g < 0 else float(g)
        w.ends[i, k] = NEVER if c.life[i] < 0 or c.renewal_slot[i] >= 0 else float(g + c.life[i])


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
    _adopt(lay, w, draw, k, i, g)
    share = w.adopted[k * c.duration.shape[0] + i, g]
    for m in range(g, months):
        if m < w.ends[i, k]:
            w.adopting[i, m, k] = share[m]
            since = m - g - c.imitation_lag[i]
            faded = since > 0 and c.imitated[i] == 1
            w.strength[i, m, k] = share[m] * 2.0 ** (-since / c.half_life[i]) if faded else share[m]


@inline
def _adopt(lay, w, draw, k, i, g):  # type: ignore[no-untyped-def]
    """Fill the table of initiative i for go-live in month g, once a path: share of seats that have adopted."""
    c, months = lay.candidates, lay.calendar.months
    crew, entry = lay.crew, k * c.duration.shape[0] + i
    if w.known[entry, g] == 1 and crew.varies[i] == 0:
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
    present_ceiling, doubts = ceiling, 0.0
    if crew.involvement_slots[i, 0] >= 0:
        present_ceiling = involved_ceiling(ceiling, w.values[crew.involvement_slots[i, 1], k], w.involved[k, i])
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
        w.course, varies, ceiling, w.values[slots[3], k], doubts, w.involved[k, i],
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
