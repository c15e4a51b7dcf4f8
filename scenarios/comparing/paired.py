"""Paired differences on common draws: how large, how sure, how often, and how many draws it would take to tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.measures import Interval, draws_needed, mean_interval, probability_interval

Floats = NDArray[np.float64]
Verdict = Literal["higher", "lower", "no difference", "cannot tell yet"]


@dataclass(frozen=True)
class Difference:
    """Mean of one figure minus another over common draws [unit], with its 95 % interval.

    verdict: "higher" or "lower" where the interval excludes 0, "no difference" where no draw has one. draws_to_tell:
    about so many draws would make an interval that excludes 0, if the mean stays as it is; None where that is not
    known or not needed.
    """

    unit: str
    interval: Interval
    verdict: Verdict
    draws_to_tell: int | None

    @property
    def mean(self) -> float:
        """The difference of the means."""
        return self.interval.estimate or 0.0

    def document(self) -> dict[str, Any]:
        """As JSON documents hold it."""
        found = self.interval
        return {
            "unit": self.unit,
            "mean": self.mean,
            **found.ends(),
            "verdict": self.verdict,
            "draws_to_tell": self.draws_to_tell,
        }


@dataclass(frozen=True)
class Odds:
    """How often one arm ends above the other: shares of the draws, those of a tie among neither, with 95 % intervals
    (Wilson)."""

    better: Interval
    worse: Interval
    ties: float

    def document(self) -> dict[str, Any]:
        """As JSON documents hold it."""
        return {
            "better": {"share": self.better.estimate, **self.better.ends()},
            "worse": {"share": self.worse.estimate, **self.worse.ends()},
            "ties": self.ties,
        }


def gap(one: Floats, other: Floats) -> Floats:
    """one - other by draw, where what is no more than the rounding of the subtraction is 0.

    >>> gap(np.array([0.1, 0.3]) + 0.2, np.array([0.1, 0.3])).tolist(), gap(np.array([1.0]), np.array([1.0 + 1e-15]))
    ([0.2, 0.2], array([0.]))
    """
    found = one - other
    scale = float(max(np.abs(one).max(initial=0.0), np.abs(other).max(initial=0.0)))
    if scale == 0.0:
        return np.asarray(found)
    step = 2.0 ** np.floor(np.log2(scale) - 40.0)  # a trillionth
    return np.asarray(np.where(np.abs(found) < step, 0.0, np.round(found, 9)))


def difference(one: Floats, other: Floats, unit: str) -> Difference:
    """Mean of one - other; draws without a value in one of the two are left out.

    >>> found = difference(np.tile([1.0, 2.0], 200), np.tile([0.0, 2.0], 200), "EUR")
    >>> found.mean, found.verdict
    (0.5, 'higher')
    >>> difference(np.ones(300), np.ones(300), "EUR").verdict
    'no difference'
    """
    known = ~(np.isnan(one) | np.isnan(other))
    return of_gaps(gap(one[known], other[known]), unit)


def of_gaps(gaps: Floats, unit: str) -> Difference:
    """The same of differences by draw that are known already."""
    if not len(gaps) or not gaps.any():
        zero = Interval(0.0, 0.0, 0.0, 0.0, 0.95, "every draw is the same", len(gaps))
        return Difference(unit, zero, "no difference", None)
    found = mean_interval(gaps)
    if found.low is not None and found.high is not None and found.low > 0.0:
        return Difference(unit, found, "higher", None)
    if found.low is not None and found.high is not None and found.high < 0.0:
        return Difference(unit, found, "lower", None)
    return Difference(unit, found, "cannot tell yet", draws_needed(found, abs(found.estimate or 0.0)))


def odds(gaps: Floats) -> Odds:
    """How often differences by draw are above and below 0.

    >>> found = odds(np.array([1.0, 2.0, 0.0, -1.0]))
    >>> found.better.estimate, found.worse.estimate, found.ties
    (0.5, 0.25, 0.25)
    """
    n = len(gaps)
    above, below = int(np.count_nonzero(gaps > 0.0)), int(np.count_nonzero(gaps < 0.0))
    return Odds(probability_interval(above, n), probability_interval(below, n), (n - above - below) / n)
