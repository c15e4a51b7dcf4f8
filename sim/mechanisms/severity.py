"""Size of a loss: a lognormal body through median and 95th percentile, a generalised Pareto tail above it.

With p = the 95th percentile, the lognormal has mu = ln median and sigma = ln(p / median) / z, z = 1.6449. Above p the
excess is generalised Pareto with index xi and scale 0.05 / f(p), f the lognormal density, so that the density is
continuous at p. xi = 0 is an exponential tail; the mean exists for xi < 1 only. A cap on single losses is
`min(x, cap)`, with mean `severity_limited_mean(cap, ...)`.
"""

import math

from sim.mechanisms.elementwise import NON_NEGATIVE, SHARE, Range, elementwise
from sim.mechanisms.normal import normal_cdf, normal_quantile

# Beyond these ranges e^{mu + sigma^2 / 2} would overflow; no loss in any currency comes near them.
MONEY = Range(1e-6, 1e15)
LOG_MEAN = Range(-100.0, 100.0)
LOG_SD = Range(0.0, 30.0, open_low=True)
TAIL_INDEX = Range(0.0, 1.0, open_high=True)

_Z95 = normal_quantile.scalar(0.95)
# 0.05 / phi(z): the tail's scale is this times sigma times the 95th percentile.
_SCALE_FACTOR = 0.05 * math.sqrt(2.0 * math.pi) * math.exp(0.5 * _Z95 * _Z95)

_normal_cdf = normal_cdf.scalar
_normal_quantile = normal_quantile.scalar


@elementwise(limit=NON_NEGATIVE, mu=LOG_MEAN, sigma=LOG_SD)
def lognormal_limited_mean(limit: float, mu: float, sigma: float) -> float:
    """Limited expected value E[min(X, limit)] of X = exp(mu + sigma Z).

    LEV(l) = e^{mu + sigma^2/2} Phi((ln l - mu - sigma^2) / sigma) + l Phi(-(ln l - mu) / sigma); the mean for an
    infinite limit.

    limit: money, >= 0. Source: Klugman, Panjer, Willmot (2012), Loss Models, 4th edition, appendix A.

    >>> round(lognormal_limited_mean(50000.0, 10.5, 1.6), 4)
    31584.9467
    >>> round(lognormal_limited_mean(float("inf"), 10.5, 1.6), 4)
    130613.7796
    """
    if limit <= 0.0:
        return 0.0
    mean = math.exp(mu + 0.5 * sigma * sigma)
    if limit == math.inf:
        return mean
    z = (math.log(limit) - mu) / sigma
    return mean * _normal_cdf(z - sigma) + limit * _normal_cdf(-z)


_lognormal_limited_mean = lognormal_limited_mean.scalar


@elementwise(p95_ratio=Range(1.0, 1e6))
def mean_over_median(p95_ratio: float) -> float:
    """Mean of a lognormal over its median: e^{sigma^2 / 2}, sigma = ln(p95 / median) / z.

    p95_ratio: 95th percentile over the median, >= 1. Source: Klugman, Panjer, Willmot (2012), Loss Models, appendix A.

    >>> mean_over_median(1.0), round(mean_over_median(5.0), 4)
    (1.0, 1.614)
    """
    return math.exp(0.5 * (math.log(p95_ratio) / _Z95) ** 2)


@elementwise(u=SHARE, median=MONEY, p95=MONEY, tail_index=TAIL_INDEX, ascending=("median", "p95"))
def severity_quantile(u: float, median: float, p95: float, tail_index: float) -> float:
    """The loss that is not exceeded with probability `u`; infinite at u = 1.

    u <= 0.95: exp(mu + sigma Phi^-1(u)); above: p95 + scale (w^-xi - 1) / xi with w = (1 - u) / 0.05, or, for xi = 0,
    p95 - scale ln w.

    u: in [0, 1]. median < p95: money. tail_index: xi in [0, 1).
    Source: body and tail as in McNeil, Frey, Embrechts (2015), Quantitative Risk Management, section 5.2.

    >>> severity_quantile(0.5, 20000.0, 200000.0, 0.3), round(severity_quantile(0.95, 20000.0, 200000.0, 0.3), 6)
    (20000.0, 200000.0)
    >>> severity_quantile(0.999, 20000.0, 200000.0, 0.3) > severity_quantile(0.999, 20000.0, 200000.0, 0.0)
    True
    """
    if u <= 0.0:
        return 0.0
    if u >= 1.0:
        return math.inf
    sigma = math.log(p95 / median) / _Z95
    if u <= 0.95:
        return min(p95, median * math.exp(sigma * _normal_quantile(u)))
    exceeded = math.log((1.0 - u) / 0.05)
    scale = _SCALE_FACTOR * sigma * p95
    if tail_index <= 0.0:
        return p95 - scale * exceeded
    return p95 + scale * math.expm1(-tail_index * exceeded) / tail_index


@elementwise(limit=NON_NEGATIVE, median=MONEY, p95=MONEY, tail_index=TAIL_INDEX, ascending=("median", "p95"))
def severity_limited_mean(limit: float, median: float, p95: float, tail_index: float) -> float:
    """Limited expected value E[min(X, limit)] of a loss X with these quantiles and tail.

    Up to p95 the lognormal's; beyond it LEV(p95) + 0.05 scale / (1 - xi) (1 - (1 + xi y / scale)^{1 - 1/xi}) with
    y = limit - p95.

    limit: money, >= 0, infinite for the mean. Source: the integral of the survival function of `severity_quantile`.

    >>> layer = severity_limited_mean(110000.0, 2e4, 2e5, 0.3) - severity_limited_mean(10000.0, 2e4, 2e5, 0.3)
    >>> round(layer)
    26628
    """
    sigma = math.log(p95 / median) / _Z95
    body = _lognormal_limited_mean(min(limit, p95), math.log(median), sigma)
    if limit <= p95:
        return body
    scale = _SCALE_FACTOR * sigma * p95
    excess = (limit - p95) / scale
    if tail_index <= 0.0:
        return body - 0.05 * scale * math.expm1(-excess)
    growth = (tail_index - 1.0) / tail_index * math.log1p(tail_index * excess)
    return body - 0.05 * scale / (1.0 - tail_index) * math.expm1(growth)


@elementwise(median=MONEY, p95=MONEY, tail_index=TAIL_INDEX, ascending=("median", "p95"))
def severity_mean(median: float, p95: float, tail_index: float) -> float:
    """Mean loss: LEV(p95) of the lognormal + 0.05 scale / (1 - xi).

    Source: `severity_limited_mean` without limit.

    >>> round(severity_mean(2e4, 2e5, 0.3))
    51490
    """
    sigma = math.log(p95 / median) / _Z95
    body = _lognormal_limited_mean(p95, math.log(median), sigma)
    return body + 0.05 * _SCALE_FACTOR * sigma * p95 / (1.0 - tail_index)
