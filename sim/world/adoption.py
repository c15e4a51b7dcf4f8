"""How people take an initiative up: adoption by seats, training, involvement, and the dip after go-live."""

from pydantic import Field

from sim.quantities import Quantity
from sim.world.base import Certain, World, plain, quantity


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
    p: Quantity = quantity("innovation coefficient", unit="1/year", high=50)
    q: Quantity = quantity("imitation coefficient", unit="1/year", high=50)
    ceiling: Quantity = quantity("share of seats that can adopt", unit="share", high=1.0, default=1.0)
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
