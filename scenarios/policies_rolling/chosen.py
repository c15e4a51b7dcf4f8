"""The roadmaps that policies which never look again choose at the beginning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from optimize.plan_limits import PlanLimits
    from optimize.problem import RoadmapProblem
    from sim.world import Scenario

Progress = Callable[[str, int, int], None]

GOAL_DRAWS = 512
ALIGNED, GOALS_ONLY = "alignment first", "plan, goals only"


@dataclass(frozen=True)
class Chosen:
    """In periods. plan: what planning recommends. rules: by name, technology first and so on, and `alignment first`
    where there are goals. goals_only: the plan without what moves no goal; None where that is the plan itself or there
    are no goals. others: finalists of the plan."""

    problem: RoadmapProblem
    plan: dict[str, int]
    rules: dict[str, dict[str, int]]
    goals_only: dict[str, int] | None
    others: tuple[dict[str, int], ...]


def chosen(scenario: Scenario, seed: int, limits: PlanLimits, progress: Progress | None = None) -> Chosen:
    """Plan and rules of thumb. Raises ProblemsFound where no roadmap meets every demand."""
    from optimize import NoRoadmap, plan
    from optimize.check import violations
    from optimize.policies import DO_NOTHING, PROGRAM_ALONE, greedy
    from optimize.structure import Structure
    from optimize.valuation import rules

    try:
        found = plan(scenario, seed, limits, progress=progress)
    except NoRoadmap as error:
        raise ProblemsFound([Problem("initiatives", sentence) for sentence in error.sentences]) from error
    problem = rules(scenario, seed, limits).problem

    def periods(starts: dict[str, int]) -> dict[str, int]:
        return {name: month // scenario.period_months for name, month in starts.items()}

    by_rule = {one.policy: periods(dict(one.roadmap)) for one in found.yardsticks if one.policy != PROGRAM_ALONE}
    plan_itself, goals_only = periods(dict(found.roadmap)), None
    if scenario.goals:
        from scenarios.gaps import gaps

        if progress is not None:
            progress("what serves the goals", 0, 1)
        served = gaps(scenario, GOAL_DRAWS, seed, dict(found.roadmap), threads=limits.threads)
        structure = Structure(problem)
        order = [
            one.name
            for one in served.initiatives
            if not one.alignment.technology_first and one.alignment.attainment.mean > 0.0
        ]
        by_rule[ALIGNED] = greedy(problem, structure, order, by_rule[DO_NOTHING])
        idle = () if served.roadmap is None else served.roadmap.idle
        rest = {name: t for name, t in plan_itself.items() if name not in idle or name in structure.mandatory}
        if rest != plan_itself and not violations(problem, rest):
            goals_only = rest
    return Chosen(
        problem, plan_itself, by_rule, goals_only, tuple(periods(dict(one.roadmap)) for one in found.finalists)
    )
