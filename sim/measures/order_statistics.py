"""Intervals of quantiles by order statistics: exact for any continuous distribution, safe for the others.

Between the l-th and the u-th smallest of n independent values lies the p-quantile with probability P(l <= B < u), B
binomial(n, p). Source: David and Nagaraja (2003), Order Statistics, section 7.1.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.measures.checks import no_nan_array, open_share
from sim.measures.intervals import CONFIDENCE, Interval, refusal
from sim.measures.tail_risk import quantile
from sim.mechanisms.normal import normal_quantile

Floats = NDArray[np.float64]
METHOD = "order statistics"
FEWEST_OUTSIDE = 8  # draws on the rarer side of a quantile, so that the steps from rank to rank are small
FEWEST_BESIDE = 100  # draws on the rarer side of a quantile from which on its density is told well enough


def quantile_interval(values: ArrayLike, p: float, confidence: float = CONFIDENCE) -> Interval:
    """Quantile of independent values, type 7, between two order statistics.

    values: shape (n,), without NaN; +infinity (never paid back) is allowed: an estimate among such values is None, an
    end infinite, with the reason. Refused where fewer than FEWEST_OUTSIDE values are expected on the rarer side. se:
    the interval's width over that of a standard normal's.

    >>> found = quantile_interval(np.arange(1000.0), 0.05)
    >>> round(found.estimate, 2), found.low, found.high
    (49.95, 36.0, 63.0)
    >>> quantile_interval(np.arange(50.0), 0.05).refused
    'an interval of the 5 % quantile needs 160 draws, there are 50'
    """
    ordered = np.sort(no_nan_array("values", values))
    n, at = len(ordered), float(quantile(values, p))
    estimate = at if math.isfinite(at) else None
    outside = min(open_share("p", p), 1.0 - p)
    ranks = order_ranks(n, p, confidence)
    if ranks is None or n * outside < FEWEST_OUTSIDE - 1e-9 * n:
        need = math.ceil(FEWEST_OUTSIDE / outside - 1e-9)
        why = f"an interval of the {100 * p:g} % quantile needs {need} draws, there are {n}"
        return refusal(estimate, None, confidence, METHOD, n, why)
    low, high = float(ordered[ranks[0] - 1]), float(ordered[ranks[1] - 1])
    se = (high - low) / (2.0 * normal_quantile(0.5 + 0.5 * confidence)) if math.isfinite(high) else None
    why_none = None if estimate is not None else _among_none(ordered, p)
    return Interval(estimate, low, high, se, confidence, METHOD, n, why_none)


def _among_none(ordered: Floats, p: float) -> str:
    """Why a quantile does not exist.

    >>> _among_none(np.array([1.0, 2.0, np.inf, np.inf]), 0.75)
    'the 75 % quantile falls among the draws without value, 50.0 % of all'
    """
    share = 100.0 * np.count_nonzero(np.isinf(ordered)) / len(ordered)
    return f"the {100 * p:g} % quantile falls among the draws without value, {share:.1f} % of all"


@functools.lru_cache(maxsize=256)
def order_ranks(n: int, p: float, confidence: float) -> tuple[int, int] | None:
    """Ranks l < u, from 1, of the order statistics around the p-quantile; None where n is too small.

    The tails left out on either side hold at most half of 1 - confidence, and no rank can be drawn in without losing
    the confidence.

    >>> order_ranks(100, 0.5, 0.95), order_ranks(71, 0.05, 0.95)
    ((41, 61), None)
    """
    from scipy.special import bdtr, bdtrik

    half = 0.5 * (1.0 - confidence)

    def below(rank: int) -> float:
        """P(B < rank)."""
        return float(bdtr(rank - 1, n, p)) if rank > 0 else 0.0

    low = max(0, math.floor(float(bdtrik(half, n, p))) - 1)
    while below(low + 1) <= half:
        low += 1
    high = max(low, math.floor(float(bdtrik(1.0 - half, n, p))) - 1)
    while below(high) < 1.0 - half:
        high += 1
    if low < 1 or high > n:
        return None
    if below(high) - below(low + 1) >= confidence:
        low += 1
    if below(high - 1) - below(low) >= confidence:
        high -= 1
    return low, high


def quantile_influence(values: Floats, p: float) -> Floats | str:
    """Influence of each draw on the p-quantile, (p - [value <= quantile]) / density, or why no density is found.

    values: shape (n,), +infinity allowed beyond the quantile's neighbourhood; FEWEST_BESIDE on the rarer side. The
    density is the difference quotient of order statistics over the bandwidth of Hall and Sheather (1988), On the
    distribution of a studentized quantile, Journal of the Royal Statistical Society B 50(3).
    """
    n = len(values)
    if n * min(p, 1.0 - p) < FEWEST_BESIDE - 1e-9 * n:
        need = math.ceil(FEWEST_BESIDE / min(p, 1.0 - p) - 1e-9)
        return f"a difference of {100 * p:g} % quantiles needs {need} draws, there are {n}"
    z, x = normal_quantile(0.975), normal_quantile(p)
    height = math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
    width = n ** (-1 / 3) * z ** (2 / 3) * (1.5 * height**2 / (2.0 * x * x + 1.0)) ** (1 / 3)
    low, high = max(p - width, 0.5 / n), min(p + width, 1.0 - 0.5 / n)
    centre, below, above = quantile(values, [p, low, high])
    if not math.isfinite(above):
        return "the quantile falls among or next to draws without value"
    influence: Floats = (p - (values <= centre)) * ((above - below) / (high - low))
    return influence
