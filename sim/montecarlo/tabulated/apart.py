"""Entries of what is computed apart from the kernel: threats thinned and systems refreshed by several units."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.mechanisms.delivery import FINISHED
from sim.montecarlo.structures import Floats, Ints
from sim.montecarlo.tabulated.alone import THINNED_BY
from sim.montecarlo.tabulated.coupling import Separation
from sim.montecarlo.tabulated.delivery import Classes, Work
from sim.montecarlo.tabulated.terms import Terms
from sim.montecarlo.tabulated.threats import Points, factors_of, points_of, thin
from sim.montecarlo.tabulated.wear import repairs_of
from sim.montecarlo.tabulated.world import Draws

CASES = 32
"""Deliveries of an initiative that are traced in one pass over the draws."""


@dataclass(frozen=True)
class Threat:
    """A threat that several initiatives (by number) thin."""

    number: int
    members: Ints
    points: Points


@dataclass(frozen=True)
class System:
    """A system that several initiatives (by number) refresh. without: (rows, draws) its sums without them."""

    number: int
    members: Ints
    without: Floats


class Others:
    """All that is computed apart. nothing: (rows, draws) its sums without initiatives."""

    def __init__(
        self, world: Draws, terms: Terms, separation: Separation, work: Work, classes: Classes, most_bytes: int
    ) -> None:
        self._world, self._terms, self._work, self._classes = world, terms, work, classes
        self._factors: OrderedDict[tuple[int, int, int], tuple[Floats, Floats]] = OrderedDict()
        self._most = most_bytes
        self.parts: list[Threat | System] = []
        self.nothing = np.zeros((terms.rows, len(world.numbers)))
        scenario = world.prepared.table.scenario
        initiatives = list(scenario.initiatives.values())
        for h in separation.threats:
            place = f"threats.{list(scenario.threats)[h]}."
            changing = [i for i, one in enumerate(initiatives) if any(path.startswith(place) for path in one.effects)]
            threat = Threat(h, np.array(changing), points_of(world, h, self._grow(place, changing)))
            self.parts.append(threat)
            self.nothing += self._lost(threat.points)
        for y in separation.systems:
            name = list(scenario.systems)[y]
            members = np.array([i for i, one in enumerate(initiatives) if name in one.refreshes])
            without = self._repairs(y, np.full((1, len(members), len(world.numbers)), -1, dtype=np.int64))[0]
            self.parts.append(System(y, members, without))
            self.nothing += without

    def entries(self, part: int, live: np.ndarray, marks: np.ndarray) -> list[Floats]:
        """(rows, draws) of a part against no initiative, of several roadmaps. live: (roadmaps, classes, initiatives)
        months of go-live. marks: (roadmaps, members) what they deliver."""
        one = self.parts[part]
        return self._thinned(one, live, marks) if isinstance(one, Threat) else self._refreshed(one, live)

    def _grow(self, place: str, members: Sequence[int]) -> Floats:
        """Most that initiatives make of the intensity of a threat, at least 1."""
        table = self._world.prepared.table
        names = list(table.scenario.initiatives)
        grow = np.ones(len(self._world.numbers))
        for i in members:
            for field in THINNED_BY[:2]:
                slot = table.slot.get(f"initiatives.{names[i]}.effects.{place}{field}.multiply")
                if slot is not None:
                    grow = grow * np.maximum(self._world.column(slot), 1.0)
        return grow

    def _lost(self, points: Points) -> Floats:
        """Sums of a threat without initiatives."""
        out = np.zeros((self._terms.rows, len(self._world.numbers)))
        held = np.arange(points.need.shape[1]) < points.count[:, None]
        path, j = np.nonzero(held & (points.need < 1.0))
        month, loss = points.month[path, j], points.loss[path, j]
        np.subtract.at(out[0], path, loss * self._terms.discount[month])
        np.subtract.at(out, (1 + self._terms.year[month], path), loss)
        return out

    def _repairs(self, y: int, fresh: Ints) -> Floats:
        return repairs_of(self._world, y, fresh, self._terms.discount, self._terms.year, self._terms.rows)

    def _refreshed(self, system: System, live: np.ndarray) -> list[Floats]:
        found = []
        for first in range(0, len(live), CASES):
            some = live[first : first + CASES]
            fresh = np.full((len(some), len(system.members), len(self._world.numbers)), -1, dtype=np.int64)
            for k, i in enumerate(system.members):
                went = some[:, :, i][:, self._classes.of]
                fresh[:, k] = np.where(self._work.ending[:, i] == FINISHED, went, -1)
            found += list(self._repairs(system.number, fresh) - system.without)
        return found

    def _thinned(self, threat: Threat, live: np.ndarray, marks: np.ndarray) -> list[Floats]:
        for k, i in enumerate(threat.members):
            self._trace(threat, int(i), live[:, :, i], marks[:, k])
        found, points, terms = [], threat.points, self._terms
        for row in marks.tolist():
            chosen = [
                self._factors[threat.number, int(i), mark] for i, mark in zip(threat.members, row, strict=True) if mark
            ]
            often, much = (np.stack([one[side] for one in chosen]) for side in (0, 1))
            out = np.empty((terms.rows, len(self._world.numbers)))
            thin(
                points.count, points.month, points.need, points.loss, often, much, terms.discount, terms.year, out
            )  # fmt: skip
            found.append(out)
        held = sum(often.nbytes + much.nbytes for often, much in self._factors.values())
        while held > self._most and self._factors:
            _, (often, much) = self._factors.popitem(last=False)
            held -= often.nbytes + much.nbytes
        return found

    def _trace(self, threat: Threat, i: int, live: np.ndarray, marks: np.ndarray) -> None:
        """What initiative i makes of the points of a threat, for each of its deliveries that is not known."""
        rows = {mark: row for row, mark in enumerate(marks.tolist()) if mark}
        todo = [(mark, row) for mark, row in rows.items() if (threat.number, i, mark) not in self._factors]
        finished, remains = self._work.ending[:, i] == FINISHED, self._work.remains[:, i]
        share = np.where(finished, 1.0, remains)
        for first in range(0, len(todo), CASES):
            some = todo[first : first + CASES]
            went = [np.where(finished | (remains > 0.0), live[row][self._classes.of], -1) for _, row in some]
            months = np.array(went, dtype=np.int64)
            often, much = factors_of(self._world, i, months, share, threat.number, threat.points)
            for q, (mark, _) in enumerate(some):
                self._factors[threat.number, i, mark] = often[q], much[q]
