"""The technology estate: systems that age, fail and are repaired."""

from typing import Literal

from sim.quantities import Quantity
from sim.world.base import Certain, World, origin, plain, quantity
from sim.world.hosting import Refresh, Subscription


class System(World):
    """A system with a Weibull failure hazard h(age) = shape / scale * (age / scale)^(shape - 1), age in years."""

    age_years: Certain = plain("age at the start", unit="years", low=0, high=50)
    life_shape: Certain = plain("Weibull shape; above 1: wears out", low=0.2, high=10)
    life_scale_years: Quantity = quantity("Weibull scale", unit="years", low=0.05, high=200)
    repair_hours: Quantity = quantity("median repair time", unit="working hours", low=0.01, high=10_000)
    repair_p95_ratio: Certain = plain("95th percentile of the repair time over its median", low=1, high=50, default=3.0)
    repair_cost: Quantity = quantity("cost of a repair", unit="money", default=0.0)
    monthly_cost: Quantity = quantity("running cost", unit="money/month", default=0.0)
    cost_growth_per_year: Quantity = quantity(
        "growth of the running cost with the age of the system; the stated cost is that of month 0",
        unit="share/year",
        high=1.0,
        default=0.0,
    )
    on_failure: Literal["repair", "replace"] = plain(
        "repair: the age runs on (minimal repair); replace: the age starts again at 0", default="repair"
    )
    support_ends_month: int | None = plain(
        "month in which the vendor's support ends; none: supported throughout",
        unit="month",
        low=-600,
        high=600,
        default=None,
    )
    unsupported_failures: Quantity = quantity(
        "factor on the failure hazard after support ended, until refreshed", unit="factor", low=1, high=100, default=1.0
    )
    unsupported_attacks: Quantity = quantity(
        "factor on the success of threats that hit the system after support ended, until refreshed",
        unit="factor",
        low=1,
        high=100,
        default=1.0,
    )
    capacity_per_day: Quantity | None = quantity(
        "items a working day that it can take, of all steps that need it; what comes above is lost; none: no limit",
        unit="items/day",
        high=1e9,
        default=None,
    )
    provider: str | None = plain("provider on whom it runs", default=None)
    repairer: str | None = plain("repairers whom it shares; none: it has its own, who waits for it", default=None)
    refresh: Refresh | None = None
    subscription: Subscription | None = None
    origin: str = origin()
