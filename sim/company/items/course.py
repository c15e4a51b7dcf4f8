"""The way of an item, compiled: steps at roles and systems, patience, service, error and rework, completion.

The same rules as `sim.company.operations.item_path`, which says them in the words of SimPy. Each function is what
happens to the item in one place at one moment.
"""

from __future__ import annotations

import math

from sim.company.items.heap import GRANTED, IMPATIENT, MACHINE, MADE, SERVED, push, reserve
from sim.company.items.lines import join, leave
from sim.company.items.numbers import error_mark, know_nothing, mark, service_time
from sim.company.items.state import (
    ABSENT,
    BY_MACHINE,
    BY_PEOPLE,
    CALLED,
    COMPLETED,
    FREE,
    GAVE_UP,
    GRANTS,
    HANDED,
    MARGIN,
    MONTH_END,
    NOBODY,
    NOTED,
    REQUESTS,
    REVENUE,
    SERVICE,
    SHARE,
    TAG,
    TIMELY,
    TIMERS,
    WAITED,
    WAITS,
)
from sim.company.operations import HOUR, PATIENT
from sim.company.systems import WHOLE
from sim.compiled import dissolved, inline
from sim.streams import uniform


@inline
def spread(s, start, end):  # type: ignore[no-untyped-def]
    """Add hours of service to the months in which they lie; as `Clock.spread`."""
    end = min(end, s.months * s.month_hours)
    m = min(int(start / s.month_hours), s.months - 1)
    while start < end:
        edge = min(end, (m + 1) * s.month_hours) if m + 1 < s.months else end
        s.busy[m] += max(0.0, edge - start)
        start = max(start, edge)
        m += 1


@dissolved
def vanish(s, e):  # type: ignore[no-untyped-def]
    """The item is gone; its place is free for another."""
    s.alarm[e] = NOBODY
    s.unused[s.totals[FREE]] = e
    s.totals[FREE] += 1


@dissolved
def give_up(s, e):  # type: ignore[no-untyped-def]
    """The item leaves unserved."""
    s.counts[s.process[e], GAVE_UP] += 1
    vanish(s, e)


@inline
def make_others(s, p, k, t):  # type: ignore[no-untyped-def]
    """Completed item k of process p makes items of the processes that it feeds. A person who was freed at this very
    moment comes before what happens without delay."""
    totals = s.totals
    for f in range(s.first_feed[p], s.first_feed[p + 1]):
        share = s.now[s.feed_slot[f]]
        if share > 0.0 and uniform(s.feed_key[f], s.draw, k) < share:
            if totals[CALLED] and s.feed_delay[f] == 0.0:
                push(s, t, GRANTED, totals[CALLED] - 1)
                totals[CALLED] = 0
            totals[FREE] -= 1
            e = s.unused[totals[FREE]]
            s.process[e], s.number[e] = s.feed_target[f], s.feed_number[f] + k
            know_nothing(s, e)
            push(s, t + s.feed_delay[f], MADE, e)


@inline
def complete(s, e, t):  # type: ignore[no-untyped-def]
    """All steps are done."""
    p = s.process[e]
    counts, sums = s.counts[p], s.sums[p]
    if s.absent[e]:
        counts[ABSENT] += 1
        vanish(s, e)
        return
    counts[COMPLETED] += 1
    sums[WAITED] += s.waited[e]
    if t - s.born[e] <= s.target[p]:
        counts[TIMELY] += 1
    revenue = s.now[s.revenue_slot[p]]
    sums[REVENUE] += revenue
    sums[MARGIN] += revenue * s.now[s.margin_slot[p]]
    if s.journal_items.shape[0]:
        n = s.totals[NOTED]
        s.journal_items[n, 0], s.journal_items[n, 1] = p, s.number[e]
        s.journal_times[n, 0], s.journal_times[n, 1], s.journal_times[n, 2] = s.born[e], t, s.waited[e]
        s.totals[NOTED] += 1
    make_others(s, p, s.number[e], t)
    vanish(s, e)


@dissolved
def gone(s, e, t):  # type: ignore[no-untyped-def]
    """Whether the patience of an item in the line of a role was over before the event at hand."""
    return s.due[e] < t or (s.due[e] == t and s.alarm[e] < s.totals[TAG])


@dissolved
def release(s, r, t):  # type: ignore[no-untyped-def]
    """A person of role r is free: for a claim or the first item in line, whom the caller then calls, or for nobody.

    Items give up at the moment when their patience ends, but nothing depends on them before they would be first in
    line: so they are looked at only then, and when a month ends.
    """
    if s.claims[r] > 0:
        s.totals[HANDED] = r + 1
        return
    e = s.head[r]
    while e != NOBODY and gone(s, e, t):
        leave(s, e)
        give_up(s, e)
        e = s.head[r]
    if e == NOBODY:
        s.free[r] += 1
        return
    leave(s, e)
    s.alarm[e] = NOBODY
    s.totals[GRANTS] += 1
    s.totals[CALLED] = e + 1


@dissolved
def begin(s, e, t):  # type: ignore[no-untyped-def]
    """Service begins, and is not interrupted."""
    j = s.step[e]
    hours = service_time(s, e, j) * s.now[s.minutes_slot[j]] * s.slow[s.role[j]]
    if s.absent[e]:
        hours *= s.now[s.no_show_time_slot[s.process[e]]]
    s.counts[s.process[e], BY_PEOPLE] += 1
    if t + hours <= s.clock[MONTH_END]:
        s.clock[SERVICE] += hours
    else:
        spread(s, t, t + hours)
    s.waited[e] += t - s.joined[e]
    push(s, t + hours, SERVED, e)


@dissolved
def down(s, j):  # type: ignore[no-untyped-def]
    """The first system in the order of the file that step j needs and that is down, or -1."""
    for n in range(s.first_need[j], s.first_need[j + 1]):
        if s.down[s.needs[n]]:
            return s.needs[n]
    return -1


@inline
def await_system(s, e, y, t):  # type: ignore[no-untyped-def]
    """Wait in the line of a system until patience is over."""
    join(s, e, s.free.shape[0] + y)
    limit = s.deadline[e]
    if limit < math.inf:
        s.alarm[e] = push(s, t + max(0.0, limit - t), IMPATIENT, e)


@dissolved
def ask(s, e, t):  # type: ignore[no-untyped-def]
    """Ask for the systems and then for a person; wait for either in its line until patience is over."""
    j = s.step[e]
    r, y = s.role[j], down(s, j)
    limit = s.deadline[e]
    if y >= 0:
        await_system(s, e, y, t)
        return
    s.totals[REQUESTS] += 1
    if s.free[r] > 0:
        s.free[r] -= 1
        s.totals[GRANTS] += 1
        begin(s, e, t)
        return
    s.totals[WAITS] += 1
    join(s, e, r)
    s.due[e] = limit
    if limit < math.inf:
        s.totals[TIMERS] += 1
        s.due[e] = t + max(0.0, limit - t)
        s.alarm[e] = reserve(s)


@dissolved
def be_patient(s, e, t):  # type: ignore[no-untyped-def]
    """Waiting begins, if there is any."""
    s.joined[e] = t
    patience = s.now[s.patience_slot[s.process[e]]]
    s.deadline[e] = t + patience * HOUR if patience < PATIENT else math.inf


@inline
def operate(s, e, t):  # type: ignore[no-untyped-def]
    """The machine takes the item when its systems are up; True when it is done at once."""
    j = s.step[e]
    y = down(s, j)
    if y >= 0:
        await_system(s, e, y, t)
        return False
    s.waited[e] += t - s.joined[e]
    minutes = s.now[s.machine_slot[j]]
    if minutes > 0.0:
        push(s, t + minutes * HOUR, MACHINE, e)
        return False
    return True


@dissolved
def kept(s, e):  # type: ignore[no-untyped-def]
    """Whether the machine finishes the item, so that it need not go to people."""
    j = s.step[e]
    chance = s.now[s.exceptions_slot[j]]
    if chance > 0.0 and uniform(s.exception_key[j], s.draw, s.number[e]) < chance:
        return False
    s.counts[s.process[e], BY_MACHINE] += 1
    return True


@dissolved
def goes_in(s, j):  # type: ignore[no-untyped-def]
    """Whether the systems that step j needs can take an item today; if so, it goes into all of them."""
    for n in range(s.first_need[j], s.first_need[j + 1]):
        if s.credit[s.needs[n]] < WHOLE:
            return False
    for n in range(s.first_need[j], s.first_need[j + 1]):
        s.credit[s.needs[n]] -= 1.0
    return True


@dissolved
def visit(s, e, t):  # type: ignore[no-untyped-def]
    """A first or a further attempt at a step begins."""
    be_patient(s, e, t)
    ask(s, e, t)


@inline
def go_to(s, e, j, t):  # type: ignore[no-untyped-def]
    """Go to step j of the route, or to the next one that the item does not skip, or out."""
    p, k = s.process[e], s.number[e]
    while j < s.first_step[p + 1]:
        share = s.now[s.share_slot[j]]
        if share >= 1.0 or mark(s, e, s.column[j] + SHARE, s.share_key[j]) < share:
            s.step[e] = j
            if s.capped[j] and not goes_in(s, j):
                give_up(s, e)
                return
            chance = s.now[s.automated_slot[j]]
            by_people = True
            if chance > 0.0 and uniform(s.automated_key[j], s.draw, k) < chance:
                s.attempt[e] = -1
                be_patient(s, e, t)
                if not operate(s, e, t):
                    return
                by_people = not kept(s, e)
            if by_people:
                s.attempt[e] = 0
                visit(s, e, t)
                return
        j += 1
    complete(s, e, t)


@inline
def machine_done(s, e, t):  # type: ignore[no-untyped-def]
    """The machine has had its time: on to the next step, or to people."""
    if kept(s, e):
        go_to(s, e, s.step[e] + 1, t)
    else:
        s.attempt[e] = 0
        visit(s, e, t)


@dissolved
def served(s, e, t):  # type: ignore[no-untyped-def]
    """Service ends: the person is free, and the step is done again after an error."""
    j = s.step[e]
    release(s, s.role[j], t)
    chance = s.now[s.error_slot[j]]
    if chance > 0.0 and error_mark(s, e, j) < chance:
        s.attempt[e] += 1
        visit(s, e, t)
    else:
        go_to(s, e, j + 1, t)


@dissolved
def granted(s, e, t):  # type: ignore[no-untyped-def]
    """A person is there for the item that stood in line; if its system went down meanwhile, the person goes on."""
    j = s.step[e]
    if down(s, j) >= 0:
        release(s, s.role[j], t)
        ask(s, e, t)
    else:
        begin(s, e, t)


@inline
def impatient(s, e, t):  # type: ignore[no-untyped-def]
    """Patience is over in the line of a system; rounding may have it still to come."""
    leave(s, e)
    if t < s.deadline[e]:
        ask(s, e, t)
    else:
        give_up(s, e)
