"""Security controls: what they do, how well they cover, how they wear off between audits."""

from typing import Literal, Self

from pydantic import model_validator

from sim.quantities import Quantity
from sim.world.base import World, origin, plain, quantity


class Control(World):
    """A control in force has the state coverage * (what is left since the last audit), and the effectiveness state *
    strength. Prevention takes incidents away; detection and response make their loss and outage smaller; recovery
    shortens the outage."""

    function: Literal["prevent", "detect", "respond", "recover"] = plain(
        "prevent: fewer attempts succeed; detect, respond: smaller loss and shorter outage; recover: shorter outage"
    )
    threats: tuple[str, ...] = plain("threats that it works against; none named: all", default=())
    coverage: Quantity = quantity("share of what it should protect that it covers", unit="share", high=1.0)
    strength: Quantity = quantity("share of what it meets that it stops, where it covers", unit="share", high=1.0)
    decay_per_year: Quantity = quantity(
        "share of its state that a year without audit takes", unit="share/year", high=0.99, default=0.0
    )
    audit_every_months: Quantity | None = quantity(
        "months between audits, which bring it back to full state; none: no audits",
        unit="months",
        low=1,
        high=600,
        default=None,
    )
    audit_cost: Quantity = quantity("cost of an audit", unit="money", default=0.0)
    brought_by: tuple[str, ...] = plain(
        "initiatives of which any brings it at go-live; none named: in force from the start", default=()
    )
    origin: str = origin()

    @model_validator(mode="after")
    def _audits(self) -> Self:
        free = self.audit_cost.is_constant and self.audit_cost.params[0] == 0
        if self.audit_every_months is None and not free:
            raise ValueError(
                "`audit_cost` has no effect without `audit_every_months`; state the interval, or remove the cost"
            )
        return self
