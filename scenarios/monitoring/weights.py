"""Weights of draws by how well they agree with what was observed.

An observation is what a draw says plus a normal error of stated standard deviation, independent of the others (Bayes;
importance sampling: Kong, Liu and Wong 1994, "Sequential imputations and Bayesian missing data problems", JASA 89).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def log_likelihood(said: Floats, observed: Floats, error: Floats) -> Floats:
    """(draws,) log of the density of the observations in each draw, without its constants; minus infinity: impossible.

    said: (draws, observations) what each draw says, NaN or infinite for what it does not have. observed, error:
    (observations,) figures and the standard deviation of their errors; 0: the draw must say exactly this.

    >>> log_likelihood(np.array([[1.0], [3.0], [np.inf]]), np.array([1.0]), np.array([2.0])).tolist()
    [0.0, -0.5, -inf]
    >>> log_likelihood(np.array([[1.0], [3.0]]), np.array([1.0]), np.array([0.0])).tolist()
    [0.0, -inf]
    """
    sure = error == 0.0
    scale = np.where(sure, 1.0, error)
    with np.errstate(over="ignore", invalid="ignore"):
        z = (said - observed) / scale
        terms = np.where(sure, np.where(said == observed, 0.0, -np.inf), -0.5 * z * z)
    return np.asarray(np.where(np.isnan(said), -np.inf, terms).sum(axis=1))


def weights_of(log_weight: Floats) -> Floats:
    """(draws,) weights that sum to 1. Equal ones where nothing tells the draws apart, or no draw is possible at all.

    >>> weights_of(np.log([1.0, 3.0])).tolist(), weights_of(np.array([-np.inf, -np.inf])).tolist()
    ([0.25, 0.75], [0.5, 0.5])
    """
    top = float(np.max(log_weight))
    if not math.isfinite(top):
        return np.full(len(log_weight), 1.0 / len(log_weight))
    found = np.exp(log_weight - top)
    return np.asarray(found / found.sum())


def effective(weight: Floats) -> float:
    """Effective sample size (sum w)^2 / sum w^2: as many equal draws would tell a mean as well.

    >>> effective(np.array([0.5, 0.5, 0.0])), effective(np.array([1.0, 0.0]))
    (2.0, 1.0)
    """
    return float(weight.sum() ** 2 / (weight @ weight))


def information(weight: Floats) -> float:
    """What the observations say, in nats: the divergence of the weighted draws from the equal ones.

    >>> information(np.array([0.5, 0.5])), round(information(np.array([1.0, 0.0])), 3)
    (0.0, 0.693)
    """
    known = weight[weight > 0.0]
    return max(0.0, float(np.sum(known * np.log(known * len(weight)))))


def weighted_mean(values: Floats, weight: Floats) -> tuple[float, float]:
    """Mean of (draws,) values and its standard error, by the delta method for a ratio of sums (Owen 2013, "Monte Carlo
    theory, methods and examples", 9.8).

    >>> weighted_mean(np.array([1.0, 3.0]), np.array([0.5, 0.5]))
    (2.0, 0.7071067811865476)
    """
    mean = float(weight @ values)
    return mean, float(math.sqrt(np.sum((weight * (values - mean)) ** 2)))


def moved(z: Floats, weight: Floats, before: Floats | None, chance: float) -> NDArray[np.bool_]:
    """(drivers,) whether the weights move mean or variance of (draws, drivers) normal scores by more than chance does.

    before: (draws,) weights without the observations, so that what these very draws have by chance cancels out; None:
    the draws were made for the observations, and are compared with mean 0 and variance 1 themselves. chance: that any
    driver at all is called moved though none is (Bonferroni over two moments of each). Errors by the delta method, of
    the variance in logarithms, against Student's t with as many degrees of freedom as there are effective draws.

    >>> z = np.random.default_rng(1).standard_normal((400, 2))
    >>> equal = np.full(400, 1 / 400)
    >>> moved(z, weights_of(z[:, 0]), equal, 0.05).tolist(), moved(z, equal, equal, 0.05).tolist()
    ([True, False], [False, False])
    """
    from scipy.stats import t

    mean, spread, of_mean, of_spread = _influence(z, weight)
    far_mean, far_spread = mean, np.log(spread)
    if before is not None:
        mean, spread, own_mean, own_spread = _influence(z, before)
        far_mean, far_spread = far_mean - mean, far_spread - np.log(spread)
        of_mean, of_spread = of_mean - own_mean, of_spread - own_spread
    squares = weight * weight
    tail, freedom = chance / (4.0 * max(1, z.shape[1])), float(squares.sum() ** 2 / (squares @ squares))
    # What equal weights leave is rounding, of a difference whose error is rounding as well.
    errors = [
        float(t.isf(tail, degrees)) * np.sqrt((part * part).sum(axis=0)) + 1e-9
        for part, degrees in ((of_mean, freedom), (of_spread, freedom / 7.0))
    ]
    return np.asarray((np.abs(far_mean) > errors[0]) | (np.abs(far_spread) > errors[1]))


def _influence(z: Floats, weight: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """(drivers,) weighted mean and variance, and (draws, drivers) what each draw does to the mean and to the logarithm
    of the variance."""
    mean = weight @ z
    squares = (z - mean) ** 2
    spread = np.maximum(weight @ squares, 1e-12)
    return mean, spread, weight[:, None] * (z - mean), weight[:, None] * (squares / spread - 1.0)


def weighted_quantiles(values: Floats, weight: Floats, shares: Floats) -> Floats:
    """Quantiles of (draws,) values: smallest value with at least such a share of the weight at or below it.

    >>> weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.array([0.2, 0.5, 0.3]), np.array([0.05, 0.6, 0.95])).tolist()
    [1.0, 2.0, 3.0]
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    at = np.searchsorted(reached, shares * reached[-1] * (1.0 - 1e-12))
    return np.asarray(values[order][np.minimum(at, len(values) - 1)])


def resampled(weight: Floats, count: int, rng: np.random.Generator) -> Ints:
    """(count,) positions of draws, each as often as its weight says, in random order (systematic resampling: Kitagawa
    1996, JCGS 5). Of equal weights the first ones, in their order: those that would have been taken without weights.

    >>> resampled(np.full(4, 0.25), 3, np.random.default_rng(1)).tolist()
    [0, 1, 2]
    """
    if np.ptp(weight) == 0.0 and count <= len(weight):
        return np.arange(count)
    marks = (np.arange(count) + rng.random()) / count
    at = np.minimum(np.searchsorted(np.cumsum(weight), marks), len(weight) - 1)
    return np.asarray(rng.permutation(at), dtype=np.int64)
