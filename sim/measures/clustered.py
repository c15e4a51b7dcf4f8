"""Probabilities counted in trials that come in clusters: the years of one draw share its luck and its ignorance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sim.measures.checks import number_or_array, open_share
from sim.mechanisms.normal import normal_quantile


def effective_trials(hits: ArrayLike, squares: ArrayLike, clusters: int, size: int) -> Any:
    """Number of independent trials that would give a share counted in clusters the same variance.

    The number of hits c varies between clusters: Var(share) = Var(c) / (clusters * size^2), and a binomial share of n
    trials has p (1 - p) / n. At least 1 trial, at most all of them, so that clusters which happen to agree claim
    nothing; without a hit, or with hits only, or for a single cluster, one trial a cluster.

    hits: sum of c over the clusters, a number or an array. squares: sum of c^2. size: trials of each cluster.
    Source: Kish (1965), Survey Sampling, section 8.2 (design effect).

    >>> effective_trials([50, 0], [250, 0], 100, 5)  # ten clusters have hits only, the others none; no hit at all
    array([ 99., 100.])
    """
    of, square = np.asarray(hits, dtype=np.float64), np.asarray(squares, dtype=np.float64)
    share = of / (clusters * size)
    if clusters < 2:
        return number_or_array(np.full(share.shape, float(clusters)))
    between = np.maximum((square - of * of / clusters) / (clusters - 1), 0.0)
    spread = share * (1.0 - share) * clusters * size * size
    most = np.full(share.shape, float(clusters * size))
    trials = np.clip(np.divide(spread, between, out=most.copy(), where=between > 0.0), 1.0, most)
    return number_or_array(np.where((share <= 0.0) | (share >= 1.0), float(clusters), trials))


def few_clusters(clusters: int, confidence: float) -> float:
    """Factor on effective trials for a variance that was itself estimated from few clusters; 1 for one cluster.

    (normal quantile / Student quantile of clusters - 1 degrees of freedom)^2, the latter by its series in 1 / degrees.

    Source: Korn and Graubard (1998), Confidence intervals for proportions with small expected number of positive counts
    estimated from survey data, Survey Methodology 24; Abramowitz and Stegun (1964), 26.7.5.

    >>> round(few_clusters(31, 0.95), 4), round((1.959964 / 2.042272) ** 2, 4)
    (0.9211, 0.921)
    """
    if clusters < 2:
        return 1.0
    z, degrees = normal_quantile(0.5 + 0.5 * open_share("confidence", confidence)), clusters - 1
    student = z + (z**3 + z) / (4 * degrees) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
    return float((z / student) ** 2)


def wilson_of_share(share: ArrayLike, trials: ArrayLike, confidence: float) -> tuple[Any, Any]:
    """Score interval of probabilities from shares and effective numbers of trials, which need not be whole.

    Source: Wilson (1927), Probable inference, Journal of the American Statistical Association 22, with the number of
    trials by the design effect as in Kott and Carr (1997), Journal of Official Statistics 13.

    >>> tuple(round(end, 4) for end in wilson_of_share(0.0, 10.0, 0.95))
    (0.0, 0.2775)
    """
    p, n = np.asarray(share, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    z = normal_quantile(0.5 + 0.5 * open_share("confidence", confidence))
    centre = p + z * z / (2.0 * n)
    half = z * np.sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n))
    scale = 1.0 + z * z / n
    low = np.where(p <= 0.0, 0.0, np.maximum(0.0, (centre - half) / scale))
    high = np.where(p >= 1.0, 1.0, np.minimum(1.0, (centre + half) / scale))
    return number_or_array(low), number_or_array(high)
