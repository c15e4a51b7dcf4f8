"""Goals that must be reached in the mean, and whether a roadmap reaches them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.montecarlo.kpis import CATEGORIES, KPI_NAMES, KPIS
from sim.world import Scenario

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Demanded:
    """A goal that must be reached: the KPI's column and year, what turns a change into one for the better, and the
    least level, tolerance taken off, in that direction."""

    name: str
    column: int
    year: int
    sign: float
    least: float


def demanded(scenario: Scenario) -> tuple[Demanded, ...]:
    """The goals with `floor`, in the order of the scenario."""
    found = []
    for name, goal in scenario.goals.items():
        if goal.floor:
            column = KPI_NAMES.index(goal.kpi)
            sign = 1.0 if KPIS[column].better == "higher" else -1.0
            found.append(Demanded(name, column, goal.year, sign, sign * goal.target - goal.tolerance))
    return tuple(found)


def missed(scenario: Scenario, kpis: Floats) -> tuple[str, ...]:
    """Goals with a floor that the mean of a roadmap misses. kpis: (draws, KPIs, years)."""
    return tuple(
        goal.name
        for goal in demanded(scenario)
        if goal.sign * float(np.mean(kpis[:, goal.column, goal.year])) < goal.least
    )


def numbers_a_draw(scenario: Scenario) -> int:
    """Numbers that a roadmap takes on each draw with all its details."""
    return len(CATEGORIES) + len(KPIS) * -(-scenario.horizon_months // 12)
