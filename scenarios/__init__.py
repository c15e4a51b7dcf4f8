"""What a planner states and compares: scenario files, their evidence, and the studies made of them.

A function that bears the name of its module (`scenarios.load`) is imported here at once, and its module imports what
is heavy only when it is called: an export on first use would be replaced by the module as soon as that was imported.
"""

from scenarios.compare import Arm, compare
from scenarios.load import load
from scenarios.policies import policies

__all__ = ["Arm", "compare", "load", "policies"]
