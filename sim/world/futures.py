"""Futures: how the world itself may turn, whatever the company does."""

from typing import Self

from pydantic import Field, model_validator

from sim.quantities import Quantity
from sim.world.base import Certain, World, origin, plain, quantity


class Change(World):
    """Change of one parameter: a factor, or an amount added."""

    multiply: Quantity | None = quantity("factor", unit="factor", high=1000, default=None, effect=False)
    add: Quantity | None = quantity("amount added", unit="as the parameter", low=-1e12, default=None, effect=False)

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if self.multiply is not None and self.add is not None:
            raise ValueError("a change has either `multiply` or `add`, not both; remove one of the two")
        if self.multiply is None and self.add is None:
            raise ValueError("a change needs `multiply` or `add`; such as `multiply: 0.9`")
        return self


class Future(World):
    """A turn of the world that begins in some month and changes numbers in every roadmap alike, the baseline too."""

    title: str = plain("what happens, as printed")
    probability: Certain | None = plain(
        "share of the draws that live in it; none: it enters no mean and is only looked at by name",
        low=0,
        high=1,
        default=None,
    )
    start_month: Quantity = quantity(
        "month in which it begins, rounded down", unit="month", high=360, default=0.0, effect=False
    )
    months: int | None = plain("how long it lasts; none: to the end", unit="months", low=1, high=360, default=None)
    changes: dict[str, Change] = Field(min_length=1, description="path of a parameter -> how it changes")
    origin: str = origin()
