"""Mean and lower tail of the NPV of many roadmaps."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.montecarlo.structures import Floats

TAIL = 0.05


@dataclass(frozen=True)
class Statistics:
    """Of the NPV of each roadmap, (roadmaps,): mean, its standard error (infinite for one draw), 5 % quantile and mean
    of the worst 5 %, as `sim.measures.quantile` and `sim.measures.cvar` define them."""

    mean: Floats
    se: Floats
    p5: Floats
    cvar5: Floats


def statistics(batches: Iterable[Floats]) -> Statistics:
    """Statistics of batches (roadmaps, draws).

    >>> found = statistics([np.arange(101.0)[None, ::-1]])
    >>> float(found.mean[0]), float(found.p5[0]), round(float(found.cvar5[0]), 4)
    (50.0, 5.0, 2.0297)
    """
    found = [_of(values) for values in batches]
    return Statistics(*np.ascontiguousarray(np.vstack([np.empty((0, 4)), *found]).T))


def _of(values: Floats) -> Floats:
    n = values.shape[1]
    mean = values.mean(axis=1)
    error = values.std(axis=1, ddof=1) / math.sqrt(n) if n > 1 else np.full(len(values), math.inf)
    at, count = TAIL * (n - 1), TAIL * n
    if abs(count - round(count)) < 1e-9 * n and round(count) > 0:
        count = float(round(count))
    low, whole = int(at), int(count)
    held = min(n - 1, max(low + 1, whole))
    lowest = np.sort(np.partition(values, held, axis=1)[:, : held + 1], axis=1)
    p5 = lowest[:, low] + (at - low) * (lowest[:, min(low + 1, held)] - lowest[:, low])
    cvar = lowest[:, 0]
    if whole:
        cvar = (lowest[:, :whole].sum(axis=1) + (count - whole) * lowest[:, min(whole, n - 1)]) / count
    return np.column_stack([mean, error, p5, cvar])
