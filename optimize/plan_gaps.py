"""The three gaps of a plan and its value against the plan of mean drivers, from what the search left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimize.archive import Archive, Clock, estimate
from optimize.check import violations
from optimize.gaps import Gaps, model_gap, solver_gap
from optimize.periods import Starts, months
from optimize.plan_limits import GAP_FROM, PlanLimits, Progress
from optimize.planning import DrawRange
from optimize.refine import SearchResult, allowed_roadmaps
from optimize.sampling_gap import sampling_gap
from optimize.stochastic_value import StochasticValue
from optimize.valuation import Valuation

if TYPE_CHECKING:
    from sim.world import Scenario


def gaps_of(
    scenario: Scenario,
    seed: int,
    valued: Valuation,
    archive: Archive,
    result: SearchResult,
    recommended: Starts,
    limits: PlanLimits,
    clock: Clock,
    progress: Progress | None,
) -> Gaps:
    """The three gaps. The clock ends the work on the sampling gap before it begins, never in its middle."""
    feasible = allowed_roadmaps(valued.problem.without_worlds(), archive) or [result.best]
    program = result.program.without_worlds()
    why_not, sampling = "", None
    if not valued.problem.initiatives:
        why_not = "there is nothing to choose"
    elif program != result.program:
        why_not = "it is known for the mean alone, and here risk counts as well"
    elif violations(program.model_copy(update={"trust_region": None, "forbidden": ()}), recommended):
        why_not = "the last program does not allow this roadmap"
    elif clock.over():
        why_not = "the clock stopped the work before it"
    else:
        sampling = sampling_gap(scenario, seed, valued, result.program, recommended, limits, progress)
        why_not = "" if sampling else "the solver gave no bound on one of the sets of draws"
    return Gaps(
        constant=result.program.constant,
        model=model_gap(program, archive, feasible, recommended),
        sampling=sampling,
        solver=solver_gap(result.program, result.solution),
        why_not=why_not,
    )


def drawn_for_the_gap(gaps: Gaps) -> dict[str, DrawRange]:
    """The draws of the sampling gap, if it was estimated."""
    found = gaps.sampling
    return {} if found is None else {"sampling_gap": DrawRange(GAP_FROM, found.sets * found.draws, found.paths)}


def stochastic_value_of(scenario: Scenario, means: Starts, fresh: Archive, recommended: Starts) -> StochasticValue:
    """fresh: archive of the draws of the report, which holds both."""
    gain = fresh.gain(recommended, means)
    return StochasticValue(months(scenario, means), estimate(fresh.npv(means)), gain, fresh.attitude.words)
