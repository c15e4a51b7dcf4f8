"""What decisions are worth given some drivers, by regression: E(v_d | phi) as a smooth function of phi.

Strong, Oakley and Brennan (2014), "Estimating multiparameter partial expected value of perfect information from a
probabilistic sensitivity analysis sample: a nonparametric regression approach", Medical Decision Making 34. Natural
cubic splines of the normal scores of each driver, one driver after the other added; how many terms are kept is chosen
by generalised cross-validation, for each decision apart. The chance left in the values is averaged by the regression.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.knowing.maximum import Gain

Floats = NDArray[np.float64]
TERMS = 5
"""Most terms of one driver: a straight line and four bends."""
SINGLE_PRICE, SEARCHED_PRICE = 2.0, 3.0
"""What a term costs in the cross-validation, over the one that it is: terms that were searched for fit luck as well
(Friedman 1991)."""
MOST_TERMS = 40
ROWS_A_TERM = 12
COEFFICIENT_DRAWS = 100
SAME_VALUES = 6
"""A driver with so few different values gets a term for each."""


@dataclass(frozen=True, eq=False)
class Surface:
    """Fitted worth (rows, decisions) of a regression. basis: (rows, terms) orthonormal; coefficients, kept: (terms,
    decisions); spread: (decisions, decisions) square root of the covariance of the residuals."""

    fitted: Floats
    basis: Floats
    kept: NDArray[np.bool_]
    spread: Floats

    def draws(self, count: int, seed: int) -> Floats:
        """(count, rows, decisions) surfaces that the data would have given as well, by the normal law of the
        coefficients; the mean of each decision is uncertain, too."""
        rows, terms = self.basis.shape
        decisions = self.fitted.shape[1]
        rng = np.random.default_rng([seed, rows, terms, 73])
        shock = rng.standard_normal((count, terms + 1, decisions)) @ self.spread
        moved = np.einsum("nt,btd->bnd", self.basis, shock[:, :-1] * self.kept, optimize=True)
        return np.asarray(self.fitted + moved + shock[:, -1:] / np.sqrt(rows))


def normal_scores(values: Floats) -> Floats:
    """(rows,) normal scores of the ranks, ties at their mean rank.

    >>> normal_scores(np.array([3.0, 9.0, 5.0])).round(3).tolist()
    [-0.967, 0.967, 0.0]
    """
    from scipy.special import ndtri
    from scipy.stats import rankdata

    return np.asarray(ndtri((rankdata(values) - 0.5) / len(values)))


def terms_of(values: Floats, most: int = TERMS) -> Floats:
    """(rows, terms) of one driver: a natural cubic spline of its normal scores, the straight line first; a term for
    each value where there are few. No term for a constant."""
    known = np.unique(values)
    if len(known) <= SAME_VALUES:
        return np.asarray((values[:, None] == known[None, 1:]).astype(np.float64))
    x = normal_scores(values)
    if most == 1:
        return x[:, None]
    knots = np.quantile(x, np.linspace(0.05, 0.95, most + 1))
    gap = knots[-1] - knots[-2]

    def bend(j: int) -> Floats:
        cubes = np.maximum(x - knots[j], 0.0) ** 3 - np.maximum(x - knots[-1], 0.0) ** 3
        return np.asarray(cubes / (knots[-1] - knots[j]))

    if gap <= 0.0:
        return x[:, None]
    last = bend(most - 1)
    return np.column_stack([x, *(bend(j) - last for j in range(most - 1))])


def surface(values: Floats, terms: Floats, *, search: bool = False) -> Surface:
    """Regression of (rows, decisions) values on candidate terms (rows, candidates).

    search: the terms are added in the order in which they explain most, a few of many; else in the given order.
    """
    rows, decisions = values.shape
    centre = values.mean(axis=0)
    y = values - centre
    basis = _searched(terms, y) if search else _orthonormal(terms, min(rows // ROWS_A_TERM, MOST_TERMS))
    coefficients = basis.T @ y
    count = np.arange(len(coefficients) + 1)
    left = np.maximum((y**2).sum(axis=0) - np.vstack([np.zeros(decisions), np.cumsum(coefficients**2, axis=0)]), 0.0)
    price = SEARCHED_PRICE if search else SINGLE_PRICE
    share = np.minimum(0.99, (1.0 + price * count) / rows)
    cross = left / (1.0 - share[:, None]) ** 2
    best = cross.argmin(axis=0)
    kept = count[1:, None] <= best[None, :]
    fitted = basis @ (coefficients * kept)
    residual = y - fitted
    covariance = residual.T @ residual / max(1, rows - 1 - int(best.max(initial=0)))
    w, v = np.linalg.eigh(covariance)
    spread = (v * np.sqrt(np.maximum(w, 0.0))) @ v.T
    return Surface(centre + fitted, basis, kept, spread)


def gain_of_surface(found: Surface, seed: int, draws: int = COEFFICIENT_DRAWS) -> Gain:
    """E(max_d E(v_d | phi)) - max_d E(v_d) over the rows of a regression.

    The excess of the maximum over fitted values is told by surfaces drawn from the law of the coefficients and taken
    out; their spread and that of the rows make the error (Oakley and O'Hagan's way, as in Strong and others 2014).
    """
    return gain_of_fitted(found.fitted, found.draws(draws, seed))


def gain_of_fitted(fitted: Floats, drawn: Floats) -> Gain:
    """The same of fitted values (rows, decisions) and of drawn ones (draws, rows, decisions)."""
    rows = len(fitted)
    best = int(fitted.mean(axis=0).argmax())
    whole = fitted.max(axis=1)
    raw = float(whole.mean() - fitted[:, best].mean())
    others = drawn.max(axis=2).mean(axis=1) - drawn.mean(axis=1).max(axis=1)
    value = max(0.0, 2.0 * raw - float(others.mean()))
    dust = 1e-9 * float(np.abs(fitted - fitted[:, best : best + 1]).max(initial=0.0))  # what rounding leaves
    by_rows = float(np.std(whole - fitted[:, best], ddof=1)) / np.sqrt(rows)
    se = float(np.hypot(np.std(others, ddof=1), by_rows))
    value, se, raw = (0.0 if one <= dust else one for one in (value, se, raw))
    return Gain(value, se, raw, value, value, True)


def _orthonormal(terms: Floats, most: int) -> Floats:
    """Candidates made orthonormal and free of the constant, in their order; those that add nothing are left out."""
    columns: list[Floats] = []
    for one in terms.T:
        if len(columns) >= max(1, most):
            break
        q = _free_of(one - one.mean(), columns)
        if q is not None:
            columns.append(q)
    return np.column_stack(columns) if columns else np.empty((len(terms), 0))


def _free_of(column: Floats, columns: list[Floats]) -> Floats | None:
    size = float(np.linalg.norm(column))
    for _ in range(2):  # twice is enough for what rounding leaves
        for q in columns:
            column = column - (q @ column) * q
    left = float(np.linalg.norm(column))
    return column / left if size > 0.0 and left > 1e-6 * size else None


def _searched(terms: Floats, y: Floats) -> Floats:
    """Orthogonal matching pursuit: the candidate that explains most of all decisions together is next."""
    rows = len(terms)
    x = terms - terms.mean(axis=0)
    norm = np.linalg.norm(x, axis=0)
    x = x[:, norm > 0.0] / norm[norm > 0.0]
    scale = np.linalg.norm(y, axis=0)
    left = y[:, scale > 0.0] / scale[scale > 0.0]
    columns: list[Floats] = []
    for _ in range(min(MOST_TERMS, rows // ROWS_A_TERM, x.shape[1])):
        explained = ((x.T @ left) ** 2).sum(axis=1)
        q = _free_of(x[:, int(explained.argmax())], columns)
        if q is None or not left.size:
            break
        columns.append(q)
        left = left - q[:, None] * (q @ left)[None, :]
        # What is left of a candidate beside the chosen terms is what it could still explain.
        x = x - q[:, None] * (q @ x)[None, :]
        norm = np.linalg.norm(x, axis=0)
        x = np.where(norm > 1e-6, x / np.maximum(norm, 1e-12), 0.0)
        if not norm.any():
            break
    return np.column_stack(columns) if columns else np.empty((rows, 0))
