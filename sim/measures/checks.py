"""Checks that all measures share: the offending argument, its value and the allowed range in one sentence."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


def finite_array(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """`values` as an array of floats in row-major order, refused if empty, without axis or not finite.

    Row-major order fixes the order of summation along the last axis, hence the bits of every sum.
    """
    array = no_nan_array(name, values)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]}")
    return array


def no_nan_array(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """As `finite_array`, infinite values allowed."""
    array = np.asarray(values, dtype=np.float64, order="C")
    if array.ndim == 0:
        raise ValueError(f"{name} must be a sequence or an array, got the single number {array}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if np.isnan(array).any():
        place = tuple(int(i) for i in np.argwhere(np.isnan(array))[0])
        raise ValueError(f"{name} must not contain NaN, got one at index {place}")
    return array


def rate_above_minus_one(name: str, rate: ArrayLike) -> NDArray[np.float64]:
    """`rate` as an array, refused unless finite and above -1 everywhere."""
    rates = np.asarray(rate, dtype=np.float64)
    refused = ~(np.isfinite(rates) & (rates > -1.0))
    if refused.any():
        raise ValueError(f"{name} must be finite and above -1, got {rates[refused].flat[0]}")
    return rates


def number_or_array(values: NDArray[np.float64]) -> float | NDArray[np.float64]:
    """A float for an array without axes, otherwise the array itself."""
    return float(values) if values.ndim == 0 else values


def open_share(name: str, value: float) -> float:
    """`value` if it lies strictly between 0 and 1."""
    if math.isnan(value) or not 0.0 < value < 1.0:
        raise ValueError(f"{name} must lie in (0, 1), got {value}")
    return value
