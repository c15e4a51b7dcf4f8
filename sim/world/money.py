"""What money costs and how much there is: budgets, discounting, inflation, debt, what cash and lenders demand."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from sim.quantities import Quantity
from sim.world.base import Certain, Series, World, origin, plain, quantity

Kind = Literal["capital", "delivery", "running"]


class Risk(World):
    """How much the bad tail of what the roadmap may come to counts beside its mean."""

    weight: Certain = plain(
        "weight of the mean of the worst draws in the aim; the mean NPV has the rest", low=0, high=1, default=0.0
    )
    level: Certain = plain("share of the draws that are the worst ones", unit="share", low=0.01, high=1, default=0.05)
    floor: Certain | None = plain(
        "least mean NPV of the worst draws; none: no floor", unit="money", low=-1e12, high=1e12, default=None
    )

    @model_validator(mode="after")
    def _some_effect(self) -> Self:
        if self.weight == 0 and self.floor is None:
            raise ValueError("`risk` has no effect with `weight` 0 and no `floor`; state one of them, or remove it")
        return self


class Credit(World):
    """Money that a budget may borrow inside the business; all is paid back by the end of the planning periods."""

    limit: Certain = plain("most that may be owed at the end of a period", unit="money", low=0, high=1e12)
    rate: Certain = plain("effective interest, paid by the budget", unit="share/year", low=0, high=2, default=0.0)


class Budget(World):
    """Money set aside for change, by planning period, gross of tax."""

    amount: Series = plain("amount of every period, or one amount for each", unit="money/period")
    kinds: tuple[Kind, ...] = plain("kinds of cost it pays", default=("capital", "delivery", "running"))
    carry_share: Certain = plain(
        "share of what is left that may be spent in the next period", low=0, high=1, default=0.0
    )
    carry_cap: Certain | None = plain("most that may be carried over", unit="money", low=0, high=1e12, default=None)
    overrun_probability: Certain | None = plain(
        "allowed probability that the cost of any period is above what there is; none: only the mean cost is held",
        unit="share",
        low=0.001,
        high=0.999,
        default=None,
    )
    credit: Credit | None = None

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
        if self.credit is not None and self.overrun_probability is not None:
            found.append("`overrun_probability` is not computed for a budget with `credit`; remove one of the two")
        if found:
            raise ValueError("\n".join(found))
        return self


def _change(meaning: str) -> Any:
    return quantity(meaning, unit="share/year", low=-0.5, high=1.0, default=0.0, effect=False)


class Inflation(World):
    """Yearly changes of prices, from month 0 on: a price of month m is (1 + change)^(m / 12) times that of the file."""

    wages: Quantity = _change("pay of every role")
    prices: Quantity = _change("revenue of an item")
    fixed: Quantity = _change("rent, energy and other fixed cost")
    technology: Quantity = _change("initiatives, running cost and repair of systems; below 0: they become cheaper")
    premiums: Quantity = _change("premium of the insurance")


class Loan(World):
    """A debt that exists in month 0, repaid in equal monthly payments from month 0 on."""

    balance: Certain = plain("what is owed at the start of month 0", unit="money", low=0, high=1e12)
    rate: Quantity = quantity("effective interest", unit="share/year", high=2.0, effect=False)
    months: int = plain("payments that are left", unit="months", low=1, high=480)


class CreditLine(World):
    """Money lent when cash would fall below the floor, paid back as soon as cash is above it."""

    limit: Certain = plain("most that may be owed", unit="money", low=0, high=1e12)
    rate: Quantity = quantity("effective interest, paid monthly", unit="share/year", high=2.0, effect=False)


class CashFloor(World):
    """The balance below which cash should hardly ever fall."""

    amount: Certain = plain("lowest balance at the end of a month", unit="money", low=-1e12, high=1e12)
    probability: Certain = plain("allowed probability to fall below it", unit="share", low=0.001, high=0.999)


class Covenant(World):
    """What lenders demand of the business each year: debt service cover = cash flow of all categories but capital,
    grants and finance, after tax, over principal and interest of its debts and the interest of the credit line."""

    least: Certain = plain("least debt service cover of a year", unit="ratio", low=0, high=100)
    probability: Certain = plain(
        "allowed probability that any year that counts is below it", unit="share", low=0.001, high=0.999
    )
    from_year: int = plain("first year that counts, from 1", unit="year", low=1, high=30, default=1)


class Money(World):
    """What money costs and how much there is."""

    budgets: dict[str, Budget] = Field(min_length=1, description="name -> budget")
    plan_at: Literal["mean", "p80"] = plain(
        "cost that a budget must hold: its mean over the draws, or what 80 % of the draws keep in each period",
        default="mean",
    )
    discount_rate: Certain = plain("nominal, after tax", unit="share/year", low=-0.5, high=1)
    depreciation_months: int = plain(
        "straight-line life of capital for tax", unit="months", low=1, high=600, default=60
    )
    indifference: Certain = plain(
        "difference of NPV that does not matter to the planner", unit="money", low=0, high=1e9, default=0.0
    )
    inflation: Inflation = Field(default_factory=Inflation)
    loans: dict[str, Loan] = Field(default_factory=dict, description="name -> debt that exists in month 0")
    credit_line: CreditLine | None = None
    cash_floor: CashFloor | None = None
    covenant: Covenant | None = None
    floor_relative_to_baseline: bool = plain(
        "count only worlds in which cash would keep the floor without any initiative", default=False
    )
    run_off_months: int = plain(
        "months after the horizon in which what was done by then still counts, at most to the end of its life",
        unit="months",
        low=0,
        high=240,
        default=0,
    )
    risk: Risk | None = None
    objective: Literal["mean", "worst_future", "regret"] = plain(
        "what the roadmap is chosen for: the mean over draws, the mean NPV in the worst future, or the smallest "
        "largest regret over futures (against the best roadmap found for each)",
        default="mean",
    )
    origin: str = origin()

    @model_validator(mode="after")
    def _risk(self) -> Self:
        if self.objective != "mean" and self.risk is not None:
            raise ValueError(
                f"`risk` has no effect with `objective: {self.objective}`, which looks at futures; remove one of them"
            )
        return self

    @model_validator(mode="after")
    def _floor(self) -> Self:
        if self.floor_relative_to_baseline and self.cash_floor is None:
            raise ValueError(
                "`floor_relative_to_baseline` has no effect without `cash_floor`; state the floor, or remove it"
            )
        return self
