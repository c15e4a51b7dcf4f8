"""Jackknife over rows: errors and intervals of ratios, in logarithms, with the degrees of freedom that they have."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
ONE_ROW = 0.5
"""Share of the jackknife's sum of squares that one row may make before the interval is refused."""

ONE_ROW_SENTENCE = "one draw of the drivers makes most of the error; add draws of the drivers"


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval; the interval is None, with the reason in `refused`, where it would not hold."""

    share: float
    low: float | None
    high: float | None
    refused: str | None = None

    def document(self) -> dict[str, float | str | None]:
        """As the JSON document holds it."""
        return {"share": self.share, "low": self.low, "high": self.high, "refused": self.refused}


@dataclass(frozen=True)
class LogRatio:
    """Logarithm of a ratio. reach: half width of its 95 % interval; hangs_on_one: one row makes most of the error."""

    log: float
    reach: float
    hangs_on_one: bool


def jackknife_error(without: Floats) -> float:
    """Standard error of a statistic from its (rows,) values without each row (Tukey 1958).

    >>> values = np.array([1.0, 2.0, 3.0])
    >>> round(jackknife_error((6.0 - values) / 2.0), 9), round(1.0 / math.sqrt(3.0), 9)
    (0.577350269, 0.577350269)
    """
    n = len(without)
    return math.sqrt((n - 1) / n * float(np.sum((without - np.mean(without)) ** 2)))


def log_ratio(ratio: float, without: Floats) -> LogRatio:
    """The interval of a ratio > 0 from its (rows,) values > 0 without each row.

    Logarithms of ratios of variances are near normal also where the values are not (Arvesen 1969, Jackknifing
    U-statistics, Annals of Mathematical Statistics 40). Of n rows the error has 2 n / (k - 1) degrees of freedom, k the
    kurtosis of the pseudo-values (Satterthwaite 1946); taking n - 1 makes the interval too narrow for skewed values.

    >>> found = log_ratio(1.0, np.exp(np.array([0.01, -0.01] * 50)))
    >>> round(found.reach, 4), found.hangs_on_one             # 0.0995 times Student's 1.984
    (0.1974, False)
    """
    from scipy.special import stdtrit

    n = len(without)
    off = np.log(without)
    off = off - np.mean(off)
    squares = float(np.sum(off**2))
    if squares == 0.0:
        return LogRatio(math.log(ratio), 0.0, False)
    kurtosis = n * float(np.sum(off**4)) / squares**2
    freedom = min(n - 1.0, max(1.0, 2.0 * n / max(kurtosis - 1.0, 1e-9)))
    reach = float(stdtrit(freedom, 0.5 + 0.5 * CONFIDENCE)) * math.sqrt((n - 1) / n * squares)
    return LogRatio(math.log(ratio), reach, float(np.max(off**2)) > ONE_ROW * squares)
