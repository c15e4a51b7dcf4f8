"""The answer at full length: the same figures on more draws, then what `roadfolio plan` recommends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from optimize.plan_limits import PlanLimits, Progress
from scenarios.workbench.answer import Answer, figures_of, measured

if TYPE_CHECKING:
    from optimize.planning import Plan
    from scenarios.workbench.edits import Edits
    from scenarios.workbench.known import Known
    from scenarios.workbench.work import Source
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

    limits = tail_limits(PlanLimits(threads=spare_threads()), attitude_of(scenario))
    if before is not None:
        problem = known.rules(scenario, limits).problem
        roadmap = in_periods(scenario, problem, before)
        progress("figures on more draws", 0, 1)
        if roadmap is not None:
            periods = planned_periods(scenario, problem, roadmap)
            yield (
                measured(scenario, before, periods, limits.report_draws, known.seed, "finer", threads=limits.threads),
                None,
            )
    progress("planning", 0, 1)
    found = plan(scenario, known.seed, limits, progress=progress)
    document = {**found.document(), "futures": []}
    one = found.outcomes[0]
    yield (
        Answer(
            "refined", scenario.hash(), dict(found.roadmap), found.outcomes.draws, document,
            figures_of(scenario, document, limits.threads), tuple(one.npv.tolist()), tuple(one.trough.tolist()),
            tuple(dict(candidate.roadmap) for candidate in found.finalists),
        ),
        found,
    )  # fmt: skip


def spare_threads() -> int:
    """All cores but one, which answers changes; threads change no figure."""
    import os

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1)


def report_of(source: Source, base: Scenario, edits: Edits, scenario: Scenario, found: Plan, progress: Progress) -> str:
    """The report of a plan as one HTML page, as `plan --out` and `report` write it."""
    import tempfile
    from pathlib import Path

    from scenarios.cli.run_folder import write_run
    from scenarios.outlook import outlook
    from scenarios.report import report
    from scenarios.reporting.figures import FILE, as_text, figures
    from scenarios.workbench.export import as_yaml

    outcomes = found.outcomes
    progress("report: futures", 0, 1)
    prospects = outlook(scenario, outcomes[0].roadmap, outcomes.draws, outcomes.seed, first_draw=outcomes.first_draw,
                         threads=spare_threads())  # fmt: skip
    document = {**found.document(), "futures": [one.as_dict() for one in prospects]}
    command = ["roadfolio", "plan", "scenario.yaml", "--seed", str(outcomes.seed), "--out", "again"]
    more = {
        FILE: as_text(figures(scenario, document, found.program, command, threads=spare_threads(), progress=progress))
    }
    content = as_yaml(source, base, edits, scenario).encode()
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        write_run(run, found, document, found.program, content, replace=False, more=more)
        return report(run).read_text(encoding="utf-8")
