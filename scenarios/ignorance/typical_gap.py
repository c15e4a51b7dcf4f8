"""How far two possible worlds lie apart, and how far if their drivers are the same: the split that heavy tails leave
sound.

    gap = E |Y - Y'|                two draws with drivers and events of their own (Gini's mean difference)
    known = E |Y - Y'|              the same drivers, events of their own
    narrower = 1 - known / gap      what would vanish if all drivers were known

Both are U-statistics without bias for any number of draws; their errors need a variance, not a fourth moment. For
normal values narrower = 1 - sqrt(1 - share of the variance).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.ignorance.jackknife import ONE_ROW_SENTENCE, Share, jackknife_error, log_ratio

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TypicalGap:
    """gap, known [unit] with standard errors; narrower: share, None where nothing varies."""

    gap: float
    gap_se: float
    known: float
    known_se: float
    narrower: Share | None

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        return {
            "gap": {"mean": self.gap, "se": self.gap_se},
            "with_known_drivers": {"mean": self.known, "se": self.known_se},
            "narrower": None if self.narrower is None else self.narrower.document(),
        }


def typical_gap(values: Floats) -> TypicalGap:
    """Of (drivers, chance) values, 3 rows and 2 columns or more. Errors by the jackknife over rows.

    >>> found = typical_gap(np.tile([0.0, 1.0], (32, 1)))          # every row alike
    >>> found.known, round(found.gap, 9), found.narrower.share
    (1.0, 0.5, 0.0)
    >>> found = typical_gap(np.repeat(np.arange(3.0)[:, None], 2, axis=1))
    >>> round(found.gap, 9), found.known, found.narrower.share
    (1.333333333, 0.0, 1.0)
    """
    drivers, chance = values.shape
    off = values - values[0, 0]
    own = _pairs(off)  # (drivers,) sum of |y - y'| over the ordered pairs inside each row
    between = _against_all(off) - own
    inside = own / (chance * (chance - 1))
    known = float(np.mean(inside))
    total = float(np.sum(between))
    gap = total / (drivers * (drivers - 1) * chance**2)
    known_without = (drivers * known - inside) / (drivers - 1)
    gap_without = np.maximum(0.0, total - 2.0 * between) / ((drivers - 1) * (drivers - 2) * chance**2)
    return TypicalGap(
        gap=gap,
        gap_se=jackknife_error(gap_without),
        known=known,
        known_se=jackknife_error(known_without),
        narrower=_narrower(gap, known, gap_without, known_without),
    )


def _narrower(gap: float, known: float, gap_without: Floats, known_without: Floats) -> Share | None:
    if known == 0.0:
        return None if gap == 0.0 else Share(1.0, 1.0, 1.0)
    share = max(0.0, 1.0 - known / gap) if gap > 0.0 else 0.0
    if gap == 0.0 or not (gap_without > 0.0).all() or not (known_without > 0.0).all():
        return Share(share, None, None, "all of the spread is in one draw of the drivers")
    found = log_ratio(known / gap, known_without / gap_without)
    if found.hangs_on_one:
        return Share(share, None, None, ONE_ROW_SENTENCE)
    low, high = (max(0.0, 1.0 - math.exp(found.log + sign * found.reach)) for sign in (1.0, -1.0))
    return Share(share, low, high)


def _pairs(values: Floats) -> Floats:
    """Sum of |y - y'| over ordered pairs inside each row, from the ordered row: 2 sum (2 k - n + 1) y_(k), k from 0."""
    n = values.shape[1]
    ordered = np.sort(values, axis=1)
    ordered = ordered - ordered[:, :1]
    return np.asarray(2.0 * np.sum((2.0 * np.arange(n) - n + 1.0) * ordered, axis=1))


def _against_all(values: Floats) -> Floats:
    """Sum of |y - y'| over the values y of each row and all values y'."""
    flat = values.ravel()
    order = np.argsort(flat, kind="stable")
    ordered = flat[order] - flat[order[0]]
    n = len(flat)
    below = np.cumsum(ordered)
    rank = np.arange(1.0, n + 1.0)
    sums = np.empty(n)
    sums[order] = ordered * (2.0 * rank - n) - 2.0 * below + below[-1]
    return np.asarray(sums.reshape(values.shape).sum(axis=1))
