"""The answer at full length: the same figures on more draws, then what `roadfolio plan` recommends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from optimize.plan_limits import PlanLimits, Progress
from scenarios.workbench.answer import Answer, figures_of, measured

if TYPE_CHECKING:
    from optimize.planning import Plan
    from scenarios.workbench.known import Known
    from sim.world import Scenario


def refined(
    known: Known, scenario: Scenario, before: Mapping[str, int] | None, progress: Progress
) -> Iterator[tuple[Answer, Plan | None]]:
    """The coarse roadmap on the draws of the report, then the plan, which is that of the command line with this seed:
    the same roadmap and the same figures. Raises NoRoadmap and ProblemsFound as `plan` does."""
    from optimize import plan
    from optimize.plan_periods import planned_periods
    from optimize.risk.attitude import attitude_of, tail_limits
    from scenarios.workbench.coarse import in_periods

    limits = tail_limits(PlanLimits(), attitude_of(scenario))
    if before is not None:
        problem = known.rules(scenario, limits).problem
        roadmap = in_periods(scenario, problem, before)
        progress("figures on more draws", 0, 1)
        if roadmap is not None:
            periods = planned_periods(scenario, problem, roadmap)
            yield measured(scenario, before, periods, limits.report_draws, known.seed, "finer"), None
    progress("planning", 0, 1)
    found = plan(scenario, known.seed, limits, progress=progress)
    document = {**found.document(), "futures": []}
    one = found.outcomes[0]
    yield (
        Answer(
            "refined", scenario.hash(), dict(found.roadmap), found.outcomes.draws, document,
            figures_of(scenario, document), tuple(one.npv.tolist()), tuple(one.trough.tolist()),
            tuple(dict(candidate.roadmap) for candidate in found.finalists),
        ),
        found,
    )  # fmt: skip
