"""How robust decisions are, frozen, with unit and error; as a document and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from scenarios.across.floors import FloorKept, ShareRange
from scenarios.across.shares import WorldShare
from scenarios.decisions.choices import Decision
from sim.display.shown import Shown
from sim.outcomes import provenance

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Funded:
    """How often an initiative is in the best decision of a driver world.

    start: commonest start month there; early, late: the middle 80 % of its starts; None where it is never funded.
    planned: its start in the first decision of the set.
    """

    id: str
    title: str
    share: WorldShare
    start: int | None
    early: int | None
    late: int | None
    planned: int | None

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        return asdict(self)


@dataclass(frozen=True)
class Standing:
    """A decision across driver worlds.

    mean: NPV [currency]; best: share of worlds in which it is the best of the set; regret: mean of what it gives away
    against the best of each world [currency]; gains: share of worlds with NPV above 0; floor: how often cash falls
    below the floor, None without one; acceptable: range of the share of worlds with NPV above 0 in which cash falls
    below the floor no more often than allowed. futures: mean NPV in each future; worst, most_regret: its smallest NPV
    and largest regret over futures, None without futures.
    """

    decision: Decision
    mean: float
    se: float
    best: WorldShare
    regret: float
    regret_se: float
    gains: WorldShare
    floor: FloorKept | None
    acceptable: ShareRange
    futures: Mapping[str, tuple[float, float]]
    worst: tuple[str, float, float] | None
    most_regret: tuple[str, float, float] | None

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        return {
            **self.decision.document(),
            "npv": {"value": self.mean, "se": self.se},
            "best": asdict(self.best),
            "regret": {"value": self.regret, "se": self.regret_se},
            "gains": asdict(self.gains),
            "floor": None if self.floor is None else asdict(self.floor),
            "acceptable": asdict(self.acceptable),
            "futures": {name: {"value": value, "se": se} for name, (value, se) in self.futures.items()},
            "worst": _extreme(self.worst),
            "most_regret": _extreme(self.most_regret),
        }


@dataclass(frozen=True)
class Rule:
    """What one way of choosing among the set takes: `average`, `worst case` or `minimax regret`.

    decision: its position; value: mean NPV, NPV in the worst future, or largest regret [currency], with standard error,
    on draws that did not choose it. future: the one that decides.
    """

    rule: str
    decision: int
    value: float
    se: float
    future: str | None

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        return asdict(self)


@dataclass(frozen=True, repr=False)
class Robustness(Shown):
    """Decisions of a stated set across driver worlds and futures.

    Shares and regret are of E(NPV | drivers) over `points` driver worlds with `noise` draws of the events each, never
    of single draws; futures are valued on `draws` draws. floor, allowed: of cash [currency], and how often it may be
    broken; None without a floor.
    """

    scenario: str
    scenario_hash: str
    title: str
    currency: str
    seed: int
    points: int
    noise: int
    draws: int
    resolved: int
    floor: float | None
    allowed: float | None
    initiatives: tuple[Funded, ...]
    decisions: tuple[Standing, ...]
    futures: tuple[tuple[str, str, float | None], ...]
    rules: tuple[Rule, ...]
    notes: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The JSON document that `roadfolio robustness --json` prints; what does not exist is None."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "seed": self.seed,
            "currency": self.currency,
            "points": self.points,
            "noise": self.noise,
            "draws": self.draws,
            "resolved": self.resolved,
            "cash_floor": self.floor,
            "cash_floor_allowed": self.allowed,
            "initiatives": [one.document() for one in self.initiatives],
            "decisions": [one.document() for one in self.decisions],
            "futures": [{"name": name, "title": title, "probability": chance} for name, title, chance in self.futures],
            "rules": [one.document() for one in self.rules],
            "notes": list(self.notes),
            "provenance": provenance(self.scenario_hash),
        }

    def to_frame(self) -> polars.DataFrame:
        """One row a figure: what it is of, value, standard error, unit; ends of ranges of 95 % have no error."""
        import polars

        rows: list[tuple[str, str, float, float | None, str]] = []
        for one in self.initiatives:
            rows.append(("funded", one.id, one.share.value, one.share.se, "share"))
        for which in self.decisions:
            name = which.decision.name
            rows.append(("npv", name, which.mean, which.se, self.currency))
            rows.append(("best", name, which.best.value, which.best.se, "share"))
            rows.append(("regret", name, which.regret, which.regret_se, self.currency))
            rows.append(("gains", name, which.gains.value, which.gains.se, "share"))
            ends = [("acceptable", which.acceptable.low, which.acceptable.high)]
            if which.floor is not None:
                ends.append(("below the floor", which.floor.low, which.floor.high))
                ends.append(("keeps the floor", which.floor.worlds.low, which.floor.worlds.high))
            for what, low, high in ends:
                rows.append((f"{what}, at least", name, low, None, "share"))
                rows.append((f"{what}, at most", name, high, None, "share"))
            rows += [(f"npv in {at}", name, value, se, self.currency) for at, (value, se) in which.futures.items()]
        for rule in self.rules:
            unit = self.currency
            rows.append((rule.rule, self.decisions[rule.decision].decision.name, rule.value, rule.se, unit))
        schema = {"measure": polars.String, "of": polars.String, "value": polars.Float64, "se": polars.Float64,
                  "unit": polars.String}  # fmt: skip
        frame = polars.DataFrame(rows, schema=schema, orient="row")
        return frame.with_columns(seed=polars.lit(self.seed), scenario_hash=polars.lit(self.scenario_hash))

    def __rich_repr__(self) -> Iterator[Any]:
        yield "scenario", self.scenario
        yield "decisions", len(self.decisions)
        for one in self.rules:
            yield one.rule, self.decisions[one.decision].decision.name

    def plot(self) -> go.Figure:
        """In which share of the driver worlds each initiative is in the best decision, with its 95 % interval."""
        from sim.display.forest import forest, row

        rows = [row(one.title, one.share.value, one.share.se) for one in self.initiatives]
        return forest(f"How often it is funded, {self.points:,} driver worlds", rows, "share", "share of the worlds")


def _extreme(one: tuple[str, float, float] | None) -> dict[str, Any] | None:
    return None if one is None else {"future": one[0], "value": one[1], "se": one[2]}
