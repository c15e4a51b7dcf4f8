"""A tornado of the drivers that matter most: they are chosen first, where there are many, and then each is moved.

`scenarios.sensitivity` moves every driver and takes as many times longer as there are drivers. Here two looks choose
which ones are worth the draws: the elementary effects of Morris (1991) on few trajectories, which see what works in
every draw, and the correlation of the NPV with each driver over many draws, which sees what works by rare events.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.world import Scenario

SHOWN: Final = 10
ALL: Final = 40  # so many drivers are all moved
SCREENED: Final = 14  # that each look chooses of more; the SHOWN largest swings are told
TRAJECTORIES, NOISE, DRAWS, LOOKED_AT = 4, 2, 256, 2048
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
    single = [known[one.drivers[0]] for one in screen.influences if len(one.drivers) == 1]
    wanted = figure("npv.mean")
    everything = tuple(range(len(table.drivers)))
    asked = Asked(scenario, validated(scenario, roadmap), None, wanted, everything, len(everything), seed, threads,
                  Tally())  # fmt: skip
    many = drawn_levels(table, LOOKED_AT, seed)
    drawn = many[:DRAWS]
    chosen = single
    if len(single) > ALL:
        felt = correlation(many, asked.draws(many, np.arange(LOOKED_AT, dtype=np.int64)))
        seen = sorted(single, key=lambda one: -felt[one.column])[:SCREENED]
        chosen = [*single[:SCREENED], *(one for one in seen if one not in single[:SCREENED])]
    columns = [one.column for one in chosen]

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


def correlation(levels: Floats, npv: Floats) -> Floats:
    """(drivers,) size of the correlation of (draws, drivers) levels with (draws,) NPVs; 0 for what does not vary.

    >>> correlation(np.array([[0.1, 0.5], [0.5, 0.5], [0.9, 0.5]]), np.array([3.0, 2.0, 1.0])).round(6).tolist()
    [1.0, 0.0]
    """
    one, other = levels - levels.mean(axis=0), npv - npv.mean()
    scale = np.sqrt((one**2).sum(axis=0) * (other**2).sum())
    return np.asarray(np.abs(np.divide(other @ one, scale, out=np.zeros(levels.shape[1]), where=scale > 0.0)))
