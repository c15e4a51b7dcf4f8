"""Goals whose KPI no initiative can move, by the paths of their effects. What moves a little, or the wrong way, is
found by simulation: `roadfolio gaps`."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sim.world import Initiative, Scenario

CYBER = ("threats.*", "controls.*", "systems.*", "refreshes")
CAUSES: Final[dict[str, tuple[str, ...]]] = {
    "incidents": CYBER,
    "cyber_loss": (*CYBER, "insurance.*", "profile.*", "processes.*", "market.*", "people.*"),
    "ale": (*CYBER, "profile.*", "processes.*", "market.*", "people.*"),
    "refused_claims": (*CYBER, "insurance.*"),
    "availability": (*CYBER, "providers.*", "repairers.*"),
    "recovery_hours": (*CYBER, "providers.*", "repairers.*"),
    "estate_age": ("refreshes", "systems.*"),
    "linked_share": ("integrations.*", "hub"),
    "adoption": ("adoption",),
    "shelfware": ("adoption",),
    "automation_share": ("*.automated", "*.exceptions"),
    "market_share": ("market.*", "reputation.*", "profile.*", "processes.*", "systems.*", "threats.*", "people.*",
                     "controls.*", "refreshes", "adoption"),
}  # fmt: skip
"""KPI -> patterns of the paths that move it, and blocks of an initiative that do. KPIs that are not named here follow
from the operations or the money, which every initiative touches by its work and its cost."""
BLOCKS = ("refreshes", "adoption", "hub")


def unmoved_warnings(scenario: Scenario) -> Iterator[str]:
    """One sentence for each such goal."""
    touched = {cause for one in scenario.initiatives.values() for cause in _touched(one)}
    for name, goal in scenario.goals.items():
        causes = CAUSES.get(goal.kpi)
        if not scenario.initiatives:
            yield f"goal {name}: there are no initiatives that could move {goal.kpi}"
        elif goal.kpi == "automation_share" and _has_machines(scenario):
            continue  # more or fewer items of a process move it as well
        elif causes is not None and not any(fnmatchcase(path, cause) for path in touched for cause in causes):
            yield (
                f"goal {name}: no initiative moves {goal.kpi}: no effect addresses {', '.join(causes)}: add an "
                "initiative that does, or drop the goal; `roadfolio gaps` simulates what each one does for each goal"
            )


def _has_machines(scenario: Scenario) -> bool:
    """Whether machines finish some visits already."""
    return any(float(step.automated.mean) > 0 for one in scenario.processes.values() for step in one.steps.values())


def _touched(initiative: Initiative) -> Iterator[str]:
    yield from initiative.effects
    for block in BLOCKS:
        if getattr(initiative, block, None):
            yield block
