"""Figures of a distribution as objects: each gives its interval, and the influence of every draw on it.

The influences make differences of correlated figures: of two roadmaps on the same draws the figure's difference is, to
the first order, the mean of the difference of the influences, draw by draw, so what both share cancels. For the mean
that is exact. The difference of two figures is not the figure of the difference: 5 % quantiles, say, may belong to
different draws. It is the former that is given here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.measures.intervals import (
    CONFIDENCE,
    Interval,
    influence_interval,
    mean_interval,
    probability_interval,
    ratio_interval,
    refusal,
)
from sim.measures.order_statistics import quantile_influence, quantile_interval
from sim.measures.tail_interval import FEWEST_IN_TAIL, cvar_influence, cvar_interval
from sim.mechanisms.normal import normal_quantile

Floats = NDArray[np.float64]
PAIRED = "paired influences, Student and Hall"


class Estimator(Protocol):
    """A figure of the values of independent draws, the last axis: (n,), or (2, n) for a ratio."""

    def interval(self, values: Floats, confidence: float = CONFIDENCE) -> Interval:
        """Estimate and interval."""
        ...

    def influence(self, values: Floats) -> Floats | str:
        """(n,) with mean (nearly) 0, or the reason why there is none."""
        ...


@dataclass(frozen=True)
class Mean:
    """The mean."""

    def interval(self, values: Floats, confidence: float = CONFIDENCE) -> Interval:
        return mean_interval(values, confidence)

    def influence(self, values: Floats) -> Floats | str:
        return np.asarray(values - values.mean())


@dataclass(frozen=True)
class Quantile:
    """The p-quantile; +infinity stands for a draw without value."""

    p: float

    def interval(self, values: Floats, confidence: float = CONFIDENCE) -> Interval:
        return quantile_interval(values, self.p, confidence)

    def influence(self, values: Floats) -> Floats | str:
        return quantile_influence(values, self.p)


@dataclass(frozen=True)
class TailMean:
    """The mean of the worst `level` share; worst: `low` for gains, `high` for losses."""

    level: float
    worst: str = "low"

    def interval(self, values: Floats, confidence: float = CONFIDENCE) -> Interval:
        return cvar_interval(values, self.level, self.worst, confidence)

    def influence(self, values: Floats) -> Floats | str:
        if int(self.level * len(values) + 1e-9 * len(values)) < FEWEST_IN_TAIL:
            return f"the mean of the worst {100 * self.level:g} % needs {FEWEST_IN_TAIL} draws there"
        return -cvar_influence(-values, self.level) if self.worst == "high" else cvar_influence(values, self.level)


@dataclass(frozen=True)
class ChanceBelow:
    """The probability of a value below a threshold."""

    threshold: float

    def interval(self, values: Floats, confidence: float = CONFIDENCE) -> Interval:
        return probability_interval(int(np.count_nonzero(values < self.threshold)), len(values), confidence)

    def influence(self, values: Floats) -> Floats | str:
        below = (values < self.threshold).astype(np.float64)
        return np.asarray(below - below.mean())


@dataclass(frozen=True)
class Ratio:
    """The ratio of two means; values: (2, n), top and bottom."""

    def interval(self, values: Floats, confidence: float = CONFIDENCE) -> Interval:
        return ratio_interval(values[0], values[1], confidence)

    def influence(self, values: Floats) -> Floats | str:
        found = ratio_interval(values[0], values[1])
        if found.estimate is None:
            return found.refused or "it does not exist"
        influence: Floats = (values[0] - found.estimate * values[1]) / values[1].mean()
        return influence


def difference_interval(
    estimator: Estimator, values: Floats, against: Floats, confidence: float = CONFIDENCE
) -> Interval:
    """Figure of `values` less that of `against`, draw i of both in the same world.

    Refused where either is. Two probabilities: the adjusted Wald interval of paired shares, Bonett and Price (2012),
    Adjusted Wald confidence interval for a difference of binomial proportions based on paired data, Journal of
    Educational and Behavioral Statistics 37(4).

    >>> draws = np.arange(400.0)
    >>> found = difference_interval(Mean(), draws + 3.0, draws)
    >>> found.estimate, found.half
    (3.0, 0.0)
    """
    if isinstance(estimator, ChanceBelow):
        return _chances(values < estimator.threshold, against < estimator.threshold, confidence)
    n = values.shape[-1]
    if isinstance(estimator, Mean):
        change = values - against
        estimate = float(change.mean())
        return influence_interval(estimate, change - estimate, confidence, PAIRED, "a mean")
    first, second = estimator.interval(values, confidence), estimator.interval(against, confidence)
    if first.estimate is None or second.estimate is None:
        why = first.refused or second.refused or "one of the two does not exist"
        return refusal(None, None, confidence, PAIRED, n, why)
    estimate = first.estimate - second.estimate
    own, other = estimator.influence(values), estimator.influence(against)
    if isinstance(own, str):
        return refusal(estimate, None, confidence, PAIRED, n, own)
    if isinstance(other, str):
        return refusal(estimate, None, confidence, PAIRED, n, other)
    bounded = isinstance(estimator, Quantile)
    return influence_interval(estimate, own - other, confidence, PAIRED, "a difference", bounded=bounded)


def _chances(first: NDArray[np.bool_], second: NDArray[np.bool_], confidence: float) -> Interval:
    n = len(first)
    only_first, only_second = int(np.count_nonzero(first & ~second)), int(np.count_nonzero(second & ~first))
    estimate = (only_first - only_second) / n
    up, down = (only_first + 1) / (n + 2), (only_second + 1) / (n + 2)
    half = normal_quantile(0.5 + 0.5 * confidence) * math.sqrt((up + down - (up - down) ** 2) / (n + 2))
    se = math.sqrt(max(0.0, (only_first + only_second) / n - estimate**2) / n)
    low, high = max(-1.0, up - down - half), min(1.0, up - down + half)
    return Interval(estimate, low, high, se, confidence, "paired shares, Bonett and Price", n)
