"""A quick answer to a change: the roadmap of before under it, then the best that a short search finds.

Where rules alone changed (budgets, pins, attitude to risk) no roadmap is simulated twice: the archive of the world is
kept. Where a number changed, roadmaps that were good before are simulated anew, and the program is developed around
the best of them with the interactions of before; simulation alone decides. The work is bounded by counts, not by the
clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from optimize.archive import Archive, Clock
from optimize.check import violations
from optimize.limits import Limits
from optimize.linearise import linearise
from optimize.moves import local_search
from optimize.periods import months
from optimize.plan_limits import PlanLimits, Progress
from optimize.plan_periods import planned_periods
from optimize.policies import do_nothing
from optimize.problem import RoadmapProblem, TrustRegion
from optimize.reasons.infeasible import no_roadmap
from optimize.selection import plainness
from optimize.solve import solve
from optimize.structure import Structure
from optimize.valuation import Rules, Valuation, valuation
from scenarios.workbench.answer import COARSE_DRAWS, Answer, measured
from scenarios.workbench.known import Known, world_of
from scenarios.workbench.repair import repaired

if TYPE_CHECKING:
    from sim.world import Scenario

LIMITS: Final = PlanLimits(
    search_draws=256, pair_draws=32, linear_draws=64, cost_draws=256, neighbours=48,
    solver=Limits(seconds=None, nodes=300, gap=1e-3, break_ties=False),
)  # fmt: skip
SCREEN_DRAWS: Final = 64  # on which roadmaps of before are looked at first in a new world
SCREENED: Final = 24
KEPT: Final = 6  # of these, simulated on all draws
MENDED: Final = 5  # of these, the first ones are made to fit where they do not
ROUNDS: Final = 2
TOLD: Final = 12  # good roadmaps that an answer hands on

Starts = dict[str, int]


def coarse(
    known: Known,
    scenario: Scenario,
    before: Mapping[str, int] | None,
    hints: Iterable[Mapping[str, int]],
    progress: Progress | None = None,
) -> Iterator[Answer]:
    """Up to four answers, each better than the one before, the first one at once. before: start months of the roadmap
    that is shown; hints: of others that were good. Raises NoRoadmap and ProblemsFound as `plan` does."""
    problem = known.rules(scenario, LIMITS).problem
    world = world_of(scenario)
    if before is not None and not known.has_world(world):
        answer = _revalued(scenario, problem, before, known.seed)
        if answer is not None:
            yield answer
    least = do_nothing(problem, LIMITS.solver)
    if least is None:
        raise no_roadmap(scenario, problem, LIMITS)
    anew = not known.has_world(world)
    archive = known.archive(scenario, world, LIMITS, progress)
    offered = [one for one in (in_periods(scenario, problem, hint) for hint in (before, *hints)) if one is not None]
    shown: Starts | None = None
    for best in _searched(known, problem, archive, [least, *offered], anew):
        if best == shown:
            continue
        shown = best
        good = _allowed(problem, archive)[:TOLD]
        yield measured(
            scenario, months(scenario, best), planned_periods(scenario, problem, best), COARSE_DRAWS, known.seed,
            "coarse", known=[months(scenario, one) for one in good],
        )  # fmt: skip


def in_periods(scenario: Scenario, problem: RoadmapProblem, roadmap: Mapping[str, int] | None) -> Starts | None:
    """Start months as periods; None for a roadmap that the problem does not know, or whose starts lie between."""
    if roadmap is None:
        return None
    names, step = {one.id for one in problem.initiatives}, scenario.period_months
    if not set(roadmap) <= names or any(start % step or start // step >= problem.periods for start in roadmap.values()):
        return None
    return {name: start // step for name, start in roadmap.items()}


def _revalued(scenario: Scenario, problem: RoadmapProblem, before: Mapping[str, int], seed: int) -> Answer | None:
    """The roadmap of before in the new world, with the limits that it breaks there."""
    roadmap = in_periods(scenario, problem, before)
    if roadmap is None:
        return None
    broken = [one.sentence for one in violations(problem, roadmap)]
    periods = planned_periods(scenario, problem, roadmap)
    return measured(scenario, before, periods, COARSE_DRAWS, seed, "revalued", broken=broken)


def _searched(
    known: Known, problem: RoadmapProblem, archive: Archive, offered: list[Starts], anew: bool
) -> Iterator[Starts]:
    """The best allowed roadmap that was met so far, after each part of the search. anew: nothing is known of this
    world; else what is in the archive answers at once."""
    least, structure = offered[0], Structure(problem)
    mended = [repaired(problem, structure, least, one) for one in offered[1:MENDED] if violations(problem, one)]
    offered = [*offered, *(one for one in mended if one is not None)]
    allowed = [one for one in offered if not violations(problem, one)][:SCREENED]
    archive.simulate(allowed, "roadmaps of before", SCREEN_DRAWS)
    shared = [float(archive.scores(one, SCREEN_DRAWS).mean()) for one in allowed]
    ranked = [allowed[k] for k in sorted(range(len(allowed)), key=lambda k: -shared[k])]
    archive.simulate(ranked[:KEPT], "roadmaps of before")
    best = _best(problem, archive, ranked)
    if not anew:
        yield best
    valued = _valued(known, problem, archive)
    if not anew or not known.answered:
        archive.simulate(_proposed(valued.problem), "proposals")
        best = _best(problem, archive, [best])
        yield best
    known.answered = True
    program = valued.problem
    for _ in range(ROUNDS):
        linear = linearise(valued, archive, best, LIMITS, terms=valued.problem.interactions)
        size = max(3, -(-len(problem.initiatives) // 3))
        program = linear.model_copy(update={"trust_region": TrustRegion(incumbent=best, at_most=size)})
        archive.simulate(_proposed(program), "proposals")
        better = _best(problem, archive, [best])
        yield better
        if better == best:
            break
        best = better
    around = program.model_copy(update={"trust_region": None})
    local_search(around, archive, best, LIMITS, Clock(None))
    yield _best(problem, archive, [best])


def _valued(known: Known, problem: RoadmapProblem, archive: Archive) -> Valuation:
    """The rules with the worth of initiatives and pairs: simulated once, and taken from before after that."""
    if known.program is None:
        found = valuation(Rules(problem, {}), archive, LIMITS)
        known.program = found.problem
        return found
    old = known.program
    worth = {one.id: one.value for one in old.initiatives}
    names = {one.id for one in problem.initiatives}
    fits = old.periods == problem.periods
    initiatives = tuple(
        one.model_copy(update={"value": worth[one.id]}) if fits and one.id in worth else one
        for one in problem.initiatives
    )
    pairs = tuple(one for one in old.interactions if {one.first, one.second} <= names)
    return Valuation(problem.model_copy(update={"initiatives": initiatives, "interactions": pairs}), {}, {})


def _proposed(program: RoadmapProblem) -> list[Starts]:
    answer = solve(program, LIMITS.solver)
    return [dict(answer.roadmap)] if answer.has_solution else []


def _best(problem: RoadmapProblem, archive: Archive, otherwise: list[Starts]) -> Starts:
    """The best allowed roadmap of all that were simulated on all draws."""
    found = _allowed(problem, archive)
    return found[0] if found else otherwise[0]


def _allowed(problem: RoadmapProblem, archive: Archive) -> list[Starts]:
    """Simulated roadmaps that keep every limit, best first. Those of before may hold what is pinned out now."""
    names = {one.id for one in problem.initiatives}
    allowed = [one for one in archive if set(one) <= names and not violations(problem, one)]
    return sorted(allowed, key=lambda one: (-archive.score(one), *plainness(one)))
