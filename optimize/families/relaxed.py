"""The program with fractions allowed: a point of its relaxation, from which cuts are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulp

from optimize.formulation import Formulation
from optimize.problem import RoadmapProblem


@dataclass(frozen=True)
class Point:
    """Level of each start, (id, period) -> 0 .. 1, of those above 0; mean worth and aim without their constants."""

    starts: Mapping[tuple[str, int], float]
    mean: float
    aim: float


def relaxed_point(problem: RoadmapProblem) -> Point | None:
    """An optimal point of the linear relaxation; None where the solver gives none."""
    formulation = Formulation(problem)
    formulation.maximise_worth()
    for variable in formulation.program.variables():
        variable.cat = pulp.LpContinuous
    formulation.program.solve(pulp.HiGHS(msg=False, threads=1))
    formulation.program.solverModel.resetGlobalScheduler(True)
    if formulation.program.status != pulp.LpStatusOptimal:
        return None
    levels = {
        (name, t): float(start.varValue)
        for name, starts in formulation.starts.items()
        for t, start in starts.items()
        if start.varValue is not None and start.varValue > 0.0
    }
    mean, aim = pulp.value(formulation.mean) or 0.0, pulp.value(formulation.worth) or 0.0
    return Point(levels, formulation.unit * float(mean), formulation.worth_unit * float(aim))
