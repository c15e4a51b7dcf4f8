"""Intervals: an estimate, how far the truth may be from it, and the sentence why where that cannot be said.

The interval of a mean must hold for heavy tails, where Student's t lies too low: it misses the large values that have
not come yet. Hall's transformation corrects it for skewness, but may give up more on the other side than it should. The
interval here reaches to the outer end of the two on either side. Measured (`python -m benchmarks.coverage`): 93 % and
more from FEWEST values on for Pareto tails of index 2.5, where Student's t has 90 %; nowhere above 97.5 %.

Sources: Hall (1992), On the removal of skewness by transformation, Journal of the Royal Statistical Society B 54(1);
Owen (2013), Monte Carlo theory, methods and examples, chapter 17 (replicated quasi-Monte Carlo).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.measures.checks import finite_array, open_share
from sim.measures.sampling_error import wilson_interval
from sim.measures.tail_index import infinite_variance

Floats = NDArray[np.float64]
CONFIDENCE = 0.95
FEWEST = 200  # independent values from which on the interval of a mean is given
FEWEST_RANDOMISATIONS = 8
CLEAR_OF_ZERO = 4.0  # standard errors that the denominator of a ratio must be away from 0
NO_SKEWNESS = 1e-8  # below it the transformation is the identity, to rounding


@dataclass(frozen=True)
class Interval:
    """Two-sided interval of a figure. low, high: its ends, infinite where that side has no limit; se: standard error.

    n: how many independent values it rests on (randomisations for `replicated`). refused: why there is no interval, low
    and high are None then, or no estimate. estimate, se: None where they do not exist."""

    estimate: float | None
    low: float | None
    high: float | None
    se: float | None
    confidence: float
    method: str
    n: int
    refused: str | None = None

    @property
    def half(self) -> float:
        """Distance to the farther end; infinite where there is no interval."""
        if self.low is None or self.high is None or self.estimate is None:
            return math.inf
        return max(self.high - self.estimate, self.estimate - self.low)

    def ends(self) -> dict[str, Any]:
        """What a document says of the error of a figure that it states elsewhere."""
        return {"se": _finite(self.se), "low": _finite(self.low), "high": _finite(self.high), "refused": self.refused}

    def as_dict(self) -> dict[str, Any]:
        """For a JSON document: an end that is infinite is None, as is one that was refused."""
        ends = {name: _finite(getattr(self, name)) for name in ("estimate", "low", "high", "se")}
        return {**ends, "confidence": self.confidence, "method": self.method, "n": self.n, "refused": self.refused}


def refusal(estimate: float | None, se: float | None, confidence: float, method: str, n: int, why: str) -> Interval:
    """An interval that is not given, and why."""
    return Interval(estimate, None, None, se, confidence, method, n, why)


def mean_interval(values: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Mean of independent values; refused below FEWEST of them, or where their variance looks infinite.

    values: shape (n,), finite.

    >>> found = mean_interval(np.tile([0.0, 1.0, 2.0, 9.0], 64))
    >>> round(found.estimate, 3), round(found.low, 3), round(found.high, 3)
    (3.0, 2.564, 3.458)
    >>> mean_interval(np.full(300, 7.0)).half, mean_interval([1.0, 2.0]).refused
    (0.0, 'an interval of a mean needs 200 independent values, there are 2')
    """
    sample = finite_array("values", values)
    mean = float(np.mean(sample))
    return influence_interval(mean, sample - mean, confidence, "Student and Hall", "a mean")


def ratio_interval(top: ArrayLike, bottom: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Ratio of two means of paired values, by the delta method with the correction for skewness.

    top, bottom: shape (n,), finite, one pair a draw; refused as `mean_interval`, and where the mean of `bottom` is not
    clear of 0. Source: Asmussen and Glynn (2007), Stochastic Simulation, III.4.

    >>> found = ratio_interval(np.arange(400.0), np.full(400, 2.0))
    >>> round(found.estimate, 3), round(found.low, 3), round(found.high, 3)
    (99.75, 94.068, 105.432)
    """
    above, below = finite_array("top", top), finite_array("bottom", bottom)
    if above.shape != below.shape:
        raise ValueError(f"top and bottom must have one shape, got {above.shape} and {below.shape}")
    n, divisor = len(below), float(np.mean(below))
    method = "delta method, Student and Hall"
    spread = float(np.std(below)) / math.sqrt(n)
    if abs(divisor) <= CLEAR_OF_ZERO * spread or divisor == 0.0:
        return refusal(None, None, confidence, method, n, "the mean that is divided by is not clear of 0")
    ratio = float(np.mean(above)) / divisor
    return influence_interval(ratio, (above - ratio * below) / divisor, confidence, method, "a ratio of means")


def probability_interval(hits: int, n: int, confidence: float = CONFIDENCE) -> Interval:
    """A probability after `hits` in `n` independent draws, by `wilson_interval`.

    >>> found = probability_interval(0, 10)
    >>> found.estimate, found.low, round(found.high, 4)
    (0.0, 0.0, 0.2775)
    """
    low, high = wilson_interval(hits, n, confidence)
    share = hits / n
    return Interval(share, low, high, math.sqrt(share * (1.0 - share) / n), confidence, "Wilson", n)


def replicated_interval(estimates: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Mean of R independent estimates of one figure: Student's t with R - 1 degrees of freedom.

    For randomised quasi-Monte Carlo and weighted draws, where the points of one estimate are not independent.
    estimates: shape (R,), finite, one a randomisation; refused below FEWEST_RANDOMISATIONS. Valid where each estimate
    rests on enough points to be nearly normal.

    >>> found = replicated_interval([4.0, 5.0, 6.0, 5.0, 4.0, 6.0, 5.0, 5.0])
    >>> found.estimate, round(found.low, 3), round(found.high, 3), found.n
    (5.0, 4.368, 5.632, 8)
    """
    sample = finite_array("estimates", estimates)
    n, mean = len(sample), float(np.mean(sample))
    se = float(np.std(sample, ddof=1)) / math.sqrt(n) if n > 1 else None
    if se is None or n < FEWEST_RANDOMISATIONS:
        why = f"an interval needs {FEWEST_RANDOMISATIONS} independent randomisations, there are {n}"
        return refusal(mean, se, confidence, "replicated", n, why)
    half = student(n - 1, confidence) * se
    return Interval(mean, mean - half, mean + half, se, confidence, "replicated", n)


def influence_interval(
    estimate: float, influence: Floats, confidence: float, method: str, what: str, *, bounded: bool = False
) -> Interval:
    """Interval of a figure that is, nearly, its truth plus the mean of independent influences.

    influence: shape (n,), one value a draw, with mean (nearly) 0. Refused below FEWEST draws or, unless they are
    bounded by their nature, where the variance of the influences looks infinite. Source: Hampel (1974), The influence
    curve and its role in robust estimation, Journal of the American Statistical Association 69.
    """
    open_share("confidence", confidence)
    n = len(influence)
    se = float(np.std(influence, ddof=1)) / math.sqrt(n) if n > 1 else None
    if se is None or n < FEWEST:
        why = f"an interval of {what} needs {FEWEST} independent values, there are {n}"
        return refusal(estimate, se, confidence, method, n, why)
    why_not = None if bounded else infinite_variance(influence) or infinite_variance(-influence)
    if why_not:
        return refusal(estimate, se, confidence, method, n, why_not)
    below, above = skewed_limits(influence, student(n - 1, confidence))
    return Interval(estimate, estimate - float(below), estimate + float(above), se, confidence, method, n)


def skewed_limits(influence: Floats, z: float) -> tuple[Floats, Floats]:
    """How far an interval reaches below and above a mean: the outer of Student's and Hall's on either side.

    influence: shape (..., n); z: how many standard errors a symmetric one would reach. Returns two arrays (...), 0 for
    constant values. Hall's ends solve T + g T^2 / 3 + g^2 T^3 / 27 + g / (6 n) = +- z / sqrt(n) for T, the distance of
    the mean from the truth over s, with g the sample skewness:
    T = 3 / g ((1 + g (+- z / sqrt(n) - g / (6 n)))^(1/3) - 1).
    """
    n = influence.shape[-1]
    centred = influence - influence.mean(axis=-1, keepdims=True)
    largest = np.abs(centred).max(axis=-1, keepdims=True)
    scaled = np.divide(centred, largest, out=np.zeros_like(centred), where=largest > 0.0)  # no third power underflows
    squares = scaled * scaled
    variance = np.mean(squares, axis=-1)
    varies = variance > 0.0
    safe = np.where(varies, variance, 1.0)
    skewness = np.where(varies, np.mean(squares * scaled, axis=-1) / safe**1.5, 0.0)
    s = np.sqrt(variance * (n / (n - 1.0))) * largest[..., 0]
    root = z / math.sqrt(n)
    skewed = np.abs(skewness) > NO_SKEWNESS
    g = np.where(skewed, skewness, 1.0)
    shift = g / (6.0 * n)
    upper = np.where(skewed, 3.0 / g * (np.cbrt(1.0 + g * (root - shift)) - 1.0), root)
    lower = np.where(skewed, 3.0 / g * (np.cbrt(1.0 + g * (-root - shift)) - 1.0), -root)
    return s * np.maximum(upper, root), s * np.maximum(-lower, root)


def student(freedom: int, confidence: float) -> float:
    """Two-sided quantile of Student's t.

    >>> round(student(9, 0.95), 4)
    2.2622
    """
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + 0.5 * open_share("confidence", confidence)))


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
