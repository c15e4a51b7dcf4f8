"""How much of the variance is ours to choose: levers beside drivers, from every combination of them.

Every roadmap of a stated list is simulated in every stated future at the same draws of the drivers. The variance over
that crossed table falls apart exactly into the effect of each factor alone and of their interactions (Sobol 1993; for
equal weights it is the analysis of variance). What the draws of the events leave in each mean is taken off.
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


def factors(draws: Floats, names: Sequence[str], seed: int) -> tuple[Factor, ...]:
    """Shares of the axes of a table. draws: (points, noise, ...) single draws, the first axis the draws of the drivers,
    the second draws of the events, each point with its own and the same in all other cells. names: of all axes but the
    second. Axes of one choice have no share and are left out.

    The interval resamples the draws of the drivers. Empty for a table that does not vary.

    >>> grid = np.add.outer(np.array([-1.0, 1.0]), np.array([-2.0, 2.0]))[:, None, :]
    >>> [round(one.first.estimate, 9) for one in factors(grid, ["drivers", "roadmap"], 1)]
    [0.2, 0.8]
    """
    own = _shares(draws)
    if own is None:
        return ()
    chance = np.random.default_rng([seed, RESAMPLES])
    n = len(draws)
    drawn = [found for _ in range(RESAMPLED) if (found := _shares(draws[chance.integers(n, size=n)])) is not None]
    low, high = np.quantile(np.array(drawn), [0.025, 0.975], axis=0)
    shape = (n, *draws.shape[2:])
    out = []
    for k, name in enumerate(names):
        if shape[k] > 1:
            first, total = (Measured(float(own[p, k]), float(low[p, k]), float(high[p, k])) for p in (0, 1))
            out.append(Factor(name, shape[k], first, total))
    return tuple(out)


def _shares(draws: Floats) -> Floats | None:
    """(2, axes) first and total shares of points, roadmaps and so on; None where nothing varies."""
    part: dict[tuple[int, ...], float] = {}
    points, events = draws.shape[:2]
    axes = range(2, draws.ndim)
    contrasts: dict[tuple[int, ...], Floats] = {}
    for size in range(len(axes) + 1):
        for chosen in combinations(axes, size):
            rest = tuple(axis for axis in axes if axis not in chosen)
            contrast = draws.mean(axis=rest, keepdims=True)
            for below in [one for one in contrasts if set(one) < set(chosen)]:
                contrast = contrast - contrasts[below]
            contrasts[chosen] = contrast
            known = contrast.mean(axis=1)
            centre = known.mean(axis=0)
            luck = float(contrast.var(axis=1, ddof=1).mean()) / events if events > 1 else 0.0
            spread = float(((known - centre) ** 2).mean())
            moved = tuple(axis - 1 for axis in chosen)
            part[(0, *moved)] = max(0.0, spread - luck * (1.0 - 1.0 / points))
            if moved:
                part[moved] = max(0.0, float((centre**2).mean()) - luck / points)
    total = sum(part.values())
    if total <= 1e-12 * max(1.0, float(np.mean(draws**2))):
        return None
    places = range(draws.ndim - 1)
    first = [part[(place,)] / total for place in places]
    whole = [sum(value for chosen, value in part.items() if place in chosen) / total for place in places]
    return np.array([first, whole])
