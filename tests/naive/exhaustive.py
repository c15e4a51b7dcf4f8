"""The loop against the simulation of every roadmap, on small random cuts of a scenario.

A cut keeps four initiatives and six starts: one that requires another, and two that exclude each other. Every
combination of starts and absences is looked at, so nothing of the loop is shared but the rules and the simulation.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from optimize.archive import Archive, Clock
from optimize.check import violations
from optimize.plan_limits import SEARCH_FROM, PlanLimits
from optimize.policies import do_nothing, yardsticks
from optimize.refine import SearchResult, refine
from optimize.valuation import planned_spend, rules, valuation
from sim.world import Scenario

SIZE = 4
STARTS = 6
LIMITS = PlanLimits(enumerate_paths=0)  # the loop is to find it, not a list


@dataclass(frozen=True)
class Comparison:
    """What the loop found in a cut, and what the list of every feasible roadmap holds.

    clear: the best is 2 standard errors (paired) above every roadmap that differs in NPV. regret: how much better the
    best is than the loop's roadmap, on the same draws [currency].
    """

    initiatives: tuple[str, ...]
    loop: dict[str, int]
    best: dict[str, int]
    clear: bool
    regret: float
    indifference: float
    feasible: int
    simulated: int

    @property
    def passes(self) -> bool:
        """The loop's roadmap is as good as the best where that is clear, and within the indifference otherwise."""
        return self.regret <= (0.0 if self.clear else self.indifference)


def cut(scenario: Scenario, names: list[str], starts: int) -> Scenario:
    """The scenario with these initiatives only, and so many planning periods; it is simulated as long as the whole."""
    step = scenario.period_months
    kept = {}
    for name, one in scenario.initiatives.items():
        if name in names:
            requires = tuple(rule for rule in one.requires if rule.initiative in names)
            kept[name] = one.model_copy(update={"requires": requires})
    budgets = {
        name: budget.model_copy(update={"amount": budget.amount[:starts] if len(budget.amount) > 1 else budget.amount})
        for name, budget in scenario.money.budgets.items()
    }
    groups = {group: tuple(m for m in members if m in names) for group, members in scenario.exclusive.items()}
    return scenario.model_copy(
        update={
            "initiatives": kept,
            "exclusive": {group: members for group, members in groups.items() if len(members) > 1},
            "planning_months": starts * step,
            "money": scenario.money.model_copy(update={"budgets": budgets}),
        }
    )


def random_names(scenario: Scenario, seed: int) -> list[str]:
    """Four initiatives drawn with this seed: one that requires one other, that other, and two that exclude each other
    (where the scenario has such pairs)."""
    rng = np.random.default_rng([seed, SIZE, STARTS])
    chosen: list[str] = []
    chains = [
        (name, one.requires[0].initiative)
        for name, one in scenario.initiatives.items()
        if len(one.requires) == 1 and not scenario.initiatives[one.requires[0].initiative].requires
    ]
    rivals = [pair for members in scenario.exclusive.values() for pair in itertools.combinations(members, 2)]
    for pairs in (chains, rivals):
        fresh = [pair for pair in pairs if not set(pair) & set(chosen)]
        if fresh:
            chosen += fresh[rng.integers(len(fresh))]
    free = [name for name, one in scenario.initiatives.items() if name not in chosen and not one.requires]
    rng.shuffle(free)
    return [*chosen, *free][:SIZE]


def every_feasible(scenario: Scenario, seed: int, limits: PlanLimits) -> list[dict[str, int]]:
    """Every roadmap of a small scenario that keeps every limit, by looking at all combinations."""
    problem = rules(scenario, seed, limits).problem
    names = [one.id for one in problem.initiatives]
    choices = itertools.product([None, *range(problem.periods)], repeat=len(names))
    roadmaps = [{n: t for n, t in zip(names, starts, strict=True) if t is not None} for starts in choices]
    return [one for one in roadmaps if not violations(problem, one)]


def loop(scenario: Scenario, seed: int, limits: PlanLimits) -> tuple[SearchResult, Archive, float]:
    """What the search finds, its archive, and the indifference."""
    ruled = rules(scenario, seed, limits)
    least = do_nothing(ruled.problem, limits.solver)
    if least is None:
        raise ValueError("the cut has no feasible roadmap")
    archive = Archive(scenario, seed, SEARCH_FROM, limits.search_draws, limits)
    valued = valuation(ruled, archive, limits)
    first = yardsticks(ruled.problem, archive, least).values()
    found = refine(valued, archive, first, limits, Clock(None))
    spend = planned_spend(ruled.problem, found.best)
    return found, archive, max(0.005 * spend, scenario.money.indifference)


def compare(scenario: Scenario, seed: int, limits: PlanLimits = LIMITS) -> Comparison:
    """The loop against every feasible roadmap, on the search draws of this seed."""
    limits = replace(limits, enumerate_paths=0)
    found, archive, indifference = loop(scenario, seed, limits)
    simulated = len(archive)
    feasible = every_feasible(scenario, seed, limits)
    archive.simulate(feasible, "every roadmap")
    best = max(feasible, key=archive.mean)
    gaps = [archive.difference(best, one) for one in feasible if np.any(archive.npv(one) != archive.npv(best))]
    return Comparison(
        initiatives=tuple(scenario.initiatives),
        loop=found.best,
        best=best,
        clear=all(gap.mean > 2.0 * gap.se for gap in gaps),
        regret=archive.mean(best) - archive.mean(found.best),
        indifference=indifference,
        feasible=len(feasible),
        simulated=simulated,
    )


def cuts(scenario: Scenario, seed: int, count: int = 3, limits: PlanLimits = LIMITS) -> list[Comparison]:
    """Compare on `count` cuts, drawn from `seed` on."""
    return [compare(cut(scenario, random_names(scenario, seed + k), STARTS), seed + k, limits) for k in range(count)]
