"""The event loop of the compiled engine, and what control processes do to it: a month, a free person, a system."""

from __future__ import annotations

import math

from sim.company.items.arrivals import await_arrival, open_demand, pass_gap
from sim.company.items.course import (
    ask,
    give_up,
    go_to,
    gone,
    granted,
    impatient,
    machine_done,
    operate,
    release,
    served,
    vanish,
)
from sim.company.items.heap import (
    ARRIVAL,
    GO_ON,
    GRANTED,
    MACHINE,
    MADE,
    OPEN,
    SERVED,
    close_hole,
    kind_of,
    place_of,
    push,
    upcoming,
)
from sim.company.items.lines import leave
from sim.company.items.numbers import make_batch, mark
from sim.company.items.shelves import supplied
from sim.company.items.state import (
    ARRIVED,
    BATCH,
    CALLED,
    FREE,
    HANDED,
    HEAP,
    HOLE,
    LATEST,
    LOST,
    LOST_MARK,
    MONTH_END,
    NEXT,
    NO_SHOW,
    NOBODY,
    NOTED,
    NOW,
    TAG,
    items_at,
)
from sim.compiled import compiled, dissolved, inline

DONE, CLAIMED, FULL = range(3)
A_FEW = 8  # an event makes at most three others, beside those of items that it makes or sends on


@dissolved
def arrive(s, p, t):  # type: ignore[no-untyped-def]
    """The next item of process p comes, and is at once lost or on its way."""
    k = s.coming[p, NEXT]
    at = k & (BATCH - 1)
    if at == 0:
        make_batch(s, p, k)
    s.coming[p, NEXT] += 1
    pass_gap(s, p)
    await_arrival(s, p)
    e = s.batch[p, at]
    if lost(s, e, t):
        vanish(s, e)
    else:
        set_out(s, e, t)


@dissolved
def lost(s, e, t):  # type: ignore[no-untyped-def]
    """An item arrives: whether it is lost before any work, or finds sold out what it needs."""
    p = s.process[e]
    s.counts[p, ARRIVED] += 1
    chance = s.now[s.lost_slot[p]]
    if chance > 0.0 and mark(s, e, LOST_MARK, s.lost_key[p]) < chance:
        s.counts[p, LOST] += 1
        return True
    shelves = s.shelves
    if shelves.first_taker[p] < shelves.first_taker[p + 1] and not supplied(shelves, s.now, s.draw, p, s.number[e], t):
        s.counts[p, LOST] += 1
        return True
    return False


@dissolved
def set_out(s, e, t):  # type: ignore[no-untyped-def]
    """An item goes on its way, whether it comes or is only kept a place."""
    p = s.process[e]
    s.born[e], s.waited[e], s.absent[e] = t, 0.0, 0
    chance = s.now[s.no_show_slot[p]]
    if chance > 0.0 and mark(s, e, NO_SHOW, s.no_show_key[p]) < chance:
        s.absent[e] = 1
    go_to(s, e, s.first_step[p], t)


@inline
def arrive_made(s, e, t):  # type: ignore[no-untyped-def]
    """An item that another process made arrives, and is at once lost or on its way."""
    if lost(s, e, t):
        vanish(s, e)
    else:
        set_out(s, e, t)


@dissolved
def cramped(s):  # type: ignore[no-untyped-def]
    """Whether the next event might find no room."""
    totals = s.totals
    # a person who is freed while a system is down may send a whole line on to that system: an event for each of them
    made = A_FEW + s.most_feeds + s.unused.shape[0] - totals[FREE]
    full = totals[FREE] <= s.most_feeds + BATCH or totals[HEAP] + made > s.event_time.shape[0]
    return full or (s.journal_items.shape[0] > 0 and totals[NOTED] == s.journal_items.shape[0])


@compiled
def play(address, until):  # type: ignore[no-untyped-def]
    """Play the events before `until`. DONE; CLAIMED: stopped because a person is free for a claim, now; FULL: stopped
    because arrays must grow."""
    s = items_at(address)
    totals, clock = s.totals, s.clock
    while totals[HEAP] > 0 and s.event_time[0] < until:
        if cramped(s):
            return FULL
        t, tag = s.event_time[0], s.event_tag[0]
        clock[NOW], totals[TAG] = t, tag
        totals[HOLE] = OPEN
        kind, e = kind_of(tag), place_of(tag)
        if kind == SERVED:
            served(s, e, t)
        elif kind == ARRIVAL:
            arrive(s, e, t)
        elif kind == GRANTED:
            granted(s, e, t)
        elif kind == MADE:
            arrive_made(s, e, t)
        elif kind == MACHINE:
            machine_done(s, e, t)
        elif kind == GO_ON:
            if s.attempt[e] >= 0:
                ask(s, e, t)
            elif operate(s, e, t):
                machine_done(s, e, t)
        elif s.alarm[e] == tag:
            impatient(s, e, t)
        close_hole(s)
        while totals[CALLED]:
            e = totals[CALLED] - 1
            totals[CALLED] = 0
            if totals[HEAP] > 0 and s.event_time[0] == t:
                push(s, t, GRANTED, e)  # behind what was to happen at this very moment
            else:
                totals[TAG] = upcoming(s)
                granted(s, e, t)
        if totals[HANDED]:
            return CLAIMED
    return DONE


@compiled
def open_month(address, start, end, now):  # type: ignore[no-untyped-def]
    """A month begins; the demand of each process is set, its factor before."""
    s = items_at(address)
    s.clock[MONTH_END] = end
    for p in range(s.coming.shape[0]):
        if s.coming[p, NEXT] == 0 and start == 0.0:
            pass_gap(s, p)
        s.demand[p, LATEST] = now
        open_demand(s, p, start)
        await_arrival(s, p)


@compiled
def close_month(address, end):  # type: ignore[no-untyped-def]
    """The month is over: who gave up in it, in the lines of roles, is counted in it."""
    s = items_at(address)
    s.totals[TAG] = NOBODY
    for r in range(s.free.shape[0]):
        e = s.head[r]
        while e != NOBODY:
            behind = s.behind[e]
            if gone(s, e, end):
                leave(s, e)
                give_up(s, e)
            e = behind


@compiled
def give_back(address, r, now):  # type: ignore[no-untyped-def]
    """A claim of role r ends, and no other waits."""
    s = items_at(address)
    s.totals[TAG] = NOBODY  # before the items' own events of this moment
    release(s, r, now)
    if s.totals[CALLED]:
        push(s, now, GRANTED, s.totals[CALLED] - 1)
        s.totals[CALLED] = 0


@compiled
def go_on(address, y, now):  # type: ignore[no-untyped-def]
    """System y is up again: those who wait for ever first, then those who do not, as SimPy wakes them."""
    s = items_at(address)
    line = s.free.shape[0] + y
    for patient in (True, False):
        e = s.head[line]
        while e != NOBODY:
            behind = s.behind[e]
            if (s.deadline[e] == math.inf) == patient:
                leave(s, e)
                s.alarm[e] = NOBODY
                push(s, now, GO_ON, e)
            e = behind
