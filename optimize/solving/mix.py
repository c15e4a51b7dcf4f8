"""Large programs: a good roadmap from annealing, a bound from the relaxation, and what is left for the exact solver.

Every step is one that the program certifies. Starts go only if arithmetic (`windows`) or the relaxation (`relaxation`)
shows that no roadmap worth more than the incumbent has them; so a bound of what is left, or the incumbent if that is
more, bounds the whole. Work is set by the size of the problem, never by the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimize.solving.lowered import Lowered, lower
from optimize.solving.windows import tightened

if TYPE_CHECKING:
    from optimize.formulation import Formulation
    from optimize.limits import Limits
    from optimize.problem import RoadmapProblem
    from optimize.solving.relaxation import Relaxation

Progress = Callable[[float, float | None, float | None], None]
"""Told seconds, the worth of the best roadmap and the bound, each None while there is none."""

LARGE = 400
"""Start variables from which on the mix pays; below, the exact solver alone is as fast."""

WALKS, AGAIN = 4, 8
"""Walks from nothing, and walks from the best so far, which begin less hot (`LUKEWARM`)."""
LUKEWARM = 0.05
MOVES = 30_000
"""Moves of a walk for each initiative."""

ROUNDS = 60
"""Neighbourhoods that are searched."""

LOOSE = 0.05
"""Relative gap from which on any sound roadmap will do, and the exact solver alone finds one sooner."""

SHORT = 5.0
"""Seconds below which a limit leaves no time for the mix, which may have to be compiled first."""

MOVES_A_SECOND = 30_000
"""Moves of a walk for each second of the limit at most: all walks take a fifth of what a core does in the time."""

SHARE = 0.35
"""Most of the time that may pass before the exact solver gets the whole."""


@dataclass(frozen=True)
class Ahead:
    """What is known before the exact solver begins: the incumbent and its worth, None if the annealing found none, and
    the bound of the relaxation, None if it was not solved.

    cut: the clock ended the search for it, so another run may find another one.
    """

    roadmap: dict[str, int] | None
    worth: float | None
    bound: float | None = None
    cut: bool = False


def applies(problem: RoadmapProblem, limits: Limits) -> bool:
    """Whether a problem is large enough and states only what the arrays of `lowered` hold, and the limits leave room.

    It follows from problem and limits alone, so that every run takes the same way.
    """
    hurried = limits.seconds is not None and limits.seconds < SHORT
    if hurried or limits.solver != "highs" or limits.gap >= LOOSE:
        return False
    starts = sum(len(problem.window(initiative)) for initiative in problem.initiatives)
    return starts >= LARGE and lower(problem) is not None


def go_ahead(
    formulation: Formulation, limits: Limits, seconds: float | None, found: Callable[[float | None, float | None], None]
) -> Ahead:
    """Find an incumbent and close starts of the formulation, whose problem must be one to which the mix applies.

    seconds: time that is left. The search may end at the gap of the limits. found: is told worth and bound.
    The caller holds the lock of the solver.
    """
    from optimize.solving.neighbourhoods import improve
    from optimize.solving.relaxation import relax

    began = time.monotonic()
    problem = formulation.problem
    arrays = lower(problem)
    if arrays is None:
        raise ValueError("the problem states what the mix does not know: see lowered.KNOWN")
    arrays = tightened(arrays)
    for i, initiative in enumerate(problem.initiatives):
        for t, start in formulation.starts[initiative.id].items():
            if not arrays.open[i, t]:
                start.upBound = 0
    relaxed = relax(formulation, seconds)
    bound = None if relaxed is None else formulation.stated(relaxed.bound)
    found(None, bound)
    ahead = replace(incumbent(problem, arrays, limits.seconds), bound=bound)
    if ahead.roadmap is None or ahead.worth is None or relaxed is None:
        return ahead
    found(ahead.worth, bound)
    enough = formulation.stated(relaxed.bound) - limits.gap * abs(formulation.stated(relaxed.bound))
    left = None if seconds is None else SHARE * seconds - (time.monotonic() - began)
    better = improve(formulation, ahead.roadmap, relaxed, ROUNDS, enough, left, lambda worth: found(worth, bound))
    _reduce(formulation, relaxed, better.roadmap, better.worth)
    return Ahead(better.roadmap, better.worth, bound, better.cut)


def incumbent(problem: RoadmapProblem, arrays: Lowered, seconds: float | None) -> Ahead:
    """The best roadmap of all walks that keeps every limit, checked in plain Python. seconds: the limit, which sets the
    work."""
    from optimize.check import violations, worth
    from optimize.solving.annealing import OUT, anneal

    moves = MOVES * len(problem.initiatives)
    if seconds is not None:
        moves = min(moves, int(seconds * MOVES_A_SECOND))
    best = Ahead(None, None)
    top: NDArray[np.int64] | None = None
    for walk in range(WALKS + AGAIN):
        again = walk >= WALKS and top is not None
        starts = anneal(arrays, moves, walk, top, LUKEWARM) if again else anneal(arrays, moves, walk)
        roadmap = {problem.initiatives[i].id: int(starts[i]) for i in np.flatnonzero(starts != OUT)}
        if not violations(problem, roadmap):
            value = worth(problem, roadmap)
            if best.worth is None or value > best.worth:
                best, top = Ahead(roadmap, value), starts
    return best


def _reduce(formulation: Formulation, relaxed: Relaxation, roadmap: Mapping[str, int], worth: float) -> None:
    """Close the starts that no roadmap worth more than this one has, and set those that every such roadmap has.

    The roadmap's own starts stay, so that the exact solver can begin from it.
    """
    scaled = (worth - formulation.stated(0.0)) / formulation.worth_unit
    closed, needed = relaxed.excluded(scaled)
    for name, t in closed:
        if roadmap.get(name) != t:
            formulation.starts[name][t].upBound = 0
    for name, t in needed:
        if roadmap.get(name) == t:
            formulation.starts[name][t].lowBound = 1
