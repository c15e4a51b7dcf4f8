"""Draws whose drivers are given: the points of a design in place of what the streams would draw.

A level is a probability of the driver's own distribution: 0.5 is its median. Levels of correlated drivers are taken as
they are; a design that is to keep the file's correlations applies `Parameters.joined` to independent levels first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, ProblemsFound
from sim.montecarlo.sampling import Sampling
from sim.parameters import Parameters

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Given:
    """levels: (points, drivers) inside (0, 1), drivers in the order of `Parameters.drivers`. common: every point has
    the same draws of the events, so that points differ by their drivers alone; otherwise each has its own. numbers:
    (points,) the first draw whose events each point lives through, in place of both, for designs that choose them.
    paths: of the drivers in the columns of the levels, where a scenario that lacks some may read them.

    The luck of single years (see `Parameters.luck`) belongs to the events: its columns are drawn, not read.
    """

    levels: Floats
    common: bool = True
    numbers: Ints | None = None
    paths: tuple[str, ...] = ()

    def events(self, first_draw: int, rows: range, noise: int) -> Ints:
        """(rows,) numbers of the draws whose events the rows live through."""
        at = np.arange(rows.start, rows.stop, dtype=np.int64)
        if self.numbers is not None:
            return self.numbers[at // noise] + at % noise
        return first_draw + (at % noise if self.common else at)

    def theta(self, table: Parameters, rows: range, noise: int, numbers: Ints, seed: int) -> tuple[Floats, int]:
        """(rows, drivers) values of the drivers, and how many of them were clipped into their range."""
        at = np.arange(rows.start, rows.stop, dtype=np.int64) // noise
        values, clipped = table.values_at(self.of(table, self.levels[at[0] : at[-1] + 1]))
        theta = values[at - at[0]]
        if table.luck:
            theta[:, table.luck] = table.theta(numbers, seed)[0][:, table.luck]
        return theta, clipped

    def of(self, table: Parameters, levels: Floats) -> Floats:
        """(points, drivers) levels of the drivers of a table."""
        wanted = tuple(driver.path for driver in table.drivers)
        if not self.paths or wanted == self.paths:
            return levels
        column = {path: j for j, path in enumerate(self.paths)}
        return levels[:, [column[path] for path in wanted]]


@dataclass(frozen=True, eq=False)
class Picked:
    """Draws in place of those of the streams: what observations leave of them.

    ranges: (first draw, numbers (n,), levels (n, drivers)) in the order of the first draws. A draw that is asked for is
    the one at its place in the last range that begins before it, counted on from the beginning behind its end; so many
    that some would come twice are refused, since their mean would seem surer than it is.
    paths: of the drivers in the columns of the levels.
    """

    paths: tuple[str, ...]
    ranges: tuple[tuple[int, Ints, Floats], ...]

    def count(self, first_draw: int, wanted: int) -> int:
        """So many of the draws that are wanted from `first_draw` on are not the same ones again."""
        return min(wanted, len(self._range(first_draw)[1]))

    def _range(self, first_draw: int) -> tuple[int, Ints, Floats]:
        return next(one for one in reversed(self.ranges) if one[0] <= first_draw)

    def given(self, first_draw: int, draws: int) -> Given:
        """The drivers and events of so many draws from `first_draw` on. Raises ValueError for more than there are.

        >>> picked = Picked(("a",), ((0, np.array([7, 9]), np.array([[0.1], [0.2]])),))
        >>> picked.given(1, 2).numbers.tolist()
        [9, 7]
        """
        start, numbers, levels = self._range(first_draw)
        if draws > len(numbers):
            raise ValueError(f"{draws} draws from {first_draw} on are asked for, and {len(numbers)} are left of them")
        at = (np.arange(draws) + (first_draw - start)) % len(numbers)
        return Given(levels[at], common=False, numbers=numbers[at], paths=self.paths)


def given_draws(picked: Picked | None, first_draw: int, draws: int) -> Given | None:
    """As `Picked.given`; None where the draws are those of the streams."""
    return None if picked is None else picked.given(first_draw, draws)


def distinct(picked: Picked | None, first_draw: int, wanted: int) -> int:
    """As `Picked.count`; the streams have as many as are wanted."""
    return wanted if picked is None else picked.count(first_draw, wanted)


def check_given(given: Given, draws: int, noise: int, sampling: Sampling) -> None:
    """Raise ProblemsFound for levels that are none, and for what cannot be asked together with them."""
    problems = []
    if given.levels.ndim != 2 or not ((given.levels > 0.0) & (given.levels < 1.0)).all():
        problems.append(Problem("given.levels", "levels lie strictly between 0 and 1", str(given.levels.shape)))
    elif draws != len(given.levels) * noise:
        hint = f"{len(given.levels)} points times {noise} draws of the events"
        problems.append(Problem("draws", "the draws are not those of the points", draws, hint))
    if given.numbers is not None and (given.numbers.shape != (len(given.levels),) or (given.numbers < 0).any()):
        problems.append(Problem("given.numbers", "every point names one draw, from 0 on", str(given.numbers.shape)))
    if sampling.points is not None or sampling.tilt is not None:
        problems.append(Problem("sampling", "given drivers take pseudo-random events", hint="leave it out"))
    if problems:
        raise ProblemsFound(problems)
