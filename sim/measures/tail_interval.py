"""Interval of a tail mean (conditional value at risk) by its influence function, corrected for skewness.

CVaR of the lowest share a is the maximum over q of q + mean(min(0, x - q)) / a, so at the quantile q a change of q
changes nothing, and the figure is the mean of q + min(0, x - q) / a over the draws, to the first order. Few of those
values differ from q and they are as skewed as the tail: `sim.measures.intervals.influence_interval` corrects for that.
Sources: Rockafellar and Uryasev (2002), see `sim.measures.cvar`; Trindade et al. (2007), Financial prediction with
constrained tail risk, Journal of Banking and Finance 31(11), on the limit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.measures.checks import finite_array
from sim.measures.intervals import CONFIDENCE, Interval, influence_interval, refusal
from sim.measures.tail_index import infinite_variance
from sim.measures.tail_risk import cvar

Floats = NDArray[np.float64]
FEWEST_IN_TAIL = 50
METHOD = "influence function, Student and Hall"


def cvar_interval(values: ArrayLike, level: float, worst: str = "low", confidence: float = CONFIDENCE) -> Interval:
    """Mean of the worst `level` share of independent values.

    values: shape (n,), finite. worst: `low` for gains, `high` for losses, costs and times. Refused with fewer than
    FEWEST_IN_TAIL values in the tail, or where its variance looks infinite (`sim.measures.tail_index`).

    >>> found = cvar_interval(np.arange(2000.0), 0.05)
    >>> found.estimate, round(found.low, 1), round(found.high, 1)
    (49.5, 37.1, 60.7)
    >>> cvar_interval(np.arange(100.0), 0.05).refused
    'an interval of the mean of the worst 5 % needs 50 draws there, there are 5'
    """
    sample = finite_array("values", values)
    n = len(sample)
    sign = -1.0 if worst == "high" else 1.0
    gains = sign * sample
    estimate = sign * float(cvar(gains, level))
    influence = sign * cvar_influence(gains, level)
    inside = int(level * n + 1e-9 * n)
    if inside < FEWEST_IN_TAIL:
        se = float(np.std(influence, ddof=1)) / n**0.5 if inside > 1 else None
        what = f"an interval of the mean of the worst {100 * level:g} %"
        why = f"{what} needs {FEWEST_IN_TAIL} draws there, there are {inside}"
        return refusal(estimate, se, confidence, METHOD, n, why)
    found = influence_interval(estimate, influence, confidence, METHOD, "a tail mean")
    why_not = infinite_variance(-gains)
    if why_not and found.refused is None:
        return refusal(estimate, found.se, confidence, METHOD, n, why_not)
    return found


def cvar_influence(gains: Floats, level: float) -> Floats:
    """Influence of each draw on the mean of the lowest `level` share, with mean 0; gains: shape (n,)."""
    place = min(int(level * len(gains)), len(gains) - 1)
    at = np.partition(gains, place)[place]
    below = np.minimum(0.0, gains - at) / level
    influence: Floats = below - below.mean()
    return influence
