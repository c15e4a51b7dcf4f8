"""Key performance indicators, gathered month by month into years."""

from __future__ import annotations

import numpy as np

from sim.company.world_layer import Floats
from sim.montecarlo.kpis import KPIS


class Yearly:
    """Numerator and weight of every KPI by year."""

    def __init__(self, months: int) -> None:
        years = (months + 11) // 12
        self.sums = np.zeros((len(KPIS), years))
        self.weights = np.zeros((len(KPIS), years))

    def add(self, kpi: int, month: int, amount: float, weight: float) -> None:
        """A month's part of a KPI: the year's value is the sum of amounts over the sum of weights."""
        self.sums[kpi, month // 12] += amount
        self.weights[kpi, month // 12] += weight

    def array(self) -> Floats:
        """(KPIS, years); NaN where a KPI has no value."""
        out = np.full(self.sums.shape, np.nan)
        np.divide(self.sums, self.weights, out=out, where=self.weights > 0.0)
        return out
