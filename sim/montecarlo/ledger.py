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
from sim.montecarlo.operations import arrivals, finish_month, run_lines, set_month
from sim.montecarlo.people import alive, at_month

N_CATEGORIES, N_KPIS = len(CATEGORIES), len(KPIS)


@inline
def book_standing(lay, w):  # type: ignore[no-untyped-def]
    """Flows that do not depend on operations: fixed costs, wages of occupied seats, systems, premium."""
    cal, work = lay.calendar, lay.work
    row, values, changed, flow, present = lay.row, w.values, w.changed, w.flow, w.present
    headcount_slot, cost_slot, monthly_slot = work.headcount_slot, work.cost_slot, lay.estate.monthly_slot
    fixed, premium = cal.slots[5], cal.insurance[0]
    for m in range(cal.months):
        flow[OVERHEAD, m] -= at_month(row, values, changed, fixed, m)
        flow[INSURANCE, m] -= at_month(row, values, changed, premium, m) / 12.0
        for r in range(headcount_slot.shape[0]):
            seats = at_month(row, values, changed, headcount_slot[r], m)
            flow[LABOUR, m] -= seats * present[r, m] * at_month(row, values, changed, cost_slot[r], m)
        for y in range(monthly_slot.shape[0]):
            flow[RUNNING, m] -= at_month(row, values, changed, monthly_slot[y], m)


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
    """Keep what a later roadmap of the same path needs to begin at month m."""
    kept, roles, steps = w.kept, w.backlog.shape[0], w.staying.shape[0]
    kept[ref, m, 0] = customers
    for r in range(roles):
        kept[ref, m, 1 + r] = w.backlog[r]
        kept[ref, m, 1 + roles + r] = w.departure[r]
    for s in range(steps):
        kept[ref, m, 1 + 2 * roles + s] = w.staying[s]


@inline
def restore_state(w, ref, m):  # type: ignore[no-untyped-def]
    """The state that roadmap `ref` had at the start of month m; its margins before it. Returns the customers."""
    kept, roles, steps = w.kept, w.backlog.shape[0], w.staying.shape[0]
    for r in range(roles):
        w.backlog[r] = kept[ref, m, 1 + r]
        w.departure[r] = kept[ref, m, 1 + roles + r]
    for s in range(steps):
        w.staying[s] = kept[ref, m, 1 + 2 * roles + s]
    for earlier in range(m):
        w.flow[MARGIN, earlier] = w.kept_margin[ref, earlier]
    return kept[ref, m, 0]


@inline
def run_months(lay, w, first, ref, keep, brief):  # type: ignore[no-untyped-def]
    """Operations, customers and margin, month by month; KPI sums by year into w.yearly.

    first, ref: months before `first` are those of the kept roadmap `ref`. keep: where to keep this one (-1: nowhere).
    brief: only what the cash flow depends on; KPIs are then not to be read.
    """
    cal, c = lay.calendar, lay.candidates
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
    flow, yearly, down, go_live, adopted = w.flow, w.yearly, w.down, w.go_live, w.adopted
    adoption_slots, life, renewal_slot, shock, happened, sums = (
        c.adoption_slots, c.life, c.renewal_slot, w.shock, w.happened, w.sums,
    )  # fmt: skip
    churn, joining, service_churn = cal.slots[0], cal.slots[1], cal.slots[2]
    systems = down.shape[0]
    customers = cal.customers
    if first > 0:
        customers = restore_state(w, ref, min(first, cal.months - 1))
    for m in range(min(first, cal.months - 1), cal.months):
        if keep >= 0:
            save_state(w, keep, m, customers)
        set_month(lay, w, m)
        arrivals(lay, w, m, customers)
        busy, people = run_lines(lay, w, brief)
        if m == 0:  # the losses that flows behind a step need are known only now
            for r in range(w.backlog.shape[0]):
                w.backlog[r] = 0.0
            busy, people = run_lines(lay, w, brief)
        year = m // 12
        finish_month(lay, w, m, brief, sums)
        came, done, timely, waited, revenue, asked, satisfied = (
            sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], sums[6],
        )  # fmt: skip
        flow[MARGIN, m] = revenue * v[cal.slots[4]]
        if keep >= 0:
            w.kept_margin[keep, m] = flow[MARGIN, m]
        if not brief:
            up = 0.0
            for y in range(systems):
                up += 1.0 - min(1.0, down[y, m] / cal.hours)
            adopters, used = 0.0, 0
            for i in range(go_live.shape[0]):
                g = go_live[i]
                if (
                    0 <= g <= m
                    and adoption_slots[i, 0] >= 0
                    and (life[i] < 0 or m < g + life[i] or renewal_slot[i] >= 0)
                ):
                    adopters += adopted[i, g, m]
                    used += 1

            yearly[REVENUE, year] += revenue
            yearly[ON_TIME, year] += timely
            yearly[N_KPIS + ON_TIME, year] += done
            yearly[LOST, year] += came - done
            yearly[N_KPIS + LOST, year] += came
            yearly[WAIT, year] += waited * 60.0
            yearly[N_KPIS + WAIT, year] += done
            yearly[UTILISATION, year] += busy
            yearly[N_KPIS + UTILISATION, year] += people
            yearly[CUSTOMERS, year] += customers
            yearly[N_KPIS + CUSTOMERS, year] += 1.0
            yearly[AVAILABILITY, year] += up
            yearly[N_KPIS + AVAILABILITY, year] += systems
            yearly[INCIDENTS, year] += happened[m]
            yearly[CYBER_LOSS, year] -= flow[CYBER, m]
            if used > 0:
                yearly[ADOPTION, year] += adopters / used
            yearly[N_KPIS + ADOPTION, year] += 1.0
            for k in (REVENUE, INCIDENTS, CYBER_LOSS):
                yearly[N_KPIS + k, year] += 1.0 / 12.0

        unserved = 1.0 - satisfied / asked if asked > 0.0 else 0.0
        leaving = min(1.0, v[churn] + v[service_churn] * unserved)
        customers = (customers * (1.0 - leaving) + v[joining]) * shock[m]


@inline
def book_initiatives(lay, w):  # type: ignore[no-untyped-def]
    """Cost of the initiatives by month: capital, delivery, running, renewal; own_cost is their sum, positive."""
    c, months = lay.candidates, lay.calendar.months
    flow, own_cost, work, depreciation = w.flow, w.own_cost, w.work, w.depreciation
    for m in range(months):
        own_cost[m] = 0.0
        depreciation[m] = 0.0
    life = lay.calendar.depreciation_months
    for i in range(c.duration.shape[0]):
        if w.started[i] < 0:
            continue
        capital = w.values[c.capital_slot[i]] * w.cost_ratio[i]
        delivery = w.values[c.delivery_slot[i]] * w.cost_ratio[i]
        g = w.go_live[i]
        for m in range(w.started[i], months):
            part = work[i, m]
            if part > 0.0:
                flow[CAPITAL, m] -= capital * part
                flow[DELIVERY, m] -= delivery * part
                own_cost[m] += (capital + delivery) * part
                for later in range(m, min(months, m + life)):
                    depreciation[later] += capital * part / life
            if g >= 0 and alive(lay, i, g, m):
                running = w.values[c.running_slot[i]]
                flow[RUNNING, m] -= running
                own_cost[m] += running
                if c.life[i] > 0 and m > g and (m - g) % c.life[i] == 0:
                    renewal = w.values[c.renewal_slot[i]]
                    flow[RENEWAL, m] -= renewal
                    own_cost[m] += renewal


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
    cal, flow, depreciation = lay.calendar, w.flow, w.depreciation
    carried = 0.0
    start = 0
    while start < cal.months:
        end = min(start + 12, cal.months)
        profit = -carried
        for m in range(start, end):
            profit -= depreciation[m]
            for k in range(N_CATEGORIES):
                if k != CAPITAL and k != TAX:
                    profit += flow[k, m]
        carried = max(0.0, -profit)
        if profit > 0.0 and cal.tax_rate > 0.0:
            flow[TAX, min(end + 2, cal.months - 1)] -= cal.tax_rate * profit
        start = end


@inline
def clear_flows(w):  # type: ignore[no-untyped-def]
    for k in range(w.flow.shape[0]):
        for m in range(w.flow.shape[1]):
            w.flow[k, m] = 0.0


@inline
def write_values(lay, w, values, detail):  # type: ignore[no-untyped-def]
    """Outcomes of the path: NPV, PV of own cost, payback in months (infinity: never), cash trough, funding need.

    detail: PV by category against the baseline, then KPIs by year."""
    cal, flow, base_flow, discount = lay.calendar, w.flow, w.base_flow, lay.calendar.discount
    worth, cost, cash, trough, total, need = 0.0, 0.0, cal.cash, math.inf, 0.0, 0.0
    discounted, payback = 0.0, 0.0
    for m in range(cal.months):
        own, base = 0.0, 0.0
        for k in range(N_CATEGORIES):
            own += flow[k, m]
            base += base_flow[k, m]
        step = (own - base) * discount[m]
        cost += w.own_cost[m] * discount[m]
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
            pv += (flow[k, m] - base_flow[k, m]) * discount[m]
        detail[k] = pv
    years = w.yearly.shape[1]
    for k in range(N_KPIS):
        for y in range(years):
            weight = w.yearly[N_KPIS + k, y]
            detail[N_CATEGORIES + k * years + y] = w.yearly[k, y] / weight if weight > 0.0 else np.nan
