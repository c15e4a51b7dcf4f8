"""The parts of a roadmap problem: initiatives, money, people and the rules between initiatives, as frozen records."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Amount = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0)]
Share = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0, le=1.0)]
Period = Annotated[int, Field(strict=True, ge=0)]
LastStart = Annotated[int, Field(strict=True, ge=-1)]
Count = Annotated[int, Field(strict=True, ge=1)]
Count0 = Annotated[int, Field(strict=True, ge=0)]
Flag = Annotated[bool, Field(strict=True)]
Name = Annotated[str, Field(strict=True, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.\-]*$", max_length=80)]
Text = Annotated[str, Field(strict=True, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Kind = Literal["capital", "delivery", "running", "bought"]
ALL_KINDS: tuple[Kind, ...] = ("capital", "delivery", "running", "bought")
Rule = Literal["at_most_one", "exactly_one", "at_least_one", "all_or_none"]


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
    passes: Share = Field(1.0, description="probability that it passes its gate; what requires it is cancelled if not")
    departments: tuple[Name, ...] = Field((), description="departments that it changes; limits are in `simultaneous`")
    owner: Name | None = Field(None, description="who answers for it; limits are in `simultaneous`")
    vendor: Name | None = Field(None, description="who delivers it; limits are in `simultaneous`")

    def price_at(self, start: int) -> float:
        """Factor on the cost of a start in this period."""
        return self.price[start] if self.price else 1.0


class Interaction(Record):
    """Worth that two initiatives have together beyond the sum of both; may be negative."""

    first: Name
    second: Name
    value: Number = Field(description="added when both are chosen [currency]")

    @property
    def members(self) -> tuple[str, str]:
        """The two ids."""
        return self.first, self.second


class Triple(Record):
    """Worth that three initiatives have together beyond their values and those of their pairs; may be negative."""

    first: Name
    second: Name
    third: Name
    value: Number = Field(description="added when all three are chosen [currency]")

    @property
    def members(self) -> tuple[str, str, str]:
        """The three ids."""
        return self.first, self.second, self.third


class Credit(Record):
    """Money that a budget may borrow and owes with interest a period later; all is paid back by the last period."""

    limit: Amount = Field(description="most that may be owed at the end of a period [currency]")
    rate: Amount = Field(
        0.0, le=2.0, description="interest of one period on what was owed at its beginning, paid by the budget"
    )


class Budget(Record):
    """Money for some kinds of cost, with what is unspent carried to the next period, and with what may be borrowed.

    spent[t] + carried[t] + (1 + rate) debt[t-1] <= amount[t] + carry_share * carried[t-1] + granted[t] + debt[t],
    0 <= carried[t] <= carry_cap, 0 <= debt[t] <= limit; carried and debt are 0 before the first period, and no debt is
    left after the last. Interest is finance: no part of the worth.
    """

    name: Name
    amount: tuple[Amount, ...] = Field(description="money of each period [currency]")
    kinds: tuple[Kind, ...] = Field(ALL_KINDS, min_length=1, description="kinds of cost that it pays")
    carry_share: Share = Field(0.0, description="share of the carried money that is still there a period later")
    carry_cap: Amount | None = Field(None, description="most that can be carried over; none = no cap [currency]")
    credit: Credit | None = Field(None, description="credit line; none = nothing may be borrowed")
    members: tuple[Name, ...] | None = Field(
        None, description="initiatives whose cost it pays, and no days bought; none = every initiative"
    )

    def pays(self, kind: Kind, initiative: str = "") -> bool:
        """Whether it pays this kind of cost, of this initiative.

        >>> one = Budget(name="north", amount=(1,), members=("north.pos",))
        >>> one.pays("capital", "north.pos"), one.pays("capital", "south.pos"), one.pays("bought")
        (True, False, False)
        """
        return kind in self.kinds and (self.members is None or initiative in self.members)


class Outside(Record):
    """Days of a skill that can be bought where the own ones do not suffice: bought = max(0, used - own)."""

    skill: Name
    price: tuple[Amount, ...] = Field(description="price of a day in each period [currency per day]")
    at_most: tuple[Amount, ...] = Field(description="days that can be bought in each period [days]")


class Grant(Record):
    """Money that comes if an initiative starts in a window of time."""

    initiative: Name
    first: Period = Field(0, description="first period of the window of starts")
    last: Period | None = Field(None, description="last period of the window; none = the last of the horizon")
    amount: Amount = Field(0.0, description="what the budget receives [currency]")
    lag: Period = Field(0, description="periods from the start to the payment; past the horizon nothing is received")
    budget: Name | None = Field(None, description="budget that receives the amount; none = only the worth counts")
    worth: Number = Field(0.0, description="present value that is added to the worth of such a start [currency]")


class Requirement(Record):
    """`initiative` may start only `lag` periods or more after `requires` has finished (or has started).

    if_fails: cancel = `initiative` has no worth where `requires` fails at its gate; proceed = it does not depend on it.
    """

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    initiative: Name
    requires: Name
    lag: Period = Field(0, description="periods between")
    from_: Literal["finish", "start"] = Field("finish", alias="from", description="counted from its finish or start")
    if_fails: Literal["cancel", "proceed"] = Field("cancel", description="what happens if `requires` fails at its gate")


class ExclusiveGroup(Record):
    """Alternatives, of which at most one is chosen."""

    name: Name
    members: tuple[Name, ...] = Field(min_length=2)


class SelectionGroup(Record):
    """Initiatives whose choice hangs together: at most one, exactly one, at least one, or all of them or none."""

    name: Name
    members: tuple[Name, ...] = Field(min_length=1)
    rule: Rule


class SimultaneousLimit(Record):
    """At most so many members load a department, an owner or a vendor in a period.

    A member counts from its start for its duration, or for the periods of load that are stated for it.
    """

    name: Name
    members: tuple[Name, ...] = Field(min_length=1)
    at_most: tuple[Count0, ...] = Field(description="members that may count in each period")
    load: dict[Name, Count] = Field(
        default_factory=dict, description="periods that a member counts, from its start; not stated = its duration"
    )

    def periods_of(self, initiative: Initiative) -> int:
        """Periods that a member counts from its start."""
        return self.load.get(initiative.id, initiative.duration)


class GoalFloor(Record):
    """A quantity that must reach a level in some periods; each initiative adds to it from its start on."""

    name: Name
    level: tuple[Number | None, ...] = Field(description="least sum in each period; none = no floor in it [any unit]")
    contributions: dict[Name, tuple[Number, ...]] = Field(
        description="what an initiative adds, by elapsed period; the last number stays [unit of level]"
    )

    def added(self, name: str, elapsed: int) -> float:
        """What an initiative adds so many periods after its start; 0 before it."""
        series = self.contributions.get(name, ())
        return series[min(elapsed, len(series) - 1)] if series and elapsed >= 0 else 0.0


class QuickWin(Record):
    """At least so many of the members have finished by the end of a period."""

    name: Name
    by: Period = Field(description="period by whose end they have finished: start + duration <= by + 1")
    least: Count = Field(1, description="how many")
    members: tuple[Name, ...] = Field(min_length=1)
    last: dict[Name, LastStart] = Field(
        default_factory=dict,
        description="last period of start with which a member counts, -1 = none; not stated = by its duration",
    )


class Pin(Record):
    """A decision that is taken already: the initiative starts then, or stays out."""

    initiative: Name
    start: Period | None = Field(description="its start; none = it stays out")
    reason: Text = Field("", description="why, in the words of who decided; shown wherever the pin matters")

    @property
    def words(self) -> str:
        """The pin in words, without its period."""
        what = f"{self.initiative} pinned {'out' if self.start is None else 'to its start'}"
        return f"{what} ({self.reason})" if self.reason else what


class Blackout(Record):
    """Starts that are closed, for example because the work or the go-live would fall into the high season."""

    name: Name
    closed: dict[Name, tuple[Period, ...]] = Field(description="by initiative, the periods in which it may not start")


class TrustRegion(Record):
    """Only roadmaps that differ from the incumbent in at most so many initiatives (their start, or their absence)."""

    incumbent: dict[Name, Period] = Field(description="start period by id")
    at_most: Period = Field(description="initiatives that may differ")
