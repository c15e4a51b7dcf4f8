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
        from optimize.archive import Archive
        from optimize.periods import months
        from optimize.plan_limits import SEARCH_FROM
        from optimize.policies import do_nothing, yardsticks
        from optimize.valuation import rules

        problem = rules(scenario, self._seed, self._limits).problem
        least = do_nothing(problem, self._limits.solver)
        if least is None:
            hint = "`roadfolio plan` says which demands contradict each other"
            raise ProblemsFound([Problem("initiatives", "the scenario allows no roadmap", hint=hint)])
        archive = Archive(scenario, self._seed, SEARCH_FROM, self._limits.search_draws, self._limits, self._progress)
        return {name: months(scenario, one) for name, one in yardsticks(problem, archive, least).items()}
