"""Gamma-distributed numbers of items from a table: services and gaps, mean 1 and a stated coefficient of variation.

Inverting the gamma distribution costs more than all else that happens to an item, so the quantile function is laid out
once for each coefficient. Cells halve towards both ends (32 to an octave of the smaller tail), and each holds the
quintic through the exact value, slope and curvature at its two edges (Hermite; value and slope from scipy, curvature
from the density's own slope). It misses the exact quantile by less than 1e-8 of it or of 0.01, whichever is larger, and
up to a coefficient of 2 by less than 1e-11 of that. Both item engines read this table, so their numbers are the same to
the last bit.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled, inline

Floats = NDArray[np.float64]
CELLS = 32  # to an octave; a power of two
OCTAVES = 52  # tails from 2^-53 to 1/2, the grid of `sim.streams`
ROWS = CELLS * OCTAVES + 1
FRACTION = np.uint64(52 - 5)  # bits of a number's fraction that tell the place in a cell
FIRST = np.uint64((1023 - OCTAVES - 1) * CELLS)
INSIDE = np.uint64((1 << 47) - 1)
PLACE = 1.0 / (1 << 47)
TINY = 1e-250  # quantiles below are 0


@cache
def gamma_table(cv: float) -> Floats:
    """(2 ROWS, 6) coefficients of the cells' polynomials, for the lower tail and then for the upper one.

    >>> gamma_table(0.0)[:, 0].min(), gamma_table(0.5).shape
    (np.float64(1.0), (3330, 6))
    """
    if cv == 0.0:
        return np.repeat([[1.0, 0.0, 0.0, 0.0, 0.0, 0.0]], 2 * ROWS, axis=0)
    octave, cell = np.divmod(np.arange(ROWS + 1), CELLS)
    tail = np.ldexp(1.0 + cell / CELLS, octave - OCTAVES - 1)
    width = np.ldexp(1.0 / CELLS, octave[:-1] - OCTAVES - 1)
    return np.vstack([_quintics(cv, tail, width, upper) for upper in (False, True)])


def _quintics(cv: float, tail: Floats, width: Floats, upper: bool) -> Floats:
    """Hermite's quintics between neighbouring tails."""
    from scipy.special import gammainccinv, gammaincinv, gammaln

    shape = 1.0 / (cv * cv)
    x = np.asarray((gammainccinv if upper else gammaincinv)(shape, tail))
    usable = x > TINY
    safe = np.where(usable, x, 1.0)
    density = np.exp((shape - 1.0) * np.log(safe) - safe - gammaln(shape))
    slope = (-1.0 if upper else 1.0) / density
    curvature = -((shape - 1.0) / safe - 1.0) * slope * slope
    q, d, c = (np.where(usable, part * cv * cv, 0.0) for part in (safe, slope, curvature))
    q0, q1, d0, d1, c0, c1 = q[:-1], q[1:], d[:-1] * width, d[1:] * width, c[:-1] * width**2, c[1:] * width**2
    rise, turn, bend = q1 - q0 - d0 - c0 / 2.0, d1 - d0 - c0, c1 - c0
    return np.column_stack(
        [
            q0, d0, c0 / 2.0,
            10.0 * rise - 4.0 * turn + bend / 2.0,
            -15.0 * rise + 7.0 * turn - bend,
            6.0 * rise - 3.0 * turn + bend / 2.0,
        ]
    )  # fmt: skip


@cache
def gamma_tables(coefficients: tuple[float, ...]) -> Floats:
    """(coefficients, 2 ROWS, 6): tables of several coefficients of variation, one behind the other."""
    return np.stack([gamma_table(cv) for cv in coefficients])


@inline
def gamma_number(tables, which, u):  # type: ignore[no-untyped-def]
    """Quantile of table `which` at u in (0, 1)."""
    tail = u if u <= 0.5 else 1.0 - u
    bits = np.float64(tail).view(np.uint64)
    cell = (bits >> FRACTION) - FIRST + (np.uint64(0) if u <= 0.5 else np.uint64(ROWS))
    s = np.float64(bits & INSIDE) * PLACE
    row = tables[which]
    high = row[cell, 3] + s * (row[cell, 4] + s * row[cell, 5])
    return row[cell, 0] + s * (row[cell, 1] + s * (row[cell, 2] + s * high))


@compiled
def _quantiles(tables, u, out):  # type: ignore[no-untyped-def]
    for i in range(u.shape[0]):
        out[i] = gamma_number(tables, 0, u[i])


def gamma_quantile(u: Floats, cv: float) -> Floats:
    """Quantiles of the gamma distribution of mean 1 and this coefficient of variation. u: (n,) in [2^-53, 1 - 2^-53].

    >>> gamma_quantile(np.array([0.5]), 0.0).tolist(), round(float(gamma_quantile(np.array([0.5]), 1.0)[0]), 9)
    ([1.0], 0.693147181)
    """
    out = np.empty(len(u))
    _quantiles(gamma_tables((cv,)), np.ascontiguousarray(u, dtype=np.float64), out)
    return out
