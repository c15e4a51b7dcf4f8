"""Where a mean difference crosses zero as one number moves, on common draws, with an interval.

The difference is simulated at a grid of values, every crossing of its mean is closed in by the secant within the
bracket (Illinois; Dowell and Jarratt 1971, BIT 11, 168-174), and the interval resamples the draws: in each resample the
mean curve through all simulated values, straight between them, has its own crossing (paired bootstrap; Efron and
Tibshirani 1993). Of a straight line the crossing is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Difference = Callable[[float], Floats]
"""Value -> (draws,) difference, the same draws at every value."""
RESAMPLES = 601
RESAMPLED = 1000
STEPS = 12
CLOSE = 1e-6  # of the range


@dataclass(frozen=True)
class Crossing:
    """value at which the mean is zero; rising: whether the difference goes from below to above. low, high: 95 %
    interval, -inf or inf where more than 2.5 % of the resamples cross outside the range on that side."""

    value: float
    rising: bool
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """values, ascending, mean difference at each and the half width of its 95 % interval, and every crossing."""

    values: tuple[float, ...]
    means: tuple[float, ...]
    halves: tuple[float, ...]
    crossings: tuple[Crossing, ...]


def turning(difference: Difference, grid: Sequence[float], seed: int) -> Curve:
    """The curve over a grid of values and where it crosses zero.

    >>> draws = np.array([-1.0, 0.0, 1.0])
    >>> found = turning(lambda x: 2.0 * (x - 3.0) + 0.0 * draws, [0.0, 2.0, 5.0], 1)
    >>> [(round(one.value, 12), one.rising, round(one.low, 12)) for one in found.crossings]
    [(3.0, True, 3.0)]
    """
    at = {float(x): np.asarray(difference(float(x)), dtype=np.float64) for x in sorted(set(grid))}
    reach = max(at) - min(at)
    roots = []
    for left, right in _brackets(at):
        roots.append(_close_in(difference, at, left, right, CLOSE * reach))
    values = sorted(at)
    curves = np.column_stack([at[x] for x in values])
    means = curves.mean(axis=0)
    resampled = _resampled(curves, seed)
    crossings = tuple(_crossing(root, rising, values, resampled) for root, rising in roots)
    halves = 1.96 * curves.std(axis=0, ddof=1) / np.sqrt(len(curves))
    return Curve(tuple(values), tuple(map(float, means)), tuple(map(float, halves)), crossings)


def _brackets(at: dict[float, Floats]) -> list[tuple[float, float]]:
    """Neighbours between which the mean changes its sign; a value at which it is zero belongs to neither side."""
    known = [(x, float(at[x].mean())) for x in sorted(at)]
    signed = [(x, mean) for x, mean in known if mean != 0.0]
    return [(a, b) for (a, one), (b, other) in pairwise(signed) if one * other < 0.0]


def _close_in(
    difference: Difference, at: dict[float, Floats], left: float, right: float, width: float
) -> tuple[float, bool]:
    """The root between two values, and whether the difference rises there; what is simulated is added to `at`."""
    low, high = float(at[left].mean()), float(at[right].mean())
    rising, side = high > low, 0
    root = left - low * (right - left) / (high - low)
    for _ in range(STEPS):
        if not left < root < right or right - left <= width:
            break
        if root not in at:
            at[root] = np.asarray(difference(root), dtype=np.float64)
        mean = float(at[root].mean())
        scale = max(abs(float(at[left].mean())), abs(float(at[right].mean())))
        if abs(mean) <= 1e-6 * scale:
            break
        if (mean > 0.0) == (high > 0.0):
            right, high, low, side = root, mean, low * (0.5 if side == 1 else 1.0), 1
        else:
            left, low, high, side = root, mean, high * (0.5 if side == -1 else 1.0), -1
        step = left - low * (right - left) / (high - low)
        if abs(step - root) <= width:
            root = step
            break
        root = step
    return root, rising


def _resampled(curves: Floats, seed: int) -> Floats:
    """(resamples, values) mean curves of resampled draws."""
    n = len(curves)
    chance = np.random.default_rng([seed, RESAMPLES])
    counts = chance.multinomial(n, np.full(n, 1.0 / n), size=RESAMPLED)
    return np.asarray(counts @ curves / n)


def _crossing(root: float, rising: bool, values: Sequence[float], resampled: Floats) -> Crossing:
    """The interval of one crossing: in every resample its nearest crossing of the same direction."""
    x = np.array(values)
    found = []
    for mean in resampled:
        sign = mean if rising else -mean
        change = np.flatnonzero((sign[:-1] < 0.0) & (sign[1:] >= 0.0))
        if not len(change):
            found.append(-np.inf if sign[0] >= 0.0 else np.inf)
            continue
        roots = x[change] - mean[change] * (x[change + 1] - x[change]) / (mean[change + 1] - mean[change])
        found.append(float(roots[np.argmin(np.abs(roots - root))]))
    ordered = np.sort(found)
    low, high = ordered[int(0.025 * len(ordered))], ordered[int(np.ceil(0.975 * len(ordered))) - 1]
    return Crossing(float(root), rising, float(min(low, root)), float(max(high, root)))
