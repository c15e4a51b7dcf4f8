"""Decisions in every future, and what is best on average, in the worst case, and by minimax regret (Savage 1951)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimize.risk.attitude import future_names
from sim.futures import in_future
from sim.montecarlo import evaluate
from sim.world import Scenario

Floats = NDArray[np.float64]
FUTURES_FROM = 10_000_000
"""First draw on which decisions are valued in futures."""


@dataclass(frozen=True, eq=False)
class InFutures:
    """names, titles, probabilities of the futures, the base world first (probability None: it enters no mean). npv:
    (futures, draws, decisions) [currency], all on the same draws."""

    names: tuple[str, ...]
    titles: tuple[str, ...]
    probabilities: tuple[float | None, ...]
    npv: Floats

    @property
    def mean(self) -> Floats:
        """(futures, decisions) mean NPV."""
        return np.asarray(self.npv.mean(axis=1))

    @property
    def regret(self) -> Floats:
        """(futures, decisions) mean NPV of the best decision of the set in each future minus that of each decision."""
        return np.asarray(self.mean.max(axis=1, keepdims=True) - self.mean)

    @property
    def se(self) -> Floats:
        """(futures, decisions) standard errors of the means."""
        return np.asarray(self.npv.std(axis=1, ddof=1) / np.sqrt(self.npv.shape[1]))

    def regret_se(self) -> Floats:
        """(futures, decisions) standard errors of the regrets, paired by draw."""
        best = self.mean.argmax(axis=1)
        lost = np.take_along_axis(self.npv, best[:, None, None], axis=2) - self.npv
        return np.asarray(lost.std(axis=1, ddof=1) / np.sqrt(self.npv.shape[1]))


def worst_case(mean: Floats) -> tuple[int, int]:
    """Decision whose smallest mean over futures is largest, and the future of that: mean (futures, decisions).

    >>> worst_case(np.array([[5.0, 3.0], [-9.0, 1.0]]))
    (1, 1)
    """
    decision = int(mean.min(axis=0).argmax())
    return decision, int(mean[:, decision].argmin())


def minimax_regret(mean: Floats) -> tuple[int, int]:
    """Decision whose largest regret over futures is smallest, and the future of that.

    >>> minimax_regret(np.array([[10.0, 3.0, 8.0], [-9.0, 1.0, -3.0]]))
    (2, 1)
    """
    regret = mean.max(axis=1, keepdims=True) - mean
    decision = int(regret.max(axis=0).argmin())
    return decision, int(regret[:, decision].argmax())


def in_futures(
    scenario: Scenario,
    roadmaps: Iterable[Mapping[str, int]],
    draws: int,
    seed: int,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
    *,
    first: int = FUTURES_FROM,
) -> InFutures:
    """Every decision in the base world and in every future of the file, on the same draws, from number `first`."""
    names = future_names(scenario)
    wanted = list(roadmaps)
    npv = np.empty((len(names), draws, len(wanted)))
    for row, name in enumerate(names):
        found = evaluate(
            in_future(scenario, name), wanted, draws, seed, first_draw=first, detail=False, threads=threads
        )
        npv[row] = np.column_stack([one.npv for one in found])
        if progress is not None:
            progress(row + 1)
    rest = 1.0 - sum(float(future.probability or 0.0) for future in scenario.futures.values())
    chances: list[float | None] = [rest]
    chances += [
        None if future.probability is None else float(future.probability) for future in scenario.futures.values()
    ]
    titles = ("no future happens", *(future.title for future in scenario.futures.values()))
    return InFutures(names, titles, tuple(chances), npv)
