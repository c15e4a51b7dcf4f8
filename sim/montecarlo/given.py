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
    (points,) the draw whose events each point lives through, in place of both, for designs that choose them.

    The luck of single years (see `Parameters.luck`) belongs to the events: its columns are drawn, not read.
    """

    levels: Floats
    common: bool = True
    numbers: Ints | None = None

    def events(self, first_draw: int, rows: range, noise: int) -> Ints:
        """(rows,) numbers of the draws whose events the rows live through."""
        at = np.arange(rows.start, rows.stop, dtype=np.int64)
        if self.numbers is not None:
            return self.numbers[at // noise] + at % noise
        return first_draw + (at % noise if self.common else at)

    def theta(self, table: Parameters, rows: range, noise: int, numbers: Ints, seed: int) -> tuple[Floats, int]:
        """(rows, drivers) values of the drivers, and how many of them were clipped into their range."""
        at = np.arange(rows.start, rows.stop, dtype=np.int64) // noise
        values, clipped = table.values_at(self.levels[at[0] : at[-1] + 1])
        theta = values[at - at[0]]
        if table.luck:
            theta[:, table.luck] = table.theta(numbers, seed)[0][:, table.luck]
        return theta, clipped


def check_given(given: Given, draws: int, noise: int, sampling: Sampling) -> None:
    """Raise ProblemsFound for levels that are none, and for what cannot be asked together with them."""
    problems = []
    if given.levels.ndim != 2 or not ((given.levels > 0.0) & (given.levels < 1.0)).all():
        problems.append(Problem("given.levels", "levels lie strictly between 0 and 1", str(given.levels.shape)))
    elif draws != len(given.levels) * noise:
        hint = f"{len(given.levels)} points times {noise} draws of the events"
        problems.append(Problem("draws", "the draws are not those of the points", draws, hint))
    if given.numbers is not None and (len(given.numbers) != len(given.levels) or (given.numbers < 0).any()):
        problems.append(Problem("given.numbers", "every point names one draw, from 0 on", len(given.numbers)))
    if sampling.points is not None or sampling.tilt is not None:
        problems.append(Problem("sampling", "given drivers take pseudo-random events", hint="leave it out"))
    if problems:
        raise ProblemsFound(problems)
