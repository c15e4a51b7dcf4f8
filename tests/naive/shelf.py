"""One article on a shelf, played event by event: Poisson demand, lost sales, some orders outstanding at most."""

from collections.abc import Callable

import numpy as np


def play(
    rate: float, lead: Callable[[], float], level: int, quantity: int, most: int, days: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Share of the demand that is lost and mean units on hand, over so many days after as many to settle.

    An order is placed when units on hand and on order are at most `level` and fewer than `most` are outstanding.
    """
    start, end = days, 2 * days
    on_hand, coming = level + quantity, list[float]()
    asked = lost = 0
    area, now, demand = 0.0, 0.0, rng.exponential(1 / rate)
    while now < end:
        moment = min([demand, *coming, end])
        area += on_hand * max(0.0, moment - max(now, start))
        now = moment
        if now >= end:
            break
        if now == demand:
            demand += rng.exponential(1 / rate)
            asked += now >= start
            lost += now >= start and on_hand == 0
            on_hand = max(0, on_hand - 1)
        else:
            coming.remove(now)
            on_hand += quantity
        while len(coming) < most and on_hand + quantity * len(coming) <= level:
            coming.append(now + lead())
    return lost / asked, area / (end - start)
