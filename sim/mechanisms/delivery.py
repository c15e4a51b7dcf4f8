"""Delivery of a roadmap: when work really starts, how it spreads over months, whether it goes live.

World layer: follows from planned starts, overruns and gate marks alone.
"""

from __future__ import annotations

from sim.compiled import inline

NOT_PLANNED, FINISHED, FAILED, CANCELLED, WORKING, WAITING = -1, 1, 2, 3, 4, 5
FROM_START, PROCEED = 1, 2  # bits of a requirement's flags


@inline
def deliver(  # type: ignore[no-untyped-def]
    planned, work_months, fails, days, capacity, before, lag, flags, first_before, state, go_live, started, work, used,
):  # fmt: skip
    """Month by month: start what is due, share the skill days, finish or fail.

    planned: start month by initiative, -1 for none. work_months: realised months of work at full pace. fails: 1 where
    the gate mark fails. days: (initiatives, skills) a month. capacity: (skills,) days a month. before, lag, flags:
    requirements, those of initiative i at first_before[i] .. first_before[i + 1] - 1.
    Writes state, started and go_live (month; -1 for none) by initiative, work (initiatives, months): share of the whole
    work done in a month; used (skills, months): days taken. Scarce days go to earlier planned starts first, then in the
    order of the file; an initiative that gets too few works at the pace of the scarcest skill and ends later.
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
        if not busy:
            return
        changed = True
        while changed:  # a requirement may be settled in this very month by another start or cancellation
            changed = False
            for i in range(n):
                if state[i] == WAITING and planned[i] <= m:
                    ready = _ready(i, m, before, lag, flags, first_before, state, go_live, started)
                    if ready != 0:
                        state[i] = WORKING if ready > 0 else CANCELLED
                        started[i] = m if ready > 0 else -1
                        changed = True
        done_before = -1  # serve working initiatives in the order of (planned start, position)
        last_planned = -1
        while True:
            nxt = -1
            for i in range(n):
                later = planned[i] > last_planned or (planned[i] == last_planned and i > done_before)
                if state[i] == WORKING and later and (nxt < 0 or planned[i] < planned[nxt]):
                    nxt = i
            if nxt < 0:
                break
            last_planned, done_before = planned[nxt], nxt
            _work_a_month(nxt, m, work_months, fails, days, capacity, state, go_live, started, work, used)


@inline
def _ready(i, m, before, lag, flags, first_before, state, go_live, started):  # type: ignore[no-untyped-def]
    """1: may start in month m. 0: not yet. -1: never."""
    for row in range(first_before[i], first_before[i + 1]):
        a = before[row]
        if state[a] == FAILED or state[a] == CANCELLED:
            if flags[row] & PROCEED == 0:
                return -1
        elif flags[row] & FROM_START:
            if started[a] < 0 or started[a] + lag[row] > m:
                return 0
        elif go_live[a] < 0 or go_live[a] + lag[row] > m:
            return 0
    return 1


@inline
def _work_a_month(i, m, work_months, fails, days, capacity, state, go_live, started, work, used):  # type: ignore[no-untyped-def]
    needed = work_months[i]
    done = 0.0
    for earlier in range(started[i], m):
        done += work[i, earlier]
    share = min(1.0, (1.0 - done) * needed)
    for k in range(days.shape[1]):
        if days[i, k] > 0.0:
            share = min(share, max(0.0, (capacity[k] - used[k, m]) / days[i, k]))
    for k in range(days.shape[1]):
        used[k, m] += share * days[i, k]
    work[i, m] = share / needed
    if done + work[i, m] >= 1.0 - 1e-9:
        work[i, m] = 1.0 - done
        if fails[i]:
            state[i] = FAILED
        else:
            state[i] = FINISHED
            go_live[i] = m + 1
