"""A tornado of the drivers that matter most: few trajectories of elementary effects choose them, then each is moved.

`scenarios.sensitivity` moves every driver and takes as many times longer as there are drivers; here the effects of
Morris (1991), on few trajectories, choose which ones are worth the draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.world import Scenario

SHOWN: Final = 10
SCREENED: Final = 14  # drivers that are moved; the SHOWN largest swings are told
TRAJECTORIES, NOISE, DRAWS = 4, 2, 256
Floats = NDArray[np.float64]


def screened_tornado(scenario: Scenario, roadmap: Mapping[str, int], seed: int, threads: int | None) -> dict[str, Any]:
    """Change of the mean NPV [currency] with a driver at its 5 and at its 95 % quantile, all else as drawn, largest
    swing first. Raises ProblemsFound where no uncertain number bears on the roadmap."""
    from scenarios.sensing.drivers import drivers_of
    from scenarios.sensing.outcome import Asked, Tally
    from scenarios.sensing.tornado import tornado
    from scenarios.sensitivity import sensitivity
    from scenarios.statistics import figure
    from sim.montecarlo.conditional import drawn_levels, table_of
    from sim.roadmap import roadmap as validated

    screen = sensitivity(scenario, roadmap, "morris", seed=seed, points=TRAJECTORIES, noise=NOISE, threads=threads)
    table = table_of(scenario)
    known = {one.path: one for one in drivers_of(scenario, table)}
    chosen = [known[one.drivers[0]] for one in screen.influences if len(one.drivers) == 1][:SCREENED]
    columns = [one.column for one in chosen]
    wanted = figure("npv.mean")
    everything = tuple(range(len(table.drivers)))
    asked = Asked(scenario, validated(scenario, roadmap), None, wanted, everything, len(everything), seed, threads,
                  Tally())  # fmt: skip
    drawn = drawn_levels(table, DRAWS, seed)

    def moved(levels: Floats, numbers: NDArray[np.int64]) -> Floats:
        """All other drivers as they are drawn, in the draw of each row."""
        whole = drawn[numbers]
        whole[:, columns] = levels
        return asked.draws(whole, numbers)

    groups = [[k] for k in range(len(columns))]
    found = tornado(moved, drawn[:, columns], np.arange(DRAWS, dtype=np.int64), groups, wanted.estimator)
    ends, _ = table.values_at(np.array([[0.05], [0.95]]) * np.ones(len(everything)))
    order = sorted(range(len(chosen)), key=lambda k: -abs(found.bars[k].swing.estimate))[:SHOWN]
    return {
        "draws": DRAWS,
        "drivers": len(screen.influences),
        "moved": len(chosen),
        "base": found.base.document(),
        "bars": [
            {
                "path": chosen[k].path,
                "unit": chosen[k].unit,
                "at_low": float(ends[0, columns[k]]),
                "at_high": float(ends[1, columns[k]]),
                "low": found.bars[k].low.document(),
                "high": found.bars[k].high.document(),
                "swing": found.bars[k].swing.document(),
            }
            for k in order
        ],
    }
