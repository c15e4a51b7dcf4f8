"""A distribution over draws in a few numbers, and the error of each of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.measures import (
    Interval,
    cvar,
    cvar_interval,
    mean_interval,
    probability_interval,
    quantile_interval,
    ratio_interval,
)
from sim.measures.intervals import CONFIDENCE

Floats = NDArray[np.float64]
WORST = 0.05
QUANTILES = {"p5": 0.05, "p50": 0.5, "p95": 0.95}
NO_VALUE = "some draws have no value"


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
        """The figures by name, in the unit of the values."""
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


def described(values: Floats, worst: str = "low", mean: Interval | None = None) -> dict[str, Any]:
    """`statistic` for a JSON document, with the 95 % interval of each of its figures.

    values: (draws,), +inf for a draw without value. mean: interval of the mean where that is not of the values, as for
    a ratio of means.

    >>> described(np.arange(400.0))["intervals"]["p50"]["low"], described(np.arange(9.0))["intervals"]["p5"]["refused"]
    (180.0, 'an interval of the 5 % quantile needs 160 draws, there are 9')
    """
    found = statistic(values, worst)
    missing = int(np.count_nonzero(np.isinf(values)))
    none = {"se": None, "low": None, "high": None, "refused": NO_VALUE}
    whole = (
        {
            "mean": (mean or mean_interval(values)).ends(),
            "cvar5": cvar_interval(values, WORST, worst).ends(),
        }
        if not missing
        else {"mean": none, "cvar5": none}
    )
    intervals = {
        "confidence": CONFIDENCE,
        **whole,
        **{name: quantile_interval(values, p).ends() for name, p in QUANTILES.items()},
        "prob_none": probability_interval(missing, len(values)).ends(),
    }
    return {**found.as_dict(), "intervals": intervals}


def mean_error(values: Floats) -> dict[str, Any]:
    """Error of the mean of (draws,) finite values."""
    return mean_interval(values).ends()


def years_error(values: Floats) -> dict[str, Any] | None:
    """Error of the mean over all draws and years that have a value; values: (draws, years), NaN without one.

    A ratio of two means, the sum of a draw's values over their number, so draws with more years count for more. None
    where nothing has a value.
    """
    known = ~np.isnan(values)
    if not known.any():
        return None
    count = known.sum(axis=1).astype(np.float64)
    total = np.where(known, values, 0.0).sum(axis=1)
    if count.min() == count.max():
        return mean_interval(total / count[0]).ends()
    return ratio_interval(total, count).ends()


def change_of(after: Floats, before: Floats) -> dict[str, Any] | None:
    """Mean and error of the change, draw by draw, of the mean of the years; both (draws, years), NaN without value.

    Of the draws in which both have one; None where there is no such draw.
    """
    change = draw_means(after) - draw_means(before)
    known = change[~np.isnan(change)]
    if not known.size:
        return None
    found = mean_interval(known)
    return {"mean": found.estimate, **found.ends()}
