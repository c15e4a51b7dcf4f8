"""What is gathered of the trajectories of a roadmap, block by block, in memory that does not grow with the draws."""

from __future__ import annotations

import math

import numpy as np

from sim.measures.exceedance import Exceedance, LossGrid
from sim.measures.moments import Moments
from sim.measures.sketch import QuantileSketch
from sim.mechanisms.normal import normal_quantile
from sim.montecarlo.block import Block
from sim.montecarlo.kpis import FINANCED, FLOW, INSURED, LOSS
from sim.montecarlo.structures import Floats
from sim.rate_of_return import RateCollector
from sim.trajectories import LOSSES, NOTABLE, SERIES, SHARES, Fan, Notable

CONFIDENCE = 0.95


class TrajectoryCollector:
    """Gathers fans, losses and rates of the first roadmap after the empty one; give its `add` as `collect`.

    Only the NPV of each draw is kept for every draw (8 bytes), to find the worst, median and best one.
    """

    def __init__(self, months: int, cash: float, discount_rate: float) -> None:
        self.months = months
        self.rates = RateCollector(months, discount_rate)
        self._cash = cash
        streams = len(SERIES) * months
        self._sketch, self._moments = QuantileSketch(streams), Moments(streams)
        self._years = months // 12
        self._annual = {name: LossGrid(self._years) for name in LOSSES} if self._years else None
        self._whole = {name: LossGrid(1) for name in LOSSES}
        self._values: Floats = np.empty((0, 0, 0))
        self._npv: list[Floats] = []
        self._first = 0

    def add(self, block: Block) -> None:
        """Take a block; the blocks of consecutive draws come in their order."""
        if not self._npv:
            self._first = block.first
        self._npv.append(block.npv[:, 1].copy())
        self.rates.add(block)
        values = self._series(block)
        self._sketch.add(values)
        self._moments.add(values)
        for row, name in enumerate(("baseline", "roadmap")):
            gross = block.trajectories[row, LOSS]
            self._count(name, gross)
            self._count(f"{name}_net", gross - block.trajectories[row, INSURED])

    def _series(self, block: Block) -> Floats:
        """(series * months, draws) in the order of SERIES."""
        base, own = block.trajectories[:2]
        shape = (len(SERIES), *own.shape[1:])
        if self._values.shape != shape:  # new memory for each block would cost more than the sums
            self._values = np.empty(shape)
        values = self._values
        np.subtract(own[FLOW], base[FLOW], out=values[0])
        for row, of in ((1, own), (2, base)):
            np.add(of[FLOW], of[FINANCED], out=values[row])
            values[row, 0] += self._cash
        for m in range(
            1, self.months
        ):  # by month, along draws: NumPy's cumsum over the first axis takes six times as long
            values[:, m] += values[:, m - 1]
        return values.reshape(-1, own.shape[2])

    def _count(self, name: str, losses: Floats) -> None:
        """losses: (months, draws)"""
        self._whole[name].add(losses.sum(axis=0)[np.newaxis, :])
        if self._annual is not None:
            whole_years = losses[: 12 * self._years].reshape(self._years, 12, -1)
            self._annual[name].add(whole_years.sum(axis=1))

    @property
    def rank_error(self) -> float:
        return self._sketch.rank_error

    def fans(self) -> dict[str, Fan]:
        """By name of SERIES."""
        n, error = self._sketch.count, self._moments.error
        low, high = quantile_shares(n, self._sketch.rank_error)
        asked = np.concatenate([SHARES, np.nan_to_num(low, nan=0.5), np.nan_to_num(high, nan=0.5)])
        found = self._sketch.quantiles(asked).reshape(3, len(SHARES), len(SERIES), self.months)
        found[1, np.isnan(low)] = math.nan
        found[2, np.isnan(high)] = math.nan
        mean = self._moments.mean.reshape(-1, self.months)
        errors = None if error is None else error.reshape(-1, self.months)
        return {
            name: Fan(mean[s], None if errors is None else errors[s], found[0, :, s], found[1, :, s], found[2, :, s])
            for s, name in enumerate(SERIES)
        }

    def losses(self) -> tuple[dict[str, Exceedance] | None, dict[str, Exceedance]]:
        """Of a year, and of the whole horizon, by name of LOSSES."""
        annual = None if self._annual is None else {name: grid.result() for name, grid in self._annual.items()}
        return annual, {name: grid.result() for name, grid in self._whole.items()}

    def notable(self) -> tuple[Notable, ...]:
        """The draws with the lowest, the (lower) median and the highest NPV; the first of equal ones."""
        npv = np.concatenate(self._npv)
        order = np.argsort(npv, kind="stable")
        best = int(np.argmax(npv))
        places = (int(order[0]), int(order[(len(npv) - 1) // 2]), best)
        return tuple(Notable(name, self._first + at, float(npv[at])) for name, at in zip(NOTABLE, places, strict=True))


def quantile_shares(n: int, rank_error: float) -> tuple[Floats, Floats]:
    """Shares whose sample quantiles bound the true ones at SHARES with 95 %; NaN where the sample is too small.

    The number of values below a true quantile is binomial. With its normal approximation, and sample quantiles that
    lie between the values (type 7), the coverage is 94 to 95.5 % for every n from the smallest on; the error of the
    ranks widens the interval.

    >>> low, high = quantile_shares(10_000, 0.0)
    >>> low.round(4).tolist()
    [0.0457, 0.2415, 0.4902, 0.7415, 0.9457]
    >>> bool(np.isnan(quantile_shares(50, 0.0)[0][0]))
    True
    """
    z, p = normal_quantile(0.5 + 0.5 * CONFIDENCE), np.array(SHARES)
    half = z * np.sqrt(p * (1.0 - p) / n) + rank_error
    low, high = p - half, p + half
    enough = (low > 0.0) & (high < 1.0)
    return np.where(enough, low, math.nan), np.where(enough, high, math.nan)
