"""What the business does for a living: items that arrive, pass steps, and earn or are lost."""

from typing import Literal, Self

from pydantic import Field, model_validator

from sim.quantities import Quantity
from sim.world.base import Certain, World, origin, plain, quantity


class Step(World):
    """One piece of work on an item. Service times are gamma distributed (CV 1: exponential; CV 0: constant)."""

    role: str = plain("role that does the work")
    minutes: Quantity = quantity("mean service time", unit="minutes", low=0.01, high=10_000)
    cv: Certain = plain("coefficient of variation of the service time", low=0, high=5, default=0.5)
    share: Quantity = quantity("share of the items that pass this step", unit="share", high=1.0, default=1.0)
    error_probability: Quantity = quantity(
        "probability that the work must be done again", unit="share", high=0.9, default=0.0
    )
    system: str | tuple[str, ...] | None = plain(
        "system without which the work cannot start; of several, all must be up", default=None
    )
    automated: Quantity = quantity(
        "share of the items that a machine takes here, without people and without waiting for them",
        unit="share",
        high=1.0,
        default=0.0,
    )
    exceptions: Quantity = quantity(
        "share of the items that the machine took which go to people after all", unit="share", high=1.0, default=0.0
    )
    machine_minutes: Quantity = quantity(
        "time that the machine needs for an item", unit="minutes", high=100_000, default=0.0
    )

    by_hand: str | None = plain(
        "integration whose records are keyed again in this step: `share` is then of the items that cross it unlinked",
        default=None,
    )
    mends: str | None = plain(
        "integration whose mismatched records are mended in this step: `share` is then of those items", default=None
    )

    @property
    def systems(self) -> tuple[str, ...]:
        """Every system that the step needs."""
        return (self.system,) if isinstance(self.system, str) else self.system or ()

    @model_validator(mode="after")
    def _one_reason(self) -> Self:
        if self.by_hand is not None and self.mends is not None:
            raise ValueError("a step has either `by_hand` or `mends`, not both; make two steps of it")
        return self


class Feed(World):
    """Items that come from another process: each completed one of it makes one here with this probability."""

    share: Quantity = quantity(
        "share of the completed items of the other process that make one here", unit="share", high=1.0
    )
    delay_days: Certain = plain(
        "working days between completion there and arrival here", unit="days", low=0, high=1000, default=0.0
    )


class Channel(World):
    """A way by which demand comes: web shop, app, telephone. What no channel names comes in person, at conversion 1."""

    share: Quantity = quantity("share of the demand that comes by it", unit="share", high=1.0)
    conversion: Quantity = quantity(
        "part of those who come by it that go on to become an item, against 1 in person",
        unit="factor",
        high=10,
        default=1.0,
    )
    delay_seconds: Quantity = quantity(
        "how long it lets people wait before it answers", unit="seconds", high=600, default=0.0
    )
    lost_per_second: Quantity = quantity(
        "share of those still there that goes away with each second of delay", unit="share", high=0.9, default=0.0
    )

    @model_validator(mode="after")
    def _delay_and_loss(self) -> Self:
        stated = self.model_fields_set & {"delay_seconds", "lost_per_second"}
        if len(stated) == 1:
            (name,) = stated
            other = ({"delay_seconds", "lost_per_second"} - stated).pop()
            raise ValueError(f"`{name}` has no effect without `{other}`; state both, or remove it")
        return self


class Process(World):
    """A stream of items. Arrivals are a renewal process of the stated CV, stretched by season, growth and customers."""

    arrivals_per_day: Quantity = quantity(
        "items a working day at the start, those that other processes make not counted", unit="items/day", high=100_000
    )
    arrival_cv: Certain = plain("coefficient of variation of the gaps between arrivals", low=0, high=5, default=1.0)
    driven_by: Literal["customers", "fixed"] = plain(
        "customers: demand grows with their number, season and growth, and lost or late items make them leave; "
        "fixed: neither",
        default="customers",
    )
    fed_by: dict[str, Feed] = Field(
        default_factory=dict, description="process -> how its completed items make items of this one"
    )
    item_revenue: Quantity = quantity("revenue of a completed item", unit="money", default=0.0)
    lost_share: Quantity = quantity(
        "share of arrivals lost before any work: out of stock, abandoned basket", unit="share", high=1.0, default=0.0
    )
    no_show: Quantity = quantity(
        "share of the items that are kept a place and do not come: they take time and earn nothing",
        unit="share",
        high=1.0,
        default=0.0,
    )
    no_show_time: Quantity = quantity(
        "part of the service times that an item takes all the same that does not come",
        unit="share",
        high=1.0,
        default=1.0,
    )
    patience_minutes: Quantity | None = quantity(
        "longest wait at a step before the item is given up; none: waits for ever",
        unit="working minutes",
        low=0.1,
        high=100_000,
        default=None,
    )
    target_minutes: Certain = plain(
        "time in the system, all waits and services, that counts as on time", unit="working minutes", low=0.01, high=1e6
    )
    channels: dict[str, Channel] = Field(default_factory=dict, description="name -> way by which demand comes")
    steps: dict[str, Step] = Field(min_length=1, description="steps in order")
    origin: str = origin()
