"""What a planner states and compares: scenario files, their evidence, and the studies made of them.

A function that bears the name of its module (`scenarios.load`) is imported here at once, and its module imports what
is heavy only when it is called: an export on first use would be replaced by the module as soon as that was imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.all_clients import all_clients
from scenarios.break_even import break_even
from scenarios.compare import Arm, compare
from scenarios.contributions import contributions
from scenarios.convert import convert
from scenarios.discover import discover
from scenarios.gaps import gaps
from scenarios.import_assets import import_assets
from scenarios.information import information
from scenarios.load import load
from scenarios.policies import policies
from scenarios.replan import replan
from scenarios.report import report
from scenarios.robustness import robustness
from scenarios.sensitivity import sensitivity
from scenarios.sweep import sweep
from scenarios.two_level import two_level

if TYPE_CHECKING:
    from scenarios.calibration import calibrate

__all__ = [
    "Arm",
    "all_clients",
    "break_even",
    "calibrate",
    "compare",
    "contributions",
    "convert",
    "discover",
    "gaps",
    "import_assets",
    "information",
    "load",
    "policies",
    "replan",
    "report",
    "robustness",
    "sensitivity",
    "sweep",
    "two_level",
]


def __getattr__(name: str) -> Any:
    """`calibrate`, whose module has another name, is imported on first use."""
    if name == "calibrate":
        from scenarios.calibration import calibrate

        return calibrate
    raise AttributeError(f"module 'scenarios' has no attribute {name!r}")
