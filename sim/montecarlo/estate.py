"""Kernel part: failures, incidents and outages of one path under one roadmap."""

from __future__ import annotations

from sim.compiled import inline
from sim.mechanisms.attacks import incidents
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.insurance import insurance_payout
from sim.mechanisms.severity import severity_quantile
from sim.mechanisms.wearout import failures, lognormal_hours
from sim.montecarlo.kpis import CYBER, REPAIR
from sim.montecarlo.people import at_month
from sim.streams import identity, uniform

severity = compile_scalar(severity_quantile, inline)
payout = compile_scalar(insurance_payout, inline)


@inline
def clear_outages(lay, w):  # type: ignore[no-untyped-def]
    for m in range(lay.calendar.months):
        w.shock[m], w.covered[m], w.happened[m] = 1.0, 0.0, 0
    fill(w.down, 0.0)
    fill(w.exposure, 1.0)
    fill(w.out_lost, 0.0)
    fill(w.out_late, 0.0)
    fill(w.out_delay, 0.0)


@inline
def fill(table, value):  # type: ignore[no-untyped-def]
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            table[i, j] = value


@inline
def outage(lay, w, y, t, hours):  # type: ignore[no-untyped-def]
    """Book an outage of system y from month t on: hours down, items lost to it, delayed by it, made late by it.

    Items that come in the first `hours - patience` hours give up; those who come later wait for the rest. Items that
    never give up wait the rest of the outage, and late is who waits beyond the target.
    """
    cal, work = lay.calendar, lay.work
    row, values, changed = lay.row, w.values, w.changed
    step_system, step_process, down = work.step_system, work.step_process, w.down
    m = int(t)
    left = (cal.months - t) * cal.hours
    hours = min(hours, left)
    room = (m + 1 - t) * cal.hours
    rest = hours
    piece = min(rest, room)
    month = m
    while rest > 0.0 and month < cal.months:
        down[y, month] += piece
        rest -= piece
        month += 1
        piece = min(rest, cal.hours)
    for s in range(step_system.shape[0]):
        if step_system[s] != y:
            continue
        p = step_process[s]
        patience = at_month(row, values, changed, work.patience_slot[p], m) / 60.0
        target = work.target_hours[p]
        waits = min(hours, patience)
        w.out_delay[s, m] += 0.5 * waits * waits / cal.hours
        if waits > target:
            w.out_late[s, m] += (waits - target) / cal.hours
        gone = hours - waits
        month, first = m, room
        while gone > 0.0 and month < cal.months:
            part = min(gone, first)
            w.out_lost[s, month] += part / cal.hours
            gone -= part
            month += 1
            first = cal.hours


@inline
def run_systems(lay, w, draw, baseline):  # type: ignore[no-untyped-def]
    """Failures and repairs of every system; False when there are more than the buffers hold.

    baseline: keep the failures; a system that the roadmap does not touch fails as in the baseline.
    """
    e, cal, c = lay.estate, lay.calendar, lay.candidates
    row, values, changed, exposure = lay.row, w.values, w.changed, w.exposure
    known, times, hours = w.failure_count, w.failure_times, w.failure_hours
    for y in range(e.age.shape[0]):
        touched = baseline or known[y] > times.shape[1]
        for i in range(c.duration.shape[0]):
            if e.touches[i, y] and w.go_live[i] >= 0:
                touched = True
        if touched:
            n = _fail(lay, w, draw, y)
            if n > w.event_times.shape[0]:
                return False
            if baseline:
                known[y] = n
                for k in range(min(n, times.shape[1])):
                    times[y, k], hours[y, k] = w.event_times[k], w.event_hours[k]
                for m in range(cal.months):
                    w.base_exposure[y, m] = exposure[y, m]
        else:
            n = known[y]
            for k in range(n):
                w.event_times[k], w.event_hours[k] = times[y, k], hours[y, k]
            for m in range(cal.months):
                exposure[y, m] = w.base_exposure[y, m]
        for k in range(n):
            m = int(w.event_times[k])
            w.flow[REPAIR, m] -= at_month(row, values, changed, e.repair_cost_slot[y], m)
            outage(lay, w, y, w.event_times[k], w.event_hours[k])
    return True


@inline
def _fail(lay, w, draw, y):  # type: ignore[no-untyped-def]
    """Failures of system y under the roadmap at hand, into event_times and event_hours; returns their number."""
    e, cal, c = lay.estate, lay.calendar, lay.candidates
    row, values, changed = lay.row, w.values, w.changed
    refreshed, scale, factor, median, exposure = w.refreshed, w.scale, w.factor, w.median, w.exposure
    for m in range(cal.months):
        refreshed[m] = 0
    for i in range(c.duration.shape[0]):
        if c.refreshes[i, y] and 0 <= w.go_live[i] < cal.months:
            refreshed[w.go_live[i]] = 1
    supported = False
    for m in range(cal.months):
        supported = supported or refreshed[m] == 1
        old = m >= e.support_ends[y] and not supported
        scale[m] = at_month(row, values, changed, e.scale_slot[y], m)
        factor[m] = at_month(row, values, changed, e.unsupported_failures_slot[y], m) if old else 1.0
        median[m] = at_month(row, values, changed, e.repair_slot[y], m)
        exposure[y, m] = at_month(row, values, changed, e.unsupported_attacks_slot[y], m) if old else 1.0
    return failures(
        e.failure_key[y], e.repair_key[y], draw, e.age[y], e.shape[y], scale, factor, refreshed,
        e.replace[y] == 1, median, e.repair_p95[y], cal.hours, w.event_times, w.event_hours,
    )  # fmt: skip


@inline
def run_threats(lay, w, draw):  # type: ignore[no-untyped-def]
    """Incidents of every threat: loss, outage, customers who leave, what insurance covers."""
    e, cal = lay.estate, lay.calendar
    row, values, changed = lay.row, w.values, w.changed
    intensity, exposure, hits = w.intensity, w.exposure, e.hits
    for h in range(e.layer.shape[0]):
        frailty = 1.0 if e.frailty_slot[h] < 0 else w.values[e.frailty_slot[h]]
        for m in range(cal.months):
            success = at_month(row, values, changed, e.success_slot[h], m)
            for y in range(e.age.shape[0]):
                if hits[h, y]:
                    success *= exposure[y, m]
            intensity[m] = at_month(row, values, changed, e.attempts_slot[h], m) * min(1.0, success) * frailty
        n = incidents(e.gap_key[h], e.height_key[h], draw, e.layer[h], intensity, w.event_times, w.layers, w.numbers)
        if n > w.event_times.shape[0]:
            return False
        for k in range(n):
            point = identity(w.layers[k], w.numbers[k])
            t = w.event_times[k]
            m = int(t)
            w.happened[m] += 1
            typical = at_month(row, values, changed, e.severity_slot[h], m)
            if typical > 0.0:
                u = uniform(e.severity_key[h], draw, point)
                loss = severity(u, typical, typical * e.severity_p95[h], e.tail_index[h])
                w.flow[CYBER, m] -= loss
                cover = lay.calendar.insurance
                limit = at_month(row, values, changed, cover[2], m)
                if limit > 0.0:
                    share = 1.0 - at_month(row, values, changed, cover[4], m)
                    w.covered[m] += share * payout(loss, at_month(row, values, changed, cover[1], m), limit)
            w.shock[m] *= 1.0 - at_month(row, values, changed, e.churn_slot[h], m)
            hours = at_month(row, values, changed, e.outage_slot[h], m)
            if hours > 0.0:
                hours = lognormal_hours(uniform(e.outage_key[h], draw, point), hours, e.outage_p95[h])
                for y in range(e.age.shape[0]):
                    if e.hits[h, y]:
                        outage(lay, w, y, t, hours)
    return True
