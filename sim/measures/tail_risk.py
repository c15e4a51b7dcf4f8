"""Quantiles and conditional value at risk of samples with equal weights."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sim.measures.checks import finite_array, no_nan_array, number_or_array


def cvar(values: ArrayLike, level: float) -> Any:
    """Conditional value at risk: the mean of the lowest `level` share of the values.

    Of n values the lowest level * n count; where that is not a whole number, the next value counts with the remaining
    fraction (the atom is split). The lower tail of a gain: negate losses before and the result after. It equals
    max over eta of eta - mean(max(0, eta - values)) / level.

    values: shape (..., n), finite. level: in (0, 1]; 1 gives the mean. Returns a float, or an array of shape (...).
    Source: Rockafellar and Uryasev (2002), Conditional value-at-risk for general loss distributions,
    Journal of Banking and Finance 26(7).

    >>> cvar([1, 2, 3, 4], 0.5), cvar([1, 2, 3, 4], 0.375)
    (1.5, 1.3333333333333333)
    """
    sample = finite_array("values", values)
    if math.isnan(level) or not 0.0 < level <= 1.0:
        raise ValueError(f"level must lie in (0, 1], got {level}")
    size = sample.shape[-1]
    count = level * size
    if abs(count - round(count)) < 1e-9 * size and round(count) > 0:
        count = float(round(count))
    whole = int(count)
    atom = min(whole, size - 1)
    # Sorting makes the sum, to the last bit, independent of the order of the sample.
    lowest = np.sort(np.partition(sample, atom, axis=-1)[..., : atom + 1], axis=-1)
    if whole == 0:
        return number_or_array(lowest[..., 0])
    total = np.sum(lowest[..., :whole], axis=-1) + (count - whole) * lowest[..., atom]
    return number_or_array(np.asarray(total / count))


def quantile(values: ArrayLike, p: ArrayLike) -> Any:
    """Sample quantile, type 7 of Hyndman and Fan: linear between the order statistics at positions (n - 1) p.

    values: shape (..., n), without NaN; +infinity (never paid back) is allowed and is returned where the position falls
    on or next to it. p: in [0, 1], a number or an array. Returns shape p.shape + (...), a float if that is ().
    Source: Hyndman and Fan (1996), Sample quantiles in statistical packages, The American Statistician 50(4).

    >>> quantile([16, 1, 2, 4, 8], 0.3), quantile([1.0, float("inf")], 0.5)
    (2.4, inf)
    """
    sample = np.sort(no_nan_array("values", values), axis=-1)
    if np.isneginf(sample).any():
        raise ValueError("values must not contain -infinity")
    shares = np.asarray(p, dtype=np.float64)
    refused = ~((shares >= 0.0) & (shares <= 1.0))
    if refused.any():
        raise ValueError(f"p must lie in [0, 1], got {shares[refused].flat[0]}")
    position = (sample.shape[-1] - 1) * shares.ravel()
    floor = np.floor(position)
    below = sample[..., floor.astype(np.intp)]
    above = sample[..., np.ceil(position).astype(np.intp)]
    # Where both are infinite the difference would be NaN; where they are equal it is not needed.
    gap = np.subtract(above, below, out=np.zeros_like(below), where=above > below)
    step = np.multiply(position - floor, gap, out=np.zeros_like(gap), where=gap > 0.0)
    return number_or_array(np.moveaxis(below + step, -1, 0).reshape(shares.shape + sample.shape[:-1]))
