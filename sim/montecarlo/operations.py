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
    now, capacity, pace, go_live = w.now, w.capacity, w.pace, w.go_live
    changed, target_slot, dip_months = w.changed, c.target_slot, c.dip_months
    for t in range(target_slot.shape[0]):
        now[target_slot[t]] = changed[t, m]
    for r in range(capacity.shape[0]):
        capacity[r] = now[work.headcount_slot[r]] * w.present[r, m]
        pace[r] = 1.0
    for k in range(work.skill_role.shape[0]):
        capacity[work.skill_role[k]] -= w.used[k, m] / lay.calendar.days
    for i in range(dip_months.shape[0]):
        g = go_live[i]
        if dip_months[i] > 0 and 0 <= g <= m < g + dip_months[i]:
            depth = now[c.dip_slot[i]] * (1.0 - (m - g) / dip_months[i])
            for r in range(capacity.shape[0]):
                if c.dips[i, r]:
                    pace[r] *= 1.0 - depth


@inline
def arrivals(lay, w, m, customers):  # type: ignore[no-untyped-def]
    """Items of every process that arrive in month m, into w.items (processes,)."""
    cal, now, items = lay.calendar, w.now, w.items
    arrivals_slot, driven = lay.work.arrivals_slot, lay.work.driven
    demand = w.demand[m] * customers / cal.customers
    for p in range(items.shape[0]):
        items[p] = now[arrivals_slot[p]] * cal.days * (demand if driven[p] else 1.0)


@inline
def run_lines(lay, w, brief):  # type: ignore[no-untyped-def]
    """Lines of all roles in the month at hand. Flows behind a step use the losses and departures of the
    month before.

    brief: only the lines that the cash flow depends on. Writes step_rate (visits an hour), step_hours (service),
    step_wait (hours), staying, waiting, served, departure, backlog. Returns (busy, present) people. Arrays are bound to
    local names: inside loops that write, a compiler must otherwise read every field of a structure again.
    """
    work, cal = lay.work, lay.calendar
    now, capacity, departure, staying = w.now, w.capacity, w.departure, w.staying
    step_rate, step_hours, step_wait = w.step_rate, w.step_hours, w.step_wait
    role_rate, role_work, role_squares, role_cv2 = w.role_rate, w.role_work, w.role_squares, w.role_cv2
    share_slot, error_slot, service_cv2 = work.share_slot, work.error_slot, work.service_cv2
    step_role, step_process, patience_slot = work.step_role, work.step_process, work.patience_slot
    items, pace, minutes_slot, lost_slot, first_step = (
        w.items,
        w.pace,
        work.minutes_slot,
        work.lost_slot,
        work.first_step,
    )
    first_at_role, steps_at_role, waiting, served, backlog = (
        work.first_at_role, work.steps_at_role, w.waiting, w.served, w.backlog,
    )  # fmt: skip
    line_rate, line_patience, line_lost, line_wait = w.line_rate, w.line_patience, w.line_lost, w.line_wait
    arrival_cv2, process_counts, role_counts = work.arrival_cv2, work.process_counts, work.role_counts
    hours = cal.hours
    roles = capacity.shape[0]
    for r in range(roles):
        role_rate[r], role_work[r], role_squares[r], role_cv2[r] = 0.0, 0.0, 0.0, 0.0
    for p in range(items.shape[0]):
        if brief and not process_counts[p]:
            continue
        flow = items[p] / cal.hours * (1.0 - now[lost_slot[p]])
        for s in range(first_step[p], first_step[p + 1]):
            r = step_role[s]
            rate = flow * now[share_slot[s]] / (1.0 - now[error_slot[s]])
            service = now[minutes_slot[s]] / (60.0 * pace[r])
            step_rate[s], step_hours[s] = rate, service
            role_rate[r] += rate
            role_work[r] += rate * service
            role_squares[r] += rate * service * service * (1.0 + service_cv2[s])
            flow *= staying[s]
    for p in range(items.shape[0]):
        if brief and not process_counts[p]:
            continue
        # squared CV of the gaps between items that reach a step: thinned arrivals at the first step, thinned departures
        # of the role before behind it (Whitt 1983, "The queueing network analyzer", eq. 36 and 38)
        first = first_step[p]
        kept = (1.0 - now[lost_slot[p]]) * now[share_slot[first]]
        role_cv2[step_role[first]] += step_rate[first] * (1.0 + kept * (arrival_cv2[p] - 1.0))
        for s in range(first + 1, first_step[p + 1]):
            before = step_role[s - 1]
            part = min(1.0, step_rate[s] / role_rate[before]) if role_rate[before] > EMPTY else 0.0
            role_cv2[step_role[s]] += step_rate[s] * (1.0 + part * (departure[before] - 1.0))
    busy, present = 0.0, 0.0
    for r in range(roles):
        present += max(0.0, capacity[r])
        waiting[r], served[r] = 0.0, 1.0
        total = role_rate[r]
        if brief and not role_counts[r]:
            continue
        if total <= EMPTY:
            backlog[r] = 0.0
            for j in range(
                first_at_role[r], first_at_role[r + 1]
            ):  # no work, no wait: not that of another month or path
                step_wait[steps_at_role[j]] = 0.0
            continue
        n = 0
        for j in range(first_at_role[r], first_at_role[r + 1]):
            s = steps_at_role[j]
            line_rate[n] = step_rate[s]
            line_patience[n] = now[patience_slot[step_process[s]]] / 60.0
            n += 1
        service = role_work[r] / total
        cs2 = role_squares[r] / (total * service * service) - 1.0
        ca2 = role_cv2[r] / total
        p_wait, load, left, part = waiting_line(
            capacity[r], service, 0.5 * (ca2 + cs2), hours, backlog[r], n, line_rate, line_patience,
            line_lost, line_wait,
        )  # fmt: skip
        waiting[r], served[r], backlog[r] = p_wait, part, left
        busy += load
        servers = max(capacity[r], 1e-9)
        rho2 = min(1.0, load / servers) ** 2
        departure[r] = max(
            0.0, 1.0 + (1.0 - rho2) * (ca2 - 1.0) + rho2 / math.sqrt(max(1.0, servers)) * (max(cs2, 0.2) - 1.0)
        )
        for k in range(n):
            s = steps_at_role[first_at_role[r] + k]
            step_wait[s] = line_wait[k]
            error, kept = now[error_slot[s]], 1.0 - line_lost[k]
            through = kept * (1.0 - error) / (1.0 - error * kept)
            staying[s] = 1.0 - now[share_slot[s]] * (1.0 - through)
    return busy, present


@inline
def finish_month(lay, w, m, brief, sums):  # type: ignore[no-untyped-def]
    """What becomes of the items that arrive in month m, summed over processes.

    Writes sums: items that came, were completed, were on time, hours waited by completed items, revenue, items of
    customer-driven processes that came, and those of them completed on time. brief: only processes that move money.
    """
    work, now, items = lay.work, w.now, w.items
    staying, served, waiting, out_lost, out_late = w.staying, w.served, w.waiting, w.out_lost, w.out_late
    share_slot, error_slot, service_cv2 = work.share_slot, work.error_slot, work.service_cv2
    step_hours, step_wait, step_role, out_delay = w.step_hours, w.step_wait, work.step_role, w.out_delay
    patience_slot, lost_slot, revenue_slot, target_hours = (
        work.patience_slot, work.lost_slot, work.revenue_slot, work.target_hours,
    )  # fmt: skip
    first_step, driven, earns = work.first_step, work.driven, work.earns
    for k in range(sums.shape[0]):
        sums[k] = 0.0
    for p in range(items.shape[0]):
        if brief and not earns[p]:
            continue
        patient = now[patience_slot[p]] >= 1e8
        completed = 1.0 - now[lost_slot[p]]
        mean, variance, waits, late_by_outage, slowest, fastest = 0.0, 0.0, 0.0, 0.0, 1.0, 1.0
        for s in range(first_step[p], first_step[p + 1]):
            r = step_role[s]
            share, error = now[share_slot[s]], now[error_slot[s]]
            visits = 1.0 / (1.0 - error)
            service, wait = step_hours[s], step_wait[s]
            completed *= staying[s] * (1.0 - share * min(1.0, out_lost[s, m]))
            if patient:
                slowest, fastest = min(slowest, served[r]), max(fastest, served[r])
            once = wait + service
            spread = service * service * service_cv2[s]
            if waiting[r] > 1e-9:
                spread += wait * wait * (2.0 / waiting[r] - 1.0)
            passes = share * visits
            mean += passes * once
            variance += passes * spread + passes * (visits * (1.0 + error) - passes) * once * once
            waits += share * (visits * wait + out_delay[s, m])
            late_by_outage += share * out_late[s, m]
        completed *= slowest if slowest < 1.0 else fastest  # the slowest line holds the whole process back
        target = target_hours[p]
        on_time = 1.0 if mean <= target else 0.0
        if (driven[p] or not brief) and variance > 1e-18 and mean > 0.0:
            log_variance = math.log1p(variance / (mean * mean))
            on_time = cdf((math.log(target / mean) + 0.5 * log_variance) / math.sqrt(log_variance))
        on_time *= max(0.0, 1.0 - late_by_outage)
        came = items[p]
        sums[0] += came
        sums[1] += came * completed
        sums[2] += came * completed * on_time
        sums[3] += came * completed * waits
        sums[4] += came * completed * now[revenue_slot[p]]
        if driven[p]:
            sums[5] += came
            sums[6] += came * min(1.0, completed) * on_time
