"""What a planner states and compares: scenario files, their evidence, and the studies made of them.

A function that bears the name of its module (`scenarios.load`) is imported here at once, and its module imports what
is heavy only when it is called: an export on first use would be replaced by the module as soon as that was imported.
"""

from scenarios.all_clients import all_clients
from scenarios.break_even import break_even
from scenarios.compare import Arm, compare
from scenarios.discover import discover
from scenarios.information import information
from scenarios.load import load
from scenarios.policies import policies
from scenarios.replan import replan
from scenarios.report import report
from scenarios.robustness import robustness
from scenarios.sensitivity import sensitivity
from scenarios.sweep import sweep

__all__ = [
    "Arm",
    "all_clients",
    "break_even",
    "compare",
    "discover",
    "information",
    "load",
    "policies",
    "replan",
    "report",
    "robustness",
    "sensitivity",
    "sweep",
]
