"""NPV against CVaR: the roadmaps that no other one beats in both, and the weights at which the choice turns.

Score of a roadmap at weight w: (1 - w) mean + w CVaR, where CVaR is the mean NPV of the worst `level` of the draws. All
points are simulated roadmaps on the same draws, so the frontier is that of what was simulated: a lower bound of what
there is. The search is by the mean; so that it holds careful roadmaps as well, the program proposes some: CVaR is a
concave function of the NPV by draw, and the mean over the worst draws of an incumbent is its gradient there
(Rockafellar and Uryasev 2000). So every start counts (1 - w) times its mean value plus w times its mean on those draws.

Knees: between two neighbours on the upper hull the best changes at  w = dm / (dm + dc),  dm what the one has more in
the mean, dc what the other has more in CVaR. Points inside the hull are efficient, but best for no weight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from optimize.valuation import filled
from sim.measures import cvar

if TYPE_CHECKING:
    from optimize.archive import Archive
    from optimize.periods import Starts
    from optimize.problem import RoadmapProblem
    from optimize.reasons.resolves import Resolves

LEVEL: Final = 0.05
WEIGHTS: Final = (0.25, 0.5, 0.75, 1.0)

Propose = Callable[[float], "Starts | None"]
"""Roadmap that a program finds best at a weight of risk, None where it finds none."""


def efficient(points: Sequence[tuple[float, float]]) -> list[int]:
    """Positions of the points that no other beats in both, by falling mean; of equal points the first.

    >>> efficient([(5.0, 1.0), (4.0, 3.0), (3.0, 2.0), (5.0, 0.5)])
    [0, 1]
    """
    order = sorted(range(len(points)), key=lambda i: (-points[i][0], -points[i][1], i))
    found: list[int] = []
    for i in order:
        if not found or points[i][1] > points[found[-1]][1]:
            found.append(i)
    return found


def turning_weights(points: Sequence[tuple[float, float]]) -> list[tuple[float, float] | None]:
    """For efficient points by falling mean: weights between which each has the largest score, None for no weight.

    >>> turning_weights([(10.0, 0.0), (9.0, 3.0), (8.0, 3.5)])
    [(0.0, 0.25), (0.25, 0.6666666666666666), (0.6666666666666666, 1.0)]
    """
    hull: list[int] = []
    for i in range(len(points)):
        while len(hull) > 1 and _turn(points[hull[-2]], points[hull[-1]]) >= _turn(points[hull[-1]], points[i]):
            hull.pop()
        hull.append(i)
    edges = [0.0, *(_turn(points[a], points[b]) for a, b in pairwise(hull)), 1.0]
    spans = {i: (edges[k], edges[k + 1]) for k, i in enumerate(hull)}
    return [spans.get(i) for i in range(len(points))]


def _turn(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Weight at which the second, with less mean and more CVaR, overtakes the first."""
    lost, won = first[0] - second[0], second[1] - first[1]
    return lost / (lost + won)


def gradient_proposals(
    problem: RoadmapProblem, archive: Archive, roadmaps: Sequence[Starts], resolves: Resolves, level: float = LEVEL
) -> Propose:
    """A program by weight: values on the worst draws of the roadmap that scores best at that weight.

    problem: with mean values. The archive holds the initiatives alone beside what they require, as the valuation leaves
    them; what it does not hold keeps its mean value.
    """
    from optimize.structure import Structure

    structure = Structure(problem)

    def propose(weight: float) -> Starts | None:
        def score(one: Starts) -> float:
            return (1.0 - weight) * archive.mean(one) + weight * float(cvar(archive.npv(one), level))

        incumbent = archive.npv(max(roadmaps, key=score))
        worst = np.argsort(incumbent, kind="stable")[: max(1, round(level * len(incumbent)))]
        changed = []
        for one in problem.initiatives:
            context = structure.complete({}, structure.needs[one.id])
            if context is None:
                return None
            starts = [t for t in problem.window(one) if {**context, one.id: t} in archive and context in archive]
            if not starts:
                changed.append(one)
                continue
            base = archive.npv(context)
            tail = filled(
                {t: float(np.mean((archive.npv({**context, one.id: t}) - base)[worst])) for t in starts},
                problem.periods,
            )
            value = tuple((1.0 - weight) * mean + weight * bad for mean, bad in zip(one.value, tail, strict=True))
            changed.append(one.model_copy(update={"value": value}))
        answer = resolves.solve(problem.model_copy(update={"initiatives": tuple(changed)}))
        return dict(answer.roadmap) if answer.has_solution else None

    return propose
