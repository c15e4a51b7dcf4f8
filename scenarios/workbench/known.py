"""What a worker remembers between two changes: simulated roadmaps by world, and what initiatives were worth."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from optimize.archive import Archive
from optimize.plan_limits import SEARCH_FROM, PlanLimits, Progress

if TYPE_CHECKING:
    from optimize.problem import RoadmapProblem
    from optimize.valuation import Rules
    from sim.world import Scenario

WORLDS: Final = 8
"""Worlds whose simulated roadmaps are kept, the latest ones: a few megabytes each."""
RULES: Final = 32


def world_of(scenario: Scenario) -> str:
    """Identity of all that decides what a roadmap is worth: the scenario without budgets, pins and attitude to risk."""
    money = scenario.money
    budgets = {name: one.model_copy(update={"amount": (0.0,)}) for name, one in money.budgets.items()}
    plain = money.model_copy(update={"budgets": budgets, "risk": None})
    return scenario.model_copy(update={"pins": {}, "money": plain}).hash()


class Known:
    """Memory of one process. `program`: the last one with worth and interactions, of whatever world: a first guess for
    the next, which simulation corrects."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.program: RoadmapProblem | None = None
        self.answered = False
        self._archives: OrderedDict[str, Archive] = OrderedDict()
        self._rules: OrderedDict[str, Rules] = OrderedDict()

    def has_world(self, world: str) -> bool:
        """Whether roadmaps were simulated in this world."""
        return world in self._archives

    def archive(self, scenario: Scenario, world: str, limits: PlanLimits, progress: Progress | None) -> Archive:
        """An archive for the scenario, with all that was simulated in its world, `world_of` it."""
        before = self._archives.get(world)
        if before is None:
            found = Archive(scenario, self.seed, SEARCH_FROM, limits.search_draws, limits, progress)
        else:
            found = before.under(scenario, limits, progress)
        self._archives[world] = found
        self._archives.move_to_end(world)
        while len(self._archives) > WORLDS:
            self._archives.popitem(last=False)
        return found

    def rules(self, scenario: Scenario, limits: PlanLimits) -> Rules:
        """The rules of the scenario in periods."""
        from optimize.goal_floors import with_floors
        from optimize.valuation import rules

        name = scenario.hash()
        if name not in self._rules:
            self._rules[name] = with_floors(scenario, rules(scenario, self.seed, limits), self.seed, limits)
            while len(self._rules) > RULES:
                self._rules.popitem(last=False)
        return self._rules[name]
