"""Kernel part: what the channels by which demand comes let through, in lanes; the same, and what a sale earns, path by
path (k is the lane)."""

from __future__ import annotations

from sim.compiled import inline
from sim.lanes.values import lanes
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.market import channel_conversion
from sim.montecarlo.effects import number_at

let_through = compile_scalar(channel_conversion, inline)


@inline
def through_channels(lay, w, p):  # type: ignore[no-untyped-def]
    """Factor on the arrivals of process p in the month at hand: 1 - sum of share (1 - conversion) over its channels."""
    market = lay.market
    lost, total = lanes(0.0), lanes(0.0)
    for c in range(market.first_channel[p], market.first_channel[p + 1]):
        share = w.now[market.channel[c, 0]]
        part = let_through(w.now[market.channel[c, 1]], w.now[market.channel[c, 2]], w.now[market.channel[c, 3]])
        lost += share * (1.0 - part)
        total += share
    return 1.0 - lost / max(total, 1.0)


@inline
def through_at(lay, w, k, p, m):  # type: ignore[no-untyped-def]
    """The same in month m for the path of lane k."""
    market = lay.market
    lost, total = 0.0, 0.0
    for c in range(market.first_channel[p], market.first_channel[p + 1]):
        share = number_at(lay.row, w.values, w.changed, market.channel[c, 0], m, k)
        conversion = number_at(lay.row, w.values, w.changed, market.channel[c, 1], m, k)
        seconds = number_at(lay.row, w.values, w.changed, market.channel[c, 2], m, k)
        gone = number_at(lay.row, w.values, w.changed, market.channel[c, 3], m, k)
        lost += share * (1.0 - let_through(conversion, seconds, gone))
        total += share
    return 1.0 - lost / max(total, 1.0)


@inline
def margin_at(lay, w, k, m):  # type: ignore[no-untyped-def]
    """Margin on today's revenue in month m for the path of lane k: what the price adds is margin."""
    rate = number_at(lay.row, w.values, w.changed, lay.calendar.slots[4], m, k)
    if lay.market.choice[3] >= 0:
        rate += number_at(lay.row, w.values, w.changed, lay.market.choice[3], m, k) - 1.0
    return rate
