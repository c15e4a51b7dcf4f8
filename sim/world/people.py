"""Roles, and the part of their days that may go to change work."""

from __future__ import annotations

from pydantic import field_validator

from sim.quantities import Quantity
from sim.world.base import Certain, World, origin, plain, quantity


class Role(World):
    """People who do the same work. A seat has an occupant who may leave; it is empty until a new one starts."""

    headcount: Quantity = quantity(
        "seats; effects act as fractions of capacity and cost", unit="seats", low=0, high=500
    )
    monthly_cost: Quantity = quantity("loaded cost of an occupied seat", unit="money/month", effect=True)
    annual_turnover: Quantity = quantity(
        "yearly rate at which the occupant of a seat leaves", unit="1/year", high=5.0, default=0.0, effect=False
    )
    hiring_months: Quantity = quantity("months a seat stays empty", unit="months", high=24.0, default=0.0, effect=False)
    origin: str = origin()

    @field_validator("headcount", mode="after")
    @classmethod
    def _whole_seats(cls, headcount: Quantity) -> Quantity:
        if not headcount.is_constant or headcount.params[0] % 1:
            raise ValueError(f"{headcount} is not a whole number of seats; expected a constant whole number")
        return headcount

    @property
    def seats(self) -> int:
        return int(self.headcount.params[0])


class Skill(World):
    """Days of a role that the planner lets go to change work. Days used are missing in service; unused ones serve."""

    role: str = plain("role whose days these are")
    days_per_month: Certain = plain("capacity for change work", unit="days/month", low=0, high=10_000)
    origin: str = origin()
