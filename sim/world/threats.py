"""What may attack the business, and the insurance against it."""

from __future__ import annotations

from sim.quantities import Quantity
from sim.world.base import Certain, World, origin, plain, quantity


class Threat(World):
    """Attacks are points (time, height) of a unit-rate Poisson measure; an incident happens where the height is below
    attempts * success of that moment, so controls only remove points. Direct loss covers response, recovery and
    liability; the interruption acts through the systems that are down, never as a price per hour."""

    attempts_per_year: Quantity = quantity("attempts", unit="1/year", high=10_000)
    success_probability: Quantity = quantity("probability that an attempt succeeds", unit="share", high=1.0)
    dispersion: Certain | None = plain(
        "size of the negative binomial count: gamma frailty of mean 1 and this shape, one a draw; none: Poisson",
        low=0.05,
        high=1000,
        default=None,
    )
    severity: Quantity = quantity("median direct loss of an incident", unit="money", low=0, high=1e10)
    severity_p95_ratio: Certain = plain("95th percentile of the direct loss over its median", low=1.01, high=500)
    tail_index: Certain = plain(
        "shape of the generalised Pareto tail above the 95th percentile; below 1, so that a mean exists",
        low=0,
        high=0.95,
        default=0.3,
    )
    outage_hours: Quantity = quantity(
        "median outage of the systems hit", unit="working hours", high=10_000, default=0.0
    )
    outage_p95_ratio: Certain = plain("95th percentile of the outage over its median", low=1, high=100, default=4.0)
    hits: tuple[str, ...] = plain("systems that are down during the outage", default=())
    churn_shock: Quantity = quantity("share of customers lost after an incident", unit="share", high=0.9, default=0.0)
    origin: str = origin()


class Insurance(World):
    """Cyber policy over policy years of twelve months from month 0. The defaults are no cover at all."""

    annual_premium: Quantity = quantity("premium, paid monthly", unit="money/year", default=0.0)
    retention: Quantity = quantity("deductible of each event", unit="money", default=0.0)
    event_limit: Quantity = quantity("width of the layer above the retention", unit="money", default=0.0)
    annual_limit: Quantity = quantity("most that a policy year pays", unit="money", default=0.0)
    coinsurance: Quantity = quantity(
        "share of the layer that stays with the business", unit="share", high=1.0, default=0.0
    )
    settlement_months: int = plain("months from incident to payment", unit="months", low=0, high=36, default=3)
    origin: str = origin()
