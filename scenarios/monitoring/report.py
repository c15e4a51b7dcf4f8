"""What replanning came to: the plan that is issued now, what became of the old one, and what was learned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from scenarios.monitoring.actuals import Actual
from scenarios.monitoring.findings import (
    Driver,
    Score,
    Surprise,
    driver_row,
    score_row,
    summary_of,
    surprise_row,
)
from sim.display.shown import Shown
from sim.provenance import provenance

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

    from optimize import Plan
    from optimize.archive import Estimate
    from scenarios.monitoring.record import Record

Kind = Literal["under way", "kept", "moved", "dropped", "added"]
Decision = Literal["nothing learned", "confirmed", "kept", "changed", "forced"]


@dataclass(frozen=True)
class Change:
    """An initiative in the old plan and in the issued one; None: not in it."""

    initiative: str
    kind: Kind
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Sample:
    """How many draws there are and what they are worth. file, prior: the file's own draws, and the effective ones among
    them. draws, effective: those that the figures are of. remade: these were made around what was observed, in so many
    steps. information: of the observations, in nats; None where no draw of the file agrees. enough: effective is 200 or
    more."""

    file: int
    prior: float
    draws: int
    effective: float
    remade: bool
    steps: int
    information: float | None
    enough: bool


@dataclass(frozen=True, eq=False, repr=False)
class Replanned(Shown):
    """plan: that is issued. old: roadmap of the plan before. proposed: what the search found; it is issued only where
    it is shown to be better. old_npv, proposed_npv, gain: on the same observed draws, of the report. began: worth of
    the old plan before the observations. decision and why: in a word and in a sentence.
    raised: (budget, period, money) by which what is under way passes its budget. plan_document: of `plan`, with the
    pins of planner and past. records: locked, oldest first; the last one is of the issued plan."""

    scenario: str
    scenario_hash: str
    title: str
    currency: str
    start: str
    seed: int
    at: int
    old: Mapping[str, int]
    proposed: Mapping[str, int]
    plan: Plan
    plan_document: Mapping[str, Any]
    changes: tuple[Change, ...]
    decision: Decision
    why: str
    sample: Sample
    began: Estimate
    old_npv: Estimate
    proposed_npv: Estimate
    gain: Estimate
    actuals: tuple[Actual, ...]
    drivers: tuple[Driver, ...]
    surprises: tuple[Surprise, ...]
    scores: tuple[Score, ...]
    records: tuple[Record, ...]
    raised: tuple[tuple[str, int, float], ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def roadmap(self) -> Mapping[str, int]:
        """The roadmap that is issued."""
        return self.plan.roadmap

    def document(self) -> dict[str, Any]:
        """The JSON document, as `roadfolio replan --json` prints it."""
        return {
            "schema_version": 1,
            "scenario": self.scenario,
            "scenario_hash": self.scenario_hash,
            "seed": self.seed,
            "currency": self.currency,
            "start": self.start,
            "at": self.at,
            "decision": self.decision,
            "why": self.why,
            "old": dict(self.old),
            "roadmap": dict(self.roadmap),
            "proposed": dict(self.proposed),
            "changes": [asdict(one) for one in self.changes],
            "sample": asdict(self.sample),
            "npv": {
                "old_before": asdict(self.began),
                "old": asdict(self.old_npv),
                "proposed": asdict(self.proposed_npv),
                "gain": asdict(self.gain),
            },
            "drivers": [driver_row(one) for one in self.drivers],
            "observations": [surprise_row(one) for one in self.surprises],
            "scores": [score_row(one) for one in self.scores],
            "score_summary": summary_of(self.scores),
            "raised": [{"budget": name, "period": t, "money": more} for name, t, more in self.raised],
            "record": {"hash": self.records[-1]["hash"], "previous": self.records[-1]["previous"]},
            "notes": list(self.notes),
            "provenance": provenance(self.scenario_hash),
        }

    def to_frame(self) -> polars.DataFrame:
        """One row a figure: what of (plan, driver, observation, score), name, statistic, value, unit."""
        import polars

        names = ("of", "name", "month", "statistic", "value", "unit")
        kinds = dict(zip(names, (str, str, int, str, float, str), strict=True))
        frame = polars.DataFrame(list(self._rows()), schema=kinds, orient="row")
        return frame.with_columns(
            at=polars.lit(self.at), seed=polars.lit(self.seed), scenario_hash=polars.lit(self.scenario_hash)
        )

    def _rows(self) -> Iterator[tuple[str, str, int | None, str, float | None, str]]:
        money = self.currency
        for name, one in (
            ("old_before", self.began), ("old", self.old_npv), ("proposed", self.proposed_npv), ("gain", self.gain),
        ):  # fmt: skip
            yield "plan", name, None, "mean", one.mean, money
            yield "plan", name, None, "se", one.se, money
        for change in self.changes:
            yield "change", change.initiative, change.before, change.kind, change.after, "month"
        for driver in self.drivers:
            for when, ends in (("before", driver.before), ("after", driver.after)):
                for statistic, value in zip(("p5", "p50", "p95"), ends, strict=True):
                    yield "driver", driver.path, None, f"{when}.{statistic}", value, driver.unit
        for row in self.surprises:
            actual = row.actual
            values = {
                "value": None if actual.is_absent else actual.value, "expected": row.expected, "after": row.after,
            }  # fmt: skip
            for statistic, figure in values.items():
                yield "observation", actual.what, actual.month, statistic, figure, actual.unit
            yield "observation", actual.what, actual.month, "chance", row.chance, "share"
        for score in self.scores:
            yield f"score of record {score.record}", score.what, score.month, "crps", score.crps, score.unit
            yield f"score of record {score.record}", score.what, score.month, "place", score.place, "share"

    def __rich_repr__(self) -> Iterator[Any]:
        yield "scenario", self.scenario
        yield "at", self.at
        yield "decision", self.decision
        yield "gain", f"{self.gain} {self.currency}"
        yield "effective draws", f"{self.sample.effective:,.0f} of {self.sample.draws:,}"

    def plot(self) -> go.Figure:
        """Mean NPV of the old plan before and after the observations, and of what the search proposes."""
        from sim.display.forest import forest, row

        found = (
            ("the old plan, before the observations", self.began), ("the old plan, now", self.old_npv),
            ("what the search proposes, now", self.proposed_npv), ("its gain over the old plan", self.gain),
        )  # fmt: skip
        rows = [row(name, one.mean, one.se) for name, one in found]
        return forest(f"Month {self.at}: {self.decision}", rows, self.currency, "mean NPV")


def changes_of(old: Mapping[str, int], new: Mapping[str, int], at: int) -> tuple[Change, ...]:
    """What became of each initiative of either roadmap, by start.

    >>> [(one.initiative, one.kind) for one in changes_of({"a": 0, "b": 6, "c": 9}, {"a": 0, "b": 9, "d": 6}, 3)]
    [('a', 'under way'), ('d', 'added'), ('b', 'moved'), ('c', 'dropped')]
    """
    rows = []
    for name in {**old, **new}:
        before, after = old.get(name), new.get(name)
        kind: Kind
        if before is None:
            kind = "added"
        elif after is None:
            kind = "dropped"
        elif before < at:
            kind = "under way"
        else:
            kind = "kept" if before == after else "moved"
        rows.append(Change(name, kind, before, after))

    def order(row: Change) -> tuple[int, str]:
        return (row.after if row.after is not None else row.before or 0, row.initiative)

    return tuple(sorted(rows, key=lambda row: (row.kind == "dropped", order(row))))
