"""What roadmaps are worth given the drivers: E(outcome | theta), the mean over draws of the events, at many points.

Sensitivity and information are about drivers, never about luck: what they look at is this mean, with the number of
draws of the events that it is made of, and how much of its spread is still luck.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, ProblemsFound
from sim.montecarlo.estimate import evaluate, shared_note
from sim.montecarlo.given import Given
from sim.parameters import Parameters, parameters
from sim.roadmap import Roadmap
from sim.run_off import carried_on
from sim.world import Scenario

Floats = NDArray[np.float64]
Starts = Roadmap | Mapping[str, int]
Progress = Callable[[int], None]
MEASURES = ("npv", "cost", "cash_trough")
ROWS = 16_384  # draws simulated at a time: memory does not grow with the number of points
FEWEST_NOISE = 2


@dataclass(frozen=True, eq=False)
class Conditional:
    """mean: measure -> (points, roadmaps) mean over the events; noise_variance: the same, of one draw of the events
    around that mean, so that mean carries an error of noise_variance / noise. repeats: measure -> (points, noise,
    roadmaps) single draws, only of the measures that were asked for. levels: (points, drivers), see `Given`.
    notes: what the simulation says beside its figures.
    """

    levels: Floats
    noise: int
    common: bool
    mean: dict[str, Floats]
    noise_variance: dict[str, Floats]
    repeats: dict[str, Floats]
    notes: tuple[str, ...] = ()


def table_of(scenario: Scenario) -> Parameters:
    """The drivers of a scenario as the kernel orders them."""
    return parameters(carried_on(scenario))


def drawn_levels(table: Parameters, points: int, seed: int, first: int = 0) -> Floats:
    """(points, drivers) levels as the streams draw them, with the correlations of the file."""
    return table.coordinates(np.arange(first, first + points, dtype=np.int64), seed)


def conditional(
    scenario: Scenario,
    roadmaps: Iterable[Starts],
    levels: Floats,
    seed: int,
    noise: int,
    *,
    common: bool = True,
    first_draw: int = 0,
    repeats: Iterable[str] = (),
    threads: int | None = None,
    progress: Progress | None = None,
) -> Conditional:
    """Mean outcome of every roadmap at every point of the drivers.

    levels: (points, drivers) strictly inside (0, 1). noise: draws of the events at each point, 2 or more. common: the
    same ones at every point. first_draw: number of the first draw of the events. repeats: measures whose single draws
    are kept. progress: called with the number of points done. Raises ProblemsFound.
    """
    if noise < FEWEST_NOISE:
        text = "the mean given the drivers needs several draws of the events at each point"
        raise ProblemsFound([Problem("noise", text, noise, f"{FEWEST_NOISE} or more")])
    chosen = list(roadmaps)
    kept = tuple(repeats)
    points, block = len(levels), max(1, ROWS // noise)
    mean = {name: np.empty((points, len(chosen))) for name in MEASURES}
    variance = {name: np.empty((points, len(chosen))) for name in MEASURES}
    single = {name: np.empty((points, noise, len(chosen))) for name in kept}
    notes: dict[str, None] = {}
    for start in range(0, points, block):
        part = levels[start : start + block]
        found = evaluate(
            scenario,
            chosen,
            len(part) * noise,
            seed,
            first_draw=first_draw if common else first_draw + start * noise,
            noise=noise,
            detail=False,
            given=Given(part, common),
            threads=threads,
        )
        here = slice(start, start + len(part))
        for row, one in enumerate(found):
            for name, values in (("npv", one.npv), ("cost", one.cost), ("cash_trough", one.trough)):
                draws = values.reshape(len(part), noise)
                mean[name][here, row] = draws.mean(axis=1)
                variance[name][here, row] = draws.var(axis=1, ddof=1)
                if name in single:
                    single[name][here, :, row] = draws
        notes |= dict.fromkeys(note for note in found.notes if note != shared_note(noise))
        if progress is not None:
            progress(start + len(part))
    return Conditional(levels, noise, common, mean, variance, single, tuple(notes))
