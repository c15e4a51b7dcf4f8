"""Kernel part: customers, reputation, choice among rivals, value of the business; in lanes, and customers who are
counted one by one path by path (k is the lane)."""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.lanes import WIDTH
from sim.lanes.values import lanes
from sim.mechanisms.crowd import FULL, first_customers, leaving_hazard, next_month
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.market import business_value, logit_share, next_reputation, reputation_factor
from sim.montecarlo.effects import at_month
from sim.montecarlo.kpis import CATEGORIES, DELIVERY, MARKET_SHARE, NOT_IN_PROFIT, REPUTATION, VALUATION
from sim.montecarlo.ledger import add_share

logit = compile_scalar(logit_share, inline)
acquisition_factor = compile_scalar(reputation_factor, inline)
reputation_after = compile_scalar(next_reputation, inline)
worth = compile_scalar(business_value, inline)
hazard_of = compile_scalar(leaving_hazard, inline)

N_CATEGORIES = len(CATEGORIES)
NO_LIMIT = 1e9  # customers that there can be without a market


@inline
def set_customers(lay, w, draw, k):  # type: ignore[no-untyped-def]
    """World layer of the customers of the start, where they are counted."""
    w.crowded[0] = -1
    if lay.market.counted > 0:
        first_customers(lay.market.leave_key[0], draw, lay.market.counted, w.first_level[k])


@inline
def start_market(lay, w):  # type: ignore[no-untyped-def]
    """Reputation and customers before month 0."""
    if lay.market.reputation[0] >= 0:
        w.reputation[0] = w.values[lay.market.reputation[0]]
    if lay.market.counted > 0:
        w.hazard[0] = 0.0
        w.customers[0] = float(lay.market.counted)
        for k in range(WIDTH):
            for i in range(lay.market.counted):
                w.crowd[k, i] = w.first_level[k, i]


@inline
def keep_market(lay, w, ref, m):  # type: ignore[no-untyped-def]
    """Keep what a later roadmap needs to begin at month m; see also `count`."""
    if lay.market.reputation[0] >= 0:
        w.kept_reputation[ref, m] = w.reputation[0]


@inline
def resume_market(lay, w, ref, m):  # type: ignore[no-untyped-def]
    """Reputation and customers that roadmap `ref` had at the start of month m; the counted ones come and leave anew."""
    if lay.market.reputation[0] >= 0:
        w.reputation[0] = w.kept_reputation[ref, m]
    if lay.market.counted > 0:
        for earlier in range(m):
            for j in range(w.month.shape[0]):
                w.month[j] = w.passed[ref, earlier, j]
            count(lay, w, earlier)


@inline
def chosen_share(lay, w, m):  # type: ignore[no-untyped-def]
    """Share of those who choose in the month at hand that chooses us."""
    market = lay.market
    ours = w.now[market.choice[2]]
    if market.choice[3] >= 0:
        ours = ours - w.now[market.choice[4]] * math.log(w.now[market.choice[3]])
    if market.reputation[0] >= 0:
        ours = ours + w.now[market.reputation[3]] * (w.reputation[0] - w.values[market.reputation[0]])
    if lay.ageing.sensitivity_slot >= 0:
        older = lanes(0.0)
        for y in range(lay.ageing.start.shape[0]):
            older += w.age[y, m] - lay.ageing.start[y]
        ours = ours - w.now[lay.ageing.sensitivity_slot] * (older / lay.ageing.start.shape[0])
    theirs = lanes(0.0)
    for r in range(market.rival_slot.shape[0]):
        theirs += math.exp(w.now[market.rival_slot[r]] + w.now[market.gain_slot[r]] * (m / 12.0))
    return logit(ours, math.log(theirs))


@inline
def next_customers(lay, w, m, customers, unserved, keep):  # type: ignore[no-untyped-def]
    """Customers a month later, and the share of this month's that leaves; reputation moves on.

    unserved: share of this month's items that were lost or late. keep: where to keep what happened (-1: nowhere).
    """
    cal, market = lay.calendar, lay.market
    leaving = min(w.now[cal.slots[0]] + w.now[cal.slots[2]] * unserved, 1.0)
    coming = w.now[cal.slots[1]]
    if market.reputation[0] >= 0:
        name = w.reputation[0]
        coming = coming * acquisition_factor(name, w.values[market.reputation[0]], w.now[market.reputation[2]])
    coming = coming + w.now[market.referral_slot] * customers * (1.0 - unserved)
    room = lanes(NO_LIMIT)
    if market.choice[0] >= 0:
        room = w.now[market.choice[0]]
        others = max(room - customers, 0.0)
        coming = coming * (others / max(w.values[market.choice[0]] - cal.customers, 1.0))
        moving, ours = w.now[market.choice[1]], chosen_share(lay, w, m)
        coming = coming + moving * ours * others
        leaving = 1.0 - (1.0 - leaving) * (1.0 - moving * (1.0 - ours))
        coming = min(coming, max(room - customers * (1.0 - leaving), 0.0))
    left = 1.0 - (1.0 - leaving) * w.shock[m]
    if market.counted > 0:
        w.month[0] = leaving
        w.month[1] = 1.0 - w.shock[m]
        w.month[2] = coming
        w.month[3] = room
        if keep >= 0:
            for j in range(w.month.shape[0]):
                w.passed[keep, m, j] = w.month[j]
        count(lay, w, m)
        customers = w.customers[0]
    else:
        customers = (customers * (1.0 - leaving) + coming) * w.shock[m]
    if market.reputation[0] >= 0:
        hit = w.now[market.reputation[1]]
        w.reputation[0] = reputation_after(w.reputation[0], 1.0 - unserved, market.half_life, hit, w.happened[m])
    return customers, left


@inline
def count(lay, w, m):  # type: ignore[no-untyped-def]
    """Customers who leave in month m and who come, one by one. w.month: share that leaves, share that incidents drive
    away, newcomers expected, room."""
    market = lay.market
    for k in range(WIDTH):
        leaving, shock = hazard_of(w.month[0, k]), hazard_of(w.month[1, k])
        n = next_month(
            market.arrive_key[0], market.leave_key[0], w.draw[k], m, w.hazard[0, k], leaving, shock, w.month[2, k],
            int(w.month[3, k]), w.crowd[k], int(w.customers[0, k]),
        )  # fmt: skip
        if n == FULL:
            w.crowded[0] = w.draw[k]
            n = 0
        w.hazard[0, k] = w.hazard[0, k] + leaving + shock
        w.customers[0, k] = float(n)


@inline
def add_market_kpis(lay, w, m, customers):  # type: ignore[no-untyped-def]
    """Month m of share and reputation, where the scenario has them."""
    if lay.market.choice[0] >= 0:
        share = min(customers / w.now[lay.market.choice[0]], 1.0)
        add_share(w, MARKET_SHARE, m // lay.calendar.span, share, lanes(1.0))
    if lay.market.reputation[0] >= 0:
        add_share(w, REPUTATION, m // lay.calendar.span, w.reputation[0], lanes(1.0))


@inline
def value_business(lay, w):  # type: ignore[no-untyped-def]
    """What the business is worth at the end of each year: its earnings without delivery, which is spent once, and less
    depreciation, over a full year, after tax, times the multiple."""
    cal, slots = lay.calendar, lay.market.valuation
    if slots[0] < 0:
        return
    for year in range(-(-cal.horizon // 12)):
        end = min(12 * year + 12, cal.horizon)
        earnings = lanes(0.0)
        for m in range(12 * year, end):
            earnings -= w.depreciation[m]
            for c in range(N_CATEGORIES):
                if c not in NOT_IN_PROFIT and c != DELIVERY:
                    earnings += w.flow[c, m]
        last = end - 1
        price = worth(
            earnings * (12.0 / (end - 12 * year)), cal.tax_rate, at_month(lay, w, slots[0], last),
            at_month(lay, w, slots[1], last), at_month(lay, w, slots[2], last), at_month(lay, w, slots[3], last),
        )  # fmt: skip
        add_share(w, VALUATION, 12 * year // cal.span, price, lanes(1.0))
