"""Draws one by one: the number whose events each lives through, and the levels of its drivers; and what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.monitoring.actuals import Actual

if TYPE_CHECKING:
    from sim.montecarlo.given import Given
    from sim.world import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Progress = Callable[[int], None]
AT_ONCE = 1024  # draws whose months are in memory at a time


@dataclass(frozen=True, eq=False)
class Draws:
    """numbers: (draws,) of the events. levels: (draws, drivers), see `Given`. paths: of the drivers."""

    numbers: Ints
    levels: Floats
    paths: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.numbers)

    def given(self, first: int = 0, last: int | None = None) -> Given:
        """What the simulation reads, of a part of the draws."""
        from sim.montecarlo.given import Given

        part = slice(first, last)
        return Given(self.levels[part], common=False, numbers=self.numbers[part], paths=self.paths)

    def at(self, positions: Ints) -> Draws:
        return Draws(self.numbers[positions], self.levels[positions], self.paths)


def drawn(scenario: Scenario, first: int, count: int, seed: int) -> Draws:
    """The draws of the streams, `first` to first + count - 1."""
    from sim.montecarlo.conditional import table_of

    table = table_of(scenario)
    numbers = np.arange(first, first + count, dtype=np.int64)
    levels = np.clip(table.coordinates(numbers, seed), 1e-16, 1.0 - 1e-16)
    return Draws(numbers, levels, tuple(driver.path for driver in table.drivers))


def courses(
    scenario: Scenario,
    roadmap: Mapping[str, int],
    draws: Draws,
    seed: int,
    whats: Iterable[str],
    months: int,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Floats]:
    """(draws, months) of each figure, by the end of each month from 0 on; of `golive.NAME` (draws, 1) its month,
    infinite for never. Raises ProblemsFound."""
    from sim.montecarlo import evaluate
    from sim.montecarlo.delivered import delivered
    from sim.montecarlo.kpis import KPI_NAMES

    wanted = list(dict.fromkeys(whats))
    kpis = [what for what in wanted if what in KPI_NAMES]
    of_initiatives = [what for what in wanted if what not in KPI_NAMES]
    found = {what: np.empty((len(draws), 1 if what.startswith("golive.") else months)) for what in wanted}
    for first in range(0, len(draws) if wanted else 0, AT_ONCE):
        last = min(first + AT_ONCE, len(draws))
        given = draws.given(first, last)
        if kpis:
            one = evaluate(scenario, roadmap, last - first, seed, by_month=True, given=given, threads=threads)[0]
            for what in kpis:
                found[what][first:last] = one.kpis[:, KPI_NAMES.index(what), :months]
        if of_initiatives:
            became = delivered(scenario, roadmap, last - first, seed, months=months, given=given)
            for what in of_initiatives:
                kind, _, name = what.partition(".")
                j = became.names.index(name)
                if kind == "golive":
                    found[what][first:last, 0] = became.live[:, j]
                else:
                    found[what][first:last] = (became.spent if kind == "cost" else became.adopted)[:, j]
        if progress is not None:
            progress(last - first)
    return found


def said(
    scenario: Scenario,
    roadmap: Mapping[str, int],
    draws: Draws,
    seed: int,
    actuals: Sequence[Actual],
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Floats:
    """(draws, actuals) what each draw says of each observed figure. Of what was not live at the end of its month: 1
    where the draw agrees, else 0."""
    months = 1 + max((one.month for one in actuals), default=0)
    whats = [one.what for one in actuals]
    found = courses(scenario, roadmap, draws, seed, whats, months, threads=threads, progress=progress)
    out = np.empty((len(draws), len(actuals)))
    for j, one in enumerate(actuals):
        if not one.what.startswith("golive."):
            out[:, j] = found[one.what][:, one.month]
        elif one.is_absent:
            out[:, j] = found[one.what][:, 0] > one.month
        else:
            out[:, j] = found[one.what][:, 0]
    return out


def observed(actuals: Sequence[Actual]) -> tuple[Floats, Floats]:
    """(actuals,) figures and errors, as `said` words them."""
    values = np.array([1.0 if one.is_absent else one.value for one in actuals])
    return values, np.array([one.error for one in actuals])
