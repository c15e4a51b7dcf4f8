"""The choices of a planner around one scenario: how much budget, and how much risk.

Programs propose, simulation values: what is printed comes from draws that chose nothing (`REPORT_FROM`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from optimize.archive import Archive, Clock, Estimate, estimate
from optimize.check import violations
from optimize.choices.risk_frontier import LEVEL, WEIGHTS, Propose, efficient, gradient_proposals, turning_weights
from optimize.frontier import Ladder, ladder, need
from optimize.goal_floors import with_floors
from optimize.periods import months
from optimize.plan_limits import REPORT_FROM, SEARCH_FROM, PlanLimits, Progress
from optimize.planning import NoRoadmap
from optimize.policies import do_nothing, yardsticks
from optimize.reasons.resolves import Resolves
from optimize.refine import allowed_roadmaps, refine
from optimize.valuation import Valuation, rules, valuation
from sim.measures import cvar
from sim.montecarlo import worth_a_table

if TYPE_CHECKING:
    from sim.world import Scenario

SCHEMA_VERSION: Final = 1


@dataclass(frozen=True)
class BudgetPoint:
    """One size of the budgets and what to do with it.

    factor: on all amounts. budget: their sum over the periods. worth: most in the program. roadmap: start months of the
    best roadmap, in simulation on the search draws, of all that the program proposed for some budget and that fit this
    one; None where none meets every demand. least_factor: the budgets at which it begins to fit. npv: on fresh draws.
    step: paired gain over the point before on the same draws. dominated: a smaller budget earns as much or more in the
    mean on the fresh draws. proved: the worth in the program.
    """

    factor: float
    budget: float
    worth: float | None
    roadmap: Mapping[str, int] | None
    least_factor: float | None
    npv: Estimate | None
    cost: float | None
    step: Estimate | None
    dominated: bool
    proved: bool


@dataclass(frozen=True)
class Knee:
    """The least factor on the budgets at which a worth can be had in the program [currency]."""

    factor: float
    budget: float
    worth: float
    roadmap: Mapping[str, int]
    proved: bool


@dataclass(frozen=True)
class RiskPoint:
    """An efficient roadmap (start months): mean NPV and CVaR on fresh draws; weights of risk for which it is the best.

    step: paired gain of mean NPV over the point before (which has the larger mean).
    """

    roadmap: Mapping[str, int]
    npv: Estimate
    cvar: float
    weights: tuple[float, float] | None
    step: Estimate | None


@dataclass(frozen=True)
class Frontier:
    """NPV against budget, and against CVaR where that was asked for (else None)."""

    scenario: str
    seed: int
    currency: str
    budgets: tuple[BudgetPoint, ...]
    knees: tuple[Knee, ...]
    all_knees: bool
    risk: tuple[RiskPoint, ...] | None
    risk_of: int
    level: float
    titles: Mapping[str, str]
    draws: int
    solves: int
    unproved: int
    seconds: float

    def document(self) -> dict[str, Any]:
        """The JSON document that `roadfolio frontier --json` prints."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "seed": self.seed,
            "currency": self.currency,
            "draws": {"first": REPORT_FROM, "draws": self.draws},
            "budgets": [
                {
                    "factor": one.factor,
                    "budget": one.budget,
                    "worth": one.worth,
                    "roadmap": None if one.roadmap is None else dict(one.roadmap),
                    "least_factor": one.least_factor,
                    "npv": _estimate(one.npv),
                    "cost": one.cost,
                    "step": _estimate(one.step),
                    "dominated": one.dominated,
                    "proved": one.proved,
                }
                for one in self.budgets
            ],
            "knees": [
                {
                    "factor": one.factor,
                    "budget": one.budget,
                    "worth": one.worth,
                    "roadmap": dict(one.roadmap),
                    "proved": one.proved,
                }
                for one in self.knees
            ],
            "all_knees": self.all_knees,
            "risk": None
            if self.risk is None
            else {
                "level": self.level,
                "roadmaps": self.risk_of,
                "points": [
                    {
                        "roadmap": dict(one.roadmap),
                        "npv": _estimate(one.npv),
                        "cvar": one.cvar,
                        "weights": None if one.weights is None else list(one.weights),
                        "step": _estimate(one.step),
                    }
                    for one in self.risk
                ],
            },
            "solves": self.solves,
            "unproved": self.unproved,
            "seconds": self.seconds,
        }


def frontiers(
    scenario: Scenario,
    seed: int,
    limits: PlanLimits,
    at: Sequence[float],
    *,
    all_knees: bool = False,
    risk: bool = False,
    progress: Progress | None = None,
) -> Frontier:
    """NPV against budget at these factors on all budgets and, if asked for, against CVaR.

    First the search of `plan` with the present budgets. The ladder is that of its last program; a second one, of the
    program of singles and pairs around no incumbent, proposes for budgets far from the present ones. At each budget the
    best in simulation of all roadmaps that fit it is taken, those of the search among them. Raises NoRoadmap if no
    roadmap meets every demand with the present budgets.
    """
    clock = Clock(None)
    ruled = with_floors(scenario, rules(scenario, seed, limits), seed, limits)
    least = do_nothing(ruled.problem, limits.solver)
    if least is None:
        raise NoRoadmap(("No roadmap meets every demand with the present budgets: `roadfolio plan` says why.",))
    archive = Archive(scenario, seed, SEARCH_FROM, limits.search_draws, limits, progress, worth_a_table(scenario, seed))
    valued = valuation(ruled, archive, limits)
    resolves = Resolves(limits.solver)
    sticks = yardsticks(valued.problem, archive, least)
    found = refine(valued, archive, sticks.values(), limits, clock)
    valued = found.valuation
    program = found.program.without_worlds().model_copy(update={"trust_region": None, "forbidden": ()})
    climbed = ladder(program, resolves, at, "all" if all_knees else "rungs")
    far = ladder(valued.problem, resolves, at, "none")
    fresh = Archive(scenario, seed, REPORT_FROM, limits.report_draws, limits, progress)
    points = _budget_points(scenario, valued, climbed, far, archive, fresh)
    risks, number = _risk_points(scenario, valued, archive, fresh, resolves) if risk else (None, 0)
    return Frontier(
        scenario=scenario.name,
        seed=seed,
        currency=scenario.profile.currency,
        budgets=points,
        knees=tuple(
            Knee(one.factor, one.budget, one.worth, months(scenario, one.roadmap), one.proved)
            for one in climbed.knees
            if one.worth is not None and one.roadmap is not None
        ),
        all_knees=climbed.complete,
        risk=risks,
        risk_of=number,
        level=LEVEL,
        titles={name: one.title for name, one in scenario.initiatives.items()},
        draws=limits.report_draws,
        solves=resolves.count,
        unproved=resolves.unproved,
        seconds=clock.elapsed,
    )


def _budget_points(
    scenario: Scenario, valued: Valuation, climbed: Ladder, far: Ladder, archive: Archive, fresh: Archive
) -> tuple[BudgetPoint, ...]:
    """The rungs with the best simulated roadmap that fits each, valued on fresh draws."""
    proposed = [dict(one.roadmap) for one in (*climbed.rungs, *far.rungs) if one.roadmap is not None]
    archive.simulate(proposed, "roadmaps of the budgets")
    unbound = valued.problem.model_copy(update={"budgets": ()})
    plans = [one for one in archive if not violations(unbound, one)]
    needs = [need(valued.problem, one) for one in plans]
    best: list[int | None] = []
    for rung in climbed.rungs:
        fits = [k for k, least in enumerate(needs) if least <= rung.factor * (1.0 + 1e-9)]
        best.append(max(fits, key=lambda k: (archive.mean(plans[k]), -needs[k]), default=None))
    fresh.simulate([plans[k] for k in best if k is not None], "roadmaps of the budgets on fresh draws")
    points: list[BudgetPoint] = []
    top, before = None, None
    for rung, k in zip(climbed.rungs, best, strict=True):
        if k is None:
            points.append(
                BudgetPoint(rung.factor, rung.budget, rung.worth, None, None, None, None, None, False, rung.proved)
            )
            continue
        plan = plans[k]
        npv = estimate(fresh.npv(plan))
        step: Estimate | None = None if before is None else fresh.difference(plan, before)
        dominated = top is not None and npv.mean <= top
        top = npv.mean if top is None else max(top, npv.mean)
        points.append(
            BudgetPoint(
                rung.factor, rung.budget, rung.worth, months(scenario, plan), needs[k], npv, fresh.cost(plan), step,
                dominated, rung.proved,
            )
        )  # fmt: skip
        before = plan
    return tuple(points)


def _risk_points(
    scenario: Scenario,
    valued: Valuation,
    archive: Archive,
    fresh: Archive,
    resolves: Resolves,
    propose: Propose | None = None,
) -> tuple[tuple[RiskPoint, ...], int]:
    """The efficient simulated roadmaps; `propose`: a program with risk in its goal (None: the gradient)."""
    known = allowed_roadmaps(valued.problem, archive)
    careful = gradient_proposals(valued.problem, archive, known, resolves) if propose is None else propose
    proposals = [one for one in (careful(weight) for weight in WEIGHTS) if one is not None]
    archive.simulate(proposals, "careful roadmaps")
    feasible = allowed_roadmaps(valued.problem, archive)
    figures = [(archive.mean(one), float(cvar(archive.npv(one), LEVEL))) for one in feasible]
    chosen = [feasible[i] for i in efficient(figures)]
    fresh.simulate(chosen, "efficient roadmaps on fresh draws")
    again = [(fresh.mean(one), float(cvar(fresh.npv(one), LEVEL))) for one in chosen]
    kept = efficient(again)
    spans = turning_weights([again[i] for i in kept])
    points: list[RiskPoint] = []
    for position, (i, span) in enumerate(zip(kept, spans, strict=True)):
        gain = None if position == 0 else fresh.difference(chosen[i], chosen[kept[position - 1]])
        npv = estimate(fresh.npv(chosen[i]))
        points.append(RiskPoint(months(scenario, chosen[i]), npv, again[i][1], span, gain))
    return tuple(points), len(feasible)


def _estimate(one: Estimate | None) -> dict[str, float] | None:
    return None if one is None else {"mean": one.mean, "se": one.se}
