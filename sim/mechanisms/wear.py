"""Weibull ageing: cumulative hazard and its inverse, the clock on which failures are counted."""

import math

from sim.mechanisms.elementwise import NON_NEGATIVE, POSITIVE_FINITE, elementwise


@elementwise(shape=POSITIVE_FINITE, scale=POSITIVE_FINITE)
def weibull_cumulative_hazard(age: float, shape: float, scale: float) -> float:
    """Expected failures up to `age` of a system under minimal repair.

    H(age) = (age / scale)^shape; survival to `age` is e^{-H}; 0 for age <= 0. The mean number of failures between two
    ages under minimal repair is the difference of H.

    age, scale: same unit, scale > 0. shape: > 0; below 1 early failures, above 1 wear.
    Source: Barlow and Proschan (1965), Mathematical Theory of Reliability.

    >>> weibull_cumulative_hazard(6.0, 2.0, 3.0)
    4.0
    """
    if age <= 0.0:
        return 0.0
    ratio = age / scale
    if ratio > 1.0 and shape * math.log(ratio) > 709.0:
        return math.inf
    return math.pow(ratio, shape)


@elementwise(h=NON_NEGATIVE, shape=POSITIVE_FINITE, scale=POSITIVE_FINITE)
def weibull_inverse_cumulative_hazard(h: float, shape: float, scale: float) -> float:
    """Age at which the cumulative hazard reaches `h`: scale * h^(1 / shape).

    With a unit-exponential threshold for `h` this is a Weibull life; a system of age a fails first at the inverse of
    H(a) + threshold. 0 for h = 0. Source: as `weibull_cumulative_hazard`.

    >>> weibull_inverse_cumulative_hazard(4.0, 2.0, 3.0)
    6.0
    """
    if h <= 0.0:
        return 0.0
    if h > 1.0 and math.log(h) > 709.0 * shape:
        return math.inf
    return scale * math.pow(h, 1.0 / shape)
