"""Driver worlds: points of the drivers at which every decision of a set is simulated, with draws of the events at each.

Every point has draws of the events of its own, the same for all decisions: differences between decisions are paired,
and the luck of one point says nothing of that of another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, ProblemsFound
from sim.montecarlo.conditional import conditional, table_of
from sim.parameters import Parameters
from sim.streams import stream_key
from sim.world import Scenario

Floats = NDArray[np.float64]
Progress = Callable[[int], None]
WORLDS_FROM = 6_000_000
"""First point of the drivers and first draw of the events; no draw that chose a decision is among them."""
POINTS, NOISE = 256, 16
FEWEST_POINTS, FEWEST_NOISE = 64, 8
MOST = 300_000_000
"""Numbers that may be kept: points x draws of the events x decisions."""


@dataclass(frozen=True, eq=False)
class Worlds:
    """levels, theta: (points, drivers) levels and values of the drivers. npv, trough: (points, noise, decisions) single
    draws [currency]. table: the drivers. notes: what the simulation says beside its figures."""

    table: Parameters
    levels: Floats
    theta: Floats
    npv: Floats
    trough: Floats
    notes: tuple[str, ...]

    @property
    def points(self) -> int:
        return len(self.levels)

    @property
    def noise(self) -> int:
        return int(self.npv.shape[1])

    @property
    def columns(self) -> dict[str, int]:
        """Path -> column of each driver; the luck of single years is none."""
        luck = set(self.table.luck)
        return {one.path: j for j, one in enumerate(self.table.drivers) if j not in luck}

    def unit(self, path: str) -> str:
        """Unit of a driver."""
        return self.table.drivers[self.columns[path]].unit


def check_size(points: int, noise: int, decisions: int) -> None:
    """Raise ProblemsFound for numbers of points and draws from which nothing could be said, or which memory is not
    planned for."""
    problems = []
    if points < FEWEST_POINTS:
        text = "too few points of the drivers: the errors would not hold"
        problems.append(Problem("points", text, points, f"{FEWEST_POINTS} or more; {POINTS} unless stated"))
    if noise < FEWEST_NOISE or noise % 2:
        text = "the bias of a maximum is taken out by halves of the draws of the events"
        problems.append(Problem("noise", text, noise, f"an even number, {FEWEST_NOISE} or more"))
    if points * noise * decisions > MOST:
        text = f"{points:,} x {noise} draws of {decisions} decisions are more than memory is planned for"
        problems.append(Problem("points", text, points, f"at most {max(1, MOST // (noise * decisions)):,}"))
    if problems:
        raise ProblemsFound(problems)


def worlds_of(
    scenario: Scenario,
    roadmaps: Iterable[Mapping[str, int]],
    points: int,
    noise: int,
    seed: int,
    *,
    levels: Floats | None = None,
    first: int = WORLDS_FROM,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Worlds:
    """Every roadmap at every point of the drivers: a Latin hypercube of `points` (see `spread_levels`) unless `levels`
    are given. first: number of the first draw of the events.

    Raises ProblemsFound for roadmaps that the scenario does not allow.
    """
    table = table_of(scenario)
    at = spread_levels(table, points, seed, first) if levels is None else levels
    found = conditional(
        scenario,
        list(roadmaps),
        at,
        seed,
        noise,
        common=False,
        first_draw=first,
        repeats=("npv", "cash_trough"),
        threads=threads,
        progress=progress,
    )
    theta, _ = table.values_at(at)
    return Worlds(table, at, theta, found.repeats["npv"], found.repeats["cash_trough"], found.notes)


def best_anew(
    scenario: Scenario, roadmap: Mapping[str, int], worlds: Worlds, seed: int, threads: int | None = None
) -> Floats:
    """(points,) E(NPV | drivers) of a roadmap at as many other points, with other draws of the events: the value of one
    that was chosen in `worlds` without the luck that chose it."""
    first = WORLDS_FROM + worlds.points * worlds.noise
    fresh = worlds_of(scenario, [roadmap], worlds.points, worlds.noise, seed, first=first, threads=threads)
    return np.asarray(fresh.npv[:, :, 0].mean(axis=1))


def spread_levels(table: Parameters, points: int, seed: int, first: int = WORLDS_FROM) -> Floats:
    """(points, drivers) levels: each driver has one in each of `points` equal parts of its range, in an order of its
    own (Latin hypercube; McKay, Beckman and Conover 1979), then the correlations of the file.

    Means over such points are closer than over independent ones, so errors that are computed as if the points were
    independent are too large rather than too small.
    """
    levels = np.empty((points, len(table.drivers)))
    for j, driver in enumerate(table.drivers):
        rng = np.random.default_rng([int(stream_key(seed, f"decisions/worlds/{driver.path}")), first])
        levels[:, j] = (rng.permutation(points) + rng.uniform(0.001, 0.999, points)) / points
    return table.joined(levels)


def below(known: Sequence[str], wanted: Iterable[str], place: str) -> list[str]:
    """Drivers that are named, or that lie below a named part of the scenario.

    >>> below(["a.x", "a.y", "b"], ["a"], "--driver")
    ['a.x', 'a.y']

    Raises ProblemsFound with the nearest name for one that is none.
    """
    from sim.errors import suggest

    found: dict[str, None] = {}
    problems = []
    for name in wanted:
        hits = [path for path in known if path == name or path.startswith(f"{name}.")]
        if not hits:
            text = f"no uncertain number is named {name}, and none lies below it"
            problems.append(Problem(place, text, name, suggest(name, known) if len(known) < 40 else _near(name, known)))
        found |= dict.fromkeys(hits)
    if problems:
        raise ProblemsFound(problems)
    return list(found)


def concerned(paths: Iterable[str], roadmaps: Iterable[Mapping[str, int]]) -> list[str]:
    """Drivers without those of initiatives that no roadmap holds: such numbers change nothing.

    >>> concerned(["initiatives.pos.capital", "initiatives.crm.capital", "money.rate"], [{"pos": 0}])
    ['initiatives.pos.capital', 'money.rate']
    """
    held = {name for one in roadmaps for name in one}
    parts = [(path, path.split(".")) for path in paths]
    return [path for path, part in parts if part[0] != "initiatives" or part[1] in held]


def _near(name: str, known: Sequence[str]) -> str:
    from sim.errors import nearest

    close = nearest(name, known)
    return f"did you mean {close}?" if close else "a number that the file states as certain is no driver"
