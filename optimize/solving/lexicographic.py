"""Several aims in order of rank: each is made as large as possible while those before it keep what they reached.

An aim keeps what it reached less its tolerance (and less what counts as a tie). Ties are broken at the last one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from optimize.check import tie_width
from optimize.limits import Limits
from optimize.problem import RoadmapProblem
from optimize.risk.parts import AtLeast
from optimize.status import Solution, Status

Solver = Callable[[RoadmapProblem, Limits], Solution]


def in_order(problem: RoadmapProblem, limits: Limits, solve: Solver) -> tuple[Solution, ...]:
    """The answer of each aim; the last is that of the whole, unless one before it was not proved, where all ends.

    solve: solves a problem with one aim. Its `objective` and `bound` are of that aim.
    """
    return tuple(one.answer for one in ranks(problem, limits, solve))


@dataclass(frozen=True)
class Rank:
    """One aim: the problem that has it alone and the floors of those before, its answer, and what it may give up."""

    problem: RoadmapProblem
    answer: Solution
    tolerance: float


def ranks(problem: RoadmapProblem, limits: Limits, solve: Solver) -> tuple[Rank, ...]:
    """The aims in order with their problems and answers; as `in_order`."""
    floors = list(problem.at_least)
    found: list[Rank] = []
    aims = problem.objectives
    for number, aim in enumerate(aims):
        here = problem.model_copy(update={"objectives": (), "objective": aim.what, "at_least": tuple(floors)})
        last = number == len(aims) - 1
        spent = sum(one.answer.seconds for one in found)
        left = None if limits.seconds is None else max(1e-3, limits.seconds - spent)
        answer = solve(here, replace(limits, seconds=left, break_ties=limits.break_ties and last))
        if not last and answer.status is not Status.OPTIMAL:
            note = f"Aim {number + 1} of {len(aims)}, {aim.what}, was not proved, so those after it were not looked at."
            answer = replace(answer, detail=" ".join(filter(None, [answer.detail, note])))
            return (*found, Rank(here, answer, aim.tolerance))
        found.append(Rank(here, answer, aim.tolerance))
        if not last:
            least = answer.objective - aim.tolerance - tie_width(here)
            floors.append(AtLeast(what=aim.what, least=least))
    return tuple(found)
