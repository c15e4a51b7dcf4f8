"""What the business is worth at the end of each year."""

from __future__ import annotations

from sim.company.effects import Effects
from sim.company.ledger import Ledger
from sim.mechanisms.market import business_value
from sim.montecarlo.kpis import DELIVERY, NOT_IN_PROFIT


def value_by_year(effects: Effects, ledger: Ledger) -> list[float]:
    """A multiple of the year's sustainable earnings: without delivery, which is spent once, less depreciation, over a
    full year, after tax. The multiple is that of the year's last month."""
    table = effects.draw.table
    slots = [
        table.slot[f"valuation.{name}"]
        for name in ("multiple", "recurring_share", "recurring_premium", "risk_discount")
    ]
    lasting = [row for c, row in enumerate(ledger.flows) if c not in NOT_IN_PROFIT and c != DELIVERY]
    worth = []
    for first in range(0, ledger.months, 12):
        end = min(first + 12, ledger.months)
        earnings = sum(sum(row[first:end]) for row in lasting) - sum(ledger.depreciation[first:end])
        numbers = (effects.at_month(slot, end - 1) for slot in slots)
        tax_rate = float(table.scenario.profile.tax_rate)
        worth.append(business_value.scalar(earnings * 12.0 / (end - first), tax_rate, *numbers))
    return worth
