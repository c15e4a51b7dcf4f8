"""How much of the variance is ours to choose: levers beside drivers, from every combination of them.

Every roadmap of a stated list is simulated in every stated future at the same draws of the drivers. The variance over
that crossed table falls apart exactly into the effect of each factor alone and of their interactions (Sobol 1993; for
equal weights it is the analysis of variance).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from scenarios.sensing.measured import Measured

Floats = NDArray[np.float64]
RESAMPLES = 401
RESAMPLED = 400


@dataclass(frozen=True)
class Factor:
    """first: share of the variance that the factor makes alone; total: also together with the others."""

    name: str
    choices: int
    first: Measured
    total: Measured


def factors(table: Floats, names: Sequence[str], seed: int) -> tuple[Factor, ...]:
    """Shares of each axis of a table of means. table: (points, ...), the first axis the draws of the drivers. Axes of
    one choice have no share and are left out.

    The interval resamples the draws of the drivers. Empty for a table that does not vary.

    >>> grid = np.add.outer(np.array([-1.0, 1.0]), np.array([-2.0, 2.0]))
    >>> [round(one.first.estimate, 9) for one in factors(grid, ["drivers", "roadmap"], 1)]
    [0.2, 0.8]
    """
    own = _shares(table)
    if own is None:
        return ()
    chance = np.random.default_rng([seed, RESAMPLES])
    n = len(table)
    drawn = []
    for _ in range(RESAMPLED):
        rows = chance.integers(n, size=n)
        found = _shares(table[rows])
        if found is not None:
            drawn.append(found)
    low, high = np.quantile(np.array(drawn), [0.025, 0.975], axis=0)
    out = []
    for k, name in enumerate(names):
        if table.shape[k] > 1:
            first, total = (Measured(float(own[part, k]), float(low[part, k]), float(high[part, k])) for part in (0, 1))
            out.append(Factor(name, table.shape[k], first, total))
    return tuple(out)


def _shares(table: Floats) -> Floats | None:
    """(2, axes) first and total shares; None where nothing varies."""
    axes = range(table.ndim)
    centred = table - table.mean()
    effects: dict[tuple[int, ...], Floats] = {(): np.zeros((1,) * table.ndim)}
    part: dict[tuple[int, ...], float] = {}
    for size in range(1, table.ndim + 1):
        for chosen in combinations(axes, size):
            rest = tuple(axis for axis in axes if axis not in chosen)
            mean = centred.mean(axis=rest, keepdims=True)
            for below in [one for one in effects if set(one) < set(chosen)]:
                mean = mean - effects[below]
            effects[chosen] = mean
            part[chosen] = float(np.mean(mean**2))
    total = sum(part.values())
    if total <= 1e-12 * max(1.0, float(np.mean(table**2))):
        return None
    first = [part[(axis,)] / total for axis in axes]
    whole = [sum(value for chosen, value in part.items() if axis in chosen) / total for axis in axes]
    return np.array([first, whole])
