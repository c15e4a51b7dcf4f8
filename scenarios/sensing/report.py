"""What a sensitivity study found, frozen: every figure with its interval and unit; as a document and as a table."""

from __future__ import annotations

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
LEADING = {"tornado": "swing", "morris": "mu_star", "sobol": "total", "pawn": "index", "delta": "index"}
"""The figure of each method by which drivers are ordered."""
SHARES = ("first", "total", "index")


@dataclass(frozen=True)
class Influence:
    """What one driver, or a group of them, does to the outcome.

    drivers: their paths. at_low, at_high: value of a single driver at its 5 and its 95 % quantile, in `unit`. figures:
    by name, see `LEADING`; low, high, swing, mu_star and sigma in the unit of the study, the others are shares.
    """

    name: str
    drivers: tuple[str, ...]
    kind: str | None
    initiative: str | None
    owner: str | None
    unit: str | None
    at_low: float | None
    at_high: float | None
    figures: Mapping[str, Measured]

    def document(self) -> dict[str, Any]:
        """The entry of the JSON document."""
        return {
            "name": self.name,
            "drivers": list(self.drivers),
            "kind": self.kind,
            "initiative": self.initiative,
            "owner": self.owner,
            "unit": self.unit,
            "at_low": self.at_low,
            "at_high": self.at_high,
            "figures": {name: one.document() for name, one in self.figures.items()},
        }


@dataclass(frozen=True)
class Pair:
    """Second order index of two drivers or groups: what they do together beyond what each does alone (share)."""

    names: tuple[str, str]
    index: Measured


@dataclass(frozen=True)
class Year:
    """Cumulative cash at the end of a year against the baseline (or the other roadmap): its spread over the drivers,
    and the leading figure of every influence on it, in the order of the influences. Empty where nothing varies."""

    label: str
    sd: float
    figures: tuple[Measured, ...]


@dataclass(frozen=True)
class Lever:
    """What is ours to choose, or what the future brings, beside the drivers: shares of the variance."""

    name: str
    choices: tuple[str, ...]
    first: Measured
    total: Measured


@dataclass(frozen=True)
class Turned:
    """One driver and the decision, see `decision.Turn`. best: name of the best roadmap in each tenth of its range."""

    driver: str
    changes: float
    worlds: Measured
    best: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """One roadmap of the set among which the decision is looked at: mean NPV and share of the driver worlds in which it
    is the best."""

    name: str
    roadmap: Mapping[str, int]
    mean: Measured
    share: Measured


@dataclass(frozen=True)
class DecisionReport:
    """The set, the best of it, how often each initiative is in the best, and the drivers that change it, most first.
    close: roadmaps of which it cannot be told whether they are worse on average. points: draws of the drivers."""

    best: str
    close: tuple[str, ...]
    choices: tuple[Choice, ...]
    funded: Mapping[str, Measured]
    turns: tuple[Turned, ...]
    dummy: float
    points: int


@dataclass(frozen=True, repr=False)
class Sensitivity(Shown):
    """Which assumption an outcome hangs on.

    statistic, unit: the outcome; value: what it is over the design. roadmap, against: start months; with `against` it
    is the difference, draw by draw. points: of the design (draws, trajectories or base points), noise: draws of the
    events at each, draws: simulated in all. chance: index of chance where it is a group of its own. luck_left: at most
    so large a share of the variance may still be luck. correlated: pairs of drivers that the file correlates;
    independent: that was set aside on request. unfelt: drivers of initiatives that no roadmap starts. rest: drivers
    that were not looked at one by one; they are the last influence. dummy: of given-data methods, what a driver without
    influence reaches.
    """

    scenario: str
    scenario_hash: str
    title: str
    currency: str
    seed: int
    method: str
    statistic: str
    unit: str
    value: Measured
    roadmap: Mapping[str, int]
    against: Mapping[str, int] | None
    group_by: str | None
    points: int
    noise: int
    draws: int
    influences: tuple[Influence, ...]
    pairs: tuple[Pair, ...]
    years: tuple[Year, ...]
    chance: Mapping[str, Measured] | None
    luck_left: float | None
    correlated: tuple[tuple[str, str], ...]
    independent: bool
    unfelt: int
    rest: tuple[str, ...]
    dummy: float | None
    levers: tuple[Lever, ...]
    decision: DecisionReport | None
    notes: tuple[str, ...]

    @property
    def leading(self) -> str:
        """Name of the figure by which the influences are ordered."""
        return LEADING[self.method]

    def document(self) -> dict[str, Any]:
        """The JSON document that `roadfolio sensitivity --json` prints."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "seed": self.seed,
            "currency": self.currency,
            "method": self.method,
            "statistic": self.statistic,
            "unit": self.unit,
            "value": self.value.document(),
            "roadmap": dict(self.roadmap),
            "against": None if self.against is None else dict(self.against),
            "group_by": self.group_by,
            "points": self.points,
            "noise": self.noise,
            "draws": self.draws,
            "influences": [one.document() for one in self.influences],
            "pairs": [{"names": list(one.names), "index": one.index.document()} for one in self.pairs],
            "years": [
                {"year": one.label, "sd": one.sd, "figures": [figure.document() for figure in one.figures]}
                for one in self.years
            ],
            "chance": None if self.chance is None else {name: one.document() for name, one in self.chance.items()},
            "luck_left": self.luck_left,
            "correlated": [list(pair) for pair in self.correlated],
            "independent": self.independent,
            "unfelt": self.unfelt,
            "rest": list(self.rest),
            "dummy": self.dummy,
            "levers": [
                {
                    "name": one.name,
                    "choices": list(one.choices),
                    "first": one.first.document(),
                    "total": one.total.document(),
                }
                for one in self.levers
            ],
            "decision": None if self.decision is None else _decision(self.decision),
            "notes": list(self.notes),
            "provenance": provenance(self.scenario_hash),
        }

    def to_frame(self) -> polars.DataFrame:
        """One row an influence and figure: estimate, ends of its interval, unit."""
        import polars

        rows = [
            (one.name, one.kind, one.initiative, one.owner, name, found.estimate, found.low, found.high,
             "share" if name in SHARES else self.unit)
            for one in self.influences
            for name, found in one.figures.items()
        ]  # fmt: skip
        text, number = polars.String, polars.Float64
        schema = {"name": text, "kind": text, "initiative": text, "owner": text, "figure": text, "estimate": number,
                  "low": number, "high": number, "unit": text}  # fmt: skip
        frame = polars.DataFrame(rows, schema=schema, orient="row")
        return frame.with_columns(
            method=polars.lit(self.method), seed=polars.lit(self.seed), scenario_hash=polars.lit(self.scenario_hash)
        )

    def __rich_repr__(self) -> Iterator[Any]:
        yield "scenario", self.scenario
        yield "of", f"{self.method} of {self.statistic} [{self.unit}]"
        for one in self.influences[:5]:
            yield one.name, one.figures[self.leading].estimate

    def plot(self) -> go.Figure:
        """The figure by which the drivers are ordered, with its 95 % interval, largest first."""
        from sim.display.forest import Row, forest

        known = [(one.name, one.figures[self.leading]) for one in self.influences]
        rows = [Row(name, one.estimate, one.low, one.high) for name, one in known]
        unit = "share" if self.leading in SHARES else self.unit
        what = {"swing": "swing", "mu_star": "mean absolute elementary effect", "total": "total index"}
        return forest(f"What {self.statistic} hangs on ({self.method})", rows, unit, what.get(self.leading, "index"))


def _decision(found: DecisionReport) -> dict[str, Any]:
    return {
        "best": found.best,
        "close": list(found.close),
        "points": found.points,
        "choices": [
            {
                "name": one.name,
                "roadmap": dict(one.roadmap),
                "mean": one.mean.document(),
                "share": one.share.document(),
            }
            for one in found.choices
        ],
        "funded": {name: one.document() for name, one in found.funded.items()},
        "turns": [
            {"driver": one.driver, "changes": one.changes, "worlds": one.worlds.document(), "best": list(one.best)}
            for one in found.turns
        ],
        "dummy": found.dummy,
    }
