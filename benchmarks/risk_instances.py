"""Worlds for a roadmap problem of any size: the instances of the target for CVaR (60 x 16 with 100 worlds).

What an initiative earns swings with the economy, which all share, with luck of its own, and may fail wholly; the mean
of the worlds is the value of the problem. `plain` gives the program with a row for each world to HiGHS; `by_cuts` is
what `solve` does where worlds and starts are many.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from optimize.limits import Limits
from optimize.problem import RoadmapProblem
from optimize.risk.parts import AtLeast, Risk, Worlds
from optimize.solve import solve

WORLDS = 100
WEIGHT = 0.5
LEVEL = 0.05


def with_worlds(
    problem: RoadmapProblem, seed: int, worlds: int = WORLDS, weight: float = WEIGHT, level: float = LEVEL
) -> RoadmapProblem:
    """The problem with equally probable worlds around its values; the same on every machine."""
    rng = random.Random(f"worlds/{len(problem.initiatives)}x{problem.periods}/{seed}")
    economy = [rng.gauss(0.0, 1.0) for _ in range(worlds)]
    value = {}
    for one in problem.initiatives:
        size = 0.3 * sum(one.cost.capital) + 0.4 * abs(one.value[0])
        beta, failure = rng.uniform(0.0, 0.6), rng.uniform(0.02, 0.15)
        swing = [
            size * (beta * common + rng.gauss(0.0, 0.4)) - (2.0 * size if rng.random() < failure else 0.0)
            for common in economy
        ]
        centre = sum(swing) / worlds
        left = [(problem.periods - t) / problem.periods for t in range(problem.periods)]
        value[one.id] = tuple(
            tuple(mean + share * (x - centre) for x in swing) for mean, share in zip(one.value, left, strict=True)
        )
    made = Worlds(probability=(1.0 / worlds,) * worlds, value=value)
    return problem.model_copy(update={"worlds": made, "risk": Risk(weight=weight, level=level)})


@dataclass(frozen=True)
class Measured:
    """What HiGHS reached: seconds, value of the aim, certified bound, relative gap (None where there is none)."""

    seconds: float
    objective: float | None
    bound: float | None
    gap: float | None


def plain(problem: RoadmapProblem, seconds: float) -> Measured:
    """The program with a row for each world in HiGHS, ties left open. The answer is checked by `solve`."""
    never_binds = AtLeast(what="few", least=-len(problem.initiatives))  # a problem with it is not solved by cuts
    return by_cuts(problem.model_copy(update={"at_least": (never_binds,)}), seconds)


def by_cuts(problem: RoadmapProblem, seconds: float) -> Measured:
    """What `solve` reaches."""
    start = time.perf_counter()
    answer = solve(problem, Limits(seconds=seconds, break_ties=False))
    found = answer.has_solution
    return Measured(
        time.perf_counter() - start,
        answer.objective if found else None,
        answer.bound,
        answer.gap if found else None,
    )
