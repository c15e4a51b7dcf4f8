"""Probability box: the chance to stay below a threshold, and how far it depends on what is not known.

With the drivers at theta, p(theta) = P(Y < x | theta). Over theta it has a mean, which is P(Y < x), and a spread: the
band from its 5 % to its 95 % quantile over the draws of the drivers is the box at x (Ferson et al. 2003, Constructing
probability boxes, SAND2002-4015). From m draws of the events p is known with the variance p (1 - p) / m only, so the
counted shares spread more than the chances do. That noise is taken out: each share is drawn towards the mean until
their variance is the one without noise (Louis 1984, Estimating a population of parameter values, JASA 79).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.ignorance.resampling import resamples
from sim.errors import Problem
from sim.measures import quantile

Floats = NDArray[np.float64]

BAND = (0.05, 0.95)
FEWEST_DRIVERS, FEWEST_CHANCE = 128, 32
"""With fewer draws the intervals of the band's ends do not cover what they promise."""

GOOD_CHANCE = 64
"""Draws of the events from which on the correction for their number is small."""

REACH = 1.96
WIDER = 1.05
"""The error that resampling finds is too small by about so much, as measured with known answers."""

ROUND_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


@dataclass(frozen=True)
class End:
    """An end of the band: a probability with its 95 % interval."""

    estimate: float
    low: float
    high: float

    def document(self) -> dict[str, float]:
        """As the JSON document holds it."""
        return {"estimate": self.estimate, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Level:
    """Chance to stay below a threshold [unit]: mean with its standard error, and the 5 to 95 % band over drivers."""

    threshold: float
    mean: float
    se: float
    lower: End
    upper: End

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        return {
            "below": self.threshold,
            "chance": {"mean": self.mean, "se": self.se},
            "band": {"p5": self.lower.document(), "p95": self.upper.document()},
        }


def too_few(drivers: int, chance: int) -> Problem | None:
    """Why there is no box with so few draws; None where there is one.

    >>> too_few(128, 32) is None, too_few(128, 8).hint
    (True, 'at least 128 draws of the drivers with 32 of the events each')
    """
    if drivers >= FEWEST_DRIVERS and chance >= FEWEST_CHANCE:
        return None
    hint = f"at least {FEWEST_DRIVERS} draws of the drivers with {FEWEST_CHANCE} of the events each"
    return Problem("box", "too few draws for the band of chances over drivers", f"{drivers} x {chance}", hint)


def probability_box(values: Floats, thresholds: Floats, seed: int) -> tuple[Level, ...]:
    """The box of (drivers, chance) values at each of (k,) thresholds. seed: of the resampling behind the intervals.

    The interval of an end holds both what resampling of the rows finds, with the step 1 / m of a counted share, and the
    order statistics around the quantile. Raises ValueError where `too_few` has a reason.

    >>> rows = np.repeat(np.arange(200.0)[:, None], 32, axis=1)        # no chance: below 50 surely, or surely not
    >>> level = probability_box(rows, np.array([50.0]), seed=1)[0]
    >>> level.mean, level.lower.estimate, level.upper.estimate
    (0.25, 0.0, 1.0)
    """
    drivers, chance = values.shape
    if too_few(drivers, chance) is not None:
        raise ValueError(f"at least {FEWEST_DRIVERS} rows and {FEWEST_CHANCE} columns are needed, got {values.shape}")
    rows = resamples(drivers, seed)
    return tuple(_level(np.mean(values < x, axis=1), float(x), chance, rows) for x in thresholds)


def corrected(shares: Floats, chance: int) -> Floats:
    """Counted shares (..., drivers) drawn towards their mean until their variance is that of the chances behind them.

    Variance of the shares = variance of the chances + mean of p (1 - p) / m; share (1 - share) / (m - 1) has the second
    as its mean.

    >>> corrected(np.array([0.25, 0.75]), 4).tolist()      # 1/8 - 1/16 = 1/16, of 1/8: by sqrt(1/2)
    [0.32322330470336313, 0.6767766952966369]
    """
    mean = np.mean(shares, axis=-1, keepdims=True)
    spread = np.var(shares, axis=-1, ddof=1, keepdims=True)
    noise = np.mean(shares * (1.0 - shares), axis=-1, keepdims=True) / (chance - 1)
    kept = np.maximum(0.0, spread - noise) / np.where(spread > 0.0, spread, 1.0)
    return np.asarray(mean + np.sqrt(kept) * (shares - mean))


def round_thresholds(values: Floats, also: tuple[float, ...] = ()) -> Floats:
    """Round numbers near the quantiles of all values, and `also`, as far as they lie among the values; ascending.

    >>> round_thresholds(np.linspace(-1000.0, 3000.0, 4001), also=(0.0, 9e9)).tolist()
    [-800.0, -600.0, 0.0, 1000.0, 2000.0, 2600.0, 2800.0]
    """
    pooled = values.ravel()
    near = np.asarray(quantile(pooled, ROUND_LEVELS))
    width = float(near[-1] - near[0])
    wanted = set(also)
    if width > 0.0:
        step = 10.0 ** np.floor(np.log10(width / 10.0))
        wanted |= {float(x) + 0.0 for x in np.round(near / step) * step}
    return np.array(sorted(x for x in wanted if pooled.min() < x <= pooled.max()))


def _level(shares: Floats, threshold: float, chance: int, rows: NDArray[np.int64]) -> Level:
    drivers = len(shares)
    chances = np.sort(corrected(shares, chance))
    again = corrected(shares[rows], chance)
    ends = []
    for level in BAND:
        estimate = float(quantile(chances, level))
        error = float(np.std(quantile(again, level), ddof=1))
        reach = REACH * float(np.hypot(WIDER * error, 1.0 / chance))
        first, last = _ranks(drivers, level)
        low, high = min(estimate - reach, chances[first]), max(estimate + reach, chances[last])
        ends.append(End(estimate, max(0.0, float(low)), min(1.0, float(high))))
    se = float(np.std(shares, ddof=1) / np.sqrt(drivers))
    return Level(threshold, float(np.mean(shares)), se, *ends)


def _ranks(n: int, level: float) -> tuple[int, int]:
    """Positions, from 0, of the order statistics between which the quantile lies with 95 % (binomial law).

    >>> _ranks(100, 0.5)
    (39, 60)
    """
    from scipy.special import bdtr

    below = bdtr(np.arange(n), n, level)  # P(at most so many of n values lie below the quantile)
    first = int(np.searchsorted(below, 0.025))
    last = int(np.searchsorted(below, 0.975))
    return max(0, first - 1), min(n - 1, last)
