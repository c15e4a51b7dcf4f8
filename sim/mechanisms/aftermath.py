"""What follows an incident: secondary losses, a fine, hours of sales that are lost. All of it belongs to the attack
point (layer, number), so that it does not change when controls take other incidents away."""

from __future__ import annotations

from sim.compiled import inline
from sim.mechanisms.wearout import lognormal_hours
from sim.streams import identity, uniform

COPIES = 128  # losses of one kind that an incident can bring; more than the schema allows


@inline
def secondary_loss(mark_key, size_key, draw, layer, number, frequency, median, p95_ratio):  # type: ignore[no-untyped-def]
    """Sum of the secondary losses of one kind after one incident, money.

    frequency: mean number, at most 100: its whole part always, one more where the point's mark is below the rest. Each
    loss has its own size, lognormal through median and p95_ratio * median.
    """
    count = int(frequency)
    if uniform(mark_key, draw, identity(layer, number)) < frequency - count:
        count += 1
    total = 0.0
    for copy in range(count):
        total += lognormal_hours(uniform(size_key, draw, identity(layer * COPIES + copy, number)), median, p95_ratio)
    return total


@inline
def fine(key, draw, layer, number, probability, amount, cap):  # type: ignore[no-untyped-def]
    """The fine after one incident, money: min(cap, amount) where the point's mark is below the probability."""
    return min(cap, amount) if uniform(key, draw, identity(layer, number)) < probability else 0.0


@inline
def hours_of_lost_sales(hours, patience, waiting):  # type: ignore[no-untyped-def]
    """Hours of an outage whose arrivals are lost: those who come before its last `patience` hours, and after the first
    `waiting` hours, which insurance does not count."""
    return max(0.0, hours - min(hours, patience) - waiting)
