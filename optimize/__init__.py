"""Chooses the roadmap: the integer program, its solution, and why the rest was left out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from optimize.limits import Limits

# Eager, and light (the solver is imported when it is called): a later `import optimize.solve` would otherwise put
# the module in the place of the function of the same name.
from optimize.solve import solve
from optimize.status import Solution, Status

if TYPE_CHECKING:
    from optimize.choices.study import Frontier, frontiers
    from optimize.plan_limits import PlanLimits
    from optimize.planning import NoRoadmap, Plan
    from optimize.problem import RoadmapProblem
    from optimize.search import plan

__all__ = [
    "Frontier",
    "Limits",
    "NoRoadmap",
    "Plan",
    "PlanLimits",
    "RoadmapProblem",
    "Solution",
    "Status",
    "frontiers",
    "plan",
    "solve",
]

_LAZY = {
    "Frontier": "optimize.choices.study",
    "NoRoadmap": "optimize.planning",
    "Plan": "optimize.planning",
    "PlanLimits": "optimize.plan_limits",
    "RoadmapProblem": "optimize.problem",
    "frontiers": "optimize.choices.study",
    "plan": "optimize.search",
}


def __getattr__(name: str) -> Any:
    """Import on first use what would make `import optimize` slow."""
    if name not in _LAZY:
        raise AttributeError(f"module 'optimize' has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
