"""From a scenario to a plan: value, solve, simulate, refine, tell the finalists apart, report.

Ranges of draws are kept apart: one to search, one to select, one to report, one for the sampling gap. No figure in
print comes from draws that chose the roadmap, and the yardsticks are valued on the same draws as the winner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimize.archive import Archive, Clock, estimate
from optimize.check import violations
from optimize.closed_starts import closed_note
from optimize.gaps import Gaps
from optimize.goal_floors import with_floors
from optimize.moves import MOVES, SCREEN_DRAWS, local_search
from optimize.periods import Starts, months
from optimize.plan_gaps import drawn_for_the_gap, gaps_of, stochastic_value_of
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
from optimize.policies import PROGRAM_ALONE, do_nothing, yardsticks
from optimize.problem import RoadmapProblem
from optimize.reasons.infeasible import no_roadmap
from optimize.reasons.report import Reasons, reasons, valued_reasons
from optimize.refine import SearchResult, allowed_roadmaps, refine
from optimize.rejections import Rejected, force_in, rejected, simulate_additions
from optimize.risk.attitude import attitude_of, limits_for
from optimize.risk.limits import (
    TIGHTENINGS,
    broken_baseline,
    confirmed,
    not_confirmed,
    tail_too_low,
    tightened,
    to_be_tightened,
)
from optimize.risk.report import RiskReport, judged_worlds, risk_neutral, risk_report
from optimize.risk.worlds import with_worlds
from optimize.selection import RULE, Selection, choose_finalists, select
from optimize.stochastic_value import expected_value_plan
from optimize.valuation import SIGNIFICANT, Rules, Valuation, planned_spend, rules, valuation
from sim.goal_floor import demanded, missed
from sim.montecarlo import evaluate, given_draws, worth_a_table

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
    attitude = attitude_of(scenario)
    of_means, limits = limits, limits_for(limits, attitude)
    ruled = with_floors(scenario, rules(scenario, seed, limits), seed, limits)
    least = do_nothing(ruled.problem, limits.solver)
    if least is None:
        raise no_roadmap(scenario, ruled.problem, limits)
    broken = broken_baseline(scenario, seed, limits)
    if broken is not None:
        raise NoRoadmap((broken,))
    look_up = limits.picked is None and worth_a_table(scenario, seed)
    archive = Archive(scenario, seed, SEARCH_FROM, limits.search_draws, limits, progress, look_up)
    valued = valuation(ruled, archive, limits)
    sticks = yardsticks(ruled.problem, archive, least)
    if attitude.aim == "regret":
        archive.best_in = _best_of_futures(valued, archive, sticks.values(), limits, clock)
    valued = with_worlds(valued, archive, limits, least)
    tightened_times, neutral = 0, None
    while True:
        result = refine(valued, archive, sticks.values(), limits, clock)
        valued = result.valuation
        if result.additive is not None:
            sticks[PROGRAM_ALONE] = result.additive
        if neutral is None and (attitude.sees_worlds or attitude.sees_futures):
            # What the mean alone would choose may be better by the aim, too, than what the search for it has met.
            neutral = risk_neutral(valued, archive, list(sticks.values()), of_means, clock)
            archive.simulate([] if neutral is None else [neutral], "the best by the mean alone")
            feasible = _allowed(valued, archive, result)
            result = replace(result, best=feasible[0], feasible=tuple(feasible))
        result, impossible = _forced(valued, result, archive, limits, clock)
        indifference = max(0.005 * planned_spend(valued.problem, result.best), scenario.money.indifference)
        finalists = choose_finalists(archive, result.feasible, least, limits.finalists, sticks.values())
        fine = confirmed(scenario, ruled.problem, finalists, seed, limits)
        selection = select(scenario, finalists, indifference, seed, limits, clock, progress, archive.best_in, fine)
        if tightened_times == TIGHTENINGS or not to_be_tightened(scenario, valued.problem, selection, result.best):
            break
        valued = replace(valued, problem=tightened(valued.problem, archive, limits))
        tightened_times += 1
    if not selection.kept:
        raise NoRoadmap(not_confirmed(scenario, selection.recommended))
    if selection.best_tail is not None:
        raise NoRoadmap(tail_too_low(scenario, selection))
    if selection.missed:
        raise NoRoadmap(selection.missed)
    if not result.exhaustive:
        simulate_additions(ruled.problem, _free(result.program), archive, selection.recommended, limits)
    # The drivers' means are of the file; observed draws have other ones, so there is no such plan beside them.
    means = None if limits.picked else expected_value_plan(scenario, seed, ruled, limits, progress)
    fresh = Archive(scenario, seed, REPORT_FROM, limits.report_draws, limits, progress)
    compared = [*sticks.values(), *(() if means is None else (means,))]
    fresh.simulate(compared, "yardsticks on the draws of the report")
    fresh.best_in = archive.best_in
    judged = judged_worlds(valued.problem, archive, limits)
    risk = risk_report(ruled.problem, fresh, selection.recommended, sticks, neutral, judged, tightened_times)
    gaps = gaps_of(scenario, seed, valued, archive, result, selection.recommended, limits, clock, progress)
    outcomes = _report(scenario, selection.recommended, seed, limits, progress)
    feasible, best = _allowed(valued, archive, result), selection.recommended
    left_out = rejected(
        valued.problem.without_worlds(), archive, feasible, best, impossible, selection.indifference,
        outcomes.currency, scenario.period_label,
    )  # fmt: skip
    why = None
    if not clock.over():
        program = _free(result.program)
        found, others = reasons(program, archive, feasible, best, left_out, indifference, limits, progress)
        why = valued_reasons(found, others, fresh, outcomes[0].npv)
    return _plan(
        scenario,
        limits,
        clock,
        ruled,
        valued,
        archive,
        result,
        left_out,
        why,
        selection,
        sticks,
        means,
        gaps,
        fresh,
        outcomes,
        risk,
    )


def _forced(
    valued: Valuation, result: SearchResult, archive: Archive, limits: PlanLimits, clock: Clock
) -> tuple[SearchResult, dict[str, str]]:
    """Simulate a roadmap with each initiative that the search met in none; if one is better, search on from it."""
    if result.exhaustive:
        return result, {}
    program = _free(result.program)
    impossible = force_in(program, archive, result.feasible, limits.solver_of(program))
    feasible = _allowed(valued, archive, result)
    if archive.score(feasible[0]) > archive.score(result.best):
        local = local_search(program, archive, feasible[0], limits, clock)
        feasible = _allowed(valued, archive, result)
        result = replace(result, local=local)
    return replace(result, best=feasible[0], feasible=tuple(feasible)), impossible


def _best_of_futures(
    valued: Valuation, archive: Archive, first: Iterable[Starts], limits: PlanLimits, clock: Clock
) -> dict[str, dict[str, int]]:
    """The best roadmap that a search of its own finds in each future, simulated in all of them."""
    known, found = [dict(one) for one in first], {}
    for name, other in archive.futures.items():
        there = valuation(Rules(valued.problem.without_worlds(), {}), other, limits)
        found[name] = refine(there, other, known, limits, clock).best
    archive.simulate(found.values(), "the best of each future")
    return found


def _allowed(valued: Valuation, archive: Archive, result: SearchResult) -> list[dict[str, int]]:
    return allowed_roadmaps(valued.problem.without_worlds(), archive) or [result.best]


def _free(program: RoadmapProblem) -> RoadmapProblem:
    """The program without what kept it near an incumbent."""
    return program.model_copy(update={"trust_region": None, "forbidden": ()})


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
        given=given_draws(limits.picked, REPORT_FROM, draws),
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
    left_out: tuple[Rejected, ...],
    why: Reasons | None,
    selection: Selection,
    sticks: dict[str, dict[str, int]],
    means: dict[str, int] | None,
    gaps: Gaps,
    fresh: Archive,
    outcomes: Outcomes,
    risk: RiskReport,
) -> Plan:
    problem, best, answer = ruled.problem, selection.recommended, result.solution
    broken = violations(problem, best)
    if broken:
        raise AssertionError(f"the recommended roadmap breaks a limit: {broken[0].sentence}")
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
            "triples": len(valued.triples),
            "triples_found": len(valued.problem.triples),
        },
        program=result.program,
        gaps=gaps,
        stochastic_value=None if means is None else stochastic_value_of(scenario, means, fresh, best),
        reasons=why,
        claim=_claim(result, archive, selection) + _missed(scenario, outcomes),
        rule=RULE,
        draws={
            "search": DrawRange(SEARCH_FROM, limits.search_draws, archive.paths),
            "selection": DrawRange(SELECTION_FROM, selection.draws, selection.paths),
            "report": DrawRange(REPORT_FROM, limits.report_draws, fresh.paths + limits.report_draws),
            **drawn_for_the_gap(gaps),
        },
        seconds=clock.elapsed,
        stopped_by_time=clock.stopped,
        risk=risk,
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
        overrun = [one for one in money.budgets.values() if one.overrun_probability is not None]
        floor = None if money.risk is None else money.risk.floor
        stated = {"cash floor": money.cash_floor, "covenant": money.covenant, "limit on overruns": overrun or None}
        often = " and the ".join(name for name, one in stated.items() if one is not None)
        reasons = [f"keep the {often} as often as demanded"] if often else []
        reasons += [] if floor is None else ["keep the floor of the mean of the worst draws"]
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
