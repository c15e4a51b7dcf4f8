"""Kernel part: what the channels by which demand comes let through, in lanes."""

from __future__ import annotations

from sim.compiled import inline
from sim.lanes.values import lanes
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.market import channel_conversion

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
