"""The choices of a planner around one scenario: how much budget, and how much risk.

Programs propose, simulation values: what is printed comes from draws that chose nothing (`REPORT_FROM`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from optimize.archive import Archive, Clock, Estimate, estimate
from optimize.check import violations
from optimize.choices.confirmation import MOST_TRIED, Confirmation
from optimize.choices.risk_frontier import WEIGHTS, Propose, efficient, gradient_proposals, turning_weights
from optimize.frontier import Ladder, ladder, need
from optimize.goal_floors import with_floors
from optimize.periods import months
from optimize.plan_limits import REPORT_FROM, SEARCH_FROM, PlanLimits, Progress
from optimize.planning import NoRoadmap
from optimize.policies import do_nothing, yardsticks
from optimize.reasons.resolves import Resolves
from optimize.refine import allowed_roadmaps, refine
from optimize.risk.attitude import attitude_of
from optimize.risk.limits import broken_baseline
from optimize.valuation import Valuation, rules, valuation
from sim.display.shown import Shown
from sim.measures import cvar
from sim.montecarlo import worth_a_table

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

    from optimize.risk.attitude import Attitude
    from sim.world import Scenario

SCHEMA_VERSION: Final = 1
ROUNDS: Final = 12
"""How often efficient roadmaps that are not confirmed are replaced by those behind them."""


@dataclass(frozen=True)
class BudgetPoint:
    """One size of the budgets and what to do with it.

    factor: on all amounts. budget: their sum over the periods. worth: most in the program. roadmap: start months of the
    best roadmap, in simulation on the search draws, of all that the program proposed for some budget, that fit this one
    and that fresh draws confirm; None where none does. least_factor: the budgets at which it begins to fit. npv: on
    fresh draws. step: paired gain over the point before on the same draws. dominated: a smaller budget earns as much or
    more in the mean on the fresh draws. proved: the worth in the program.
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


@dataclass(frozen=True, repr=False)
class Frontier(Shown):
    """NPV against budget, and against CVaR where that was asked for (else None). notes: what to know of them."""

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
    notes: tuple[str, ...] = ()

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
            "notes": list(self.notes),
        }

    def __rich_repr__(self) -> Iterator[Any]:
        yield "scenario", self.scenario
        yield "budgets", len(self.budgets)
        yield "knees", len(self.knees)
        yield "draws", self.draws

    def to_frame(self) -> polars.DataFrame:
        """One row a size of the budgets: factor, budget, NPV and gain over the size before with errors, starts."""
        import polars

        rows = [
            (one.factor, one.budget, one.worth, _mean(one.npv), _error(one.npv), _mean(one.step), _error(one.step),
             one.cost, None if one.roadmap is None else " ".join(f"{k}@{v}" for k, v in one.roadmap.items()),
             one.proved, self.currency)
            for one in self.budgets
        ]  # fmt: skip
        number = polars.Float64
        names = ("factor", "budget", "worth", "npv", "npv_se", "step", "step_se", "cost")
        schema = {
            **dict.fromkeys(names, number),
            "roadmap": polars.String,
            "proved": polars.Boolean,
            "unit": polars.String,
        }
        return polars.DataFrame(rows, schema=schema, orient="row").with_columns(seed=polars.lit(self.seed))

    def plot(self) -> go.Figure:
        """Mean NPV by budget on fresh draws, with its 95 % interval."""
        from sim.display.curves import Curve, curves
        from sim.display.forest import Z

        known = [(one.budget, one.npv) for one in self.budgets if one.npv is not None]
        curve = Curve(
            "mean NPV", [budget for budget, _ in known], [npv.mean for _, npv in known],
            [npv.mean - Z * npv.se for _, npv in known], [npv.mean + Z * npv.se for _, npv in known],
        )  # fmt: skip
        budget, npv = f"budgets, summed over the periods, {self.currency}", f"mean NPV, {self.currency}"
        return curves(f"NPV against budget, {self.draws:,} fresh draws", [curve], budget, npv)


def _mean(one: Estimate | None) -> float | None:
    return None if one is None else one.mean


def _error(one: Estimate | None) -> float | None:
    return None if one is None else one.se


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
    best in simulation of all roadmaps that fit it and that fresh draws confirm is taken, those of the search among
    them. The search is by the mean NPV, whatever the attitude to risk; CVaR is at the level that the scenario states.
    Raises NoRoadmap if no roadmap meets every demand with the present budgets, or none is confirmed with any of these.
    """
    clock = Clock(None)
    attitude, stated = attitude_of(scenario), scenario
    scenario = by_the_mean(scenario)
    ruled = with_floors(scenario, rules(scenario, seed, limits), seed, limits)
    least = do_nothing(ruled.problem, limits.solver)
    if least is None:
        raise NoRoadmap(("No roadmap meets every demand with the present budgets: `roadfolio plan` says why.",))
    broken = broken_baseline(scenario, seed, limits)
    if broken is not None:
        raise NoRoadmap((broken,))
    check = Confirmation(stated, ruled.problem, seed, limits)
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
    points = _budget_points(scenario, valued, climbed, far, archive, fresh, check)
    notes = _notes(attitude, check, points)
    if all(one.roadmap is None for one in points):
        none = f"No roadmap that was found meets every demand with up to {100 * max(at):g} % of the present budgets."
        raise NoRoadmap((none, *notes))
    level = attitude.level
    risks, number = _risk_points(scenario, valued, archive, fresh, resolves, check, level) if risk else (None, 0)
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
        level=level,
        titles={name: one.title for name, one in scenario.initiatives.items()},
        draws=limits.report_draws,
        solves=resolves.count,
        unproved=resolves.unproved,
        seconds=clock.elapsed,
        notes=notes,
    )


def by_the_mean(scenario: Scenario) -> Scenario:
    """The scenario with the mean NPV as its aim, and no floor of the bad tail."""
    return scenario.model_copy(update={"money": scenario.money.model_copy(update={"risk": None, "objective": "mean"})})


def _notes(attitude: Attitude, check: Confirmation, points: Sequence[BudgetPoint]) -> tuple[str, ...]:
    """What the search did not look at, and where nothing is confirmed."""
    notes = []
    if attitude.sees_worlds or attitude.sees_futures:
        notes.append(f"Searched and told by the mean NPV; `roadfolio plan` chooses for: {attitude.words}.")
    if check.demands:
        demands = " and ".join(check.demands)
        notes.append(f"Every roadmap told, those of the knees apart, keeps {demands} on fresh draws.")
    lost = [f"{100 * one.factor:g} %" for one in points if one.roadmap is None and one.worth is not None]
    if lost:
        notes.append(
            f"With {', '.join(lost)} of the present budgets none of the best {MOST_TRIED} roadmaps that fit does so, "
            "and none is told; the worths and knees of the program do not look at that."
        )
    return tuple(notes)


def _budget_points(
    scenario: Scenario,
    valued: Valuation,
    climbed: Ladder,
    far: Ladder,
    archive: Archive,
    fresh: Archive,
    check: Confirmation,
) -> tuple[BudgetPoint, ...]:
    """The rungs with the best simulated and confirmed roadmap that fits each, valued on fresh draws."""
    proposed = [dict(one.roadmap) for one in (*climbed.rungs, *far.rungs) if one.roadmap is not None]
    archive.simulate(proposed, "roadmaps of the budgets")
    unbound = valued.problem.model_copy(update={"budgets": (), "chance_budgets": ()})
    plans = [one for one in archive if not violations(unbound, one)]
    needs = [need(valued.problem, one) for one in plans]
    best: list[int | None] = []
    for rung in climbed.rungs:
        fits = [k for k, least in enumerate(needs) if least <= rung.factor * (1.0 + 1e-9)]
        fits.sort(key=lambda k: (archive.mean(plans[k]), -needs[k]), reverse=True)
        first = check.first([plans[k] for k in fits], rung.factor)
        best.append(None if first is None else fits[first])
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
    check: Confirmation,
    level: float,
    propose: Propose | None = None,
) -> tuple[tuple[RiskPoint, ...], int]:
    """The efficient simulated roadmaps that are confirmed.

    propose: a program with risk in its goal; None: the gradient.
    """
    known = allowed_roadmaps(valued.problem, archive)
    careful = gradient_proposals(valued.problem, archive, known, resolves, level) if propose is None else propose
    proposals = [one for one in (careful(weight) for weight in WEIGHTS) if one is not None]
    archive.simulate(proposals, "careful roadmaps")
    feasible = allowed_roadmaps(valued.problem, archive)
    figures = [(archive.mean(one), float(cvar(archive.npv(one), level))) for one in feasible]
    chosen: list[dict[str, int]] = []
    left = list(range(len(feasible)))
    for _ in range(ROUNDS):  # what takes the place of those that are not confirmed is looked at as well
        front = [left[i] for i in efficient([figures[k] for k in left])]
        fine = check.kept([feasible[k] for k in front])
        chosen = [feasible[k] for k, kept in zip(front, fine, strict=True) if kept]
        if all(fine):
            break
        left = [k for k in left if k not in front or fine[front.index(k)]]
    fresh.simulate(chosen, "efficient roadmaps on fresh draws")
    again = [(fresh.mean(one), float(cvar(fresh.npv(one), level))) for one in chosen]
    shown = efficient(again)
    spans = turning_weights([again[i] for i in shown])
    points: list[RiskPoint] = []
    for position, (i, span) in enumerate(zip(shown, spans, strict=True)):
        gain = None if position == 0 else fresh.difference(chosen[i], chosen[shown[position - 1]])
        npv = estimate(fresh.npv(chosen[i]))
        points.append(RiskPoint(months(scenario, chosen[i]), npv, again[i][1], span, gain))
    return tuple(points), len(feasible)


def _estimate(one: Estimate | None) -> dict[str, float] | None:
    return None if one is None else {"mean": one.mean, "se": one.se}
