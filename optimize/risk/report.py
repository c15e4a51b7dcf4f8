"""What a plan says of risk, on the draws of the report: its aim, tails, overruns, futures, the price of caution."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from optimize.archive import Archive, Clock, Estimate, estimate
from optimize.periods import Starts, months
from optimize.plan_limits import PlanLimits
from optimize.problem import RoadmapProblem
from optimize.refine import refine
from optimize.risk.attitude import Attitude
from optimize.risk.chances import overruns, period_costs
from optimize.risk.reduction import ReductionError, reduction_error
from optimize.risk.worlds import reduction_of, world_draws
from optimize.valuation import Valuation
from sim.breach import Breach
from sim.measures import Interval, cvar_interval
from sim.montecarlo import distinct

REDUCTION_FROM: Final = 3_000_000
"""First draw of the range on which the worlds of the program are judged."""
REDUCTION_DRAWS: Final = 1024
JUDGED: Final = 8
"""Roadmaps, the best of the search, on which they are judged."""


@dataclass(frozen=True)
class Tail:
    """Mean of the worst draws of a simple rule, and what the plan's score is above that of the rule, paired."""

    policy: str
    cvar: Interval
    gain: Estimate


@dataclass(frozen=True)
class InFuture:
    """NPV of the plan in one future. best: start months of the best roadmap found for it; regret: its NPV minus that of
    the plan, paired; both None where no regret was asked for."""

    future: str
    npv: Estimate
    best: Mapping[str, int] | None
    regret: Estimate | None


@dataclass(frozen=True)
class Neutral:
    """The roadmap that the mean alone would have found (start months). price: its mean NPV minus that of the plan,
    paired: what caution costs. cvar: its mean of the worst draws."""

    roadmap: Mapping[str, int]
    price: Estimate
    cvar: Interval


@dataclass(frozen=True)
class RiskReport:
    """attitude: what counts. score: of the plan. cvar: mean of its worst draws at the level of the attitude. overruns:
    by budget, with what is allowed. worlds: how good the worlds of the program are. tightened: how often the limits of
    the program had to be tightened."""

    attitude: Attitude
    score: Estimate
    cvar: Interval
    tails: tuple[Tail, ...]
    overruns: Mapping[str, tuple[Breach, float | None]]
    futures: tuple[InFuture, ...]
    neutral: Neutral | None
    worlds: ReductionError | None
    tightened: int

    def document(self) -> dict[str, Any]:
        """The entry `risk` of the plan's JSON document."""
        one = self.attitude
        return {
            "aim": one.words,
            "objective": one.aim,
            "weight": one.weight,
            "level": one.level,
            "floor": one.floor,
            "score": asdict(self.score),
            "cvar": self.cvar.as_dict(),
            "yardsticks": [
                {"policy": tail.policy, "cvar": tail.cvar.as_dict(), "gain": asdict(tail.gain)} for tail in self.tails
            ],
            "overruns": [
                {"budget": name, **asdict(found), "allowed": allowed}
                for name, (found, allowed) in self.overruns.items()
            ],
            "futures": [
                {
                    "future": row.future,
                    "npv": asdict(row.npv),
                    "best": None if row.best is None else dict(row.best),
                    "regret": None if row.regret is None else asdict(row.regret),
                }
                for row in self.futures
            ],
            "neutral": None
            if self.neutral is None
            else {
                "roadmap": dict(self.neutral.roadmap),
                "price": asdict(self.neutral.price),
                "cvar": self.neutral.cvar.as_dict(),
            },
            "worlds": None if self.worlds is None else asdict(self.worlds),
            "tightened": self.tightened,
        }


def risk_report(
    problem: RoadmapProblem,
    fresh: Archive,
    plan: Starts,
    sticks: Mapping[str, Starts],
    neutral: Starts | None,
    worlds: ReductionError | None,
    tightened: int,
) -> RiskReport:
    """The report; fresh: archive of the draws of the report. problem: with the limits as stated."""
    scenario, attitude = fresh.scenario, fresh.attitude
    fresh.simulate(
        [plan, *sticks.values(), *([] if neutral is None else [neutral])], "tails on the draws of the report"
    )
    fresh.simulate(fresh.best_in.values(), "futures on the draws of the report")
    costs = period_costs(scenario, problem, fresh.draws, fresh.seed, fresh.first_draw, fresh.picked)
    allowed = {name: one.overrun_probability for name, one in scenario.money.budgets.items()}
    futures = []
    for name, other in fresh.futures.items():
        best = fresh.best_in.get(name)
        regret = None if best is None else other.difference(best, plan)
        futures.append(
            InFuture(name, estimate(other.npv(plan)), None if best is None else months(scenario, best), regret)
        )
    return RiskReport(
        attitude=attitude,
        score=estimate(fresh.scores(plan)),
        cvar=cvar_interval(fresh.npv(plan), attitude.level),
        tails=tuple(
            Tail(policy, cvar_interval(fresh.npv(one), attitude.level), fresh.gain(plan, one))
            for policy, one in sticks.items()
        ),
        overruns={name: (found, allowed[name]) for name, found in overruns(problem, plan, costs).items()},
        futures=tuple(futures),
        neutral=None
        if neutral is None
        else Neutral(
            months(scenario, neutral),
            fresh.difference(neutral, plan),
            cvar_interval(fresh.npv(neutral), attitude.level),
        ),
        worlds=worlds,
        tightened=tightened,
    )


def risk_neutral(
    valued: Valuation, archive: Archive, first: list[dict[str, int]], limits: PlanLimits, clock: Clock
) -> dict[str, int] | None:
    """The best roadmap by the mean alone, found on the same search draws, among what is known already, by one round of
    the program and by the local search; None where the mean is the aim already."""
    attitude = archive.attitude
    if not (attitude.sees_worlds or attitude.sees_futures):
        return None
    view = copy.copy(archive)  # shares what was simulated
    view.attitude, view.futures = Attitude(), {}
    plain = Valuation(valued.problem.without_worlds(), valued.pairs, valued.tested)
    return refine(plain, view, first, replace(limits, rounds=1), clock).best


def judged_worlds(problem: RoadmapProblem, archive: Archive, limits: PlanLimits) -> ReductionError | None:
    """How far the worlds of the program are from fresh draws; None for a program without worlds."""
    if not archive.attitude.sees_worlds:
        return None
    ranked = sorted((one for one in archive if one), key=lambda one: -float(np.mean(archive.scores(one))))[:JUDGED]
    draws = world_draws(archive, limits)
    count = distinct(limits.picked, REDUCTION_FROM, REDUCTION_DRAWS)
    fresh = Archive(archive.scenario, archive.seed, REDUCTION_FROM, count, limits)
    fresh.simulate(ranked, "worlds of the program on fresh draws")
    return reduction_error(
        reduction_of(problem, archive, draws),
        [archive.npv(one)[:draws] for one in ranked],
        [fresh.npv(one) for one in ranked],
        archive.attitude.level,
    )
