"""What a break-even study found, frozen; as a document and as a table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenarios.sensing.measured import Measured
from sim.display.shown import Shown
from sim.outcomes import provenance

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Flip:
    """A value at which the decision flips. low, high: its 95 % interval; None where that end lies outside the range.
    below, above: start months of the better roadmap on either side of it. within: share of the driver's distribution
    below the value, of a driver only. refused: why there is no interval."""

    value: float
    low: float | None
    high: float | None
    below: Mapping[str, int] | None
    above: Mapping[str, int] | None
    within: float | None = None
    refused: str | None = None

    def document(self) -> dict[str, Any]:
        """The entry of the JSON document."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "below": None if self.below is None else dict(self.below),
            "above": None if self.above is None else dict(self.above),
            "within": self.within,
            "refused": self.refused,
        }


@dataclass(frozen=True)
class Point:
    """One simulated value: mean NPV of the roadmap less the other one [currency]."""

    value: float
    difference: Measured


@dataclass(frozen=True, repr=False)
class BreakEven(Shown):
    """The values of `subject` at which the decision flips.

    kind: driver, cost, benefit or budget. unit: of the values; `factor` for those of an initiative. low, high: the
    range that was searched. present: median of a driver, factor 1, sum of the budget over its periods. now: the
    difference as things stand [currency], now_se its standard error; None for a budget. flips: none means that nothing
    flips within the range. same: of a budget, in how many of `repeats` valuations the same roadmap is the best at
    present.
    """

    scenario: str
    scenario_hash: str
    title: str
    currency: str
    seed: int
    kind: str
    subject: str
    unit: str
    low: float
    high: float
    present: float
    roadmap: Mapping[str, int]
    against: Mapping[str, int] | None
    now: Measured | None
    now_se: float | None
    curve: tuple[Point, ...]
    flips: tuple[Flip, ...]
    draws: int
    repeats: int
    same: int
    notes: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The JSON document that `roadfolio break-even --json` prints."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "seed": self.seed,
            "currency": self.currency,
            "kind": self.kind,
            "subject": self.subject,
            "unit": self.unit,
            "low": self.low,
            "high": self.high,
            "present": self.present,
            "roadmap": dict(self.roadmap),
            "against": None if self.against is None else dict(self.against),
            "now": None if self.now is None else self.now.document(),
            "now_se": self.now_se,
            "curve": [{"value": one.value, "difference": one.difference.document()} for one in self.curve],
            "flips": [one.document() for one in self.flips],
            "draws": self.draws,
            "repeats": self.repeats,
            "same": self.same,
            "notes": list(self.notes),
            "provenance": provenance(self.scenario_hash),
        }

    def to_frame(self) -> polars.DataFrame:
        """One row a flip: value, ends of its interval (null: outside the range), unit."""
        import polars

        number = polars.Float64
        rows = [(self.kind, self.subject, one.value, one.low, one.high, self.unit) for one in self.flips]
        schema = {"kind": polars.String, "subject": polars.String, "value": number, "low": number, "high": number,
                  "unit": polars.String}  # fmt: skip
        frame = polars.DataFrame(rows, schema=schema, orient="row")
        return frame.with_columns(seed=polars.lit(self.seed), scenario_hash=polars.lit(self.scenario_hash))

    def __rich_repr__(self) -> Iterator[Any]:
        yield "scenario", self.scenario
        none = f"no flip from {self.low:.6g} to {self.high:.6g}"
        flips = ", ".join(f"{one.value:.4g}" for one in self.flips) or none
        yield f"{self.kind} {self.subject}", f"{flips} {self.unit}".strip()

    def plot(self) -> go.Figure:
        """The difference of the two roadmaps by the value, with its 95 % interval, and where the decision flips; of a
        budget, which has no curve, the values of the flips."""
        from sim.display.curves import Curve, curves
        from sim.display.forest import Row, forest

        name = f"{self.kind} of {self.subject}" if self.kind in ("cost", "benefit") else self.subject
        unit = f", {self.unit}" if self.unit else ""
        if not self.curve:
            rows = [Row(f"flip {n}", one.value, one.low, one.high) for n, one in enumerate(self.flips, start=1)]
            return forest(f"Where the decision flips: {name}", rows, self.unit, name)
        found = sorted(self.curve, key=lambda one: one.value)
        ends = [one.difference for one in found]
        curve = Curve("difference", [one.value for one in found], [one.estimate for one in ends],
                      [one.low for one in ends], [one.high for one in ends])  # fmt: skip
        what = f"difference of the mean NPV, {self.currency}"
        marks = [one.value for one in self.flips]
        return curves(f"Where the decision flips: {name}", [curve], f"{name}{unit}", what, marks=marks)


def inside(end: float) -> float | None:
    """An end of an interval, None where it lies outside the range."""
    return end if math.isfinite(end) else None
