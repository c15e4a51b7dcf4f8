"""Kernel part: hours of work that a roadmap frees, and the planned hires that they make superfluous."""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.lanes import WIDTH, mathematics  # noqa: F401  gives math.exp and its like to lanes
from sim.lanes.values import lanes
from sim.mechanisms.hires import hire
from sim.mechanisms.workload import attendance, by_people
from sim.montecarlo.channels import through_channels
from sim.montecarlo.integration import derive
from sim.montecarlo.kpis import CATEGORIES, KPIS

N_CATEGORIES, N_KPIS = len(CATEGORIES), len(KPIS)


@inline
def free_hours(lay, w, baseline):  # type: ignore[no-untyped-def]
    """Hours that each role needs less than in the baseline, by month, and the seats that planned hires add."""
    work, c, months = lay.work, lay.candidates, lay.calendar.months
    for slot in range(w.now.shape[0]):
        w.now[slot] = w.values[slot]
    customers = lanes(lay.calendar.customers)
    for m in range(months):
        for t in range(c.target_slot.shape[0]):
            w.now[c.target_slot[t]] = w.changed[t, m]
        derive(lay, w)
        for r in range(work.seats.shape[0]):
            w.freed[r, m] = 0.0
        _need(lay, w, m, customers)
        for r in range(work.seats.shape[0]):
            if baseline:
                w.base_needed[r, m] = -w.freed[r, m]
            w.freed[r, m] += w.base_needed[r, m]
        leaving = min(w.now[lay.calendar.slots[0]], 1.0)
        customers = customers * (1.0 - leaving) + w.now[lay.calendar.slots[1]]
    _hire(lay, w)


@inline
def _need(lay, w, m, customers):  # type: ignore[no-untyped-def]
    """Take the hours of work of month m from w.freed: from the numbers of the month, at the demand of its customers
    without season; no loss by waiting, no delay between processes, pace as after the dips."""
    cal, work, now = lay.calendar, lay.work, w.now
    growth = math.exp(math.log1p(w.values[cal.slots[3]]) * (min(m, cal.horizon - 1) / 12.0))
    demand = now[cal.slots[6]] * growth * customers / cal.customers
    feeds = work.feed_order.shape[0] > 0
    for j in range(work.driven.shape[0]):
        p = work.feed_order[j] if feeds else j
        items = now[work.arrivals_slot[p]] * cal.days
        if lay.market.first_channel[p] < lay.market.first_channel[p + 1]:
            items = items * through_channels(lay, w, p)
        if work.driven[p]:
            items = items * demand
        for f in range(work.first_feed[p], work.first_feed[p + 1]):
            items += now[work.feed_share_slot[f]] * w.planned_flow[work.feed_source[f]]
        items = items * (1.0 - now[work.lost_slot[p]])
        no_show = now[work.no_show_slot[p]]
        taken, _ = attendance(no_show, now[work.no_show_time_slot[p]])
        w.planned_flow[p] = items * (1.0 - no_show)
        for s in range(work.first_step[p], work.first_step[p + 1]):
            human = by_people(now[work.share_slot[s]], now[work.automated_slot[s]], now[work.exceptions_slot[s]])
            visits = items * human / (1.0 - now[work.error_slot[s]])
            w.freed[work.step_role[s], m] -= visits * taken * now[work.minutes_slot[s]] / 60.0


@inline
def _hire(lay, w):  # type: ignore[no-untyped-def]
    """Seats that planned hires add, path by path."""
    work, months = lay.work, lay.calendar.months
    hires = work.hire_role.shape[0]
    for h in range(hires):
        r = work.hire_role[h]
        for m in range(months):
            w.hired[r, m] = 0.0
    for k in range(WIDTH):
        for h in range(hires):
            r = work.hire_role[h]
            first = h == 0 or work.hire_role[h - 1] != r
            for m in range(months):
                w.freed_one[m] = w.freed[r, m, k]
                if first:
                    w.left_out[m] = 0.0
            hire(
                work.hire_month[h], work.hire_seats[h], work.hire_step[h], w.values[work.hire_share_slot[h], k],
                work.hire_notice[h], w.freed_one, lay.calendar.hours, w.left_out, w.added,
            )  # fmt: skip
            for m in range(months):
                w.hired[r, m, k] += w.added[m]


@inline
def write_freed(lay, w):  # type: ignore[no-untyped-def]
    """Mean freed hours a month by role and spared seat-months of planned hires, into w.detail behind the KPIs."""
    work, months = lay.work, lay.calendar.horizon
    roles = work.seats.shape[0]
    at = N_CATEGORIES + N_KPIS * w.yearly.shape[1]
    for r in range(roles):
        freed, spared = lanes(0.0), lanes(0.0)
        for m in range(months):
            freed += w.freed[r, m]
            spared -= w.hired[r, m]
        for h in range(work.hire_role.shape[0]):
            if work.hire_role[h] == r:
                spared += work.hire_seats[h] * max(months - work.hire_month[h], 0)
        w.detail[at + r] = freed / months
        w.detail[at + roles + r] = spared
