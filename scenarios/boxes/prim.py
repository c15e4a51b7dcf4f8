"""PRIM: boxes of inputs in which cases are dense (patient rule induction).

Friedman and Fisher (1999), "Bump hunting in high-dimensional data", Statistics and Computing 9: from the whole range a
thin slice of cases at one end of one input is peeled off again and again, the slice that leaves the highest mean;
then ends are pasted back while that raises the mean. Bryant and Lempert (2010), "Thinking inside the box: a
participatory, computer-assisted approach to scenario discovery", Technological Forecasting and Social Change 77: the
trajectory of boxes between coverage and density, the quasi p-value of each restriction, and covering of what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    """Boxes from all cases to the smallest, each peeled from the one before; those that do not raise the mean of the
    one before end it. x: (cases, inputs); y: (cases,), of which a high mean is sought."""
    box, rows = anywhere(x.shape[1]), np.arange(len(x))
    boxes = [box]
    least = max(2, int(np.ceil(smallest * len(x))))
    while len(rows) > least:
        best: tuple[float, int, Limits, NDArray[np.int64]] | None = None
        for j in range(x.shape[1]):
            column = x[rows, j]
            for kept, low, high in _peels(column, peel):
                count = int(kept.sum())
                if count < least:
                    continue
                mean = float(y[rows[kept]].mean())
                if best is None or mean > best[0] + 1e-12 or (abs(mean - best[0]) <= 1e-12 and count > len(best[3])):
                    ends = (max(low, box.low[j]), min(high, box.high[j]))
                    best = (mean, j, box.with_ends(j, *ends), rows[kept])
        if best is None or best[0] < float(y[rows].mean()):
            break
        box, rows = best[2], best[3]
        boxes.append(box)
    return boxes


def _peels(column: Floats, share: float) -> list[tuple[Mask, float, float]]:
    """What is left after a slice at the lower and at the upper end, with the new end; equal values go together."""
    ordered = np.sort(column)
    if ordered[0] == ordered[-1]:
        return []
    count = max(1, int(share * len(column)))
    low = ordered[count]
    if low == ordered[0]:  # many equal values: all of them, and no fewer
        low = ordered[np.searchsorted(ordered, low, side="right")]
    high = ordered[-count - 1]
    if high == ordered[-1]:
        high = ordered[np.searchsorted(ordered, high, side="left") - 1]
    return [(column >= low, float(low), np.inf), (column <= high, -np.inf, float(high))]


def pasted(box: Limits, x: Floats, y: Floats, share: float = PASTE) -> Limits:
    """The box with ends moved out, a slice at a time, while that raises the mean."""
    while True:
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
            return box
        box = best[1]


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


def quasi_p(box: Limits, j: int, x: Floats, y: Floats) -> float:
    """Quasi p-value of a restriction: how probable so many or more cases of interest in the box were if it were no denser
    than the box without this restriction (binomial; Bryant and Lempert 2010). y as probabilities counts as their sum."""
    from scipy.stats import binom

    wide, narrow = box.without(j).inside(x), box.inside(x)
    if not narrow.any():
        return 1.0
    # Sums of probabilities vary less than counts, so this is on the safe side.
    count = int(np.floor(float(y[narrow].sum()) + 1e-9))
    return float(binom.sf(count - 1, int(narrow.sum()), float(y[wide].mean())))


def simplified(box: Limits, x: Floats, y: Floats, most: int, level: float = 0.05) -> Limits:
    """The box without restrictions that chance explains, and with at most so many: the one whose loss lowers the density
    least goes first."""
    while box.restricted:
        p = {j: quasi_p(box, j, x, y) for j in box.restricted}
        idle = [j for j in p if p[j] > level]
        if not idle and len(p) <= most:
            break
        candidates = idle or list(p)
        box = box.without(max(candidates, key=lambda j: (measures(box.without(j), x, y).density, -j)))
    return box


def best_box(x: Floats, y: Floats, most: int = 3, peel: float = PEEL, smallest: float = SMALLEST) -> Limits:
    """The box of the trajectory, pasted and simplified, with the largest harmonic mean of density and coverage."""
    return max(
        (simplified(box, x, y, most) for box in _candidates(x, y, peel, smallest)),
        key=lambda box: harmonic(measures(box, x, y)),
    )


def _candidates(x: Floats, y: Floats, peel: float, smallest: float) -> Sequence[Limits]:
    boxes = trajectory(x, y, peel, smallest)
    return [*boxes, *(pasted(box, x, y) for box in boxes[1:])]


def harmonic(found: Measures) -> float:
    """Harmonic mean of density and coverage.

    >>> harmonic(Measures(0.5, 1.0, 0.3)), harmonic(Measures(0.0, 0.0, 0.0))
    (0.6666666666666666, 0.0)
    """
    total = found.density + found.coverage
    return 2.0 * found.density * found.coverage / total if total else 0.0


def covering(x: Floats, y: Floats, boxes: int, most: int = 3) -> list[Limits]:
    """Up to so many boxes, each sought among the cases that the ones before leave; none that is no denser than all that
    is left."""
    left = np.ones(len(x), dtype=bool)
    found: list[Limits] = []
    for _ in range(boxes):
        if left.sum() < 20 or y[left].max() <= 0.0:
            break
        box = best_box(x[left], y[left], most)
        if not box.restricted:
            break
        found.append(box)
        left &= ~box.inside(x)
    return found
