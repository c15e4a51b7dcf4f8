"""Working memory of one chunk of paths: allocated once a chunk, never in the path loop."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inline
from sim.montecarlo.kpis import CATEGORIES, KPIS
from sim.montecarlo.reference import reference

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHANGES = 4096  # changes of occupants in a path, of one role and of all
KEPT_FAILURES = 64  # of a system in the baseline, for roadmaps that do not touch it
EVENTS = 2048  # failures of a system, incidents of a threat
N_CATEGORIES, N_KPIS = len(CATEGORIES), len(KPIS)


class Scratch(NamedTuple):
    values: Floats  # (slots,) of the draw
    now: Floats  # (slots,) after effects, in the month at hand
    changed: Floats  # (targets, months) values of the slots that effects change
    # occupants of seats
    role_times: Floats
    role_seat: Ints
    role_occupant: Ints
    times: Floats
    role: Ints
    seat: Ints
    occupant: Ints
    present: Floats  # (roles, months)
    current: Ints  # (seats,)
    level: Floats  # (seats,)
    no_times: Floats
    no_changes: Ints
    # delivery
    cost_ratio: Floats
    work_months: Floats
    fails: Ints
    state: Ints
    go_live: Ints
    started: Ints
    work: Floats  # (initiatives, months)
    used: Floats  # (skills, months)
    known: Ints  # (initiatives, months + 1): adoption from this go-live is in the table
    adopted: Floats  # (initiatives, months + 1, months)
    # estate and threats
    refreshed: Ints  # (months,)
    scale: Floats  # (months,) of the system at hand
    factor: Floats
    median: Floats
    event_times: Floats
    event_hours: Floats
    layers: Ints
    numbers: Ints
    failure_count: Ints  # (systems,) failures in the baseline
    failure_times: Floats  # (systems, KEPT_FAILURES)
    failure_hours: Floats
    base_exposure: Floats  # (systems, months)
    exposure: Floats  # (systems, months) factor on the success of attacks
    down: Floats  # (systems, months) hours
    intensity: Floats  # (months,)
    out_lost: Floats  # (steps, months) share of items lost to outages
    out_late: Floats  # (steps, months) share made late
    out_delay: Floats  # (steps, months) mean hours of delay
    shock: Floats  # (months,) share of customers that stays after incidents
    covered: Floats  # (months,) what the layer would pay
    happened: Ints  # (months,) incidents
    # operations
    capacity: Floats  # (roles,)
    pace: Floats  # (roles,) factor on service times
    backlog: Floats
    departure: Floats  # (roles,) squared CV of departures
    staying: Floats  # (steps,) share of items that a step does not lose
    step_rate: Floats
    step_hours: Floats
    step_wait: Floats
    waiting: Floats  # (roles,) P(wait > 0)
    served: Floats  # (roles,) served share of those who never give up
    items: Floats  # (processes,)
    role_rate: Floats  # (roles,) visits an hour
    role_work: Floats  # (roles,) Erlang offered
    role_squares: Floats
    role_cv2: Floats
    demand: Floats  # (months,) season and growth
    line_rate: Floats
    line_patience: Floats
    line_lost: Floats
    line_wait: Floats
    # ledger
    flow: Floats  # (categories, months)
    base_flow: Floats
    own_cost: Floats  # (months,)
    depreciation: Floats
    sums: Floats  # (7,) of a month, see `finish_month`
    kept: Floats  # (2, months, state) of the first two roadmaps, at the start of each month
    kept_margin: Floats  # (2, months)
    yearly: Floats  # (KPIs + weights, years)


ScratchKind, ScratchReference = reference(Scratch)


@inline
def new_scratch(lay):  # type: ignore[no-untyped-def]
    """Memory for paths of this layout."""
    months = lay.calendar.months
    slots = lay.low.shape[0]
    roles = lay.work.seats.shape[0]
    seats = 0
    for r in range(roles):
        seats += lay.work.seats[r]
    skills = lay.work.skill_role.shape[0]
    steps = lay.work.step_role.shape[0]
    systems = lay.estate.age.shape[0]
    n = lay.candidates.duration.shape[0]
    targets = lay.candidates.target_slot.shape[0]
    years = (months + 11) // 12
    return ScratchReference(
        np.empty(slots), np.empty(slots), np.empty((targets, months)),
        np.empty(CHANGES), np.empty(CHANGES, np.int64), np.empty(CHANGES, np.int64),
        np.empty(CHANGES), np.empty(CHANGES, np.int64), np.empty(CHANGES, np.int64), np.empty(CHANGES, np.int64),
        np.empty((roles, months)), np.empty(seats, np.int64), np.empty(seats), np.empty(0), np.empty(0, np.int64),
        np.empty(n), np.empty(n), np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64),
        np.empty(n, np.int64), np.empty((n, months)), np.empty((skills, months)),
        np.empty((n, months + 1), np.int64), np.empty((n, months + 1, months)),
        np.empty(months, np.int64), np.empty(months), np.empty(months), np.empty(months),
        np.empty(EVENTS), np.empty(EVENTS), np.empty(EVENTS, np.int64), np.empty(EVENTS, np.int64),
        np.empty(systems, np.int64), np.empty((systems, KEPT_FAILURES)), np.empty((systems, KEPT_FAILURES)),
        np.empty((systems, months)), np.empty((systems, months)), np.empty((systems, months)), np.empty(months),
        np.empty((steps, months)), np.empty((steps, months)), np.empty((steps, months)),
        np.empty(months), np.empty(months), np.empty(months, np.int64),
        np.empty(roles), np.empty(roles), np.empty(roles), np.empty(roles), np.empty(steps),
        np.empty(steps), np.empty(steps), np.empty(steps), np.empty(roles), np.empty(roles),
        np.empty(lay.work.driven.shape[0]), np.empty(roles), np.empty(roles), np.empty(roles), np.empty(roles),
        np.empty(months),
        np.empty(steps), np.empty(steps), np.empty(steps), np.empty(steps),
        np.empty((N_CATEGORIES, months)), np.empty((N_CATEGORIES, months)), np.empty(months), np.empty(months),
        np.empty(7), np.empty((2, months, 1 + 2 * roles + steps)), np.empty((2, months)), np.empty((2 * N_KPIS, years)),
    )  # fmt: skip
