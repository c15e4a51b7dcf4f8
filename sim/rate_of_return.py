"""Internal rate of return of a roadmap: of the mean incremental flow, with its error, and in how many draws one exists.

Random losses give the flow of most draws several sign changes, hence several rates or none. So the rate is that of the
mean flow, before finance and within the horizon (a residual value is not cash), and beside it stand the shares of draws
with no, one and several rates, and the modified rate, which is always one. A rate at or below LOWEST is no return of
the roadmap: at it the last months outweigh all others. A tax that is due after the last income gives most flows such a
rate; it is listed and not counted.

Both rates are smooth functions of the mean flow, so their errors follow from its covariance (delta method). The
interval of the internal rate holds the rates at which the mean present value is not distinguishable from zero (Fieller
1954), which needs no such smoothness. Of points, the covariance is that of the mean flows of their randomisations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.measures import irr_count, irr_with_reason, mirr, wilson_interval
from sim.measures.intervals import student
from sim.measures.moments import Moments
from sim.mechanisms.normal import normal_quantile
from sim.montecarlo.block import Block
from sim.montecarlo.kpis import FLOW

Floats = NDArray[np.float64]
COUNTED = 4096  # draws whose rates are counted: their shares are then known to 1.6 percentage points at worst
CONFIDENCE = 0.95
NORMAL = normal_quantile(0.5 + 0.5 * CONFIDENCE)  # standard errors to either side
LOWEST = -0.9  # a year: money of a year later would count ten times
LOWEST_MONTHLY = (1.0 + LOWEST) ** (1.0 / 12.0) - 1.0
LARGEST = 300.0  # logarithm of the discount factor of the last month, beyond which squares of it are no numbers
STEPS, FARTHEST = 8, 12.0  # of the search for the ends of an interval: steps a standard error, errors at most
SEVERAL = "the mean flow has several rates: none of them is the return of the roadmap"
TOO_LOW = f"the mean flow has no rate above {100 * LOWEST:.0f} % a year"
NO_SIGN = "the mean flow needs an inflow and an outflow"


@dataclass(frozen=True)
class Rate:
    """A yearly rate, its standard error and its interval. What does not exist is None; reason says why."""

    value: float | None
    se: float | None
    low: float | None
    high: float | None
    reason: str | None

    def as_dict(self) -> dict[str, Any]:
        """For a JSON document; shares a year."""
        return {"value": self.value, "se": self.se, "low": self.low, "high": self.high, "reason": self.reason}


@dataclass(frozen=True)
class RatesOfReturn:
    """irr: of the mean incremental flow, its only rate above LOWEST. all_rates: all above -100 %, ascending. mirr: at
    `finance_rate` for what is spent and earned alike, a year. counted: draws, of which so many have none, one and
    several rates above LOWEST."""

    irr: Rate
    all_rates: tuple[float, ...]
    mirr: Rate
    finance_rate: float
    counted: int
    none: int
    one: int
    several: int

    def share(self, of: str) -> tuple[float, float, float]:
        """Share of the counted draws with `none`, `one` or `several` rates, and its interval."""
        found = int(getattr(self, of))
        return (found / self.counted, *wilson_interval(found, self.counted, CONFIDENCE))

    def document(self) -> dict[str, Any]:
        """The keys `irr` and `mirr` of a JSON document."""
        shares = {
            f"share_{of}": dict(zip(("share", "low", "high"), self.share(of), strict=True))
            for of in ("none", "one", "several")
        }
        counted = {"draws_counted": self.counted, **shares}
        return {
            "irr": {**self.irr.as_dict(), "rates": list(self.all_rates), **counted},
            "mirr": {**self.mirr.as_dict(), "finance_rate": self.finance_rate},
        }


class RateCollector:
    """Gathers what `rates_of_return` needs of the blocks of `evaluate`; give its `add` as `collect`.

    months: of the horizon. discount_rate: a year. row: of the roadmap, 1 for the first after the empty one.
    randomisations: of the points that the draws are, draw i of number i mod randomisations; the spread of their mean
    flows gives the errors. 1 for pseudo-random draws.
    """

    def __init__(self, months: int, discount_rate: float, row: int = 1, randomisations: int = 1) -> None:
        self._flow = Moments(months, covariance=randomisations == 1)
        self._sums = np.zeros((randomisations, months))
        self._counts = np.zeros((randomisations, 1))
        self._rate = discount_rate
        self._row = row
        self._numbers = np.zeros(3, dtype=np.int64)

    def add(self, block: Block) -> None:
        """Take a block."""
        flow = block.trajectories[self._row, FLOW] - block.trajectories[0, FLOW]
        left = COUNTED - int(self._numbers.sum())
        if left > 0:
            counts = np.minimum(irr_count(np.ascontiguousarray(flow[:, :left].T), LOWEST_MONTHLY), 2)
            self._numbers += np.bincount(counts, minlength=3)
        self._flow.add(flow)
        runs = len(self._sums)
        for run in range(runs if runs > 1 else 0):
            own = flow[:, (run - block.first) % runs :: runs]
            self._sums[run] += own.sum(axis=1)
            self._counts[run] += own.shape[1]

    def result(self) -> RatesOfReturn:
        """Rates of what was gathered so far. ValueError before the first block."""
        if not self._flow.count:
            raise ValueError("no draws were collected")
        runs, numbers = len(self._sums), tuple(int(c) for c in self._numbers)
        reach = student(runs - 1, CONFIDENCE) if runs > 1 else NORMAL
        return rates_of_return(self._flow.mean, self._covariance(), self._rate, numbers, reach)

    def _covariance(self) -> Floats | None:
        """(months, months) of the mean flow as an estimate; None where it is not known."""
        n, runs = self._flow.count, len(self._sums)
        if runs > 1:
            return np.atleast_2d(np.cov((self._sums / self._counts).T)) / runs if self._counts.all() else None
        return self._flow.covariance / n if n > 1 else None


def rates_of_return(
    flow: Floats, covariance: Floats | None, discount_rate: float, numbers: tuple[int, ...], reach: float = NORMAL
) -> RatesOfReturn:
    """Rates of a mean flow (months,) whose covariance as an estimate is (months, months), None where it is not known.

    discount_rate: a year, at which the modified rate finances and reinvests. numbers: draws with no, one, several
    rates. reach: standard errors to either side that an interval of 95 % takes, more than the normal ones where the
    covariance comes from few values.

    >>> found = rates_of_return(np.array([-100.0] + [0.0] * 11 + [110.0]), None, 0.05, (0, 1, 0))
    >>> round(found.irr.value, 9), round(found.mirr.value, 9)
    (0.1, 0.1)
    """
    rates, reason = irr_with_reason(flow)
    yearly = tuple(math.expm1(12.0 * math.log1p(rate)) for rate in rates)
    counted = rates[rates > LOWEST_MONTHLY]
    if len(counted) == 1:
        found = _internal(flow, covariance, float(counted[0]), reach)
    elif len(counted):
        found = Rate(None, None, None, None, SEVERAL)
    else:
        found = Rate(None, None, None, None, TOO_LOW if reason is None else reason.value)
    modified = _modified(flow, covariance, (1.0 + discount_rate) ** (1.0 / 12.0) - 1.0, reach)
    none, one, several = numbers
    return RatesOfReturn(found, yearly, modified, discount_rate, none + one + several, none, one, several)


def _internal(flow: Floats, covariance: Floats | None, rate: float, reach: float) -> Rate:
    """The only rate of the flow, a month; its interval a year."""
    growth = math.log1p(rate)
    value = math.expm1(12.0 * growth)
    if covariance is None:
        return Rate(value, None, None, None, "the error needs more than one draw")
    months = np.arange(len(flow))
    slope = -float(np.sum(months * flow * np.exp(-growth * months)))
    error = _size(np.exp(-growth * months), covariance) / abs(slope) if slope else math.inf
    if not math.isfinite(error):
        return Rate(value, None, None, None, "the present value does not depend on the rate there: no error is known")
    se = 12.0 * math.exp(12.0 * growth) * error
    ends = [_end(flow, covariance, growth, side * error, reach) for side in (-1.0, 1.0)]
    if None in ends:
        return Rate(value, se, None, None, "the draws do not bound the rate: more are needed")
    low, high = (math.expm1(12.0 * end) for end in ends if end is not None)
    return Rate(value, se, low, high, None)


def _end(flow: Floats, covariance: Floats, growth: float, error: float, reach: float) -> float | None:
    """Where, going by `error` from the growth rate of the root, the mean present value leaves its own error for good;
    None if it does not within FARTHEST errors."""
    if error == 0.0:
        return growth
    months = np.arange(len(flow))

    def distinct(at: float) -> bool:
        discount = np.exp(-at * months)
        return abs(float(discount @ flow)) > reach * _size(discount, covariance)

    inside, farthest = growth, LARGEST / len(flow)
    for step in range(1, int(FARTHEST * STEPS) + 1):
        outside = growth + error * step / STEPS
        if abs(outside) > farthest:
            return None
        if distinct(outside):
            for _ in range(50):
                middle = 0.5 * (inside + outside)
                inside, outside = (inside, middle) if distinct(middle) else (middle, outside)
            return 0.5 * (inside + outside)
        inside = outside
    return None


def _modified(flow: Floats, covariance: Floats | None, rate: float, reach: float) -> Rate:
    """Modified internal rate of return at a monthly rate; yearly, with the error by the delta method."""
    monthly = float(mirr(flow, rate, rate))
    if math.isnan(monthly):
        return Rate(None, None, None, None, NO_SIGN)
    growth = 12.0 * math.log1p(monthly)
    if covariance is None:
        return Rate(math.expm1(growth), None, None, None, "the error needs more than one draw")
    months = np.arange(len(flow))
    discount = np.exp(-math.log1p(rate) * months)
    inflow, outflow = (float(np.sum(np.maximum(sign * flow, 0.0) * discount)) for sign in (1.0, -1.0))
    gradient = 12.0 / (len(flow) - 1) * discount * np.where(flow > 0.0, 1.0 / inflow, 1.0 / outflow)
    error = _size(gradient, covariance)
    low, high = (math.expm1(growth + side * reach * error) for side in (-1.0, 1.0))
    return Rate(math.expm1(growth), math.exp(growth) * error, low, high, None)


def _size(weights: Floats, covariance: Floats) -> float:
    """Standard error of a weighted sum of the mean flow."""
    return math.sqrt(max(0.0, float(weights @ (covariance @ weights))))
