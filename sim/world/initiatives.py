"""Candidate technology investments: what they cost, need, risk and change."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from sim.quantities import Quantity
from sim.world.base import Certain, World, origin, plain, quantity
from sim.world.futures import Change
from sim.world.integrations import Hub


class RiskClass(World):
    """Overrun of a class of projects: realised / planned cost and duration. Body: lognormal below 1.5; with
    probability `tail_share` a Pareto tail above 1.5, capped."""

    median: Certain = plain("median ratio of the body", low=0.5, high=1.49)
    log_sd: Certain = plain("log standard deviation of the body", low=0.01, high=2)
    tail_share: Certain = plain("probability of a ratio above 1.5", low=0, high=0.9)
    tail_exponent: Certain = plain("Pareto exponent of the tail", low=0.2, high=20)
    cap: Certain = plain("largest ratio", low=1.5, high=50, default=10.0)
    cost_time_rank: Certain = plain("rank correlation of cost and duration ratio", low=-0.99, high=0.99, default=0.6)
    origin: str = origin()


class Requirement(World):
    """The initiative may begin only after another one."""

    initiative: str = plain("initiative that must come before")
    lag_months: int = plain("months between", unit="months", low=0, high=120, default=0)
    counted_from: Literal["finish", "start"] = plain("what the lag counts from", default="finish")
    if_fails: Literal["cancel", "proceed"] = plain("what happens when the one before fails", default="cancel")


class Training(World):
    """Training at go-live and every `refresh_months` from then on: right after it p, q and the ceiling are multiplied
    by these factors; the surplus over 1 halves every `half_life_months` until the next training."""

    p: Quantity = quantity("factor on p", unit="factor", low=1.0, high=20.0, default=1.0, effect=False)
    q: Quantity = quantity("factor on q", unit="factor", low=1.0, high=20.0, default=1.0, effect=False)
    ceiling: Quantity = quantity(
        "factor on the ceiling, which stays at most 1", unit="factor", low=1.0, high=20.0, default=1.0, effect=False
    )
    half_life_months: Quantity = quantity(
        "months in which what was learned halves", unit="months", low=0.5, high=600.0, effect=False
    )
    refresh_months: int | None = plain(
        "months from one training to the next; none: only at go-live", unit="months", low=1, high=240, default=None
    )
    cost: Quantity = quantity(
        "cost of each training: delivery at go-live, running cost for a refresh",
        unit="money",
        default=0.0,
        effect=False,
    )
    days: Certain = plain(
        "working days that each training takes of each seat", unit="days", low=0, high=20, default=0.0
    )


class Involvement(World):
    """Staff that has a say in the choice and in the work; what is lost where it has none."""

    share: Quantity = quantity(
        "share of the seats concerned that is involved; effects count as they are when the work starts",
        unit="share",
        high=1.0,
    )
    ceiling_loss: Quantity = quantity(
        "part of the ceiling that is lost when nobody is involved", unit="share", high=1.0, default=0.0, effect=False
    )
    abandonment: Quantity = quantity(
        "yearly rate at which adopters fall away when nobody is involved",
        unit="1/year",
        high=10.0,
        default=0.0,
        effect=False,
    )
    cost: Quantity = quantity(
        "cost of involving everybody; the share of it is spent with the delivery",
        unit="money",
        default=0.0,
        effect=False,
    )
    days: Certain = plain(
        "working days that it takes of each seat involved, over the whole work",
        unit="days",
        low=0,
        high=100,
        default=0.0,
    )


class Adoption(World):
    """Seats adopt one by one with hazard p + q * (adopters / seats that can adopt), from go-live."""

    roles: tuple[str, ...] = Field(min_length=1, description="roles whose seats use it")
    p: Quantity = quantity("innovation coefficient", unit="1/year", high=50, effect=False)
    q: Quantity = quantity("imitation coefficient", unit="1/year", high=50, effect=False)
    ceiling: Quantity = quantity("share of seats that can adopt", unit="share", high=1.0, default=1.0, effect=False)
    joiner_share: Quantity = quantity(
        "probability that a new occupant of a seat that can adopt starts as an adopter",
        unit="share",
        high=1.0,
        default=0.5,
        effect=False,
    )
    training: Training | None = None
    involvement: Involvement | None = None


class Dip(World):
    """Loss of pace after go-live: in full for `hold_months`, then less and less, gone after `months` more."""

    roles: tuple[str, ...] = Field(min_length=1, description="roles that lose pace")
    depth: Quantity = quantity("share of the service rate lost at go-live", unit="share", high=0.9)
    hold_months: int = plain("months before the pace begins to come back", unit="months", low=0, high=24, default=0)
    months: int = plain("months in which the pace comes back", unit="months", low=1, high=24)
    length: Quantity = quantity(
        "factor on `hold_months` and `months`, for effects that shorten or stretch the dip",
        unit="factor",
        high=10.0,
        default=1.0,
    )


class Effect(Change):
    """Change of one parameter, scaled by adoption and, where competitive, by relevance that fades with imitation."""

    competitive: bool = plain("fades as rivals imitate", default=False)


class Imitation(World):
    """How fast a competitive effect fades."""

    lag_months: int = plain("months from go-live until rivals begin to follow", unit="months", low=0, high=240)
    half_life_months: Certain = plain(
        "months in which the effect halves from then on", unit="months", low=0.5, high=600
    )


class Grant(World):
    """Public money towards capital and delivery, when it is awarded: paid some months after go-live, to work that
    started in the window of the programme; work that fails gets nothing. `paid: upfront` pays at the start of the work
    and takes everything back if it fails."""

    probability: Quantity = quantity("probability that it is awarded", unit="share", high=1.0, effect=False)
    share: Certain = plain("part of the realised capital and delivery cost that it pays", unit="share", low=0, high=1)
    cap: Certain = plain("most that it pays", unit="money", low=0, high=1e12)
    lag_months: int = plain(
        "months from go-live to payment; paid upfront: from failure to the return", unit="months", low=0, high=60,
        default=3,
    )  # fmt: skip
    paid: Literal["after_go_live", "upfront"] = plain("when it is paid", default="after_go_live")
    first_start: int = plain("first month in which work may start", unit="month", low=0, high=360, default=0)
    last_start: int | None = plain(
        "last month in which it may; none: open", unit="month", low=0, high=360, default=None
    )

    @model_validator(mode="after")
    def _window(self) -> Self:
        if self.last_start is not None and self.last_start < self.first_start:
            raise ValueError(
                f"`last_start` {self.last_start} comes before `first_start` {self.first_start}; "
                f"at least {self.first_start}"
            )
        return self


class Financing(World):
    """Money of others for the capital of an initiative, paid back from the month after it was spent on.

    loan: interest and repayment in equal payments; lease: the lessor pays the capital and gets a monthly price, also
    for work that fails. Both belong to the category `finance`: NPV values the initiative as if it were bought.
    """

    kind: Literal["loan", "lease"] = plain("loan, or lease (hardware as a service)")
    share: Certain = plain("part of the realised capital that others pay", unit="share", low=0.01, high=1, default=1.0)
    months: int = plain("payments", unit="months", low=1, high=240)
    rate: Quantity | None = quantity(
        "effective interest of a loan", unit="share/year", high=2.0, default=None, effect=False
    )
    monthly_price: Quantity | None = quantity(
        "price of a lease for the capital as planned; overrun raises both",
        unit="money/month",
        default=None,
        effect=False,
    )
    grace_months: int = plain(
        "first payments of a loan that are interest only", unit="months", low=0, high=120, default=0
    )
    fee: Certain = plain("fee for what is financed, paid with it", unit="share", low=0, high=0.5, default=0.0)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        found = []
        if self.kind == "loan" and self.rate is None:
            found.append("a loan needs `rate`; such as `rate: 7 %`")
        if self.kind == "lease" and self.monthly_price is None:
            found.append("a lease needs `monthly_price`; what is paid each month for the capital as planned")
        if self.kind == "loan" and self.monthly_price is not None:
            found.append("`monthly_price` has no effect on a loan; remove it, or write `kind: lease`")
        if self.kind == "lease" and (self.rate is not None or self.grace_months):
            found.append("`rate` and `grace_months` have no effect on a lease; remove them, or write `kind: loan`")
        if self.grace_months >= self.months:
            found.append(f"`grace_months` {self.grace_months} leaves no month to repay; below {self.months}")
        if found:
            raise ValueError("\n".join(found))
        return self


class Initiative(World):
    """A candidate. Work takes `duration_months` from its start, stretched by overrun; go-live follows; running cost,
    adoption and effects begin then."""

    title: str = plain("name, as printed")
    capital: Quantity = quantity(
        "purchase, depreciated for tax; spread over the work", unit="money", default=0.0, effect=False
    )
    delivery: Quantity = quantity(
        "services, migration, training, expensed; spread over the work", unit="money", default=0.0, effect=False
    )
    running_per_month: Quantity = quantity("cost from go-live on", unit="money/month", default=0.0, effect=False)
    duration_months: int = plain("planned months of work", unit="months", low=1, high=60)
    skill_days: dict[str, Certain] = Field(
        default_factory=dict, description="own staff's days of each skill in every month of work (days/month)"
    )
    difficulty: dict[str, Certain] = Field(
        default_factory=dict,
        description="level that the work asks of each skill; what the skill lacks when the work starts makes it longer "
        "and likelier to fail (level)",
    )
    risk_class: str | None = plain("class of overrun; none: cost and duration as planned", default=None)
    failure_probability: Quantity = quantity(
        "probability that the work ends without go-live", unit="share", high=1.0, default=0.0, effect=False
    )
    requires: tuple[Requirement, ...] = ()
    mandatory: bool = plain("must be in every roadmap", default=False)
    earliest_month: int = plain("first month in which it may start", unit="month", low=0, high=240, default=0)
    deadline_month: int | None = plain(
        "month before whose start the planned work must be finished", unit="month", low=1, high=300, default=None
    )
    adoption: Adoption | None = None
    dip: Dip | None = None
    effects: dict[str, Effect] = Field(default_factory=dict, description="path of a parameter -> how it changes")
    refreshes: tuple[str, ...] = plain("systems whose age starts again at 0 at go-live", default=())
    imitation: Imitation | None = None
    hub: Hub | None = None
    grant: Grant | None = None
    financing: Financing | None = None
    price_change: Quantity | None = quantity(
        "yearly change of its capital, delivery, running and renewal cost; none: `money.inflation.technology`",
        unit="share/year",
        low=-0.9,
        high=1.0,
        default=None,
        effect=False,
    )
    life_months: int | None = plain(
        "months from go-live after which it must be renewed; none: lasts", unit="months", low=1, high=600, default=None
    )
    renewal_cost: Quantity | None = quantity(
        "cost of each renewal; none: effects and running cost end with its life",
        unit="money",
        default=None,
        effect=False,
    )
    origin: str = origin()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Every contradiction inside the block, one a line: `what; remedy`."""
        competitive = any(effect.competitive for effect in self.effects.values())
        found = []
        if self.imitation is None and competitive:
            found.append(
                "a competitive effect needs the block `imitation`; add it, with `lag_months` and `half_life_months`"
            )
        if self.imitation is not None and not competitive:
            found.append(
                "`imitation` has no effect: no effect is competitive; remove it, or mark one `competitive: true`"
            )
        if self.renewal_cost is not None and self.life_months is None:
            found.append("`renewal_cost` has no effect without `life_months`; state the life, or remove the cost")
        if self.financing is not None and self.capital.is_constant and self.capital.params[0] == 0:
            found.append("`financing` has no effect without `capital`; state the capital, or remove the block")
        if self.deadline_month is not None and self.earliest_month + self.duration_months > self.deadline_month:
            found.append(
                f"`deadline_month` {self.deadline_month} cannot be met: the work starts in month {self.earliest_month} "
                f"at the earliest and takes {self.duration_months} months; "
                f"at least {self.earliest_month + self.duration_months}"
            )
        if found:
            raise ValueError("\n".join(found))
        return self
