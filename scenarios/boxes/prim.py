"""PRIM: boxes of inputs in which cases are dense (patient rule induction).

Friedman and Fisher (1999), "Bump hunting in high-dimensional data", Statistics and Computing 9: from the whole range a
thin slice of cases at one end of one input is peeled off again and again, the slice that leaves the highest mean;
then ends are pasted back while that raises the mean. Bryant and Lempert (2010), "Thinking inside the box: a
participatory, computer-assisted approach to scenario discovery", Technological Forecasting and Social Change 77: the
trajectory of boxes between coverage and density, the quasi p-value of each restriction, and covering of what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
PEEL, PASTE, SMALLEST = 0.05, 0.05, 0.05
"""Share of the cases of a box that is peeled off or pasted at a time, and share of all cases that a box holds at
least."""


@dataclass(frozen=True)
class Limits:
    """Ends of a box by input, infinite where it is not restricted; both ends belong to the box."""

    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def restricted(self) -> tuple[int, ...]:
        """Inputs with an end."""
        return tuple(j for j, ends in enumerate(zip(self.low, self.high, strict=True)) if np.isfinite(ends).any())

    def inside(self, x: Floats) -> Mask:
        """(cases,) whether cases (cases, inputs) lie in the box."""
        return np.asarray(((x >= self.low) & (x <= self.high)).all(axis=1))

    def without(self, j: int) -> Limits:
        """The box with input j free."""
        return self.with_ends(j, -np.inf, np.inf)

    def with_ends(self, j: int, low: float, high: float) -> Limits:
        """The box with other ends of input j."""
        lows, highs = list(self.low), list(self.high)
        lows[j], highs[j] = float(low), float(high)
        return Limits(tuple(lows), tuple(highs))


@dataclass(frozen=True)
class Measures:
    """density: mean of y in the box. coverage: share of the sum of y in it. support: share of the cases in it."""

    density: float
    coverage: float
    support: float


def anywhere(inputs: int) -> Limits:
    """The box of all cases."""
    return Limits((-np.inf,) * inputs, (np.inf,) * inputs)


def measures(box: Limits, x: Floats, y: Floats) -> Measures:
    """Of a box over cases x (cases, inputs) with y (cases,) from 0 to 1.

    >>> x = np.arange(10.0)[:, None]
    >>> measures(Limits((5.0,), (np.inf,)), x, (x[:, 0] > 3.5).astype(float))
    Measures(density=1.0, coverage=0.8333333333333334, support=0.5)
    """
    inside = box.inside(x)
    total = float(y.sum())
    density = float(y[inside].mean()) if inside.any() else 0.0
    return Measures(density, float(y[inside].sum()) / total if total else 0.0, float(inside.mean()))


def trajectory(x: Floats, y: Floats, peel: float = PEEL, smallest: float = SMALLEST) -> list[Limits]:
    """Boxes from all cases to the smallest, each peeled from the one before by the slice that leaves the highest mean,
    even where that is lower than before: of two bumps the lower one must be crossed.

    x: (cases, inputs); y: (cases,), of which a high mean is sought.
    """
    box, rows = anywhere(x.shape[1]), np.arange(len(x))
    boxes = [box]
    least = max(2, int(np.ceil(smallest * len(x))))
    while len(rows) > least:
        lows, highs = peeled_ends(x[rows], peel)
        best: tuple[float, int, int, bool] | None = None
        for upper, kept in ((False, x[rows] >= lows), (True, x[rows] <= highs)):
            count = kept.sum(axis=0)
            mean = (y[rows] @ kept) / np.maximum(count, 1)
            for j in np.flatnonzero((count >= least) & (count < len(rows))).tolist():
                # The highest mean; of equals the one that keeps more, then the first input.
                if best is None or (round(mean[j], 12), count[j]) > (round(best[0], 12), best[1]):
                    best = (float(mean[j]), int(count[j]), j, upper)
        if best is None:
            break
        _, _, j, upper = best
        box = box.with_ends(j, box.low[j], highs[j]) if upper else box.with_ends(j, lows[j], box.high[j])
        rows = rows[(x[rows, j] <= highs[j]) if upper else (x[rows, j] >= lows[j])]
        boxes.append(box)
    return boxes


def peeled_ends(x: Floats, share: float) -> tuple[Floats, Floats]:
    """(inputs,) new lower and upper ends after a slice is peeled off; equal values go together, and an input of which
    all values are equal is left as it is.

    >>> low, high = peeled_ends(np.array([[0.0], [0.0], [1.0], [2.0]]), 0.25)
    >>> low.tolist(), high.tolist()
    ([1.0], [1.0])
    """
    ordered = np.sort(x, axis=0)
    count = max(1, int(share * len(x)))
    lows, highs = ordered[count].copy(), ordered[-count - 1].copy()
    for j in np.flatnonzero((lows == ordered[0]) | (highs == ordered[-1])).tolist():
        column = ordered[:, j]
        if lows[j] == column[0]:  # many equal values: all of them, and no fewer
            lows[j] = column[min(len(column) - 1, np.searchsorted(column, column[0], side="right"))]
        if highs[j] == column[-1]:
            highs[j] = column[max(0, np.searchsorted(column, column[-1], side="left") - 1)]
    return lows, highs


def pasted(box: Limits, x: Floats, y: Floats, share: float = PASTE) -> Limits:
    """The box with ends moved out, a slice at a time, while that raises the mean."""
    while box.restricted:
        inside = box.inside(x)
        mean, count = float(y[inside].mean()), max(1, int(share * inside.sum()))
        best: tuple[float, Limits] | None = None
        for j in box.restricted:
            along = box.without(j).inside(x)
            for wider in _wider(box, j, x[along, j], count):
                found = float(y[wider.inside(x)].mean())
                if found > mean and (best is None or found > best[0]):
                    best = (found, wider)
        if best is None:
            break
        box = best[1]
    return box


def _wider(box: Limits, j: int, column: Floats, count: int) -> list[Limits]:
    found = []
    below, above = np.sort(column[column < box.low[j]]), np.sort(column[column > box.high[j]])
    if len(below):
        end = below[-count] if count < len(below) else -np.inf
        found.append(box.with_ends(j, end, box.high[j]))
    if len(above):
        end = above[count - 1] if count < len(above) else np.inf
        found.append(box.with_ends(j, box.low[j], end))
    return found


def quasi_p(box: Limits, x: Floats, y: Floats) -> dict[int, float]:
    """Quasi p-value of each restriction: how probable so many or more cases of interest in the box were if it were no
    denser than the box without this restriction (binomial; Bryant and Lempert 2010).

    Where y are probabilities, which vary less than counts of 0 and 1, the box counts as as many cases as would make its
    mean vary so little.
    """
    from scipy.special import betainc

    if not box.restricted:
        return {}
    freed = _freed(box, x)
    inside = box.inside(x)
    own, total = float(inside.sum()), float(y[inside].sum())
    found = {}
    for column, j in enumerate(box.restricted):
        wide = y[freed[:, column]]
        p, spread = float(wide.mean()), float(wide.var())
        size = max(1.0, p * (1.0 - p) / spread) if spread > 0.0 else 1.0
        count = np.ceil(total * size - 1e-9)
        found[j] = 1.0 if count <= 0.0 or own == 0.0 else float(betainc(count, max(1e-9, own * size - count + 1.0), p))
    return found


def _freed(box: Limits, x: Floats) -> Mask:
    """(cases, restrictions) whether a case is in the box without this restriction."""
    some = list(box.restricted)
    outside = (x[:, some] < np.array(box.low)[some]) | (x[:, some] > np.array(box.high)[some])
    return np.asarray(outside.sum(axis=1)[:, None] - outside == 0)


def simplified(box: Limits, x: Floats, y: Floats, most: int, level: float = 0.05) -> Limits:
    """The box without restrictions that chance explains, and with at most so many: the one whose loss lowers the
    density least goes first."""
    while box.restricted:
        p = quasi_p(box, x, y)
        idle = [j for j in p if p[j] > level]
        if not idle and len(p) <= most:
            break
        freed = _freed(box, x)
        density = dict(zip(box.restricted, ((y @ freed) / np.maximum(1, freed.sum(axis=0))).tolist(), strict=True))
        box = box.without(max(idle or p, key=lambda j: (density[j], -j)))
    return box


def best_box(x: Floats, y: Floats, most: int = 3, peel: float = PEEL, smallest: float = SMALLEST) -> Limits:
    """The box of the trajectory, pasted and simplified, that balances how dense it is and how much it covers best: by
    the harmonic mean of its coverage and of its density, from that of all cases (0) to that of the densest box (1)."""
    found = [simplified(box, x, y, most) for box in trajectory(x, y, peel, smallest)]
    known = [measures(box, x, y) for box in found]
    base, top = float(y.mean()), max(one.density for one in known)
    return pasted(found[max(range(len(found)), key=lambda k: balance(known[k], base, top))], x, y)


def balance(found: Measures, base: float, top: float) -> float:
    """Harmonic mean of the coverage of a box and of its density on the scale from base to top.

    >>> balance(Measures(0.75, 0.5, 0.2), 0.5, 1.0), balance(Measures(0.2, 1.0, 1.0), 0.2, 1.0)
    (0.5, 0.0)
    """
    dense = max(0.0, (found.density - base) / (top - base)) if top > base else 0.0
    return 2.0 * dense * found.coverage / (dense + found.coverage) if dense + found.coverage > 0.0 else 0.0


SCREENED = 30
"""Inputs among which boxes are sought, where there are more: those by whose thirds the means of y differ most."""


def screened(x: Floats, y: Floats, most: int = SCREENED) -> list[int]:
    """Inputs worth a search, in their order."""
    if x.shape[1] <= most:
        return list(range(x.shape[1]))
    rank = np.argsort(np.argsort(x, axis=0), axis=0) * 3 // len(x)
    means = np.array([(y @ (rank == third)) / np.maximum(1, (rank == third).sum(axis=0)) for third in range(3)])
    return sorted(np.argsort(-np.ptp(means, axis=0), kind="stable")[:most].tolist())


def covering(x: Floats, y: Floats, boxes: int, most: int = 3) -> list[Limits]:
    """Up to so many boxes, each sought among the cases that the ones before leave; none that is no denser than all that
    is left."""
    left = np.ones(len(x), dtype=bool)
    found: list[Limits] = []
    for _ in range(boxes):
        if left.sum() < 20 or y[left].max() <= 0.0:
            break
        some = screened(x[left], y[left])
        inner = best_box(x[left][:, some], y[left], most)
        if not inner.restricted:
            break
        box = anywhere(x.shape[1])
        for place, j in enumerate(some):
            box = box.with_ends(j, inner.low[place], inner.high[place])
        found.append(box)
        left &= ~box.inside(x)
    return found
