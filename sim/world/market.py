"""The market around the business: who else is there, what speaks for us, what people say of us, what we are worth."""

from pydantic import Field

from sim.quantities import Quantity
from sim.world.base import Certain, World, origin, plain, quantity

COUNTED_BELOW = 500  # customers at the start; from so many on, the base is followed by its mean
LEAVING, ARRIVING = "profile/customers/leaving", "profile/customers/arriving"  # streams
CHANNEL = ("share", "conversion", "delay_seconds", "lost_per_second")


class Rival(World):
    """Someone else whom customers may choose; not to buy at all is a rival too."""

    utility: Quantity = quantity(
        "what speaks for the rival, on the scale of our utility", unit="logits", low=-20, high=20
    )
    gain_per_year: Quantity = quantity(
        "utility that the rival gains every year", unit="logits/year", low=-5, high=5, default=0.0, effect=False
    )


class Price(World):
    """Our price against today's: it moves the revenue of every item, and speaks against us."""

    level: Quantity = quantity("factor on the revenue of every item", unit="factor", low=0.1, high=10, default=1.0)
    sensitivity: Quantity = quantity(
        "utility lost as the price rises, for each unit of the logarithm of its level", unit="logits", high=50
    )


class Market(World):
    """Everybody who could be a customer. A share of them chooses anew every month, each rival by the logit of its
    utility; new customers are found among those who are not ours."""

    size: Quantity = quantity("customers of ours and of all rivals together", unit="customers", low=1, high=1e9)
    moves_per_month: Quantity = quantity("share of the market that chooses anew", unit="share/month", high=1.0)
    utility: Quantity = quantity(
        "what speaks for us; only differences to rivals count", unit="logits", low=-20, high=20
    )
    rivals: dict[str, Rival] = Field(min_length=1, description="name -> who else can be chosen")
    price: Price | None = None
    age_sensitivity: Quantity = quantity(
        "utility lost for every year by which the mean age of our systems exceeds that of the start",
        unit="logits/year",
        high=20,
        default=0.0,
    )
    origin: str = origin()


class Reputation(World):
    """What people say of the business: drawn towards the share of items that were neither lost nor late, hit by
    incidents. It moves how many come anew, and our utility."""

    start: Quantity = quantity("reputation at the start of month 0", unit="share", low=0.01, high=1.0, effect=False)
    half_life_months: Certain = plain(
        "months in which half of the distance to the present service is made up", unit="months", low=0.5, high=600
    )
    incident_hit: Quantity = quantity("share of it lost with each security incident", unit="share", high=0.9)
    sensitivity: Quantity = quantity(
        "change of acquisition over change of reputation, both as shares of the start",
        unit="factor",
        high=10,
        default=1.0,
    )
    utility: Quantity = quantity(
        "utility for a reputation of 1 more than at the start", unit="logits", high=50, default=0.0
    )
    origin: str = origin()


class Valuation(World):
    """What a buyer would pay for the business: a multiple of a year's sustainable earnings after tax."""

    multiple: Quantity = quantity("price over earnings, before what raises and lowers it", unit="years", high=100)
    recurring_share: Quantity = quantity(
        "share of revenue that comes back by itself: contracts, subscriptions", unit="share", high=1.0, default=0.0
    )
    recurring_premium: Quantity = quantity(
        "how much higher the multiple were if all revenue were recurring, as a share of it",
        unit="share",
        high=10,
        default=0.0,
    )
    risk_discount: Quantity = quantity(
        "share of the multiple taken off for risk: one key person, one customer, weak security",
        unit="share",
        high=1.0,
        default=0.0,
    )
    origin: str = origin()
