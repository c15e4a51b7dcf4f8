"""What the compiled kernel reads: a scenario as structures of arrays, passed by reference.

Names: role r, skill k, process p, step s (all processes in a row), system y, threat h, initiative i, effect e. `*_slot`
arrays hold slots of `Parameters`; the others hold fixed numbers; `*_key` arrays hold keys of random streams.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled
from sim.montecarlo.reference import reference

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]


class Calendar(NamedTuple):
    """Time, demand and money of the whole business."""

    months: int
    hours: float  # working hours of a month
    days: float  # working days of a month
    season: Floats  # (months,)
    discount: Floats  # (months,)
    discount_rate: float
    tax_rate: float
    depreciation_months: int
    cash: float
    customers: float
    settlement: int
    slots: Ints  # churn, acquisition, service churn, growth, margin, fixed costs
    insurance: Ints  # slots: premium, retention, event limit, annual limit, coinsurance


class Work(NamedTuple):
    """Roles, processes and steps."""

    seats: Ints
    first_seat: Ints
    headcount_slot: Ints
    cost_slot: Ints
    turnover_slot: Ints
    hiring_slot: Ints
    skill_role: Ints
    skill_days: Floats
    arrivals_slot: Ints
    revenue_slot: Ints
    lost_slot: Ints
    patience_slot: Ints
    target_hours: Floats
    arrival_cv2: Floats
    driven: Ints
    first_step: Ints  # (processes + 1,)
    step_process: Ints
    step_role: Ints
    steps_at_role: Ints  # steps ordered by role
    first_at_role: Ints  # (roles + 1,)
    earns: Ints  # (processes,) 1 where the process can move money: it earns, or its customers may leave
    process_counts: Ints  # (processes,) 1 where it shares a line that an earning process passes
    role_counts: Ints  # (roles,) 1 where an earning process passes, or what comes before such a line
    step_system: Ints
    minutes_slot: Ints
    share_slot: Ints
    error_slot: Ints
    service_cv2: Floats
    turnover_key: Keys


class Estate(NamedTuple):
    """Systems and threats."""

    age: Floats
    shape: Floats
    scale_slot: Ints
    repair_slot: Ints
    repair_p95: Floats
    repair_cost_slot: Ints
    monthly_slot: Ints
    replace: Ints
    support_ends: Ints
    unsupported_failures_slot: Ints
    unsupported_attacks_slot: Ints
    failure_key: Keys
    repair_key: Keys
    attempts_slot: Ints
    success_slot: Ints
    frailty_slot: Ints
    severity_slot: Ints
    severity_p95: Floats
    tail_index: Floats
    outage_slot: Ints
    outage_p95: Floats
    churn_slot: Ints
    layer: Floats
    hits: Ints  # (threats, systems)
    touches: Ints  # (initiatives, systems) 1 where it changes when the system fails or how long it is down
    gap_key: Keys
    height_key: Keys
    severity_key: Keys
    outage_key: Keys


class Candidates(NamedTuple):
    """Initiatives and their effects."""

    capital_slot: Ints
    delivery_slot: Ints
    running_slot: Ints
    failure_slot: Ints
    renewal_slot: Ints
    duration: Ints
    days: Floats  # (initiatives, skills)
    life: Ints
    refreshes: Ints  # (initiatives, systems)
    users: Ints  # (initiatives, roles), adoption
    adoption_slots: Ints  # (initiatives, 4): p, q, ceiling, joiner share; -1 without adoption
    dips: Ints  # (initiatives, roles)
    dip_slot: Ints
    dip_months: Ints
    imitation_lag: Ints
    half_life: Floats
    risk: Floats  # (initiatives, 6): median, log sd, tail share, exponent, cap, normal correlation; median 0: no class
    before: Ints
    lag: Ints
    flags: Ints
    first_before: Ints
    effect_initiative: Ints
    effect_value: Ints
    effect_multiplies: Ints
    effect_fades: Ints
    target_slot: Ints  # every slot that some effect changes
    first_effect: Ints  # effects of target t stand at first_effect[t] .. first_effect[t + 1] - 1
    mark_key: Keys
    threshold_key: Keys
    joiner_key: Keys
    gate_key: Keys
    cost_key: Keys
    time_key: Keys


class Layout(NamedTuple):
    """Everything the kernel reads beside the draws."""

    calendar: Calendar
    work: Work
    estate: Estate
    candidates: Candidates
    low: Floats
    high: Floats
    row: Ints  # (slots,) row of a slot among the targets of effects, -1 for none


CalendarKind, CalendarReference = reference(Calendar)
WorkKind, WorkReference = reference(Work)
EstateKind, EstateReference = reference(Estate)
CandidatesKind, CandidatesReference = reference(Candidates)
LayoutKind, LayoutReference = reference(Layout)


@compiled
def _refer_calendar(part):  # type: ignore[no-untyped-def]
    return CalendarReference(*part)


@compiled
def _refer_work(part):  # type: ignore[no-untyped-def]
    return WorkReference(*part)


@compiled
def _refer_estate(part):  # type: ignore[no-untyped-def]
    return EstateReference(*part)


@compiled
def _refer_candidates(part):  # type: ignore[no-untyped-def]
    return CandidatesReference(*part)


@compiled
def _refer_layout(calendar, work, estate, candidates, low, high, row):  # type: ignore[no-untyped-def]
    return LayoutReference(calendar, work, estate, candidates, low, high, row)


def by_reference(lay: Layout) -> Any:
    """The layout as compiled code takes it: one pointer in place of a hundred arrays."""
    return _refer_layout(
        _refer_calendar(lay.calendar),
        _refer_work(lay.work),
        _refer_estate(lay.estate),
        _refer_candidates(lay.candidates),
        lay.low,
        lay.high,
        lay.row,
    )
