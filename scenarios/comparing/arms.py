"""What is compared: an arm is a scenario, perhaps changed or in one future, with a roadmap or a rule that finds one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.world import Scenario

PLAN = "plan"
RULES = {
    # as written in an arm -> as `optimize.policies` names it
    "do-nothing": "do nothing",
    "cheapest-first": "cheapest first",
    "highest-roi-first": "highest ROI first",
    "technology-first": "technology first",
}
POLICIES = (*RULES, PLAN)


@dataclass(frozen=True)
class Arm:
    """One thing to compare.

    name: as printed; each arm has its own. scenario: one that was loaded, or its file or library name. roadmap: start
    months by initiative ({}: none at all). policy: one of POLICIES, which finds the roadmap in the scenario of the arm.
    run: folder of a run of `roadfolio plan`, whose recommended roadmap is taken. Exactly one of the three is given.
    changes: by path, as `scenarios.variant` takes them. future: every draw lives in it; None: at the file's chances.
    """

    name: str
    scenario: Scenario | str
    roadmap: Mapping[str, int] | None = None
    policy: str | None = None
    run: Path | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    future: str | None = None
