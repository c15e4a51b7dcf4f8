"""Kernel part: the months of a block of paths under one roadmap, in lanes: operations, customers, margin, KPIs."""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.lanes.values import lanes, select
from sim.montecarlo.cyber import expected_loss, spared_margin
from sim.montecarlo.finance import PRICES, price_of
from sim.montecarlo.hosting import bill_use, restore_use
from sim.montecarlo.integration import add_linked_share, derive
from sim.montecarlo.kpis import (
    ADOPTION,
    ALE,
    AUTOMATION,
    AVAILABILITY,
    CHURN,
    COST_TO_SERVE,
    CUSTOMERS,
    CYBER,
    CYBER_LOSS,
    ESTATE_AGE,
    INCIDENTS,
    LOST,
    MARGIN,
    ON_TIME,
    REFUSED_CLAIMS,
    REVENUE,
    SHELFWARE,
    UTILISATION,
    WAIT,
)
from sim.montecarlo.ledger import add_share
from sim.montecarlo.market import add_market_kpis, keep_market, next_customers, resume_market, start_market
from sim.montecarlo.operations import arrivals, finish_month, run_lines, set_month
from sim.montecarlo.stock import book_holding, restore_holding, sell_out
from sim.montecarlo.structures import COURSE


@inline
def shared_months(planned, other, months):  # type: ignore[no-untyped-def]
    """Months that two roadmaps have in common: up to the first start in which they differ nothing differs."""
    shared = months
    for i in range(planned.shape[0]):
        if planned[i] != other[i]:
            if planned[i] >= 0:
                shared = min(shared, planned[i])
            if other[i] >= 0:
                shared = min(shared, other[i])
    return shared


@inline
def save_state(w, ref, m, customers):  # type: ignore[no-untyped-def]
    """Keep what a later roadmap of the same block needs to begin at month m."""
    kept, roles, steps = w.kept, w.backlog.shape[0], w.staying.shape[0]
    kept[ref, m, 0] = customers
    for r in range(roles):
        kept[ref, m, 1 + r] = w.backlog[r]
        kept[ref, m, 1 + roles + r] = w.departure[r]
    for s in range(steps):
        kept[ref, m, 1 + 2 * roles + s] = w.staying[s]
    for p in range(w.completions.shape[0]):
        kept[ref, m, 1 + 2 * roles + steps + p] = w.fulfilled[p]
        for earlier in range(max(m - 1, 0), m):
            w.kept_completions[ref, p, earlier] = w.completions[p, earlier]


@inline
def restore_state(w, ref, m):  # type: ignore[no-untyped-def]
    """The state that roadmap `ref` had at the start of month m; its margins before it. Returns the customers."""
    kept, roles, steps = w.kept, w.backlog.shape[0], w.staying.shape[0]
    for r in range(roles):
        w.backlog[r] = kept[ref, m, 1 + r]
        w.departure[r] = kept[ref, m, 1 + roles + r]
    for s in range(steps):
        w.staying[s] = kept[ref, m, 1 + 2 * roles + s]
    for p in range(w.completions.shape[0]):
        w.fulfilled[p] = kept[ref, m, 1 + 2 * roles + steps + p]
        for earlier in range(m):
            w.completions[p, earlier] = w.kept_completions[ref, p, earlier]
    for earlier in range(m):
        w.flow[MARGIN, earlier] = w.kept_margin[ref, earlier]
    return kept[ref, m, 0]


@inline
def start_months(lay, w):  # type: ignore[no-untyped-def]
    """State of the business before month 0; demand of every month."""
    cal = lay.calendar
    for slot in range(w.now.shape[0]):
        w.now[slot] = w.values[slot]
    derive(lay, w)
    for s in range(w.staying.shape[0]):
        w.staying[s] = 1.0
        w.admitted[s] = 1.0
    for r in range(w.backlog.shape[0]):
        w.backlog[r] = 0.0
        w.departure[r] = 1.0
    for kpi in range(w.yearly.shape[0]):
        for y in range(w.yearly.shape[1]):
            w.yearly[kpi, y] = 0.0
    clear_course(w)
    for p in range(w.items.shape[0]):
        w.own[p] = 1.0
        w.fulfilled[p] = 1.0 - w.now[lay.work.lost_slot[p]]
    growth = math.log1p(w.now[cal.slots[3]])
    for m in range(cal.months):
        grown = min(m, cal.horizon - 1)  # the run-off goes on at the level of the last month
        w.demand[m] = cal.season[m] * math.exp(growth * (grown / 12.0))


@inline
def clear_course(w):  # type: ignore[no-untyped-def]
    """Begin to count the items of every process."""
    for p in range(w.tally.shape[0]):
        for j in range(COURSE):
            w.tally[p, j] = 0.0


@inline
def run_months(lay, w, n, first, ref, keep, brief):  # type: ignore[no-untyped-def]
    """Operations, customers and margin, month by month; KPI sums by year into w.yearly.

    n: how many initiatives are chosen. first, ref: months before `first` are those of the kept roadmap `ref`. keep:
    where to keep this one (-1: nowhere). brief: only what the cash flow depends on; KPIs are then not to be read. The
    months behind the horizon are brief too, and direct losses enter them by their expectation.
    """
    cal = lay.calendar
    start_months(lay, w)
    start_market(lay, w)
    customers = lanes(cal.customers)
    begin = min(first, cal.horizon - 1)
    if begin > 0:
        customers = restore_state(w, ref, begin)
        resume_market(lay, w, ref, begin)
        restore_use(lay, w, ref, begin)
        restore_holding(w, ref, begin)
    for m in range(begin, cal.months):
        short = brief or m >= cal.horizon
        if keep >= 0:
            save_state(w, keep, m, customers)
            keep_market(lay, w, keep, m)
        set_month(lay, w, m, n)
        arrivals(lay, w, m, customers)
        sell_out(lay, w)
        busy, people = run_lines(lay, w, short)
        if m == 0:  # the losses that flows behind a step need are known only now
            for r in range(w.backlog.shape[0]):
                w.backlog[r] = 0.0
            if w.completions.shape[0] > 0:
                finish_month(lay, w, m, brief)
                clear_course(w)
                arrivals(lay, w, m, customers)
                sell_out(lay, w)
            busy, people = run_lines(lay, w, brief)
        came, done, timely, waited, revenue, asked, satisfied = finish_month(lay, w, m, short)
        rate = w.now[cal.slots[4]]
        if lay.market.choice[3] >= 0:  # what the price adds is margin
            rate = rate + (w.now[lay.market.choice[3]] - 1.0)
        revenue = revenue * w.price_index[PRICES, m]
        w.flow[MARGIN, m] = revenue * rate
        if lay.market.choice[3] >= 0:
            revenue = revenue * w.now[lay.market.choice[3]]
        bill_use(lay, w, m, customers, keep)
        book_holding(w, m, keep)
        if w.spared.shape[0] > 0:
            w.flow[MARGIN, m] += spared_margin(lay, w, m, rate) * w.price_index[PRICES, m]
        if keep >= 0:
            w.kept_margin[keep, m] = w.flow[MARGIN, m]
        if not short:
            year = m // cal.span
            add_share(w, ON_TIME, year, timely, done)
            add_share(w, LOST, year, came - done, came)
            add_share(w, WAIT, year, waited * 60.0, done)
            add_share(w, UTILISATION, year, busy, people)
            add_share(w, CUSTOMERS, year, customers, lanes(1.0))
            add_share(w, REVENUE, year, revenue, lanes(1.0 / 12.0))
            add_share(w, COST_TO_SERVE, year, lanes(0.0), done)  # the cost is known when all is booked
            add_linked_share(lay, w, year)
            add_share(w, AUTOMATION, year, w.visits[0], w.visits[0] + w.visits[1])
            add_standing_kpis(lay, w, m, n)
            add_market_kpis(lay, w, m, customers)
        if m >= cal.horizon:
            w.flow[CYBER, m] = -expected_loss(lay, w, m) / 12.0
        unserved = select(asked > 0.0, 1.0 - satisfied / asked, 0.0)
        customers, left = next_customers(lay, w, m, customers, unserved, keep)
        if not short:
            add_share(w, CHURN, m // cal.span, left, lanes(1.0))


@inline
def add_standing_kpis(lay, w, m, n):  # type: ignore[no-untyped-def]
    """Month m of the KPIs that do not depend on operations: availability, incidents, their loss, what is to be
    expected of it, refused claims, adoption, and running cost of what is not adopted."""
    cal, c, year = lay.calendar, lay.candidates, m // lay.calendar.span
    up, systems = lanes(0.0), w.down.shape[0]
    for y in range(systems):
        up += 1.0 - min(w.down[y, m] / cal.hours, 1.0)
    ages = lanes(0.0)
    for y in range(systems):
        ages += w.age[y, m]
    add_share(w, ESTATE_AGE, year, ages, lanes(float(systems)))
    adopters, used, idle = lanes(0.0), lanes(0.0), lanes(0.0)
    for j in range(n):
        i = w.chosen[j]
        if c.adoption_slots[i, 0] >= 0:
            adopters += w.adopting[i, m]
            works = (w.begins[i] <= m) & (w.ends[i] > m)
            used += select(works, 1.0, 0.0)
            unused = w.values[c.running_slot[i]] * (w.part[i] - w.adopting[i, m])
            idle += select(works, unused * price_of(lay, w, i, m), 0.0)
    share = select(used > 0.0, adopters / used, 0.0)
    add_share(w, AVAILABILITY, year, up, lanes(float(systems)))
    add_share(w, INCIDENTS, year, w.happened[m], lanes(1.0 / 12.0))
    add_share(w, CYBER_LOSS, year, -w.flow[CYBER, m], lanes(1.0 / 12.0))
    add_share(w, ADOPTION, year, share, lanes(1.0))
    add_share(w, SHELFWARE, year, idle, lanes(1.0 / 12.0))
    add_share(w, ALE, year, expected_loss(lay, w, m), lanes(1.0))
    add_share(w, REFUSED_CLAIMS, year, w.refused[m], lanes(1.0 / 12.0))
