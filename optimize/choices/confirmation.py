"""Whether fresh draws confirm that a roadmap keeps what the scenario demands of risk, as `plan` asks of its finalists.

Looked at: the cash floor, the covenant, the floor of the mean of the worst draws, goals that must be reached, and the
limits on overruns, these with budgets of any size. The draws are those of the selection: they neither propose nor
report.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from optimize.archive import Key, key, simulated
from optimize.frontier import scaled
from optimize.goal_floors import reach
from optimize.plan_limits import SELECTION_FROM, PlanLimits
from optimize.risk.attitude import attitude_of
from optimize.risk.chances import Costs, period_costs, within_budgets
from optimize.risk.limits import COST_DRAWS
from sim.cash_floor import floor_rule
from sim.covenant import covenant_rule
from sim.goal_floor import demanded

if TYPE_CHECKING:
    from optimize.periods import Starts
    from optimize.problem import RoadmapProblem
    from sim.world import Scenario

BATCH: Final = 8
MOST_TRIED: Final = 40
"""Roadmaps that are tried at one size of the budgets, best first."""


class Confirmation:
    """What was confirmed so far. problem: with the limits on overruns that the scenario allows."""

    def __init__(self, scenario: Scenario, problem: RoadmapProblem, seed: int, limits: PlanLimits) -> None:
        self._scenario, self._problem, self._seed, self._limits = scenario, problem, seed, limits
        self._attitude = attitude_of(scenario)
        self._rules = [rule for rule in (floor_rule(scenario), covenant_rule(scenario)) if rule is not None]
        self._kept: dict[Key, bool] = {}

    @property
    def demands(self) -> tuple[str, ...]:
        """What there is to confirm, in words; empty if nothing is."""
        money = self._scenario.money
        stated = {
            "the cash floor": money.cash_floor is not None,
            "the covenant": money.covenant is not None,
            "the floor of the mean of the worst draws": self._attitude.floor is not None,
            "the goals that must be reached": bool(demanded(self._scenario)),
            "the limits on overruns": bool(self._problem.chance_budgets),
        }
        return tuple(words for words, there in stated.items() if there)

    def first(self, ranked: Sequence[Starts], factor: float) -> int | None:
        """Position of the first roadmap that is confirmed with all budgets times the factor, of at most MOST_TRIED."""
        tried = ranked[:MOST_TRIED]
        for position, one in enumerate(tried):
            if key(one) not in self._kept:
                self._look(tried[position : position + BATCH])
            if self._kept[key(one)] and self._within(one, factor):
                return position
        return None

    def kept(self, roadmaps: Sequence[Starts]) -> list[bool]:
        """Whether each is confirmed with the present budgets."""
        self._look(roadmaps)
        return [self._kept[key(one)] and self._within(one, 1.0) for one in roadmaps]

    def _within(self, roadmap: Starts, factor: float) -> bool:
        if not self._problem.chance_budgets:
            return True
        return within_budgets(scaled(self._problem, factor), roadmap, self._costs, COST_DRAWS)

    @cached_property
    def _costs(self) -> Costs:
        return period_costs(self._scenario, self._problem, COST_DRAWS, self._seed, SELECTION_FROM)

    def _look(self, roadmaps: Sequence[Starts]) -> None:
        """Judge what is not judged yet by all that no size of the budgets changes."""
        new = list({key(one): one for one in roadmaps if key(one) not in self._kept}.values())
        fine = [True] * len(new)
        if new and (self._rules or self._attitude.floor is not None):
            draws, threads = self._limits.first_selection_draws, self._limits.threads
            outcomes = simulated(self._scenario, new, SELECTION_FROM, draws, self._seed, threads)
            fine = [
                all(rule.keeps(rule.broken_by(one)) for rule in self._rules) and self._attitude.keeps_floor(one.npv)
                for one in outcomes
            ]
        reached = reach(self._scenario, new, self._seed, self._limits)
        self._kept |= {key(one): a and b for one, a, b in zip(new, fine, reached, strict=True)}
