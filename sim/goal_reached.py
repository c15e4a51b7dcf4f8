"""Whether a goal is reached: one rule for all that is told of goals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.montecarlo.kpis import KPI_NAMES, KPIS
from sim.outcome import Outcome
from sim.world.goals import Goal

Floats = NDArray[np.float64]


def level(goal: Goal, one: Outcome) -> Floats:
    """(draws,) the KPI of a goal in the year in which it is judged; NaN where it has no value."""
    return np.asarray(one.kpis[:, KPI_NAMES.index(goal.kpi), goal.year])


def lead(goal: Goal, values: Floats) -> Floats:
    """What values of the KPI are beyond what counts as reached, in the direction of better [unit of the KPI]: below 0
    where the goal is missed. NaN stays NaN."""
    sign = 1.0 if KPIS[KPI_NAMES.index(goal.kpi)].better == "higher" else -1.0
    return np.asarray(sign * (values - goal.target) + goal.tolerance)


def reached(goal: Goal, values: Floats) -> NDArray[np.bool_]:
    """Whether values of the KPI reach the goal; what has no value (NaN) reaches nothing.

    >>> goal = Goal(kpi="lost_share", target=0.04, month=11, weight=1)
    >>> reached(goal, np.array([0.03, 0.05, np.nan])).tolist()
    [True, False, False]
    """
    return np.asarray(lead(goal, values) >= 0.0)
