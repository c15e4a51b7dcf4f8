"""Kernel part: a month of operations, in lanes. Flows of items, lines at the roles, waits, losses, lateness."""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.lanes.mathematics import normal_cdf
from sim.lanes.values import lanes, select, some
from sim.mechanisms.line import waiting_line
from sim.mechanisms.workload import attendance, by_people
from sim.montecarlo.channels import through_channels
from sim.montecarlo.feeds import add_fed_items
from sim.montecarlo.hosting import admit
from sim.montecarlo.integration import derive

EMPTY = 1e-12


@inline
def set_month(lay, w, m, n):  # type: ignore[no-untyped-def]
    """Numbers of month m after effects, people present, pace after go-lives. n: how many initiatives are chosen."""
    c, work = lay.candidates, lay.work
    for t in range(c.target_slot.shape[0]):
        w.now[c.target_slot[t]] = w.changed[t, m]
    derive(lay, w)
    crew = lay.crew
    for r in range(work.seats.shape[0]):
        w.capacity[r] = w.now[work.headcount_slot[r]] * w.present[r, m]
        if work.hire_role.shape[0] > 0:
            w.capacity[r] += w.hired[r, m] * w.present[r, m]
        w.pace[r] = 1.0
        if crew.learning_slot[r] >= 0:
            w.pace[r] *= 1.0 - (1.0 - w.now[crew.learning_slot[r]]) * w.unlearned[r, m]
        if crew.key_slot[r] >= 0:
            w.pace[r] *= 1.0 - w.now[crew.key_slot[r]] * w.bereft[r, m]
        if crew.takes_days == 1:
            w.capacity[r] -= w.away[r, m] / lay.calendar.days
    for k in range(work.skill_role.shape[0]):
        w.capacity[work.skill_role[k]] -= w.used[k, m] / lay.calendar.days
    for j in range(n):
        i = w.chosen[j]
        if c.dip_months[i] == 0:
            continue
        since, length = m - w.begins[i], w.now[crew.dip_length_slot[i]]
        hold, back = crew.dip_hold[i] * length, c.dip_months[i] * length
        dipping = (since >= 0.0) & (since < hold + back)
        if some(dipping):
            left = 1.0 - max(since - hold, 0.0) / back
            depth = select(dipping, w.now[c.dip_slot[i]] * left, 0.0) * w.part[i]
            if lay.projects.beside_dip[i] != 1.0:
                depth = select(w.beside_until[i] > m, depth * lay.projects.beside_dip[i], depth)
            for r in range(work.seats.shape[0]):
                if c.dips[i, r]:
                    w.pace[r] *= 1.0 - depth


@inline
def arrivals(lay, w, m, customers):  # type: ignore[no-untyped-def]
    """Items of every process that arrive in month m, into w.items (processes,)."""
    cal, work = lay.calendar, lay.work
    demand = w.demand[m] * w.now[cal.slots[6]] * customers / cal.customers
    for p in range(work.driven.shape[0]):
        items = w.now[work.arrivals_slot[p]] * cal.days
        if lay.market.first_channel[p] < lay.market.first_channel[p + 1]:
            items = items * through_channels(lay, w, p)
        w.items[p] = items * demand if work.driven[p] else items
    add_fed_items(lay, w, m)


@inline
def offer(lay, w, brief):  # type: ignore[no-untyped-def]
    """What the flows of the month bring to every step and role; flows behind a step use the losses and departures of
    the month before.

    brief: only what the cash flow depends on. Writes step_rate (visits an hour), step_hours (service), and by role
    role_rate, role_work (Erlang), role_squares and role_cv2: sums for the moments of service and of gaps.
    """
    work, hours = lay.work, lay.calendar.hours
    if lay.terms.capped:
        admit(lay, w)
    for r in range(work.seats.shape[0]):
        w.role_rate[r] = 0.0
        w.role_work[r] = 0.0
        w.role_squares[r] = 0.0
        w.role_cv2[r] = 0.0
    for p in range(work.driven.shape[0]):
        if brief and not work.process_counts[p]:
            continue
        flow = w.items[p] / hours * (1.0 - w.now[work.lost_slot[p]])
        for s in range(work.first_step[p], work.first_step[p + 1]):
            r = work.step_role[s]
            come = flow * w.admitted[s]
            w.human[s] = w.now[work.share_slot[s]]
            if work.automates[s]:
                automated, exceptions = w.now[work.automated_slot[s]], w.now[work.exceptions_slot[s]]
                w.visits[0] += come * w.human[s] * automated * (1.0 - exceptions)
                w.human[s] = by_people(w.human[s], automated, exceptions)
            rate = come * w.human[s] / (1.0 - w.now[work.error_slot[s]])
            service = w.now[work.minutes_slot[s]] / (60.0 * w.pace[r])
            w.step_rate[s] = rate
            w.step_hours[s] = service
            w.role_rate[r] += rate
            if work.absences[p]:
                first, second = attendance(w.now[work.no_show_slot[p]], w.now[work.no_show_time_slot[p]])
                w.role_work[r] += rate * service * first
                w.role_squares[r] += rate * service * service * (1.0 + work.service_cv2[s]) * second
            else:
                w.role_work[r] += rate * service
                w.role_squares[r] += rate * service * service * (1.0 + work.service_cv2[s])
            flow = flow * w.staying[s]
    for p in range(work.driven.shape[0]):
        if brief and not work.process_counts[p]:
            continue
        # squared CV of the gaps between items that reach a step: thinned arrivals at the first step, thinned departures
        # of the role before behind it (Whitt 1983, "The queueing network analyzer", eq. 36 and 38)
        first = work.first_step[p]
        kept = (1.0 - w.now[work.lost_slot[p]]) * w.human[first]
        if work.first_feed[p + 1] > work.first_feed[p]:
            kept = kept * w.own[p]  # what other processes make comes as if at random
        w.role_cv2[work.step_role[first]] += w.step_rate[first] * (1.0 + kept * (work.arrival_cv2[p] - 1.0))
        for s in range(first + 1, work.first_step[p + 1]):
            before = work.step_role[s - 1]
            part = select(w.role_rate[before] > EMPTY, min(w.step_rate[s] / w.role_rate[before], 1.0), 0.0)
            w.role_cv2[work.step_role[s]] += w.step_rate[s] * (1.0 + part * (w.departure[before] - 1.0))


@inline
def run_lines(lay, w, brief):  # type: ignore[no-untyped-def]
    """Lines of all roles in the month at hand; see `offer` for brief.

    Writes step_wait (hours), staying, waiting, served, departure, backlog. Returns (busy, present) people.
    """
    work = lay.work
    w.visits[0] = 0.0
    w.visits[1] = 0.0
    offer(lay, w, brief)
    busy, present = lanes(0.0), lanes(0.0)
    for r in range(work.seats.shape[0]):
        present += max(w.capacity[r], 0.0)
        w.waiting[r] = 0.0
        w.served[r] = 1.0
        if brief and not work.role_counts[r]:
            continue
        total = w.role_rate[r]
        working = total > EMPTY
        at, n = work.first_at_role[r], work.first_at_role[r + 1] - work.first_at_role[r]
        for j in range(n):
            s = work.steps_at_role[at + j]
            w.line_rate[j] = select(working, w.step_rate[s], 0.0)
            w.line_patience[j] = w.now[work.patience_slot[work.step_process[s]]] / 60.0
        service = select(working, w.role_work[r] / total, 0.0)
        cs2 = select(working, w.role_squares[r] / (total * service * service) - 1.0, 1.0)
        ca2 = select(working, w.role_cv2[r] / total, 1.0)
        p_wait, load, left, part = waiting_line(
            w.capacity[r], service, 0.5 * (ca2 + cs2), lay.calendar.hours, w.backlog[r], n, w.line_rate,
            w.line_patience, w.line_lost, w.line_wait,
        )  # fmt: skip
        w.waiting[r] = p_wait
        w.served[r] = part
        w.backlog[r] = left
        busy += load
        servers = max(w.capacity[r], 1e-9)
        rho = min(load / servers, 1.0)
        rho2 = rho * rho
        spread = (1.0 - rho2) * (ca2 - 1.0) + rho2 / math.sqrt(max(servers, 1.0)) * (max(cs2, 0.2) - 1.0)
        w.departure[r] = select(working, max(1.0 + spread, 0.0), w.departure[r])
        for j in range(n):
            s = work.steps_at_role[at + j]
            w.line_lost[j] = min(w.line_lost[j] * work.loss_factor[work.step_process[s]], 1.0)
            w.step_wait[s] = w.line_wait[j] * work.wait_factor[work.step_process[s]]
            error, kept = w.now[work.error_slot[s]], 1.0 - w.line_lost[j]
            through = kept * (1.0 - error) / (1.0 - error * kept)
            gone = w.human[s] * (1.0 - through)
            if lay.terms.capped:
                gone = w.admitted[s] * gone + w.now[work.share_slot[s]] * (1.0 - w.admitted[s])
            w.staying[s] = select(working, 1.0 - gone, w.staying[s])
            w.visits[1] += w.step_rate[s] * kept
    return busy, present


@inline
def finish_month(lay, w, m, brief):  # type: ignore[no-untyped-def]
    """What becomes of the items that arrive in month m, summed over processes.

    Returns items that came, were completed, were on time, hours waited by completed items, revenue, items of
    customer-driven processes that came, and those of them completed on time. brief: only processes that move money.
    """
    work = lay.work
    all_came, all_done, all_timely, waited = lanes(0.0), lanes(0.0), lanes(0.0), lanes(0.0)
    revenue, asked, satisfied = lanes(0.0), lanes(0.0), lanes(0.0)
    for p in range(work.driven.shape[0]):
        if brief and not work.earns[p]:
            continue
        completed, mean, variance, waits, late, stayed = passage(lay, w, m, p)
        target = work.target_hours[p]
        on_time = select(mean <= target, 1.0, 0.0)
        if work.driven[p] or not brief:
            log_variance = math.log1p(variance / (mean * mean))
            lognormal = normal_cdf((math.log(target / mean) + 0.5 * log_variance) / math.sqrt(log_variance))
            on_time = select((variance > 1e-18) & (mean > 0.0), lognormal, on_time)
        on_time *= max(1.0 - late, 0.0)
        on_time = max(on_time - work.late_excess[p] * (1.0 - on_time), 0.0)
        came = w.items[p]
        done = came * completed
        absent = lanes(0.0)
        if work.absences[p]:
            absent = w.now[work.no_show_slot[p]]
            done = done * (1.0 - absent)
        if work.feed_order.shape[0] > 0:
            w.fulfilled[p] = completed * (1.0 - absent)
            w.completions[p, m] = done
        if not brief:
            w.tally[p, 0] += came * (1.0 - w.now[work.lost_slot[p]] - stayed)
            w.tally[p, 1] += done
            w.tally[p, 2] += done * (1.0 - on_time)
            w.tally[p, 3] += done * waits
        all_came += came
        all_done += done
        all_timely += done * on_time
        waited += done * waits
        revenue += done * w.now[work.revenue_slot[p]]
        if work.driven[p]:
            asked += came
            if work.absences[p]:
                asked -= came * min(completed, 1.0) * absent
                on_time *= 1.0 - absent
            satisfied += came * min(completed, 1.0) * on_time
    return all_came, all_done, all_timely, waited, revenue, asked, satisfied


@inline
def passage(lay, w, m, p):  # type: ignore[no-untyped-def]
    """The way of an item of process p through its steps: share completed, mean and variance of the time it takes,
    hours of waiting, share that outages make late, share that neither was lost at once nor gave up."""
    work = lay.work
    patient = w.now[work.patience_slot[p]] >= 1e8
    completed = 1.0 - w.now[work.lost_slot[p]]
    mean, variance, waits, late = lanes(0.0), lanes(0.0), lanes(0.0), lanes(0.0)
    slowest, fastest = lanes(1.0), lanes(1.0)
    for s in range(work.first_step[p], work.first_step[p + 1]):
        r = work.step_role[s]
        share, error = w.now[work.share_slot[s]], w.now[work.error_slot[s]]
        visits = 1.0 / (1.0 - error)
        service, wait = w.step_hours[s], w.step_wait[s]
        delay = w.out_delay[s, m] * work.wait_factor[p]
        completed = completed * (w.staying[s] * (1.0 - share * min(w.out_lost[s, m], 1.0)))
        served = w.served[r]
        if work.automates[s]:
            automated, exceptions = w.now[work.automated_slot[s]], w.now[work.exceptions_slot[s]]
            served = 1.0 - by_people(1.0, automated, exceptions) * (1.0 - served)  # the others pass the line by
        slowest, fastest = min(slowest, served), max(fastest, served)
        once = wait + service
        waits_once = wait * wait * (2.0 / w.waiting[r] - 1.0)
        spread = service * service * work.service_cv2[s] + select(w.waiting[r] > 1e-9, waits_once, 0.0)
        passes = w.human[s] * visits
        mean += passes * once
        variance += passes * spread + passes * (visits * (1.0 + error) - passes) * once * once
        if work.automates[s]:
            machine = w.now[work.machine_slot[s]] / 60.0
            taken = share * w.now[work.automated_slot[s]]
            back = taken * w.now[work.exceptions_slot[s]] * visits
            mean += taken * machine
            variance += taken * (1.0 - taken) * machine * machine + 2.0 * (back - taken * passes) * machine * once
            waits += passes * wait + share * delay
        else:
            waits += share * (visits * wait + delay)
        late += share * w.out_late[s, m]
    # of items that never give up, the slowest line holds the whole process back
    held = select(slowest < 1.0, slowest, fastest)
    return select(patient, completed * held, completed), mean, variance, waits, late, completed
