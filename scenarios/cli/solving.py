"""Lines on stderr that tell how far a long solve has come."""

from __future__ import annotations

import sys
from collections.abc import Callable

EVERY = 5.0
"""Seconds between two lines, and before the first: a short solve says nothing."""


def told() -> Callable[[float, float | None, float | None], None]:
    """A function that is told seconds, worth and bound, and prints a line now and then."""
    last = 0.0

    def tell(seconds: float, worth: float | None, bound: float | None) -> None:
        nonlocal last
        if seconds - last >= EVERY:
            last = seconds
            print(line(seconds, worth, bound), file=sys.stderr, flush=True)

    return tell


def line(seconds: float, worth: float | None, bound: float | None) -> str:
    """What is printed.

    >>> line(12.4, 24_500.0, 25_000.0)
    '12 s: worth 24,500; at most 25,000; gap 2 %'
    >>> line(6.0, None, None)
    '6 s: no roadmap yet; no bound yet'
    """
    from optimize.status import relative_gap

    parts = ["no roadmap yet" if worth is None else f"worth {worth:,.6g}"]
    parts.append("no bound yet" if bound is None else f"at most {bound:,.6g}")
    gap = None if worth is None else relative_gap(bound, worth)
    if gap is not None:
        parts.append(f"gap {100 * gap:.2g} %")
    return f"{seconds:.0f} s: {'; '.join(parts)}"
