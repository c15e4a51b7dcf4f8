"""The set of decisions: roadmaps of a plan or given ones, simple rules, do nothing, and optima by driver world.

The set is finite and stated. What is found over it (the worth of information, regret) is a lower bound for all
roadmaps there are: one that is not in the set may be better in some worlds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from optimize.archive import key
from sim.errors import Problem, ProblemsFound
from sim.roadmap import Roadmap, roadmap

if TYPE_CHECKING:
    from optimize.plan_limits import Progress
    from optimize.problem import RoadmapProblem
    from optimize.valuation import Rules
    from sim.world import Scenario

Starts = Mapping[str, int] | Roadmap
RESOLVED = 32
"""Driver worlds in which the program is solved again."""


@dataclass(frozen=True)
class Decision:
    """A roadmap of the set (start months). name: how it is called in print. origin: the plan, a finalist, a simple
    rule, given, or re-solved in driver worlds."""

    name: str
    origin: str
    roadmap: Mapping[str, int]

    def document(self) -> dict[str, Any]:
        """As the JSON documents hold it."""
        return {"name": self.name, "origin": self.origin, "roadmap": dict(self.roadmap)}


@dataclass(frozen=True)
class DecisionSet:
    """Different roadmaps, the first one being the plan or the first given. resolved: driver worlds in which the program
    was solved again; problem: the rules of the scenario, in periods; least: the least allowed roadmap, which is in the
    set; notes: what to say of the set beside its figures."""

    decisions: tuple[Decision, ...]
    resolved: int
    problem: RoadmapProblem = field(repr=False, compare=False)
    least: Mapping[str, int]
    notes: tuple[str, ...] = ()

    @property
    def roadmaps(self) -> list[dict[str, int]]:
        """Start months of each."""
        return [dict(one.roadmap) for one in self.decisions]


def decision_set(
    scenario: Scenario,
    seed: int,
    *,
    roadmaps: Iterable[Starts] = (),
    plan: Mapping[str, Any] | None = None,
    resolved: int = RESOLVED,
    threads: int | None = None,
    progress: Progress | None = None,
) -> DecisionSet:
    """The decisions to choose from.

    roadmaps: given ones; plan: the document of a plan of this scenario (`Plan.document()`, or plan.json of a run). With
    neither, a plan with modest limits is made. resolved: driver worlds in which the program is solved again, 0 for
    none. Do nothing, or the least allowed roadmap, is always in the set. Raises ProblemsFound, and `NoRoadmap` where no
    roadmap meets every demand.
    """
    from optimize.goal_floors import with_floors
    from optimize.plan_limits import PlanLimits
    from optimize.valuation import rules
    from scenarios.decisions.resolved import resolved_optima

    if resolved < 0:
        raise ProblemsFound([Problem("resolved", "a number of driver worlds is not negative", resolved, "0 or more")])
    given = [roadmap(scenario, one).as_dict for one in roadmaps]
    limits = PlanLimits(cost_draws=512, grid=8, threads=threads)
    ruled = with_floors(scenario, rules(scenario, seed, limits), seed, limits)
    found: list[Decision] = []
    notes: list[str] = []
    if given:
        found += [Decision(f"roadmap {n}", "given", one) for n, one in enumerate(given, start=1)]
    if plan is not None:
        notes += _other_scenario(scenario, plan)
        found += _of_plan(scenario, plan)
    elif not given:
        found += _of_plan(scenario, _modest(scenario, seed, threads, progress))
    least = _least(scenario, ruled)
    found.append(least)
    told = 0
    if resolved:
        optima = resolved_optima(scenario, ruled, seed, resolved, limits, progress)
        told = sum(len(worlds) for _, worlds in optima)
        found += [
            Decision(
                f"best of driver world {worlds[0]}",
                f"re-solved: best of the program in {len(worlds)} of {told} driver worlds", one,
            )
            for one, worlds in optima
        ]  # fmt: skip
    distinct: dict[object, Decision] = {}
    for one in found:
        distinct.setdefault(key(one.roadmap), one)
    if len(distinct) < 2:
        hint = "state several roadmaps, or leave the choice to the plan"
        raise ProblemsFound([Problem("roadmaps", "there is one decision only, so nothing to choose", 1, hint)])
    return DecisionSet(tuple(distinct.values()), told, ruled.problem, least.roadmap, tuple(notes))


def _modest(scenario: Scenario, seed: int, threads: int | None, progress: Progress | None) -> Mapping[str, Any]:
    from optimize import PlanLimits, plan

    limits = PlanLimits(
        search_draws=128, pair_draws=32, linear_draws=64, triples=0, cost_draws=512, rounds=2, neighbours=300,
        first_selection_draws=256, selection_draws=512, report_draws=256, gap_sets=2, mean_draws=4,
        enumerate_paths=20_000, threads=threads,
    )  # fmt: skip
    return plan(scenario, seed, limits, progress=progress).document()


def _of_plan(scenario: Scenario, plan: Mapping[str, Any]) -> list[Decision]:
    """The plan, its other finalists, and the simple rules. Raises ProblemsFound for a document that is no plan's."""
    try:
        found = [Decision("the plan", "plan", plan["roadmap"])]
        found += [Decision(one["policy"], "simple rule", one["roadmap"]) for one in plan["yardsticks"]]
        found += [
            Decision(f"finalist {n}", "finalist of the plan", one["roadmap"])
            for n, one in enumerate(plan["finalists"], start=1)
        ]
    except (KeyError, TypeError) as error:
        hint = "name the folder that `roadfolio plan --out` wrote, or its plan.json"
        problem = Problem("plan", f"this is no document of a plan: {error} is missing", hint=hint)
        raise ProblemsFound([problem]) from None
    return [Decision(one.name, one.origin, roadmap(scenario, one.roadmap).as_dict) for one in found]


def _other_scenario(scenario: Scenario, plan: Mapping[str, Any]) -> list[str]:
    made = plan.get("provenance", {}).get("scenario_hash") if isinstance(plan, Mapping) else None
    if made in (None, scenario.hash()):
        return []
    return [f"the plan was made for another state of the scenario ({made}); its roadmaps are valued for this one"]


def _least(scenario: Scenario, ruled: Rules) -> Decision:
    from optimize.limits import Limits
    from optimize.periods import months
    from optimize.policies import DO_NOTHING, do_nothing

    least = do_nothing(ruled.problem, Limits(seconds=None, nodes=20_000))
    if least is None:
        hint = "`roadfolio plan` says which demands contradict each other"
        raise ProblemsFound([Problem("initiatives", "the scenario allows no roadmap", hint=hint)])
    return Decision(DO_NOTHING, "simple rule", months(scenario, least))
