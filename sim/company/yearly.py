"""Key performance indicators, gathered month by month into years."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.company.world_layer import Floats
from sim.montecarlo.kpis import (
    CASH,
    COST_TO_SERVE,
    DEBT_COVER,
    GROSS_MARGIN,
    KPIS,
    MARGIN,
    NOT_IN_COVER,
    NOT_IN_PROFIT,
    PROFIT,
    SERVING,
)


class Yearly:
    """Numerator and weight of every KPI by year."""

    def __init__(self, months: int) -> None:
        years = (months + 11) // 12
        self.sums = np.zeros((len(KPIS), years))
        self.weights = np.zeros((len(KPIS), years))
        self.of_month = np.zeros((2, len(KPIS), months))  # the same, each month for itself

    def add(self, kpi: int, month: int, amount: float, weight: float) -> None:
        """A month's part of a KPI: the year's value is the sum of amounts over the sum of weights."""
        self.sums[kpi, month // 12] += amount
        self.weights[kpi, month // 12] += weight
        self.of_month[0, kpi, month] += amount
        self.of_month[1, kpi, month] += weight

    def add_money(self, flows: Floats, service: Sequence[float], cash: float) -> None:
        """The KPIs that follow from the flows (categories, months), when all are booked. service: principal and
        interest by month; cash: at the start."""
        for m in range(flows.shape[1]):
            cash += float(flows[:, m].sum())
            self.add(GROSS_MARGIN, m, float(flows[MARGIN, m]), 1.0 / 12.0)
            self.add(PROFIT, m, float(flows[:, m].sum() - flows[list(NOT_IN_PROFIT), m].sum()), 1.0 / 12.0)
            self.add(COST_TO_SERVE, m, -float(flows[list(SERVING), m].sum()), 0.0)
            self.add(CASH, m, cash, 1.0)
            self.add(DEBT_COVER, m, float(flows[:, m].sum() - flows[list(NOT_IN_COVER), m].sum()), service[m])

    def array(self) -> Floats:
        """(KPIS, years); NaN where a KPI has no value."""
        return _ratio(self.sums, self.weights)

    def by_month(self) -> Floats:
        """(KPIS, months); NaN where a KPI has no value."""
        return _ratio(*self.of_month)


def _ratio(sums: Floats, weights: Floats) -> Floats:
    out = np.full(sums.shape, np.nan)
    np.divide(sums, weights, out=out, where=weights > 0.0)
    return out
