"""Variance-based indices: the design of Saltelli (2010) on scrambled Sobol points, analysed by SALib.

S1 = Var(E(Y|X_i)) / Var(Y), ST = 1 - Var(E(Y|X_-i)) / Var(Y). Estimators: Saltelli and others (2010), Computer Physics
Communications 181, 259-270, with those of Saltelli (2002) for pairs; intervals by a seeded bootstrap of the points.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.sensing.measured import Measured, about

Floats = NDArray[np.float64]
Model = Callable[[Floats], Floats]
"""(points, columns) levels in (0, 1) -> (points,) or (points, outputs)."""

DESIGN, RESAMPLES = 101, 102  # streams of the points and of the bootstrap
RESAMPLED = 200
EDGE = 2.0**-53


@dataclass(frozen=True)
class Indices:
    """first, total: of each group, by output. second: (i, j) -> index of the first output, empty where not asked for.
    variance: of each output over the design; an output that does not vary has no indices (empty tuples)."""

    first: tuple[tuple[Measured, ...], ...]
    total: tuple[tuple[Measured, ...], ...]
    second: dict[tuple[int, int], Measured]
    mean: tuple[float, ...]
    variance: tuple[float, ...]
    runs: int


def design(columns: int, groups: Sequence[Sequence[int]], points: int, seed: int, second: bool) -> Floats:
    """(points x (groups + 2), columns) levels, or points x (2 groups + 2) with second order; the order of SALib.

    groups: columns that move together. points: a power of two.

    >>> design(2, [[0], [1]], 4, 1, second=False).shape
    (16, 2)
    """
    from scipy.stats import qmc

    base = qmc.Sobol(2 * columns, scramble=True, seed=np.random.default_rng([seed, DESIGN])).random(points)
    base = np.clip(base, EDGE, 1.0 - EDGE)
    a, b = base[:, :columns], base[:, columns:]
    rows = len(groups) * (2 if second else 1) + 2
    out = np.empty((points, rows, columns))
    out[:], out[:, -1] = a[:, None, :], b
    for k, group in enumerate(groups):
        out[:, 1 + k, list(group)] = b[:, list(group)]
        if second:
            out[:, 1 + len(groups) + k] = b
            out[:, 1 + len(groups) + k, list(group)] = a[:, list(group)]
    return out.reshape(points * rows, columns)


def indices(
    model: Model, columns: int, groups: Sequence[Sequence[int]], points: int, seed: int, *, second: bool = False
) -> Indices:
    """First and total indices of each group for each output of a model, and of pairs of groups for the first output.

    >>> found = indices(lambda u: 2.0 * u[:, 0] + u[:, 1], 2, [[0], [1]], 256, 1)
    >>> abs(found.first[0][0].estimate - 0.8) < 0.01
    True
    """
    from SALib.analyze import sobol

    levels = design(columns, groups, points, seed, second)
    found = np.asarray(model(levels), dtype=np.float64)
    outputs = found.reshape(len(levels), -1)
    problem = {"num_vars": len(groups), "names": [f"x{k}" for k in range(len(groups))],
               "bounds": [[0.0, 1.0]] * len(groups)}  # fmt: skip
    first: list[tuple[Measured, ...]] = []
    total: list[tuple[Measured, ...]] = []
    pairs: dict[tuple[int, int], Measured] = {}
    variances = []
    for k in range(outputs.shape[1]):
        y = outputs[:, k]
        spread = float(np.std(y))
        ends = outputs.reshape(points, -1, outputs.shape[1])[:, (0, -1), k]
        variances.append(float(np.var(ends)))
        if spread <= 1e-12 * max(1.0, float(np.abs(y).max())):
            first.append(())
            total.append(())
            continue
        wanted = second and k == 0
        used = y if wanted or not second else _without_pairs(y, len(groups))
        seeded = np.random.default_rng([seed, RESAMPLES])
        result = sobol.analyze(problem, used, calc_second_order=wanted, num_resamples=RESAMPLED, seed=seeded)
        first.append(tuple(about(*pair) for pair in zip(result["S1"], result["S1_conf"], strict=True)))
        total.append(tuple(about(*pair) for pair in zip(result["ST"], result["ST_conf"], strict=True)))
        if wanted:
            for i in range(len(groups)):
                for j in range(i + 1, len(groups)):
                    pairs[i, j] = about(result["S2"][i, j], result["S2_conf"][i, j])
    return Indices(
        tuple(first), tuple(total), pairs, tuple(map(float, outputs.mean(axis=0))), tuple(variances), len(levels)
    )


def power_of_two(points: int) -> bool:
    """Whether a number of points keeps the balance of a Sobol sequence."""
    return points >= 2 and math.log2(points) % 1.0 == 0.0


def _without_pairs(y: Floats, groups: int) -> Floats:
    """The rows of the design that first and total indices need."""
    rows = y.reshape(-1, 2 * groups + 2)
    return rows[:, [*range(groups + 1), 2 * groups + 1]].reshape(-1)
