"""Candidate technology investments: what they cost, need, risk and change."""

import math
from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator

from sim.quantities import Quantity
from sim.world.adoption import Adoption, Dip
from sim.world.base import Certain, World, origin, plain, quantity
from sim.world.delivery import Gate, Help, Parallel, Phase
from sim.world.futures import Change
from sim.world.imitation import Imitation
from sim.world.integrations import Hub
from sim.world.readiness import Maturity

PLANNED_AT = 0.8  # quantile of the vendor's dates with which plans count


class Requirement(World):
    """The initiative may begin only after another one."""

    initiative: str = plain("initiative that must come before")
    lag_months: int = plain("months between", unit="months", low=0, high=120, default=0)
    counted_from: Literal["finish", "start"] = plain("what the lag counts from", default="finish")
    if_fails: Literal["cancel", "proceed"] = plain("what happens when the one before fails", default="cancel")


class Effect(Change):
    """Change of one parameter, scaled by adoption and, where competitive, by relevance that fades with imitation."""

    competitive: bool = plain("fades as rivals imitate", default=False)


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
    capital: Quantity = quantity("purchase, depreciated for tax; spread over the work", unit="money", default=0.0)
    delivery: Quantity = quantity(
        "services, migration, training, expensed; spread over the work", unit="money", default=0.0
    )
    running_per_month: Quantity = quantity("cost from go-live on", unit="money/month", default=0.0)
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
    integrations: int = plain("systems that it must be linked with; raises the overrun", low=0, high=100, default=0)
    failure_probability: Quantity = quantity(
        "probability that the work ends without go-live", unit="share", high=1.0, default=0.0
    )
    phases: dict[str, Phase] = Field(
        default_factory=dict,
        description="name -> phase, in the order of the work, each with its gate; none: one gate at the end",
    )
    benefit_if_failed: Certain = plain(
        "share of effects and running cost that remains when the work fails at its end; of work that ends earlier, "
        "in proportion to what was done",
        unit="share",
        low=0,
        high=1,
        default=0.0,
    )
    lead_months: Quantity | None = quantity(
        "months from the order (the start) to the first work, rounded up; none: at once",
        unit="months",
        high=36,
        default=None,
        effect=False,
    )
    deposit_share: Certain = plain("part of the capital that is paid with the order", low=0, high=1, default=0.0)
    available_month: Quantity | None = quantity(
        "first month in which the vendor takes an order, rounded up; an earlier start waits for it",
        unit="month",
        high=360,
        default=None,
        effect=False,
    )
    help: Help | None = None
    parallel: Parallel | None = None
    requires: tuple[Requirement, ...] = ()
    mandatory: bool = plain("must be in every roadmap", default=False)
    departments: tuple[str, ...] = plain("departments that it changes, of `departments`", default=())
    owner: str | None = plain("who answers for it, of `owners`", default=None)
    vendor: str | None = plain("who delivers it, of `vendors`", default=None)
    earliest_month: int = plain("first month in which it may start", unit="month", low=0, high=240, default=0)
    deadline_month: int | None = plain(
        "month before whose start the planned work must be finished", unit="month", low=1, high=300, default=None
    )
    adoption: Adoption | None = None
    dip: Dip | None = None
    effects: dict[str, Effect] = Field(default_factory=dict, description="path of a parameter -> how it changes")
    refreshes: tuple[str, ...] = plain("systems whose age starts again at 0 at go-live", default=())
    subscribes: tuple[str, ...] = plain("systems whose subscription begins at go-live", default=())
    cancels: tuple[str, ...] = plain("systems whose subscription ends at go-live", default=())
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
    needs_readiness: bool = plain("its effects are scaled by the readiness of the business", default=False)
    maturity: Maturity | None = None
    origin: str = origin()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Every contradiction inside the block, one a line: `what; remedy`."""
        competitive = any(effect.competitive for effect in self.effects.values())
        found = []
        if self.imitation is None and competitive:
            found.append(
                "a competitive effect needs the block `imitation`; add it, with `lag_months` and `half_life_months`, "
                "or with `scores`"
            )
        if self.imitation is not None and not competitive:
            found.append(
                "`imitation` has no effect: no effect is competitive; remove it, or mark one `competitive: true`"
            )
        if self.renewal_cost is not None and self.life_months is None:
            found.append("`renewal_cost` has no effect without `life_months`; state the life, or remove the cost")
        if self.financing is not None and self.capital.is_constant and self.capital.params[0] == 0:
            found.append("`financing` has no effect without `capital`; state the capital, or remove the block")
        if self.deadline_month is not None and self.planned_finish(self.earliest_month) > self.deadline_month:
            vendor = self.lead_months is not None or self.available_month is not None
            wait = ", after the vendor's dates," if vendor else ""
            found.append(
                f"`deadline_month` {self.deadline_month} cannot be met: the work starts in month {self.earliest_month} "
                f"at the earliest and takes{wait} {self.duration_months} months; "
                f"at least {self.planned_finish(self.earliest_month)}"
            )
        found += [*self._phases_fit(), *self._help_fits()]
        if found:
            raise ValueError("\n".join(found))
        return self

    def _phases_fit(self) -> Iterator[str]:
        """Contradictions of the phases with each other and with the rest."""
        total = math.fsum(phase.share for phase in self.phases.values())
        if self.phases and abs(total - 1.0) > 1e-6:
            yield f"the shares of `phases` add up to {total:g}, not to 1; scale them so that they do"
        if self.phases and not _is(self.failure_probability, 0.0):
            yield "`failure_probability` has no effect beside `phases`; state it in each phase, or remove the phases"
        for kind in ("cost", "duration"):
            lowest = math.inf
            for k, (name, phase) in enumerate(self.phases.items(), start=1):
                limit = getattr(phase, f"stop_above_{kind}")
                if limit is None:
                    continue
                at = f"in `phases`, {name}: `stop_above_{kind}` {limit:g} has no effect"
                if k == len(self.phases):
                    yield f"{at}: after the last phase nothing is left to stop; put it into an earlier phase"
                elif self.risk_class is None:
                    yield f"{at}: without `risk_class` nothing overruns; name a class, or remove it"
                elif limit >= lowest:
                    yield f"{at}: an earlier gate already stops above {lowest:g}; below {lowest:g}, or remove it"
                lowest = min(lowest, limit)

    def _help_fits(self) -> Iterator[str]:
        """Help and parallel running that have nothing to act on."""
        for skill, days in self.help.days.items() if self.help is not None else ():
            needed = self.skill_days.get(skill, 0.0)
            if days > needed:
                yield f"`help` buys {days:g} days of {skill} a month, but the work needs {needed:g}; at most that"
        if self.help is not None and self.risk_class is None:
            for name in ("spread", "tail"):
                if not _is(getattr(self.help, name), 1.0):
                    yield f"in `help`, {name} has no effect without a `risk_class`; name a class, or remove it"
        if self.parallel is not None and self.parallel.dip != 1.0 and self.dip is None:
            yield "in `parallel`, `dip` has no effect: the initiative has no dip; state the dip, or remove the factor"

    @property
    def gates(self) -> tuple[Gate, ...]:
        """Ends of the phases in their order; without phases the one gate at the end."""
        if not self.phases:
            return (Gate("failure_probability", 1.0, math.inf, math.inf),)
        ends = [math.fsum(p.share for p in list(self.phases.values())[: k + 1]) for k in range(len(self.phases))]
        ends[-1] = 1.0
        return tuple(
            Gate(
                f"phases.{name}.failure_probability",
                end,
                math.inf if phase.stop_above_cost is None else float(phase.stop_above_cost),
                math.inf if phase.stop_above_duration is None else float(phase.stop_above_duration),
            )
            for end, (name, phase) in zip(ends, self.phases.items(), strict=True)
        )

    @property
    def planned_cost(self) -> float:
        """Mean capital and delivery, money: the size of the project."""
        return float(self.capital.mean + self.delivery.mean)

    @property
    def planned_months(self) -> int:
        """Months from start to finish for plans: the work, and the lead time that 80 % of the draws keep."""
        return self.duration_months + _planned(self.lead_months)

    @property
    def first_month(self) -> int:
        """First month in which a plan starts it: not before the vendor takes orders in 80 % of the draws."""
        return max(self.earliest_month, _planned(self.available_month))

    def planned_finish(self, start: int) -> int:
        """Month in which a plan counts it as finished when it starts in month `start`."""
        return max(start, _planned(self.available_month)) + self.planned_months

    def own_days(self, skill: str) -> float:
        """Own staff's days of a skill in a month of work: those needed less those bought."""
        bought = self.help.days.get(skill, 0.0) if self.help is not None else 0.0
        return float(self.skill_days.get(skill, 0.0)) - float(bought)


def _planned(months: Quantity | None) -> int:
    """Whole months with which plans count for an uncertain date."""
    return 0 if months is None else math.ceil(float(months.quantile(PLANNED_AT, few=True)) - 1e-9)


def _is(number: Quantity, value: float) -> bool:
    return number.is_constant and number.params[0] == value
