"""A distribution over draws in a few numbers, and the error of each of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.measures import cvar

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Statistic:
    """A distribution in six numbers. cvar5: mean of the worst 5 % in the measure's direction. A number that does not
    exist is None; prob_none is the share of draws in which the measure has no value."""

    mean: float | None
    se: float | None
    p5: float | None
    p50: float | None
    p95: float | None
    cvar5: float | None
    prob_none: float = 0.0

    def as_dict(self) -> dict[str, float | None]:
        return {name: getattr(self, name) for name in ("mean", "se", "p5", "p50", "p95", "cvar5", "prob_none")}


def statistic(values: Floats, worst: str = "low") -> Statistic:
    """Statistic of (draws,) values; +inf stands for a draw without value (`payback_months`: never).

    worst: `low` for gains, `high` for costs and times. Mean, error and CVaR are None as soon as one draw has no value;
    so are the quantiles that fall among those draws. The error of one draw is None.

    >>> statistic(np.array([1.0, 2.0, 3.0])).mean
    2.0
    >>> statistic(np.array([1.0, np.inf])).p95 is None
    True
    """
    n = len(values)
    missing = int(np.count_nonzero(np.isinf(values)))
    ordered = np.sort(values)
    p5, p50, p95 = (_quantile(ordered, p) for p in (0.05, 0.5, 0.95))
    if missing:
        return Statistic(None, None, p5, p50, p95, None, prob_none=missing / n)
    mean = float(np.mean(values))
    se = float(np.std(values, ddof=1) / math.sqrt(n)) if n > 1 else None
    tail = float(cvar(values, 0.05)) if worst == "low" else -float(cvar(-values, 0.05))
    return Statistic(mean, se, p5, p50, p95, tail)


def _quantile(ordered: Floats, p: float) -> float | None:
    """Type 7 of Hyndman and Fan (1996); None where it falls among draws without value."""
    at = (len(ordered) - 1) * p
    low, high = ordered[math.floor(at)], ordered[math.ceil(at)]
    if math.isinf(high):
        return None
    return float(low + (high - low) * (at - math.floor(at)))


def draw_means(values: Floats) -> Floats:
    """(draws, years) -> (draws,) means over the years that have a value; NaN where none has.

    >>> draw_means(np.array([[1.0, 3.0], [np.nan, 5.0]]))
    array([2., 5.])
    """
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    mean: Floats = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean
