"""Tornado: what a statistic becomes as one driver moves from its 5 to its 95 % quantile, all else as it is drawn.

Ceteris paribus on common draws: the same draws of all other drivers and of the events, once with the driver low, once
high. So the statistic may be any figure of a distribution, and its change is paired; of a model that only adds, the
change of the mean is exact whatever the number of draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.sensing.measured import Measured
from sim.measures import Estimator
from sim.measures.estimators import difference_interval
from sim.measures.intervals import Interval

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Draws = Callable[[Floats, Ints], Floats]
"""(rows, columns) levels and (rows,) numbers of draws of the events -> (rows,) values."""
LOW, HIGH = 0.05, 0.95
ROWS = 65_536


@dataclass(frozen=True)
class Bar:
    """Changes of the statistic with the driver low, and high, against its present value, and high less low. Of a group
    of several: low is every driver at its end that is worse alone, high every one at the other."""

    low: Measured
    high: Measured
    swing: Measured


@dataclass(frozen=True)
class Bars:
    """base: the statistic as it is; bars: of each column; groups: of each group, None for groups of one."""

    base: Measured
    bars: tuple[Bar, ...]
    groups: tuple[Bar, ...]


def tornado(model: Draws, levels: Floats, numbers: Ints, groups: Sequence[Sequence[int]], estimator: Estimator) -> Bars:
    """Bars of every column of `levels` and of groups of columns. levels: (draws, columns) as they are drawn.

    >>> from sim.measures import Mean
    >>> u = np.array([[0.1, 0.9], [0.4, 0.3], [0.8, 0.2]])
    >>> found = tornado(lambda u, _: 2.0 * u[:, 0] - u[:, 1], u, np.arange(3), [[0, 1]], Mean())
    >>> [round(bar.swing.estimate, 9) for bar in (*found.bars, *found.groups)]
    [1.8, -0.9, 2.7]
    """
    base = model(levels, numbers)
    n, columns = levels.shape
    ends = []
    for start in range(0, columns, max(1, ROWS // (2 * n))):
        part = range(start, min(columns, start + max(1, ROWS // (2 * n))))
        ends += _moved(model, levels, numbers, [{j: end} for j in part for end in (LOW, HIGH)])
    bars = tuple(_bar(estimator, base, low, high) for low, high in zip(ends[::2], ends[1::2], strict=True))
    worse = [LOW if bar.swing.estimate >= 0.0 else HIGH for bar in bars]
    wanted = [
        {j: end if down else LOW + HIGH - end for j, end in ((j, worse[j]) for j in group)}
        for group in groups
        if len(group) > 1
        for down in (True, False)
    ]
    moved = iter(_moved(model, levels, numbers, wanted))
    together = tuple(
        _bar(estimator, base, next(moved), next(moved)) if len(group) > 1 else bars[group[0]] for group in groups
    )
    return Bars(_measured(estimator.interval(base)), bars, together)


def _moved(model: Draws, levels: Floats, numbers: Ints, moves: Sequence[dict[int, float]]) -> list[Floats]:
    """(draws,) values with some columns at stated levels, of each move, in one call of the model."""
    if not moves:
        return []
    n = len(levels)
    rows = np.tile(levels, (len(moves), 1))
    for k, move in enumerate(moves):
        for j, level in move.items():
            rows[k * n : (k + 1) * n, j] = level
    found = model(rows, np.tile(numbers, len(moves)))
    return [found[k * n : (k + 1) * n] for k in range(len(moves))]


def _bar(estimator: Estimator, base: Floats, low: Floats, high: Floats) -> Bar:
    pairs = ((low, base), (high, base), (high, low))
    return Bar(*(_measured(difference_interval(estimator, one, other)) for one, other in pairs))


def _measured(found: Interval) -> Measured:
    if found.estimate is None:
        return Measured(float("nan"), None, None, found.refused)
    ends = (found.low, found.high)
    if found.refused is None and any(end is None or not math.isfinite(end) for end in ends):
        return Measured(found.estimate, None, None, "one side has no limit; take more draws")
    return Measured(found.estimate, found.low, found.high, found.refused)
