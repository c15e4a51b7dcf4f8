"""What systems are bound to: providers they share, subscriptions, and the policy of refreshing them."""

from typing import Self

from pydantic import model_validator

from sim.quantities import Quantity
from sim.world.base import Certain, World, origin, plain, quantity


class Provider(World):
    """Somebody outside on whom several systems run: an outage takes all of them down at the same moment."""

    outages_per_year: Quantity = quantity("outages, Poisson", unit="1/year", high=1000)
    outage_hours: Quantity = quantity("median outage", unit="working hours", low=0.01, high=10_000)
    outage_p95_ratio: Certain = plain("95th percentile of the outage over its median", low=1, high=100, default=4.0)
    origin: str = origin()


class Refresh(World):
    """Age replacement: the system is replaced when it reaches an age, again and again, whatever the roadmap."""

    at_age_years: Quantity = quantity("age at which it is replaced", unit="years", low=0.05, high=100)
    cost: Quantity = quantity("cost of a planned replacement, booked as renewal", unit="money", default=0.0)


class Subscription(World):
    """Paid by use: each month the price of the items and customers, at least the committed minimum."""

    per_item: Quantity = quantity("price of an item of the processes", unit="money/item", default=0.0)
    processes: tuple[str, ...] = plain("processes whose arriving items are counted", default=())
    per_customer: Quantity = quantity("price of a customer", unit="money/month", default=0.0)
    minimum: Quantity = quantity("committed minimum", unit="money/month", default=0.0)
    begins_month: int | None = plain(
        "month from which it runs, perhaps before month 0; none: when an initiative that `subscribes` goes live",
        unit="month",
        low=-600,
        high=360,
        default=0,
    )
    term_months: int = plain("minimum term, from its begin", unit="months", low=0, high=360, default=0)
    exit_cost: Quantity = quantity(
        "cost of leaving within the term, paid by the initiative that `cancels`", unit="money", default=0.0
    )

    @model_validator(mode="after")
    def _counts_something(self) -> Self:
        item = not (self.per_item.is_constant and self.per_item.params[0] == 0)
        if item and not self.processes:
            raise ValueError("`per_item` has no effect without `processes`; name those whose items are counted")
        return self
