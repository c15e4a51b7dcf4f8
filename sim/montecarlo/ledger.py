"""Kernel part: the months of one path under one roadmap, and what they are worth."""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import inline
from sim.montecarlo.kpis import (
    ADOPTION,
    AVAILABILITY,
    CAPITAL,
    CATEGORIES,
    CUSTOMERS,
    CYBER,
    CYBER_LOSS,
    DELIVERY,
    INCIDENTS,
    INSURANCE,
    KPIS,
    LABOUR,
    LOST,
    MARGIN,
    ON_TIME,
    OVERHEAD,
    RENEWAL,
    REVENUE,
    RUNNING,
    TAX,
    UTILISATION,
    WAIT,
)
from sim.montecarlo.operations import arrivals, finish_process, run_lines, set_month
from sim.montecarlo.people import alive

N_CATEGORIES, N_KPIS = len(CATEGORIES), len(KPIS)


@inline
def run_months(lay, w):  # type: ignore[no-untyped-def]
    """Operations, customers and the flows that depend on them, month by month; KPI sums by year into w.yearly."""
    cal, work, c = lay.calendar, lay.work, lay.candidates
    v = w.now
    for slot in range(v.shape[0]):
        v[slot] = w.values[slot]
    for s in range(w.staying.shape[0]):
        w.staying[s] = 1.0
    for r in range(w.backlog.shape[0]):
        w.backlog[r] = 0.0
        w.departure[r] = 1.0
    for k in range(w.yearly.shape[0]):
        for y in range(w.yearly.shape[1]):
            w.yearly[k, y] = 0.0
    growth = 1.0 + v[cal.slots[3]]
    for m in range(cal.months):
        w.demand[m] = cal.season[m] * growth ** (m / 12.0)
    customers = cal.customers
    for m in range(cal.months):
        set_month(lay, w, m)
        busy, present = run_lines(lay, w, m, customers)
        if m == 0:  # the losses that flows behind a step need are known only now
            for r in range(w.backlog.shape[0]):
                w.backlog[r] = 0.0
            busy, present = run_lines(lay, w, m, customers)
        year = m // 12
        came, done, timely, waited, revenue = 0.0, 0.0, 0.0, 0.0, 0.0
        asked, satisfied = 0.0, 0.0
        for p in range(work.driven.shape[0]):
            items = arrivals(lay, w, p, m, customers)
            completed, on_time, waits = finish_process(lay, w, p, m)
            came += items
            done += items * completed
            timely += items * completed * on_time
            waited += items * completed * waits
            revenue += items * completed * v[work.revenue_slot[p]]
            if work.driven[p]:
                asked += items
                satisfied += items * min(1.0, completed) * on_time
        w.flow[MARGIN, m] += revenue * v[cal.slots[4]]
        w.flow[OVERHEAD, m] -= v[cal.slots[5]]
        for r in range(work.seats.shape[0]):
            w.flow[LABOUR, m] -= v[work.headcount_slot[r]] * w.present[r, m] * v[work.cost_slot[r]]
        up = 0.0
        for y in range(w.down.shape[0]):
            w.flow[RUNNING, m] -= v[lay.estate.monthly_slot[y]]
            up += 1.0 - min(1.0, w.down[y, m] / cal.hours)
        w.flow[INSURANCE, m] -= v[cal.insurance[0]] / 12.0
        adopters, adopted = 0.0, 0
        for i in range(c.duration.shape[0]):
            g = w.go_live[i]
            if g >= 0 and c.adoption_slots[i, 0] >= 0 and alive(lay, i, g, m):
                adopters += w.adopted[i, g, m]
                adopted += 1

        w.yearly[REVENUE, year] += revenue
        w.yearly[ON_TIME, year] += timely
        w.yearly[N_KPIS + ON_TIME, year] += done
        w.yearly[LOST, year] += came - done
        w.yearly[N_KPIS + LOST, year] += came
        w.yearly[WAIT, year] += waited * 60.0
        w.yearly[N_KPIS + WAIT, year] += done
        w.yearly[UTILISATION, year] += busy
        w.yearly[N_KPIS + UTILISATION, year] += present
        w.yearly[CUSTOMERS, year] += customers
        w.yearly[N_KPIS + CUSTOMERS, year] += 1.0
        w.yearly[AVAILABILITY, year] += up
        w.yearly[N_KPIS + AVAILABILITY, year] += w.down.shape[0]
        w.yearly[INCIDENTS, year] += w.count[m]
        w.yearly[CYBER_LOSS, year] -= w.flow[CYBER, m]
        if adopted > 0:
            w.yearly[ADOPTION, year] += adopters / adopted
        w.yearly[N_KPIS + ADOPTION, year] += 1.0
        for k in (REVENUE, INCIDENTS, CYBER_LOSS):
            w.yearly[N_KPIS + k, year] += 1.0 / 12.0

        unserved = 1.0 - satisfied / asked if asked > 0.0 else 0.0
        leaving = min(1.0, v[cal.slots[0]] + v[cal.slots[2]] * unserved)
        customers = (customers * (1.0 - leaving) + v[cal.slots[1]]) * w.shock[m]


@inline
def book_initiatives(lay, w):  # type: ignore[no-untyped-def]
    """Cost of the initiatives by month: capital, delivery, running, renewal; own_cost is their sum, positive."""
    c, months = lay.candidates, lay.calendar.months
    for m in range(months):
        w.own_cost[m] = 0.0
        w.depreciation[m] = 0.0
    life = lay.calendar.depreciation_months
    for i in range(c.duration.shape[0]):
        if w.started[i] < 0:
            continue
        capital = w.values[c.capital_slot[i]] * w.cost_ratio[i]
        delivery = w.values[c.delivery_slot[i]] * w.cost_ratio[i]
        g = w.go_live[i]
        for m in range(w.started[i], months):
            part = w.work[i, m]
            if part > 0.0:
                w.flow[CAPITAL, m] -= capital * part
                w.flow[DELIVERY, m] -= delivery * part
                w.own_cost[m] += (capital + delivery) * part
                for later in range(m, min(months, m + life)):
                    w.depreciation[later] += capital * part / life
            if g >= 0 and alive(lay, i, g, m):
                running = w.values[c.running_slot[i]]
                w.flow[RUNNING, m] -= running
                w.own_cost[m] += running
                if c.life[i] > 0 and m > g and (m - g) % c.life[i] == 0:
                    renewal = w.values[c.renewal_slot[i]]
                    w.flow[RENEWAL, m] -= renewal
                    w.own_cost[m] += renewal


@inline
def book_insurance(lay, w):  # type: ignore[no-untyped-def]
    """Payments of the policy: what each month's events are owed, up to the annual limit, some months later; what would
    come after the horizon is booked in the last month."""
    cal = lay.calendar
    row = lay.row[cal.insurance[3]]
    for m in range(cal.months):
        if m % 12 == 0:
            paid = 0.0
        limit = w.values[cal.insurance[3]] if row < 0 else w.changed[row, m]
        due = min(w.covered[m], max(0.0, limit - paid))
        paid += due
        w.flow[INSURANCE, min(m + cal.settlement, cal.months - 1)] += due


@inline
def book_tax(lay, w):  # type: ignore[no-untyped-def]
    """Tax on the profit of each year from month 0, depreciation in place of capital, losses carried forward without
    refund, paid in the third month of the next year; the last year's tax in the last month."""
    cal = lay.calendar
    carried = 0.0
    start = 0
    while start < cal.months:
        end = min(start + 12, cal.months)
        profit = -carried
        for m in range(start, end):
            profit -= w.depreciation[m]
            for k in range(N_CATEGORIES):
                if k != CAPITAL and k != TAX:
                    profit += w.flow[k, m]
        carried = max(0.0, -profit)
        if profit > 0.0 and cal.tax_rate > 0.0:
            w.flow[TAX, min(end + 2, cal.months - 1)] -= cal.tax_rate * profit
        start = end


@inline
def clear_flows(w):  # type: ignore[no-untyped-def]
    for k in range(w.flow.shape[0]):
        for m in range(w.flow.shape[1]):
            w.flow[k, m] = 0.0


@inline
def write_values(lay, w, values, detail):  # type: ignore[no-untyped-def]
    """Outcomes of the path: NPV, PV of own cost, payback in months (infinity: never), cash trough, funding need; detail:
    PV by category against the baseline, then KPIs by year."""
    cal = lay.calendar
    worth, cost, cash, trough, total, need = 0.0, 0.0, cal.cash, math.inf, 0.0, 0.0
    discounted, payback = 0.0, 0.0
    for m in range(cal.months):
        own, base = 0.0, 0.0
        for k in range(N_CATEGORIES):
            own += w.flow[k, m]
            base += w.base_flow[k, m]
        step = (own - base) * cal.discount[m]
        cost += w.own_cost[m] * cal.discount[m]
        cash += own
        trough = min(trough, cash)
        total += own - base
        need = max(need, -total)
        before = discounted
        discounted += step
        worth += step
        if discounted < 0.0:
            payback = math.inf
        elif before < 0.0:
            payback = m - 1 + before / (before - discounted)
    values[0], values[1], values[2], values[3], values[4] = worth, cost, payback, trough, need
    if detail.shape[0] == 0:
        return
    for k in range(N_CATEGORIES):
        pv = 0.0
        for m in range(cal.months):
            pv += (w.flow[k, m] - w.base_flow[k, m]) * cal.discount[m]
        detail[k] = pv
    years = w.yearly.shape[1]
    for k in range(N_KPIS):
        for y in range(years):
            weight = w.yearly[N_KPIS + k, y]
            detail[N_CATEGORIES + k * years + y] = w.yearly[k, y] / weight if weight > 0.0 else np.nan
