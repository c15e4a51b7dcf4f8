"""Delivery of a roadmap: when work really starts, how it spreads over months, whether it goes live.

World layer: follows from planned starts, overruns and gate marks alone.
"""

from __future__ import annotations

from sim.compiled import inline

NOT_PLANNED, FINISHED, FAILED, CANCELLED, WORKING, WAITING, STOPPED = -1, 1, 2, 3, 4, 5, 6
FROM_START, PROCEED = 1, 2  # bits of a requirement's flags


@inline
def deliver(  # type: ignore[no-untyped-def]
    planned, work_months, end, ending, remains, available, lead, days, capacity, beside, beside_days, before, lag,
    flags, first_before, state, go_live, started, work, used,
):  # fmt: skip
    """Month by month: start what is due, share the skill days, finish, fail or stop.

    planned: start month by initiative, -1 for none. work_months: realised months of work at full pace. end, ending:
    share of the work after which it ends, and the state then. remains: share of the benefit that work leaves which
    does not finish. available: first month in which it can start. lead: months from the start to the first work. days:
    (initiatives, skills) a month. capacity: (skills,) days a month, bought ones included. beside, beside_days: months
    after go-live with days (initiatives, skills) of their own, which go before those of the work. before, lag, flags:
    requirements, those of initiative i at first_before[i] .. first_before[i + 1] - 1.
    Writes state, started and go_live (month; -1 for none) by initiative, work (initiatives, months): share of the whole
    work done in a month; used (skills, months): days taken. go_live is also the month from which the rest of work
    that did not finish is of use. Scarce days go to earlier planned starts first, then in the order of the file; an
    initiative that gets too few works at the pace of the scarcest skill and ends later.
    """
    n, skills = days.shape
    months = work.shape[1]
    for i in range(n):
        state[i] = WAITING if planned[i] >= 0 else NOT_PLANNED
        go_live[i] = -1
        started[i] = -1
        for m in range(months):
            work[i, m] = 0.0
    for k in range(skills):
        for m in range(months):
            used[k, m] = 0.0
    for m in range(months):
        busy = False
        for i in range(n):
            busy = busy or state[i] == WAITING or state[i] == WORKING
            if state[i] == FINISHED and m < go_live[i] + beside[i]:
                busy = True
                for k in range(skills):
                    used[k, m] = min(capacity[k], used[k, m] + beside_days[i, k])
        if not busy:
            return
        changed = True
        while changed:  # a requirement may be settled in this very month by another start or cancellation
            changed = False
            for i in range(n):
                if state[i] == WAITING and planned[i] <= m:
                    ready = _ready(i, m, before, lag, flags, first_before, state, go_live, started)
                    if ready < 0 or (ready > 0 and available[i] <= m):
                        state[i] = WORKING if ready > 0 else CANCELLED
                        started[i] = m if ready > 0 else -1
                        changed = True
        done_before = -1  # serve working initiatives in the order of (planned start, position)
        last_planned = -1
        while True:
            nxt = -1
            for i in range(n):
                later = planned[i] > last_planned or (planned[i] == last_planned and i > done_before)
                at_work = state[i] == WORKING and started[i] + lead[i] <= m
                if at_work and later and (nxt < 0 or planned[i] < planned[nxt]):
                    nxt = i
            if nxt < 0:
                break
            last_planned, done_before = planned[nxt], nxt
            if _work_a_month(nxt, m, work_months[nxt], end[nxt], days, capacity, started, work, used):
                state[nxt] = ending[nxt]
                if ending[nxt] == FINISHED or remains[nxt] > 0.0:
                    go_live[nxt] = m + 1


@inline
def _ready(i, m, before, lag, flags, first_before, state, go_live, started):  # type: ignore[no-untyped-def]
    """1: may start in month m. 0: not yet. -1: never."""
    for row in range(first_before[i], first_before[i + 1]):
        a = before[row]
        if state[a] == FAILED or state[a] == STOPPED or state[a] == CANCELLED:
            if flags[row] & PROCEED == 0:
                return -1
        elif flags[row] & FROM_START:
            if started[a] < 0 or started[a] + lag[row] > m:
                return 0
        elif go_live[a] < 0 or go_live[a] + lag[row] > m:
            return 0
    return 1


@inline
def _work_a_month(i, m, needed, end, days, capacity, started, work, used):  # type: ignore[no-untyped-def]
    """Work of initiative i in month m, up to the share `end` of the whole; True when it is reached."""
    done = 0.0
    for earlier in range(started[i], m):
        done += work[i, earlier]
    share = min(1.0, (end - done) * needed)
    for k in range(days.shape[1]):
        if days[i, k] > 0.0:
            share = min(share, max(0.0, (capacity[k] - used[k, m]) / days[i, k]))
    for k in range(days.shape[1]):
        used[k, m] += share * days[i, k]
    work[i, m] = share / needed
    if done + work[i, m] >= end - 1e-9:
        work[i, m] = end - done
        return True
    return False
