"""Loss exceedance: the probability that the loss of a random year is above x, and the loss of one year in twenty.

Losses are counted on a fixed grid: steps of a 128th of a doubling (0.54 %), joined by 0 and by 1, 2 and 5 times every
power of ten. Counts are whole numbers, so they do not depend on the order of the draws, and the memory does not grow
with them. The years of one draw are not independent: they share its drivers and its frailty. So every error is by
draw: beside the number of years above x the grid keeps, summed over the draws, the square of a draw's number of years
above x, to which the j-th largest loss of a draw adds 2 j - 1 wherever it is above x.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.measures.clustered import effective_trials, few_clusters, wilson_of_share
from sim.measures.moments import Moments

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
STEPS = 128  # of a doubling
DOUBLINGS = 47
ROUND = np.array([digit * 10.0**power for power in range(14) for digit in (1, 2, 5)])
EDGES = np.unique(np.concatenate([[0.0], 2.0 ** (np.arange(STEPS * DOUBLINGS + 1) / STEPS), ROUND]))
ENOUGH = 20  # draws with a loss above a level, below which its estimate is refused
FEWEST = 100  # draws below which every return level is refused: their spread is not known well enough
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Chance:
    """Probability that the loss of a random year is above `loss`, which is a value of the grid, with its interval."""

    loss: float
    share: float
    se: float
    low: float
    high: float


@dataclass(frozen=True)
class ReturnLevel:
    """Loss that is exceeded in one year of `years` on average. None where it is refused, with the reason."""

    years: float
    loss: float | None
    low: float | None
    high: float | None
    refused: str | None = None


@dataclass(frozen=True)
class Exceedance:
    """Counts of the losses of `draws` draws of `size` years each, by cell of the grid; cell j holds losses above
    EDGES[j - 1] up to EDGES[j]. squares: what the losses add to the squared numbers of a draw. firsts: largest losses
    of a draw. sums: of the losses. mean, se: loss of a year, its error by draw (None for one draw)."""

    draws: int
    size: int
    counts: Ints
    squares: Ints
    firsts: Ints
    sums: Floats
    mean: float
    se: float | None

    @cached_property
    def above(self) -> tuple[Ints, Ints, Ints]:
        """Numbers above each edge: years, squares, draws with at least one year."""
        return _above(self.counts), _above(self.squares), _above(self.firsts)

    @cached_property
    def bands(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Share above each edge, effective trials, and the two ends of its interval."""
        years, squares, _ = self.above
        share = years / (self.draws * self.size)
        trials = effective_trials(years, squares, self.draws, self.size) * few_clusters(self.draws, CONFIDENCE)
        return share, trials, *wilson_of_share(share, trials, CONFIDENCE)

    def chance(self, loss: float) -> Chance:
        """Of a loss above the edge of the grid that is nearest to `loss`."""
        right = int(np.clip(np.searchsorted(EDGES, loss), 1, len(EDGES) - 1))
        j = right if EDGES[right] - loss < loss - EDGES[right - 1] else right - 1
        share, trials, low, high = (float(values[j]) for values in self.bands)
        return Chance(float(EDGES[j]), share, float(np.sqrt(share * (1.0 - share) / trials)), low, high)

    def level(self, years: float) -> ReturnLevel:
        """Loss of one year in `years`: the mean of the losses in the cell in which the share above falls to 1 / years.
        Its interval holds all edges at which the interval of the share holds 1 / years (Woodruff 1952). Refused with
        fewer than FEWEST draws, or ENOUGH at or above it, or where the draws do not bound it. ValueError for years of 1
        or less."""
        if not years > 1.0:
            raise ValueError(f"years must be above 1, got {years}")
        share, _, low, high = self.bands
        target = 1.0 / years
        below, bounded = share <= target, high < target
        if not below.any():
            return ReturnLevel(years, None, None, None, f"it lies above {EDGES[-1]:g}, the end of the grid")
        at = int(np.argmax(below))
        seen = int(self.above[2][at - 1]) if at else int(self.draws * self.size * target)
        if self.draws < FEWEST:
            return ReturnLevel(years, None, None, None, f"at least {FEWEST} draws are needed, there are {self.draws}")
        if seen < ENOUGH:
            what = f"at least {ENOUGH} draws with such a year are needed, there are {seen}"
            return ReturnLevel(years, None, None, None, what)
        if not bounded.any():
            return ReturnLevel(years, None, None, None, "the draws do not bound it from above: more are needed")
        loss = float(self.sums[at] / self.counts[at]) if at else 0.0
        first, last = int(np.argmax(low <= target)), int(np.argmax(bounded))
        return ReturnLevel(years, loss, float(EDGES[max(first - 1, 0)]), float(EDGES[last]))


class LossGrid:
    """Counts of losses, block by block.

    size: years of each draw, or 1 for one loss a draw.

    >>> grid = LossGrid(2)
    >>> grid.add(np.array([[0.0, 300.0, 0.0, 0.0], [0.0, 700.0, 0.0, 900.0]]))
    >>> found = grid.result()
    >>> found.mean, found.chance(500.0).share
    (237.5, 0.25)
    """

    def __init__(self, size: int) -> None:
        cells = len(EDGES) + 1
        self.size = size
        self._counts, self._squares, self._firsts = (np.zeros(cells, dtype=np.int64) for _ in range(3))
        self._sums = np.zeros(cells)
        self._moments = Moments(1)

    def add(self, losses: Floats) -> None:
        """Append (size, n) finite losses of n draws; a loss below 0 counts as none above any edge."""
        ordered = np.sort(losses, axis=0)[::-1]
        cells = np.searchsorted(EDGES, ordered, side="left")
        n = len(self._counts)
        for rank in range(self.size):
            found = np.bincount(cells[rank], minlength=n)
            self._counts += found
            self._squares += (2 * rank + 1) * found
            if rank == 0:
                self._firsts += found
        self._sums += np.bincount(cells.ravel(), ordered.ravel(), minlength=n)
        self._moments.add(losses.mean(axis=0)[np.newaxis, :])

    def result(self) -> Exceedance:
        """What was counted so far. ValueError before the first draw."""
        if not self._moments.count:
            raise ValueError("no losses were added")
        error = self._moments.error
        return Exceedance(
            self._moments.count,
            self.size,
            self._counts.copy(),
            self._squares.copy(),
            self._firsts.copy(),
            self._sums.copy(),
            float(self._moments.mean[0]),
            None if error is None else float(error[0]),
        )


def _above(cells: Ints) -> Ints:
    """Number above each edge, from the numbers in the cells."""
    return np.asarray(cells.sum() - np.cumsum(cells)[:-1])
