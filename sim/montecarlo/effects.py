"""Kernel part: what initiatives change, in lanes."""

from __future__ import annotations

from sim.compiled import inline
from sim.lanes import WIDTH
from sim.lanes.values import lanes, select
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.readiness import joint_readiness

ready_of = compile_scalar(joint_readiness, inline)


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

    The scores of readiness come first: what they are together scales the effects of those who need it.
    """
    is_score = lay.readiness.is_score
    w.clipped[0] = w.own_clipped[0]
    if lay.readiness.score_slots.shape[0] > 0:
        for t in range(is_score.shape[0]):
            if is_score[t]:
                _apply(lay, w, t)
        _set_readiness(lay, w)
    for t in range(is_score.shape[0]):
        if not is_score[t]:
            _apply(lay, w, t)


@inline
def _apply(lay, w, t):  # type: ignore[no-untyped-def]
    """Values of target t. Sources whose w.first_month lies behind the horizon are not looked at: no path has them.

    value = clip((base + sum add a r) * prod (1 + (multiply - 1) a r)).
    """
    c, months, scaled = lay.candidates, lay.calendar.months, lay.readiness.is_score[t] == 0
    clipped = w.clipped[0]
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
                if scaled and lay.readiness.needs[i]:
                    share = share * w.readiness[m]
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
def _set_readiness(lay, w):  # type: ignore[no-untyped-def]
    """Readiness of every month, from the scores after effects; path by path."""
    slots = lay.readiness.score_slots
    for m in range(lay.calendar.months):
        for k in range(WIDTH):
            w.readiness[m, k] = ready_of(
                number_at(lay.row, w.values, w.changed, slots[0], m, k),
                number_at(lay.row, w.values, w.changed, slots[1], m, k),
                number_at(lay.row, w.values, w.changed, slots[2], m, k),
                lay.readiness.substitution,
            )


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
