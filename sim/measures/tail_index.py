"""How heavy a tail is: the shape of a generalised Pareto distribution fitted to the largest values.

A tail with shape xi falls as x^(-1/xi): from xi = 1/2 on the variance is infinite, and no interval of a mean or of a
tail mean that rests on a standard error holds. Two checks, in order: the largest deviation squared must be more than
SHARE of the sum of all squares (where the variance is finite that share tends to 0), and the lower limit of 95 % of
the fitted shape must be above 1/2. One is not enough: a single large loss is no tail, and a fit to few values errs.
Ties and rounding (differences of two roadmaps, most of them 0) look like a heavy tail to the fit: they are left out,
and where fewer than LEAST different values remain there is no interval either, but for that reason.

Measured: of Pareto samples with index 1.5 nine in ten are found among 20,000 draws and one in four among 2,000; with
index 2.5, whose variance is finite, fewer than one in fifty is suspected (`python -m benchmarks.coverage`).

Sources: Zhang and Stephens (2009), A new and efficient estimation method for the generalized Pareto distribution,
Technometrics 51(3); Embrechts, Klueppelberg and Mikosch (1997), Modelling Extremal Events, section 6.2.6 (maximum over
sum); Vehtari et al. (2024), Pareto smoothed importance sampling, Journal of Machine Learning Research 25 (tail sizes).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SHARE = 0.02
INFINITE_VARIANCE = 0.5
SURE = 1.645  # standard errors of the shape, (1 + xi) / sqrt(k), that it must be above
LEAST, MOST = 40, 2000  # values of the tail that are fitted
NOISE = 1e-9  # excesses below this share of the largest are rounding, and values as near to each other are one
TOO_FEW = (
    "a few draws outweigh all others, and the {levels} values of the tail that differ, of {n:,}, are too few to tell "
    "whether its variance is finite, so no interval is given"
)


def tail_shape(excesses: Floats) -> float:
    """Shape xi of the generalised Pareto distribution of positive excesses over a threshold; NaN for fewer than LEAST.

    excesses: shape (k,), any unit. The mean of a profile posterior on a grid, Zhang and Stephens (2009), equations 4-6.

    >>> ranks = (np.arange(1000) + 0.5) / 1000
    >>> round(tail_shape((ranks**-0.4 - 1.0) / 0.4), 2), round(tail_shape(-np.log(ranks)), 2)
    (0.4, 0.0)
    """
    ordered = np.sort(excesses[excesses > 0.0])
    k = len(ordered)
    if k < LEAST:
        return math.nan
    ordered = ordered / ordered[-1]
    grid = 30 + math.isqrt(k)
    quartile = ordered[int(k / 4 + 0.5) - 1]
    b = 1.0 + (1.0 - np.sqrt(grid / (np.arange(grid) + 0.5))) / (3.0 * quartile)
    b = np.where(np.abs(b) < 1e-12, 1e-12, b)
    shape = np.log1p(-b[:, np.newaxis] * ordered).mean(axis=1)
    likelihood = k * (np.log(-b / shape) - shape - 1.0)
    weight = np.exp(likelihood - likelihood.max())
    return float(np.log1p(-float(b @ weight) / float(weight.sum()) * ordered).mean())


def infinite_variance(values: Floats) -> str | None:
    """The sentence that refuses an interval where the variance of the upper tail looks infinite, or ties and rounding
    leave too little of the tail to tell; otherwise None.

    values: shape (n,), finite. Fitted are the largest max(3 sqrt(n), n / 20) of them, at most n / 5 and MOST.

    >>> ranks = (np.arange(20000) + 0.5) / 20000
    >>> infinite_variance(ranks ** (-1 / 2.5)) is None
    True
    >>> infinite_variance(ranks ** (-1 / 1.2))
    'the variance looks infinite (shape of the tail 0.83, the limit is 0.5), so no interval of it holds'
    """
    n = len(values)
    deviations = values - values.mean()
    total = float(np.vdot(deviations, deviations))
    if total == 0.0 or float(deviations.max()) ** 2 <= SHARE * total:
        return None
    k = min(n // 5, max(math.ceil(3.0 * math.sqrt(n)), n // 20), MOST)
    largest = np.partition(values, n - k - 1)[n - k - 1 :]
    excesses = largest - largest[0]
    shape = tail_shape(excesses)
    if not _sure(shape, k):
        return None
    beyond = excesses[excesses > NOISE * excesses.max()]
    levels = len(np.unique(np.round(beyond / (NOISE * excesses.max()))))
    if levels < LEAST:
        return TOO_FEW.format(levels=levels, n=n)
    shape = tail_shape(beyond)
    if not _sure(shape, k):
        return None
    if not _sure(shape, len(beyond)):
        return TOO_FEW.format(levels=levels, n=n)
    return (
        f"the variance looks infinite (shape of the tail {shape:.2f}, the limit is {INFINITE_VARIANCE:g}), "
        "so no interval of it holds"
    )


def _sure(shape: float, k: int) -> bool:
    """Whether the shape of k values is surely above the limit."""
    return shape - SURE * (1.0 + shape) / math.sqrt(k) > INFINITE_VARIANCE
