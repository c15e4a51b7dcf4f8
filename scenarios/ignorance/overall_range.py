"""The range that holds nine of ten draws, with errors that know which draws share their drivers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.ignorance.resampling import resamples

Floats = NDArray[np.float64]

ENDS = (0.05, 0.95)


@dataclass(frozen=True)
class OverallRange:
    """5 and 95 % quantile of all draws [unit] with standard errors."""

    p5: float
    p5_se: float
    p95: float
    p95_se: float

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        return {"p5": {"mean": self.p5, "se": self.p5_se}, "p95": {"mean": self.p95, "se": self.p95_se}}


def overall_range(values: Floats, seed: int) -> OverallRange:
    """Of (drivers, chance) values; errors by resampling rows. The value below which at least the share of draws lies.

    >>> found = overall_range(np.arange(100.0).reshape(10, 10), seed=1)
    >>> found.p5, found.p95
    (4.0, 94.0)
    """
    drivers, chance = values.shape
    order = np.argsort(values, axis=None, kind="stable")
    ordered, row_of = values.ravel()[order], order // chance
    wanted = np.array(ENDS) * values.size

    def ends(times: NDArray[np.int64]) -> Floats:
        """Quantiles where each row counts so many times."""
        return np.asarray(ordered[np.searchsorted(np.cumsum(times[row_of]), wanted - 1e-6)])

    low, high = (float(end) for end in ends(np.ones(drivers, dtype=np.int64)))
    again = np.array([ends(np.bincount(rows, minlength=drivers)) for rows in resamples(drivers, seed)])
    low_se, high_se = (float(se) for se in np.std(again - again[0], axis=0, ddof=1))
    return OverallRange(low, low_se, high, high_se)
