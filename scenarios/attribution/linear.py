"""Sums of coalition values, draw by draw, made while the coalitions are simulated: none of them is kept.

Shapley values, alone, last in and the interplay of pairs are each a sum of weight times value of some coalitions. So is
the tail: CVaR is the mean over draws of q - max(0, q - v) / level with q the quantile (Rockafellar and Uryasev 2002),
and the spread of that term over draws is its error by the delta method.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from optimize.archive import Estimate, estimate

Floats = NDArray[np.float64]

LEVEL = 0.05

ROUNDING = 1e-9
"""Share of the largest value below which a sum is the rounding of its terms, and nothing."""


class Sums:
    """Rows of weighted sums over coalitions, by draw.

    weights: coalition -> (rows,) weights.
    """

    def __init__(self, weights: Mapping[int, Floats], draws: int) -> None:
        self._weights = weights
        rows = len(next(iter(weights.values())))
        self.rows: Floats = np.zeros((rows, draws))
        self.means: dict[int, float] = {}
        self._largest = 0.0

    def add(self, coalition: int, values: Floats) -> None:
        """Count a coalition with its (draws,) values, once; the order of the calls is part of the last bits."""
        self.means[coalition] = float(np.mean(values))
        self._largest = max(self._largest, float(np.max(np.abs(values))))
        weight = self._weights.get(coalition)
        if weight is not None:
            for row in np.flatnonzero(weight):
                self.rows[row] += weight[row] * values

    @property
    def wanted(self) -> set[int]:
        """The coalitions that have a weight."""
        return set(self._weights)

    def estimate(self, row: int) -> Estimate:
        """Mean of a row with the standard error that the draws leave; a row of rounding errors is 0."""
        found = self.rows[row]
        return estimate(found if np.max(np.abs(found)) > self.rounding else np.zeros_like(found))

    @property
    def rounding(self) -> float:
        """What is no more than rounding."""
        return ROUNDING * self._largest


def tail_terms(values: Floats, level: float = LEVEL) -> Floats:
    """(draws,) terms whose mean is the CVaR of the values, the mean of the lowest `level` share of them.

    >>> tail_terms(np.array([1.0, 2.0, 3.0, 4.0]), 0.5).tolist()      # mean 1.5
    [0.0, 2.0, 2.0, 2.0]
    """
    at = max(0, math.ceil(level * len(values) - 1e-9) - 1)
    edge = np.partition(values, at)[at]
    return np.asarray(edge - np.maximum(0.0, edge - values) / level)


def losses(values: Floats) -> Floats:
    """(draws,) 1 where the value is below 0: their mean is the probability of a loss."""
    return (values < 0.0).astype(np.float64)
