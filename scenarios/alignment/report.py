"""What `gaps` found: goals, initiatives and a roadmap, frozen, with unit and error; as a document and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sim.display.shown import Shown
from sim.outcomes import provenance

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

    from optimize.archive import Estimate
    from scenarios.alignment.firmness import Firmness

SCHEMA_VERSION = 1
PER = 10_000
"""Attainment is given per so much money [currency]."""

Direction = Literal["better", "worse"]


@dataclass(frozen=True)
class Level:
    """A KPI in the year of a goal, over draws, and how often the goal is reached.

    mean, p5, p95: None where no draw has a value; without_value: share of such draws, which reach nothing.
    reached: share of all draws, with its 95 % interval (Wilson).
    """

    mean: Estimate | None
    p5: float | None
    p95: float | None
    without_value: float
    reached: float
    reached_interval: tuple[float, float]

    def document(self) -> dict[str, Any]:
        """As the JSON document of `gaps` holds it; units and errors as in the fields."""
        return {
            "mean": _estimate(self.mean),
            "p5": self.p5,
            "p95": self.p95,
            "without_value": self.without_value,
            "reached": {"share": self.reached, "low": self.reached_interval[0], "high": self.reached_interval[1]},
        }


@dataclass(frozen=True)
class GoalGap:
    """A goal against the baseline.

    gap: distance of the baseline's mean to the target [unit], above 0 where it falls short. is_open: the gap exceeds
    tolerance and noise. months: first and last of the year in which it is judged. moved_by: initiatives that move it
    for the better.
    """

    name: str
    title: str
    kpi: str
    unit: str
    better: Literal["higher", "lower"]
    target: float
    tolerance: float
    weight: float
    month: int
    months: tuple[int, int]
    baseline: Level
    gap: float
    is_open: bool
    moved_by: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """As the JSON document of `gaps` holds it; units and errors as in the fields."""
        return {
            "title": self.title,
            "kpi": self.kpi,
            "unit": self.unit,
            "better": self.better,
            "target": self.target,
            "tolerance": self.tolerance,
            "weight": self.weight,
            "month": self.month,
            "year": {"first_month": self.months[0], "last_month": self.months[1]},
            "baseline": self.baseline.document(),
            "gap": self.gap,
            "open": self.is_open,
            "moved_by": list(self.moved_by),
        }


@dataclass(frozen=True)
class Movement:
    """What one goal's KPI gains or loses [unit], paired by draw; None where fewer than two draws have both values.

    moves: the direction, where the change exceeds noise and floor. gap_closed: share, -1 to 1; 0 without a change.
    """

    change: Estimate | None
    moves: Direction | None
    gap_closed: float

    def document(self) -> dict[str, Any]:
        """As the JSON document of `gaps` holds it; units and errors as in the fields."""
        return {"change": _estimate(self.change), "moves": self.moves, "gap_closed": self.gap_closed}


@dataclass(frozen=True)
class Alignment:
    """What some spending does for the goals.

    cost: present value of the own cost [currency]. attainment: shares of the gaps closed by weight, -1 to 1.
    per_money: attainment per PER of currency; None where nothing is spent. goals: by goal.
    """

    cost: Estimate
    attainment: Estimate
    per_money: Estimate | None
    goals: Mapping[str, Movement]

    def moving(self, direction: Direction) -> tuple[str, ...]:
        """Goals that it moves in a direction."""
        return tuple(name for name, one in self.goals.items() if one.moves == direction)

    @property
    def technology_first(self) -> bool:
        """Whether it moves no goal, in neither direction."""
        return all(one.moves is None for one in self.goals.values())

    def document(self) -> dict[str, Any]:
        """As the JSON document of `gaps` holds it; units and errors as in the fields."""
        return {
            "cost": _estimate(self.cost),
            "attainment": _estimate(self.attainment),
            "attainment_per_10000": _estimate(self.per_money),
            "goals": {name: one.document() for name, one in self.goals.items()},
        }


@dataclass(frozen=True)
class Aligned:
    """An initiative, beside what it requires.

    start, beside: start months of itself and of what it requires, the earliest that fit. needed_by: initiatives that
    move a goal and require it, step by step.
    """

    name: str
    title: str
    start: int
    beside: Mapping[str, int]
    mandatory: bool
    needed_by: tuple[str, ...]
    alignment: Alignment

    def document(self) -> dict[str, Any]:
        """As the JSON document of `gaps` holds it; units and errors as in the fields."""
        return {
            "id": self.name,
            "title": self.title,
            "start": self.start,
            "beside": dict(self.beside),
            "mandatory": self.mandatory,
            "technology_first": self.alignment.technology_first,
            "needed_by": list(self.needed_by),
            **self.alignment.document(),
        }


@dataclass(frozen=True)
class RoadmapGaps:
    """A roadmap against the baseline. levels: by goal. idle: its initiatives that move no goal and that no other of it
    requires; idle_cost: what the roadmap would save without them [currency, present value]."""

    starts: Mapping[str, int]
    levels: Mapping[str, Level]
    alignment: Alignment
    idle: tuple[str, ...]
    idle_cost: Estimate

    def document(self) -> dict[str, Any]:
        """As the JSON document of `gaps` holds it; units and errors as in the fields."""
        own = self.alignment.document()
        goals = {name: {"level": self.levels[name].document(), **one} for name, one in own["goals"].items()}
        idle = {"initiatives": list(self.idle), "cost": _estimate(self.idle_cost)}
        return {"starts": dict(self.starts), **own, "goals": goals, "technology_first": idle}


@dataclass(frozen=True, repr=False)
class Gaps(Shown):
    """Goals against the baseline, and what moves them. `initiatives`: by attainment per money, best first, those that
    move no goal last. `firmness` of that order; None where nothing moves a goal. `unusable`: those that fit no start,
    each with the reason."""

    scenario: str
    scenario_hash: str
    title: str
    currency: str
    seed: int
    first_draw: int
    draws: int
    goals: tuple[GoalGap, ...]
    initiatives: tuple[Aligned, ...]
    firmness: Firmness | None
    roadmap: RoadmapGaps | None
    unusable: Mapping[str, str]
    notes: tuple[str, ...]

    @property
    def unmoved(self) -> tuple[GoalGap, ...]:
        """Goals that no initiative moves for the better."""
        return tuple(goal for goal in self.goals if not goal.moved_by)

    @property
    def technology_first(self) -> tuple[Aligned, ...]:
        """Initiatives that move no goal."""
        return tuple(one for one in self.initiatives if one.alignment.technology_first)

    def document(self) -> dict[str, Any]:
        """The JSON document that `roadfolio gaps --json` prints; what does not exist is None."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "seed": self.seed,
            "draws": self.draws,
            "first_draw": self.first_draw,
            "currency": self.currency,
            "goals": {goal.name: goal.document() for goal in self.goals},
            "initiatives": [one.document() for one in self.initiatives],
            "technology_first": [one.name for one in self.technology_first],
            "unmoved_goals": [goal.name for goal in self.unmoved],
            "firmness": None if self.firmness is None else self.firmness.document(),
            "roadmap": None if self.roadmap is None else self.roadmap.document(),
            "unusable": dict(self.unusable),
            "notes": list(self.notes),
            "provenance": provenance(self.scenario_hash),
        }

    def to_frame(self) -> polars.DataFrame:
        """One row an initiative and goal: change with error, direction, share of the gap closed; and of the initiative
        its cost, attainment and attainment per money."""
        import polars

        rows = [
            {
                "initiative": one.name,
                "goal": name,
                "change": None if moved.change is None else moved.change.mean,
                "se": None if moved.change is None else moved.change.se,
                "moves": moved.moves,
                "gap_closed": moved.gap_closed,
                "cost": one.alignment.cost.mean,
                "attainment": one.alignment.attainment.mean,
                "attainment_per_10000": None if one.alignment.per_money is None else one.alignment.per_money.mean,
            }
            for one in self.initiatives
            for name, moved in one.alignment.goals.items()
        ]
        numbers = ("change", "se", "gap_closed", "cost", "attainment", "attainment_per_10000")
        schema = {"initiative": polars.String, "goal": polars.String, "change": polars.Float64, "se": polars.Float64,
                  "moves": polars.String, **dict.fromkeys(numbers[2:], polars.Float64)}  # fmt: skip
        frame = polars.DataFrame(rows, schema=schema)
        return frame.with_columns(seed=polars.lit(self.seed), scenario_hash=polars.lit(self.scenario_hash))

    def __rich_repr__(self) -> Iterator[Any]:
        yield "scenario", self.scenario
        yield "draws", self.draws
        for goal in self.goals:
            yield goal.name, f"reached in {100 * goal.baseline.reached:.1f} % of draws"

    def plot(self) -> go.Figure:
        """Share of the draws that reach each goal without investments and, where one was given, with the roadmap."""
        from sim.display.forest import Row, forest

        rows = []
        for goal in self.goals:
            levels = [("as it is", goal.baseline)]
            if self.roadmap is not None:
                levels.append(("with the roadmap", self.roadmap.levels[goal.name]))
            rows += [
                Row(f"{goal.title or goal.name}, {how}", one.reached, *one.reached_interval) for how, one in levels
            ]
        return forest(f"Goals reached, {self.draws:,} draws", rows, "share", "share of the draws")


def _estimate(one: Estimate | None) -> dict[str, float] | None:
    return None if one is None else {"mean": one.mean, "se": one.se}
