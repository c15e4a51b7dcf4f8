"""Kernel part: a month of operations. Flows of items, lines at the roles, waits, losses, lateness."""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.mechanisms.line import waiting_line
from sim.montecarlo.people import at_month, cdf

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
        items *= cal.season[m] * (1.0 + w.now[cal.slots[3]]) ** (m / 12.0) * customers / cal.customers
    return items


@inline
def run_lines(lay, w, m, customers):  # type: ignore[no-untyped-def]
    """Lines of all roles in month m. Flows behind a step use the losses of the month before.

    Writes step_rate (visits an hour), step_hours (service), step_wait (hours), staying, waiting, served, departure,
    backlog. Returns (busy, present) people.
    """
    work, cal = lay.work, lay.calendar
    steps = work.step_role.shape[0]
    for p in range(work.first_step.shape[0] - 1):
        flow = arrivals(lay, w, p, m, customers) / cal.hours * (1.0 - w.now[work.lost_slot[p]])
        for s in range(work.first_step[p], work.first_step[p + 1]):
            visits = w.now[work.share_slot[s]] / (1.0 - w.now[work.error_slot[s]])
            w.step_rate[s] = flow * visits
            w.step_hours[s] = w.now[work.minutes_slot[s]] / 60.0 / w.pace[work.step_role[s]]
            flow *= w.staying[s]
    busy, present = 0.0, 0.0
    for r in range(work.seats.shape[0]):
        n = 0
        total, hours, squares, arrival_cv2 = 0.0, 0.0, 0.0, 0.0
        for s in range(steps):
            if work.step_role[s] != r:
                continue
            rate, service = w.step_rate[s], w.step_hours[s]
            p = work.step_process[s]
            total += rate
            hours += rate * service
            squares += rate * service * service * (1.0 + work.service_cv2[s])
            arrival_cv2 += rate * _incoming_cv2(lay, w, p, s)
            w.line_step[n] = s
            w.line_rate[n] = rate
            w.line_patience[n] = w.now[work.patience_slot[p]] / 60.0
            n += 1
        present += max(0.0, w.capacity[r])
        w.waiting[r], w.served[r] = 0.0, 1.0
        if total <= EMPTY:
            w.backlog[r] = 0.0
            continue
        service = hours / total
        cs2 = squares / total / (service * service) - 1.0
        ca2 = arrival_cv2 / total
        waiting, load, left, served = waiting_line(
            w.capacity[r], service, 0.5 * (ca2 + cs2), cal.hours, w.backlog[r], n, w.line_rate, w.line_patience,
            w.line_lost, w.line_wait,
        )  # fmt: skip
        w.waiting[r], w.served[r], w.backlog[r] = waiting, served, left
        busy += load
        servers = max(w.capacity[r], 1e-9)
        rho = min(1.0, load / servers)
        w.departure[r] = max(
            0.0,
            1.0 + (1.0 - rho * rho) * (ca2 - 1.0) + rho * rho / math.sqrt(max(1.0, servers)) * (max(cs2, 0.2) - 1.0),
        )
        for j in range(n):
            s = w.line_step[j]
            w.step_wait[s] = w.line_wait[j]
            error = w.now[work.error_slot[s]]
            kept = 1.0 - w.line_lost[j]
            through = kept * (1.0 - error) / (1.0 - error * kept)
            w.staying[s] = 1.0 - w.now[work.share_slot[s]] * (1.0 - through)
    return busy, present


@inline
def _incoming_cv2(lay, w, p, s):  # type: ignore[no-untyped-def]
    """Squared CV of the gaps between items that reach step s: thinned arrivals at the first step, thinned departures of
    the role before otherwise (Whitt 1983, "The queueing network analyzer", eq. 36 and 38)."""
    work = lay.work
    if s == work.first_step[p]:
        kept = (1.0 - w.now[work.lost_slot[p]]) * w.now[work.share_slot[s]]
        return 1.0 + kept * (work.arrival_cv2[p] - 1.0)
    before = work.step_role[s - 1]
    total = 0.0
    for other in range(work.step_role.shape[0]):
        if work.step_role[other] == before:
            total += w.step_rate[other]
    part = min(1.0, w.step_rate[s] / total) if total > EMPTY else 0.0
    return 1.0 + part * (w.departure[before] - 1.0)


@inline
def finish_process(lay, w, p, m):  # type: ignore[no-untyped-def]
    """Of the items of process p that arrive in month m: share completed, share of those on time, mean wait in hours."""
    work = lay.work
    completed = 1.0 - w.now[work.lost_slot[p]]
    mean, variance, waits, late_by_outage, pace = 0.0, 0.0, 0.0, 0.0, 1.0
    for s in range(work.first_step[p], work.first_step[p + 1]):
        r = work.step_role[s]
        share = w.now[work.share_slot[s]]
        error = w.now[work.error_slot[s]]
        visits = 1.0 / (1.0 - error)
        service, wait = w.step_hours[s], w.step_wait[s]
        completed *= w.staying[s] * (1.0 - share * min(1.0, w.out_lost[s, m]))
        if w.now[work.patience_slot[p]] >= 1e8:
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
