"""Random feasible roadmaps of a scenario, to try the engines where no optimiser would look."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optimize.check import violations
from optimize.limits import Limits
from optimize.periods import months
from optimize.plan_limits import PlanLimits
from optimize.policies import do_nothing
from optimize.problem import RoadmapProblem
from optimize.structure import Structure
from optimize.valuation import rules
from sim.errors import Problem, ProblemsFound
from sim.world import Scenario

CHANCE = 0.5  # that an initiative is tried


def random_roadmaps(scenario: Scenario, count: int, seed: int) -> tuple[dict[str, int], ...]:
    """So many roadmaps, initiative -> start month, each within every limit: mandatory ones and what they require, then
    each initiative in random order with an even chance, at a random start that fits beside the others.

    Raises ProblemsFound where the scenario allows no roadmap.
    """
    if count == 0 or not scenario.initiatives:
        return ({},) * count
    problem = rules(scenario, seed, PlanLimits(cost_draws=256)).problem
    structure = Structure(problem)
    least = do_nothing(problem, Limits(seconds=None, nodes=20_000))
    if least is None:
        hint = "`roadfolio plan` says which demands contradict each other"
        raise ProblemsFound([Problem("initiatives", "the scenario allows no roadmap", hint=hint)])
    return tuple(months(scenario, one) for one in random_feasible(problem, structure, least, count, seed))


def random_feasible(
    problem: RoadmapProblem, structure: Structure, least: Mapping[str, int], count: int, seed: int
) -> list[dict[str, int]]:
    """So many roadmaps of a problem in periods, see `random_roadmaps`; least: an allowed one that they hold."""
    return [_one(problem, structure, least, np.random.default_rng([seed, k])) for k in range(count)]


def _one(
    problem: RoadmapProblem, structure: Structure, least: Mapping[str, int], chance: np.random.Generator
) -> dict[str, int]:
    roadmap = dict(least)
    for name in (structure.names[i] for i in chance.permutation(len(structure.names))):
        if chance.random() < CHANCE and name not in roadmap:
            roadmap = _with(problem, structure, roadmap, name, chance) or roadmap
    return roadmap


def _with(
    problem: RoadmapProblem, structure: Structure, roadmap: dict[str, int], name: str, chance: np.random.Generator
) -> dict[str, int] | None:
    """The roadmap with an initiative, after what it requires and with what it is bound to, each at a random start of
    those that fit."""
    done = dict(roadmap)
    for one in structure.missing(name, done):
        fits = [t for t in structure.starts[one] if _fits(problem, {**done, one: t})]
        if not fits:
            return None
        done[one] = fits[int(chance.integers(len(fits)))]
    return done if not violations(problem, done) else None


def _fits(problem: RoadmapProblem, roadmap: Mapping[str, int]) -> bool:
    """Whether a part of a roadmap keeps every limit, apart from the rest of its groups that is still to come."""
    return all(broken.family == "group" and broken.mendable for broken in violations(problem, roadmap))
