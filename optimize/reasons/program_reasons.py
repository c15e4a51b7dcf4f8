"""What would change the answer of a program alone: all by solving it again, nothing simulated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from optimize.alternatives import Alternative, alternatives
from optimize.check import tie_width, worth
from optimize.reasons.delay import Delay, delays
from optimize.reasons.resolves import Resolves
from optimize.reasons.thresholds import Change, Thresholds
from optimize.reasons.worth_of_more import MoreOfIt, MoreTime, worth_of_more, worth_of_time
from optimize.risk.parts import AtLeast
from optimize.solve import solve
from optimize.status import Status

if TYPE_CHECKING:
    from optimize.limits import Limits
    from optimize.problem import RoadmapProblem
    from optimize.status import Solution


@dataclass(frozen=True)
class ProgramReasons:
    """Changes that let in or push out, worth of one more unit and of time, cost of delay.

    given_up: what a latest sensible start may cost [currency]. of_mean: the problem has another aim than mean worth,
    and all this is said of the best roadmap by the mean worth, without worlds and futures. solves, unproved: programs
    solved, and how many of them without a proof.
    """

    changes: tuple[Change, ...]
    more: tuple[MoreOfIt, ...]
    time: tuple[MoreTime, ...]
    delays: tuple[Delay, ...]
    given_up: float
    of_mean: bool
    solves: int
    unproved: int

    def document(self) -> dict[str, Any]:
        """The part of a JSON document."""
        return {
            "changes": [one.document() for one in self.changes],
            "worth_of_more": [one.document() for one in self.more],
            "worth_of_time": [one.document() for one in self.time],
            "delays": [one.document() for one in self.delays],
            "given_up": self.given_up,
            "of_mean": self.of_mean,
            "solves": self.solves,
            "unproved": self.unproved,
        }


def reasons_of_program(
    problem: RoadmapProblem,
    solution: Solution,
    limits: Limits,
    within: float,
    period_name: Callable[[int], str] = "period {}".format,
) -> ProgramReasons:
    """Everything that would change the solution. within: share of the worth that a latest start may cost.

    A lower cost counts as room in the budgets alone. Where the problem without worlds and futures is not solved in
    time, all is said of the roadmap that is known, and nothing is called proved. Raises NoSolution where there is none.
    """
    resolves = Resolves(limits)
    whole, problem = problem, problem.without_worlds()
    if problem != whole:
        known, solution = solution, solve(problem, limits)
        reached = worth(problem, known.roadmap)  # it keeps these limits too, which are fewer
        if not solution.has_solution or solution.objective < reached - tie_width(problem):
            starts = tuple(sorted(known.roadmap.items()))
            solution = replace(known, status=Status.FEASIBLE, bound=None, _objective=reached, _starts=starts)
    thresholds = Thresholds(problem, solution, resolves, period_name=period_name)
    roadmap, value = solution.roadmap, solution.objective
    changes: list[Change] = []
    for one in problem.initiatives:
        changes += thresholds.push_out(one.id) if one.id in roadmap else thresholds.let_in(one.id)
    more = worth_of_more(problem, solution, resolves)
    time = worth_of_time(problem, solution, resolves, period_name)
    given_up = within * abs(value)
    late = delays(problem, roadmap, value, resolves, given_up, certain=solution.status is Status.OPTIMAL)
    return ProgramReasons(
        tuple(changes), more, time, late, given_up, problem != whole, resolves.count, resolves.unproved
    )


def near_solution(
    problem: RoadmapProblem, solution: Solution, limits: Limits, number: int, within: float
) -> tuple[Alternative, ...]:
    """At most `number` roadmaps that differ on purpose and give up no more than this share of the worth.

    Of several aims in order of rank no more than this share of each is given up; what an alternative is said to be
    worth is of the first.
    """
    if number == 0:
        return ()
    best = solution.roadmap
    first, floors = problem, []
    if problem.objectives:
        ranked = [
            problem.model_copy(update={"objectives": (), "objective": one.what})
            for one in {aim.what: aim for aim in problem.objectives}.values()
        ]
        first, *others = ranked
        floors = [AtLeast(what=one.objective, least=_floor(one, best, within) - tie_width(one)) for one in others]
    known = first.model_copy(update={"at_least": (*first.at_least, *floors)})
    return alternatives(known, best, _floor(first, best, within), Resolves(limits), number)


def _floor(problem: RoadmapProblem, roadmap: Mapping[str, int], within: float) -> float:
    """What a roadmap reaches by the one aim of the problem, less a share of it."""
    reached = worth(problem, roadmap)
    return reached - within * abs(reached)
