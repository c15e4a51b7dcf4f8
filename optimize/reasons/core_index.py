"""Core index: how sure it is that an initiative belongs into the roadmap, by two shares that need no simulation.

near    of the simulated roadmaps that keep every limit and whose mean NPV on the search draws is within the
        indifference of the best, the share that holds it. Says how much the choice is free.
draws   bootstrap of the draws: draw as many draws as there are, with replacement; the best roadmap on them by its mean,
        of all that were simulated; how often it holds the initiative. Says how far the luck of these draws decides.

Both speak of the roadmaps that the search simulated, which are not all there are, and were sought around good ones. An
initiative with 100 % in both is core; one with 0 % in both is out; the rest is where a planner has a choice
(Liesiö, Mild and Salo 2007 call such an index a core index over feasible information).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.streams import stream_key, uniforms

if TYPE_CHECKING:
    from optimize.archive import Archive
    from optimize.periods import Starts

RESAMPLES: Final = 1000


@dataclass(frozen=True)
class Core:
    """One initiative: share of near-optimal roadmaps and of resamples that hold it; its commonest start there (period).

    start: None where no resample holds it.
    """

    id: str
    near: float
    draws: float
    start: int | None

    def document(self) -> dict[str, Any]:
        """The row of a JSON document."""
        return {"id": self.id, "near": self.near, "draws": self.draws, "start": self.start}


@dataclass(frozen=True)
class CoreIndex:
    """Rows in the order of the problem; roadmaps: simulated ones; near: how many of them are near-optimal."""

    rows: tuple[Core, ...]
    roadmaps: int
    near: int
    draws: int
    resamples: int

    def document(self) -> dict[str, Any]:
        """The part of a JSON document."""
        return {
            "roadmaps": self.roadmaps,
            "near_optimal": self.near,
            "draws": self.draws,
            "resamples": self.resamples,
            "initiatives": [row.document() for row in self.rows],
        }


def core_index(
    archive: Archive, feasible: Sequence[Starts], indifference: float, names: Sequence[str], resamples: int = RESAMPLES
) -> CoreIndex:
    """Both shares of each name. feasible: simulated roadmaps that keep every limit, at least one.

    The first roadmap of equals counts as the best. The resamples are the same on every run of the same seed.
    """
    worth = np.array([archive.npv(one) for one in feasible])  # (roadmaps, draws)
    means = worth.mean(axis=1)
    close = np.flatnonzero(means >= means.max() - indifference)
    n = worth.shape[1]
    key = stream_key(archive.seed, "optimize/core_index")
    picked = (uniforms(key, np.arange(resamples), np.arange(n)) * n).astype(np.int64)
    counts = np.zeros((resamples, n))
    np.add.at(counts, (np.repeat(np.arange(resamples), n), picked.ravel()), 1.0)
    best = np.argmax(counts @ worth.T, axis=1)
    times = Counter(best.tolist())
    rows = []
    for name in names:
        starts = Counter[int]()
        for position, number in times.items():
            if name in feasible[position]:
                starts[feasible[position][name]] += number
        common = min(starts, key=lambda start: (-starts[start], start), default=None)
        near = sum(name in feasible[position] for position in close.tolist()) / len(close)
        rows.append(Core(name, near, sum(starts.values()) / resamples, common))
    return CoreIndex(tuple(rows), len(feasible), len(close), n, resamples)
