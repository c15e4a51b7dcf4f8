"""Roles, and the part of their days that may go to change work."""

from typing import Self

from pydantic import Field, field_validator, model_validator

from sim.quantities import Quantity
from sim.world.base import Certain, World, origin, plain, quantity


class Learning(World):
    """A new occupant of a seat is slower at first; the gap to full pace closes exponentially."""

    proficiency: Quantity = quantity(
        "pace on the first day, as a share of an experienced occupant's", unit="share", low=0.1, high=1.0
    )
    half_life_months: Certain = plain("months in which half of the gap closes", unit="months", low=0.1, high=120)


class KeyPerson(World):
    """One seat on whose occupant the pace of the whole role depends."""

    seat: int = plain("number of the seat, from 1", low=1, high=500, default=1)
    depth: Quantity = quantity("share of the role's pace lost when the occupant leaves", unit="share", high=0.9)
    months: Certain = plain("months in which the pace comes back", unit="months", low=0.1, high=120)


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
    learning: Learning | None = None
    key_person: KeyPerson | None = None
    hires: dict[str, Hire] = Field(default_factory=dict, description="name -> seats that the business would add")
    origin: str = origin()

    @field_validator("headcount", mode="after")
    @classmethod
    def _whole_seats(cls, headcount: Quantity) -> Quantity:
        if not headcount.is_constant or headcount.params[0] % 1:
            raise ValueError(f"{headcount} is not a whole number of seats; expected a constant whole number")
        return headcount

    @model_validator(mode="after")
    def _key_seat(self) -> Self:
        if self.key_person is not None and self.key_person.seat > self.seats:
            raise ValueError(
                f"`key_person.seat` {self.key_person.seat} is not a seat of this role; "
                + (f"1 to {self.seats}" if self.seats else "give the role a seat, or remove `key_person`")
            )
        return self

    @property
    def seats(self) -> int:
        return int(self.headcount.params[0])


class Outside(World):
    """Days of a skill that can be bought when projects ask for more than its own days; they take nothing out of the
    role. Paid as delivery cost, at the day price with the growth of wages."""

    day_price: Quantity = quantity("price of a bought day", unit="money/day")
    days_per_month: Certain = plain("days that can be bought in a month", unit="days/month", low=0, high=10_000)


class Skill(World):
    """Days of a role that the planner lets go to change work. Days used are missing in service; unused ones serve."""

    role: str = plain("role whose days these are")
    days_per_month: Certain = plain("capacity for change work", unit="days/month", low=0, high=10_000)
    outside: Outside | None = Field(
        None, description="days that can be bought beyond these; none: work that finds no days waits"
    )
    level: Quantity | None = quantity(
        "level of the skill, on the scale of `difficulty`; none: not rated", unit="level", high=10.0, default=None
    )
    gap_failure: Certain = plain(
        "probability of failure that each missing level adds", unit="share", low=0, high=0.9, default=0.1
    )
    gap_work: Certain = plain("part of the work that each missing level adds", unit="share", low=0, high=5, default=0.1)
    origin: str = origin()

    @property
    def most_days(self) -> float:
        """Days that projects find in a month, bought ones included."""
        return float(self.days_per_month) + (0.0 if self.outside is None else float(self.outside.days_per_month))
