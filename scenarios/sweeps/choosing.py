"""The roadmap that a policy chooses, in start months.

Simple rules choose as `optimize.policies` says, each within every limit, with the values of initiatives alone on the
draws of a search; `plan` is the recommendation of `optimize.plan`. None of them sees the draws that value its choice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from scenarios.sweeps.design import PLAN

if TYPE_CHECKING:
    from optimize import PlanLimits
    from optimize.planning import Plan
    from sim.world import Scenario


def plan_limits(stated: Mapping[str, int | float | None]) -> PlanLimits:
    """Limits of a plan in one thread. Raises ProblemsFound for a limit that is none or out of range."""
    from dataclasses import fields

    from optimize import PlanLimits
    from sim.errors import Problem, ProblemsFound, suggest

    known = [field.name for field in fields(PlanLimits) if field.name not in ("solver", "threads", "seconds")]
    unknown = [name for name in stated if name not in known]
    if unknown:
        raise ProblemsFound(
            Problem(f"work.limits.{name}", f"there is no limit named {name}", name, suggest(name, known))
            if name != "seconds"
            else Problem(
                "work.limits.seconds", "a clock would make points differ from run to run", name, "leave it out"
            )
            for name in unknown
        )
    try:
        return PlanLimits(**{**dict(stated), "threads": 1})  # type: ignore[arg-type]
    except (ValueError, TypeError) as error:
        raise ProblemsFound([Problem("work.limits", str(error), dict(stated))]) from None


def chosen(scenario: Scenario, policies: Collection[str], seed: int, limits: PlanLimits) -> dict[str, dict[str, int]]:
    """Start months of each policy. Raises NoRoadmap where no roadmap meets every demand."""
    found: dict[str, dict[str, int]] = {}
    if any(name != PLAN for name in policies):
        from optimize.rule_roadmaps import rule_roadmaps

        found |= rule_roadmaps(scenario, seed, limits)
    if PLAN in policies:
        found[PLAN] = dict(planned(scenario, seed, limits).roadmap)
    return {name: found[name] for name in policies}


def planned(scenario: Scenario, seed: int, limits: PlanLimits) -> Plan:
    """The plan, without the reasons, which change no roadmap."""
    from optimize import plan

    return plan(scenario, seed, replace(limits, why=False, alternatives=0))
