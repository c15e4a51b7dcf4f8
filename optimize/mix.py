"""Large programs: a good roadmap from annealing, a bound from the relaxation, and what is left for the exact solver.

Every step is one that the program certifies. Starts go only if arithmetic (`windows`) or the relaxation (`relaxation`)
shows that no roadmap worth more than the incumbent has them; so a bound of what is left, or the incumbent if that is
more, bounds the whole. Work is set by the size of the problem, never by the clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimize.lowered import Lowered, lower
from optimize.windows import tightened

if TYPE_CHECKING:
    from optimize.formulation import Formulation
    from optimize.problem import RoadmapProblem

Progress = Callable[[float, float | None, float | None], None]
"""Told seconds, the worth of the best roadmap and the bound, each None while there is none."""

LARGE = 400
"""Start variables from which on the mix pays; below, the exact solver alone is as fast."""

WALKS = 2
MOVES = 20_000
"""Moves of a walk for each initiative."""


@dataclass(frozen=True)
class Ahead:
    """What is known before the exact solver begins: the incumbent and its worth, None if the annealing found none."""

    roadmap: dict[str, int] | None
    worth: float | None


def applies(problem: RoadmapProblem) -> bool:
    """Whether a problem is large enough and states only what the arrays of `lowered` hold."""
    starts = sum(len(problem.window(initiative)) for initiative in problem.initiatives)
    return starts >= LARGE and lower(problem) is not None


def go_ahead(formulation: Formulation, seconds: float | None) -> Ahead | None:
    """Find an incumbent and close starts of the formulation; None where the problem states what `lowered` cannot hold.

    The caller holds the lock of the solver. seconds: time for the relaxation.
    """
    problem = formulation.problem
    arrays = lower(problem)
    if arrays is None:
        return None
    arrays = tightened(arrays)
    for i, initiative in enumerate(problem.initiatives):
        for t, start in formulation.starts[initiative.id].items():
            if not arrays.open[i, t]:
                start.upBound = 0
    ahead = incumbent(problem, arrays)
    reduce(formulation, ahead, seconds)
    return ahead


def incumbent(problem: RoadmapProblem, arrays: Lowered) -> Ahead:
    """The best roadmap of all walks that keeps every limit, checked in plain Python."""
    from optimize.annealing import OUT, anneal
    from optimize.check import violations, worth

    best = Ahead(None, None)
    for walk in range(WALKS):
        starts = anneal(arrays, MOVES * len(problem.initiatives), walk)
        roadmap = {problem.initiatives[i].id: int(starts[i]) for i in np.flatnonzero(starts != OUT)}
        if not violations(problem, roadmap):
            value = worth(problem, roadmap)
            if best.worth is None or value > best.worth:
                best = Ahead(roadmap, value)
    return best


def reduce(formulation: Formulation, ahead: Ahead, seconds: float | None) -> None:
    """Close the starts that no roadmap worth more than the incumbent has, and set those that every such roadmap has.

    The incumbent's own starts stay, so that the exact solver can begin from it.
    """
    from optimize.relaxation import relax

    if ahead.worth is None or ahead.roadmap is None:
        return
    relaxed = relax(formulation, seconds)
    if relaxed is None:
        return
    scaled = (ahead.worth - formulation.stated(0.0)) / formulation.worth_unit
    closed, needed = relaxed.excluded(scaled)
    for name, t in closed:
        if ahead.roadmap.get(name) != t:
            formulation.starts[name][t].upBound = 0
    for name, t in needed:
        if ahead.roadmap.get(name) == t:
            formulation.starts[name][t].lowBound = 1
