"""Present value, modified rate of return, payback and annuities of periodic cash flows.

A flow of n + 1 values has its first value at time 0 and its last at time n. Functions take one flow, or an array with
flows along the last axis, and return a float or an array of the leading shape.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.measures.checks import finite_array, number_or_array, rate_above_minus_one


def npv(rate: ArrayLike, cashflows: ArrayLike) -> Any:
    """Net present value: sum of cashflows[k] / (1 + rate)^k, the first flow at time 0.

    rate: per period, above -1; a number, or an array of the leading shape of `cashflows`. For a yearly rate r and
    months pass (1 + r)^(1/12) - 1. cashflows: shape (..., n + 1), money. Returns a float, or an array of shape (...).
    ValueError for flows that are empty or not finite, and for rates at or below -1.

    >>> round(npv(0.05, [-15000, 1500, 2500, 3500, 4500, 6000]), 2)
    122.89
    >>> npv(0.0, [[-1, 2], [3, 4]])
    array([1., 7.])
    """
    flows = finite_array("cashflows", cashflows)
    rates = rate_above_minus_one("rate", rate)
    growth = np.log1p(rates)[..., np.newaxis]
    discount = np.exp(-growth * np.arange(flows.shape[-1]))
    return number_or_array(np.sum(flows * discount, axis=-1))


def annuity_factor(rate: float, periods: float) -> float:
    """Present value of 1 paid at the end of each of `periods` periods: (1 - (1 + rate)^-n) / rate, n for rate 0.

    A loan of L is served by L / annuity_factor per period. rate: above -1. periods: >= 0.

    >>> round(12000 * annuity_factor(0.07, 20), 2), annuity_factor(0.0, 12)
    (127128.17, 12.0)
    """
    rate_above_minus_one("rate", rate)
    if not (math.isfinite(periods) and periods >= 0.0):
        raise ValueError(f"periods must be finite and >= 0, got {periods}")
    if rate == 0.0:
        return float(periods)
    return -math.expm1(-periods * math.log1p(rate)) / rate


def mirr(cashflows: ArrayLike, finance_rate: float, reinvest_rate: float) -> Any:
    """Modified internal rate of return per period.

    (future value of the inflows at reinvest_rate / present value of the outflows at finance_rate)^(1/n) - 1. One value
    where `irr` may have several; NaN where it is undefined: without an inflow, without an outflow, or for one flow.

    cashflows: shape (..., n + 1). Rates per period, above -1. Returns a float, or an array of shape (...).
    Source: Lin (1976), The modified internal rate of return and investment criterion, The Engineering Economist 21(4).

    >>> round(mirr([-120000, 39000, 30000, 21000, 37000, 46000], 0.10, 0.12), 6)
    0.126094
    """
    flows = finite_array("cashflows", cashflows)
    rate_above_minus_one("finance_rate", finance_rate)
    rate_above_minus_one("reinvest_rate", reinvest_rate)
    periods = flows.shape[-1] - 1
    inflow = np.asarray(npv(reinvest_rate, np.maximum(flows, 0.0)))
    outflow = -np.asarray(npv(finance_rate, np.minimum(flows, 0.0)))
    defined = (inflow > 0.0) & (outflow > 0.0) & (periods > 0)
    ratio = np.divide(inflow, outflow, out=np.full(inflow.shape, math.nan), where=defined)
    return number_or_array(np.power(ratio, 1.0 / max(periods, 1)) * (1.0 + reinvest_rate) - 1.0)


def payback(cashflows: ArrayLike) -> Any:
    """Periods until the cumulative flow is recovered for good, interpolated inside the period of recovery.

    The time from which the cumulative flow stays at or above zero: after the last recovery, not the first. 0 if it
    never falls below zero, infinity if it ends below. Undiscounted; pass discounted flows for discounted payback.

    Cumulative values within rounding error of zero count as recovered, so that -0.3, 0.1, 0.1, 0.1 pays back at 3.
    cashflows: shape (..., n + 1), money. Returns a float, or an array of shape (...), in periods.

    >>> payback([-1000, 500, 400, 300, 200, 100]), payback([-1000, 100]), payback([5, 1])
    (2.3333333333333335, inf, 0.0)
    >>> payback([-10, 20, -15, 10])
    2.5
    """
    flows = finite_array("cashflows", cashflows)
    cumulative = np.cumsum(flows, axis=-1)
    rounding = np.finfo(np.float64).eps * np.cumsum(np.abs(flows), axis=-1) * np.arange(1, flows.shape[-1] + 1)
    below = cumulative < -rounding
    last_index = flows.shape[-1] - 1
    last_below = last_index - np.argmax(below[..., ::-1], axis=-1)
    following = np.minimum(last_below + 1, last_index)
    owed = -_pick(cumulative, last_below)
    recovered = _pick(flows, following)
    ever = below.any(axis=-1)
    within = np.divide(owed, recovered, out=np.zeros_like(owed), where=ever & (last_below < last_index))
    result = np.where(ever, np.where(last_below < last_index, last_below + np.minimum(within, 1.0), math.inf), 0.0)
    return number_or_array(result)


def _pick(values: NDArray[np.float64], index: NDArray[np.intp]) -> NDArray[np.float64]:
    picked: NDArray[np.float64] = np.take_along_axis(values, np.asarray(index)[..., np.newaxis], axis=-1)[..., 0]
    return picked
