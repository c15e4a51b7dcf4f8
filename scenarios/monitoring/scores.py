"""How good a forecast was, once the figure is known: continuous ranked probability score, place in the forecast,
whether the interval covered it.

The forecast of an observed figure is a mixture of normals: equally likely values of the figure, each with the error of
its measurement. CRPS of a mixture: Grimit, Gneiting, Berrocal and Johnson 2006, QJRMS 132.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
INTERVAL = 0.9


def crps(centres: Floats, error: float, observed: float) -> float:
    """CRPS of the equal mixture of N(centre, error^2), in the unit of the figure: smaller is better; that of a forecast
    without spread is its absolute error. centres: (points,).

    E|Y - y| - E|Y - Y'| / 2, with E|N(mu, s^2)| = mu (2 Phi(mu / s) - 1) + 2 s phi(mu / s). Of one normal:
    s (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi)).

    >>> round(crps(np.array([0.0]), 1.0, 0.0), 6), crps(np.array([3.0]), 0.0, 1.0)
    (0.233695, 2.0)
    """
    from_figure = _mean_distance(centres - observed, error)
    between = _mean_distance(centres[:, None] - centres[None, :], math.sqrt(2.0) * error)
    return float(np.mean(from_figure) - 0.5 * np.mean(between))


def place(centres: Floats, error: float, observed: float) -> float:
    """Share of the forecast below the observed figure, half of what is equal to it counted (probability integral
    transform); uniform between 0 and 1 for a forecast that is right.

    >>> place(np.array([1.0, 2.0]), 0.0, 2.0), place(np.array([0.0]), 1.0, 0.0)
    (0.75, 0.5)
    """
    from scipy.special import ndtr

    if error == 0.0:
        return float(np.mean((centres < observed) + 0.5 * (centres == observed)))
    return float(np.mean(ndtr((observed - centres) / error)))


def covered(at: float) -> bool:
    """Whether a figure lies in the middle 90 % of its forecast, by its place in it."""
    return 0.5 - 0.5 * INTERVAL <= at <= 0.5 + 0.5 * INTERVAL


def _mean_distance(mu: Floats, s: float) -> Floats:
    """E|N(mu, s^2)|, elementwise."""
    from scipy.special import ndtr

    if s == 0.0:
        return np.abs(mu)
    z = mu / s
    density = np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    return np.asarray(mu * (2.0 * ndtr(z) - 1.0) + 2.0 * s * density)
