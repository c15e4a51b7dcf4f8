"""How far a change of the KPIs goes towards the goals: direction, noise, share of the gap closed, weighted sum.

Values of a KPI are given by draw, (draws,), NaN where a draw has none; all arrays of a comparison share their draws.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimize.archive import Estimate, estimate

Floats = NDArray[np.float64]

CLEAR = 2.0
"""Standard errors from which on a difference is called one."""

LEVEL_FLOOR = 0.001
"""Share of the baseline's level that a change must exceed to move a goal, however sure it is."""

GAP_FLOOR = 0.01
"""Share of the gap that is enough where it is less than that: availability of 99.7 % cannot change by much."""


@dataclass(frozen=True)
class Yardstick:
    """What the changes of one goal are measured with, all in the unit of the KPI and in the direction of better.

    gap: distance of the baseline's mean to the target, above 0 where the baseline falls short. is_open: whether there
    is a gap to close, beyond tolerance and noise. lead: where there is none, what may be lost before the goal is
    missed. floor: what a change must exceed to move the goal.
    """

    gap: float
    is_open: bool
    lead: float
    floor: float


def yardstick(gaps: Floats, level: float, tolerance: float) -> Yardstick:
    """The yardstick of a goal from its gap in each draw, of which two or more have a value.

    level: mean of the baseline. tolerance: shortfall that counts as reached.

    >>> yardstick(np.array([3.0, 5.0]), level=1000.0, tolerance=0.5)
    Yardstick(gap=4.0, is_open=True, lead=2.0, floor=0.04)
    """
    found = estimate(gaps[~np.isnan(gaps)])
    limit = CLEAR * found.se
    is_open = found.mean > tolerance and found.mean > limit
    floor = LEVEL_FLOOR * abs(level)
    if is_open:
        floor = min(floor, GAP_FLOOR * found.mean)
    return Yardstick(found.mean, is_open, max(tolerance - found.mean, limit), floor)


def is_clear(change: Estimate, measure: Yardstick) -> bool:
    """Whether a change moves the goal: by more than its noise and by more than the floor.

    >>> measure = Yardstick(gap=4.0, is_open=True, lead=0.1, floor=0.04)
    >>> is_clear(Estimate(0.05, 0.01), measure), is_clear(Estimate(-0.05, 0.04), measure)
    (True, False)
    >>> is_clear(Estimate(0.03, 0.0), measure), is_clear(Estimate(0.0, 0.0), measure)
    (False, False)
    """
    return abs(change.mean) > max(CLEAR * change.se, measure.floor)


def share_closed(change: float, measure: Yardstick) -> float:
    """Share of the gap that a change closes, from -1 to 1; change in the direction of better.

    Open: change / gap, 1 where the target is reached or passed. Without a gap there is nothing to gain: 0 for the
    better, and for the worse the share of the lead that is lost.

    >>> short = Yardstick(gap=4.0, is_open=True, lead=0.1, floor=0.04)
    >>> [share_closed(change, short) for change in (1.0, 9.0, -1.0, -9.0)]
    [0.25, 1.0, -0.25, -1.0]
    >>> ahead = Yardstick(gap=-2.0, is_open=False, lead=2.0, floor=0.1)
    >>> [share_closed(change, ahead) for change in (1.0, -0.5, -9.0)]
    [0.0, -0.25, -1.0]
    """
    raw, most = _raw(change, measure)
    return min(most, max(-1.0, raw)) + 0.0  # no -0.0


def share_influence(changes: Floats, gaps: Floats, measure: Yardstick) -> Floats:
    """(draws,) influence of each draw on the share closed, whose spread is its error (delta method).

    Zero where a bound of the share holds it, and in draws without value.
    """
    known = ~(np.isnan(changes) | np.isnan(gaps))
    change = float(np.mean(changes[known])) if known.any() else 0.0
    raw, most = _raw(change, measure)
    influence = np.zeros(len(changes))
    if not known.any() or not -1.0 < raw < most:
        return influence
    moved = changes[known] - change
    if measure.is_open:
        influence[known] = (moved - raw * (gaps[known] - measure.gap)) / measure.gap
    else:
        influence[known] = moved / measure.lead
    influence *= len(changes) / int(known.sum())
    return influence


def _raw(change: float, measure: Yardstick) -> tuple[float, float]:
    """The share before its bounds, and the upper one."""
    if measure.is_open:
        return change / measure.gap, 1.0
    if measure.lead > 0.0:
        return change / measure.lead, 0.0
    return math.copysign(math.inf, change) if change else 0.0, 0.0


def weighted(shares: Sequence[float], weights: Sequence[float]) -> float:
    """Attainment: the shares of the gaps closed, by the weights of their goals.

    >>> weighted([0.5, -0.25], [3.0, 1.0])
    0.3125
    """
    return math.fsum(w * s for w, s in zip(weights, shares, strict=True)) / math.fsum(weights)


def weighted_influence(influences: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """(draws,) influence of each draw on the attainment."""
    total = math.fsum(weights)
    parts = [w / total * one for w, one in zip(weights, influences, strict=True)]
    found: Floats = np.sum(parts, axis=0)
    return found


def spread(influence: Floats) -> float:
    """Standard error of a figure from the influences of its draws."""
    return float(np.std(influence, ddof=1) / math.sqrt(len(influence)))


def ratio(value: float, influence: Floats, costs: Floats, unit: float) -> Estimate | None:
    """Value per `unit` of mean cost, with its delta-method error; None where nothing is spent."""
    cost = float(np.mean(costs))
    if cost <= 0.0:
        return None
    of_draws = (influence - value / cost * (costs - cost)) / cost
    return Estimate(unit * value / cost, unit * spread(of_draws))
