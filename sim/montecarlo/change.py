"""Kernel part: what skills do to the work, what training and involvement take of it, momentum, pace of people; path by
path (k is the lane)."""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.mechanisms.delivery import FAILED, FINISHED, STOPPED
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.learning import bereft, unlearned
from sim.mechanisms.momentum import last_month_of_work, momentum
from sim.mechanisms.skill_gap import extra_work, failure_with_gap

likelier_failure = compile_scalar(failure_with_gap, inline)
added_work = compile_scalar(extra_work, inline)


@inline
def pace_of_people(lay, w, k, r, count, times, seat, occupant):  # type: ignore[no-untyped-def]
    """World layer of role r: what newcomers have not learned yet, and what a key person who left took along."""
    crew, months, share = lay.crew, lay.calendar.months, w.month_share
    if crew.learning_slot[r] >= 0:
        unlearned(
            count, lay.work.seats[r], times, seat, occupant, w.month_present, crew.learning_half_life[r], months, share
        )
        for m in range(months):
            w.unlearned[r, m, k] = share[m]
    if crew.key_slot[r] >= 0:
        bereft(count, times, seat, occupant, crew.key_seat[r], crew.key_months[r], months, share)
        for m in range(months):
            w.bereft[r, m, k] = share[m]


@inline
def first_gaps(lay, w, k):  # type: ignore[no-untyped-def]
    """Levels that skills lack before any effect."""
    crew, n = lay.crew, lay.crew.difficulty.shape[0]
    for i in range(n):
        for s in range(crew.level_slot.shape[0]):
            w.gaps[k * n + i, s] = 0.0
            if crew.difficulty[i, s] > 0.0:
                w.gaps[k * n + i, s] = max(0.0, crew.difficulty[i, s] - w.values[crew.level_slot[s], k])


@inline
def work_factor(lay, w, k, i):  # type: ignore[no-untyped-def]
    """Work on initiative i over the planned one, for what skills lack."""
    crew, n, factor = lay.crew, lay.crew.difficulty.shape[0], 1.0
    for s in range(crew.level_slot.shape[0]):
        factor += added_work(w.gaps[k * n + i, s], crew.gap_work[s])
    return factor


@inline
def failure_of(lay, w, k, i, probability, part):  # type: ignore[no-untyped-def]
    """Probability that a gate of initiative i fails, for what skills lack; part: of the work, that the gate ends."""
    crew, n = lay.crew, lay.crew.difficulty.shape[0]
    for s in range(crew.level_slot.shape[0]):
        probability = likelier_failure(probability, w.gaps[k * n + i, s] * part, crew.gap_failure[s])
    return probability


@inline
def note_successes(lay, w, k, n):  # type: ignore[no-untyped-def]
    """When each of the n chosen initiatives went live or failed, for momentum."""
    if lay.crew.momentum_slots.shape[0] == 0:
        return
    for i in range(w.settled.shape[1]):
        w.settled[k, i], w.success[k, i] = -1, 0
    for j in range(n):
        i = w.chosen[j]
        if w.state[k, i] == FINISHED:
            w.settled[k, i], w.success[k, i] = w.go_live[k, i], 1
        elif w.state[k, i] == FAILED or w.state[k, i] == STOPPED:
            w.settled[k, i] = last_month_of_work(w.work_one, i) + 1


@inline
def tailwind(lay, w, k, g):  # type: ignore[no-untyped-def]
    """Factor of momentum on p of what goes live in month g; see `note_successes`."""
    crew = lay.crew
    if crew.momentum_slots.shape[0] == 0:
        return 1.0
    gain, loss = w.values[crew.momentum_slots[0], k], w.values[crew.momentum_slots[1], k]
    half_life, most = crew.momentum_half_life, crew.momentum_log_most
    return momentum(w.settled[k], w.success[k], g, math.log(gain), math.log(loss), half_life, most)


@inline
def take_days(lay, w, k, n):  # type: ignore[no-untyped-def]
    """Days by role and month that training and involvement take from the seats, into w.away."""
    crew, c, months = lay.crew, lay.candidates, lay.calendar.months
    for r in range(lay.work.seats.shape[0]):
        for m in range(months):
            w.away[r, m, k] = 0.0
    for j in range(n):
        i = w.chosen[j]
        g = w.go_live[k, i]
        share = w.values[crew.involvement_slots[i, 0], k] if crew.involvement_slots[i, 0] >= 0 else 0.0
        for r in range(lay.work.seats.shape[0]):
            if c.users[i, r]:
                training = crew.training_days[i] * lay.work.seats[r]
                if g >= 0 and training > 0.0:
                    for m in range(g, months, crew.training_every[i]):
                        if m < w.ends[i, k]:
                            w.away[r, m, k] += training * w.part[i, k]
                involving = crew.involvement_days[i] * share * lay.work.seats[r]
                if involving > 0.0:
                    for m in range(months):
                        w.away[r, m, k] += involving * w.work_one[i, m]
