"""Kernel part: what initiatives change, in lanes."""

from __future__ import annotations

from sim.compiled import inline
from sim.lanes.values import lanes, select


@inline
def at_month(lay, w, slot, m):  # type: ignore[no-untyped-def]
    """Value of a slot in month m, after effects, in lanes."""
    row = lay.row[slot]
    return w.values[slot] if row < 0 else w.changed[row, m]


@inline
def number_at(row, values, changed, slot, m, k):  # type: ignore[no-untyped-def]
    """The same of one path. row: of a slot among the targets of effects, -1 for none."""
    r = row[slot]
    return values[slot, k] if r < 0 else changed[r, m, k]


@inline
def apply_effects(lay, w):  # type: ignore[no-untyped-def]
    """Value of every slot that effects change, by month; counts the values that had to be clipped in w.clipped.

    Sources whose w.first_month lies behind the horizon are not looked at: no path has them.

    value = clip((base + sum add a r) * prod (1 + (multiply - 1) a r)).
    """
    c, months = lay.candidates, lay.calendar.months
    clipped = w.own_clipped[0]
    for t in range(c.target_slot.shape[0]):
        slot = c.target_slot[t]
        base, low, high = w.values[slot], lay.low[slot], lay.high[slot]
        first, last = c.first_effect[t], c.first_effect[t + 1]
        active = base != base
        start = months
        for e in range(first, last):
            i = c.effect_source[e]
            if w.first_month[i] < months:
                active = active | (w.begins[i] < months)
                start = min(start, w.first_month[i])
        for m in range(start):
            w.changed[t, m] = base
        for m in range(start, months):
            value, factor = base, lanes(1.0)
            for e in range(first, last):
                i = c.effect_source[e]
                if w.first_month[i] < months:
                    share = w.strength[i, m] if c.effect_fades[e] else w.adopting[i, m]
                    size = w.values[c.effect_value[e]]
                    if c.effect_multiplies[e]:
                        factor = factor * (1.0 + (size - 1.0) * share)
                    else:
                        value = value + size * share
            value = value * factor
            clipped += select(active & ((value < low) | (value > high)), 1.0, 0.0)
            w.changed[t, m] = select(active, min(max(value, low), high), base)
    w.clipped[0] = clipped


@inline
def turn(lay, w, k, mark):  # type: ignore[no-untyped-def]
    """The future in which the path of lane k lives, by its mark: when it begins and ends; it works in full.

    Futures are sources of effects behind the initiatives; see `apply_effects`.
    """
    months, first = lay.calendar.months, lay.candidates.duration.shape[0]
    lived = False
    for f in range(lay.futures.limit.shape[0]):
        source = first + f
        lives = mark < lay.futures.limit[f] and not lived
        lived = lived or lives
        begin = int(w.values[lay.futures.start_slot[f], k]) if lives else months
        end = min(months, begin + lay.futures.months[f])
        w.begins[source, k] = float(begin)
        w.ends[source, k] = float(end)
        w.first_month[source] = min(w.first_month[source], begin)
        for m in range(months):
            w.adopting[source, m, k] = 1.0 if begin <= m < end else 0.0
