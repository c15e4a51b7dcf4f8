"""Handing a program to HiGHS with a roadmap to begin from, and telling how far it has come."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import highspy
import pulp

if TYPE_CHECKING:
    from optimize.formulation import Formulation

MIX_OPTIONS: dict[str, Any] = {"mip_heuristic_effort": 0.01, "mip_heuristic_run_rens": False}
"""With a good roadmap to begin from, effort goes into the bound."""

EVERY = 0.5
"""Seconds between two reports, unless a better roadmap was found."""


def run_from(formulation: Formulation, solver: Any, begin: Mapping[str, int] | None) -> None:
    """Solve the program with this PuLP solver, HiGHS beginning from a roadmap that keeps every row."""
    program = formulation.program
    if begin is None:
        program.solve(solver)
        return
    solver.createAndConfigureSolver(program)
    solver.buildSolverModel(program)
    starts = [(name, t, start) for name, by_period in formulation.starts.items() for t, start in by_period.items()]
    values = [1.0 if begin.get(name) == t else 0.0 for name, t, _ in starts]
    program.solverModel.setSolution(len(starts), [start.index for _, _, start in starts], values)
    solver.callSolver(program)
    program.assignStatus(*solver.findSolutionValues(program))


def built(formulation: Formulation, **options: Any) -> Any:
    """HiGHS with this program, not yet solved."""
    program = formulation.program
    solver = pulp.HiGHS(msg=False, threads=1, random_seed=0, **options)
    solver.createAndConfigureSolver(program)
    solver.buildSolverModel(program)
    return program.solverModel


def told(formulation: Formulation, progress: Callable[..., None], elapsed: float) -> dict[str, Any]:
    """Options of PuLP's solver by which HiGHS tells `progress` seconds, worth and bound, in the unit of the aim.

    elapsed: seconds before HiGHS begins.
    """
    kinds = highspy.cb.HighsCallbackType
    began, last = time.monotonic(), 0.0

    def hear(kind: Any, _message: str, out: Any, _into: Any, _data: Any) -> None:
        nonlocal last
        now = time.monotonic() - began
        if now - last < EVERY and kind != kinds.kCallbackMipImprovingSolution:
            return
        last = now
        ends = (out.mip_primal_bound, out.mip_dual_bound)  # PuLP hands HiGHS the negated objective
        objective, bound = (formulation.stated(-end) if abs(end) < highspy.kHighsInf else None for end in ends)
        progress(elapsed + now, objective, bound)

    return {
        "callbackTuple": (hear, None),
        "callbacksToActivate": [kinds.kCallbackMipImprovingSolution, kinds.kCallbackMipInterrupt],
    }
