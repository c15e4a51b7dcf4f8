"""Kernel part: goods that run out, and what holding them costs, in lanes."""

from __future__ import annotations

from sim.compiled import inline
from sim.lanes import mathematics  # noqa: F401  gives math.exp and its like to lanes
from sim.lanes.values import lanes, largest
from sim.mechanisms.elementwise import compile_plain, compile_scalar
from sim.mechanisms.stock import (
    MOST_TERMS,
    alike_articles,
    highest_level,
    lead_time,
    lead_time_cv2,
)
from sim.montecarlo.finance import PRICES
from sim.montecarlo.kpis import OVERHEAD

of_articles = compile_plain(alike_articles, inline)
highest = compile_plain(highest_level, inline)
mean_lead = compile_scalar(lead_time, inline)
lead_cv2 = compile_scalar(lead_time_cv2, inline)


@inline
def forget_sold_out(lay, w):  # type: ignore[no-untyped-def]
    """What is lost before any work while nothing is sold out, into w.now."""
    st = lay.stock
    for t in range(st.taker.shape[0]):
        w.now[lay.work.lost_slot[st.taker[t]]] = w.now[st.lost_slot[t]]


@inline
def sell_out(lay, w):  # type: ignore[no-untyped-def]
    """Share of the items of the month that find an article sold out, added to what is lost before any work; the cost
    of holding, into w.holding. The stock of a month is in balance with its demand: it keeps no memory."""
    st, now = lay.stock, w.now
    forget_sold_out(lay, w)
    w.holding[0] = 0.0
    for g in range(st.articles.shape[0]):
        cost, days, median, ratio, safety, error, wrong, gap, yearly = st.slots[g]
        units = lanes(0.0)
        for t in range(st.first_taker[g], st.first_taker[g + 1]):
            units += w.items[st.taker[t]] * (1.0 - now[st.lost_slot[t]]) * st.share[t]
        rate = units / (lay.calendar.days * st.articles[g])
        lead, cv2 = mean_lead(now[median], now[ratio]), lead_cv2(now[ratio])
        top = largest(highest(rate, lead, cv2, now[error], now[safety]))
        terms = min(int(min(top, 1.0 * MOST_TERMS)) + 2, MOST_TERMS)
        out, on_hand = of_articles(
            rate, lead, cv2, now[error], now[safety], now[days], now[wrong], now[gap], st.nodes[g], terms
        )
        for t in range(st.first_taker[g], st.first_taker[g + 1]):
            slot = lay.work.lost_slot[st.taker[t]]
            now[slot] = 1.0 - (1.0 - now[slot]) * (1.0 - st.share[t] * out)
        w.holding[0] += on_hand * st.articles[g] * now[cost] * now[yearly] / 12.0


@inline
def book_holding(w, m, keep):  # type: ignore[no-untyped-def]
    """The cost of holding stock in month m, at the prices of the goods. keep: number of a roadmap to keep it for, -1
    for none."""
    if w.kept_holding.shape[1] > 0:
        cost = w.holding[0] * w.price_index[PRICES, m]
        w.flow[OVERHEAD, m] -= cost
        if keep >= 0:
            w.kept_holding[keep, m] = cost


@inline
def restore_holding(w, ref, begin):  # type: ignore[no-untyped-def]
    """The same of the months before `begin`, from the kept roadmap `ref`."""
    if w.kept_holding.shape[1] > 0:
        for m in range(begin):
            w.flow[OVERHEAD, m] -= w.kept_holding[ref, m]
