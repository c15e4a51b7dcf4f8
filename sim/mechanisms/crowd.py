"""Customers counted one by one: who comes, and when each leaves. World layer, keyed by identity.

A customer leaves when the cumulated hazard since the arrival passes the customer's own unit-exponential threshold; an
incident that drives a share s away is a jump of -ln(1 - s) in the hazard of everybody. The newcomers of a month are the
points of a unit-rate Poisson process on the heights from 0 to the month's intensity, each month with points of its own:
a higher intensity in one month only adds customers, and moves none of another month. In the mean this is

    customers' = (customers (1 - leaving) + intensity) (1 - shock)

and with constant rates the number tends to a Poisson variable (Cox and Miller 1965, The Theory of Stochastic
Processes, 4.3, immigration and death).
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import inline
from sim.errors import Problem
from sim.mechanisms.elementwise import SHARE, elementwise
from sim.streams import identity, uniform

MOST = 16384  # customers that can be counted one by one
FULL = -1


def too_many_customers(draw: int) -> Problem:
    """What to say of a draw in which more customers come than can be counted."""
    return Problem(
        path="profile.customers",
        value=f"draw {draw}",
        message=f"a small base grows to more than {MOST} customers, too many to count one by one",
        hint="lower monthly_acquisition or referral, or start with 500 customers or more, followed by their mean",
    )


@elementwise(share=SHARE)
def leaving_hazard(share: float) -> float:
    """Hazard of a month in which a share leaves: -ln(1 - share); 50 for all, which no threshold exceeds.

    >>> round(leaving_hazard(0.5), 12), leaving_hazard(0.0), leaving_hazard(1.0)
    (0.69314718056, 0.0, 50.0)
    """
    if share >= 1.0:
        return 50.0
    return -math.log1p(-share)


@inline
def first_customers(key, draw, count, levels):  # type: ignore[no-untyped-def]
    """Cumulated hazard at which each customer of the start leaves, into levels (at least count,)."""
    for i in range(count):
        levels[i] = -np.log(uniform(key, draw, identity(0, i)))


@inline
def next_month(arrive_key, leave_key, draw, month, before, leaving, shock, intensity, room, levels, count):  # type: ignore[no-untyped-def]
    """Customers after a month, in place; returns how many, FULL when the buffer is too small.

    before: cumulated hazard at the start of the month. leaving, shock: hazards of the month, of those who were there
    and of everybody at its end. intensity: newcomers expected. room: most customers that there can be. levels: of those
    who are there, the first `count`.
    """
    after = before + leaving
    count = _stay(levels, count, after)
    height = 0.0
    number = 0
    while count < room:
        height -= np.log(uniform(arrive_key, draw, identity(month, number)))
        if height >= intensity:
            break
        if count == levels.shape[0]:
            return FULL
        levels[count] = after - np.log(uniform(leave_key, draw, identity(month + 1, number)))
        count += 1
        number += 1
    if shock > 0.0:
        count = _stay(levels, count, after + shock)
    return count


@inline
def _stay(levels, count, hazard):  # type: ignore[no-untyped-def]
    """Drop those whose level is reached, in order; returns how many stay."""
    kept = 0
    for i in range(count):
        if levels[i] > hazard:
            levels[kept] = levels[i]
            kept += 1
    return kept
