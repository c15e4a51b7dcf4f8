"""From a scenario to a plan: value, solve, simulate, refine, tell the finalists apart, report.

Three ranges of draws are kept apart: one to search, one to select, one to report. No figure in print comes from draws
that chose the roadmap, and the yardsticks are valued on the same draws as the winner.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimize.archive import Archive, Clock, estimate
from optimize.check import violations
from optimize.closed_starts import closed_note
from optimize.demands import blocking, demands
from optimize.conflict import why_infeasible
from optimize.goal_floors import demanded, missed, with_floors
from optimize.moves import MOVES, SCREEN_DRAWS, local_search
from optimize.periods import Starts, months
from optimize.plan_limits import REPORT_FROM, SEARCH_FROM, SELECTION_FROM, PlanLimits, Progress
from optimize.plan_periods import planned_periods
from optimize.planning import (
    Candidate,
    DrawRange,
    LeftOut,
    NoRoadmap,
    PinnedStart,
    Plan,
    Step,
    Yardstick,
)
from optimize.policies import do_nothing, yardsticks
from optimize.problem import RoadmapProblem
from optimize.refine import SearchResult, allowed_roadmaps, refine
from optimize.rejections import force_in, rejected, simulate_additions
from optimize.selection import RULE, Selection, choose_finalists, select
from optimize.solve import solve
from optimize.status import Status
from optimize.valuation import SIGNIFICANT, Rules, Valuation, planned_spend, rules, valuation
from sim.montecarlo import evaluate, worth_a_table

if TYPE_CHECKING:
    from sim.outcomes import Outcomes
    from sim.world import Scenario

DEFAULT_LIMITS = PlanLimits()


def plan(
    scenario: Scenario, seed: int, limits: PlanLimits = DEFAULT_LIMITS, *, progress: Progress | None = None
) -> Plan:
    """The recommended roadmap of a scenario, its worth, and what else was compared.

    Without `limits.seconds` the same seed gives the same plan on every run, whatever the threads. progress: called with
    a stage, the work done and the work known. Raises NoRoadmap if no roadmap meets every demand, and ProblemsFound for
    a world that cannot be simulated.
    """
    clock = Clock(limits.seconds)
    ruled = with_floors(scenario, rules(scenario, seed, limits), seed, limits)
    least = do_nothing(ruled.problem, limits.solver)
    if least is None:
        raise NoRoadmap(_why_none(ruled.problem, limits))
    look_up = worth_a_table(scenario, seed)
    archive = Archive(scenario, seed, SEARCH_FROM, limits.search_draws, limits, progress, look_up)
    valued = valuation(ruled, archive, limits)
    sticks = yardsticks(ruled.problem, archive, least)
    result = refine(valued, archive, sticks.values(), limits, clock)
    result, impossible = _forced(valued, result, archive, limits, clock)
    indifference = max(0.005 * planned_spend(valued.problem, result.best), scenario.money.indifference)
    finalists = choose_finalists(archive, result.feasible, least, limits.finalists, sticks.values())
    selection = select(scenario, finalists, indifference, seed, limits, clock, progress)
    if not result.exhaustive:
        simulate_additions(valued.problem, _free(result.program), archive, selection.recommended, limits)
    fresh = Archive(scenario, seed, REPORT_FROM, limits.report_draws, limits, progress)
    fresh.simulate(sticks.values(), "yardsticks on the draws of the report")
    outcomes = _report(scenario, selection.recommended, seed, limits, progress)
    return _plan(
        scenario, limits, clock, ruled, valued, archive, result, impossible, selection, sticks, fresh, outcomes
    )


def _forced(
    valued: Valuation, result: SearchResult, archive: Archive, limits: PlanLimits, clock: Clock
) -> tuple[SearchResult, dict[str, str]]:
    """Simulate a roadmap with each initiative that the search met in none; if one is better, search on from it."""
    if result.exhaustive:
        return result, {}
    program = _free(result.program)
    impossible = force_in(program, archive, result.feasible, limits.solver)
    feasible = allowed_roadmaps(valued.problem, archive)
    if archive.mean(feasible[0]) > archive.mean(result.best):
        local = local_search(program, archive, feasible[0], limits, clock)
        feasible = allowed_roadmaps(valued.problem, archive)
        result = replace(result, local=local)
    return replace(result, best=feasible[0], feasible=tuple(feasible)), impossible


def _free(program: RoadmapProblem) -> RoadmapProblem:
    """The program without what kept it near an incumbent."""
    return program.model_copy(update={"trust_region": None, "forbidden": ()})


def _why_none(problem: RoadmapProblem, limits: PlanLimits) -> tuple[str, ...]:
    """Why no roadmap meets every demand, in sentences."""
    answer = solve(problem, limits.solver)
    if answer.status is not Status.INFEASIBLE:
        return (f"No roadmap that meets every demand was found. {answer.text}",)
    together = why_infeasible(problem, limits.solver)
    alternatives, one_is_enough = blocking(problem, demands(problem), limits.solver)
    sentences = ["No roadmap meets every demand."]
    if together:
        sentences.append(f"These cannot be met together: {'; '.join(together)}.")
    words = "; ".join(demand.words for demand in alternatives)
    if words and one_is_enough:
        sentences.append(f"There is a roadmap as soon as one of these gives way: {words}.")
    elif words:
        sentences.append(f"There is a roadmap if all of these give way: {words}.")
    return tuple(sentences)


def _report(
    scenario: Scenario,
    recommended: Starts,
    seed: int,
    limits: PlanLimits,
    progress: Progress | None,
) -> Outcomes:
    """The recommended roadmap on the draws of the report, with all its figures."""
    draws = limits.report_draws
    return evaluate(
        scenario,
        months(scenario, recommended),
        draws,
        seed,
        first_draw=REPORT_FROM,
        threads=limits.threads,
        progress=None if progress is None else lambda done: progress("figures of the report", done, draws),
    )


def _plan(
    scenario: Scenario,
    limits: PlanLimits,
    clock: Clock,
    ruled: Rules,
    valued: Valuation,
    archive: Archive,
    result: SearchResult,
    impossible: dict[str, str],
    selection: Selection,
    sticks: dict[str, dict[str, int]],
    fresh: Archive,
    outcomes: Outcomes,
) -> Plan:
    problem, best, answer = valued.problem, selection.recommended, result.solution
    broken = violations(problem, best)
    if broken:
        raise AssertionError(f"the recommended roadmap breaks a limit: {broken[0].sentence}")
    feasible = allowed_roadmaps(problem, archive)
    left_out = rejected(
        problem, archive, feasible, best, impossible, selection.indifference, outcomes.currency, scenario.period_label
    )
    return Plan(
        status=answer.status.value,
        objective=answer.objective if answer.has_solution else None,
        bound=answer.bound,
        gap=answer.gap if answer.has_solution else None,
        roadmap=months(scenario, best),
        titles={name: one.title for name, one in scenario.initiatives.items()},
        periods=planned_periods(scenario, problem, best),
        outcomes=outcomes,
        finalists=tuple(
            Candidate(months(scenario, one.roadmap), one.npv, one.prob_best, one.draws) for one in selection.finalists
        ),
        indistinct=tuple(months(scenario, one) for one in selection.rivals),
        prob_good=selection.prob_good,
        indifference=selection.indifference,
        rejected=(
            *(
                LeftOut(one.id, one.reason + closed_note(valued.problem, one.id, scenario.period_label), one.gain)
                for one in left_out
            ),
            *(LeftOut(name, reason, None) for name, reason in ruled.unusable.items()),
        ),
        yardsticks=tuple(
            Yardstick(
                policy,
                months(scenario, one),
                estimate(fresh.npv(one)),
                float(np.mean(fresh.npv(one) < 0.0)),
                estimate(outcomes[0].npv - fresh.npv(one)),
            )
            for policy, one in sticks.items()
        ),
        iterations=tuple(
            Step(
                one.round, one.delta, months(scenario, one.proposal), one.program, one.simulated, one.gain, one.accepted
            )
            for one in result.iterations
        ),
        interactions={
            "related": len(valued.pairs),
            "related_found": _found(valued, related=True),
            "tested": len(valued.tested),
            "tested_found": _found(valued, related=False),
        },
        program=result.program,
        claim=_claim(result, archive, selection) + _missed(scenario, outcomes),
        rule=RULE,
        draws={
            "search": DrawRange(SEARCH_FROM, limits.search_draws, archive.paths),
            "selection": DrawRange(SELECTION_FROM, selection.draws, selection.paths),
            "report": DrawRange(REPORT_FROM, limits.report_draws, fresh.paths + limits.report_draws),
        },
        seconds=clock.elapsed,
        stopped_by_time=clock.stopped,
        pins=tuple(PinnedStart(name, pin.start_month, pin.reason) for name, pin in scenario.pins.items()),
    )


def _missed(scenario: Scenario, outcomes: Outcomes) -> str:
    """What to say of goals that must be reached and are not, on the draws of the report."""
    names = missed(scenario, outcomes[0].kpis)
    return f" On the draws of the report the mean misses {' and '.join(names)}." if names else ""


def _found(valued: Valuation, related: bool) -> int:
    pairs = valued.pairs if related else valued.tested
    return sum(abs(one.mean) > SIGNIFICANT * one.se for one in pairs.values())


def _claim(result: SearchResult, archive: Archive, selection: Selection) -> str:
    """What may be said of the recommendation, and no more."""
    draws = f"{archive.draws:,} common draws"
    best, answer = result.best, result.solution
    if result.exhaustive:
        number = len(result.feasible)
        text = f"Every feasible roadmap was simulated on {draws}: proved best of {number:,} on those draws."
    else:
        text = f"Best of {len(result.feasible):,} feasible roadmaps simulated on {draws}"
        if result.local.complete:
            text += f"; none better within 1 move on those draws ({result.local.neighbours:,} tried: {MOVES}; "
            text += f"what is clearly worse on {min(SCREEN_DRAWS, archive.draws)} of them is not simulated on the rest)"
        else:
            text += "; the search among single moves was not completed"
        if answer.has_solution:
            region = result.program.trust_region
            around = "of singles and pairs" if region is None else f"at most {region.at_most} changes of an incumbent"
            gap = "unknown" if answer.gap is None else f"{100 * answer.gap:.2g} %"
            text += f"; the last program ({around}) is solved with a gap of {gap}, which bounds the program alone"
        text += "."
    if dict(selection.recommended) != best:
        text = text.replace("Best of", "The search ended in the best of", 1)
        text += (
            " Of the finalists, the stated rule recommends another one; not every single move of that was simulated."
        )
    if selection.set_aside:
        money = archive.scenario.money
        stated = {"cash floor": money.cash_floor, "covenant": money.covenant}
        limits = " and the ".join(name for name, one in stated.items() if one is not None)
        reasons = [f"keep the {limits} as often as demanded"] if limits else []
        reasons += ["reach every goal that must be reached"] if demanded(archive.scenario) else []
        text += (
            f" {len(selection.set_aside)} of {len(selection.finalists)} finalists were set aside: they do not "
            f"{' or do not '.join(reasons)}."
        )
    if selection.rivals:
        text += (
            f" {selection.draws:,} fresh draws do not tell it apart from {len(selection.rivals)} of "
            f"{len(selection.finalists)} finalists, which may be better by more than {selection.indifference:,.0f}."
        )
    else:
        text += (
            f" On {selection.draws:,} fresh draws no other of {len(selection.finalists)} finalists is better by more "
            f"than {selection.indifference:,.0f} (95 % confidence)."
        )
    return text
