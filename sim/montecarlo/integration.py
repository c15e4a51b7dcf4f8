"""Kernel part: pairs of systems that are not linked, and what links cost."""

from __future__ import annotations

from sim.compiled import inline
from sim.lanes import WIDTH
from sim.lanes.values import lanes
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.links import link_costs
from sim.mechanisms.silo import by_hand_share, silo_lost_share
from sim.montecarlo.finance import price_at
from sim.montecarlo.kpis import CAPITAL, LINKED_SHARE, RUNNING
from sim.montecarlo.ledger import add_share
from sim.montecarlo.stock import forget_sold_out

by_hand = compile_scalar(by_hand_share, inline)
lost_to_silo = compile_scalar(silo_lost_share, inline)


@inline
def derive(lay, w):  # type: ignore[no-untyped-def]
    """Numbers of the month at hand that follow from others, into w.now."""
    rows, now = lay.integrations.derived, w.now
    for d in range(rows.shape[0]):
        slot, base, crossing, linked, mismatch, lost = rows[d]
        wrong = lanes(1.0)
        if mismatch >= 0:
            wrong = now[mismatch]
        if lost >= 0:
            now[slot] = lost_to_silo(now[base], now[crossing], now[linked], wrong, now[lost])
        else:
            now[slot] = by_hand(now[base], now[crossing], now[linked], wrong)
    forget_sold_out(lay, w)


@inline
def add_linked_share(lay, w, year):  # type: ignore[no-untyped-def]
    """The month at hand of the share of what crosses that passes by itself, weighted by the items that cross."""
    pairs = lay.integrations
    for x in range(pairs.crossing_pair.shape[0]):
        items = w.items[pairs.crossing_process[x]] * w.now[pairs.crossing_slot[x]]
        linked = w.now[pairs.linked_slot[pairs.crossing_pair[x]]]
        add_share(w, LINKED_SHARE, year, items * linked, items)


@inline
def book_links(lay, w):  # type: ignore[no-untyped-def]
    """Capital and running cost of links, path by path; they are own cost of the initiative that links."""
    pairs, cal = lay.integrations, lay.calendar
    if pairs.linking.shape[0] == 0:
        return
    months, life = cal.months, cal.depreciation_months
    for k in range(WIDTH):
        for pair in range(pairs.capital_slot.shape[0]):
            w.pair_price[0, pair] = w.values[pairs.capital_slot[pair], k]
            w.pair_price[1, pair] = w.values[pairs.monthly_slot[pair], k]
        for i in pairs.linking:
            w.end_one[i] = w.ends[i, k]
            if pairs.is_hub[i]:
                w.hub_price[0, i] = w.values[pairs.hub_capital_slot[i], k]
                w.hub_price[1, i] = w.values[pairs.hub_monthly_slot[i], k]
        started, go_live = w.started[k], w.go_live[k]
        link_costs(
            pairs.linking, started, go_live, w.end_one, pairs.links, pairs.is_hub, pairs.between, w.pair_price,
            w.hub_price, w.hub_of, w.attached, w.link_cost,
        )  # fmt: skip
        for i in pairs.linking:
            if started[i] < 0:
                continue
            capital, monthly = w.link_cost[0, i] * w.cost_ratio[i, k] * w.price[i, k], w.link_cost[1, i] * w.part[i, k]
            for m in range(started[i], months):
                part = w.work[i, m, k]
                if part > 0.0:
                    w.flow[CAPITAL, m, k] -= capital * part
                    w.own_cost[m, k] += capital * part
                    for later in range(m, min(months, m + life)):
                        w.depreciation[later, k] += capital * part / life
                if w.begins[i, k] <= m < w.ends[i, k]:
                    cost = monthly * price_at(lay, w, i, m, k)
                    w.flow[RUNNING, m, k] -= cost
                    w.own_cost[m, k] += cost
