"""Customers who come and leave, and the demand that follows from their number."""

from __future__ import annotations

import math

from sim.company.clock import Clock
from sim.company.effects import Effects


class Market:
    """A large customer base, followed by its mean month by month, with the company's own share of unserved items."""

    def __init__(self, effects: Effects, clock: Clock) -> None:
        world, slot = effects.draw.table.scenario, effects.draw.table.slot
        profile = world.profile
        self.effects = effects
        self.start = self.customers = float(profile.customers.start)
        first = int(world.start[5:]) - 1
        self.season = [float(profile.seasonality[(first + m) % 12]) for m in range(clock.months)]
        self.growth = effects.draw.value("profile.growth_per_year")
        names = ("monthly_churn", "service_churn", "monthly_acquisition")
        self.level = slot["profile.demand"]
        self.slots = [slot[f"profile.customers.{name}"] for name in names]
        self.stay = [1.0] * clock.months  # share of the customers who stay after the incidents of a month

    def planned(self, m: int) -> float:
        """Factor on the arrivals of customer-driven processes in month m with the customers of the start."""
        level = self.effects.at_month(self.level, m)
        return self.season[m] * level * math.pow(1.0 + self.growth, m / 12.0)

    def demand(self, m: int) -> float:
        """The same with the customers of the moment."""
        return self.planned(m) * self.customers / self.start

    def close_month(self, m: int, unserved: float) -> float:
        """Customers of the next month; returns the share of this month's that leaves.

        unserved: share of this month's items that were lost, given up or late.
        """
        churn, service_churn, acquisition = (self.effects.at_month(slot, m) for slot in self.slots)
        leaving = min(1.0, churn + service_churn * unserved)
        self.customers = (self.customers * (1.0 - leaving) + acquisition) * self.stay[m]
        return 1.0 - (1.0 - leaving) * self.stay[m]
