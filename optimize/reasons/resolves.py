"""Solving again and again with one thing changed: the same limits, the same goal, a count of what it took."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from optimize.check import worth
from optimize.formulation import Formulation
from optimize.reasons.dominated import reduced
from optimize.reasons.elastic import Elastic
from optimize.solve import optimise, solve
from optimize.status import Solution, Status

if TYPE_CHECKING:
    from optimize.limits import Limits
    from optimize.problem import RoadmapProblem
    from optimize.solving.ties import Found

NEAR: Final = 1e-6
"""Share by which an amount that was found is stepped over, or under, when the problem is solved again with it."""


class Resolves:
    """Solves changed problems. `count`: how many; `unproved`: how many of them ended without a proof."""

    def __init__(self, limits: Limits) -> None:
        self.limits = replace(limits, break_ties=False)
        self.count = 0
        self.unproved = 0

    def solve(self, problem: RoadmapProblem) -> Solution:
        """The best roadmap; of several that are worth the same any one."""
        answer = solve(reduced(problem), self.limits)
        self._note(answer.status in (Status.OPTIMAL, Status.INFEASIBLE))
        return answer

    def feasible(self, problem: RoadmapProblem) -> bool | None:
        """Whether any roadmap keeps every limit; None if the solver could not tell."""
        answer = solve(reduced(problem), replace(self.limits, gap=1e9))
        self._note(answer.has_solution or answer.status is Status.INFEASIBLE)
        return True if answer.has_solution else False if answer.status is Status.INFEASIBLE else None

    def optimise(self, formulation: Formulation) -> Found:
        """The answer of a program with a goal of its own."""
        found = optimise(formulation, self.limits)
        if isinstance(formulation, Elastic) and not formulation.exact:
            found = replace(found, proved=False)
        self._note(found.proved)
        return found

    def best(self, problem: RoadmapProblem, prepare: Callable[[Formulation], None]) -> tuple[Best | None, bool]:
        """The most that a roadmap is worth under what `prepare` adds, and whether that (or that there is none) is
        proved."""
        formulation = Formulation(reduced(problem))
        prepare(formulation)
        formulation.maximise_worth()
        found = self.optimise(formulation)
        return (None if found.roadmap is None else Best(worth(problem, found.roadmap), found.roadmap)), found.proved

    def without(self, problem: RoadmapProblem, name: str) -> tuple[Best | None, bool]:
        """The most that a roadmap without this initiative is worth."""
        return self.best(problem, lambda program: program.settle(name, None) if name in program.starts else None)

    def _note(self, proved: bool) -> None:
        self.count += 1
        self.unproved += not proved


class Best:
    """The worth of a roadmap, constant included [currency], and the roadmap in periods."""

    def __init__(self, worth: float, roadmap: Mapping[str, int]) -> None:
        self.worth = worth
        self.roadmap = dict(roadmap)
