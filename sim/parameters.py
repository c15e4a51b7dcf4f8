"""Every number of a scenario in one flat table, and the drivers' values in each draw. Both engines read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.derived import Derived, derived_numbers, derived_paths, lost_path, sold_out_path
from sim.errors import Problem, ProblemsFound
from sim.points import Points
from sim.quantities import Quantity
from sim.streams import stream_key, uniforms
from sim.world import Scenario
from sim.world.paths import Number, numbers

NONE = 1e9  # written where an optional number is absent: a patience without end


@dataclass(frozen=True)
class Parameters:
    """The numbers of a scenario by path: slot i holds numbers[i]; the uncertain ones are the drivers.
    points: what the draws are, pseudo-random ones where there are none."""

    scenario: Scenario
    numbers: tuple[Number, ...]
    points: Points | None = None

    @cached_property
    def slot(self) -> dict[str, int]:
        """Path -> slot."""
        return {number.path: i for i, number in enumerate(self.numbers)}

    @cached_property
    def base(self) -> NDArray[np.float64]:
        """(slots,) constants, and the medians of the drivers."""
        return np.array([n.quantity.median for n in self.numbers])

    @cached_property
    def low(self) -> NDArray[np.float64]:
        return np.array([n.low for n in self.numbers])

    @cached_property
    def high(self) -> NDArray[np.float64]:
        return np.array([n.high for n in self.numbers])

    @cached_property
    def drivers(self) -> tuple[Number, ...]:
        """The uncertain numbers, in the order of the file."""
        return tuple(n for n in self.numbers if not n.quantity.is_constant)

    @cached_property
    def driver_slots(self) -> NDArray[np.int64]:
        return np.array([self.slot[n.path] for n in self.drivers], dtype=np.int64)

    @cached_property
    def luck(self) -> list[int]:
        """Columns of the drivers that are the luck of one year and not ignorance: frailty drawn anew every year."""
        yearly = tuple(
            f"threats.{name}.frailty_"
            for name, threat in self.scenario.threats.items()
            if threat.dispersion is not None and threat.dispersion_per == "year"
        )
        return [j for j, driver in enumerate(self.drivers) if driver.path.startswith(yearly)]

    def coordinates(self, draws: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
        """(draws, drivers) uniforms, each driver from the stream of its own path, correlated where the file says so."""
        index = np.zeros(1, dtype=np.int64)
        u = np.empty((len(draws), len(self.drivers)))
        key = stream_key if self.points is None else self.points.key
        names = self.named(draws, seed)
        for j, driver in enumerate(self.drivers):
            u[:, j] = uniforms(key(seed, f"drivers/{driver.path}"), names, index)[:, 0]
        return self.joined(u)

    def joined(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """(points, drivers) independent uniforms -> the same, correlated where the file says so."""
        if self.copula is None:
            return u
        from scipy.special import ndtr, ndtri

        columns, factor = self.copula
        out = u.copy()
        out[:, columns] = np.clip(ndtr(_rows(ndtri(u[:, columns]), factor)), 1e-16, 1 - 1e-16)
        return out

    def named(self, draws: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
        """(draws,) what the streams call the draws."""
        return draws if self.points is None else self.points.numbers(seed, draws)

    def theta(self, draws: NDArray[np.int64], seed: int) -> tuple[NDArray[np.float64], int]:
        """(draws, drivers) values inside each number's range, and how many had to be clipped into it."""
        return self.values_at(self.coordinates(draws, seed))

    def values_at(self, u: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
        """(points, drivers) values at these levels of each driver's own distribution, and how many were clipped."""
        values = np.empty_like(u)
        clipped = 0
        for j, driver in enumerate(self.drivers):
            raw = driver.quantity.quantile(u[:, j])
            values[:, j] = np.clip(raw, driver.low, driver.high)
            clipped += int(np.count_nonzero(raw != values[:, j]))
        return values, clipped

    def of_draw(self, draw: int, seed: int) -> NDArray[np.float64]:
        """(slots,) every number as it is in one draw, before effects."""
        values = self.base.copy()
        values[self.driver_slots] = self.theta(np.array([draw]), seed)[0][0]
        values = np.clip(values, self.low, self.high)
        for row in self.derived:
            values[row.slot] = row.value(lambda slot: float(values[slot]))
        return values

    @cached_property
    def derived(self) -> tuple[Derived, ...]:
        """The numbers that follow from others, in the order in which they do."""
        return derived_numbers(self.scenario, self.slot)

    @cached_property
    def copula(self) -> tuple[list[int], NDArray[np.float64]] | None:
        """Columns of the correlated drivers, in the order in which the file first names them, and the Cholesky factor.

        A driver appended later changes no row of the earlier ones. Rank to normal correlation: 2 sin(pi rank / 6).
        """
        rows = self.scenario.correlations
        if not rows:
            return None
        paths = list(dict.fromkeys(path for row in rows for path in row.drivers))
        matrix = np.eye(len(paths))
        for row in rows:
            i, j = paths.index(row.drivers[0]), paths.index(row.drivers[1])
            matrix[i, j] = matrix[j, i] = 2 * np.sin(np.pi * row.rank / 6)
        column = {driver.path: j for j, driver in enumerate(self.drivers)}
        try:
            return [column[p] for p in paths], np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
        except np.linalg.LinAlgError:
            raise ProblemsFound([_not_definite(paths, matrix)]) from None


def parameters(scenario: Scenario, points: Points | None = None) -> Parameters:
    """Collect the numbers of a scenario, with those that the file does not write: the frailty of over-dispersed
    threats (gamma of mean 1, one a draw or one a year), patience where there is none, and what follows from other
    numbers.

    A correlation matrix that is not positive definite is refused with the nearest valid one.
    """
    table = Parameters(scenario, (*numbers(scenario), *_implied(scenario)), points)
    _ = table.copula
    return table


def _implied(scenario: Scenario) -> Iterator[Number]:
    for name, threat in scenario.threats.items():
        if threat.dispersion is not None:
            shape = Quantity("gamma", (threat.dispersion,))
            years = -(-scenario.horizon_months // 12)
            each = [f"_{year}" for year in range(years)] if threat.dispersion_per == "year" else [""]
            for which in each:
                yield Number(f"threats.{name}.frailty{which}", shape, "factor", 0.0, 1e6, False, threat.origin)
    for name, process in scenario.processes.items():
        if process.patience_minutes is None:
            never = Quantity("constant", (NONE,))
            path = f"processes.{name}.patience_minutes"
            yield Number(path, never, "working minutes", 0.0, NONE, False, process.origin)
    for path in derived_paths(scenario):
        yield Number(path, Quantity("constant", (0.0,)), "share", 0.0, 1.0, False, "")
    for name in scenario.processes:
        path = sold_out_path(scenario, name)
        if path != lost_path(scenario, name):
            yield Number(path, Quantity("constant", (0.0,)), "share", 0.0, 1.0, False, "")


def _rows(z: NDArray[np.float64], factor: NDArray[np.float64]) -> NDArray[np.float64]:
    """z @ factor.T, summed in a fixed order: the bits of a row do not depend on the number of rows."""
    out = np.zeros_like(z)
    for i in range(len(factor)):
        for j in range(i + 1):
            out[:, i] += factor[i, j] * z[:, j]
    return out


def _not_definite(paths: list[str], matrix: NDArray[np.float64]) -> Problem:
    values, vectors = np.linalg.eigh(matrix)
    near = vectors @ np.diag(np.maximum(values, 1e-4)) @ vectors.T
    scale = np.sqrt(np.diag(near))
    near = near / np.outer(scale, scale)
    ranks = 6 / np.pi * np.arcsin(near / 2)
    pairs = [f"{paths[i]} and {paths[j]}: {ranks[i, j]:.2f}" for i in range(len(paths)) for j in range(i)]
    return Problem(
        path="correlations",
        value=f"smallest eigenvalue {values[0]:.3f}",
        message="the correlations contradict each other: their matrix is not positive definite",
        hint="a valid matrix near it has " + "; ".join(pairs),
    )
