"""What a roadmap is worth by the aim of the problem, in plain Python: worlds, tails, futures.

This file shares nothing with the integer program, so that an error there cannot hide here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from optimize.problem import GoalFloor, RoadmapProblem
from optimize.risk.parts import GOAL, Future, Risk

Roadmap = Mapping[str, int]


def offset(problem: RoadmapProblem, what: str | None = None) -> float:
    """The part of an aim (that of the problem, if none is named) that no roadmap changes [currency]."""
    return (
        0.0 if not in_money(what or problem.objective) or (what or problem.objective) == "regret" else problem.constant
    )


def in_money(what: str) -> bool:
    """Whether an aim is in currency."""
    return what not in ("few", "early") and not what.startswith(GOAL)


def goal_of(problem: RoadmapProblem, what: str) -> GoalFloor:
    """The goal of an aim `goal:NAME`. Raises StopIteration for a goal that the problem has not."""
    return next(one for one in problem.goals if GOAL + one.name == what)


def sizes_of_goal(goal: GoalFloor) -> list[float]:
    """Sizes of what the initiatives add to a goal."""
    return [abs(number) for series in goal.contributions.values() for number in series]


def aimed(problem: RoadmapProblem, roadmap: Roadmap, gain: float, what: str | None = None) -> float:
    """Value of an aim without its `offset`. gain: mean worth of the roadmap without the constant [currency]."""
    aim = what or problem.objective
    if aim == "few":
        return float(-len(roadmap))
    if aim == "early":
        return float(sum(problem.periods - start for start in roadmap.values()))
    if aim.startswith(GOAL):
        goal, last = goal_of(problem, aim), problem.periods - 1
        return math.fsum(goal.added(name, last - start) for name, start in roadmap.items())
    if aim == "cvar":
        return gain + tail(problem, roadmap)
    if aim == "worst_future":
        return min(gain + _turn(problem, future, roadmap) for future in problem.futures)
    if aim == "regret":
        return min(
            math.fsum([problem.constant, gain, _turn(problem, future, roadmap), -(future.best or 0.0)])
            for future in problem.futures
        )
    weight = problem.risk.weight if problem.risk is not None and aim == "worth" else 0.0
    return gain + weight * tail(problem, roadmap) if weight > 0.0 else gain


def tail(problem: RoadmapProblem, roadmap: Roadmap) -> float:
    """CVaR of the roadmap less its mean, never above 0 [currency]; 0 for a problem without worlds."""
    if problem.worlds is None:
        return 0.0
    level = (problem.risk or Risk()).level
    return lower_tail(deviations(problem, roadmap), problem.worlds.probability, level)


def deviations(problem: RoadmapProblem, roadmap: Roadmap) -> list[float]:
    """For each world the NPV of the roadmap less its mean [currency]."""
    worlds = problem.worlds
    if worlds is None:
        return []
    parts: list[Sequence[float]] = [worlds.constant] if worlds.constant else []
    parts += [worlds.value[name][start] for name, start in roadmap.items() if name in worlds.value]
    parts += [pair.value for pair in worlds.interactions if pair.first in roadmap and pair.second in roadmap]
    total = [math.fsum(part[s] for part in parts) for s in range(len(worlds.probability))]
    mean = math.fsum(p * x for p, x in zip(worlds.probability, total, strict=True))
    return [x - mean for x in total]


def lower_tail(values: Sequence[float], probability: Sequence[float], level: float) -> float:
    """Mean of the worst share `level` of the worlds; the world at its edge counts with a part of its probability.

    values: of each world. probability: of each world, sum 1. Source: Rockafellar and Uryasev (2002), Conditional
    value-at-risk for general loss distributions, Journal of Banking and Finance 26(7), proposition 8.

    >>> lower_tail([4.0, 1.0, 2.0, 3.0], [0.25] * 4, 0.375)
    1.3333333333333333
    """
    left, parts = level, []
    for value, weight in sorted(zip(values, probability, strict=True)):
        taken = min(left, weight)
        parts.append(taken * value)
        left -= taken
    return math.fsum(parts) / math.fsum([level, -left])


def _turn(problem: RoadmapProblem, future: Future, roadmap: Roadmap) -> float:
    """What the roadmap is worth in the future beyond what it is worth in the problem [currency]."""
    moved = [0.0 if future.constant is None else future.constant - problem.constant]
    moved += [
        future.value[name][start] - problem.initiative(name).value[start]
        for name, start in roadmap.items()
        if name in future.value
    ]
    return math.fsum(moved)
