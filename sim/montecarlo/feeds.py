"""Kernel part: items that the completed items of other processes make, in lanes."""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.lanes.values import lanes, select
from sim.montecarlo.effects import at_month


@inline
def add_fed_items(lay, w, m):  # type: ignore[no-untyped-def]
    """Add to w.items what other processes make in month m; sets w.own and, of the month at hand, w.completions.

    What the sources complete in the month at hand is known only afterwards: here it is what comes to them times the
    share that was completed the month before.
    """
    work = lay.work
    for j in range(work.feed_order.shape[0]):
        p = work.feed_order[j]
        own, fed = w.items[p], lanes(0.0)
        for f in range(work.first_feed[p], work.first_feed[p + 1]):
            fed += _made(lay, w, f, m)
        w.items[p] = own + fed
        w.own[p] = select(w.items[p] > 0.0, own / w.items[p], 1.0)
        w.completions[p, m] = w.items[p] * w.fulfilled[p]


@inline
def _made(lay, w, f, m):  # type: ignore[no-untyped-def]
    """Items that feed f brings in month m: completed earlier by the delay, evenly over their month."""
    work = lay.work
    whole = math.floor(work.feed_delay[f])
    later = work.feed_delay[f] - whole
    total = lanes(0.0)
    for back, weight in ((whole, 1.0 - later), (whole + 1, later)):
        if back <= m:
            share = at_month(lay, w, work.feed_share_slot[f], m - back)
            total += weight * share * w.completions[work.feed_source[f], m - back]
    return total
