"""Realised over planned cost or duration: most projects near plan, a few far beyond it.

With probability 1 - tail_share the ratio is lognormal, conditioned on staying below 1.5; with probability tail_share it
is Pareto from 1.5 upwards, cut off at `cap`. `median` and `log_sd` are those of the lognormal before it is cut at 1.5,
so the median of the whole lies slightly elsewhere. The quantile function is continuous: both parts meet at 1.5.
"""

import math

from sim.mechanisms.elementwise import POSITIVE_FINITE, SHARE, Range, elementwise
from sim.mechanisms.normal import normal_cdf, normal_quantile

TAIL_START = 1.5
MEDIAN = Range(0.01, 100.0)
LOG_SD = Range(0.0, 5.0)
CAP = Range(TAIL_START)
# Below this probability of the body it has all its mass at the cut.
_NO_BODY = 1e-300

_normal_cdf = normal_cdf.scalar
_normal_quantile = normal_quantile.scalar


@elementwise(u=SHARE, median=MEDIAN, log_sd=LOG_SD, tail_share=SHARE, tail_exponent=POSITIVE_FINITE, cap=CAP)
def overrun_ratio(u: float, median: float, log_sd: float, tail_share: float, tail_exponent: float, cap: float) -> float:
    """The ratio realised / planned that is not exceeded with probability `u`; increasing in u.

    u < 1 - tail_share: median * exp(log_sd Phi^-1(v Phi(b))), v = u / (1 - tail_share), b = ln(1.5 / median) / log_sd;
    otherwise min(cap, 1.5 w^(-1 / tail_exponent)), w = (1 - u) / tail_share.

    u, tail_share: in [0, 1]. median: in [0.01, 100]. log_sd: in [0, 5]; 0 puts the body on min(median, 1.5).
    tail_exponent: > 0. cap: >= 1.5, possibly infinite.
    Source: fat tails of project overruns, Flyvbjerg et al. (2022), Journal of Management Information Systems 39(3).

    >>> overrun_ratio(0.4, 1.0, 0.0, 0.2, 1.2, 10.0), round(overrun_ratio(0.8, 1.0, 0.2, 0.2, 1.2, 10.0), 9)
    (1.0, 1.5)
    >>> round(overrun_ratio(0.9, 1.0, 0.2, 0.2, 1.0, 10.0), 9), overrun_ratio(1.0, 1.0, 0.2, 0.2, 1.0, 10.0)
    (3.0, 10.0)
    """
    if tail_share > 0.0 and u >= 1.0 - tail_share:
        exceeded = min(1.0, (1.0 - u) / tail_share)
        if exceeded <= 0.0:
            return cap
        growth = -math.log(exceeded) / tail_exponent
        # Compared as logarithms: e^growth itself could overflow.
        if growth >= math.log(cap / TAIL_START) or growth > 700.0:
            return cap
        return TAIL_START * math.exp(growth)
    if log_sd <= 0.0:
        return min(median, TAIL_START)
    below = _normal_cdf(math.log(TAIL_START / median) / log_sd)
    if below <= _NO_BODY:
        return TAIL_START
    return min(TAIL_START, median * math.exp(log_sd * _normal_quantile(min(1.0, u / (1.0 - tail_share)) * below)))


@elementwise(median=MEDIAN, log_sd=LOG_SD, tail_share=SHARE, tail_exponent=POSITIVE_FINITE, cap=CAP)
def overrun_mean(median: float, log_sd: float, tail_share: float, tail_exponent: float, cap: float) -> float:
    """Mean of the ratio: (1 - tail_share) * body + tail_share * tail.

    body = median e^{log_sd^2/2} Phi(b - log_sd) / Phi(b), b = ln(1.5 / median) / log_sd;
    tail = 1.5 (1 + ((cap / 1.5)^{1 - alpha} - 1) / (1 - alpha)), for alpha = 1 the limit 1.5 (1 + ln(cap / 1.5)).
    Infinite for alpha <= 1 without a cap. Arguments and source as `overrun_ratio`.

    >>> round(overrun_mean(1.0, 0.0, 0.2, 2.0, float("inf")), 9)
    1.4
    """
    if log_sd <= 0.0:
        body = min(median, TAIL_START)
    else:
        bound = math.log(TAIL_START / median) / log_sd
        below = _normal_cdf(bound)
        if below <= _NO_BODY:
            body = TAIL_START
        else:
            body = median * math.exp(0.5 * log_sd * log_sd) * _normal_cdf(bound - log_sd) / below
    if tail_share <= 0.0:
        return body
    spread = math.log(cap / TAIL_START)
    power = 1.0 - tail_exponent
    if power * spread > 700.0:
        tail = math.inf
    elif power == 0.0:
        tail = TAIL_START * (1.0 + spread)
    else:
        tail = TAIL_START * (1.0 + math.expm1(power * spread) / power)
    return (1.0 - tail_share) * body + tail_share * tail
