"""The program with fractions allowed: a point of its relaxation, from which cuts are made."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
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


def relaxed_point(
    problem: RoadmapProblem, seconds: float | None, one_at_a_time: AbstractContextManager[object]
) -> Point | None:
    """An optimal point of the linear relaxation; None where the solver gives none within so many seconds (None = no
    limit). one_at_a_time: is held while the solver runs."""
    ends = None if seconds is None else time.monotonic() + seconds
    formulation = Formulation(problem)
    formulation.maximise_worth()
    for variable in formulation.program.variables():
        variable.cat = pulp.LpContinuous
    with one_at_a_time:
        left = None if ends is None else ends - time.monotonic()
        if left is not None and left <= 0.0:
            return None
        formulation.program.solve(pulp.HiGHS(msg=False, threads=1, timeLimit=left))
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
