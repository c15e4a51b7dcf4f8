"""What `policies` found, frozen, with unit and error; as a document and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.display.shown import Shown
from sim.outcomes import provenance

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

    from optimize.archive import Estimate
    from scenarios.comparing.paired import Difference, Odds
    from sim.measures import Interval

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class PolicyResult:
    """A policy on the test draws. roadmap: start months; of the policy that reviews, the one that most draws end with,
    carried out in the `share` of them. goals: mean share of the goals reached, by their weights; None without goals.
    gain, goals_gain: minus the plan that is made once, paired."""

    name: str
    what: str
    roadmap: Mapping[str, int]
    share: float
    npv: Estimate
    loss: Interval
    cost: Estimate
    trough: Estimate
    goals: Estimate | None
    gain: Difference
    goals_gain: Difference | None

    def document(self) -> dict[str, Any]:
        """As JSON documents hold it."""
        return {
            "name": self.name,
            "what": self.what,
            "roadmap": dict(self.roadmap),
            "share_of_draws": self.share,
            "npv": _estimate(self.npv),
            "prob_npv_negative": {"share": self.loss.estimate, **self.loss.ends()},
            "cost": _estimate(self.cost),
            "cash_trough": _estimate(self.trough),
            "goals_reached": None if self.goals is None else _estimate(self.goals),
            "gain": self.gain.document(),
            "goals_gain": None if self.goals_gain is None else self.goals_gain.document(),
        }


@dataclass(frozen=True)
class Worth:
    """What a habit is worth: NPV and goals with it minus without it, paired. of: the two policies compared. odds: how
    often NPV is higher with it. note: what has to be known of it; empty where nothing has."""

    habit: str
    of: tuple[str, str]
    npv: Difference
    goals: Difference | None
    odds: Odds
    note: str = ""

    def document(self) -> dict[str, Any]:
        """As JSON documents hold it."""
        return {
            "habit": self.habit,
            "with": self.of[0],
            "without": self.of[1],
            "npv": self.npv.document(),
            "goals": None if self.goals is None else self.goals.document(),
            "odds": self.odds.document(),
            "note": self.note,
        }


@dataclass(frozen=True)
class Ending:
    """A roadmap that reviewing ends with, start months, and the share of the test draws in which it does."""

    roadmap: Mapping[str, int]
    share: float

    def document(self) -> dict[str, Any]:
        """As JSON documents hold it."""
        return {"roadmap": dict(self.roadmap), "share": self.share}


@dataclass(frozen=True, repr=False)
class PolicyStudy(Shown):
    """Policies on `draws` test draws from `first_draw` on; the rules of the reviews come from `train_draws` others.

    reviews: months. rules: month -> reviews in which a rule proved itself better than the best on average. candidates:
    continuations that a review may choose from. measurement_error: of a KPI that is observed, over its level. endings:
    of the policy that reviews, the most frequent first.
    """

    scenario: str
    scenario_hash: str
    title: str
    currency: str
    seed: int
    first_draw: int
    draws: int
    train_draws: int
    review_every: int
    reviews: tuple[int, ...]
    rules: Mapping[int, int]
    candidates: int
    measurement_error: float
    policies: tuple[PolicyResult, ...]
    worths: tuple[Worth, ...]
    endings: tuple[Ending, ...]
    notes: tuple[str, ...]

    def policy(self, name: str) -> PolicyResult:
        """Raises KeyError for a name that is none."""
        return {one.name: one for one in self.policies}[name]

    def worth(self, habit: str) -> Worth:
        """Raises KeyError for a habit that was not valued."""
        return {one.habit: one for one in self.worths}[habit]

    def document(self) -> dict[str, Any]:
        """The JSON document that `roadfolio policies --json` prints."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "seed": self.seed,
            "first_draw": self.first_draw,
            "draws": self.draws,
            "train_draws": self.train_draws,
            "currency": self.currency,
            "review_every_months": self.review_every,
            "reviews": [{"month": month, "rules": self.rules.get(month, 0)} for month in self.reviews],
            "candidates": self.candidates,
            "measurement_error": self.measurement_error,
            "policies": [one.document() for one in self.policies],
            "worths": [one.document() for one in self.worths],
            "endings": [one.document() for one in self.endings],
            "notes": list(self.notes),
            "provenance": provenance(self.scenario_hash),
        }

    def to_frame(self) -> polars.DataFrame:
        """One row a policy: NPV, cost, trough, share of losing draws, goals, gain against the plan made once."""
        import polars

        rows = [
            {
                "policy": one.name,
                "npv": one.npv.mean,
                "npv_se": one.npv.se,
                "prob_npv_negative": one.loss.estimate,
                "cost": one.cost.mean,
                "cash_trough": one.trough.mean,
                "goals_reached": None if one.goals is None else one.goals.mean,
                "gain": one.gain.mean,
                "gain_low": one.gain.interval.low,
                "gain_high": one.gain.interval.high,
                "verdict": one.gain.verdict,
            }
            for one in self.policies
        ]
        kinds: dict[str, Any] = dict.fromkeys(rows[0], polars.Float64)
        frame = polars.DataFrame(rows, schema={**kinds, "policy": polars.String, "verdict": polars.String})
        return frame.with_columns(
            unit=polars.lit(self.currency), seed=polars.lit(self.seed), scenario_hash=polars.lit(self.scenario_hash)
        )

    def __rich_repr__(self) -> Iterator[Any]:
        yield "scenario", self.scenario
        yield "draws", self.draws
        for one in self.policies:
            yield one.name, f"NPV {one.npv} {self.currency}"

    def plot(self) -> go.Figure:
        """What each policy gains over the plan that is made once, with its 95 % interval."""
        from sim.display.forest import Row, forest

        rows = [Row(one.name, one.gain.mean, one.gain.interval.low, one.gain.interval.high) for one in self.policies]
        return forest(
            f"Policies on {self.draws:,} draws", rows, self.currency, "gain of the mean NPV over the plan made once"
        )


def _estimate(one: Estimate) -> dict[str, float]:
    return {"mean": one.mean, "se": one.se}
