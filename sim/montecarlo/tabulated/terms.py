"""When flows count, and how they are taxed: what turns flows into numbers that add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.montecarlo.kpis import CAPITAL, CATEGORIES, FINANCE, GRANT, NOT_IN_PROFIT, TAX
from sim.montecarlo.structures import Calendar, Floats, Ints


@dataclass(frozen=True)
class Terms:
    """Discounting and tax years of a scenario.

    discount: (months,). year: (months,) number of the tax year. charged: (months, years) share of what is bought in a
    month that is depreciated in a year. rate: (years,) tax on a profit times the discount of the month in which it is
    paid. counted: (categories,) 1 where a flow is in NPV before tax. profit: 1 where it is in the taxable profit.
    spread: 1 where depreciation stands in its place.
    """

    discount: Floats
    year: Ints
    charged: Floats
    rate: Floats
    counted: Floats
    profit: Floats
    spread: Floats

    @property
    def rows(self) -> int:
        """Numbers of a path: worth before tax, then the profit of each tax year."""
        return 1 + len(self.rate)


def terms_of(calendar: Calendar) -> Terms:
    """Tax years run from month 0, end with the horizon and with the run-off; see `ledger.book_tax`."""
    months, horizon, life = calendar.months, calendar.horizon, calendar.depreciation_months
    year = np.zeros(months, dtype=np.int64)
    rate: list[float] = []
    start = 0
    while start < months:
        last = horizon - 1 if start < horizon else months - 1
        end = min(start + 12, last + 1)
        year[start:end] = len(rate)
        rate.append(calendar.tax_rate * float(calendar.discount[min(end + 2, last)]))
        start = end
    charged = np.zeros((months, len(rate)))
    for bought in range(months):
        for later in range(bought, min(months, bought + life)):
            charged[bought, year[later]] += 1.0 / life
    number = np.arange(len(CATEGORIES))
    return Terms(
        discount=np.ascontiguousarray(calendar.discount),
        year=year,
        charged=charged,
        rate=np.array(rate),
        counted=(~np.isin(number, (TAX, FINANCE))).astype(np.float64),
        profit=(~np.isin(number, NOT_IN_PROFIT)).astype(np.float64),
        spread=np.isin(number, (CAPITAL, GRANT)).astype(np.float64),
    )
