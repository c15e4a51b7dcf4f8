"""Quantile functions of whole columns, compiled: the normal one, and the table that inverts a PERT."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled, inline
from sim.machine_code import Stored
from sim.mechanisms.beta import beta_quantile
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.normal import normal_quantile

Floats = NDArray[np.float64]
NORMAL, BETA = Stored("sim.columns", "_normal"), Stored("sim.columns", "_beta")
quantile_of_normal = compile_scalar(normal_quantile, inline)
quantile_of_beta = compile_scalar(beta_quantile, inline)


@compiled
def _normal(u, out):  # type: ignore[no-untyped-def]
    for i in range(u.shape[0]):
        out[i] = quantile_of_normal(u[i])


@compiled
def _beta(u, shapes, out, slope):  # type: ignore[no-untyped-def]
    a, b = shapes[0], shapes[1]
    scale = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    for i in range(u.shape[0]):
        x = quantile_of_beta(u[i], a, b)
        out[i] = x
        slope[i] = math.exp(scale - (a - 1.0) * math.log(x) - (b - 1.0) * math.log1p(-x))


def normal_quantiles(u: Floats) -> Floats:
    """`normal_quantile` of each number, any shape.

    >>> normal_quantiles(np.array([[0.5, 0.95]])).round(9).tolist()
    [[0.0, 1.644853627]]
    """
    flat = np.ascontiguousarray(u, dtype=np.float64).ravel()
    out = np.empty_like(flat)
    NORMAL(flat, out)
    return out.reshape(u.shape)


def beta_quantiles(u: Floats, a: float, b: float) -> tuple[Floats, Floats]:
    """`beta_quantile` of (n,) numbers strictly inside (0, 1), and its derivative 1 / density there. a, b: at least 1.

    >>> [float(x[0].round(9)) for x in beta_quantiles(np.array([0.26171875]), 2.0, 3.0)]
    [0.25, 0.592592593]
    """
    given = np.ascontiguousarray(u, dtype=np.float64)
    out, slope = np.empty_like(given), np.empty_like(given)
    BETA(given, np.array([a, b]), out, slope)
    return out, slope
