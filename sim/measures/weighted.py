"""The upper tail of losses whose draws carry weights: the density that was meant over the one that was drawn.

Weights have mean 1. In the tail they enter as they are, not divided by their sum: the tail is where the draws are, the
rest of the weights is noise. Estimates of chances are unbiased, those of quantiles and tail means consistent.
Source: Glasserman (2003), Monte Carlo Methods in Financial Engineering, chapter 9; Rockafellar, Uryasev (2002),
Conditional value-at-risk for general loss distributions, Journal of Banking and Finance 26.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FEWEST = 30  # draws in the tail, below which a figure of it is refused


@dataclass(frozen=True)
class TailFigure:
    """estimate, se: None where fewer than FEWEST draws lie in the tail. count: draws that do."""

    estimate: float | None
    se: float | None
    count: int


def exceedance(values: Floats, weights: Floats, loss: float) -> TailFigure:
    """Probability that a loss is above `loss`, with the error of independent draws. values, weights: (n,).

    >>> exceedance(np.arange(100.0), np.ones(100), 49.0).estimate
    0.5
    """
    above = values > loss
    return _mean(above * weights, int(np.count_nonzero(above)))


def weighted_quantile(values: Floats, weights: Floats, tail: float) -> float | None:
    """The loss that is exceeded with probability `tail`, in (0, 1); None with fewer than FEWEST draws above it.

    >>> weighted_quantile(np.arange(1000.0), np.ones(1000), 0.05)
    950.0
    """
    at, count = _level(values, weights, tail)
    return at if count >= FEWEST else None


def weighted_cvar(values: Floats, weights: Floats, tail: float) -> TailFigure:
    """Mean of the worst share `tail` of the losses: v + E[w (x - v)+] / tail, v their quantile. values, weights: (n,).

    The error is that of independent draws; that of v counts in second order only, since v minimises the expression.

    >>> weighted_cvar(np.arange(1000.0), np.ones(1000), 0.05).estimate
    974.5
    """
    at, count = _level(values, weights, tail)
    excess = weights * np.maximum(values - at, 0.0) / tail
    found = _mean(excess, count)
    return TailFigure(None if found.estimate is None else at + found.estimate, found.se, count)


def effective_draws(weights: Floats) -> float:
    """How many unweighted draws the weights leave: (sum w)^2 / sum w^2 (Kish 1965).

    >>> effective_draws(np.ones(50)), effective_draws(np.array([1.0, 0.0]))
    (50.0, 1.0)
    """
    return float(np.sum(weights) ** 2 / np.sum(weights**2))


def _level(values: Floats, weights: Floats, tail: float) -> tuple[float, int]:
    """Quantile of the tail, and how many draws lie at it or above."""
    if not 0.0 < tail < 1.0:
        raise ValueError(f"tail must be in (0, 1), got {tail}")
    order = np.argsort(-values, kind="stable")
    above = np.cumsum(weights[order]) / len(values)
    at = min(int(np.searchsorted(above, tail * (1.0 - 1e-12))), len(values) - 1)
    level = float(values[order[at]])
    return level, int(np.count_nonzero(values >= level))


def _mean(terms: Floats, count: int) -> TailFigure:
    if count < FEWEST:
        return TailFigure(None, None, count)
    n = len(terms)
    return TailFigure(float(terms.mean()), float(np.std(terms, ddof=1)) / math.sqrt(n), count)
