"""Levels of the drivers for nested draws: some drivers fixed, the rest drawn given them.

The correlations of a file are those of a Gaussian copula, so the normal scores of the rest given the fixed ones are
normal: mean R_rf R_ff^-1 z_f, covariance R_rr - R_rf R_ff^-1 R_fr.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Parameters
from sim.streams import stream_key, uniforms

Floats = NDArray[np.float64]
EDGE = 1e-16


def nested_levels(table: Parameters, fixed: Sequence[int], outer: int, inner: int, seed: int) -> Floats:
    """(outer * inner, drivers) levels: rows of the same outer number share the levels of the `fixed` columns.

    One fixed driver is stratified: a level from each of `outer` equal parts of its range. Several are drawn together.
    """
    from scipy.special import ndtr, ndtri

    name = ",".join(table.drivers[j].path for j in fixed)
    width = len(table.drivers)
    numbers = np.arange(outer, dtype=np.int64)
    known = table.joined(_uniforms(seed, f"information/outer/{name}", numbers, width))
    if len(fixed) == 1:
        j = fixed[0]
        own = _uniforms(seed, f"information/strata/{name}", numbers, 1)[:, 0]
        known[:, j] = (numbers + own) / outer
    rest = _uniforms(seed, f"information/inner/{name}", np.arange(outer * inner, dtype=np.int64), width)
    repeated = np.repeat(known, inner, axis=0)
    levels = rest.copy()
    levels[:, list(fixed)] = repeated[:, list(fixed)]
    if table.copula is None:
        return levels
    columns, factor = table.copula
    matrix = factor @ factor.T
    held = [k for k, j in enumerate(columns) if j in set(fixed)]
    free = [k for k, j in enumerate(columns) if j not in set(fixed)]
    if not free:
        return levels
    z = ndtri(rest[:, [columns[k] for k in free]])
    if held:
        weights = np.linalg.solve(matrix[np.ix_(held, held)], matrix[np.ix_(held, free)])
        mean = ndtri(repeated[:, [columns[k] for k in held]]) @ weights
        covariance = matrix[np.ix_(free, free)] - matrix[np.ix_(free, held)] @ weights
    else:
        mean, covariance = np.zeros_like(z), matrix[np.ix_(free, free)]
    drawn = mean + z @ np.linalg.cholesky(covariance).T
    levels[:, [columns[k] for k in free]] = np.clip(ndtr(drawn), EDGE, 1.0 - EDGE)
    return levels


def _uniforms(seed: int, name: str, numbers: NDArray[np.int64], width: int) -> Floats:
    return np.asarray(uniforms(stream_key(seed, name), numbers, np.arange(width, dtype=np.int64)))
