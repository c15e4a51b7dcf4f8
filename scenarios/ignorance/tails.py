"""How heavy a tail is: the index of Hill, to know whether the error of a variance exists."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

VARIANCE_OF_VARIANCE = 4.0
"""Tail index at or below which a variance has no error: the fourth moment does not exist."""


def tail_index(values: Floats) -> float:
    """Index a of the heavier tail of values around their median 0, P(|Y| > y) ~ y^-a; infinite without a tail.

    1 / mean of log(Y / u) over the sqrt(n) farthest values of a side, u the next one (Hill 1975, A simple general
    approach to inference about the tail of a distribution, Annals of Statistics 3).

    >>> n = 10_000
    >>> round(tail_index(((np.arange(n) + 0.5) / n) ** -0.5), 1), tail_index(np.zeros(9))
    (2.0, inf)
    """
    count = max(2, math.isqrt(values.size))
    found = math.inf
    for side in (values.ravel(), -values.ravel()):
        farthest = np.sort(np.partition(side, side.size - count - 1)[side.size - count - 1 :])
        if farthest[0] > 0.0:
            mean = float(np.mean(np.log(farthest[1:] / farthest[0])))
            found = min(found, 1.0 / mean if mean > 0.0 else math.inf)
    return found
