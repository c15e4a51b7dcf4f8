"""What `contributions` found, frozen, with unit and error; as a document and as a table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.display.shown import Shown
from sim.outcomes import provenance

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

    from optimize.archive import Estimate

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Part:
    """A Shapley value with the standard errors that the draws and that the sampled orders leave."""

    mean: float
    se_draws: float
    se_orders: float

    @property
    def se(self) -> float:
        """Both errors together."""
        return math.hypot(self.se_draws, self.se_orders)

    def document(self) -> dict[str, float]:
        """As the JSON document holds it."""
        return {"mean": self.mean, "se": self.se, "se_draws": self.se_draws, "se_orders": self.se_orders}


@dataclass(frozen=True)
class Contribution:
    """What an initiative adds to its roadmap.

    requires: what it requires directly. alone: beside no more than what it requires. last_in: what the roadmap loses
    without it and without what needs it; last_in_loss: the same of its probability of a loss. npv, cost, cvar5
    [currency], prob_loss: Shapley values, which add up to the roadmap's; cvar5 None with too few draws.
    """

    name: str
    title: str
    start: int
    mandatory: bool
    requires: tuple[str, ...]
    alone: Estimate
    last_in: Estimate
    last_in_loss: Estimate
    npv: Part
    cost: Part
    cvar5: Part | None
    prob_loss: Part

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        return {
            "id": self.name,
            "title": self.title,
            "start": self.start,
            "mandatory": self.mandatory,
            "requires": list(self.requires),
            "alone": _estimate(self.alone),
            "last_in": _estimate(self.last_in),
            "last_in_prob_loss": _estimate(self.last_in_loss),
            "shapley": {
                "npv": self.npv.document(),
                "cost": self.cost.document(),
                "cvar5": None if self.cvar5 is None else self.cvar5.document(),
                "prob_loss": self.prob_loss.document(),
            },
        }


@dataclass(frozen=True)
class Pair:
    """What two initiatives are worth together beyond what each adds [currency]: beside what they require, and beside
    the rest of the roadmap. clear: the second differs from 0, with 95 % confidence over all pairs at once."""

    first: str
    second: str
    alone: Estimate
    in_roadmap: Estimate
    clear: bool

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        return {
            "pair": [self.first, self.second],
            "alone": _estimate(self.alone),
            "in_roadmap": _estimate(self.in_roadmap),
            "clear": self.clear,
        }


@dataclass(frozen=True, repr=False)
class Contributions(Shown):
    """A roadmap divided among its initiatives. npv, cost, cvar5 [currency], prob_loss: of the whole. orders: sampled,
    None where all of them count. initiatives: by their part of the NPV, largest first. pairs: by the size of their
    interplay in the roadmap, largest first."""

    scenario: str
    scenario_hash: str
    title: str
    currency: str
    seed: int
    first_draw: int
    draws: int
    orders: int | None
    simulated: int
    roadmap: Mapping[str, int]
    npv: Estimate
    cost: Estimate
    cvar5: Estimate | None
    prob_loss: Estimate
    initiatives: tuple[Contribution, ...]
    pairs: tuple[Pair, ...]
    notes: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The JSON document that `roadfolio contributions --json` prints; what does not exist is None."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "roadmap": dict(self.roadmap),
            "seed": self.seed,
            "first_draw": self.first_draw,
            "draws": self.draws,
            "orders": self.orders,
            "simulated_roadmaps": self.simulated,
            "currency": self.currency,
            "npv": _estimate(self.npv),
            "cost": _estimate(self.cost),
            "cvar5": None if self.cvar5 is None else _estimate(self.cvar5),
            "prob_loss": _estimate(self.prob_loss),
            "initiatives": [one.document() for one in self.initiatives],
            "pairs": [pair.document() for pair in self.pairs],
            "notes": list(self.notes),
            "provenance": provenance(self.scenario_hash),
        }

    def to_frame(self) -> polars.DataFrame:
        """One row an initiative: alone, last in, Shapley values with errors [currency; prob_loss: share]."""
        import polars

        rows = [
            {
                "initiative": one.name,
                "start": one.start,
                "alone": one.alone.mean,
                "alone_se": one.alone.se,
                "last_in": one.last_in.mean,
                "last_in_se": one.last_in.se,
                "npv": one.npv.mean,
                "npv_se": one.npv.se,
                "cost": one.cost.mean,
                "cost_se": one.cost.se,
                "cvar5": None if one.cvar5 is None else one.cvar5.mean,
                "cvar5_se": None if one.cvar5 is None else one.cvar5.se,
                "prob_loss": one.prob_loss.mean,
                "prob_loss_se": one.prob_loss.se,
            }
            for one in self.initiatives
        ]
        kinds: dict[str, Any] = dict.fromkeys(rows[0], polars.Float64)
        frame = polars.DataFrame(rows, schema={**kinds, "initiative": polars.String, "start": polars.Int64})
        return frame.with_columns(
            unit=polars.lit(self.currency), seed=polars.lit(self.seed), scenario_hash=polars.lit(self.scenario_hash)
        )

    def __rich_repr__(self) -> Iterator[Any]:
        yield "scenario", self.scenario
        yield "draws", self.draws
        for one in self.initiatives:
            yield one.name, f"{one.npv.mean:,.0f} ± {one.npv.se:,.0f} {self.currency}"

    def plot(self) -> go.Figure:
        """The part of the NPV that is each initiative's (Shapley value), with its 95 % interval."""
        from sim.display.forest import forest, row

        rows = [row(one.title, one.npv.mean, one.npv.se) for one in self.initiatives]
        return forest("What each initiative adds", rows, self.currency, "part of the mean NPV")


def _estimate(one: Estimate) -> dict[str, float]:
    return {"mean": one.mean, "se": one.se}
