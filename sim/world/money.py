"""Budgets, discounting and depreciation."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from sim.world.base import Certain, Series, World, origin, plain

Kind = Literal["capital", "delivery", "running"]


class Budget(World):
    """Money set aside for change, by planning period, gross of tax."""

    amount: Series = plain("amount of every period, or one amount for each", unit="money/period")
    kinds: tuple[Kind, ...] = plain("kinds of cost it pays", default=("capital", "delivery", "running"))
    carry_share: Certain = plain(
        "share of what is left that may be spent in the next period", low=0, high=1, default=0.0
    )
    carry_cap: Certain | None = plain("most that may be carried over", unit="money", low=0, high=1e12, default=None)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Every contradiction inside the block, one a line: `what; remedy`."""
        found = []
        if not self.amount or min(self.amount) < 0:
            found.append("`amount` needs at least one number, none negative; write 0 for a period without money")
        if not self.kinds or len(set(self.kinds)) != len(self.kinds):
            found.append("`kinds` needs at least one kind of cost, each once; capital, delivery, running")
        if self.carry_cap is not None and self.carry_share == 0:
            found.append("`carry_cap` has no effect with `carry_share` 0; raise the share, or remove the cap")
        if found:
            raise ValueError("\n".join(found))
        return self


class Money(World):
    """What money costs and how much there is."""

    budgets: dict[str, Budget] = Field(min_length=1, description="name -> budget")
    discount_rate: Certain = plain("nominal, after tax", unit="share/year", low=-0.5, high=1)
    depreciation_months: int = plain(
        "straight-line life of capital for tax", unit="months", low=1, high=600, default=60
    )
    indifference: Certain = plain(
        "difference of NPV that does not matter to the planner", unit="money", low=0, high=1e9, default=0.0
    )
    origin: str = origin()
