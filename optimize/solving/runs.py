"""One run of a solver on one program: HiGHS or CBC, what it ended in, and the roadmap that it left.

The state is read from the solver itself, the answer is rounded, every limit is checked in plain Python (`check`), and
the worth is computed anew. What does not fit ends in `End.ODD`.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from optimize.limits import PROOF_GAP, Limits

if TYPE_CHECKING:
    from optimize.formulation import Formulation
    from optimize.solving.mix import Ahead, Progress

TOLERANCE = 1e-9
"""Feasibility, optimality and integrality tolerance asked of the solver, on rows scaled to 1 .. 1000."""

INTEGRALITY = 1e-5
"""A start further than this from 0 and 1 is not an answer."""

MISMATCH = 1e-6
"""Relative difference between the solver's objective and the recomputed worth that is put down to rounding."""

HIGHS_FEASIBLE = 2
"""kSolutionStatusFeasible: HiGHS holds values that keep every row."""

HIGHS = threading.Lock()
"""Held by every run of HiGHS, whose threads are one pool of the whole process."""


class End(Enum):
    """Why a solver stopped."""

    PROVED = auto()
    GAP = auto()
    INFEASIBLE = auto()
    TIME = auto()
    NODES = auto()
    ODD = auto()


@dataclass(frozen=True)
class Run:
    """One run of a solver: why it stopped, the roadmap with its worth if there is one, the proved bound if known."""

    end: End
    roadmap: dict[str, int] | None = None
    worth: float | None = None
    bound: float | None = None
    detail: str = ""


class Stopwatch:
    """Time since it was made, and what is left of the limit [s]."""

    def __init__(self, limits: Limits) -> None:
        self._start = time.monotonic()
        self._seconds = limits.seconds

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start

    @property
    def left(self) -> float | None:
        """Seconds that are left; None without a limit."""
        return None if self._seconds is None else max(0.0, self._seconds - self.elapsed)


def look_ahead(formulation: Formulation, limits: Limits, clock: Stopwatch, progress: Progress | None) -> Ahead | None:
    """What the mix finds before the exact solver; None where it alone is used."""
    from optimize.solving.mix import applies, go_ahead

    if not applies(formulation.problem, limits):
        return None
    tell = progress or (lambda _seconds, _worth, _bound: None)
    with HIGHS:
        return go_ahead(formulation, limits, clock.left, lambda worth, bound: tell(clock.elapsed, worth, bound))


def at_least(run: Run, ahead: Ahead | None) -> Run:
    """The run, with the roadmap that was known before where it has none as good, and the bound of the relaxation.

    The starts that were closed hold no roadmap worth more than the one that was known, so the larger of the run's bound
    and that worth bounds the whole.
    """
    if ahead is None or ahead.roadmap is None or ahead.worth is None or run.end is End.ODD:
        return run
    if run.end is End.INFEASIBLE:
        return Run(End.ODD, detail="The solver says that no roadmap keeps every limit, yet one is known.")
    if run.worth is None or run.worth < ahead.worth:
        run = replace(run, roadmap=ahead.roadmap, worth=ahead.worth)
    bounds = [bound for bound in (run.bound, ahead.bound) if bound is not None]
    return replace(run, bound=max(run.worth or ahead.worth, min(bounds)) if bounds else None)


def run_once(
    formulation: Formulation,
    limits: Limits,
    clock: Stopwatch,
    hunt: bool,
    ahead: Ahead | None = None,
    progress: Progress | None = None,
) -> Run:
    """Solve once; `hunt` spends effort on finding good roadmaps early, which ties, mostly a proof, do not need."""
    if clock.left == 0.0:
        return Run(End.TIME)
    if limits.solver == "cbc":
        return _run_cbc(formulation, limits, clock)
    return _run_highs(formulation, limits, clock, hunt, ahead=ahead, progress=progress)


def confirmed(formulation: Formulation, limits: Limits, clock: Stopwatch, run: Run) -> Run:
    """The run; where it found no roadmap, the run again without presolve, whose word then counts.

    HiGHS 1.13 was seen to call programs with a free amount of money infeasible in presolve, at our tolerances, that
    have roadmaps. A proof that there is none must not rest on that alone.
    """
    if run.end is not End.INFEASIBLE or limits.solver != "highs" or clock.left == 0.0:
        return run
    return _run_highs(formulation, limits, clock, hunt=False, presolve=False)


def _run_highs(
    formulation: Formulation,
    limits: Limits,
    clock: Stopwatch,
    hunt: bool,
    presolve: bool = True,
    ahead: Ahead | None = None,
    progress: Progress | None = None,
) -> Run:
    import pulp

    from optimize.solving.handover import MIX_OPTIONS, run_from, told

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
    with HIGHS:
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
        "kOptimal": End.PROVED if gap == 0.0 else End.GAP,
        "kInfeasible": End.INFEASIBLE,
        "kUnboundedOrInfeasible": End.INFEASIBLE,  # every variable is bounded by a row, so only this one is possible
        "kTimeLimit": End.TIME,
        "kSolutionLimit": End.NODES,
    }
    end = ends.get(state, End.ODD)
    if end is End.ODD:
        return Run(end, detail=f"HiGHS ended with the state {state}.")
    has_values = info.primal_solution_status == HIGHS_FEASIBLE
    # PuLP hands HiGHS the negated objective, without its constant.
    bound = -info.mip_dual_bound if math.isfinite(info.mip_dual_bound) else None
    return _read(formulation, end, has_values, bound)


def _run_cbc(formulation: Formulation, limits: Limits, clock: Stopwatch) -> Run:
    import pulp

    from optimize.solving.solvers import cbc_path

    path = cbc_path()
    if path is None:
        return Run(End.ODD, detail='CBC is not on this machine; use solver="highs".')
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
        return Run(End.ODD, detail=f"CBC failed: {error}")
    if program.status == pulp.LpStatusInfeasible:
        return Run(End.INFEASIBLE)
    if program.status in (pulp.LpStatusUnbounded, pulp.LpStatusUndefined):
        return Run(End.ODD, detail=f"CBC ended with the state {pulp.LpStatus[program.status]}.")
    if program.sol_status == pulp.LpSolutionOptimal:
        end = End.PROVED if gap == 0.0 else End.GAP
    else:
        late = limits.seconds is not None and clock.elapsed - started >= 0.9 * limits.seconds
        end = End.TIME if late or limits.nodes is None else End.NODES
    has_values = program.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
    objective = pulp.value(program.objective) if has_values else None
    # CBC's answer file holds no bound: only a proof gives one.
    return _read(formulation, end, has_values, objective if end is End.PROVED else None)


def _read(formulation: Formulation, end: End, has_values: bool, scaled_bound: float | None) -> Run:
    """The roadmap that the variables hold, rounded and checked; the bound on the worth, in money, constant included."""
    import pulp

    from optimize.check import violations, worth
    from optimize.risk.value import offset

    problem = formulation.problem
    if end is End.INFEASIBLE:
        return Run(end)
    bound = None
    if scaled_bound is not None and formulation.maximises_worth:
        bound = formulation.stated(scaled_bound)
    if not has_values:
        return Run(end, bound=bound)

    roadmap: dict[str, int] = {}
    for name, starts in formulation.starts.items():
        for period, start in starts.items():
            level = start.varValue
            if level is None or min(abs(level), abs(level - 1.0)) > INTEGRALITY:
                return Run(End.ODD, detail=f"The solver left {level} on the start of {name} in period {period}.")
            if level > 0.5:
                if name in roadmap:
                    return Run(End.ODD, detail=f"The solver starts {name} in two periods.")
                roadmap[name] = period
    broken = violations(problem, roadmap)
    if broken:
        return Run(End.ODD, detail=f"The solver's roadmap breaks a limit: {broken[0].sentence}.")

    value = worth(problem, roadmap)
    rounding = MISMATCH * max(abs(value - offset(problem)), formulation.worth_unit)
    # Variables of pairs may lie below their worth while something else is maximised, but never above.
    claimed = formulation.stated(pulp.value(formulation.worth) or 0.0)
    too_much = claimed > value + rounding
    too_little = bound is not None and (bound < value - rounding or (end is End.PROVED and bound > value + rounding))
    if too_much or too_little:
        detail = f"The solver's value {claimed:,.9g} and bound {bound} do not fit the recomputed value {value:,.9g}."
        return Run(End.ODD, detail=detail)
    if bound is not None:
        bound = value if end is End.PROVED else max(bound, value)
    return Run(end, roadmap, value, bound)
