"""Variance of an outcome split into ignorance (drivers) and chance (events), by one-way analysis of variance.

    Var(Y) = Var_theta( E[Y | theta] ) + E_theta( Var[Y | theta] )          ignorance + chance

Of D draws of the drivers with m draws of the events each, B is m times the variance of the D means and W the mean of
the D variances. E(W) = chance and E(B) = chance + m ignorance, so that (B - W) / m has no bias; the variance of the
means alone would count chance / m as ignorance (Searle, Casella, McCulloch 1992, Variance Components, section 3.5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.ignorance.jackknife import ONE_ROW_SENTENCE, Share, jackknife_error, log_ratio
from scenarios.ignorance.tails import VARIANCE_OF_VARIANCE, tail_index

Floats = NDArray[np.float64]

FEWEST_DRIVERS, FEWEST_CHANCE = 128, 2
"""With fewer draws of the drivers the intervals do not cover what they promise."""


@dataclass(frozen=True)
class Part:
    """A variance [unit^2] with its standard error, None where it would not hold; an estimate below 0 is given as 0."""

    variance: float
    se: float | None

    @property
    def sd(self) -> float:
        """Standard deviation [unit]."""
        return math.sqrt(self.variance)

    @property
    def sd_se(self) -> float | None:
        """Its standard error by the delta method; None where the variance is 0 or its error is not known."""
        return self.se / (2.0 * self.sd) if self.variance > 0.0 and self.se is not None else None

    def document(self) -> dict[str, float | None]:
        """As the JSON document holds it."""
        return {"variance": self.variance, "se": self.se, "sd": self.sd, "sd_se": self.sd_se}


@dataclass(frozen=True)
class VarianceSplit:
    """mean [unit] with its error; total = ignorance + chance; share of ignorance in it, None for what does not vary.
    tail_index: of the events' effect, see `tail_index`; None without a tail."""

    mean: float
    mean_se: float
    total: Part
    ignorance: Part
    chance: Part
    share: Share | None
    tail_index: float | None

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        return {
            "mean": {"mean": self.mean, "se": self.mean_se},
            "total": self.total.document(),
            "ignorance": self.ignorance.document(),
            "chance": self.chance.document(),
            "share_of_ignorance": None if self.share is None else self.share.document(),
            "tail_index": self.tail_index,
        }


def variance_split(values: Floats) -> VarianceSplit:
    """Split the variance of (drivers, chance) values: a row has one draw of the drivers and fresh events.

    Errors by the jackknife over rows; the interval of the share is that of F = B / W, share = (F - 1) / (F - 1 + m),
    not below 0. Errors and interval are refused where the events have a tail too heavy for them, or where one row makes
    most of the error. Raises ValueError for fewer than 128 rows or 2 columns and for values that are not finite.

    >>> rows = np.repeat(np.arange(128.0)[:, None], 2, axis=1)      # no chance at all
    >>> variance_split(rows).share
    Share(share=1.0, low=1.0, high=1.0, refused=None)
    >>> rows = np.tile([0.0, 1.0], (128, 1))                        # no ignorance at all
    >>> found = variance_split(rows)
    >>> found.share.share, found.ignorance.variance, found.chance.variance
    (0.0, 0.0, 0.5)
    """
    drivers, chance = values.shape
    if drivers < FEWEST_DRIVERS or chance < FEWEST_CHANCE:
        raise ValueError(f"at least {FEWEST_DRIVERS} rows and {FEWEST_CHANCE} columns are needed, got {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("every value must be finite")
    # Taken from a value of their own, equal numbers have a variance of exactly 0.
    within = np.var(values - values[:, :1], axis=1, ddof=1)
    means = np.mean(values - values[0, 0], axis=1)
    between, between_without = _variance(means)
    chance_variance = float(np.mean(within))
    without = (drivers * chance_variance - within) / (drivers - 1)
    ignorance = between - chance_variance / chance
    ignorance_without = between_without - without / chance
    tail = tail_index(values - np.median(values, axis=1, keepdims=True))
    heavy = tail <= VARIANCE_OF_VARIANCE

    def part(variance: float, without_each: Floats) -> Part:
        return Part(max(0.0, variance), None if heavy else jackknife_error(without_each))

    return VarianceSplit(
        mean=float(values[0, 0] + np.mean(means)),
        mean_se=math.sqrt(between / drivers),
        total=part(ignorance + chance_variance, ignorance_without + without),
        ignorance=part(ignorance, ignorance_without),
        chance=part(chance_variance, without),
        share=_share(chance, between, chance_variance, between_without, without, heavy),
        tail_index=tail if math.isfinite(tail) else None,
    )


def _variance(means: Floats) -> tuple[float, Floats]:
    """Variance of the means, and the same without each one of them."""
    n = len(means)
    off = means - np.mean(means)
    squares = float(np.sum(off**2))
    return squares / (n - 1), np.maximum(0.0, squares - off**2 * n / (n - 1)) / (n - 2)


def _share(
    chance: int, between: float, within: float, between_without: Floats, without: Floats, heavy: bool
) -> Share | None:
    """Share of ignorance and its interval; between and within: variance of the means, mean variance of the rows."""
    if within == 0.0:
        return None if between == 0.0 else Share(1.0, 1.0, 1.0)
    share = _as_share(chance * between / within, chance)
    if heavy:
        text = "the events have so heavy a tail that a few draws make the variance: its error is not known"
        return Share(share, None, None, text)
    if between == 0.0 or not (between_without > 0.0).all() or not (without > 0.0).all():
        return Share(share, None, None, "all of one part is in one draw of the drivers, or there is none of it")
    found = log_ratio(chance * between / within, chance * between_without / without)
    if found.hangs_on_one:
        return Share(share, None, None, ONE_ROW_SENTENCE)
    low, high = (_as_share(math.exp(found.log + sign * found.reach), chance) for sign in (-1.0, 1.0))
    return Share(share, low, high)


def _as_share(ratio: float, chance: int) -> float:
    """Share of ignorance at a ratio B / W.

    >>> _as_share(1.0, 64), _as_share(65.0, 64)
    (0.0, 0.5)
    """
    return max(0.0, (ratio - 1.0) / (ratio - 1.0 + chance))
