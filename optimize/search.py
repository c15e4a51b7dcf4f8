"""From a scenario to a plan: value, solve, simulate, refine, tell the finalists apart, report.

Ranges of draws are kept apart: one to search, one to select, one to report, one for the sampling gap. No figure in
print comes from draws that chose the roadmap, and the yardsticks are valued on the same draws as the winner.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimize.archive import Archive, Clock, estimate
from optimize.check import days_used, spent, violations
from optimize.demands import blocking, demands
from optimize.explain import why_infeasible
from optimize.gaps import Gaps, model_gap, solver_gap
from optimize.moves import MOVES, SCREEN_DRAWS, local_search
from optimize.periods import Starts, months
from optimize.plan_limits import GAP_FROM, REPORT_FROM, SEARCH_FROM, SELECTION_FROM, PlanLimits, Progress
from optimize.planning import (
    Candidate,
    DrawRange,
    LeftOut,
    NoRoadmap,
    Plan,
    PlannedPeriod,
    Purse,
    Step,
    Yardstick,
)
from optimize.policies import PROGRAM_ALONE, do_nothing, yardsticks
from optimize.problem import RoadmapProblem
from optimize.refine import SearchResult, allowed_roadmaps, refine
from optimize.rejections import force_in, rejected, simulate_additions
from optimize.sampling_gap import sampling_gap
from optimize.selection import RULE, Selection, choose_finalists, select
from optimize.solve import solve
from optimize.status import Status
from optimize.stochastic_value import StochasticValue, expected_value_plan
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
    ruled = rules(scenario, seed, limits)
    least = do_nothing(ruled.problem, limits.solver)
    if least is None:
        raise NoRoadmap(_why_none(ruled.problem, limits))
    look_up = worth_a_table(scenario, seed)
    archive = Archive(scenario, seed, SEARCH_FROM, limits.search_draws, limits, progress, look_up)
    valued = valuation(ruled, archive, limits)
    sticks = yardsticks(ruled.problem, archive, least)
    result = refine(valued, archive, sticks.values(), limits, clock)
    valued = result.valuation
    if result.additive is not None:
        sticks[PROGRAM_ALONE] = result.additive
    result, impossible = _forced(valued, result, archive, limits, clock)
    indifference = max(0.005 * planned_spend(valued.problem, result.best), scenario.money.indifference)
    finalists = choose_finalists(archive, result.feasible, least, limits.finalists, sticks.values())
    selection = select(scenario, finalists, indifference, seed, limits, clock, progress)
    if not result.exhaustive:
        simulate_additions(valued.problem, _free(result.program), archive, selection.recommended, limits)
    means = expected_value_plan(scenario, seed, ruled, limits, progress)
    fresh = Archive(scenario, seed, REPORT_FROM, limits.report_draws, limits, progress)
    compared = [*sticks.values(), *(() if means is None else (means,))]
    fresh.simulate(compared, "yardsticks on the draws of the report")
    gaps = _gaps(scenario, seed, valued, archive, result, selection.recommended, limits, clock, progress)
    outcomes = _report(scenario, selection.recommended, seed, limits, progress)
    return _plan(
        scenario,
        limits,
        clock,
        ruled,
        valued,
        archive,
        result,
        impossible,
        selection,
        sticks,
        means,
        gaps,
        fresh,
        outcomes,
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
    means: dict[str, int] | None,
    gaps: Gaps,
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
        periods=_periods(scenario, problem, best),
        outcomes=outcomes,
        finalists=tuple(
            Candidate(months(scenario, one.roadmap), one.npv, one.prob_best, one.draws) for one in selection.finalists
        ),
        indistinct=tuple(months(scenario, one) for one in selection.rivals),
        prob_good=selection.prob_good,
        indifference=selection.indifference,
        rejected=(
            *(LeftOut(one.id, one.reason, one.gain) for one in left_out),
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
        stochastic_value=None if means is None else _stochastic_value(scenario, means, fresh, outcomes),
        claim=_claim(result, archive, selection),
        rule=RULE,
        draws={
            "search": DrawRange(SEARCH_FROM, limits.search_draws, archive.paths),
            "selection": DrawRange(SELECTION_FROM, selection.draws, selection.paths),
            "report": DrawRange(REPORT_FROM, limits.report_draws, fresh.paths + limits.report_draws),
            **_drawn_for_the_gap(gaps),
        },
        seconds=clock.elapsed,
        stopped_by_time=clock.stopped,
    )


def _gaps(
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
    feasible = allowed_roadmaps(valued.problem, archive)
    why_not, sampling = "", None
    if not valued.problem.initiatives:
        why_not = "there is nothing to choose"
    elif clock.over():
        why_not = "the clock stopped the work before it"
    else:
        sampling = sampling_gap(scenario, seed, valued, result.program, recommended, limits, progress)
        why_not = "" if sampling else "the solver gave no bound on one of the sets of draws"
    return Gaps(
        constant=result.program.constant,
        model=model_gap(result.program, archive, feasible, recommended),
        sampling=sampling,
        solver=solver_gap(result.program, result.solution),
        why_not=why_not,
    )


def _drawn_for_the_gap(gaps: Gaps) -> dict[str, DrawRange]:
    found = gaps.sampling
    return {} if found is None else {"sampling_gap": DrawRange(GAP_FROM, found.sets * found.draws, found.paths)}


def _stochastic_value(scenario: Scenario, means: dict[str, int], fresh: Archive, outcomes: Outcomes) -> StochasticValue:
    npv = fresh.npv(means)
    return StochasticValue(months(scenario, means), estimate(npv), estimate(outcomes[0].npv - npv))


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
        text += (
            f" {len(selection.set_aside)} of {len(selection.finalists)} finalists were set aside: they do not keep "
            f"the {limits} as often as demanded."
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


def _periods(scenario: Scenario, problem: RoadmapProblem, roadmap: Starts) -> tuple[PlannedPeriod, ...]:
    kinds = {kind: [0.0] * problem.periods for kind in ("capital", "delivery", "running")}
    for name, start in roadmap.items():
        one = problem.initiative(name)
        cost, price = one.cost, one.price_at(start)
        for kind, total in kinds.items():
            for elapsed, amount in enumerate(getattr(cost, kind)):
                if start + elapsed < problem.periods:
                    total[start + elapsed] += price * amount
    purses: dict[str, list[Purse]] = {}
    for budget in problem.budgets:
        carried, rows = 0.0, []
        for t, cost_now in enumerate(spent(problem, budget, roadmap)):
            left = max(0.0, budget.amount[t] + budget.carry_share * carried - cost_now)
            carried = left if budget.carry_cap is None else min(left, budget.carry_cap)
            carried = carried if budget.carry_share > 0.0 and t + 1 < problem.periods else 0.0
            rows.append(Purse(budget.amount[t], cost_now, carried))
        purses[budget.name] = rows
    days = {skill: days_used(problem, skill, roadmap) for skill in problem.skills}
    return tuple(
        PlannedPeriod(
            start=t * scenario.period_months,
            label=scenario.period_label(t),
            capital=kinds["capital"][t],
            running=kinds["running"][t],
            delivery=kinds["delivery"][t],
            budgets={name: rows[t] for name, rows in purses.items()},
            skill_days={skill: used[t] for skill, used in days.items()},
            capacity={skill: capacity[t] for skill, capacity in problem.skills.items()},
        )
        for t in range(problem.periods)
    )
