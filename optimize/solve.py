"""Solve a roadmap problem: the best roadmap, how far that is proved, and every limit checked again.

Nothing that a solver or PuLP says is passed on unseen. PuLP calls a time-limited run "Optimal" and leaves fractions on
the variables of an infeasible one; so the state is read from the solver itself, the answer is rounded, every limit is
checked in plain Python (`check`), and the worth is computed anew. What does not fit becomes Status.ERROR.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from optimize.limits import PROOF_GAP, Limits
from optimize.solvers import solver_name
from optimize.status import Solution, Status, relative_gap

if TYPE_CHECKING:
    from optimize.formulation import Formulation
    from optimize.mix import Ahead, Progress
    from optimize.problem import RoadmapProblem
    from optimize.ties import Found

TOLERANCE = 1e-9
"""Feasibility, optimality and integrality tolerance asked of the solver, on rows scaled to 1 .. 1000."""

INTEGRALITY = 1e-5
"""A start further than this from 0 and 1 is not an answer."""

MISMATCH = 1e-6
"""Relative difference between the solver's objective and the recomputed worth that is put down to rounding."""

HIGHS_FEASIBLE = 2
"""kSolutionStatusFeasible: HiGHS holds values that keep every row."""

DEFAULT_LIMITS = Limits()

_HIGHS = threading.Lock()  # the threads of HiGHS are one pool of the whole process


class _End(Enum):
    """Why a solver stopped."""

    PROVED = auto()
    GAP = auto()
    INFEASIBLE = auto()
    TIME = auto()
    NODES = auto()
    ODD = auto()


@dataclass(frozen=True)
class _Run:
    """One run of a solver: why it stopped, the roadmap with its worth if there is one, the proved bound if known."""

    end: _End
    roadmap: dict[str, int] | None = None
    worth: float | None = None
    bound: float | None = None
    detail: str = ""


def solve(problem: RoadmapProblem, limits: Limits = DEFAULT_LIMITS, progress: Progress | None = None) -> Solution:
    """The roadmap of largest worth that keeps every limit of the problem.

    Large problems are given to a mix of annealing, relaxation and exact solver (see `mix`); `progress` is told seconds,
    worth and bound while HiGHS works, each None while there is none.

    Ties are broken by rule, so that a proved answer is the same on every run: fewest initiatives, then the smallest sum
    of starts, then the order of names (see `ties`). Where the gap allowed is above 1e-6, or the clock or the node limit
    ended the search, the answer is FEASIBLE and ties are left as they are.

    >>> from optimize.problem import Initiative, RoadmapProblem
    >>> pos = Initiative(id="pos", value=(5, 8, 8))
    >>> answer = solve(RoadmapProblem(periods=3, initiatives=(pos,)))
    >>> answer.status.name, answer.objective, dict(answer.roadmap)
    ('OPTIMAL', 8.0, {'pos': 1})
    """
    from optimize.formulation import Formulation

    if problem.objectives:
        from optimize.lexicographic import in_order

        return in_order(problem, limits, solve)[-1]
    clock = _Clock(limits)
    if not problem.initiatives:
        return _nothing_to_choose(problem, clock)
    formulation = Formulation(problem)
    formulation.maximise_worth()
    ahead = _ahead(formulation, limits, clock, progress)
    first = _run(formulation, limits, clock, hunt=True, ahead=ahead, progress=progress)
    first = _at_least(_confirmed(formulation, limits, clock, first), ahead)
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
    from optimize.ties import Found

    clock = _Clock(limits)
    done = _confirmed(formulation, limits, clock, _run(formulation, limits, clock, hunt=False))
    return Found(done.roadmap, done.end in (_End.PROVED, _End.INFEASIBLE))


class _Clock:
    def __init__(self, limits: Limits) -> None:
        self._start = time.monotonic()
        self._seconds = limits.seconds

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._start

    @property
    def left(self) -> float | None:
        return None if self._seconds is None else max(0.0, self._seconds - self.elapsed)


def _nothing_to_choose(problem: RoadmapProblem, clock: _Clock) -> Solution:
    """Without initiatives the empty roadmap is the only one, and may be forbidden."""
    from optimize.check import violations, worth

    if violations(problem, {}):
        return Solution(Status.INFEASIBLE, "none", clock.elapsed)
    value = worth(problem, {})
    return Solution(Status.OPTIMAL, "none", clock.elapsed, bound=value, canonical=True, _objective=value, _starts=())


def _solution(problem: RoadmapProblem, run: _Run, limits: Limits, clock: _Clock) -> Solution:
    """What a run means, in our own words."""
    from optimize.check import violations

    base = Solution(Status.ERROR, solver_name(limits), 0.0, bound=run.bound, stopped_by_time=run.end is _End.TIME)
    if run.end is _End.ODD:
        answer = replace(base, bound=None, detail=run.detail)
    elif run.end is _End.INFEASIBLE:
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


def _canonical(problem: RoadmapProblem, answer: Solution, limits: Limits, clock: _Clock) -> Solution:
    """The same answer with ties broken by the rule."""
    from optimize.check import tie_width, worth
    from optimize.ties import Found, break_ties

    out_of_time = False

    def run(formulation: Formulation) -> Found:
        nonlocal out_of_time
        done = _run(formulation, limits, clock, hunt=False)
        out_of_time = out_of_time or done.end is _End.TIME
        return Found(done.roadmap, done.end in (_End.PROVED, _End.INFEASIBLE))

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


# ---- one run of a solver ----------------------------------------------------------------------------------------


def _ahead(formulation: Formulation, limits: Limits, clock: _Clock, progress: Progress | None) -> Ahead | None:
    """What the mix finds before the exact solver; None where it alone is used."""
    from optimize.mix import LOOSE, applies, go_ahead

    if limits.solver != "highs" or limits.gap >= LOOSE or not applies(formulation.problem):
        return None
    tell = progress or (lambda _seconds, _worth, _bound: None)
    with _HIGHS:
        return go_ahead(formulation, clock.left, limits.gap, lambda worth, bound: tell(clock.elapsed, worth, bound))


def _at_least(run: _Run, ahead: Ahead | None) -> _Run:
    """The run, with the roadmap that was known before where it has none as good, and the bound of the relaxation.

    The starts that were closed hold no roadmap worth more than the one that was known, so the larger of the run's bound
    and that worth bounds the whole.
    """
    if ahead is None or ahead.roadmap is None or ahead.worth is None or run.end is _End.ODD:
        return run
    if run.end is _End.INFEASIBLE:
        return _Run(_End.ODD, detail="The solver says that no roadmap keeps every limit, yet one is known.")
    if run.worth is None or run.worth < ahead.worth:
        run = replace(run, roadmap=ahead.roadmap, worth=ahead.worth)
    bounds = [bound for bound in (run.bound, ahead.bound) if bound is not None]
    return replace(run, bound=max(run.worth or ahead.worth, min(bounds)) if bounds else None)


def _run(
    formulation: Formulation,
    limits: Limits,
    clock: _Clock,
    hunt: bool,
    ahead: Ahead | None = None,
    progress: Progress | None = None,
) -> _Run:
    """Solve once; `hunt` spends effort on finding good roadmaps early, which ties, mostly a proof, do not need."""
    if clock.left == 0.0:
        return _Run(_End.TIME)
    if limits.solver == "cbc":
        return _run_cbc(formulation, limits, clock)
    return _run_highs(formulation, limits, clock, hunt, ahead=ahead, progress=progress)


def _confirmed(formulation: Formulation, limits: Limits, clock: _Clock, run: _Run) -> _Run:
    """The run; where it found no roadmap, the run again without presolve, whose word then counts.

    HiGHS 1.13 was seen to call programs with a free amount of money infeasible in presolve, at our tolerances, that
    have roadmaps. A proof that there is none must not rest on that alone.
    """
    if run.end is not _End.INFEASIBLE or limits.solver != "highs" or clock.left == 0.0:
        return run
    return _run_highs(formulation, limits, clock, hunt=False, presolve=False)


def _run_highs(
    formulation: Formulation,
    limits: Limits,
    clock: _Clock,
    hunt: bool,
    presolve: bool = True,
    ahead: Ahead | None = None,
    progress: Progress | None = None,
) -> _Run:
    import pulp

    from optimize.handover import MIX_OPTIONS, run_from, told

    options: dict[str, Any] = {
        "mip_feasibility_tolerance": TOLERANCE,
        "primal_feasibility_tolerance": TOLERANCE,
        "dual_feasibility_tolerance": TOLERANCE,
        "random_seed": 0,
        "mip_allow_restart": False,  # halves the time at 15 initiatives x 16 periods, and loses nothing at 60 x 20
        "mip_heuristic_run_rens": hunt,
        "mip_heuristic_run_root_reduced_cost": hunt,
    }
    if not presolve:
        options["presolve"] = "off"
    if limits.nodes is not None:
        options["mip_max_nodes"] = limits.nodes
    # The defaults (1e-4 relative) would end before the proof; the absolute gap is never what should end it.
    gap = 0.0 if limits.gap <= PROOF_GAP else limits.gap
    begin = None if ahead is None else ahead.roadmap
    if begin is not None:
        options |= MIX_OPTIONS
    if progress is not None:
        options |= told(formulation, progress, clock.elapsed)
    solver = pulp.HiGHS(msg=False, gapRel=gap, gapAbs=0.0, threads=limits.threads, timeLimit=clock.left, **options)
    program = formulation.program
    with _HIGHS:
        try:
            run_from(formulation, solver, begin)
        except KeyError as error:
            # PuLP 3.3 has no word for HiGHS's node limit. By then it has stored the values, and HiGHS is asked below.
            if getattr(error.args[0], "name", None) != "kSolutionLimit":
                raise
        model = program.solverModel
        model.resetGlobalScheduler(True)  # else HiGHS refuses the next run if that has another number of threads
    state, info = model.getModelStatus().name, model.getInfo()
    ends = {
        "kOptimal": _End.PROVED if gap == 0.0 else _End.GAP,
        "kInfeasible": _End.INFEASIBLE,
        "kUnboundedOrInfeasible": _End.INFEASIBLE,  # every variable is bounded by a row, so only this one is possible
        "kTimeLimit": _End.TIME,
        "kSolutionLimit": _End.NODES,
    }
    end = ends.get(state, _End.ODD)
    if end is _End.ODD:
        return _Run(end, detail=f"HiGHS ended with the state {state}.")
    has_values = info.primal_solution_status == HIGHS_FEASIBLE
    # PuLP hands HiGHS the negated objective, without its constant.
    bound = -info.mip_dual_bound if math.isfinite(info.mip_dual_bound) else None
    return _read(formulation, end, has_values, bound)


def _run_cbc(formulation: Formulation, limits: Limits, clock: _Clock) -> _Run:
    import pulp

    from optimize.solvers import cbc_path

    path = cbc_path()
    if path is None:
        return _Run(_End.ODD, detail='CBC is not on this machine; use solver="highs".')
    gap = 0.0 if limits.gap <= PROOF_GAP else limits.gap
    started = clock.elapsed
    solver = pulp.COIN_CMD(
        msg=False,
        path=path,
        gapRel=gap,
        gapAbs=0.0,
        threads=limits.threads if limits.threads > 1 else None,  # "threads 1" was seen to stall CBC for 10 s
        timeLimit=clock.left,
        maxNodes=limits.nodes,
        options=[f"increment {TOLERANCE}", f"primalTolerance {TOLERANCE}", f"integerTolerance {TOLERANCE}"],
    )
    program = formulation.program
    try:
        program.solve(solver)
    except pulp.PulpSolverError as error:
        return _Run(_End.ODD, detail=f"CBC failed: {error}")
    if program.status == pulp.LpStatusInfeasible:
        return _Run(_End.INFEASIBLE)
    if program.status in (pulp.LpStatusUnbounded, pulp.LpStatusUndefined):
        return _Run(_End.ODD, detail=f"CBC ended with the state {pulp.LpStatus[program.status]}.")
    if program.sol_status == pulp.LpSolutionOptimal:
        end = _End.PROVED if gap == 0.0 else _End.GAP
    else:
        late = limits.seconds is not None and clock.elapsed - started >= 0.9 * limits.seconds
        end = _End.TIME if late or limits.nodes is None else _End.NODES
    has_values = program.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
    objective = pulp.value(program.objective) if has_values else None
    # CBC's answer file holds no bound: only a proof gives one.
    return _read(formulation, end, has_values, objective if end is _End.PROVED else None)


def _read(formulation: Formulation, end: _End, has_values: bool, scaled_bound: float | None) -> _Run:
    """The roadmap that the variables hold, rounded and checked; the bound on the worth, in money, constant included."""
    import pulp

    from optimize.check import violations, worth
    from optimize.risk_value import offset

    problem = formulation.problem
    if end is _End.INFEASIBLE:
        return _Run(end)
    bound = None
    if scaled_bound is not None and formulation.maximises_worth:
        bound = formulation.stated(scaled_bound)
    if not has_values:
        return _Run(end, bound=bound)

    roadmap: dict[str, int] = {}
    for name, starts in formulation.starts.items():
        for period, start in starts.items():
            level = start.varValue
            if level is None or min(abs(level), abs(level - 1.0)) > INTEGRALITY:
                return _Run(_End.ODD, detail=f"The solver left {level} on the start of {name} in period {period}.")
            if level > 0.5:
                if name in roadmap:
                    return _Run(_End.ODD, detail=f"The solver starts {name} in two periods.")
                roadmap[name] = period
    broken = violations(problem, roadmap)
    if broken:
        return _Run(_End.ODD, detail=f"The solver's roadmap breaks a limit: {broken[0].sentence}.")

    value = worth(problem, roadmap)
    rounding = MISMATCH * max(abs(value - offset(problem)), formulation.worth_unit)
    # Variables of pairs may lie below their worth while something else is maximised, but never above.
    claimed = formulation.stated(pulp.value(formulation.worth) or 0.0)
    too_much = claimed > value + rounding
    too_little = bound is not None and (bound < value - rounding or (end is _End.PROVED and bound > value + rounding))
    if too_much or too_little:
        detail = f"The solver's value {claimed:,.9g} and bound {bound} do not fit the recomputed value {value:,.9g}."
        return _Run(_End.ODD, detail=detail)
    if bound is not None:
        bound = value if end is _End.PROVED else max(bound, value)
    return _Run(end, roadmap, value, bound)
