"""Expected value of perfect information, of all drivers or of some, by regression and by nested simulation.

EVPPI(phi) = E_phi max_d E(v_d | phi) - max_d E(v_d). Both estimators take the worth of decisions against one of them,
which changes no figure and takes out what all decisions share.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.knowing.maximum import Gain, gain
from scenarios.knowing.surface import Surface, gain_of_surface, surface, terms_of

Floats = NDArray[np.float64]
GROUP_TERMS = 3
"""Terms of each driver of a group."""
PRODUCTS = 6
"""Drivers of a group whose products are candidates, those that explain most alone."""


def against(values: Floats) -> Floats:
    """Values (..., decisions) minus those of the decision that is best in the mean."""
    flat = values.reshape(-1, values.shape[-1])
    best = int(flat.mean(axis=0).argmax())
    return np.asarray(values - values[..., best : best + 1])


def perfect(repeats: Floats, seed: int) -> Gain:
    """EVPI over the drivers: repeats (points, noise, decisions); see `scenarios.knowing.maximum`."""
    return gain(against(repeats), seed)


def of_one(values: Floats, driver: Floats) -> Surface:
    """Regression on one driver: values (rows, decisions), driver (rows,)."""
    return surface(against(values), terms_of(driver))


def of_several(values: Floats, drivers: Floats) -> Surface:
    """Regression on several drivers (rows, drivers): splines of each, and products of those that explain most."""
    if drivers.shape[1] == 1:
        return of_one(values, drivers[:, 0])
    y = against(values)
    by_driver = [terms_of(one, GROUP_TERMS) for one in drivers.T]
    lines = [one[:, 0] for one in by_driver if one.shape[1]]
    top = sorted(range(len(lines)), key=lambda k: -_explained(lines[k], y))[:PRODUCTS]
    products = [lines[a] * lines[b] for n, a in enumerate(top) for b in top[n + 1 :]]
    return surface(y, np.column_stack([*by_driver, *products]), search=True)


def by_regression(values: Floats, drivers: Floats, seed: int) -> Gain:
    """EVPPI of the drivers (rows, drivers) together from values (rows, decisions)."""
    return gain_of_surface(of_several(values, drivers), seed)


def by_nesting(repeats: Floats, seed: int) -> Gain:
    """EVPPI from nested draws: (outer, inner, decisions), where an outer row fixes what is known and its inner draws
    have all the rest, drivers and events, drawn given that."""
    return gain(against(repeats), seed)


def chosen(found: Surface) -> tuple[int, ...]:
    """Decisions that are best somewhere on a regression, and the one that is best in the mean."""
    return tuple(sorted({int(found.fitted.mean(axis=0).argmax()), *found.fitted.argmax(axis=1).tolist()}))


def changes(found: Surface) -> float:
    """Share of the rows in which another decision is best than the one that is best in the mean."""
    best = int(found.fitted.mean(axis=0).argmax())
    # Rounding must not make a change of two decisions that are the same there.
    slack = 1e-9 * float(np.abs(found.fitted).max(initial=0.0))
    return float(np.mean(found.fitted.max(axis=1) > found.fitted[:, best] + slack))


def _explained(line: Floats, values: Floats) -> float:
    """Shares of the variance of each decision that a straight line explains, summed over decisions."""
    x = line - line.mean()
    y = values - values.mean(axis=0)
    size = (y**2).sum(axis=0)
    return float((((x @ y) ** 2)[size > 0.0] / size[size > 0.0]).sum() / max(1e-300, float((x**2).sum())))
