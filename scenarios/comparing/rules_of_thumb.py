"""Roadmaps that policies find in a scenario, each found once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from scenarios.comparing.arms import PLAN, RULES
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from optimize.plan_limits import PlanLimits, Progress
    from sim.world import Scenario

T = TypeVar("T")


class Policies:
    """Start months of policies, by scenario."""

    def __init__(self, seed: int, limits: PlanLimits, progress: Progress | None = None) -> None:
        self._seed, self._limits, self._progress = seed, limits, progress
        self._rules: dict[str, dict[str, dict[str, int]]] = {}
        self._plans: dict[str, dict[str, int]] = {}

    def roadmap(self, scenario: Scenario, policy: str) -> Mapping[str, int]:
        """Raises ProblemsFound where the scenario allows no roadmap."""
        if policy == PLAN:
            return self._kept(self._plans, scenario, self._plan)
        return self._kept(self._rules, scenario, self._by_rule)[RULES[policy]]

    @staticmethod
    def _kept(known: dict[str, T], scenario: Scenario, find: Callable[[Scenario], T]) -> T:
        digest = scenario.hash()
        if digest not in known:
            known[digest] = find(scenario)
        return known[digest]

    def _plan(self, scenario: Scenario) -> dict[str, int]:
        from optimize import NoRoadmap, plan

        try:
            return dict(plan(scenario, self._seed, self._limits, progress=self._progress).roadmap)
        except NoRoadmap as error:
            raise ProblemsFound([Problem("initiatives", sentence) for sentence in error.sentences]) from error

    def _by_rule(self, scenario: Scenario) -> dict[str, dict[str, int]]:
        from optimize import NoRoadmap
        from optimize.rule_roadmaps import rule_roadmaps

        try:
            return rule_roadmaps(scenario, self._seed, self._limits, self._progress)
        except NoRoadmap as error:
            raise ProblemsFound([Problem("initiatives", sentence) for sentence in error.sentences]) from error
