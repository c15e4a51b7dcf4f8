"""Kernel part: occupants, delivery and adoption of one path under one roadmap."""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.mechanisms.delivery import deliver
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.normal import normal_cdf, normal_quantile
from sim.mechanisms.occupancy import presence, seat_changes
from sim.mechanisms.overrun import overrun_ratio
from sim.mechanisms.seats import adopt
from sim.streams import uniform

overrun = compile_scalar(overrun_ratio, inline)
quantile = compile_scalar(normal_quantile, inline)
cdf = compile_scalar(normal_cdf, inline)


@inline
def occupants(lay, w, draw):  # type: ignore[no-untyped-def]
    """World layer of the seats: changes of all roles in time order, presence by month. Returns the number of changes,
    -1 when the buffers are too small."""
    work = lay.work
    months = lay.calendar.months
    total = 0
    for r in range(work.seats.shape[0]):
        n = seat_changes(
            work.turnover_key[r], draw, work.seats[r], w.values[work.turnover_slot[r]] / 12.0,
            w.values[work.hiring_slot[r]], float(months), w.role_times, w.role_seat, w.role_occupant,
        )  # fmt: skip
        if n < 0 or total + n > w.times.shape[0]:
            return -1
        presence(n, work.seats[r], w.role_times, w.role_occupant, months, w.present[r])
        j = total + n - 1  # merge from the back: both lists are in time order
        a, b = total - 1, n - 1
        while b >= 0:
            if a >= 0 and w.times[a] > w.role_times[b]:
                w.times[j], w.role[j], w.seat[j], w.occupant[j] = w.times[a], w.role[a], w.seat[a], w.occupant[a]
                a -= 1
            else:
                w.times[j], w.role[j], w.seat[j], w.occupant[j] = w.role_times[b], r, w.role_seat[b], w.role_occupant[b]
                b -= 1
            j -= 1
        total += n
    return total


@inline
def overruns(lay, w, draw):  # type: ignore[no-untyped-def]
    """World layer of the projects: realised cost ratio, months of work and gate of every initiative."""
    c = lay.candidates
    for i in range(c.duration.shape[0]):
        time_ratio = 1.0
        w.cost_ratio[i] = 1.0
        if c.risk[i, 0] > 0.0:
            median, log_sd, share, exponent, cap, rho = c.risk[i]
            z = quantile(uniform(c.cost_key[i], draw, 0))
            own = quantile(uniform(c.time_key[i], draw, 0))
            w.cost_ratio[i] = overrun(cdf(z), median, log_sd, share, exponent, cap)
            time_ratio = overrun(cdf(rho * z + math.sqrt(1.0 - rho * rho) * own), median, log_sd, share, exponent, cap)
        w.work_months[i] = max(1.0, math.ceil(c.duration[i] * time_ratio - 1e-9))
        w.fails[i] = 1 if uniform(c.gate_key[i], draw, 0) < w.values[c.failure_slot[i]] else 0


@inline
def deliver_roadmap(lay, w, planned):  # type: ignore[no-untyped-def]
    """When each initiative really starts and goes live."""
    c = lay.candidates
    deliver(
        planned, w.work_months, w.fails, c.days, lay.work.skill_days, c.before, c.lag, c.flags, c.first_before,
        w.state, w.go_live, w.started, w.work, w.used,
    )  # fmt: skip


@inline
def adoption(lay, w, draw, changes, i):  # type: ignore[no-untyped-def]
    """Fill the table of initiative i for its go-live, once a path: share of seats that have adopted, by month."""
    c = lay.candidates
    g = w.go_live[i]
    if w.known[i, g]:
        return
    w.known[i, g] = 1
    months = lay.calendar.months
    share = w.adopted[i, g]
    for m in range(months):
        share[m] = 0.0
    if c.adoption_slots[i, 0] < 0:
        for m in range(g, months):
            share[m] = 1.0
        return
    v = w.values
    adopt(
        c.mark_key[i], c.threshold_key[i], c.joiner_key[i], draw, c.users[i], lay.work.first_seat, lay.work.seats,
        w.role[:changes], w.times[:changes], w.seat[:changes], w.occupant[:changes], float(g),
        v[c.adoption_slots[i, 0]], v[c.adoption_slots[i, 1]], v[c.adoption_slots[i, 2]], v[c.adoption_slots[i, 3]],
        months, w.current, w.level, share, w.no_times, w.no_changes,
    )  # fmt: skip


@inline
def alive(lay, i, g, m):  # type: ignore[no-untyped-def]
    """Whether an initiative that went live in month g still works in month m."""
    c = lay.candidates
    return m >= g and (c.life[i] < 0 or m < g + c.life[i] or c.renewal_slot[i] >= 0)


@inline
def apply_effects(lay, w):  # type: ignore[no-untyped-def]
    """Value of every slot that effects change, by month; returns how many values had to be clipped.

    value = clip((base + sum add a r) * prod (1 + (multiply - 1) a r)).
    """
    c = lay.candidates
    months = lay.calendar.months
    values, changed, go_live, adopted, lows, highs = w.values, w.changed, w.go_live, w.adopted, lay.low, lay.high
    initiative, value_slot, multiplies, fades = c.effect_initiative, c.effect_value, c.effect_multiplies, c.effect_fades
    first_effect, target_slot, factor = c.first_effect, c.target_slot, w.factor
    clipped = 0
    for t in range(target_slot.shape[0]):
        slot = target_slot[t]
        low, high, base = lows[slot], highs[slot], values[slot]
        for m in range(months):
            changed[t, m] = base
            factor[m] = 1.0
        active = False
        for e in range(first_effect[t], first_effect[t + 1]):
            i = initiative[e]
            g = go_live[i]
            if g < 0:
                continue
            active = True
            end = months if c.life[i] < 0 or c.renewal_slot[i] >= 0 else min(months, g + c.life[i])
            size = values[value_slot[e]]
            for m in range(g, end):
                scale = adopted[i, g, m]
                if fades[e]:
                    since = m - g - c.imitation_lag[i]
                    if since > 0:
                        scale *= 2.0 ** (-since / c.half_life[i])
                if multiplies[e]:
                    factor[m] *= 1.0 + (size - 1.0) * scale
                else:
                    changed[t, m] += size * scale
        if active:
            for m in range(months):
                value = changed[t, m] * factor[m]
                if value < low or value > high:
                    clipped += 1
                    value = min(max(value, low), high)
                changed[t, m] = value
    return clipped


@inline
def at_month(row, values, changed, slot, m):  # type: ignore[no-untyped-def]
    """Value of a slot in month m, after effects. row: of a slot among the targets of effects, -1 for none."""
    r = row[slot]
    return values[slot] if r < 0 else changed[r, m]
