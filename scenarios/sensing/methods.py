"""The methods of a sensitivity study on the kernel: which levels, which groups, and the figures by driver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.sensing.drivers import Driver
from scenarios.sensing.given_data import from_data
from scenarios.sensing.measured import Measured
from scenarios.sensing.morris import elementary
from scenarios.sensing.outcome import Asked, signed
from scenarios.sensing.report import LEADING, Pair, Year
from scenarios.sensing.saltelli import Indices, indices
from scenarios.sensing.tornado import tornado
from sim.montecarlo.conditional import drawn_levels

if TYPE_CHECKING:
    from scenarios.sensing.study import Request
    from sim.parameters import Parameters

Floats = NDArray[np.float64]
Group = tuple[str, tuple[int, ...]]
TORNADO_FROM, DATA_FROM = 6_000_000_000, 7_000_000_000
SCREENING = 8
"""Trajectories that choose the drivers which sobol looks at one by one."""
REST = "the other drivers together"
CHANCE = "chance"


@dataclass(frozen=True)
class Job:
    """What a method works on: the outcome, the table of all drivers, those that are moved, and their groups."""

    asked: Asked
    table: Parameters
    drivers: Sequence[Driver]
    groups: Sequence[Group]
    request: Request


@dataclass(frozen=True)
class Found:
    """value: the statistic over the design. rows: name, positions of the drivers, figures; largest first. variance: of
    the outcome over the drivers, where the method sees it."""

    value: Measured
    rows: tuple[tuple[str, tuple[int, ...], Mapping[str, Measured]], ...]
    variance: float | None = None
    pairs: tuple[Pair, ...] = ()
    years: tuple[Year, ...] = ()
    chance: Mapping[str, Measured] | None = None
    rest: tuple[str, ...] = ()
    dummy: float | None = None


def grouped(drivers: Sequence[Driver], by: str | None) -> tuple[Group, ...]:
    """Positions of the drivers of each group, each driver a group of its own without grouping."""
    found: dict[str, list[int]] = {}
    for position, one in enumerate(drivers):
        found.setdefault(one.group(by), []).append(position)
    return tuple((name, tuple(positions)) for name, positions in found.items())


def by_tornado(job: Job) -> Found:
    """Each driver from its 5 to its 95 % quantile on common draws."""
    asked, groups, request = job.asked, job.groups, job.request
    levels = drawn_levels(job.table, request.points, request.seed, TORNADO_FROM)[:, list(asked.columns)]
    numbers = np.arange(request.points, dtype=np.int64)
    found = tornado(
        lambda rows, events: signed(asked.figure, asked.draws(rows, events)),
        levels,
        numbers,
        [group for _, group in groups],
        asked.figure.estimator,
    )
    rows = [
        (name, group, {"low": bar.low, "high": bar.high, "swing": bar.swing})
        for (name, group), bar in zip(groups, found.groups, strict=True)
    ]
    return Found(found.base, _ordered(rows, "tornado"))


def by_effects(job: Job) -> Found:
    """Elementary effects of every group."""
    asked, groups, request = job.asked, job.groups, job.request
    design = _Once(asked, request)
    positions = [group for _, group in groups]
    width = len(job.drivers)
    found = elementary(lambda u: design(u)[:, 0], width, positions, request.points, request.seed)
    rows = []
    for (name, group), size, spread in zip(groups, found.mu_star, found.sigma, strict=True):
        figures = {"mu_star": size}
        if spread is not None:
            figures["sigma"] = spread
        rows.append((name, group, figures))
    ordered = _ordered(rows, "morris")
    years = []
    for k in range(1, design.outputs):
        again = elementary(lambda u, k=k: design(u)[:, k], width, positions, request.points, request.seed)  # type: ignore[misc]
        place = dict(zip((name for name, _ in groups), again.mu_star, strict=True))
        years.append(_year(asked, k, design.sd(k), [place[name] for name, _, _ in ordered]))
    return Found(design.mean(), ordered, design.variance(), years=tuple(years))


def by_indices(job: Job) -> Found:
    """First and total indices; with many drivers those with the largest elementary effects one by one."""
    asked, request = job.asked, job.request
    chosen, rest = _screened(job)
    positions: list[tuple[int, ...]] = [group for _, group in chosen]
    if rest:
        positions.append(tuple(k for _, group in rest for k in group))
    names = [name for name, _ in chosen] + ([REST] if rest else [])
    width = len(job.drivers)
    if request.chance:
        positions, names = [*positions, (width,)], [*names, CHANCE]
    found = indices(
        lambda u: (
            asked.with_chance(u, request.by_year)
            if request.chance
            else asked.mean_given(u, request.noise, request.by_year)
        ),
        width + (1 if request.chance else 0),
        positions,
        request.points,
        request.seed,
        second=request.second_order,
    )
    own = _index_figures(found, len(names))
    chance = own[-1] if request.chance else None
    rows = [(name, group, one) for name, group, one in zip(names, positions, own, strict=True) if name != CHANCE]
    ordered = _ordered(rows, "sobol")
    half = 1.96 * float(np.sqrt(found.variance[0] / (2.0 * request.points)))
    pairs = [Pair((names[i], names[j]), index) for (i, j), index in found.second.items()]
    pairs.sort(key=lambda one: -abs(one.index.estimate))
    years = []
    for k in range(1, len(found.mean)):
        place = dict(zip(names, found.total[k], strict=True)) if found.total[k] else {}
        years.append(_year(asked, k, float(np.sqrt(found.variance[k])), [place[r[0]] for r in ordered if place]))
    return Found(
        Measured(found.mean[0], found.mean[0] - half, found.mean[0] + half),
        ordered,
        found.variance[0],
        tuple(pairs),
        tuple(years),
        chance,
        tuple(job.drivers[k].path for _, group in rest for k in group),
    )


def by_data(job: Job) -> Found:
    """PAWN or delta from one sample of the drivers, with the correlations of the file."""
    asked, groups, request = job.asked, job.groups, job.request
    design = _Once(asked, request)
    levels = drawn_levels(job.table, request.points, request.seed, DATA_FROM)[:, list(asked.columns)]
    values = design(levels)
    found = from_data(request.method, levels, values[:, 0], request.seed)
    rows = []
    for k, (name, group) in enumerate(groups):
        figures = {"index": found.index[k]}
        if found.first:
            figures["first"] = found.first[k]
        rows.append((name, group, figures))
    ordered = _ordered(rows, request.method)
    years = []
    for k in range(1, design.outputs):
        again = (
            from_data(request.method, levels, values[:, k], request.seed, blind=False) if design.sd(k) > 0.0 else None
        )
        figures_of = [again.index[group[0]] for _, group, _ in ordered] if again else []
        years.append(_year(asked, k, design.sd(k), figures_of))
    return Found(design.mean(), ordered, design.variance(), years=tuple(years), dummy=found.dummy)


class _Once:
    """The means given the drivers at one design, simulated once for all outputs."""

    def __init__(self, asked: Asked, request: Request) -> None:
        self._asked, self._request = asked, request
        self._values: Floats | None = None

    def __call__(self, levels: Floats) -> Floats:
        if self._values is None:
            self._values = self._asked.mean_given(levels, self._request.noise, self._request.by_year)
        return self._values

    @property
    def outputs(self) -> int:
        return 0 if self._values is None else self._values.shape[1]

    def sd(self, k: int) -> float:
        return 0.0 if self._values is None else float(self._values[:, k].std())

    def variance(self) -> float:
        return self.sd(0) ** 2

    def mean(self) -> Measured:
        values = np.zeros(1) if self._values is None else self._values[:, 0]
        half = 1.96 * float(values.std()) / float(np.sqrt(len(values)))
        return Measured(float(values.mean()), float(values.mean() - half), float(values.mean() + half))


def _screened(job: Job) -> tuple[list[Group], list[Group]]:
    """The groups to look at one by one, and the others, by the size of their elementary effects."""
    asked, groups, request = job.asked, job.groups, job.request
    if len(groups) <= request.one_by_one:
        return list(groups), []
    found = elementary(
        lambda u: asked.mean_given(u, max(2, request.noise))[:, 0],
        len(job.drivers),
        [group for _, group in groups],
        SCREENING,
        request.seed,
    )
    asked.tally.forget()  # the screening; the indices have draws of their own
    order = sorted(range(len(groups)), key=lambda k: (-found.mu_star[k].estimate, k))
    kept = sorted(order[: request.one_by_one])
    return [groups[k] for k in kept], [groups[k] for k in sorted(order[request.one_by_one :])]


def _index_figures(found: Indices, groups: int) -> list[dict[str, Measured]]:
    if not found.total[0]:
        nothing = Measured(0.0, None, None, "the outcome does not vary")
        return [{"first": nothing, "total": nothing}] * groups
    return [{"first": one, "total": all_} for one, all_ in zip(found.first[0], found.total[0], strict=True)]


def _ordered(
    rows: Sequence[tuple[str, tuple[int, ...], Mapping[str, Measured]]], method: str
) -> tuple[tuple[str, tuple[int, ...], Mapping[str, Measured]], ...]:
    """Largest first; what is left together comes last."""

    def rank(row: tuple[str, tuple[int, ...], Mapping[str, Measured]]) -> tuple[bool, float]:
        size = abs(row[2][LEADING[method]].estimate)
        return row[0] == REST, -size if size == size else 0.0

    return tuple(sorted(rows, key=rank))


def _year(asked: Asked, k: int, sd: float, figures: Sequence[Measured]) -> Year:
    start = int(asked.scenario.start.split("-")[0]), int(asked.scenario.start.split("-")[1])
    months = min(12 * k, asked.scenario.horizon_months)
    count = start[0] * 12 + start[1] - 1 + months - 1
    return Year(f"{count // 12}-{count % 12 + 1:02d}", sd, tuple(figures))
