"""Solve a roadmap problem: the best roadmap, how far that is proved, and every limit checked again.

Nothing that a solver or PuLP says is passed on unseen. PuLP calls a time-limited run "Optimal" and leaves fractions on
the variables of an infeasible one; so the state is read from the solver itself, the answer is rounded, every limit is
checked in plain Python (`check`), and the worth is computed anew. What does not fit becomes Status.ERROR.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from optimize.limits import PROOF_GAP, Limits
from optimize.solving.runs import End, Run, Stopwatch, at_least, confirmed, look_ahead, run_once
from optimize.solving.solvers import solver_name
from optimize.status import Solution, Status, relative_gap

if TYPE_CHECKING:
    from optimize.formulation import Formulation
    from optimize.problem import RoadmapProblem
    from optimize.solving.mix import Progress
    from optimize.solving.ties import Found

DEFAULT_LIMITS = Limits()


def solve(problem: RoadmapProblem, limits: Limits = DEFAULT_LIMITS, progress: Progress | None = None) -> Solution:
    """The roadmap of largest worth that keeps every limit of the problem.

    Large problems are given to a mix of annealing, relaxation and exact solver (see `mix`); `progress` is told seconds,
    worth and bound while HiGHS works, each None while there is none.

    Ties are broken by rule, so that a proved answer is the same on every run: fewest initiatives, then the smallest sum
    of starts, then the order of names (see `ties`). Where the gap allowed is above 1e-6, or the clock or the node limit
    ended the search, the answer is FEASIBLE and ties are left as they are; so they are where the tail of many worlds is
    made of cuts (see `tail_cuts`). `canonical` says which.

    >>> from optimize.problem import Initiative, RoadmapProblem
    >>> pos = Initiative(id="pos", value=(5, 8, 8))
    >>> answer = solve(RoadmapProblem(periods=3, initiatives=(pos,)))
    >>> answer.status.name, answer.objective, dict(answer.roadmap)
    ('OPTIMAL', 8.0, {'pos': 1})
    """
    from optimize.formulation import Formulation

    if problem.objectives:
        from optimize.solving.lexicographic import in_order

        whole = Stopwatch(limits)
        tell = None if progress is None else lambda _, *state: progress(whole.elapsed, *state)
        answer = in_order(problem, limits, partial(solve, progress=tell))[-1]
        return replace(answer, seconds=whole.elapsed)
    if problem.worlds is not None:
        from optimize.solving.tail_cuts import by_cuts, by_cuts_pays

        if by_cuts_pays(problem):
            return by_cuts(problem, limits, solve, progress)
    clock = Stopwatch(limits)
    if not problem.initiatives:
        return _nothing_to_choose(problem, clock)
    formulation = Formulation(problem)
    formulation.maximise_worth()
    ahead = look_ahead(formulation, limits, clock, progress)
    first = run_once(formulation, limits, clock, hunt=True, ahead=ahead, progress=progress)
    first = at_least(confirmed(formulation, limits, clock, first), ahead)
    answer = _solution(problem, first, limits, clock)
    if ahead is not None and ahead.cut and answer.status is Status.FEASIBLE:
        answer = replace(answer, stopped_by_time=True)
    if answer.status is not Status.OPTIMAL or not limits.break_ties or limits.gap > PROOF_GAP:
        return answer
    return _canonical(problem, answer, limits, clock)


def optimise(formulation: Formulation, limits: Limits) -> Found:
    """Solve a program that has a goal of its own (see `elastic`): the roadmap, and whether that goal was proved.

    No roadmap and proved: none meets the program. The variables of the program hold the answer.
    """
    from optimize.solving.ties import Found

    clock = Stopwatch(limits)
    done = confirmed(formulation, limits, clock, run_once(formulation, limits, clock, hunt=False))
    return Found(done.roadmap, done.end in (End.PROVED, End.INFEASIBLE))


def _nothing_to_choose(problem: RoadmapProblem, clock: Stopwatch) -> Solution:
    """Without initiatives the empty roadmap is the only one, and may be forbidden."""
    from optimize.check import violations, worth

    if violations(problem, {}):
        return Solution(Status.INFEASIBLE, "none", clock.elapsed)
    value = worth(problem, {})
    return Solution(Status.OPTIMAL, "none", clock.elapsed, bound=value, canonical=True, _objective=value, _starts=())


def _solution(problem: RoadmapProblem, run: Run, limits: Limits, clock: Stopwatch) -> Solution:
    """What a run means, in our own words."""
    from optimize.check import violations

    base = Solution(Status.ERROR, solver_name(limits), 0.0, bound=run.bound, stopped_by_time=run.end is End.TIME)
    if run.end is End.ODD:
        answer = replace(base, bound=None, detail=run.detail)
    elif run.end is End.INFEASIBLE:
        known = [{}, dict(problem.trust_region.incumbent)] if problem.trust_region else [{}]
        witness = next((roadmap for roadmap in known if not violations(problem, roadmap)), None)
        if witness is None:
            answer = replace(base, status=Status.INFEASIBLE, bound=None)
        else:
            detail = f"The solver says that no roadmap keeps every limit, yet {witness or 'the empty one'} does."
            answer = replace(base, bound=None, detail=detail)
    elif run.roadmap is None or run.worth is None:
        answer = replace(base, status=Status.TIME_LIMIT)
    else:
        gap = relative_gap(run.bound, run.worth)
        proved = gap is not None and gap <= PROOF_GAP
        answer = replace(
            base,
            status=Status.OPTIMAL if proved else Status.FEASIBLE,
            stopped_by_time=base.stopped_by_time and not proved,
            _objective=run.worth,
            _starts=tuple(sorted(run.roadmap.items())),
        )
    return replace(answer, seconds=clock.elapsed)


def _canonical(problem: RoadmapProblem, answer: Solution, limits: Limits, clock: Stopwatch) -> Solution:
    """The same answer with ties broken by the rule."""
    from optimize.check import tie_width, worth
    from optimize.solving.ties import Found, break_ties

    out_of_time = False

    def run(formulation: Formulation) -> Found:
        nonlocal out_of_time
        done = run_once(formulation, limits, clock, hunt=False)
        out_of_time = out_of_time or done.end is End.TIME
        return Found(done.roadmap, done.end in (End.PROVED, End.INFEASIBLE))

    roadmap, canonical = break_ties(problem, answer.roadmap, run)
    value = worth(problem, roadmap)
    bound = max(answer.bound if answer.bound is not None else value, value)
    if value > answer.objective + max(tie_width(problem), PROOF_GAP * abs(answer.objective)):
        detail = f"The solver proved {answer.objective:,.6g} to be the most, yet {roadmap} is worth {value:,.6g}."
        return Solution(Status.ERROR, answer.solver, clock.elapsed, detail=detail)
    return replace(
        answer,
        bound=value if bound - value <= tie_width(problem) else bound,
        canonical=canonical,
        stopped_by_time=out_of_time,
        seconds=clock.elapsed,
        _objective=value,
        _starts=tuple(sorted(roadmap.items())),
    )
