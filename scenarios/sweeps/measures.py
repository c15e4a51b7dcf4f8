"""The figures of a point, each with its standard error and its 95 % interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.statistics import MONEY, Figure, figure
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from sim.outcomes import Outcome

Floats = NDArray[np.float64]
NOTHING = (None, None, None, None)
OF_OUTCOME = {
    "npv": "npv",
    "cost": "cost",
    "payback_months": "payback",
    "cash_trough": "trough",
    "funding_need": "need",
    "financing": "financing",
    "residual": "residual",
}


def figures(names: Iterable[str]) -> tuple[Figure, ...]:
    """The figures of `work.measures`. Raises ProblemsFound for every name that is none."""
    found: list[Figure] = []
    problems: list[Problem] = []
    for place, name in enumerate(names):
        try:
            one = figure(name)
        except ProblemsFound as error:
            problems += [replace(problem, path=f"work.measures.{place}") for problem in error.errors]
            continue
        if one.name in {other.name for other in found}:
            problems.append(Problem(f"work.measures.{place}", f"{one.name} is named twice", name))
        found.append(one)
    if problems:
        raise ProblemsFound(problems)
    return tuple(found)


def unit_of_figure(one: Figure, currency: str) -> str:
    """Its unit, with the currency of the scenario."""
    return one.unit.replace(MONEY, currency)


def measured(one: Figure, outcome: Outcome) -> tuple[float | None, float | None, float | None, float | None]:
    """Estimate, standard error and ends of the interval; None for each that does not exist.

    A mean does not exist where some draws have no value, such as the months until a payback that never comes.
    """
    values = values_of(one, outcome)
    if np.isnan(values).any() or (np.isinf(values).any() and not _bears_infinity(one)):
        return NOTHING
    found = one.estimator.interval(values)
    return _finite(found.estimate), _finite(found.se), _finite(found.low), _finite(found.high)


def values_of(one: Figure, outcome: Outcome) -> Floats:
    """The values that a figure is of: (draws,), or (2, draws) for a ratio."""
    if one.measure == "roi":
        return np.stack([outcome.npv, outcome.cost])
    if one.kpi is not None:
        from sim.montecarlo.kpis import KPI_NAMES
        from sim.statistic import draw_means

        found = draw_means(outcome.kpis[:, KPI_NAMES.index(one.kpi)])
    elif one.measure == "npv_within_horizon":
        found = outcome.npv - outcome.residual
    else:
        found = np.asarray(getattr(outcome, OF_OUTCOME[one.measure]))
    return np.asarray(-found) if one.above else found


def _bears_infinity(one: Figure) -> bool:
    from sim.measures import ChanceBelow, Quantile

    return isinstance(one.estimator, ChanceBelow | Quantile)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
