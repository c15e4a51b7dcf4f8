"""Means with control variates: what is known to have mean 0 is taken out with the slope that leaves least noise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
GROUPS = 16  # of pseudo-random draws


@dataclass(frozen=True)
class ControlledMean:
    """mean, se: of the mean. left: variance of a draw that the controls leave, over the variance without them; 1 where
    nothing varies."""

    mean: float
    se: float
    left: float


def controlled_mean(values: Floats, controls: Floats, randomisations: int = 1) -> ControlledMean:
    """Mean of values minus slopes * controls, unbiased.

    values: (n,). controls: (n, k) of known mean 0. randomisations: R > 1 of a set of points, of which row i belongs to
    number i mod R; their means are independent and give the error. 1: independent rows.

    The slopes used in a group of rows (a randomisation, or one of 16 groups) are the least-squares slopes in all other
    groups: a slope that does not depend on the rows at hand leaves the expectation as it is (Avramidis and Wilson 1993,
    splitting). With points the slopes are still those of single rows: the controls are noise given the rest of the
    draw, and noise is what they shall take out (Hickernell, Lemieux, Owen 2005, discuss other choices).

    >>> x = np.linspace(-1, 1, 64)
    >>> found = controlled_mean(5 + 3 * x, x[:, None])
    >>> round(found.mean, 9), round(found.se, 9), round(found.left, 9)
    (5.0, 0.0, 0.0)
    """
    groups = randomisations if randomisations > 1 else min(GROUPS, len(values))
    slopes = _slopes_of_others(values, controls, groups)
    rest = values - np.einsum("nk,nk->n", controls, slopes[np.arange(len(values)) % groups])
    spread, before = float(np.var(rest)), float(np.var(values))
    left = spread / before if before > 0.0 else 1.0
    if randomisations > 1:
        means = rest.reshape(-1, groups).mean(axis=0)
        return ControlledMean(float(means.mean()), float(np.std(means, ddof=1)) / math.sqrt(groups), left)
    return ControlledMean(float(rest.mean()), math.sqrt(spread / max(len(values) - 1, 1)), left)


def _slopes_of_others(values: Floats, controls: Floats, groups: int) -> Floats:
    """(groups, k) least-squares slopes over the rows that do not belong to a group, from moments by group."""
    k = controls.shape[1]
    each = np.zeros((groups, k + 2, k + 2))
    for g in range(groups):
        rows = np.column_stack([np.ones(len(values[g::groups])), controls[g::groups], values[g::groups]])
        each[g] = rows.T @ rows
    moments = each.sum(axis=0) - each
    n = np.maximum(moments[:, 0, 0], 1.0)
    sums = moments[:, 0, 1:]
    centred = moments[:, 1:, 1:] - sums[:, :, None] * sums[:, None, :] / n[:, None, None]
    scale = np.sqrt(np.maximum(np.einsum("gkk->gk", centred[:, :k, :k]), 1e-300))
    within = centred[:, :k, :k] / (scale[:, :, None] * scale[:, None, :])
    slopes = np.einsum("gjk,gk->gj", np.linalg.pinv(within, rcond=1e-9, hermitian=True), centred[:, :k, k] / scale)
    return np.asarray(slopes / scale)
