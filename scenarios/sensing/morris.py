"""Elementary effects (Morris 1991, with the mean of absolute values of Campolongo and others 2007), by SALib.

Every driver moves from one level of a grid between its 5 and its 95 % quantile to another, one at a time along
trajectories. mu* is the mean size of what that changes, over the whole of that range; sigma, the spread of the effects,
is the sign of curvature and of interactions: a driver that only adds has sigma 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.sensing.measured import Measured, about

Floats = NDArray[np.float64]
LOW, HIGH = 0.05, 0.95
GRID = 4
DESIGN, RESAMPLES = 201, 202
RESAMPLED = 400
FEWEST = 4


@dataclass(frozen=True)
class Effects:
    """Of each group: mean size of the elementary effects and their spread, in the unit of the output. sigma is None for
    groups of several drivers, of which SALib knows no signed effects."""

    mu_star: tuple[Measured, ...]
    sigma: tuple[Measured | None, ...]
    runs: int


def elementary(
    model: Callable[[Floats], Floats], columns: int, groups: Sequence[Sequence[int]], trajectories: int, seed: int
) -> Effects:
    """Effects over the range from 5 to 95 % of each group's drivers.

    model: (points, columns) levels -> (points,). groups: columns that move together, every column in one of them.

    >>> found = elementary(lambda u: 3.0 * u[:, 0] - u[:, 1], 2, [[0], [1]], 4, 1)
    >>> [round(one.estimate, 9) for one in found.mu_star], [round(one.estimate, 9) for one in found.sigma if one]
    ([2.7, 0.9], [0.0, 0.0])
    """
    from SALib.analyze import morris as analysis
    from SALib.sample import morris as sampling

    single = all(len(group) == 1 for group in groups)
    names: list[str] = [""] * columns
    for k, group in enumerate(groups):
        for column in group:
            names[column] = f"g{k:05d}"
    problem = {"num_vars": columns, "names": [f"x{k}" for k in range(columns)], "bounds": [[0.0, 1.0]] * columns}
    if not single:
        problem["groups"] = names
    levels = sampling.sample(problem, trajectories, num_levels=GRID, seed=np.random.default_rng([seed, DESIGN]))
    y = np.asarray(model(LOW + (HIGH - LOW) * levels), dtype=np.float64).reshape(-1)
    if np.ptp(y) == 0.0:
        nothing = Measured(0.0, 0.0, 0.0)
        return Effects((nothing,) * len(groups), (nothing,) * len(groups), len(levels))
    found = analysis.analyze(
        problem, levels, y, num_resamples=RESAMPLED, num_levels=GRID, seed=np.random.default_rng([seed, RESAMPLES])
    )
    place = {name: k for k, name in enumerate(found["names"])}
    order = [place[f"g{k:05d}"] if not single else place[f"x{group[0]}"] for k, group in enumerate(groups)]
    mu_star = tuple(about(float(found["mu_star"][k]), float(found["mu_star_conf"][k])) for k in order)
    if not single:
        return Effects(mu_star, (None,) * len(groups), len(levels))
    spread = _spread_errors(levels, y, trajectories, seed)
    sigma = tuple(about(float(found["sigma"][group[0]]), 1.96 * spread[group[0]]) for group in groups)
    return Effects(mu_star, sigma, len(levels))


def _spread_errors(levels: Floats, y: Floats, trajectories: int, seed: int) -> Floats:
    """(columns,) standard error of sigma by a bootstrap of the trajectories; SALib has none."""
    steps = levels.reshape(trajectories, -1, levels.shape[1])
    moved = np.diff(steps, axis=1)
    change = np.diff(y.reshape(trajectories, -1), axis=1)
    which = np.abs(moved).argmax(axis=2)
    effects = np.empty((trajectories, levels.shape[1]))
    np.put_along_axis(effects, which, change / np.take_along_axis(moved, which[:, :, None], axis=2)[:, :, 0], axis=1)
    rows = np.random.default_rng([seed, RESAMPLES, 1]).integers(trajectories, size=(RESAMPLED, trajectories))
    return np.asarray(effects[rows].std(axis=1, ddof=1).std(axis=0, ddof=1))
