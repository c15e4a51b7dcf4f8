"""Where new draws are made when few draws agree with what was observed: around those that do.

Drivers are looked at by their normal scores, which the file makes a normal with its correlations. The proposal is a
mixture: some draws of the file as it is, so that no weight grows without limit (Hesterberg 1995, "Weighted average
importance sampling and defensive mixture distributions", Technometrics 37), the others with mean and covariance of the
weighted draws (population Monte Carlo: Cappé, Guillin, Marin and Robert 2004, JCGS 13). Only drivers that the
observations moved, by more than the noise of so few draws, are drawn differently.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.monitoring.weights import effective, weights_of

Floats = NDArray[np.float64]
DEFENSIVE = 0.15  # share of the draws that stay those of the file
WIDER = 1.3  # of the covariance, since the weighted draws know it badly
SURE = 3.0  # standard errors from which a driver counts as moved


@dataclass(frozen=True, eq=False)
class Proposal:
    """columns: of the drivers that are drawn differently. mean, factor: of their normal scores, Cholesky. before: the
    Cholesky factor of the file's correlations of these."""

    columns: NDArray[np.int64]
    mean: Floats
    factor: Floats
    before: Floats

    def drawn(self, z: Floats, rng: np.random.Generator) -> Floats:
        """(draws, drivers) scores: those given (draws of the file) for some, moved ones for the others."""
        out = z.copy()
        moved = np.flatnonzero(rng.random(len(z)) >= DEFENSIVE)
        own = rng.standard_normal((len(moved), len(self.columns)))
        out[np.ix_(moved, self.columns)] = self.mean + own @ self.factor.T
        return out

    def log_ratio(self, z: Floats) -> Floats:
        """(draws,) log of the file's density over that of the proposal."""
        part = z[:, self.columns]
        file, own = _log_normal(part, 0.0, self.before), _log_normal(part, self.mean, self.factor)
        return np.asarray(file - np.logaddexp(math.log(DEFENSIVE) + file, math.log1p(-DEFENSIVE) + own))


def fitted(
    z: Floats,
    weight: Floats,
    correlation: Floats,
    correlated: NDArray[np.int64],
    luck: Sequence[int] = (),
) -> Proposal | None:
    """The proposal of weighted draws; None where no driver has moved.

    z: (draws, drivers) normal scores. correlation: (drivers, drivers) of the file. correlated: columns that the file
    correlates; they are drawn together. luck: columns that belong to the events and are never drawn differently.
    """
    n = effective(weight)
    mean = weight @ z
    spread = weight @ (z - mean) ** 2
    moved = (np.abs(mean) > SURE / math.sqrt(n)) | (np.abs(spread - 1.0) > SURE * math.sqrt(2.0 / n))
    moved[list(luck)] = False
    if moved[correlated].any():
        moved[correlated] = True
    columns = np.flatnonzero(moved)
    if not len(columns):
        return None
    part = z[:, columns] - mean[columns]
    before = correlation[np.ix_(columns, columns)]
    shrink = len(columns) / (len(columns) + n)  # few draws know few covariances: the rest is that of the file
    own = (part * weight[:, None]).T @ part
    diagonal = np.diag(np.clip(np.diag(own), 1e-4, 2.0))
    covariance = WIDER * ((1.0 - shrink) * own + shrink * diagonal) + 1e-6 * np.eye(len(columns))
    factors: list[Floats] = [np.asarray(np.linalg.cholesky(one), np.float64) for one in (covariance, before)]
    return Proposal(columns, mean[columns], *factors)


def tempered(log_likelihood: Floats, log_ratio: Floats, wanted: float, reached: float = 0.0) -> float:
    """Largest power of the likelihood, at most 1 and at least `reached`, that leaves `wanted` effective draws.

    A few steps of growing power find a posterior that is far from the file (Del Moral, Doucet and Jasra 2006, JRSS B
    68). Powers differ by 1e-4 at least.
    """

    def size(power: float) -> float:
        with np.errstate(invalid="ignore"):
            part = np.where(np.isneginf(log_likelihood), -np.inf, power * log_likelihood)
        return effective(weights_of(log_ratio + part))

    if size(1.0) >= wanted:
        return 1.0
    low, high = reached, 1.0
    while high - low > 1e-4:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if size(middle) >= wanted else (low, middle)
    return max(low, min(1.0, reached + 1e-4))


def _log_normal(x: Floats, mean: Floats | float, factor: Floats) -> Floats:
    """(draws,) log density without the constant of the dimension."""
    from scipy.linalg import solve_triangular

    z = solve_triangular(factor, (x - mean).T, lower=True)
    return np.asarray(-0.5 * np.sum(z * z, axis=0) - np.log(np.diag(factor)).sum())
