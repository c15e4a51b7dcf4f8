"""Kernel part: failures, incidents and outages, path by path (k is the lane)."""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.lanes.values import lanes
from sim.mechanisms.attacks import incidents
from sim.mechanisms.delivery import FINISHED
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.insurance import insurance_payout
from sim.mechanisms.repair_queue import shared_failures
from sim.mechanisms.severity import severity_quantile
from sim.mechanisms.wearout import failures, lognormal_hours
from sim.montecarlo.cyber import breach, lapsed, secondary_losses, spare, uncounted_margin
from sim.montecarlo.effects import at_month, number_at
from sim.montecarlo.finance import TECHNOLOGY
from sim.montecarlo.kpis import CYBER, RENEWAL, REPAIR
from sim.montecarlo.tilt import density, made_worse, mixture_part, tilt_intensity, tilt_mark, worst_of
from sim.streams import identity, uniform

severity = compile_scalar(severity_quantile, inline)
payout = compile_scalar(insurance_payout, inline)


@inline
def clear_outages(lay, w):  # type: ignore[no-untyped-def]
    for m in range(lay.calendar.months):
        w.shock[m] = 1.0
        w.covered[m] = 0.0
        w.happened[m] = 0.0
        w.refused[m] = 0.0
        w.recovery[0, m] = 0.0
        w.recovery[1, m] = 0.0
    for table in (w.down, w.out_lost, w.out_late, w.out_delay, w.spared):
        for i in range(table.shape[0]):
            for m in range(table.shape[1]):
                table[i, m] = 0.0


@inline
def outage(lay, w, k, y, t, hours):  # type: ignore[no-untyped-def]
    """Book an outage of system y from month t on: hours down, items lost to it, delayed by it, made late by it.

    Items that come in the first `hours - patience` hours give up; those who come later wait for the rest. Items that
    never give up wait the rest of the outage, and late is who waits beyond the target.
    """
    cal, work = lay.calendar, lay.work
    m = int(t)
    left = (cal.months - t) * cal.hours
    hours = min(hours, left)
    room = (m + 1 - t) * cal.hours
    take_down(lay, w, k, y, m, hours, room)
    for s in range(work.step_needs.shape[0]):
        if work.step_needs[s, y]:
            hold_up(lay, w, k, s, m, hours, room, 1.0)


@inline
def take_down(lay, w, k, y, m, hours, room):  # type: ignore[no-untyped-def]
    """System y is down for `hours` from month m on, which has `room` hours left."""
    rest = hours
    piece = min(rest, room)
    month = m
    while rest > 0.0 and month < lay.calendar.months:
        w.down[y, month, k] += piece
        rest -= piece
        month += 1
        piece = min(rest, lay.calendar.hours)


@inline
def hold_up(lay, w, k, s, m, hours, room, weight):  # type: ignore[no-untyped-def]
    """What an outage of `hours` from month m on, which has `room` hours left, does to the items of step s. weight:
    share of them that it meets here."""
    cal, work = lay.calendar, lay.work
    p = work.step_process[s]
    patience = number_at(lay.row, w.values, w.changed, work.patience_slot[p], m, k) / 60.0
    target = work.target_hours[p]
    waits = min(hours, patience)
    w.out_delay[s, m, k] += weight * (0.5 * waits * waits / cal.hours)
    if waits > target:
        w.out_late[s, m, k] += weight * ((waits - target) / cal.hours)
    gone = hours - waits
    month, first = m, room
    while gone > 0.0 and month < cal.months:
        part = min(gone, first)
        w.out_lost[s, month, k] += weight * (part / cal.hours)
        gone -= part
        month += 1
        first = cal.hours


@inline
def run_systems(lay, w, draw, k, baseline, brief):  # type: ignore[no-untyped-def]
    """Failures and repairs of every system; False when there are more than the buffers hold.

    baseline: keep the failures; a system that the roadmap does not touch fails as in the baseline, unless a policy
    replaces it, or one that shares its repairers. brief: ages are wanted only where money depends on them.
    """
    e, cal, row = lay.estate, lay.calendar, lay.row
    known, times, hours = w.failure_count[k], w.failure_times[k], w.failure_hours[k]
    failed_at, failed_hours = w.failed_at, w.failed_hours
    for g in range(e.repairers.shape[0]):
        members = e.member[e.first_member[g] : e.first_member[g + 1]]
        anew = baseline
        made = w.in_lanes[members[0]] == 1 and w.lane_count[k, members[0]] >= 0
        for y in members:
            anew = anew or known[y] > times.shape[1] or lay.terms.limit_slot[y] >= 0 or _touched(lay, w, k, y)
        for y in members:
            w.anew[y] = 1 if anew else 0
        if anew and made:
            _take_failures(lay, w, k, members[0], brief)
        elif anew:
            _fail(lay, w, draw, k, g, members)
    for y in range(e.age.shape[0]):
        n, renewed = w.failed[y], w.renewed[y]
        if w.anew[y] == 1:
            if n > failed_at.shape[1] or renewed > w.renewals.shape[1]:
                return False
            book_renewals(lay, w, k, y, renewed)
            if baseline:
                known[y] = n
                for j in range(min(n, times.shape[1])):
                    times[y, j], hours[y, j] = failed_at[y, j], failed_hours[y, j]
                for m in range(cal.months):
                    w.base_exposure[y, m, k] = w.exposure[y, m, k]
        else:
            n, renewed = known[y], 0
            for j in range(n):
                failed_at[y, j], failed_hours[y, j] = times[y, j], hours[y, j]
            for m in range(cal.months):
                w.refreshed[y, m] = 0
                w.exposure[y, m, k] = w.base_exposure[y, m, k]
        if not brief or lay.ageing.counts == 1:
            set_ages(lay, w, k, y, n, renewed)
        for j in range(n):
            m = int(failed_at[y, j])
            w.flow[REPAIR, m, k] -= (
                number_at(row, w.values, w.changed, e.repair_cost_slot[y], m, k) * w.price_index[TECHNOLOGY, m, k]
            )
            outage(lay, w, k, y, failed_at[y, j], failed_hours[y, j])
            w.recovery[0, m, k] += failed_hours[y, j]
            w.recovery[1, m, k] += 1.0
    return True


@inline
def _touched(lay, w, k, y):  # type: ignore[no-untyped-def]
    """Whether something of the roadmap that is live changes the failures of system y."""
    found = False
    for i in range(lay.candidates.duration.shape[0]):
        if lay.estate.plain[y]:
            found = found or (lay.candidates.refreshes[i, y] and w.refresh[i, k] < lay.calendar.months)
        elif lay.estate.touches[i, y] and w.go_live[k, i] >= 0:
            found = True
    return found


@inline
def _take_failures(lay, w, k, y, brief):  # type: ignore[no-untyped-def]
    """Failures of system y that were made for all paths, see `sim.montecarlo.wear`."""
    n = w.lane_count[k, y]
    w.failed[y], w.renewed[y] = n, 0
    for j in range(n):
        w.failed_at[y, j], w.failed_hours[y, j] = w.lane_times[k, y, j], w.lane_hours[k, y, j]
    if not brief or lay.ageing.counts == 1:
        for m in range(lay.calendar.months):
            w.refreshed[y, m] = 0
        for i in range(w.refresh.shape[0]):
            if lay.candidates.refreshes[i, y] and w.refresh[i, k] < lay.calendar.months:
                w.refreshed[y, int(w.refresh[i, k])] = 1


@inline
def _fail(lay, w, draw, k, g, members):  # type: ignore[no-untyped-def]
    """Failures under the roadmap at hand of group g: systems that share repairers, or one that has its own."""
    e, cal = lay.estate, lay.calendar
    for y in members:
        _set_months(lay, w, k, y)
    if e.repairers[g] == 0:
        y = members[0]
        w.failed[y], w.renewed[y] = failures(
            e.failure_key[y], e.repair_key[y], draw, e.age[y], e.shape[y], w.scale[y], w.factor[y], w.refreshed[y],
            e.replace[y] == 1, w.median[y], e.repair_p95[y], cal.hours, w.limit[y], w.failed_at[y], w.failed_hours[y],
            w.renewals[y],
        )  # fmt: skip
    else:
        for m in range(cal.months):
            w.response[m] = number_at(lay.row, w.values, w.changed, e.response_slot[g], m, k)
            w.busy[m] = number_at(lay.row, w.values, w.changed, e.busy_slot[g], m, k)
        shared_failures(
            members, e.repairers[g], e.failure_key, e.repair_key, e.response_key, draw, e.age, e.shape, w.scale,
            w.factor, w.refreshed, e.replace, w.median, e.repair_p95, w.response, e.response_p95[g], w.busy, cal.hours,
            w.limit, w.free, w.due, w.due_age, w.piece, w.piece_end, w.failed_at, w.failed_hours, w.renewals, w.failed,
            w.renewed,
        )  # fmt: skip


@inline
def _set_months(lay, w, k, y):  # type: ignore[no-untyped-def]
    """What the failures of system y depend on, month by month; its exposure to attacks while nothing is replaced."""
    e, cal, c, row = lay.estate, lay.calendar, lay.candidates, lay.row
    for m in range(cal.months):
        w.refreshed[y, m] = 0
    for i in range(c.duration.shape[0]):
        if c.refreshes[i, y] and w.state[k, i] == FINISHED and w.go_live[k, i] < cal.months:
            w.refreshed[y, w.go_live[k, i]] = 1
    supported = False
    for m in range(cal.months):
        supported = supported or w.refreshed[y, m] == 1
        old = m >= e.support_ends[y] and not supported
        w.scale[y, m] = number_at(row, w.values, w.changed, e.scale_slot[y], m, k)
        w.median[y, m] = number_at(row, w.values, w.changed, e.repair_slot[y], m, k)
        w.factor[y, m] = 1.0
        w.limit[y, m] = math.inf
        if lay.terms.limit_slot[y] >= 0:
            w.limit[y, m] = number_at(row, w.values, w.changed, lay.terms.limit_slot[y], m, k)
        w.exposure[y, m, k] = 1.0
        if old:
            w.factor[y, m] = number_at(row, w.values, w.changed, e.unsupported_failures_slot[y], m, k)
            w.exposure[y, m, k] = number_at(row, w.values, w.changed, e.unsupported_attacks_slot[y], m, k)


@inline
def book_renewals(lay, w, k, y, renewed):  # type: ignore[no-untyped-def]
    """Cost of the planned replacements of system y; from the month after the first it is exposed to no more attacks
    than a supported one."""
    for j in range(renewed):
        m = int(w.renewals[y, j])
        cost = number_at(lay.row, w.values, w.changed, lay.terms.refresh_cost_slot[y], m, k)
        w.flow[RENEWAL, m, k] -= cost * w.price_index[TECHNOLOGY, m, k]
    if renewed > 0:
        for m in range(int(w.renewals[y, 0]) + 1, lay.calendar.months):
            w.exposure[y, m, k] = 1.0


@inline
def set_ages(lay, w, k, y, n, renewed):  # type: ignore[no-untyped-def]
    """Age of system y in the middle of every month, years; of the n failures those count that replace it."""
    birth = -12.0 * lay.estate.age[y]
    failed, planned = 0, 0
    for m in range(lay.calendar.months):
        if w.refreshed[y, m] == 1:
            birth = max(birth, float(m))
        middle = m + 0.5
        if lay.estate.replace[y] == 1:
            while failed < n and w.failed_at[y, failed] <= middle:
                birth = max(birth, w.failed_at[y, failed])
                failed += 1
        while planned < renewed and w.renewals[y, planned] <= middle:
            birth = max(birth, w.renewals[y, planned])
            planned += 1
        w.age[y, m, k] = (middle - birth) / 12.0


@inline
def set_intensities(lay, w):  # type: ignore[no-untyped-def]
    """Incidents a year of every threat by month, in lanes: attempts * success * exposure of what it hits * what
    controls leave of it * frailty."""
    e = lay.estate
    for h in range(e.layer.shape[0]):
        frailty = lanes(1.0)
        if e.frailty_slot[h] >= 0:
            frailty = w.values[e.frailty_slot[h]]
        for m in range(lay.calendar.months):
            if lay.cyber.yearly[h]:
                frailty = w.values[e.frailty_slot[h] + m // 12]
            success = at_month(lay, w, e.success_slot[h], m)
            for y in range(e.age.shape[0]):
                if e.hits[h, y]:
                    success = success * w.exposure[y, m]
            success = min(1.0, success)
            if w.success_left.shape[0] > 0:
                success = success * w.success_left[h, m]
            w.intensity[h, m] = at_month(lay, w, e.attempts_slot[h], m) * success * frailty


@inline
def run_threats(lay, w, draw, k):  # type: ignore[no-untyped-def]
    """Incidents of every threat: loss, outage, customers who leave, what insurance covers. False when there are more
    than the buffers hold."""
    e, cal, row = lay.estate, lay.calendar, lay.row
    values, changed, intensity = w.values, w.changed, w.month_intensity
    cover = cal.insurance
    mark, mixture = tilt_mark(lay, draw)
    for h in range(e.layer.shape[0]):
        for m in range(cal.months):
            intensity[m] = w.intensity[h, m, k]
        expected = tilt_intensity(lay, h, mark, intensity)
        n = incidents(e.gap_key[h], e.height_key[h], draw, e.layer[h], intensity, w.event_times, w.layers, w.numbers)
        if n > w.event_times.shape[0]:
            return False
        worst, densities = worst_of(lay, draw, h, mark, n), 0.0
        for j in range(n):
            point = identity(w.layers[j], w.numbers[j])
            t = w.event_times[j]
            m = int(t)
            w.happened[m, k] += 1.0
            w.shock[m, k] *= 1.0 - number_at(row, values, changed, e.churn_slot[h], m, k)
            hours = number_at(row, values, changed, e.outage_slot[h], m, k)
            if hours > 0.0:
                hours = lognormal_hours(uniform(e.outage_key[h], draw, point), hours, e.outage_p95[h])
                if w.outage_left.shape[0] > 0:
                    hours *= w.outage_left[h, m, k]
                for y in range(e.age.shape[0]):
                    if e.hits[h, y]:
                        outage(lay, w, k, y, t, hours)
                if lay.cyber.covers_interruption[h]:
                    spare(lay, w, k, h, t, hours)
            primary = 0.0
            typical = number_at(row, values, changed, e.severity_slot[h], m, k)
            if typical > 0.0:
                u = uniform(e.severity_key[h], draw, point)
                if j == worst:
                    u = made_worse(u, lay.tilt.power)
                if mark <= 1.0:
                    densities += density(u, lay.tilt.power)
                primary = severity(u, typical, typical * e.severity_p95[h], e.tail_index[h])
                if w.loss_left.shape[0] > 0:
                    primary *= w.loss_left[h, m, k]
            elif mark <= 1.0:
                densities += 1.0  # also without a loss it may be the chosen one, and stays as it is
            secondary = secondary_losses(lay, w, draw, k, h, m, w.layers[j], w.numbers[j])
            notification, penalty = breach(lay, w, draw, k, h, m, w.layers[j], w.numbers[j])
            w.flow[CYBER, m, k] -= primary + secondary + notification + penalty
            limit = number_at(row, values, changed, cover[2], m, k)
            if limit > 0.0:
                parts = (primary, secondary, notification, penalty, uncounted_margin(lay, w, k, h, m, hours))
                counted = 0.0
                for part in range(5):
                    most = number_at(row, values, changed, lay.cyber.sublimits[part], m, k)
                    counted += min(most, parts[part])
                share = 1.0 - number_at(row, values, changed, cover[4], m, k)
                retention = number_at(row, values, changed, cover[1], m, k)
                due = share * payout(counted, retention, limit)
                if due > 0.0:
                    if lapsed(lay, w, k, m):
                        w.refused[m, k] += 1.0
                    else:
                        w.covered[m, k] += due
        mixture += mixture_part(lay, h, n, densities, expected)
    w.weight[0, k] = 1.0 / mixture
    return True
