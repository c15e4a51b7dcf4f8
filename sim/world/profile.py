"""The business as a whole: calendar, customers, margin, fixed cost, tax, cash."""

import re

from pydantic import field_validator

from sim.quantities import Quantity
from sim.world.base import Certain, Series, World, origin, plain, quantity


class Customers(World):
    """The customer base: from 500 on followed by its mean month by month; a smaller one is counted customer by
    customer."""

    start: int = plain("customers at the start of month 0", unit="customers", low=1, high=100_000_000)
    monthly_churn: Quantity = quantity("share that leaves in a month", unit="share/month", high=0.5)
    monthly_acquisition: Quantity = quantity("new customers a month", unit="customers/month", high=1e7)
    service_churn: Quantity = quantity(
        "added monthly churn if every item of last month had been lost or late; scales with that share",
        unit="share/month",
        high=1.0,
        default=0.0,
    )
    referral: Quantity = quantity(
        "new customers that a satisfied customer brings in a month", unit="1/month", high=1.0, default=0.0
    )


class Profile(World):
    """Sector, calendar and the money that does not depend on single items."""

    sector: str = plain("sector, as printed")
    currency: str = plain("three-letter code of the currency of every amount")
    working_days_per_month: Certain = plain("days the business is open in a month", unit="days", low=1, high=31)
    hours_per_day: Certain = plain("hours the business is open on such a day", unit="hours", low=1, high=24)
    customers: Customers
    seasonality: Series = plain(
        "demand of January to December against the yearly mean; twelve factors of mean 1", default=(1.0,) * 12
    )
    demand: Quantity = quantity(
        "level of demand: factor on the arrivals of processes that customers drive",
        unit="factor",
        high=100,
        default=1.0,
    )
    growth_per_year: Quantity = quantity(
        "growth of demand beside the number of customers",
        unit="share/year",
        low=-0.5,
        high=1.0,
        default=0.0,
        effect=False,
    )
    gross_margin: Quantity = quantity("margin on the revenue of an item", unit="share", high=1.0)
    fixed_costs_per_month: Quantity = quantity("rent, energy and other fixed cost", unit="money/month", default=0.0)
    records: Quantity = quantity("personal records held", unit="records", high=1e10, default=0.0)
    tax_rate: Certain = plain("tax on the profit of a year", unit="share", low=0, high=0.9, default=0.0)
    cash_at_start: Certain = plain("cash at the start of month 0", unit="money", low=-1e12, high=1e12, default=0.0)
    origin: str = origin()

    @field_validator("seasonality", mode="after")
    @classmethod
    def _twelve_factors(cls, factors: tuple[float, ...]) -> tuple[float, ...]:
        if len(factors) != 12 or min(factors) < 0 or abs(sum(factors) / 12 - 1) > 0.005:
            shown = f"{len(factors)} factors of mean {sum(factors) / max(1, len(factors)):.3f}"
            raise ValueError(f"{shown}; expected twelve factors of mean 1, none negative")
        return factors

    @field_validator("currency", mode="after")
    @classmethod
    def _three_letters(cls, currency: str) -> str:
        if not re.fullmatch("[A-Z]{3}", currency):
            raise ValueError(f"{currency!r} is no currency; expected a three-letter code such as USD")
        return currency
