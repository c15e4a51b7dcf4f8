"""Why a scenario has no roadmap, in sentences, with the cheapest repairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimize.planning import NoRoadmap
from optimize.reasons.conflict import find_conflict
from optimize.reasons.repairs import repairs
from optimize.reasons.resolves import Resolves
from optimize.solve import solve
from optimize.status import Status

if TYPE_CHECKING:
    from optimize.plan_limits import PlanLimits
    from optimize.problem import RoadmapProblem
    from sim.world import Scenario


def no_roadmap(scenario: Scenario, problem: RoadmapProblem, limits: PlanLimits) -> NoRoadmap:
    """The finding that no roadmap keeps every limit of the problem, or that none was found."""
    answer = solve(problem, limits.solver)
    if answer.status is not Status.INFEASIBLE:
        return NoRoadmap((f"No roadmap that meets every demand was found. {answer.text}",))
    resolves, currency = Resolves(limits.solver), scenario.profile.currency
    conflict = find_conflict(problem, resolves, scenario.period_label, currency)
    sentences = ["No roadmap meets every demand."]
    if conflict is None:
        return NoRoadmap((*sentences, "Which demands clash could not be told within the limits of the solver."))
    sentences.append(conflict.sentence)
    ways = repairs(problem, conflict, resolves, scenario.period_label, currency)
    sentences += [f"There is a roadmap with: {way.words}{'' if way.proved else ' (perhaps less)'}." for way in ways]
    return NoRoadmap(tuple(sentences), conflict, ways)
