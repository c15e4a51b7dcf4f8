"""What a planner has observed at a review: the KPIs of the year before it, each with an error of measurement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.policies_rolling.rolling import Past
from sim.mechanisms.normal import normal_quantile
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import KPI_NAMES
from sim.streams import stream_key, uniforms

if TYPE_CHECKING:
    from sim.world import Scenario

Floats = NDArray[np.float64]
YEAR = 12
STREAM = "policies/measurement"


class Observations:
    """Figures of two ranges of draws by past and review month, simulated when they are asked for.

    Only what has begun before the review is simulated: no figure of a month before it depends on what begins later.
    error: standard deviation of a measured figure over its mean level, drawn anew for each draw, KPI and review.
    """

    def __init__(
        self, scenario: Scenario, ranges: tuple[range, range], seed: int, error: float, threads: int | None
    ) -> None:
        self._scenario, self._ranges, self._seed = scenario, ranges, seed
        self._error, self._threads = error, threads
        self.simulated = 0

    def __call__(self, past: Past, month: int) -> tuple[Floats, Floats]:
        """(draws, KPIs) of each range of draws."""
        seen = [self._kpis(dict(past), month, draws) for draws in self._ranges]
        known = ~np.isnan(seen[0])
        level = np.abs(np.where(known, seen[0], 0.0).sum(axis=0)) / np.maximum(known.sum(axis=0), 1)
        self.simulated += 1
        return (
            seen[0] + self._error * level * self._noise(self._ranges[0], month),
            seen[1] + self._error * level * self._noise(self._ranges[1], month),
        )

    def _kpis(self, starts: dict[str, int], month: int, draws: range) -> Floats:
        found = evaluate(
            self._scenario, starts, len(draws), self._seed, first_draw=draws.start, by_month=True, threads=self._threads
        )
        months = found[0].kpis[:, :, max(0, month - YEAR) : month]
        known = ~np.isnan(months)
        count = known.sum(axis=2)
        total = np.where(known, months, 0.0).sum(axis=2)
        return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0))

    def _noise(self, draws: range, month: int) -> Floats:
        if self._error == 0.0:
            return np.zeros((len(draws), len(KPI_NAMES)))
        numbers = np.arange(draws.start, draws.stop, dtype=np.int64)
        marks = uniforms(stream_key(self._seed, f"{STREAM}/{month}"), numbers, np.arange(len(KPI_NAMES)))
        return np.asarray(np.vectorize(normal_quantile, otypes=[float])(marks))
