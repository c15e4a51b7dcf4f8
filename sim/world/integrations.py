"""Pairs of systems between which records pass: by hand, until somebody links them."""

from typing import Self

from pydantic import Field, model_validator

from sim.quantities import Quantity
from sim.world.base import World, origin, plain, quantity


class Crossing(World):
    """Items of a process whose records pass the pair. While it is not linked, somebody keys them again (a step with
    `by_hand`), and some records then do not match: they are mended (a step with `mends`) or the item is lost."""

    share: Quantity = quantity("share of the items that cross", unit="share", high=1.0, default=1.0)
    mismatch: Quantity = quantity(
        "probability that a record that crosses by hand does not match", unit="share", high=1.0, default=0.0
    )
    lost: Quantity = quantity(
        "share of the mismatched items that are lost: out of stock after all, cancelled",
        unit="share",
        high=1.0,
        default=0.0,
    )


class Integration(World):
    """An edge of the graph of systems. Whoever raises `linked` by an effect links the pair, and pays for it: from point
    to point by the pair, or over a hub by the system."""

    between: tuple[str, str] = plain("the two systems")
    crossings: dict[str, Crossing] = Field(min_length=1, description="process -> its items that cross")
    linked: Quantity = quantity("share of what crosses that passes by itself", unit="share", high=1.0, default=0.0)
    link_capital: Quantity = quantity(
        "cost of a link from point to point, added to the capital of the initiative that links the pair",
        unit="money",
        default=0.0,
        effect=False,
    )
    link_monthly: Quantity = quantity(
        "cost of that link from go-live on, added to the running cost of the initiative",
        unit="money/month",
        default=0.0,
        effect=False,
    )
    origin: str = origin()

    @model_validator(mode="after")
    def _two_systems(self) -> Self:
        if self.between[0] == self.between[1]:
            raise ValueError(f"`between` names {self.between[0]} twice; name two different systems")
        return self


class Hub(World):
    """An integration platform: once it is live, a link costs by the systems that are new to it, not by the pair."""

    capital_per_system: Quantity = quantity("connector of a system", unit="money", default=0.0, effect=False)
    monthly_per_system: Quantity = quantity("fee for a connected system", unit="money/month", default=0.0, effect=False)
