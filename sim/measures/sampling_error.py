"""How far an estimate may be from the truth: standard error of a mean, interval of a probability."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sim.measures.checks import finite_array, number_or_array, open_share
from sim.mechanisms.normal import normal_quantile


def standard_error(values: ArrayLike) -> Any:
    """Standard error of the mean of independent values: sample standard deviation (n - 1) / sqrt(n).

    values: shape (..., n), n >= 2, finite. Returns a float, or an array of shape (...).

    >>> standard_error([1.0, 3.0])
    1.0
    """
    sample = finite_array("values", values)
    size = sample.shape[-1]
    if size < 2:
        raise ValueError(f"values must have at least 2 entries along the last axis, got {size}")
    return number_or_array(np.asarray(np.std(sample, axis=-1, ddof=1) / math.sqrt(size)))


def wilson_interval(successes: int, n: int, confidence: float) -> tuple[float, float]:
    """Two-sided score interval of a probability after `successes` in `n` independent trials.

    Unlike mean +- z * error it stays inside [0, 1] and does not shrink to a point at 0 or n successes.

    successes: 0 ... n. n: >= 1. confidence: in (0, 1).
    Source: Wilson (1927), Probable inference, Journal of the American Statistical Association 22.

    >>> tuple(round(end, 4) for end in wilson_interval(0, 10, 0.95))
    (0.0, 0.2775)
    """
    if n < 1 or n != int(n):
        raise ValueError(f"n must be a whole number of at least 1, got {n}")
    if not 0 <= successes <= n or successes != int(successes):
        raise ValueError(f"successes must be a whole number in [0, {n}], got {successes}")
    z = normal_quantile(0.5 + 0.5 * open_share("confidence", confidence))
    share = successes / n
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1.0 - share) / n + z * z / (4 * n * n))
    scale = 1.0 + z * z / n
    low = 0.0 if successes == 0 else (centre - half) / scale
    high = 1.0 if successes == n else (centre + half) / scale
    return low, high
