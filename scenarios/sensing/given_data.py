"""Indices from one sample of drivers and outcomes, whatever their correlation: PAWN and delta, by SALib.

PAWN (Pianosi and Wagener 2015, 2018): the largest distance between the distribution of the output and that with the
driver in one of ten slices, median of the slices. Delta (Borgonovo 2007; Plischke, Borgonovo and Smith 2013): half the
area between the two densities, averaged. Both see every change of the distribution, not of the mean alone.

A sample makes both larger than 0 for a driver without any influence. A dummy, a column of levels that the model never
sees, says how large (Khorashadi Zadeh and others 2017, Environmental Modelling & Software 91, 210-222): what does not
exceed it cannot be told from nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.sensing.measured import Measured, about

Floats = NDArray[np.float64]
METHODS = ("pawn", "delta")
SLICES = 10
DUMMIES = 20
DUMMY, RESAMPLES = 301, 302
RESAMPLED, DELTA_RESAMPLED, DUMMY_RESAMPLED = 100, 30, 8
FEWEST = 128


@dataclass(frozen=True)
class FromData:
    """index: of each column of levels. first: share of the variance that the driver alone explains, of delta only.
    dummy: what a column without influence reaches at most in 95 of 100 cases."""

    index: tuple[Measured, ...]
    first: tuple[Measured, ...]
    dummy: float


def from_data(method: str, levels: Floats, y: Floats, seed: int, *, blind: bool = True) -> FromData:
    """Indices of every column. levels: (points, drivers), also correlated ones; y: (points,) of the model at them.
    blind: also what a dummy reaches; 0 without it."""
    if np.ptp(y) == 0.0:
        nothing = (Measured(0.0, None, None, "the outcome does not vary"),) * levels.shape[1]
        return FromData(nothing, nothing if method == "delta" else (), 0.0)
    return (_pawn if method == "pawn" else _delta)(levels, y, seed, blind)


def distances(column: Floats, y: Floats, slices: int = SLICES) -> Floats:
    """(slices,) Kolmogorov-Smirnov distance between y and y with the column in each of as many equal slices.

    >>> float(distances(np.arange(100.0), np.zeros(100)).max())
    0.0
    """
    edges = np.quantile(column, np.linspace(0.0, 1.0, slices + 1)[1:-1])
    part = np.searchsorted(edges, column, side="right")
    order = np.argsort(y, kind="stable")
    one_hot = part[order, None] == np.arange(slices)
    counts = np.maximum(one_hot.sum(axis=0), 1)
    gap = np.cumsum(one_hot, axis=0) / counts - (np.arange(len(y)) + 1.0)[:, None] / len(y)
    last = np.append(np.diff(y[order]) != 0.0, True)  # of ties only the last counts
    return np.asarray(np.abs(gap[last]).max(axis=0))


def _pawn(levels: Floats, y: Floats, seed: int, dummies: bool) -> FromData:
    from SALib.analyze import pawn

    n, columns = levels.shape
    found = pawn.analyze(_problem(columns), levels, y, S=SLICES)["median"]
    chance = np.random.default_rng([seed, RESAMPLES])
    rows = [chance.integers(n, size=n) for _ in range(RESAMPLED)]
    spread = [np.std([np.median(distances(levels[r, j], y[r])) for r in rows], ddof=1) for j in range(columns)]
    blind = np.random.default_rng([seed, DUMMY]).random((n, RESAMPLED if dummies else 0))
    dummy = float(np.quantile([np.median(distances(column, y)) for column in blind.T], 0.95)) if dummies else 0.0
    index = tuple(about(float(value), 1.96 * float(sd)) for value, sd in zip(found, spread, strict=True))
    return FromData(index, (), dummy)


def _delta(levels: Floats, y: Floats, seed: int, dummies: bool) -> FromData:
    """Delta with the bias reduction of Plischke and others (2013, equation 30): twice the estimate less its bootstrap
    mean. The estimators are SALib's; its own bootstrap would take the estimate itself from a resample."""
    from SALib.analyze.delta import calc_delta, sobol_first

    n, columns = levels.shape
    blind = np.random.default_rng([seed, DUMMY]).random((n, DUMMIES if dummies else 0))
    chance = np.random.default_rng([seed, RESAMPLES])
    rows = [chance.integers(n, size=n) for _ in range(DELTA_RESAMPLED)]
    at = np.linspace(y.min(), y.max(), 100)
    power = 2.0 / (7.0 + np.tanh((1500.0 - n) / 500.0))
    edges = np.linspace(0.0, n, min(int(np.ceil(n**power)), 48) + 1)
    index, first = [], []
    for k, column in enumerate(np.hstack([levels, blind]).T):
        own = rows if k < columns else rows[:DUMMY_RESAMPLED]  # of a dummy no interval is told
        again = np.array([calc_delta(y[r], at, column[r], edges) for r in own])
        reduced = 2.0 * calc_delta(y, at, column, edges) - again.mean()
        index.append(about(float(reduced), 1.96 * float(again.std(ddof=1))))
        if k >= columns:
            continue
        shares = np.array([sobol_first(y[r], column[r], edges) for r in rows])
        first.append(about(float(sobol_first(y, column, edges)), 1.96 * float(shares.std(ddof=1))))
    dummy = float(np.quantile([one.estimate for one in index[columns:]], 0.95)) if dummies else 0.0
    return FromData(tuple(index[:columns]), tuple(first), dummy)


def _problem(columns: int) -> dict[str, object]:
    names = [f"x{k}" for k in range(columns)]
    return {"num_vars": columns, "names": names, "bounds": [[0.0, 1.0]] * columns}
