"""Intervals that are narrower than an unaided estimate can be.

Untrained people who state a range that shall hold nine times in ten are right about half of the time (Alpert and Raiffa
1982; Hubbard 2014): their ranges are too narrow by about a half. Who assumes a number, without a published figure and
without a count, and still knows it within a tenth, should say how.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from sim.world.base import PLANNER
from sim.world.paths import Number

NARROW = 1.10  # p95 over p5
NAMED = 4
COUNTED = (  # what a business reads in its own books, till and pay slips, and may know that well
    "profile.*", "people.*.headcount", "people.*.monthly_cost", "processes.*.arrivals_per_day",
    "processes.*.item_revenue", "systems.*.monthly_cost",
)  # fmt: skip
FACTORS = (".multiply", ".level", ".success", ".failure")  # near 1, uncertain is the rest up to 1


def narrow_warnings(stated: Iterable[Number]) -> Iterator[str]:
    """One sentence about all numbers that the planner assumes within a tenth. stated: numbers of the file.

    Left out is what is counted in the books, factors near 1, and a share that is narrow only beside the rest up to 1
    (0.95 to 0.99: from one in twenty to one in a hundred).
    """
    found = []
    for number in stated:
        quantity = number.quantity
        if quantity.is_constant or number.origin != PLANNER or number.path.endswith(FACTORS):
            continue
        if any(fnmatchcase(number.path, pattern) for pattern in COUNTED):
            continue
        low, high = (float(end) for end in quantity.quantile([0.05, 0.95], few=True))
        if low <= 0.0:
            continue
        ratio = high / low
        if high < 1.0:
            ratio = max(ratio, (1.0 - low) / (1.0 - high))
        if ratio < NARROW:
            found.append((ratio, number.path))
    if found:
        named = ", ".join(f"{path} (x{ratio:.2f})" for ratio, path in sorted(found)[:NAMED])
        rest = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
        yield (
            f"narrow: {named}{rest}: the 95th percentile is less than {NARROW:g} times the 5th, though the number is "
            "the planner's assumption; ranges that people state unaided hold about half of the time, not 90 %: widen "
            "it, or take it from a published figure (`roadfolio evidence`)"
        )
