"""Kernel part: a month of operations. Flows of items, lines at the roles, waits, losses, lateness."""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.mechanisms.line import waiting_line
from sim.montecarlo.people import cdf

EMPTY = 1e-12


@inline
def set_month(lay, w, m):  # type: ignore[no-untyped-def]
    """Numbers of month m after effects, people present, pace after go-lives."""
    c, work = lay.candidates, lay.work
    for t in range(c.target_slot.shape[0]):
        w.now[c.target_slot[t]] = w.changed[t, m]
    for r in range(work.seats.shape[0]):
        w.capacity[r] = w.now[work.headcount_slot[r]] * w.present[r, m]
        w.pace[r] = 1.0
    for k in range(work.skill_role.shape[0]):
        w.capacity[work.skill_role[k]] -= w.used[k, m] / lay.calendar.days
    for i in range(c.duration.shape[0]):
        g = w.go_live[i]
        if c.dip_months[i] > 0 and 0 <= g <= m < g + c.dip_months[i]:
            depth = w.now[c.dip_slot[i]] * (1.0 - (m - g) / c.dip_months[i])
            for r in range(work.seats.shape[0]):
                if c.dips[i, r]:
                    w.pace[r] *= 1.0 - depth


@inline
def arrivals(lay, w, p, m, customers):  # type: ignore[no-untyped-def]
    """Items of process p that arrive in month m."""
    cal = lay.calendar
    items = w.now[lay.work.arrivals_slot[p]] * cal.days
    if lay.work.driven[p]:
        items *= w.demand[m] * customers / cal.customers
    return items


@inline
def run_lines(lay, w, m, customers):  # type: ignore[no-untyped-def]
    """Lines of all roles in month m. Flows behind a step use the losses of the month before.

    Writes step_rate (visits an hour), step_hours (service), step_wait (hours), staying, waiting, served, departure,
    backlog. Returns (busy, present) people. Arrays are bound to local names: inside loops that write, a compiler must
    otherwise read every field of a structure again.
    """
    work, cal = lay.work, lay.calendar
    now, capacity, departure, staying = w.now, w.capacity, w.departure, w.staying
    step_rate, step_hours, step_wait = w.step_rate, w.step_hours, w.step_wait
    role_rate, role_work, role_squares, role_cv2 = w.role_rate, w.role_work, w.role_squares, w.role_cv2
    share_slot, error_slot, service_cv2 = work.share_slot, work.error_slot, work.service_cv2
    step_role, step_process, patience_slot = work.step_role, work.step_process, work.patience_slot
    roles = work.seats.shape[0]
    for r in range(roles):
        role_rate[r], role_work[r], role_squares[r], role_cv2[r] = 0.0, 0.0, 0.0, 0.0
    for p in range(work.first_step.shape[0] - 1):
        flow = arrivals(lay, w, p, m, customers) / cal.hours * (1.0 - now[work.lost_slot[p]])
        for s in range(work.first_step[p], work.first_step[p + 1]):
            r = step_role[s]
            rate = flow * now[share_slot[s]] / (1.0 - now[error_slot[s]])
            service = now[work.minutes_slot[s]] / (60.0 * w.pace[r])
            step_rate[s], step_hours[s] = rate, service
            role_rate[r] += rate
            role_work[r] += rate * service
            role_squares[r] += rate * service * service * (1.0 + service_cv2[s])
            flow *= staying[s]
    for s in range(step_role.shape[0]):
        role_cv2[step_role[s]] += step_rate[s] * _incoming_cv2(work, now, role_rate, step_rate, departure, s)
    busy, present = 0.0, 0.0
    for r in range(roles):
        present += max(0.0, capacity[r])
        w.waiting[r], w.served[r] = 0.0, 1.0
        total = role_rate[r]
        if total <= EMPTY:
            w.backlog[r] = 0.0
            continue
        n = 0
        for j in range(work.first_at_role[r], work.first_at_role[r + 1]):
            s = work.steps_at_role[j]
            w.line_rate[n] = step_rate[s]
            w.line_patience[n] = now[patience_slot[step_process[s]]] / 60.0
            n += 1
        service = role_work[r] / total
        cs2 = role_squares[r] / (total * service * service) - 1.0
        ca2 = role_cv2[r] / total
        waiting, load, left, served = waiting_line(
            capacity[r], service, 0.5 * (ca2 + cs2), cal.hours, w.backlog[r], n, w.line_rate, w.line_patience,
            w.line_lost, w.line_wait,
        )  # fmt: skip
        w.waiting[r], w.served[r], w.backlog[r] = waiting, served, left
        busy += load
        servers = max(capacity[r], 1e-9)
        rho2 = min(1.0, load / servers) ** 2
        departure[r] = max(
            0.0, 1.0 + (1.0 - rho2) * (ca2 - 1.0) + rho2 / math.sqrt(max(1.0, servers)) * (max(cs2, 0.2) - 1.0)
        )
        n = 0
        for j in range(work.first_at_role[r], work.first_at_role[r + 1]):
            s = work.steps_at_role[j]
            step_wait[s] = w.line_wait[n]
            error, kept = now[error_slot[s]], 1.0 - w.line_lost[n]
            through = kept * (1.0 - error) / (1.0 - error * kept)
            staying[s] = 1.0 - now[share_slot[s]] * (1.0 - through)
            n += 1
    return busy, present


@inline
def _incoming_cv2(work, now, role_rate, step_rate, departure, s):  # type: ignore[no-untyped-def]
    """Squared CV of the gaps between items that reach step s: thinned arrivals at the first step, thinned departures of
    the role before otherwise (Whitt 1983, "The queueing network analyzer", eq. 36 and 38)."""
    p = work.step_process[s]
    if s == work.first_step[p]:
        kept = (1.0 - now[work.lost_slot[p]]) * now[work.share_slot[s]]
        return 1.0 + kept * (work.arrival_cv2[p] - 1.0)
    before = work.step_role[s - 1]
    total = role_rate[before]
    part = min(1.0, step_rate[s] / total) if total > EMPTY else 0.0
    return 1.0 + part * (departure[before] - 1.0)


@inline
def finish_process(lay, w, p, m):  # type: ignore[no-untyped-def]
    """Of the items of process p that arrive in month m: share completed, share of those on time, mean wait in hours."""
    work, now = lay.work, w.now
    completed = 1.0 - now[work.lost_slot[p]]
    mean, variance, waits, late_by_outage, pace = 0.0, 0.0, 0.0, 0.0, 1.0
    for s in range(work.first_step[p], work.first_step[p + 1]):
        r = work.step_role[s]
        share = now[work.share_slot[s]]
        error = now[work.error_slot[s]]
        visits = 1.0 / (1.0 - error)
        service, wait = w.step_hours[s], w.step_wait[s]
        completed *= w.staying[s] * (1.0 - share * min(1.0, w.out_lost[s, m]))
        if now[work.patience_slot[p]] >= 1e8:
            pace = min(pace, w.served[r]) if w.served[r] < 1.0 else max(pace, w.served[r])
        delay = w.out_delay[s, m]
        once = wait + service
        spread = service * service * work.service_cv2[s]
        if w.waiting[r] > 1e-9:
            spread += wait * wait * (2.0 / w.waiting[r] - 1.0)
        mean += share * visits * once
        variance += share * visits * spread + (share * visits * (visits * (1.0 + error) - share * visits)) * once * once
        waits += share * (visits * wait + delay)
        late_by_outage += share * w.out_late[s, m]
    completed *= pace
    target = work.target_hours[p]
    on_time = 1.0 if mean <= target else 0.0
    if variance > 1e-18 and mean > 0.0:
        log_variance = math.log1p(variance / (mean * mean))
        on_time = cdf((math.log(target / mean) + 0.5 * log_variance) / math.sqrt(log_variance))
    return completed, on_time * max(0.0, 1.0 - late_by_outage), waits
