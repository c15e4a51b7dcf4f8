"""Shares of driver worlds with the luck of few draws taken out.

Which decision is best in a world is read from means over K draws of the events, so luck moves some worlds from the one
side to the other. The same share from halves of the draws tells how far: s = 2 s(K) - s(K/2), as for the worth of
information (`scenarios.knowing.maximum`), cut to 0 and 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.knowing.maximum import splits

Floats = NDArray[np.float64]
FAR = 0.05
"""Share by which the correction may move a figure before it says that the draws are too few."""


@dataclass(frozen=True)
class WorldShare:
    """A share of the driver worlds: value, standard error, raw = with the luck left in."""

    value: float
    se: float
    raw: float

    @property
    def settled(self) -> bool:
        """Whether the luck of few draws moves the figure little."""
        return abs(self.value - self.raw) <= max(FAR, 2.0 * self.se)


def world_shares(repeats: Floats, holds: Callable[[Floats], Floats]) -> list[WorldShare]:
    """Shares of worlds in which something holds, column by column.

    repeats: (worlds, draws, decisions), an even number of draws. holds: means (worlds, decisions) -> 0 or 1 (worlds,
    columns).

    >>> values = np.array([[[1.0, 0.0], [3.0, 0.0]], [[-1.0, 0.0], [-3.0, 0.0]]])
    >>> [one.value for one in world_shares(values, lambda mean: (mean > 0.0) * 1.0)]
    [0.5, 0.0]
    """
    draws = repeats.shape[1]
    whole = np.asarray(holds(repeats.mean(axis=1)), dtype=np.float64)
    masks = [mask for split in splits(draws) for mask in (split, ~split)]
    half = np.mean([np.asarray(holds(repeats[:, mask].mean(axis=1)), dtype=np.float64) for mask in masks], axis=0)
    better = 2.0 * whole - half
    se = np.std(better, axis=0, ddof=1) / np.sqrt(len(whole)) if len(whole) > 1 else np.full(whole.shape[1], 0.5)
    values = np.clip(better.mean(axis=0), 0.0, 1.0)
    return [WorldShare(float(v), float(e), float(r)) for v, e, r in zip(values, se, whole.mean(axis=0), strict=True)]


def best_of(mean: Floats) -> NDArray[np.int64]:
    """(worlds,) the decision with the largest mean in each; of equals the first."""
    return np.asarray(mean.argmax(axis=1))


def mean_regret(repeats: Floats) -> list[tuple[float, float]]:
    """Mean over worlds of the best decision there minus each decision, with standard error; the excess of the best of
    noisy means is taken out as for the worth of information."""
    draws = repeats.shape[1]
    mean = repeats.mean(axis=1)
    masks = [mask for split in splits(draws) for mask in (split, ~split)]
    half = np.mean([repeats[:, mask].mean(axis=1).max(axis=1) for mask in masks], axis=0)
    top = 2.0 * mean.max(axis=1) - half
    lost = top[:, None] - mean
    se = np.std(lost, axis=0, ddof=1) / np.sqrt(len(lost))
    return [(max(0.0, float(m)), float(e)) for m, e in zip(lost.mean(axis=0), se, strict=True)]
