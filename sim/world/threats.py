"""What may attack the business, and the insurance against it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.quantities import Quantity
from sim.world.base import Certain, World, origin, plain, quantity

NO_LIMIT = 1e12
Share = Annotated[Certain, Field(ge=0, le=1)]


class SecondaryLoss(World):
    """A loss that follows from others' reaction to an incident: claims, lost contracts, a rise of card fees. It is
    added to the primary loss, never multiplied with it. Lognormal through median and 95th percentile."""

    frequency: Quantity = quantity(
        "mean number of such losses an incident: its whole part always, one more with the probability of the rest",
        unit="losses/incident",
        high=100,
    )
    loss: Quantity = quantity("median of one such loss", unit="money")
    loss_p95_ratio: Certain = plain("95th percentile of it over its median; 1: certain", low=1, high=500)


class Breach(World):
    """Records that an incident exposes: notifying the people concerned, and a fine."""

    exposed: Quantity = quantity("share of `profile.records` that an incident exposes", unit="share", high=1.0)
    cost_per_record: Quantity = quantity("notification of one exposed record", unit="money", default=0.0)
    fine_probability: Quantity = quantity("probability of a fine", unit="share", high=1.0, default=0.0)
    fine_per_record: Quantity = quantity("fine for each exposed record", unit="money", default=0.0)
    fine_cap: Quantity = quantity("highest fine of an incident", unit="money", default=NO_LIMIT)


class Threat(World):
    """Attacks are points (time, height) of a unit-rate Poisson measure; an incident happens where the height is below
    attempts * success of that moment, so controls only remove points. The interruption acts through the systems that
    are down, never as a price per hour; where the severity covers it, the margin lost to it is not booked again."""

    attempts_per_year: Quantity = quantity("attempts", unit="1/year", high=10_000)
    success_probability: Quantity = quantity("probability that an attempt succeeds", unit="share", high=1.0)
    dispersion: Certain | None = plain(
        "size of the negative binomial count: gamma frailty of mean 1 and this shape; none: Poisson",
        low=0.05,
        high=1000,
        default=None,
    )
    dispersion_per: Literal["draw", "year"] = plain(
        "draw: one frailty for the whole draw, firms differ; year: a new one each year, years differ", default="draw"
    )
    severity: Quantity = quantity("median direct loss of an incident", unit="money", low=0, high=1e10)
    severity_p95_ratio: Certain = plain("95th percentile of the direct loss over its median", low=1.01, high=500)
    tail_index: Certain = plain(
        "shape of the generalised Pareto tail above the 95th percentile; below 1, so that a mean exists",
        low=0,
        high=0.95,
        default=0.3,
    )
    severity_covers: tuple[Literal["response", "recovery", "liability", "interruption"], ...] = plain(
        "what the figure of the severity contains. With interruption, the outage lowers service but its margin is not "
        "booked again; with liability, secondary losses, and with response, notification would be counted twice",
        default=("response", "recovery", "liability"),
    )
    secondary: dict[str, SecondaryLoss] = Field(
        default_factory=dict, description="name -> loss that may follow, added to the direct loss"
    )
    breach: Breach | None = None
    control_dependence: Certain = plain(
        "how far controls fail together: 0 independently, 1 only the best of them counts", low=0, high=1, default=0.0
    )
    outage_hours: Quantity = quantity(
        "median outage of the systems hit", unit="working hours", high=10_000, default=0.0
    )
    outage_p95_ratio: Certain = plain("95th percentile of the outage over its median", low=1, high=100, default=4.0)
    hits: tuple[str, ...] = plain("systems that are down during the outage", default=())
    churn_shock: Quantity = quantity("share of customers lost after an incident", unit="share", high=0.9, default=0.0)
    origin: str = origin()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        found = []
        if self.dispersion is None and self.dispersion_per == "year":
            found.append("`dispersion_per` has no effect without `dispersion`; state the size, or remove it")
        if "liability" in self.severity_covers and self.secondary:
            found.append(
                "the severity covers liability already, so that `secondary` would count it twice; "
                "take liability out of `severity_covers`, or remove `secondary`"
            )
        notice = None if self.breach is None else self.breach.cost_per_record
        notified = notice is not None and not (notice.is_constant and notice.params[0] == 0)
        if "response" in self.severity_covers and notified:
            found.append(
                "the severity covers response already, so that `cost_per_record` would count notification twice; "
                "take response out of `severity_covers`, or remove `cost_per_record`"
            )
        if found:
            raise ValueError("\n".join(found))
        return self


class Sublimits(World):
    """The most of each kind of loss that counts as covered, an event; the layer takes their sum."""

    incident: Quantity = quantity("of the primary loss", unit="money", default=NO_LIMIT)
    secondary: Quantity = quantity("of the secondary losses together", unit="money", default=NO_LIMIT)
    notification: Quantity = quantity("of notifying", unit="money", default=NO_LIMIT)
    fine: Quantity = quantity("of the fine", unit="money", default=NO_LIMIT)
    interruption: Quantity = quantity("of the margin lost to the outage", unit="money", default=NO_LIMIT)


class Insurance(World):
    """Cyber policy over policy years of twelve months from month 0. The defaults are no cover at all."""

    annual_premium: Quantity = quantity("premium, paid monthly", unit="money/year", default=0.0)
    retention: Quantity = quantity("deductible of each event", unit="money", default=0.0)
    event_limit: Quantity = quantity("width of the layer above the retention", unit="money", default=0.0)
    annual_limit: Quantity = quantity("most that a policy year pays", unit="money", default=0.0)
    coinsurance: Quantity = quantity(
        "share of the layer that stays with the business", unit="share", high=1.0, default=0.0
    )
    sublimits: Sublimits = Field(default_factory=Sublimits, description="kind of loss -> most that counts of an event")
    waiting_hours: Quantity | None = quantity(
        "hours of an outage after which the margin lost to it is covered; none: it is not covered",
        unit="working hours",
        high=10_000,
        default=None,
    )
    demands: dict[str, Share] = Field(
        default_factory=dict, description="control -> state that it must have at an event; below it nothing is paid"
    )
    credits: dict[str, Share] = Field(
        default_factory=dict, description="control -> share of the premium that it saves in full state"
    )
    settlement_months: int = plain("months from incident to payment", unit="months", low=0, high=36, default=3)
    origin: str = origin()
