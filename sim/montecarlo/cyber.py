"""Kernel part: controls, in lanes; what follows an incident, path by path (k is the lane); what losses are to be
expected."""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.lanes.values import lanes, select
from sim.mechanisms.aftermath import fine, hours_of_lost_sales, secondary_loss
from sim.mechanisms.controls import joint_effectiveness, left_since_audit
from sim.mechanisms.elementwise import compile_scalar
from sim.montecarlo.channels import margin_at, through_at
from sim.montecarlo.effects import at_month, number_at
from sim.montecarlo.finance import TECHNOLOGY
from sim.montecarlo.kpis import RUNNING

PREVENT, DETECT, RESPOND, RECOVER = range(4)  # in the order of `cyber_layout.FUNCTIONS`
ROUNDING = 1e-9  # a state that is at the demanded level but for rounding is not below it

left_of = compile_scalar(left_since_audit, inline)
joint = compile_scalar(joint_effectiveness, inline)


@inline
def run_controls(lay, w, n):  # type: ignore[no-untyped-def]
    """State of every control by month, what audits cost, and what is left of success, loss and outage of each threat.

    n: how many initiatives are chosen.
    """
    cy, months = lay.cyber, lay.calendar.months
    for c in range(cy.function.shape[0]):
        age, before = lanes(0.0), lanes(0.0)
        for m in range(months):
            active = lanes(float(cy.from_start[c]))
            for j in range(n):
                i = w.chosen[j]
                if cy.brought_by[c, i]:
                    active = select((w.begins[i] <= m) & (w.ends[i] > m), 1.0, active)
            age = select((active > 0.0) & (before > 0.0), age + 1.0, 0.0)
            if cy.audit_slot[c] >= 0:
                due = (active > 0.0) & (age >= at_month(lay, w, cy.audit_slot[c], m))
                w.flow[RUNNING, m] -= (
                    select(due, at_month(lay, w, cy.audit_cost_slot[c], m), 0.0) * w.price_index[TECHNOLOGY, m]
                )
                age = select(due, 0.0, age)
            left = left_of(age, at_month(lay, w, cy.decay_slot[c], m))
            w.control_state[c, m] = active * at_month(lay, w, cy.coverage_slot[c], m) * left
            before = active
    for h in range(lay.estate.layer.shape[0]):
        for m in range(months):
            w.success_left[h, m] = 1.0 - _together(lay, w, h, m, PREVENT, PREVENT)
            w.loss_left[h, m] = 1.0 - _together(lay, w, h, m, DETECT, RESPOND)
            w.outage_left[h, m] = 1.0 - _together(lay, w, h, m, DETECT, RECOVER)


@inline
def _together(lay, w, h, m, first, last):  # type: ignore[no-untyped-def]
    """Joint effectiveness against threat h of the controls whose function is one of first .. last."""
    cy = lay.cyber
    failing, best = lanes(1.0), lanes(0.0)
    for c in range(cy.function.shape[0]):
        if cy.against[c, h] and first <= cy.function[c] <= last:
            effect = w.control_state[c, m] * at_month(lay, w, cy.strength_slot[c], m)
            failing = failing * (1.0 - effect)
            best = max(best, effect)
    return joint(failing, best, cy.dependence[h])


@inline
def secondary_losses(lay, w, draw, k, h, m, layer, number):  # type: ignore[no-untyped-def]
    """Sum of the secondary losses of an incident of threat h in month m."""
    cy, row = lay.cyber, lay.row
    total = 0.0
    for s in range(cy.first_secondary[h], cy.first_secondary[h + 1]):
        frequency = number_at(row, w.values, w.changed, cy.frequency_slot[s], m, k)
        median = number_at(row, w.values, w.changed, cy.loss_slot[s], m, k)
        total += secondary_loss(cy.mark_key[s], cy.size_key[s], draw, layer, number, frequency, median, cy.loss_p95[s])
    if w.loss_left.shape[0] > 0:
        total *= w.loss_left[h, m, k]
    return total


@inline
def breach(lay, w, draw, k, h, m, layer, number):  # type: ignore[no-untyped-def]
    """Cost of notification, and fine, of an incident of threat h in month m."""
    cy, row = lay.cyber, lay.row
    if cy.exposed_slot[h] < 0:
        return 0.0, 0.0
    values, changed = w.values, w.changed
    exposed = number_at(row, values, changed, cy.records_slot, m, k)
    exposed *= number_at(row, values, changed, cy.exposed_slot[h], m, k)
    if w.loss_left.shape[0] > 0:
        exposed *= w.loss_left[h, m, k]
    amount = exposed * number_at(row, values, changed, cy.fine_record_slot[h], m, k)
    probability = number_at(row, values, changed, cy.fine_slot[h], m, k)
    cap = number_at(row, values, changed, cy.fine_cap_slot[h], m, k)
    notification = exposed * number_at(row, values, changed, cy.record_cost_slot[h], m, k)
    return notification, fine(cy.fine_key[h], draw, layer, number, probability, amount, cap)


@inline
def _share_hit(lay, w, k, h, p, m):  # type: ignore[no-untyped-def]
    """Share of the items of process p that need what threat h takes down: the largest of its steps."""
    e, work = lay.estate, lay.work
    share = 0.0
    for s in range(work.first_step[p], work.first_step[p + 1]):
        for y in range(work.step_needs.shape[1]):
            if e.hits[h, y] and work.step_needs[s, y]:
                share = max(share, number_at(lay.row, w.values, w.changed, lay.cyber.share_slot[s], m, k))
    return share


@inline
def uncounted_margin(lay, w, k, h, m, hours):  # type: ignore[no-untyped-def]
    """Planned margin of the sales that an outage of threat h takes behind the waiting period of the policy; 0 where the
    policy or the severity's own figure leaves no room for it. Planned: demand of the month with the customers of the
    start."""
    cy, cal, work, row = lay.cyber, lay.calendar, lay.work, lay.row
    if cy.waiting_slot < 0 or cy.covers_interruption[h]:
        return 0.0
    values, changed = w.values, w.changed
    waiting = number_at(row, values, changed, cy.waiting_slot, m, k)
    level = cal.season[m] * number_at(row, values, changed, cal.slots[6], m, k)
    level *= math.exp(math.log1p(values[cal.slots[3], k]) * (m / 12.0))
    total = 0.0
    for p in range(work.driven.shape[0]):
        share = _share_hit(lay, w, k, h, p, m)
        if share > 0.0:
            patience = number_at(row, values, changed, work.patience_slot[p], m, k) / 60.0
            items = number_at(row, values, changed, work.arrivals_slot[p], m, k) * cal.days / cal.hours
            items *= (level if work.driven[p] else 1.0) * (1.0 - number_at(row, values, changed, cy.lost_slot[p], m, k))
            items *= 1.0 - number_at(row, values, changed, work.no_show_slot[p], m, k)
            lost = share * items * hours_of_lost_sales(hours, patience, waiting)
            lost *= through_at(lay, w, k, p, m)
            total += lost * number_at(row, values, changed, work.revenue_slot[p], m, k)
    return total * margin_at(lay, w, k, m)


@inline
def spare(lay, w, k, h, t, hours):  # type: ignore[no-untyped-def]
    """Note, for every process and month, the share of sales lost to an outage of threat h from month t on: the severity
    contains their margin."""
    cal, work = lay.calendar, lay.work
    m = int(t)
    hours = min(hours, (cal.months - t) * cal.hours)
    for p in range(work.driven.shape[0]):
        share = _share_hit(lay, w, k, h, p, m)
        patience = number_at(lay.row, w.values, w.changed, work.patience_slot[p], m, k) / 60.0
        gone = hours_of_lost_sales(hours, patience, 0.0)
        month, room = m, (m + 1 - t) * cal.hours
        while gone > 0.0 and month < cal.months:
            part = min(gone, room)
            w.spared[p, month, k] += share * part / cal.hours
            gone -= part
            month += 1
            room = cal.hours


@inline
def spared_margin(lay, w, m, rate):  # type: ignore[no-untyped-def]
    """Margin of the sales of month m that were lost to outages whose severity contains it, in lanes. rate: margin on
    today's revenue."""
    work = lay.work
    total = lanes(0.0)
    for p in range(work.driven.shape[0]):
        sales = w.items[p] * (1.0 - w.now[lay.cyber.lost_slot[p]]) * w.now[work.revenue_slot[p]]
        sales = sales * (1.0 - w.now[work.no_show_slot[p]])
        total += sales * min(w.spared[p, m], 1.0)
    return total * rate


@inline
def lapsed(lay, w, k, m):  # type: ignore[no-untyped-def]
    """Whether some control is below the state that the policy demands of it."""
    short = False
    for c in range(lay.cyber.demanded.shape[0]):
        short = short or w.control_state[c, m, k] < lay.cyber.demanded[c] - ROUNDING
    return short


@inline
def expected_loss(lay, w, m):  # type: ignore[no-untyped-def]
    """Direct loss a year to be expected in the state of month m, in lanes: intensity * mean loss of an incident."""
    e, cy = lay.estate, lay.cyber
    total = lanes(0.0)
    for h in range(e.layer.shape[0]):
        left = lanes(1.0)
        if w.loss_left.shape[0] > 0:
            left = w.loss_left[h, m]
        mean = at_month(lay, w, e.severity_slot[h], m) * cy.severity_mean[h]
        for s in range(cy.first_secondary[h], cy.first_secondary[h + 1]):
            one = at_month(lay, w, cy.loss_slot[s], m) * cy.loss_mean[s]
            mean += at_month(lay, w, cy.frequency_slot[s], m) * one
        mean = mean * left
        if cy.exposed_slot[h] >= 0:
            exposed = at_month(lay, w, cy.records_slot, m) * at_month(lay, w, cy.exposed_slot[h], m) * left
            penalty = min(
                at_month(lay, w, cy.fine_cap_slot[h], m), exposed * at_month(lay, w, cy.fine_record_slot[h], m)
            )
            mean += exposed * at_month(lay, w, cy.record_cost_slot[h], m)
            mean += at_month(lay, w, cy.fine_slot[h], m) * penalty
        total += w.intensity[h, m] * mean
    return total
