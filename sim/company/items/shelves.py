"""Units that items take of the stock, in the compiled event loop: the rules of `sim.company.shelves`, on its arrays."""

from __future__ import annotations

import math

from sim.compiled import dissolved, inline
from sim.mechanisms.wearout import lognormal_hours
from sim.streams import identity, uniform


@dissolved
def article_of(s, draw, j, k):  # type: ignore[no-untyped-def]
    """Article of which item k needs a unit as taker j; -1 if it needs none."""
    u, share, g = uniform(s.taker_key[j], draw, k), s.share[j], s.group[j]
    if u >= share:
        return -1
    first, last = s.first_article[g], s.first_article[g + 1]
    return min(first + int(u / share * (last - first)), last - 1)


@dissolved
def receive(s, g, a, t):  # type: ignore[no-untyped-def]
    """Book a delivery that has come by hour t."""
    due = s.due[a]
    if due <= t:
        s.area[a] += float(s.on_hand[a]) * (due - s.since[a])
        s.since[a], s.due[a] = due, math.inf
        s.on_hand[a] += s.coming[a]
        s.delivered[g] += s.coming[a]
        s.coming[a] = 0


@dissolved
def take(s, now, draw, g, a, t):  # type: ignore[no-untyped-def]
    """Take a unit of article a at hour t; order if that is due."""
    s.area[a] += float(s.on_hand[a]) * (t - s.since[a])
    s.since[a] = t
    s.on_hand[a] -= 1
    if s.due[a] < math.inf or s.on_hand[a] > s.level[a]:
        return
    index = identity(a - s.first_article[g], s.orders[a])
    if s.on_hand[a] > s.misled[a]:
        wrong = now[s.wrong_slot[g]]
        if wrong > 0.0 and uniform(s.record_key[g], draw, index) < wrong:
            return
    median = now[s.lead_slot[g]] * s.day_hours
    s.due[a] = t + lognormal_hours(uniform(s.lead_key[g], draw, index), median, now[s.ratio_slot[g]])
    s.coming[a] = s.quantity[a]
    s.orders[a] += 1


@inline
def supplied(s, now, draw, p, k, t):  # type: ignore[no-untyped-def]
    """Whether item k of process p, which arrives at hour t, gets every unit that it needs; if not, it takes none."""
    there = True
    for j in range(s.first_taker[p], s.first_taker[p + 1]):
        a = article_of(s, draw, j, k)
        if a >= 0:
            g = s.group[j]
            receive(s, g, a, t)
            s.asked[g] += 1
            if s.on_hand[a] == 0:
                s.sold_out[g] += 1
                there = False
    if there:
        for j in range(s.first_taker[p], s.first_taker[p + 1]):
            a = article_of(s, draw, j, k)
            if a >= 0:
                take(s, now, draw, s.group[j], a, t)
    return there
