"""The parts of a roadmap problem: initiatives, money, people and the rules between initiatives, as frozen records."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Amount = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0)]
Share = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0, le=1.0)]
Period = Annotated[int, Field(strict=True, ge=0)]
Count = Annotated[int, Field(strict=True, ge=1)]
Flag = Annotated[bool, Field(strict=True)]
Name = Annotated[str, Field(strict=True, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.\-]*$", max_length=80)]
Kind = Literal["capital", "delivery", "running"]
ALL_KINDS: tuple[Kind, ...] = ("capital", "delivery", "running")


class Record(BaseModel):
    """Base of every part: frozen, unknown keys forbidden, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Cost(Record):
    """Cost of one initiative by elapsed period; a tail that is not stated is 0, what passes the horizon is cut."""

    capital: tuple[Amount, ...] = Field((), description="capital spent, by elapsed period [currency]")
    delivery: tuple[Amount, ...] = Field((), description="other cost of delivery, by elapsed period [currency]")
    running: tuple[Amount, ...] = Field((), description="running cost, by elapsed period [currency]")


class Initiative(Record):
    """One candidate."""

    id: Name
    value: tuple[Number, ...] = Field(description="worth if it starts in period t, one number a period [currency]")
    cost: Cost = Field(default_factory=Cost)
    skill_days: dict[Name, tuple[Amount, ...]] = Field(
        default_factory=dict, description="days needed of each skill, by elapsed period [days]"
    )
    price: tuple[Amount, ...] = Field(
        (), description="factor on all its cost if it starts in period t, one number a period; none = 1"
    )
    duration: Count = Field(1, description="periods from start to finish")
    earliest: Period = Field(0, description="first period in which it may start")
    latest: Period | None = Field(None, description="last period in which it may start; none = the last of the horizon")
    mandatory: Flag = Field(False, description="must be in the roadmap")

    def price_at(self, start: int) -> float:
        """Factor on the cost of a start in this period."""
        return self.price[start] if self.price else 1.0


class Interaction(Record):
    """Worth that two initiatives have together beyond the sum of both; may be negative."""

    first: Name
    second: Name
    value: Number = Field(description="added when both are chosen [currency]")


class Triple(Record):
    """Worth of three initiatives together beyond their values and those of their three pairs; may be negative."""

    first: Name
    second: Name
    third: Name
    value: Number = Field(description="added when all three are chosen [currency]")

    @property
    def members(self) -> tuple[str, str, str]:
        """The three ids."""
        return self.first, self.second, self.third


class Budget(Record):
    """Money for some kinds of cost, with what is unspent carried to the next period.

    spent[t] + carried[t] <= amount[t] + carry_share * carried[t-1], 0 <= carried[t] <= carry_cap, carried[-1] = 0.
    """

    name: Name
    amount: tuple[Amount, ...] = Field(description="money of each period [currency]")
    kinds: tuple[Kind, ...] = Field(ALL_KINDS, min_length=1, description="kinds of cost that it pays")
    carry_share: Share = Field(0.0, description="share of the carried money that is still there a period later")
    carry_cap: Amount | None = Field(None, description="most that can be carried over; none = no cap [currency]")


class Requirement(Record):
    """`initiative` may start only `lag` periods or more after `requires` has finished (or has started)."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    initiative: Name
    requires: Name
    lag: Period = Field(0, description="periods between")
    from_: Literal["finish", "start"] = Field("finish", alias="from", description="counted from its finish or start")


class ExclusiveGroup(Record):
    """Alternatives, of which at most one is chosen."""

    name: Name
    members: tuple[Name, ...] = Field(min_length=2)


class TrustRegion(Record):
    """Only roadmaps that differ from the incumbent in at most so many initiatives (their start, or their absence)."""

    incumbent: dict[Name, Period] = Field(description="start period by id")
    at_most: Period = Field(description="initiatives that may differ")
