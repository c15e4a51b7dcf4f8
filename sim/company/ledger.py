"""The ledger: every payment once, by category and month, with the cash account as its other side."""

from __future__ import annotations

import numpy as np

from sim.company.world_layer import Floats
from sim.montecarlo.kpis import CATEGORIES, FINANCE, NOT_IN_PROFIT


class Ledger:
    """Flows of money by month. Positive: money comes in. `cash` is the account itself, kept payment by payment."""

    def __init__(self, months: int, depreciation_months: int) -> None:
        self.months = months
        self.depreciation_months = depreciation_months
        self.flows = [[0.0] * months for _ in CATEGORIES]
        self.cash = [0.0] * months
        self.own_cost = [0.0] * months
        self.depreciation = [0.0] * months
        self.service = [0.0] * months  # principal and interest paid
        self.financing = 0.0  # PV of what others pay and get, at the firm's borrowing rate

    def receive(self, category: int, month: int, amount: float) -> None:
        """Money comes in; what would come after the horizon comes in the last month."""
        m = min(month, self.months - 1)
        self.flows[category][m] += amount
        self.cash[m] += amount

    def pay(self, category: int, month: int, amount: float) -> None:
        """Money goes out."""
        self.receive(category, month, -amount)

    def serve(self, month: int, amount: float) -> None:
        """Pay principal and interest."""
        self.pay(FINANCE, month, amount)
        self.service[month] += amount

    def pay_own(self, category: int, month: int, amount: float) -> None:
        """Pay a cost of the roadmap's own initiatives."""
        self.pay(category, month, amount)
        self.own_cost[month] += amount

    def depreciate(self, month: int, capital: float) -> None:
        """Straight-line depreciation from the month of payment on, for tax."""
        for m in range(month, min(self.months, month + self.depreciation_months)):
            self.depreciation[m] += capital / self.depreciation_months

    def profit(self, first: int, end: int) -> float:
        """Taxable profit of the months first .. end - 1: depreciation in place of capital and grants, no finance."""
        flows = sum(sum(row[first:end]) for k, row in enumerate(self.flows) if k not in NOT_IN_PROFIT)
        return flows - sum(self.depreciation[first:end])

    def array(self) -> Floats:
        """(categories, months)."""
        return np.array(self.flows)


def year_tax(profit: float, carried: float, rate: float) -> tuple[float, float]:
    """Tax of a year and the loss carried into the next one; a loss gives no refund.

    >>> year_tax(-100.0, 0.0, 0.25), year_tax(300.0, 100.0, 0.25)
    ((0.0, 100.0), (50.0, 0.0))
    """
    taxable = profit - carried
    return (rate * taxable, 0.0) if taxable > 0.0 else (0.0, -taxable)
