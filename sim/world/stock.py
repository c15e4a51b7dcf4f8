"""Goods on the shelf: groups of alike articles that sell, run out and are ordered again."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from sim.quantities import Quantity
from sim.world.base import Certain, World, origin, plain, quantity

Part = Annotated[Certain, Field(gt=0, le=1)]


class Stock(World):
    """A group of alike articles. An item that needs a unit takes it as it arrives, of an article by chance, and is lost
    before any work if there is none. An article has one order outstanding at most; its reorder point and the size of
    its orders follow the forecast of its demand, set anew every month."""

    articles: int = plain("alike articles in the group, which share its demand", unit="articles", low=1, high=20_000)
    takes: dict[str, Part] = Field(
        min_length=1, description="process -> share of its items that need a unit of the group"
    )
    unit_cost: Quantity = quantity("what a unit costs the business", unit="money", high=1e9)
    order_days: Quantity = quantity(
        "working days whose forecast demand an order covers; it is always more than the reorder point",
        unit="working days",
        high=2000,
    )
    lead_days: Quantity = quantity("median time from order to delivery", unit="working days", high=1000)
    lead_p95_ratio: Quantity = quantity(
        "95th percentile of that time over its median; 1: always the same", unit="factor", low=1, high=20, default=1.0
    )
    safety_factor: Quantity = quantity(
        "safety stock over the standard deviation of the demand in a lead time: chance, lead time and forecast error",
        unit="factor",
        high=6,
    )
    forecast_error: Quantity = quantity(
        "standard deviation of ln(forecast / true mean demand) among the articles", unit="log", high=1.0, default=0.0
    )
    record_error: Quantity = quantity(
        "probability that in an order cycle of an article the book shows more than there is",
        unit="share",
        high=1.0,
        default=0.0,
    )
    record_gap: Quantity = quantity(
        "by how much it then does, as a share of the size of an order", unit="share", high=2.0, default=0.0
    )
    holding_per_year: Quantity = quantity(
        "cost of holding stock: room, insurance, spoilage and the money in it, as a share of its value",
        unit="share/year",
        high=2.0,
        default=0.0,
    )
    origin: str = origin()

    @model_validator(mode="after")
    def _error_and_gap(self) -> Self:
        stated = self.model_fields_set & {"record_error", "record_gap"}
        if len(stated) == 1:
            (name,) = stated
            other = ({"record_error", "record_gap"} - stated).pop()
            raise ValueError(f"`{name}` has no effect without `{other}`; state both, or remove it")
        return self
