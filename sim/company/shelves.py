"""Articles on the shelf, unit by unit: what an item takes or finds sold out, orders and deliveries.

Nothing happens to an article between the items that ask for it, so a delivery is booked when the next one asks (or
the month ends), at the moment at which it came. `supplied` is the reference; `items/shelves.py` holds the same rule
for the compiled event loop, on the same arrays.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.company.world_layer import Draw, mark, point_hours
from sim.compiled import compiled, inline
from sim.lanes.records import Floats1, Ints1, Keys1
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.stock import forecast_ratio, misled_level, order_quantity, reorder_level

forecast = compile_scalar(forecast_ratio, inline)
level_of = compile_scalar(reorder_level, inline)
quantity_of = compile_scalar(order_quantity, inline)
misled_of = compile_scalar(misled_level, inline)


class Shelves(NamedTuple):
    """Takers of process p stand at first_taker[p] .. first_taker[p + 1] - 1, articles of group g at first_article[g] ..
    By taker: group, share, taker_key. By group: slots, keys, counts of units asked for, sold out and delivered. By
    article: level, misled, quantity: of the month, units; on_hand, coming (ordered), orders so far; due: hours, when
    the order comes, infinite for none; since: hours, up to when area (unit hours on hand) is known."""

    day_hours: float
    first_taker: Ints1
    group: Ints1
    share: Floats1
    taker_key: Keys1
    first_article: Ints1
    lead_slot: Ints1
    ratio_slot: Ints1
    wrong_slot: Ints1
    lead_key: Keys1
    record_key: Keys1
    asked: Ints1
    sold_out: Ints1
    delivered: Ints1
    level: Ints1
    misled: Ints1
    quantity: Ints1
    on_hand: Ints1
    coming: Ints1
    orders: Ints1
    due: Floats1
    since: Floats1
    area: Floats1


def new_shelves(draw: Draw) -> Shelves:
    """Shelves of a draw, still empty."""
    world, slot, groups = draw.table.scenario, draw.table.slot, draw.table.scenario.stock
    takers = [
        (g, float(group.takes[p]), f"operations/{p}/stock/{name}")
        for p in world.processes
        for g, (name, group) in enumerate(groups.items())
        if p in group.takes
    ]
    counts = [sum(p in group.takes for group in groups.values()) for p in world.processes]
    sizes = [group.articles for group in groups.values()]

    def ints(values: Sequence[int]) -> np.ndarray:
        return np.array(values, dtype=np.int64)

    def slots(field: str) -> np.ndarray:
        return ints([slot[f"stock.{name}.{field}"] for name in groups])

    def of_articles() -> np.ndarray:
        return np.zeros(sum(sizes), np.int64)

    return Shelves(
        day_hours=float(world.profile.hours_per_day),
        first_taker=ints([0, *np.cumsum(counts)]),
        group=ints([g for g, _, _ in takers]),
        share=np.array([share for _, share, _ in takers]),
        taker_key=draw.keys([stream for *_, stream in takers]),
        first_article=ints([0, *np.cumsum(sizes)]),
        lead_slot=slots("lead_days"),
        ratio_slot=slots("lead_p95_ratio"),
        wrong_slot=slots("record_error"),
        lead_key=draw.keys([f"stock/{name}/lead" for name in groups]),
        record_key=draw.keys([f"stock/{name}/record" for name in groups]),
        asked=np.zeros(len(groups), np.int64),
        sold_out=np.zeros(len(groups), np.int64),
        delivered=np.zeros(len(groups), np.int64),
        level=of_articles(),
        misled=of_articles(),
        quantity=of_articles(),
        on_hand=of_articles(),
        coming=of_articles(),
        orders=of_articles(),
        due=np.full(sum(sizes), math.inf),
        since=np.zeros(sum(sizes)),
        area=np.zeros(sum(sizes)),
    )


@compiled
def set_policy(  # type: ignore[no-untyped-def]
    rate, lead, cv2, error, safety, days, gap, normals, rounding, level, misled, quantity,
):  # fmt: skip
    """Reorder levels and order sizes of the articles of a group, each by its own forecast (normals: its z). Numbers
    that are not whole are rounded up for as many articles as their fraction says (rounding: mark of an article)."""
    for a in range(level.shape[0]):
        foreseen = rate * forecast(error, normals[a])
        exact = level_of(foreseen, lead, cv2, error, safety)
        size = quantity_of(foreseen, days, exact)
        level[a] = int(exact + rounding[a])
        quantity[a] = int(size + rounding[a])
        misled[a] = int(misled_of(exact, size, gap) + rounding[a])


def article_of(s: Shelves, draw: int, taker: int, k: int) -> int:
    """Article of which item k needs a unit; -1 if it needs none."""
    u, share, g = float(mark(s.taker_key[taker], draw, k)), float(s.share[taker]), int(s.group[taker])
    if u >= share:
        return -1
    first, last = int(s.first_article[g]), int(s.first_article[g + 1])
    return min(first + int(u / share * (last - first)), last - 1)


def receive(s: Shelves, g: int, a: int, t: float) -> None:
    """Book a delivery that has come by hour t."""
    due = float(s.due[a])
    if due <= t:
        s.area[a] += float(s.on_hand[a]) * (due - float(s.since[a]))
        s.since[a], s.due[a] = due, math.inf
        s.on_hand[a] += s.coming[a]
        s.delivered[g] += s.coming[a]
        s.coming[a] = 0


def misleads(s: Shelves, wrong: float, draw: int, g: int, a: int) -> bool:
    """Whether the book shows more than there is of article a until its next delivery."""
    number = a - int(s.first_article[g])
    index = number << 32 | int(s.orders[a])
    return wrong > 0.0 and float(mark(s.record_key[g], draw, index)) < wrong


def take(s: Shelves, now: Sequence[float], draw: int, g: int, a: int, t: float) -> None:
    """Take a unit of article a at hour t; order if that is due."""
    s.area[a] += float(s.on_hand[a]) * (t - float(s.since[a]))
    s.since[a] = t
    s.on_hand[a] -= 1
    if s.due[a] < math.inf or s.on_hand[a] > s.level[a]:
        return
    if s.on_hand[a] > s.misled[a] and misleads(s, now[s.wrong_slot[g]], draw, g, a):
        return
    number, median = a - int(s.first_article[g]), now[s.lead_slot[g]] * s.day_hours
    s.due[a] = t + point_hours(s.lead_key[g], draw, number, int(s.orders[a]), median, now[s.ratio_slot[g]])
    s.coming[a] = s.quantity[a]
    s.orders[a] += 1


def supplied(s: Shelves, now: Sequence[float], draw: int, p: int, k: int, t: float) -> bool:
    """Whether item k of process p, which arrives at hour t, gets every unit that it needs; if not, it takes none."""
    needs: Mapping[int, int] = {j: article_of(s, draw, j, k) for j in range(s.first_taker[p], s.first_taker[p + 1])}
    there = True
    for j, a in needs.items():
        if a >= 0:
            g = int(s.group[j])
            receive(s, g, a, t)
            s.asked[g] += 1
            if s.on_hand[a] == 0:
                s.sold_out[g] += 1
                there = False
    if there:
        for j, a in needs.items():
            if a >= 0:
                take(s, now, draw, int(s.group[j]), a, t)
    return there
