"""Systems that several initiatives refresh, where nothing but the cost of repairs follows from their failures."""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled
from sim.lanes import WIDTH
from sim.lanes.records import record_at
from sim.mechanisms.wearout import failures
from sim.montecarlo.batch import TOO_MANY_EVENTS
from sim.montecarlo.estimate import refuse_overflow
from sim.montecarlo.finance import TECHNOLOGY, set_index
from sim.montecarlo.people import set_numbers
from sim.montecarlo.scratch import Scratch
from sim.montecarlo.structures import Floats, Ints, Layout
from sim.montecarlo.tabulated.world import Draws

layout_at, scratch_at = record_at(Layout), record_at(Scratch)


@compiled
def _repairs(layout, scratch, base, theta, slots, draws, y, fresh, discount, year, out, status):  # type: ignore[no-untyped-def]
    lay, w = layout_at(layout), scratch_at(scratch)
    e, months = lay.estate, lay.calendar.months
    for first in range(0, draws.shape[0], WIDTH):
        last = min(first + WIDTH, draws.shape[0])
        set_numbers(w, base, theta, slots, first, last)
        set_index(lay, w)
        for row in range(first, last):
            k = row - first
            for m in range(months):
                w.scale[y, m] = w.values[e.scale_slot[y], k]
                w.median[y, m] = w.values[e.repair_slot[y], k]
                w.factor[y, m] = 1.0
                w.limit[y, m] = np.inf
            for q in range(fresh.shape[0]):
                for m in range(months):
                    w.refreshed[y, m] = 0
                for j in range(fresh.shape[1]):
                    if 0 <= fresh[q, j, row] < months:
                        w.refreshed[y, fresh[q, j, row]] = 1
                n, _ = failures(
                    e.failure_key[y], e.repair_key[y], draws[row], e.age[y], e.shape[y], w.scale[y], w.factor[y],
                    w.refreshed[y], e.replace[y] == 1, w.median[y], e.repair_p95[y], lay.calendar.hours, w.limit[y],
                    w.failed_at[y], w.failed_hours[y], w.renewals[y],
                )  # fmt: skip
                for r in range(out.shape[1]):
                    out[q, r, row] = 0.0
                if n > w.failed_at.shape[1]:
                    status[row] = TOO_MANY_EVENTS
                    return
                for j in range(n):
                    m = int(w.failed_at[y, j])
                    cost = w.values[e.repair_cost_slot[y], k] * w.price_index[TECHNOLOGY, m, k]
                    out[q, 0, row] -= cost * discount[m]
                    out[q, 1 + year[m], row] -= cost


def repairs_of(world: Draws, y: int, fresh: Ints, discount: Floats, year: Ints, rows: int) -> Floats:
    """Cost of the repairs of system y. fresh: (cases, initiatives, draws) months of refreshes, -1 for none.

    (cases, rows, draws), negative; see `money.Terms`.
    """
    out, status = np.empty((len(fresh), rows, len(world.numbers))), np.zeros(len(world.numbers), dtype=np.int64)
    with world.traced() as arguments:
        _repairs(*arguments, y, fresh, discount, year, out, status)
    refuse_overflow(status, world.numbers)
    return out
