"""The points that each kind of design lists, by number: names of the factors, and the value of each at point i."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.sweeps.csv_rows import read_rows
from scenarios.sweeps.design import MAX_POINTS, Design, Grid, Latin, Listed, Rows, Sobol
from scenarios.sweeps.factors import Factor, factor
from sim.errors import Problem, ProblemsFound

MAX_LEVELS = 20_000_000  # numbers of a Latin hypercube or a Sobol sequence, which are held at once
SMALLEST = 2.0**-53
Values = Sequence[Any]


@dataclass(frozen=True)
class BasePoints:
    """names: of the factors. size: number of points. at: the values of a point, None where a factor is not stated.
    known: every value of a factor where they are few enough to list. notes: what to say of the design."""

    names: tuple[str, ...]
    size: int
    at: Callable[[int], Values]
    known: Mapping[str, Sequence[Any]]
    multiplied: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


def base_points(design: Design, folder: Path) -> BasePoints:
    """The points of a design; folder: where it looks for its CSV file. Raises ProblemsFound."""
    kind = design.design
    if isinstance(kind, Grid):
        return _grid(kind)
    if isinstance(kind, Listed):
        return _listed(kind)
    if isinstance(kind, Rows):
        names, rows = read_rows(folder / kind.file)
        known = {name: [row[i] for row in rows] for i, name in enumerate(names)}
        return BasePoints(tuple(names), len(rows), rows.__getitem__, known)
    return _sampled(kind)


def _grid(kind: Grid) -> BasePoints:
    levels = list(kind.factors.values())
    size = math.prod(len(values) for values in levels)
    if size > MAX_POINTS:
        hint = f"at most {MAX_POINTS:,}; a Latin hypercube covers as many factors with few points"
        raise ProblemsFound([Problem("design.factors", f"the grid has {size:,} points", size, hint)])

    def at(index: int) -> Values:
        found = []
        for values in reversed(levels):
            index, place = divmod(index, len(values))
            found.append(values[place])
        return found[::-1]

    return BasePoints(tuple(kind.factors), size, at, kind.factors)


def _listed(kind: Listed) -> BasePoints:
    names = tuple(dict.fromkeys(name for point in kind.points for name in point))
    known = {name: [point.get(name) for point in kind.points] for name in names}
    return BasePoints(names, len(kind.points), lambda i: [kind.points[i].get(name) for name in names], known)


def _sampled(kind: Latin | Sobol) -> BasePoints:
    factors: list[Factor] = []
    problems: list[Problem] = []
    for path, stated in kind.factors.items():
        try:
            factors.append(factor(path, stated))
        except ProblemsFound as error:
            problems += error.errors
    if kind.points * len(kind.factors) > MAX_LEVELS:
        message = f"{kind.points:,} points of {len(kind.factors)} factors are more than memory is planned for"
        problems.append(Problem("design.points", message, kind.points, f"points times factors at most {MAX_LEVELS:,}"))
    if problems:
        raise ProblemsFound(problems)
    levels = sobol_levels(kind) if isinstance(kind, Sobol) else latin_levels(kind)
    notes: tuple[str, ...] = ()
    if isinstance(kind, Sobol) and kind.points & (kind.points - 1):
        notes = (f"a Sobol sequence is balanced at powers of 2; {kind.points:,} points are the first of one",)
    known = {one.path: list(one.levels) for one in factors if one.levels}

    def at(index: int) -> Values:
        return [one.value(float(level)) for one, level in zip(factors, levels[index], strict=True)]

    multiplied = frozenset(one.path for one in factors if one.multiply)
    return BasePoints(tuple(kind.factors), kind.points, at, known, multiplied, notes)


def latin_levels(kind: Latin) -> NDArray[np.float64]:
    """(points, factors) inside (0, 1) (McKay, Beckman and Conover 1979)."""
    from scipy.stats import qmc

    rng = np.random.default_rng([kind.seed, 1979])
    return _inside(qmc.LatinHypercube(len(kind.factors), rng=rng).random(kind.points))


def sobol_levels(kind: Sobol) -> NDArray[np.float64]:
    """(points, factors) inside (0, 1) of a sequence with Owen's scrambling, by the linear matrix of Matousek (1998)."""
    from scipy.stats import qmc

    rng = np.random.default_rng([kind.seed, 1967])
    sequence = qmc.Sobol(len(kind.factors), scramble=True, rng=rng)
    return _inside(sequence.random_base2((kind.points - 1).bit_length())[: kind.points])


def _inside(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.clip(levels, SMALLEST, 1.0 - SMALLEST)
