"""Kernel part: delivery, path by path (k is the lane): projects of the draw, what other initiatives change of them at
their start, and the months in which a roadmap is delivered."""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.mechanisms.delivery import FINISHED, deliver
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.maturity import immaturity
from sim.mechanisms.projects import ending, ratios
from sim.montecarlo.adoption import fill_adoption
from sim.montecarlo.change import failure_of, first_gaps, note_successes, take_days, work_factor
from sim.montecarlo.effects import ready_of
from sim.streams import uniform

young_factor = compile_scalar(immaturity, inline)

NEVER = 1e9  # month of what does not happen


@inline
def projects(lay, w, draw, k):  # type: ignore[no-untyped-def]
    """World layer of the projects: overrun, gates, vendor and award of every initiative."""
    c = lay.candidates
    first_gaps(lay, w, k)
    for i in range(c.duration.shape[0]):
        w.ripe[k, i] = 0
        set_project(lay, w, draw, k, i)
        w.awarded[k, i] = 0
        if c.grant_slot[i] >= 0:
            w.awarded[k, i] = 1 if uniform(c.grant_key[i], draw, 0) < w.values[c.grant_slot[i], k] else 0


@inline
def set_project(lay, w, draw, k, i):  # type: ignore[no-untyped-def]
    """Cost ratio, months of work, gate and vendor of initiative i, from the numbers of the path as they are and the
    levels that the skills lack."""
    c, p = lay.candidates, lay.projects
    spread, tail, failure = 1.0, 1.0, 1.0
    if p.help_slots[i, 0] >= 0:
        spread = w.values[p.help_slots[i, 2], k]
        tail = w.values[p.help_slots[i, 3], k]
        failure = w.values[p.help_slots[i, 4], k]
    cost_ratio, time_ratio = 1.0, 1.0
    if p.shape[i, 0] > 0.0:
        cost_ratio, time_ratio = ratios(p.cost_key[i], p.time_key[i], p.common_key[0], draw, p.shape[i], spread, tail)
    w.cost_ratio[i, k] = cost_ratio
    w.work_months[k, i] = max(1.0, math.ceil(c.duration[i] * time_ratio * work_factor(lay, w, k, i) - 1e-9))
    before, young = 0.0, 1.0
    if p.maturity_slots[i, 0] >= 0:
        half_life = w.values[p.maturity_slots[i, 1], k]
        young = young_factor(w.values[p.maturity_slots[i, 0], k], half_life, float(w.ripe[k, i]))
    for gate in range(p.first_gate[i], p.first_gate[i + 1]):
        chance = min(1.0, w.values[p.chance_slot[gate], k] * young)
        w.chance[gate] = failure_of(lay, w, k, i, chance, p.gate_end[gate] - before)
        before = p.gate_end[gate]
    done, state = ending(
        p.gate_key[i], draw, p.first_gate[i], p.first_gate[i + 1], p.gate_end, w.chance, failure, p.cost_limit,
        p.time_limit, cost_ratio, time_ratio,
    )  # fmt: skip
    w.end[k, i] = done
    w.ending[k, i] = state
    w.remains[k, i] = p.remains[i] * done
    w.lead[k, i] = 0
    if p.lead_slot[i] >= 0:
        w.lead[k, i] = math.ceil(w.values[p.lead_slot[i], k] - 1e-9)
    w.available[k, i] = 0
    if p.available_slot[i] >= 0:
        w.available[k, i] = math.ceil(w.values[p.available_slot[i], k] - 1e-9)


@inline
def keep_own(lay, w):  # type: ignore[no-untyped-def]
    """Keep the numbers of the draws that effects on initiatives change."""
    for t in range(lay.own.slot.shape[0]):
        w.own_base[t] = w.values[lay.own.slot[t]]


@inline
def deliver_roadmap(lay, w, draw, k, planned, n):  # type: ignore[no-untyped-def]
    """When each of the n chosen initiatives really starts, goes live and ends; the work and the skill days by month.

    Delivery is played again until the numbers of initiatives and what skills lack are those of their starts. Each of
    these depends on earlier months alone, so every pass settles at least the next start that was not right yet.
    """
    c, p, months = lay.candidates, lay.projects, lay.calendar.months
    go_live = w.go_live[k]
    work, used = w.work_one, w.used_one
    own = lay.own.slot.shape[0] > 0
    if own:
        _restore(lay, w, draw, k)
    again = True
    while again:
        deliver(
            planned, w.work_months[k], w.end[k], w.ending[k], w.remains[k], w.available[k], w.lead[k], c.days,
            lay.work.skill_most, p.beside_months, p.beside_days, c.before, c.lag, c.flags, c.first_before, w.state[k],
            go_live, w.started[k], work, used,
        )  # fmt: skip
        note_successes(lay, w, k, n)
        again = own and _settle(lay, w, draw, k)
        again = (lay.crew.levels_change == 1 and _settle_gaps(lay, w, draw, k, n)) or again
        again = (p.matures == 1 and _settle_maturity(lay, w, draw, k, n)) or again
    for skill in range(used.shape[0]):
        for m in range(months):
            own_days, bought = used[skill, m], 0.0
            if lay.work.outside_slot[skill] >= 0 and own_days > lay.work.skill_days[skill]:
                bought = own_days - lay.work.skill_days[skill]
                own_days = lay.work.skill_days[skill]
            w.used[skill, m, k] = own_days
            w.bought[skill, m, k] = bought
    for j in range(n):
        i = w.chosen[j]
        for m in range(months):
            w.work[i, m, k] = work[i, m]
        g, finished = go_live[i], w.state[k, i] == FINISHED
        w.begins[i, k] = NEVER if g < 0 else float(g)
        w.ends[i, k] = NEVER if c.life[i] < 0 or c.renewal_slot[i] >= 0 else float(g + c.life[i])
        w.part[i, k] = 1.0 if finished else w.remains[k, i]
        w.beside_until[i, k] = float(g + p.beside_months[i]) if finished else 0.0
    if lay.crew.takes_days == 1:
        take_days(lay, w, k, n)


@inline
def _restore(lay, w, draw, k):  # type: ignore[no-untyped-def]
    """The numbers of initiatives as they are before effects."""
    own = lay.own
    w.own_clipped[0, k] = 0.0
    for t in range(own.slot.shape[0]):
        w.values[own.slot[t], k] = w.own_base[t, k]
    for i in range(own.owned.shape[0]):
        if own.owned[i] == 1:
            set_project(lay, w, draw, k, i)


@inline
def _settle(lay, w, draw, k):  # type: ignore[no-untyped-def]
    """Give initiatives the numbers of their start, from the sources of effects that are live then. True when one has
    changed."""
    own = lay.own
    changed = False
    clipped = 0.0
    for t in range(own.slot.shape[0]):
        slot, start = own.slot[t], w.started[k, own.initiative[t]]
        value, factor, live = w.own_base[t, k], 1.0, False
        if start >= 0:
            for e in range(own.first[t], own.first[t + 1]):
                share = _reach(lay, w, draw, k, own.source[e], start, own.fades[e])
                if lay.readiness.needs[own.source[e]]:
                    share *= _readiness_at(lay, w, draw, k, start)
                live = live or share > 0.0
                size = w.values[own.value[e], k]
                if own.multiplies[e]:
                    factor *= 1.0 + (size - 1.0) * share
                else:
                    value += size * share
        if live:
            raw = value * factor
            value = min(max(raw, lay.low[slot]), lay.high[slot])
            clipped += 1.0 if value != raw else 0.0
        if value != w.values[slot, k]:
            w.values[slot, k] = value
            changed = True
    w.own_clipped[0, k] = clipped
    if changed:
        for i in range(own.owned.shape[0]):
            if own.owned[i] == 1:
                set_project(lay, w, draw, k, i)
    return changed


@inline
def _settle_gaps(lay, w, draw, k, n):  # type: ignore[no-untyped-def]
    """What the skills lack when each of the n chosen initiatives starts. True when one gap has changed."""
    c, crew = lay.candidates, lay.crew
    changed = False
    for j in range(n):
        i = w.chosen[j]
        start, another = w.started[k, i], False
        for s in range(crew.level_slot.shape[0]):
            if crew.difficulty[i, s] <= 0.0:
                continue
            slot = crew.level_slot[s]
            level = w.values[slot, k]
            if lay.row[slot] >= 0 and start >= 0:
                ready = 1.0
                if lay.readiness.score_slots.shape[0] > 0:
                    ready = _readiness_at(lay, w, draw, k, start)
                level = _number_in(lay, w, draw, k, slot, start, ready)
            gap = max(0.0, crew.difficulty[i, s] - level)
            if gap != w.gaps[k * c.duration.shape[0] + i, s]:
                w.gaps[k * c.duration.shape[0] + i, s] = gap
                another = True
        if another:
            set_project(lay, w, draw, k, i)
            changed = True
    return changed


@inline
def _settle_maturity(lay, w, draw, k, n):  # type: ignore[no-untyped-def]
    """Give each of the n chosen initiatives that mature the probabilities to fail of its start. True when one starts
    in another month than before."""
    changed = False
    for j in range(n):
        i = w.chosen[j]
        start = w.started[k, i]
        if lay.projects.maturity_slots[i, 0] >= 0 and start >= 0 and start != w.ripe[k, i]:
            w.ripe[k, i] = start
            set_project(lay, w, draw, k, i)
            changed = True
    return changed


@inline
def _readiness_at(lay, w, draw, k, m):  # type: ignore[no-untyped-def]
    """Readiness in month m; delivery until then is known."""
    slots = lay.readiness.score_slots
    return ready_of(
        _number_in(lay, w, draw, k, slots[0], m, 1.0),
        _number_in(lay, w, draw, k, slots[1], m, 1.0),
        _number_in(lay, w, draw, k, slots[2], m, 1.0),
        lay.readiness.substitution,
    )


@inline
def _number_in(lay, w, draw, k, slot, m, ready):  # type: ignore[no-untyped-def]
    """Number of the world in month m, after the effects of what is live then. ready: readiness, 1 for a score of it."""
    c = lay.candidates
    t, value, factor = lay.row[slot], w.values[slot, k], 1.0
    if t < 0:
        return value
    for e in range(c.first_effect[t], c.first_effect[t + 1]):
        share = _reach(lay, w, draw, k, c.effect_source[e], m, c.effect_fades[e])
        if lay.readiness.needs[c.effect_source[e]]:
            share *= ready
        size = w.values[c.effect_value[e], k]
        if c.effect_multiplies[e]:
            factor *= 1.0 + (size - 1.0) * share
        else:
            value += size * share
    return min(max(value * factor, lay.low[slot]), lay.high[slot])


@inline
def _reach(lay, w, draw, k, source, m, fades):  # type: ignore[no-untyped-def]
    """Share of its full strength with which a source of effects works in month m; delivery until then is known."""
    c = lay.candidates
    n = c.duration.shape[0]
    if source >= n:
        return w.adopting[source, m, k]  # a future
    g = w.go_live[k, source]
    over = c.life[source] >= 0 and c.renewal_slot[source] < 0 and m >= g + c.life[source]
    if g < 0 or m < g or over:
        return 0.0
    fill_adoption(lay, w, draw, k, source, g)
    share = w.adopted[k * n + source, g, m]
    if w.state[k, source] != FINISHED:
        share *= w.remains[k, source]
    since = m - g - (w.values[c.imitation_slot[source], k] if c.imitation_slot[source] >= 0 else 0.0)
    return share * 2.0 ** (-since / c.half_life[source]) if fades and since > 0 else share


@inline
def capital_of(lay, w, i, k):  # type: ignore[no-untyped-def]
    """Capital of initiative i in path k as planned, help included."""
    capital, slot = w.values[lay.candidates.capital_slot[i], k], lay.projects.help_slots[i, 0]
    return capital + w.values[slot, k] if slot >= 0 else capital


@inline
def delivery_of(lay, w, i, k):  # type: ignore[no-untyped-def]
    """The same of its delivery."""
    delivery, slot = w.values[lay.candidates.delivery_slot[i], k], lay.projects.help_slots[i, 1]
    return delivery + w.values[slot, k] if slot >= 0 else delivery


@inline
def spent_part(lay, w, i, m, k):  # type: ignore[no-untyped-def]
    """Part of the capital of initiative i that is spent in month m, the deposit included."""
    part, deposit = w.work[i, m, k], lay.projects.deposit[i]
    if deposit > 0.0:
        part = part * (1.0 - deposit) + (deposit if m == w.started[k, i] else 0.0)
    return part
