"""What the simple rules choose in a scenario, within all its limits, those of mean goals and of its attitude too."""

from __future__ import annotations

from optimize.archive import Archive
from optimize.goal_floors import with_floors
from optimize.periods import months
from optimize.plan_limits import SEARCH_FROM, PlanLimits, Progress
from optimize.policies import do_nothing, yardsticks
from optimize.reasons.infeasible import no_roadmap
from optimize.risk.attitude import attitude_of, limits_for
from optimize.valuation import rules
from sim.world import Scenario


def rule_roadmaps(
    scenario: Scenario, seed: int, limits: PlanLimits, progress: Progress | None = None
) -> dict[str, dict[str, int]]:
    """Start months by rule, see `optimize.policies`. Raises NoRoadmap where no roadmap meets every demand."""
    limits = limits_for(limits, attitude_of(scenario))
    ruled = with_floors(scenario, rules(scenario, seed, limits), seed, limits)
    least = do_nothing(ruled.problem, limits.solver)
    if least is None:
        raise no_roadmap(scenario, ruled.problem, limits)
    archive = Archive(scenario, seed, SEARCH_FROM, limits.search_draws, limits, progress)
    return {name: months(scenario, one) for name, one in yardsticks(ruled.problem, archive, least).items()}
