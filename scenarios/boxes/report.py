"""Where a roadmap fails, frozen: boxes of driver values and signposts, with errors; as a document and as a table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sim.display.shown import Shown
from sim.outcomes import provenance

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Share:
    """A share and its standard error."""

    value: float
    se: float

    def document(self) -> dict[str, float]:
        """As the JSON document holds it."""
        return asdict(self)


@dataclass(frozen=True)
class End:
    """Restriction of one driver in its unit; None where an end is open. quasi_p: how probable such a density were if
    the restriction meant nothing."""

    driver: str
    unit: str
    low: float | None
    high: float | None
    quasi_p: float

    @property
    def words(self) -> str:
        """The condition: `a.b above 3 minutes`."""
        unit = "" if self.unit in ("share", "factor", "ratio", "") else f" {self.unit}"
        low, high = (
            None if end is None else f"{end:.3g}" if abs(end) < 1000 else f"{end:,.0f}" for end in (self.low, self.high)
        )
        if low is None:
            return f"{self.driver} is at most {high}{unit}"
        if high is None:
            return f"{self.driver} is at least {low}{unit}"
        return f"{self.driver} lies between {low} and {high}{unit}"


@dataclass(frozen=True)
class Box:
    """A part of the driver worlds that the boxes before it leave. density: share of it that fails; coverage: share of
    all that fails that lies in it; support: share of all driver worlds; measured on points that did not choose the box.
    confirmed: it is denser there than all, and than what lies outside all boxes so far by more than the errors."""

    ends: tuple[End, ...]
    density: Share
    coverage: Share
    support: Share
    confirmed: bool

    @property
    def condition(self) -> str:
        """Its restrictions in words."""
        return " and ".join(end.words for end in self.ends)

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        return {
            "ends": [asdict(end) for end in self.ends],
            "condition": self.condition,
            "density": self.density.document(),
            "coverage": self.coverage.document(),
            "support": self.support.document(),
            "confirmed": self.confirmed,
        }


@dataclass(frozen=True)
class Signpost:
    """A condition to watch: end of a driver beyond which failing is more frequent. beyond, otherwise: share that fails
    where it holds and where it does not; chance: share of the driver worlds in which it holds."""

    end: End
    beyond: Share
    otherwise: Share
    chance: Share

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        return {
            **asdict(self.end),
            "condition": self.end.words,
            "beyond": self.beyond.document(),
            "otherwise": self.otherwise.document(),
            "chance": self.chance.document(),
        }


@dataclass(frozen=True, repr=False)
class Discovery(Shown):
    """Boxes in which a roadmap fails. of: `draws` where a single draw with its events fails, `drivers` where the mean
    over the events does. base: share that fails overall; unsure: share of the points whose mean lies within twice its
    error of failing, so that luck decides, None with `draws`. points: that chose the boxes, and as many others that
    measured them, with `noise` draws of the events each."""

    scenario: str
    scenario_hash: str
    title: str
    currency: str
    seed: int
    points: int
    noise: int
    roadmap: Mapping[str, int]
    fails: str
    words: str
    of: str
    base: Share
    unsure: Share | None
    boxes: tuple[Box, ...]
    signposts: tuple[Signpost, ...]
    trajectory: tuple[tuple[int, float, float, float], ...]
    notes: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The JSON document that `roadfolio discover --json` prints."""
        keys = ("restricted", "density", "coverage", "support")
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "seed": self.seed,
            "currency": self.currency,
            "points": self.points,
            "noise": self.noise,
            "roadmap": dict(self.roadmap),
            "fails": self.fails,
            "of": self.of,
            "base": self.base.document(),
            "unsure": None if self.unsure is None else self.unsure.document(),
            "boxes": [box.document() for box in self.boxes],
            "signposts": [one.document() for one in self.signposts],
            "trajectory": [dict(zip(keys, step, strict=True)) for step in self.trajectory],
            "notes": list(self.notes),
            "provenance": provenance(self.scenario_hash),
        }

    def to_frame(self) -> polars.DataFrame:
        """One row a box and driver: ends, unit, density, coverage, support of the box with their errors."""
        import polars

        rows = [
            (n, end.driver, end.unit, end.low, end.high, end.quasi_p, *_flat(box.density), *_flat(box.coverage),
             *_flat(box.support))
            for n, box in enumerate(self.boxes, start=1)
            for end in box.ends
        ]  # fmt: skip
        number = polars.Float64
        schema = {"box": polars.Int64, "driver": polars.String, "unit": polars.String, "low": number, "high": number,
                  "quasi_p": number, "density": number, "density_se": number, "coverage": number,
                  "coverage_se": number, "support": number, "support_se": number}  # fmt: skip
        frame = polars.DataFrame(rows, schema=schema, orient="row")
        return frame.with_columns(seed=polars.lit(self.seed), scenario_hash=polars.lit(self.scenario_hash))

    def __rich_repr__(self) -> Iterator[Any]:
        yield "scenario", self.scenario
        yield "fails", f"{100 * self.base.value:.0f} % of {self.of}"
        for box in self.boxes:
            yield box.condition, f"{100 * box.density.value:.0f} %"

    def plot(self) -> go.Figure:
        """Share that fails overall and in each box, with its 95 % interval."""
        from sim.display.forest import forest, row

        rows = [row("overall", self.base.value, self.base.se)]
        rows += [
            row(f"box {n}: {one.condition}", one.density.value, one.density.se) for n, one in enumerate(self.boxes, 1)
        ]
        return forest(f"Where it fails: {self.fails}", rows, "share", f"share of the {self.of} that fail")


def _flat(one: Share) -> tuple[float, float]:
    return one.value, one.se


def finite(end: float) -> float | None:
    """An end, None where it is open."""
    return float(end) if math.isfinite(end) else None
