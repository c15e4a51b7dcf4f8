"""Roadmaps on one range of draws; of the results only what goals need is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES, KPI_NAMES, KPIS
from sim.outcomes import clipping_notes
from sim.parameters import parameters
from sim.world import Scenario

Floats = NDArray[np.float64]
Starts = Mapping[str, int]
Key = tuple[tuple[str, int], ...]
Progress = Callable[[int, int], None]
"""Called with the number of roadmaps done and of all."""

CELLS = 20_000_000
"""Numbers that one call of the simulation may return: 160 MB."""


@dataclass(frozen=True)
class Sample:
    """A roadmap on the draws: KPIs of the goals in their years (draws, goals), and PV of its own cost (draws,)."""

    kpis: Floats
    cost: Floats


class Simulation:
    """Samples of roadmaps (initiative -> start month), each simulated once, the baseline always among them."""

    def __init__(self, scenario: Scenario, draws: int, seed: int, first_draw: int, threads: int | None) -> None:
        self._scenario = scenario
        self._draws, self._seed, self._first_draw, self._threads = draws, seed, first_draw, threads
        goals = scenario.goals.values()
        self._columns = [KPI_NAMES.index(goal.kpi) for goal in goals], [goal.year for goal in goals]
        self._samples: dict[Key, Sample] = {}
        numbers = np.arange(first_draw, first_draw + draws, dtype=np.int64)
        _, self._drivers = parameters(scenario).theta(numbers, seed)
        # Every call simulates the baseline beside the roadmaps, this one twice: its own part is counted once.
        self._baseline = (self._evaluate([{}]) - self._drivers) // 2
        self._effects = self._baseline

    def run(self, roadmaps: Sequence[Starts], progress: Progress | None = None) -> None:
        """Simulate those that are not known yet."""
        todo = list({_key(one): one for one in roadmaps if _key(one) not in self._samples}.values())
        width = len(CATEGORIES) + len(KPIS) * -(-self._scenario.horizon_months // 12)
        size = max(1, CELLS // (width * self._draws) - 1)
        for first in range(0, len(todo), size):
            part = todo[first : first + size]
            self._effects += self._evaluate(part) - self._drivers - self._baseline
            if progress is not None:
                progress(first + len(part), len(todo))

    def sample(self, starts: Starts) -> Sample:
        """What was kept of a roadmap. Raises KeyError for one that was not simulated."""
        return self._samples[_key(starts)]

    def notes(self) -> tuple[str, ...]:
        """What was clipped."""
        return clipping_notes(self._drivers, self._effects, self._draws)

    def _evaluate(self, roadmaps: Sequence[Starts]) -> int:
        """Simulate and keep; returns how many values were clipped."""
        outcomes = evaluate(
            self._scenario, roadmaps, self._draws, self._seed, first_draw=self._first_draw, threads=self._threads
        )
        for starts, one in zip(roadmaps, outcomes, strict=True):
            kpis = np.ascontiguousarray(one.kpis[:, self._columns[0], self._columns[1]])
            self._samples[_key(starts)] = Sample(kpis, np.array(one.cost))
        return outcomes.clipped


def _key(starts: Starts) -> Key:
    return tuple(sorted(starts.items()))
