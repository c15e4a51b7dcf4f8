"""The loop: solve, simulate the proposal, linearise around the incumbent inside a trust region, until nothing changes.

The value of a roadmap is not additive, so the program only proposes. A proposal that is better in simulation, by the
interval of the paired difference, becomes the incumbent; otherwise the trust region shrinks, and at 0 the loop ends.
A local search with the simulation alone ends the search.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from optimize.archive import Archive, Clock, Estimate, estimate
from optimize.check import violations, worth
from optimize.linearise import linearise
from optimize.moves import LocalOptimum, local_search
from optimize.periods import Starts
from optimize.plan_limits import PlanLimits
from optimize.problem import RoadmapProblem, TrustRegion
from optimize.risk.worlds import around as worlds_around
from optimize.selection import plainness
from optimize.solve import solve
from optimize.status import Solution
from optimize.structure import Structure
from optimize.triples import with_triples
from optimize.valuation import Valuation

ACCEPT: Final = 1.645
"""A proposal is accepted if its paired gain is above 0 by so many standard errors (one-sided 95 %)."""

STAGE = "proposals"


@dataclass(frozen=True)
class Iteration:
    """One proposal of the program.

    number, round: from 0; round 0 is the program of singles and pairs. delta: changes allowed; None = no trust region.
    program, simulated: worth of the proposal in the program and in simulation. gain: paired difference to the incumbent
    of that moment [currency].
    """

    number: int
    round: int
    delta: int | None
    proposal: Mapping[str, int]
    program: float
    simulated: Estimate
    gain: Estimate
    accepted: bool


@dataclass(frozen=True)
class SearchResult:
    """Where the search ended.

    best: best roadmap that was simulated and keeps every limit, by its score on the search draws. program: the last
    program, around the incumbent, with its trust region. solution: its answer. exhaustive: every feasible roadmap was
    simulated. feasible: roadmaps in the archive that keep every limit, best first. valuation: with the triples.
    """

    best: dict[str, int]
    iterations: tuple[Iteration, ...]
    program: RoadmapProblem
    solution: Solution
    local: LocalOptimum
    exhaustive: bool
    feasible: tuple[dict[str, int], ...]
    valuation: Valuation

    @property
    def additive(self) -> dict[str, int] | None:
        """What the program of singles and pairs proposes, before any simulation of whole roadmaps; None if nothing."""
        return next((dict(one.proposal) for one in self.iterations if one.round == 0), None)


def refine(
    valuation: Valuation, archive: Archive, first: Iterable[Starts], limits: PlanLimits, clock: Clock
) -> SearchResult:
    """Search the best roadmap on the draws of the archive.

    first: allowed roadmaps that are known already, at least one. Raises ValueError if none of them is allowed.
    """
    problem = valuation.problem
    limited = problem.without_worlds()
    surely = limited.model_copy(update={"chance_cash": None})  # its row is a filter; fresh draws decide
    known = [dict(one) for one in first if not violations(surely, one)]
    if not known:
        raise ValueError("the search needs an allowed roadmap to begin with")
    archive.simulate(known, STAGE)
    everything = every_roadmap(limited, archive.reach * limits.enumerate_paths // archive.draws)
    solution = solve(problem, limits.solver_of(problem))
    loop = _Loop(archive, max(known, key=archive.score))
    if everything is not None:
        archive.simulate(everything, "every roadmap")
    if solution.has_solution:
        loop.consider(solution, 0, None)
    program = problem
    if everything is None and solution.has_solution:
        valuation = with_triples(valuation, archive, solution.roadmap, limits)
        program, solution = _again(problem, valuation.problem, loop, solution, limits)
    if everything is None:
        program, solution = _rounds(valuation, loop, program, solution, limits, clock)
        start = (allowed_roadmaps(limited, archive) or [loop.incumbent])[0]
        local = local_search(program.model_copy(update={"trust_region": None}), archive, start, limits, clock)
    else:
        best = (allowed_roadmaps(limited, archive) or [loop.incumbent])[0]
        local = LocalOptimum(best, True, max(0, len(everything) - 1))
    feasible = allowed_roadmaps(limited, archive) or [loop.incumbent]
    exhaustive = everything is not None
    return SearchResult(
        feasible[0], tuple(loop.iterations), program, solution, local, exhaustive, tuple(feasible), valuation
    )


def _again(
    plain: RoadmapProblem, richer: RoadmapProblem, loop: _Loop, alone: Solution, limits: PlanLimits
) -> tuple[RoadmapProblem, Solution]:
    """The program with triples and its answer, where they change the worth of what was proposed without them."""
    shift = worth(richer, alone.roadmap) - worth(plain, alone.roadmap)
    if abs(shift) <= loop.archive.scenario.money.indifference:
        return plain, alone
    answer = solve(richer, limits.solver_of(richer))
    if answer.has_solution:
        loop.consider(answer, 0, None)
    return richer, answer


def _rounds(
    valuation: Valuation, loop: _Loop, program: RoadmapProblem, solution: Solution, limits: PlanLimits, clock: Clock
) -> tuple[RoadmapProblem, Solution]:
    """Linearise and propose until no change is accepted; the last program with its answer."""
    size = len(valuation.problem.initiatives)
    delta = min(size, limits.changes or max(3, -(-size // 3)))
    for number in range(1, limits.rounds + 1):
        if clock.over() or not size:
            break
        around = dict(loop.incumbent)
        linear = linearise(valuation, loop.archive, around, limits)
        linear = worlds_around(linear, valuation, loop.archive, around, limits)
        accepted = False
        rejected: list[dict[str, int]] = []
        first = True
        while delta > 0 and not accepted and not clock.over():
            region = TrustRegion(incumbent=around, at_most=delta)
            here = linear.model_copy(update={"trust_region": region, "forbidden": tuple(rejected)})
            answer = solve(here, limits.solver_of(here))
            if first:
                program, solution, first = here, answer, False
            if not answer.has_solution or dict(answer.roadmap) == around:
                delta = 0
                break
            accepted = loop.consider(answer, number, delta)
            if not accepted:
                rejected.append(dict(answer.roadmap))
                delta //= 2
        if delta == 0:
            break
    return program, solution


class _Loop:
    """The incumbent, and what was proposed so far."""

    def __init__(self, archive: Archive, incumbent: dict[str, int]) -> None:
        self.archive = archive
        self.incumbent = incumbent
        self.iterations: list[Iteration] = []

    def consider(self, answer: Solution, number: int, delta: int | None) -> bool:
        """Simulate the proposal; it becomes the incumbent if it is better by the interval of the paired difference."""
        proposal = dict(answer.roadmap)
        self.archive.simulate([proposal], STAGE)
        gain = self.archive.gain(proposal, self.incumbent)
        accepted = gain.mean > 0.0 and gain.mean >= ACCEPT * gain.se
        kept = self.archive.keeps_floor
        accepted = kept(proposal) and (accepted or not kept(self.incumbent))
        value = estimate(self.archive.scores(proposal))
        self.iterations.append(
            Iteration(len(self.iterations), number, delta, proposal, answer.objective, value, gain, accepted)
        )
        if accepted:
            self.incumbent = proposal
        return accepted


def allowed_roadmaps(problem: RoadmapProblem, archive: Archive) -> list[dict[str, int]]:
    """Simulated roadmaps that keep every limit, best first; of equals fewer initiatives, then earlier, then by name."""
    allowed = [one for one in archive if not violations(problem, one)]
    return sorted(allowed, key=lambda one: (-archive.score(one), *plainness(one)))


def every_roadmap(problem: RoadmapProblem, most: int) -> list[dict[str, int]] | None:
    """Every roadmap that keeps every limit, or None if there are more than `most`, or far too many to look at."""
    structure = Structure(problem)
    if math.prod(len(starts) + 1 for starts in structure.starts.values()) > MOST_LOOKED_AT:
        return None
    found: list[dict[str, int]] = []

    def extend(roadmap: dict[str, int], position: int) -> bool:
        """Decide on the initiatives from `position` on; False once there are too many."""
        broken = violations(problem, roadmap)
        if any(one.family in LASTING and not one.mendable for one in broken):
            return True  # more initiatives cannot mend it
        if position == len(structure.names):
            if not broken:
                found.append(roadmap)
            return len(found) <= most
        name = structure.names[position]
        choices = [roadmap, *({**roadmap, name: t} for t in structure.starts[name])]
        return all(extend(one, position + 1) for one in choices)

    return found if extend({}, 0) else None


MOST_LOOKED_AT: Final = 20_000
"""Starts and absences that may be combined to find the feasible roadmaps."""

LASTING: Final = frozenset(
    {"window", "exclusive", "group", "pin", "blackout", "simultaneous", "budget", "skill", "chance_budget"}
)
"""Families of limits that a roadmap keeps breaking whatever is added to it, unless the violation is mendable."""
