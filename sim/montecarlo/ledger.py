"""Kernel part: what initiatives, systems, insurance and tax cost by month, and what a path is worth; in lanes."""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import inline
from sim.lanes import WIDTH
from sim.lanes.values import lanes, select, some
from sim.mechanisms.delivery import FAILED, FINISHED, STOPPED
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.maturity import support_cost
from sim.montecarlo.effects import at_month
from sim.montecarlo.finance import FIXED, PREMIUMS, TECHNOLOGY, WAGES, price_of, set_price
from sim.montecarlo.kpis import (
    CAPITAL,
    CASH,
    CATEGORIES,
    COST_TO_SERVE,
    CYBER,
    DEBT_COVER,
    DELIVERY,
    FINANCE,
    FINANCED,
    FLOW,
    GRANT,
    GROSS_MARGIN,
    INSURANCE,
    INSURED,
    KPIS,
    LABOUR,
    LOSS,
    MARGIN,
    NOT_IN_COVER,
    NOT_IN_PROFIT,
    OVERHEAD,
    PROFIT,
    RECOVERY,
    RENEWAL,
    RUNNING,
    SERVING,
    TAX,
)
from sim.montecarlo.projects import capital_of, delivery_of
from sim.montecarlo.structures import COURSE
from sim.montecarlo.tilt import write_controls

N_CATEGORIES, N_KPIS = len(CATEGORIES), len(KPIS)

cost_of_age = compile_scalar(support_cost, inline)


@inline
def clear_flows(w):  # type: ignore[no-untyped-def]
    """An empty ledger (categories, months)."""
    for c in range(w.flow.shape[0]):
        for m in range(w.flow.shape[1]):
            w.flow[c, m] = 0.0


@inline
def last_month(lay, m):  # type: ignore[no-untyped-def]
    """Month in which what is still owed for month m is booked at the latest: the end of the horizon or the run-off."""
    cal = lay.calendar
    return cal.horizon - 1 if m < cal.horizon else cal.months - 1


@inline
def book_standing(lay, w):  # type: ignore[no-untyped-def]
    """Flows that do not depend on operations: fixed costs, wages of occupied seats, systems, premium."""
    cal, work, estate = lay.calendar, lay.work, lay.estate
    for m in range(cal.months):
        w.flow[OVERHEAD, m] -= at_month(lay, w, cal.slots[5], m) * w.price_index[FIXED, m]
        premium = at_month(lay, w, cal.insurance[0], m) / 12.0 * w.price_index[PREMIUMS, m]
        for c in range(w.control_state.shape[0]):
            premium = premium * (1.0 - lay.cyber.credit[c] * w.control_state[c, m])
        w.flow[INSURANCE, m] -= premium
        wages, running = lanes(0.0), lanes(0.0)
        for r in range(work.seats.shape[0]):
            seats = at_month(lay, w, work.headcount_slot[r], m)
            if work.hire_role.shape[0] > 0:
                seats += w.hired[r, m]
            wages += seats * w.present[r, m] * at_month(lay, w, work.cost_slot[r], m)
        for y in range(estate.age.shape[0]):
            cost = at_month(lay, w, estate.monthly_slot[y], m)
            if lay.ageing.grows[y]:
                growth = at_month(lay, w, lay.ageing.growth_slot[y], m)
                cost = cost * cost_of_age(growth, w.age[y, m] - lay.ageing.start[y])
            running += cost
        w.flow[LABOUR, m] -= wages * w.price_index[WAGES, m]
        w.flow[RUNNING, m] -= running * w.price_index[TECHNOLOGY, m]


@inline
def book_initiatives(lay, w, n):  # type: ignore[no-untyped-def]
    """Cost of the n chosen initiatives by month: capital, delivery, running, renewal; own_cost is their sum,
    positive."""
    c, p, months, life = lay.candidates, lay.projects, lay.calendar.months, lay.calendar.depreciation_months
    for m in range(months):
        w.own_cost[m] = 0.0
        w.depreciation[m] = 0.0
    for j in range(n):
        i = w.chosen[j]
        set_price(lay, w, i)
        capital, delivery = w.values[c.capital_slot[i]], w.values[c.delivery_slot[i]]
        if p.help_slots[i, 0] >= 0:
            capital += w.values[p.help_slots[i, 0]]
            delivery += w.values[p.help_slots[i, 1]]
        if lay.crew.involvement_slots[i, 0] >= 0:
            delivery += w.values[lay.crew.involvement_slots[i, 0]] * w.values[lay.crew.involvement_slots[i, 3]]
        capital, delivery = capital * w.cost_ratio[i] * w.price[i], delivery * w.cost_ratio[i] * w.price[i]
        if p.deposit[i] > 0.0:
            book_deposit(lay, w, i)
            capital = capital * (1.0 - p.deposit[i])
        running = w.values[c.running_slot[i]] * w.part[i]
        for m in range(months):
            part = w.work[i, m]
            if some(part > 0.0):
                w.flow[CAPITAL, m] -= capital * part
                w.flow[DELIVERY, m] -= delivery * part
                w.own_cost[m] += (capital + delivery) * part
                for later in range(m, min(months, m + life)):
                    w.depreciation[later] += capital * part / life
            works = (w.begins[i] <= m) & (w.ends[i] > m)
            if some(works):
                cost = select(works, running * price_of(lay, w, i, m), 0.0)
                w.flow[RUNNING, m] -= cost
                w.own_cost[m] += cost
        if lay.crew.training_slots[i, 0] >= 0:
            _book_trainings(lay, w, i)
        if p.beside_months[i] > 0:
            for m in range(months):
                beside = (w.begins[i] <= m) & (w.beside_until[i] > m)
                if some(beside):
                    cost = select(beside, w.values[p.beside_slot[i]] * price_of(lay, w, i, m), 0.0)
                    w.flow[RUNNING, m] -= cost
                    w.own_cost[m] += cost
        if c.life[i] > 0 and c.renewal_slot[i] >= 0:
            renewal = w.values[c.renewal_slot[i]] * w.part[i]
            for m in range(c.life[i], months):
                since = m - w.begins[i]
                due = (since > 0.0) & (math.floor(since / c.life[i]) * c.life[i] == since)
                if some(due):
                    cost = select(due, renewal * price_of(lay, w, i, m), 0.0)
                    w.flow[RENEWAL, m] -= cost
                    w.own_cost[m] += cost


@inline
def book_bought_days(lay, w):  # type: ignore[no-untyped-def]
    """Days that projects took of a skill beyond its own, at their price with the growth of wages: delivery cost."""
    slots = lay.work.outside_slot
    for skill in range(slots.shape[0]):
        if slots[skill] < 0:
            continue
        for m in range(lay.calendar.months):
            days = w.bought[skill, m]
            if some(days > 0.0):
                cost = days * at_month(lay, w, slots[skill], m) * w.price_index[WAGES, m]
                w.flow[DELIVERY, m] -= cost
                w.own_cost[m] += cost


@inline
def _book_trainings(lay, w, i):  # type: ignore[no-untyped-def]
    """Trainings of initiative i: the first, at go-live, belongs to its delivery, each refresh to its running cost."""
    cost, every = w.values[lay.crew.training_slots[i, 4]] * w.part[i], lay.crew.training_every[i]
    for m in range(lay.calendar.months):
        since = m - w.begins[i]
        works = (since >= 0.0) & (w.ends[i] > m)
        if some(works):
            due = works & (math.floor(since / every) * every == since)
            price = price_of(lay, w, i, m)
            first = select(due & (since == 0.0), cost * price, 0.0)
            refresh = select(due & (since > 0.0), cost * price, 0.0)
            w.flow[DELIVERY, m] -= first
            w.flow[RUNNING, m] -= refresh
            w.own_cost[m] += first + refresh


@inline
def book_deposit(lay, w, i):  # type: ignore[no-untyped-def]
    """The part of the capital of initiative i that is paid with the order, path by path."""
    months, life = lay.calendar.months, lay.calendar.depreciation_months
    for k in range(WIDTH):
        m = w.started[k, i]
        if m >= 0:
            amount = lay.projects.deposit[i] * (capital_of(lay, w, i, k) * w.cost_ratio[i, k] * w.price[i, k])
            w.flow[CAPITAL, m, k] -= amount
            w.own_cost[m, k] += amount
            for later in range(m, min(months, m + life)):
                w.depreciation[later, k] += amount / life


@inline
def book_grants(lay, w, n):  # type: ignore[no-untyped-def]
    """Grants of the n chosen initiatives, path by path: a share of the realised cost up to a cap, some months after
    go-live (what would come after the horizon, in its last month), or at the start and back after a failure.
    Depreciation is lower by them from then on."""
    c, months, life = lay.candidates, lay.calendar.months, lay.calendar.depreciation_months
    for j in range(n):
        i = w.chosen[j]
        if c.grant_slot[i] < 0:
            continue
        for k in range(WIDTH):
            started = w.started[k, i]
            eligible = c.grant_window[i, 0] <= started <= c.grant_window[i, 1]
            if w.awarded[k, i] == 1 and eligible:
                cost = (capital_of(lay, w, i, k) + delivery_of(lay, w, i, k)) * w.cost_ratio[i, k]
                amount = min(c.grant_cap[i], c.grant_share[i] * (cost * w.price[i, k]))
                if c.grant_upfront[i] == 1:
                    _grant(w, started, k, amount, life)
                    if w.state[k, i] == FAILED or w.state[k, i] == STOPPED:
                        end = started + 1
                        for m in range(started, months):
                            if w.work[i, m, k] > 0.0:
                                end = m + 1
                        _grant(w, min(end + c.grant_lag[i], last_month(lay, end)), k, -amount, life)
                elif w.state[k, i] == FINISHED:
                    live = w.go_live[k, i]
                    _grant(w, min(live + c.grant_lag[i], last_month(lay, live)), k, amount, life)


@inline
def _grant(w, m, k, amount, life):  # type: ignore[no-untyped-def]
    """Book a grant, or what is taken back of one."""
    w.flow[GRANT, m, k] += amount
    for later in range(m, min(w.depreciation.shape[0], m + life)):
        w.depreciation[later, k] -= amount / life


@inline
def book_insurance(lay, w):  # type: ignore[no-untyped-def]
    """Payments of the policy: what each month's events are owed, up to the annual limit, some months later; what would
    come after the horizon is booked in the last month."""
    cal = lay.calendar
    paid = lanes(0.0)
    for m in range(cal.months):
        if m % 12 == 0:
            paid = lanes(0.0)
        due = min(w.covered[m], max(at_month(lay, w, cal.insurance[3], m) - paid, 0.0))
        paid += due
        w.trajectory[INSURED, m] = due
        w.flow[INSURANCE, min(m + cal.settlement, last_month(lay, m))] += due


@inline
def book_tax(lay, w):  # type: ignore[no-untyped-def]
    """Tax on the profit of each year from month 0, depreciation in place of capital, losses carried forward without
    refund, paid in the third month of the next year; the last year's tax in the last month."""
    cal = lay.calendar
    carried = lanes(0.0)
    start = 0
    while start < cal.months:
        end = min(start + 12, last_month(lay, start) + 1)
        profit = -carried
        for m in range(start, end):
            profit -= w.depreciation[m]
            for c in range(N_CATEGORIES):
                if c not in NOT_IN_PROFIT:
                    profit += w.flow[c, m]
        carried = max(-profit, 0.0)
        w.flow[TAX, min(end + 2, last_month(lay, start))] -= cal.tax_rate * max(profit, 0.0)
        start = end


@inline
def add_money_kpis(lay, w):  # type: ignore[no-untyped-def]
    """The KPIs that follow from the flows of a month, when all are booked, and from the failures of systems."""
    cash = lanes(lay.calendar.cash)
    for m in range(lay.calendar.horizon):
        profit, serving, before = lanes(0.0), lanes(0.0), lanes(0.0)
        for c in range(N_CATEGORIES):
            cash += w.flow[c, m]
            if c not in NOT_IN_PROFIT:
                profit += w.flow[c, m]
            if c in SERVING:
                serving -= w.flow[c, m]
            if c not in NOT_IN_COVER:
                before += w.flow[c, m]
        year = m // lay.calendar.span
        w.yearly[COST_TO_SERVE, year] += serving
        add_share(w, GROSS_MARGIN, year, w.flow[MARGIN, m], lanes(1.0 / 12.0))
        add_share(w, PROFIT, year, profit, lanes(1.0 / 12.0))
        add_share(w, CASH, year, cash, lanes(1.0))
        add_share(w, DEBT_COVER, year, before, w.service[m])
        add_share(w, RECOVERY, year, w.recovery[0, m], w.recovery[1, m])


@inline
def least_cover(lay, w):  # type: ignore[no-untyped-def]
    """Least debt service cover of the years that the covenant counts, infinite for none; see `sim.covenant`."""
    least = lanes(math.inf)
    for first in range(lay.finance.judged_from, lay.calendar.horizon, 12):
        before, service = lanes(0.0), lanes(0.0)
        for m in range(first, min(first + 12, lay.calendar.horizon)):
            service += w.service[m]
            for c in range(N_CATEGORIES):
                if c not in NOT_IN_COVER:
                    before += w.flow[c, m]
        least = select(service > 0.0, min(least, before / service), least)
    return least


@inline
def add_share(w, kpi, year, amount, weight):  # type: ignore[no-untyped-def]
    """Add a month to the numerator and the denominator of a KPI's year."""
    w.yearly[kpi, year] += amount
    w.yearly[N_KPIS + kpi, year] += weight


@inline
def keep_baseline(w):  # type: ignore[no-untyped-def]
    """Keep the flows of the empty roadmap, money by category and month, to compare others with."""
    for c in range(w.flow.shape[0]):
        for m in range(w.flow.shape[1]):
            w.base_flow[c, m] = w.flow[c, m]


@inline
def write_values(lay, w):  # type: ignore[no-untyped-def]
    """What the paths are worth, into w.result: NPV, PV of own cost, payback in months (infinity: never), all before
    finance; cash trough and funding need, with it; PV of the financing, of the run-off and of its own cost; least debt
    service cover. The run-off is in NPV and cost. Behind them, the controls."""
    cal = lay.calendar
    worth, cost, cash, total, need = lanes(0.0), lanes(0.0), lanes(cal.cash), lanes(0.0), lanes(0.0)
    trough, payback = lanes(math.inf), lanes(0.0)
    for m in range(cal.horizon):
        own, base = lanes(0.0), lanes(0.0)
        for c in range(N_CATEGORIES):
            if c != FINANCE:
                own += w.flow[c, m]
                base += w.base_flow[c, m]
        cost += w.own_cost[m] * cal.discount[m]
        cash += own
        cash += w.flow[FINANCE, m]
        trough = min(trough, cash)
        total += own - base
        total += w.flow[FINANCE, m] - w.base_flow[FINANCE, m]
        need = max(need, -total)
        before = worth
        worth += (own - base) * cal.discount[m]
        regained = m - 1 + before / (before - worth)
        payback = select(worth < 0.0, math.inf, select(before < 0.0, regained, payback))
    residual, run_off_cost = lanes(0.0), lanes(0.0)
    for m in range(cal.horizon, cal.months):
        own, base = lanes(0.0), lanes(0.0)
        for c in range(N_CATEGORIES):
            if c != FINANCE:
                own += w.flow[c, m]
                base += w.base_flow[c, m]
        residual += (own - base) * cal.discount[m]
        run_off_cost += w.own_cost[m] * cal.discount[m]
    w.result[0] = worth + residual
    w.result[1] = cost + run_off_cost
    w.result[2] = payback
    w.result[3] = trough
    w.result[4] = need
    w.result[5] = w.financing[0]
    w.result[6] = residual
    w.result[7] = run_off_cost
    w.result[8] = least_cover(lay, w)
    write_controls(lay, w, 9)


@inline
def write_trajectory(lay, w):  # type: ignore[no-untyped-def]
    """Money by month within the horizon, into w.trajectory; what insurance owes is there already."""
    for m in range(lay.calendar.horizon):
        own = lanes(0.0)
        for c in range(N_CATEGORIES):
            if c != FINANCE:
                own += w.flow[c, m]
        w.trajectory[FLOW, m] = own
        w.trajectory[FINANCED, m] = w.flow[FINANCE, m]
        w.trajectory[LOSS, m] = -w.flow[CYBER, m]


@inline
def write_detail(lay, w):  # type: ignore[no-untyped-def]
    """PV by category against the baseline within the horizon, KPIs by year, and behind the hours that roles are spared
    the course of the items by process, into w.detail."""
    cal = lay.calendar
    for c in range(N_CATEGORIES):
        pv = lanes(0.0)
        for m in range(cal.horizon):
            pv += (w.flow[c, m] - w.base_flow[c, m]) * cal.discount[m]
        w.detail[c] = pv
    years = w.yearly.shape[1]
    for kpi in range(N_KPIS):
        for y in range(years):
            weight = w.yearly[N_KPIS + kpi, y]
            w.detail[N_CATEGORIES + kpi * years + y] = select(weight > 0.0, w.yearly[kpi, y] / weight, np.nan)
    at = N_CATEGORIES + N_KPIS * years + 2 * lay.work.seats.shape[0]
    for p in range(w.tally.shape[0]):
        for j in range(COURSE):
            w.detail[at + p * COURSE + j] = w.tally[p, j]
