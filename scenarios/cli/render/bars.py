"""Bars of letters in tables."""

from __future__ import annotations

FULL, LIGHT, AXIS = "█", "░", "│"


def share_bar(share: float, high: float | None, largest: float, width: int = 14) -> str:
    """A bar up to the share, lighter from there to the end of its interval; `largest` fills the width.

    >>> share_bar(0.5, 0.75, 1.0, 8), share_bar(0.0, None, 1.0, 8)
    ('████░░', '')
    """
    if not largest > 0.0:
        return ""
    full = min(width, round(width * max(0.0, share) / largest))
    light = full if high is None else min(width, round(width * max(0.0, high) / largest))
    return FULL * full + LIGHT * max(0, light - full)


def two_sided(low: float, high: float, largest: float, half: int = 8) -> str:
    """Changes to either side of an axis: light with the driver low, full with it high; `largest` fills one side.

    >>> two_sided(-1.0, 0.5, 1.0, 4), two_sided(1.0, -1.0, 1.0, 2)
    ('░░░░│██  ', '██│░░')
    """
    cells = [" "] * (2 * half + 1)
    cells[half] = AXIS
    if largest > 0.0:
        for change, letter in sorted(((low, LIGHT), (high, FULL)), key=lambda one: -abs(one[0])):
            if change == change:
                for step in range(1, min(half, round(half * abs(change) / largest)) + 1):
                    cells[half + (step if change > 0.0 else -step)] = letter
    return "".join(cells)
