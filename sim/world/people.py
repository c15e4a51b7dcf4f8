"""Roles, and the part of their days that may go to change work."""

from __future__ import annotations

from typing import Self

from pydantic import Field, field_validator, model_validator

from sim.quantities import Quantity
from sim.world.base import Certain, World, origin, plain, quantity


class Hire(World):
    """Seats that the business would add, unless hours that the roadmap frees make them superfluous. A seat that is left
    out costs nothing; one that was added stays."""

    month: int = plain("first month in which the new seats would work", unit="month", low=0, high=360)
    seats: Certain = plain("seats that would be added", unit="seats", low=0.05, high=500)
    step_seats: Certain = plain(
        "smallest part that can be left out: 1 for whole seats, 0.5 for half days",
        unit="seats",
        low=0.05,
        high=500,
        default=1.0,
    )
    realisable_share: Quantity = quantity(
        "part of the freed hours that can be taken out of the week of the role; the rest is minutes here and there",
        unit="share",
        high=1.0,
        effect=False,
    )
    notice_months: int = plain(
        "months before in which the hours must be free already", unit="months", low=0, high=36, default=3
    )

    @model_validator(mode="after")
    def _steps_fit(self) -> Self:
        if self.step_seats > self.seats:
            raise ValueError(
                f"`step_seats` {self.step_seats:g} is more than the {self.seats:g} seats, so none could be left out; "
                f"at most {self.seats:g}"
            )
        return self


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
    hires: dict[str, Hire] = Field(default_factory=dict, description="name -> seats that the business would add")
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
