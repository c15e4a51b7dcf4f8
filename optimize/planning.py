"""The plan: what to do when, what it is worth, what was compared, and how far each statement goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from optimize.archive import Estimate
from sim.display.shown import Shown

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

    from optimize.gaps import Gaps
    from optimize.problem import RoadmapProblem
    from optimize.reasons.conflict import Conflict
    from optimize.reasons.repairs import Repair
    from optimize.reasons.report import Reasons
    from optimize.risk.report import RiskReport
    from optimize.stochastic_value import StochasticValue
    from sim.outcomes import Outcomes

SCHEMA_VERSION: Final = 1


class NoRoadmap(Exception):  # noqa: N818 (a finding about the scenario, in sentences)
    """No roadmap meets every demand. `sentences`: which demands conflict, and what would have to give way.

    conflict, repairs: the same as data, where they were found.
    """

    def __init__(
        self, sentences: tuple[str, ...], conflict: Conflict | None = None, repairs: tuple[Repair, ...] = ()
    ) -> None:
        self.sentences = sentences
        self.conflict = conflict
        self.repairs = repairs
        super().__init__(" ".join(sentences))


@dataclass(frozen=True)
class Purse:
    """One budget in one period [currency]: its own money, what the roadmap spends, what is carried to the next, grants
    received, and what is owed at the end."""

    amount: float
    spent: float
    carried: float
    granted: float = 0.0
    debt: float = 0.0


@dataclass(frozen=True)
class PlannedPeriod:
    """One planning period of the recommended roadmap, mean cost over draws [currency] and days as planned.

    start: its first month. capacity: days that each skill may give. bought_days: of skills of which days can be bought.
    loads: initiatives that load each department, owner and vendor whose limit is stated. load_limits: how many may.
    """

    start: int
    label: str
    capital: float
    running: float
    delivery: float
    budgets: Mapping[str, Purse]
    skill_days: Mapping[str, float]
    capacity: Mapping[str, float]
    bought_days: Mapping[str, float] = field(default_factory=dict)
    loads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    load_limits: Mapping[str, int] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The row of the plan's JSON document; `budget` and `carried` are sums over the budgets."""
        purses = self.budgets.values()
        return {
            "start": self.start,
            "label": self.label,
            "capital": self.capital,
            "running": self.running,
            "delivery": self.delivery,
            "budget": sum(purse.amount for purse in purses),
            "carried": sum(purse.carried for purse in purses),
            "budgets": {
                name: {
                    "amount": one.amount,
                    "spent": one.spent,
                    "carried": one.carried,
                    "granted": one.granted,
                    "debt": one.debt,
                }
                for name, one in self.budgets.items()
            },
            "skill_days": dict(self.skill_days),
            "capacity": dict(self.capacity),
            "bought_days": dict(self.bought_days),
            "loads": {
                name: {"at_most": self.load_limits[name], "initiatives": list(busy)}
                for name, busy in self.loads.items()
            },
        }


@dataclass(frozen=True)
class Candidate:
    """A finalist: start months, NPV on fresh draws, probability that its mean is the largest."""

    roadmap: Mapping[str, int]
    npv: Estimate
    prob_best: float
    draws: int


@dataclass(frozen=True)
class LeftOut:
    """An initiative that is not in the roadmap; gain: change of NPV by the best simulated roadmap with it."""

    id: str
    reason: str
    gain: Estimate | None


@dataclass(frozen=True)
class PinnedStart:
    """A decision that was taken before the plan: start month, None = it stays out, and why."""

    id: str
    start_month: int | None
    reason: str


@dataclass(frozen=True)
class Yardstick:
    """What a simple rule would have chosen (start months), and its NPV on the draws of the report.

    gain: NPV of the plan minus that of the rule, paired by draw.
    """

    policy: str
    roadmap: Mapping[str, int]
    npv: Estimate
    prob_npv_negative: float
    gain: Estimate


@dataclass(frozen=True)
class Step:
    """One proposal of the program in the search; see `refine.Iteration`. Roadmaps hold start months."""

    round: int
    delta: int | None
    proposal: Mapping[str, int]
    program: float
    simulated: Estimate
    gain: Estimate
    accepted: bool


@dataclass(frozen=True)
class DrawRange:
    """Draws that served one purpose: from `first` on, at most `draws` a roadmap; paths times roadmaps simulated."""

    first: int
    draws: int
    path_roadmaps: int


@dataclass(frozen=True, repr=False)
class Plan(Shown):
    """The recommendation and all that it rests on.

    status, objective, bound, gap: of the last program, the linearisation around the incumbent of the search; they bound
        nothing that was simulated. objective and bound in currency, gap relative.
    roadmap: start months. outcomes: figures of the recommended roadmap on the draws of the report.
    indistinct: finalists that may be better by more than the indifference. claim: what may be said of the roadmap.
    interactions: number of pairs simulated because they share something, and of others simulated as a test, and of
        triples, and how many of each were found.
    gaps: of the model, the sample and the solver, each of something else.
    stochastic_value: against the plan that takes every driver at its mean; None where that finds no roadmap.
    program: the last program, the one that status, objective, bound and gap speak of.
    reasons: what would change the plan, most of it by that program; None where it was not asked.
    pins: decisions that were taken before the plan.
    stopped_by_time: the clock ended a part of the work, so another run may end elsewhere.
    risk: the aim, tails, overruns and futures on the draws of the report.
    """

    status: str
    objective: float | None
    bound: float | None
    gap: float | None
    roadmap: Mapping[str, int]
    titles: Mapping[str, str]
    periods: tuple[PlannedPeriod, ...]
    outcomes: Outcomes
    finalists: tuple[Candidate, ...]
    indistinct: tuple[Mapping[str, int], ...]
    prob_good: float
    indifference: float
    rejected: tuple[LeftOut, ...]
    yardsticks: tuple[Yardstick, ...]
    iterations: tuple[Step, ...]
    interactions: Mapping[str, int]
    program: RoadmapProblem
    gaps: Gaps
    stochastic_value: StochasticValue | None
    claim: str
    rule: str
    draws: Mapping[str, DrawRange]
    seconds: float
    stopped_by_time: bool
    risk: RiskReport
    pins: tuple[PinnedStart, ...] = ()
    reasons: Reasons | None = None

    @property
    def verdict(self) -> str:
        """Whether the roadmap beats the program alone and the simple rules on the draws of the report."""
        from optimize.verdict import verdict

        attitude = self.risk.attitude
        if attitude.sees_worlds or attitude.sees_futures:
            return verdict(((one.policy, one.gain) for one in self.risk.tails), self.outcomes.draws, attitude.words)
        return verdict(((one.policy, one.gain) for one in self.yardsticks), self.outcomes.draws)

    def document(self) -> dict[str, Any]:
        """The JSON document that `roadfolio plan --json` prints; what does not exist is None."""
        outcomes = self.outcomes.document(0)
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.outcomes.scenario,
            "seed": self.outcomes.seed,
            "currency": self.outcomes.currency,
            "status": self.status,
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "claim": self.claim,
            "roadmap": dict(self.roadmap),
            "pins": [{"initiative": one.id, "start_month": one.start_month, "reason": one.reason} for one in self.pins],
            "periods": [period.document() for period in self.periods],
            "outcomes": outcomes,
            "finalists": [
                {"roadmap": dict(one.roadmap), "npv": _npv(one.npv), "prob_best": one.prob_best, "draws": one.draws}
                for one in self.finalists
            ],
            "selection": {
                "rule": self.rule,
                "indifference": self.indifference,
                "prob_within_indifference": self.prob_good,
                "indistinct": [dict(one) for one in self.indistinct],
            },
            "rejected": [
                {"id": one.id, "reason": one.reason, "gain": None if one.gain is None else _npv(one.gain)}
                for one in self.rejected
            ],
            "yardsticks": [
                {
                    "policy": one.policy,
                    "roadmap": dict(one.roadmap),
                    "npv": _npv(one.npv),
                    "prob_npv_negative": one.prob_npv_negative,
                    "gain": _npv(one.gain),
                }
                for one in self.yardsticks
            ],
            "iterations": [
                {
                    "round": one.round,
                    "delta": one.delta,
                    "proposal": dict(one.proposal),
                    "program": one.program,
                    "simulated": _npv(one.simulated),
                    "gain": _npv(one.gain),
                    "accepted": one.accepted,
                }
                for one in self.iterations
            ],
            "verdict": self.verdict,
            "stochastic_value": None if self.stochastic_value is None else self.stochastic_value.document(),
            "gaps": self.gaps.document(),
            "interactions": dict(self.interactions),
            "reasons": None if self.reasons is None else self.reasons.document(self.roadmap),
            "draws": {
                name: {"first": one.first, "draws": one.draws, "path_roadmaps": one.path_roadmaps}
                for name, one in self.draws.items()
            },
            "seconds": self.seconds,
            "stopped_by_time": self.stopped_by_time,
            "risk": self.risk.document(),
            "provenance": outcomes["provenance"],
        }

    def to_frame(self) -> polars.DataFrame:
        """One row an initiative, chosen ones first by start: id, title, start month, why it was left out."""
        import polars

        order = sorted(self.roadmap, key=lambda name: self.roadmap[name])
        rows = [(name, self.titles[name], self.roadmap[name], None) for name in order]
        rows += [(one.id, self.titles[one.id], None, one.reason) for one in self.rejected]  # type: ignore[misc]
        schema = {"initiative": polars.String, "title": polars.String, "month": polars.Int64, "reason": polars.String}
        return polars.DataFrame(rows, schema=schema, orient="row")

    def __rich_repr__(self) -> Iterator[Any]:
        yield "scenario", self.outcomes.scenario
        yield "roadmap", dict(self.roadmap)
        yield "npv", str(_of(self.outcomes)) + f" {self.outcomes.currency}"
        yield "claim", self.claim

    def plot(self) -> go.Figure:
        """What starts when and how long it is delivered, in periods; `outcomes.plot()` shows what it earns."""
        from sim.display.timeline import Bar, timeline

        months = self.periods[1].start - self.periods[0].start if len(self.periods) > 1 else 1
        labels = {one.start: one.label for one in self.periods}
        lengths = {one.id: months * max(1, one.duration) for one in self.program.initiatives}
        chosen = sorted(self.roadmap.items(), key=lambda one: one[1])
        bars = [Bar(self.titles[name], start, lengths[name], labels.get(start, "")) for name, start in chosen]
        return timeline("Roadmap: start and delivery", bars, "month from the start")


def _of(outcomes: Outcomes) -> Estimate:
    from optimize.archive import estimate

    return estimate(outcomes[0].npv)


def _npv(one: Estimate) -> dict[str, float]:
    return {"mean": one.mean, "se": one.se}
