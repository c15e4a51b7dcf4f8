"""Kernel part: what systems are bound to. Subscriptions, outages of shared providers, limits of capacity."""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.lanes import WIDTH
from sim.lanes.mathematics import normal_cdf
from sim.lanes.values import lanes, select
from sim.mechanisms.attacks import incidents
from sim.mechanisms.wearout import lognormal_hours
from sim.montecarlo.effects import number_at
from sim.montecarlo.estate import hold_up, take_down
from sim.montecarlo.finance import TECHNOLOGY
from sim.montecarlo.kpis import DELIVERY, RUNNING
from sim.streams import identity, uniform

NEVER = 10**9
FEW = 1e-9  # items a day
DENSITY = 0.3989422804014327  # of the standard normal at 0


@inline
def subscription(lay, w, k, y):  # type: ignore[no-untyped-def]
    """First month of the subscription of system y, first month without it, and the initiative that cancels it (-1)."""
    terms = lay.terms
    begin, end, who = terms.begins[y], NEVER, -1
    for i in range(terms.subscribes.shape[0]):
        g = w.go_live[k, i]
        if terms.subscribes[i, y] and 0 <= g < begin:
            begin = g
    for i in range(terms.cancels.shape[0]):
        g = w.go_live[k, i]
        if terms.cancels[i, y] and 0 <= g < end and g >= begin:
            end, who = g, i
    return begin, end, who


@inline
def set_subscriptions(lay, w):  # type: ignore[no-untyped-def]
    """Months in which the subscriptions run, into w.in_force."""
    if not lay.terms.subscribed:
        return
    for y in range(lay.terms.minimum_slot.shape[0]):
        if lay.terms.minimum_slot[y] < 0:
            continue
        for k in range(WIDTH):
            begin, end, _ = subscription(lay, w, k, y)
            for m in range(lay.calendar.months):
                w.in_force[y, m, k] = 1.0 if begin <= m < end else 0.0


@inline
def book_exits(lay, w):  # type: ignore[no-untyped-def]
    """What leaving a subscription within its term costs: own cost of the initiative that does, with its delivery."""
    terms, months = lay.terms, lay.calendar.months
    if not terms.subscribed:
        return
    for y in range(terms.minimum_slot.shape[0]):
        if terms.minimum_slot[y] < 0:
            continue
        for k in range(WIDTH):
            begin, end, _ = subscription(lay, w, k, y)
            if end < months and end < begin + terms.term[y]:
                cost = number_at(lay.row, w.values, w.changed, terms.exit_slot[y], end, k)
                cost *= w.price_index[TECHNOLOGY, end, k]
                w.flow[DELIVERY, end, k] -= cost
                w.own_cost[end, k] += cost


@inline
def bill_use(lay, w, m, customers, keep):  # type: ignore[no-untyped-def]
    """Subscriptions of month m: the price of its items and customers, at least the minimum. keep: roadmap to keep it
    for, -1 for none."""
    terms, now = lay.terms, w.now
    if not terms.subscribed:
        return
    total = lanes(0.0)
    for y in range(terms.minimum_slot.shape[0]):
        if terms.minimum_slot[y] < 0:
            continue
        items = lanes(0.0)
        for p in range(w.items.shape[0]):
            if terms.billed[y, p]:
                items += w.items[p]
        used = now[terms.per_item_slot[y]] * items + now[terms.per_customer_slot[y]] * customers
        total += w.in_force[y, m] * max(now[terms.minimum_slot[y]], used)
    total = total * w.price_index[TECHNOLOGY, m]
    w.flow[RUNNING, m] -= total
    if keep >= 0:
        w.kept_use[keep, m] = total


@inline
def restore_use(lay, w, ref, begin):  # type: ignore[no-untyped-def]
    """Subscriptions of the months before `begin`, from the kept roadmap `ref`."""
    if lay.terms.subscribed:
        for m in range(begin):
            w.flow[RUNNING, m] -= w.kept_use[ref, m]


@inline
def run_providers(lay, w, draw, k):  # type: ignore[no-untyped-def]
    """Outages of the shared providers; False when there are more than the buffers hold."""
    terms, cal, row = lay.terms, lay.calendar, lay.row
    rate = w.month_intensity
    for h in range(terms.rate_slot.shape[0]):
        for m in range(cal.months):
            rate[m] = number_at(row, w.values, w.changed, terms.rate_slot[h], m, k)
        n = incidents(
            terms.gap_key[h], terms.height_key[h], draw, terms.layer[h], rate, w.event_times, w.layers, w.numbers
        )
        if n > w.event_times.shape[0]:
            return False
        for j in range(n):
            median = number_at(row, w.values, w.changed, terms.hours_slot[h], int(w.event_times[j]), k)
            u = uniform(terms.hours_key[h], draw, identity(w.layers[j], w.numbers[j]))
            shared_outage(lay, w, k, h, w.event_times[j], lognormal_hours(u, median, terms.hours_p95[h]))
    return True


@inline
def shared_outage(lay, w, k, h, t, hours):  # type: ignore[no-untyped-def]
    """All systems on provider h are down from month t on. An item meets the outage once: at the first of its steps
    that needs one of them."""
    cal, work, terms = lay.calendar, lay.work, lay.terms
    m = int(t)
    hours = min(hours, (cal.months - t) * cal.hours)
    room = (m + 1 - t) * cal.hours
    for y in range(terms.hosts.shape[1]):
        if _down(lay, w, k, h, y, m):
            take_down(lay, w, k, y, m, hours, room)
    for p in range(work.driven.shape[0]):
        spared = 1.0
        for s in range(work.first_step[p], work.first_step[p + 1]):
            met = False
            for y in range(terms.hosts.shape[1]):
                met = met or (work.step_needs[s, y] == 1 and _down(lay, w, k, h, y, m))
            if met:
                hold_up(lay, w, k, s, m, hours, room, spared)
                spared *= 1.0 - number_at(lay.row, w.values, w.changed, work.share_slot[s], m, k)


@inline
def _down(lay, w, k, h, y, m):  # type: ignore[no-untyped-def]
    """Whether system y is on provider h in month m."""
    terms = lay.terms
    return terms.hosts[h, y] == 1 and (terms.minimum_slot[y] < 0 or w.in_force[y, m, k] > 0.0)


@inline
def admit(lay, w):  # type: ignore[no-untyped-def]
    """Share of the items of every step that its system takes this month, into w.admitted.

    The items of a day, of all steps that need the system, are about normal: of what comes E[max(0, N - capacity)] is
    too much. Flows behind a step use the losses of the month before, as everywhere.
    """
    work, cal, terms, now = lay.work, lay.calendar, lay.terms, w.now
    days = float(math.ceil(cal.days))
    for y in range(terms.capacity_slot.shape[0]):
        w.asked[y] = 0.0
        w.spread[y] = 0.0
    for p in range(work.driven.shape[0]):
        reach = 1.0 - now[work.lost_slot[p]]
        for s in range(work.first_step[p], work.first_step[p + 1]):
            part = reach * now[work.share_slot[s]]
            items = w.items[p] * part / days
            for y in range(terms.capacity_slot.shape[0]):
                if work.step_needs[s, y] and terms.capacity_slot[y] >= 0:
                    w.asked[y] += items
                    w.spread[y] += items * (1.0 + part * (work.arrival_cv2[p] - 1.0))
            reach = reach * w.staying[s]
        for s in range(work.first_step[p], work.first_step[p + 1]):
            w.admitted[s] = 1.0
    for y in range(terms.capacity_slot.shape[0]):
        if terms.capacity_slot[y] < 0:
            continue
        some_come = w.asked[y] > FEW
        mean = select(some_come, w.asked[y], 1.0)
        sd = math.sqrt(max(w.spread[y], FEW))
        z = (now[terms.capacity_slot[y]] * (cal.days / days) - mean) / sd
        over = sd * (DENSITY * math.exp(-0.5 * z * z) - z * (1.0 - normal_cdf(z)))
        taken = select(some_come, min(max(1.0 - over / mean, 0.0), 1.0), 1.0)
        for s in range(work.step_needs.shape[0]):
            if work.step_needs[s, y]:
                w.admitted[s] *= taken
