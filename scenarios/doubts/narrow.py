"""Intervals that are narrower than an unaided estimate can be.

Untrained people who state a range that shall hold nine times in ten are right about half of the time (Alpert and Raiffa
1982; Hubbard 2014): their ranges are too narrow by about a half. Who assumes a number, without a published figure and
without a count, and still knows it within a tenth, should say how.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.world.base import PLANNER
from sim.world.paths import Number

NARROW = 1.10  # p95 over p5
NAMED = 4


def narrow_warnings(stated: Iterable[Number]) -> Iterator[str]:
    """One sentence about all numbers that the planner assumes within a tenth. stated: numbers of the file.

    Factors and states near 1 (`multiply: 0.95 to 1`) are left out: what is uncertain there is the rest up to 1.
    """
    found = []
    for number in stated:
        quantity = number.quantity
        if quantity.is_constant or number.origin != PLANNER or number.path.endswith((".multiply", ".level")):
            continue
        low, high = (float(end) for end in quantity.quantile([0.05, 0.95], few=True))
        if low <= 0.0 or 0.8 <= low <= high <= 1.0:
            continue
        if high / low < NARROW:
            found.append((high / low, number.path))
    if found:
        named = ", ".join(f"{path} (x{ratio:.2f})" for ratio, path in sorted(found)[:NAMED])
        rest = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
        yield (
            f"narrow: {named}{rest}: the 95th percentile is less than {NARROW:g} times the 5th, though the number is "
            "the planner's assumption; ranges that people state unaided hold about half of the time, not 90 %: widen "
            "it, or name where it was counted as its `origin`"
        )
