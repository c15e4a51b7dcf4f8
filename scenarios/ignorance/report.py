"""What a two-level run found, frozen, with unit and error; as a document and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.display.shown import Shown
from sim.outcomes import provenance

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

    from scenarios.ignorance.overall_range import OverallRange
    from scenarios.ignorance.probability_box import Level
    from scenarios.ignorance.typical_gap import TypicalGap
    from scenarios.ignorance.variance_split import VarianceSplit

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Divided:
    """One measure, told apart. box: levels in ascending order of threshold; empty with too few draws for it."""

    unit: str
    split: VarianceSplit
    gap: TypicalGap
    range: OverallRange
    box: tuple[Level, ...]

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        return {
            "unit": self.unit,
            **self.split.document(),
            "range": self.range.document(),
            "typical_gap": self.gap.document(),
            "box": [level.document() for level in self.box],
        }


@dataclass(frozen=True, repr=False)
class TwoLevel(Shown):
    """A roadmap under `drivers` draws of the drivers with `chance` draws of the events each.

    measures: npv, cash_trough and cost of the roadmap. difference: the same of the roadmap minus `against`, draw by
    draw; empty where nothing is compared.
    """

    scenario: str
    scenario_hash: str
    title: str
    currency: str
    seed: int
    first_draw: int
    drivers: int
    chance: int
    uncertain_numbers: int
    roadmap: Mapping[str, int]
    against: Mapping[str, int] | None
    measures: Mapping[str, Divided]
    difference: Mapping[str, Divided]
    notes: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The JSON document that `roadfolio uncertainty --json` prints; what does not exist is None."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "roadmap": dict(self.roadmap),
            "against": None if self.against is None else dict(self.against),
            "seed": self.seed,
            "first_draw": self.first_draw,
            "drivers": self.drivers,
            "chance": self.chance,
            "uncertain_numbers": self.uncertain_numbers,
            "currency": self.currency,
            "measures": {name: one.document() for name, one in self.measures.items()},
            "difference": {name: one.document() for name, one in self.difference.items()} or None,
            "notes": list(self.notes),
            "provenance": provenance(self.scenario_hash),
        }

    def to_frame(self) -> polars.DataFrame:
        """One row a measure and threshold: chance to stay below it, with error, and its band over drivers."""
        import polars

        rows = [
            (kind, name, one.unit, level.threshold, level.mean, level.se, level.lower.estimate, level.upper.estimate)
            for kind, divided in (("roadmap", self.measures), ("difference", self.difference))
            for name, one in divided.items()
            for level in one.box
        ]
        text, number = polars.String, polars.Float64
        schema = {"of": text, "measure": text, "unit": text, "below": number, "chance": number, "se": number,
                  "p5": number, "p95": number}  # fmt: skip
        frame = polars.DataFrame(rows, schema=schema, orient="row")
        return frame.with_columns(seed=polars.lit(self.seed), scenario_hash=polars.lit(self.scenario_hash))

    def __rich_repr__(self) -> Iterator[Any]:
        yield "scenario", self.scenario
        yield "draws", f"{self.drivers} of the drivers x {self.chance} of the events"
        for name, one in self.measures.items():
            share = one.split.share
            yield name, "does not vary" if share is None else f"{100 * share.share:.0f} % of the variance is ignorance"

    def plot(self) -> go.Figure:
        """Share of the variance of each measure that could be known, with its 95 % interval."""
        from sim.display.forest import Row, forest

        named = [("", self.measures), ("difference of ", self.difference)]
        known = [(f"{which}{name}", one.split.share) for which, many in named for name, one in many.items()]
        rows = [Row(name, one.share, one.low, one.high) for name, one in known if one is not None]
        return forest("Ignorance in the variance; the rest is chance", rows, "share", "share of the variance")
