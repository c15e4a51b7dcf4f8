"""How the work of an initiative goes: overrun by class, stage gates, outside help, running old and new side by side."""

import math
from typing import Literal, NamedTuple, Self

from pydantic import Field, model_validator

from sim.quantities import Quantity
from sim.world.base import Certain, World, origin, plain, quantity

LOWEST_MEDIAN, HIGHEST_MEDIAN, HIGHEST_TAIL = 0.5, 1.49, 0.9


class Shape(NamedTuple):
    """Overrun of one project: the numbers of its class after integrations and size, as `sim.mechanisms.overrun` takes
    them; correlation, common: of the normal scores of cost and duration, and with the factor of all projects."""

    median: float
    log_sd: float
    tail_share: float
    tail_exponent: float
    cap: float
    correlation: float
    common: float


class Growth(World):
    """How overrun grows with each integration."""

    median: Certain = plain("factor on the median", unit="factor", low=1, high=3, default=1.0)
    tail_odds: Certain = plain("factor on the odds of the tail", unit="factor", low=1, high=10, default=1.0)


class SizeGrowth(Growth):
    """How overrun grows with each doubling of the planned size; a size below `reference` lowers it alike."""

    of: Literal["cost", "duration"] = plain(
        "size: planned capital and delivery (money), or planned months of work", default="cost"
    )
    reference: Certain = plain("size for which the numbers of the class hold", unit="money or months", low=0.1)


class RiskClass(World):
    """Overrun of a class of projects: realised / planned cost and duration. Body: lognormal below 1.5; with
    probability `tail_share` a Pareto tail above 1.5, capped."""

    median: Certain = plain("median ratio of the body", low=LOWEST_MEDIAN, high=HIGHEST_MEDIAN)
    log_sd: Certain = plain("log standard deviation of the body", low=0.01, high=2)
    tail_share: Certain = plain("probability of a ratio above 1.5", low=0, high=HIGHEST_TAIL)
    tail_exponent: Certain = plain("Pareto exponent of the tail", low=0.2, high=20)
    cap: Certain = plain("largest ratio", low=1.5, high=50, default=10.0)
    cost_time_rank: Certain = plain("rank correlation of cost and duration ratio", low=-0.99, high=0.99, default=0.6)
    common_rank: Certain = plain(
        "rank correlation of the cost ratios of two projects of the class in one draw: what all projects of a business "
        "have in common",
        low=0,
        high=0.95,
        default=0.0,
    )
    per_integration: Growth | None = None
    per_doubling: SizeGrowth | None = None
    origin: str = origin()

    @model_validator(mode="after")
    def _grows(self) -> Self:
        growths = (("per_integration", self.per_integration), ("per_doubling", self.per_doubling))
        found = [
            f"in `{name}`, the factor on the odds of the tail has no effect: `tail_share` is 0; "
            "state a tail, or remove the factor"
            for name, growth in growths
            if growth is not None and growth.tail_odds != 1.0 and self.tail_share == 0.0
        ]
        if found:
            raise ValueError("\n".join(found))
        return self

    def shape(self, integrations: int, cost: float, months: float) -> Shape:
        """Overrun of a project with so many integrations, of that planned cost (money) and duration (months).

        median * a^n * b^d, odds of the tail * c^n * e^d; n integrations, d = log2(size / reference) doublings.
        """
        median, tail = float(self.median), float(self.tail_share)
        odds = 1.0
        if self.per_integration is not None:
            median *= float(self.per_integration.median) ** integrations
            odds *= float(self.per_integration.tail_odds) ** integrations
        if self.per_doubling is not None:
            size = cost if self.per_doubling.of == "cost" else months
            if size > 0.0:
                doublings = math.log2(size / float(self.per_doubling.reference))
                median *= float(self.per_doubling.median) ** doublings
                odds *= float(self.per_doubling.tail_odds) ** doublings
        if odds != 1.0:
            odds *= tail / (1.0 - tail)
            tail = odds / (1.0 + odds)
        correlation = 2.0 * math.sin(math.pi * float(self.cost_time_rank) / 6.0)
        common = 2.0 * math.sin(math.pi * float(self.common_rank) / 6.0)
        exponent, cap = float(self.tail_exponent), float(self.cap)
        return Shape(median, float(self.log_sd), tail, exponent, cap, correlation, common)


class Phase(World):
    """A part of the work with a gate at its end: the work goes on only if the gate is passed."""

    share: Certain = plain("part of the whole work and cost", unit="share", low=0.001, high=1)
    failure_probability: Quantity = quantity(
        "probability that the work fails at the gate", unit="share", high=1.0, default=0.0
    )
    stop_above_cost: Certain | None = plain(
        "the work is stopped at the gate when realised over planned cost is above this", low=0.5, high=50, default=None
    )
    stop_above_duration: Certain | None = plain(
        "the work is stopped at the gate when realised over planned duration is above this",
        low=0.5,
        high=50,
        default=None,
    )


class Gate(NamedTuple):
    """End of a phase. field: path of its failure probability below the initiative. end: share of the work done by then.
    Limits: ratios above which the work is stopped, infinite for none."""

    field: str
    end: float
    cost_limit: float
    duration_limit: float


class Help(World):
    """Outside help with the work: what it costs, the days that own staff need not give, how it lowers the risk. Another
    initiative (an adviser for all projects) can change the three factors by its effects."""

    capital: Quantity = quantity("price, booked with the capital", unit="money", default=0.0)
    delivery: Quantity = quantity("price, booked with the delivery", unit="money", default=0.0)
    days: dict[str, Certain] = Field(
        default_factory=dict, description="days of each skill in every month of work that are bought (days/month)"
    )
    spread: Quantity = quantity("factor on the log sd of the overrun", unit="factor", high=1.0, default=1.0)
    tail: Quantity = quantity("factor on the probability of the tail", unit="factor", high=1.0, default=1.0)
    failure: Quantity = quantity("factor on the probability to fail at each gate", unit="factor", high=1.0, default=1.0)


class Parallel(World):
    """Old and new side by side after go-live: it costs money and days, and the pace suffers less."""

    months: int = plain("months from go-live", unit="months", low=1, high=24)
    running_per_month: Quantity = quantity(
        "cost of keeping the old one running", unit="money/month", default=0.0, effect=False
    )
    skill_days: dict[str, Certain] = Field(
        default_factory=dict, description="own staff's days of each skill for the double work (days/month)"
    )
    dip: Certain = plain("factor on the dip's depth in these months", unit="factor", low=0, high=1, default=1.0)
