"""Threats thinned by several initiatives: attack points of the draws, and the loss that a roadmap leaves of them.

The points are those of the kernel, up to the highest intensity that any roadmap can reach. A point is an incident iff
its height over the intensity of its month without effects is below the product of what initiatives make of attempts and
success; its loss is what it would be without effects times what they make of the severity. Both are exact where effects
multiply and are not clipped; see `coupling`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.compiled import compiled
from sim.lanes import WIDTH
from sim.lanes.records import record_at
from sim.mechanisms.attacks import incidents
from sim.montecarlo.adoption import fill_adoption
from sim.montecarlo.batch import TOO_MANY_CHANGES, TOO_MANY_EVENTS
from sim.montecarlo.estate import severity
from sim.montecarlo.estimate import refuse_overflow
from sim.montecarlo.people import forget, occupants, set_numbers, use
from sim.montecarlo.projects import NEVER
from sim.montecarlo.scratch import EVENTS, Scratch
from sim.montecarlo.structures import Floats, Ints, Layout
from sim.montecarlo.tabulated.world import Draws
from sim.streams import identity, uniform

layout_at, scratch_at = record_at(Layout), record_at(Scratch)


@dataclass(frozen=True)
class Points:
    """Attack points of a threat. count: (draws,). month, need (height over intensity without effects), loss (without
    effects): (draws, points)."""

    count: Ints
    month: Ints
    need: Floats
    loss: Floats


@compiled
def _points(layout, scratch, base, theta, slots, draws, h, grow, count, month, need, loss):  # type: ignore[no-untyped-def]
    lay, w = layout_at(layout), scratch_at(scratch)
    e, months = lay.estate, lay.calendar.months
    for first in range(0, draws.shape[0], WIDTH):
        last = min(first + WIDTH, draws.shape[0])
        set_numbers(w, base, theta, slots, first, last)
        for row in range(first, last):
            k, draw = row - first, draws[row]
            success = min(1.0, w.values[e.success_slot[h], k])
            frailty = 1.0 if e.frailty_slot[h] < 0 else w.values[e.frailty_slot[h], k]
            for m in range(months):
                if lay.cyber.yearly[h]:
                    frailty = w.values[e.frailty_slot[h] + m // 12, k]
                w.month_intensity[m] = w.values[e.attempts_slot[h], k] * success * frailty * grow[row]
            n = incidents(
                e.gap_key[h], e.height_key[h], draw, e.layer[h], w.month_intensity, w.event_times, w.layers, w.numbers
            )
            count[row] = n
            for j in range(min(n, month.shape[1])):
                point = identity(w.layers[j], w.numbers[j])
                m = int(w.event_times[j])
                height = (w.layers[j] + uniform(e.height_key[h], draw, point)) * e.layer[h]
                month[row, j] = m
                need[row, j] = height / (w.month_intensity[m] / grow[row])
                typical = w.values[e.severity_slot[h], k]
                loss[row, j] = 0.0
                if typical > 0.0:
                    u = uniform(e.severity_key[h], draw, point)
                    loss[row, j] = severity(u, typical, typical * e.severity_p95[h], e.tail_index[h])


def points_of(world: Draws, h: int, grow: Floats) -> Points:
    """Points of threat h. grow: (draws,) most that initiatives make of the intensity, at least 1."""
    n, most = len(world.numbers), 16
    while True:
        size = n, most
        found = Points(np.zeros(n, np.int64), np.zeros(size, np.int64), np.zeros(size), np.zeros(size))
        with world.traced() as arguments:
            _points(*arguments, h, grow, found.count, found.month, found.need, found.loss)
        reached = int(found.count.max(initial=0))
        if reached <= most:
            return found
        if reached > EVENTS:
            row = int(np.argmax(found.count))
            refuse_overflow(np.array([TOO_MANY_EVENTS]), world.numbers[row : row + 1])
        most = reached


@compiled
def _factors(  # type: ignore[no-untyped-def]
    layout, scratch, base, theta, slots, draws, who, live, part, h, count, month, often, much, status,
):  # fmt: skip
    lay, w = layout_at(layout), scratch_at(scratch)
    e, c = lay.estate, lay.candidates
    targets = (e.attempts_slot[h], e.success_slot[h], e.severity_slot[h])
    for first in range(0, draws.shape[0], WIDTH):
        last = min(first + WIDTH, draws.shape[0])
        set_numbers(w, base, theta, slots, first, last)
        forget(w)
        for row in range(first, last):
            k, draw = row - first, draws[row]
            if not occupants(lay, w, draw, k):
                status[row] = TOO_MANY_CHANGES
                return
            for q in range(live.shape[0]):
                for j in range(count[row]):
                    often[q, row, j], much[q, row, j] = 1.0, 1.0
                g = live[q, row]
                if g < 0:
                    continue
                w.go_live[k, who] = g
                w.part[who, k] = part[row]
                w.ends[who, k] = NEVER if c.life[who] < 0 or c.renewal_slot[who] >= 0 else float(g + c.life[who])
                fill_adoption(lay, w, draw, k, who, g)
                use(lay, w, k, who)
                for number in range(3):
                    t = lay.row[targets[number]]
                    if t < 0:
                        continue
                    for effect in range(c.first_effect[t], c.first_effect[t + 1]):
                        if c.effect_source[effect] != who:
                            continue
                        size = w.values[c.effect_value[effect], k]
                        for j in range(count[row]):
                            m = month[row, j]
                            share = w.strength[who, m, k] if c.effect_fades[effect] else w.adopting[who, m, k]
                            factor = 1.0 + (size - 1.0) * share
                            if number < 2:
                                often[q, row, j] *= factor
                            else:
                                much[q, row, j] *= factor


def factors_of(world: Draws, who: int, live: Ints, part: Floats, h: int, points: Points) -> tuple[Floats, Floats]:
    """What initiative `who` makes of the intensity and of the loss at every point of threat h.

    live: (cases, draws) month of go-live, -1 for never. part: (draws,) share of it that works. (cases, draws, points).
    """
    shape = (len(live), *points.need.shape)
    often, much, status = np.ones(shape), np.ones(shape), np.zeros(len(world.numbers), dtype=np.int64)
    with world.traced() as arguments:
        _factors(*arguments, who, live, part, h, points.count, points.month, often, much, status)
    refuse_overflow(status, world.numbers)
    return often, much


@compiled
def thin(count, month, need, loss, often, much, discount, year, out):  # type: ignore[no-untyped-def]
    """Losses of a threat under what several initiatives make of it, less those without effects, as a cost.

    often, much: (initiatives, draws, points). Writes out (rows, draws); see `money.Terms`.
    """
    for path in range(count.shape[0]):
        for row in range(out.shape[0]):
            out[row, path] = 0.0
        for j in range(count[path]):
            factor, size = 1.0, 1.0
            for i in range(often.shape[0]):
                factor *= often[i, path, j]
                size *= much[i, path, j]
            amount = loss[path, j] if need[path, j] < 1.0 else 0.0
            if need[path, j] < factor:
                amount -= loss[path, j] * size
            m = month[path, j]
            out[0, path] += amount * discount[m]
            out[1 + year[m], path] += amount
