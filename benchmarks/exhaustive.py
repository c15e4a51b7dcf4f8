"""Does the loop end in the best of all roadmaps? Small random cuts of every business, every roadmap of them simulated.

A cut keeps five initiatives and six starts: one that requires another, and two that exclude each other, where the
business has such; the rest is drawn. Every combination of starts and absences is looked at and every feasible one is
simulated on the search draws, so nothing of the loop is shared but the rules and the simulation. The loop runs without
its own list of small cases. It passes where its roadmap is as good as the best, if that is two standard errors clear of
all others, and within the indifference of it otherwise.

    python -m benchmarks.exhaustive [SCENARIO ...]    three cuts of each, of the library unless named; a quarter of an
                                                      hour for all; exit code 1 if the loop misses
    python -m benchmarks.exhaustive --smoke           one smaller cut
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.rows import Row
from optimize.archive import Archive, Clock
from optimize.check import violations
from optimize.plan_limits import SEARCH_FROM, PlanLimits
from optimize.policies import do_nothing, yardsticks
from optimize.refine import SearchResult, refine
from optimize.valuation import planned_spend, rules, valuation
from scenarios.load import library, load
from sim.world import Scenario

SIZE = 5
STARTS = 6
CUTS = 3
SEED = 4
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

    def __str__(self) -> str:
        told = "passes" if self.passes else "MISSES"
        best = "clear" if self.clear else "not clear"
        return (
            f"{told}: {', '.join(self.initiatives)}; {self.feasible:,} feasible, {self.simulated:,} simulated by the "
            f"loop; best {best}, regret {self.regret:,.0f}, indifference {self.indifference:,.0f}"
        )


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
            **_choices(scenario, set(kept)),
            "money": scenario.money.model_copy(update={"budgets": budgets}),
        }
    )


def _choices(scenario: Scenario, names: set[str]) -> dict[str, object]:
    """The rules of the choice, of these initiatives only. A rule of which too few are left goes."""
    chosen = {name: [m for m in rule.members if m in names] for name, rule in scenario.selection.items()}
    among = {name: names.intersection(one.among or names) for name, one in scenario.quick_wins.items()}
    closed = {name: [m for m in one.initiatives if m in names] for name, one in scenario.blackouts.items()}
    return {
        "selection": {
            name: rule.model_copy(update={"members": tuple(chosen[name])})
            for name, rule in scenario.selection.items()
            if len(chosen[name]) > 1
        },
        "pins": {name: pin for name, pin in scenario.pins.items() if name in names},
        "quick_wins": {
            name: one.model_copy(update={"among": tuple(m for m in scenario.initiatives if m in among[name])})
            for name, one in scenario.quick_wins.items()
            if len(among[name]) >= one.least
        },
        "blackouts": {
            name: one.model_copy(update={"initiatives": tuple(closed[name])})
            for name, one in scenario.blackouts.items()
            if closed[name] or not one.initiatives
        },
    }


def random_names(scenario: Scenario, seed: int, size: int = SIZE) -> list[str]:
    """So many initiatives drawn with this seed: one that requires one other, that other, and two that exclude each
    other (where the scenario has such pairs)."""
    rng = np.random.default_rng([seed, size, STARTS])
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
    return [*chosen, *free][:size]


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


def cuts(
    scenario: Scenario, seed: int, count: int = CUTS, limits: PlanLimits = LIMITS, size: int = SIZE
) -> Iterator[Comparison]:
    """Compare on `count` cuts, drawn from `seed` on."""
    for k in range(count):
        yield compare(cut(scenario, random_names(scenario, seed + k, size), STARTS), seed + k, limits)


def rows(smoke: bool) -> Iterator[Row]:
    """One row a business: cuts in which the loop missed, of three."""
    for name in library():
        found = list(cuts(load(name), SEED, 1, size=SMALL) if smoke else cuts(load(name), SEED))
        missed = sum(not one.passes for one in found)
        what = f"exhaustive checks of the loop, {name}: missed of {len(found)}"
        yield Row(f"exhaustive_{name}", what, 0.0, "at most", (float(missed),), "; ".join(map(str, found)), unit="")
        if smoke:
            return


SMALL = 3
"""Initiatives of the smoke run."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exhaustive", description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="*", default=library(), help="scenarios; the library unless named")
    parser.add_argument("--smoke", action="store_true", help="one smaller cut")
    asked = parser.parse_args()
    missed = False
    for name in asked.scenarios:
        for found in cuts(load(name), SEED, 1, size=SMALL) if asked.smoke else cuts(load(name), SEED):
            print(f"{name}: {found}", flush=True)
            missed |= not found.passes
        if asked.smoke:
            break
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
