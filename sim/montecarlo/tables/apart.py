"""Entries of what is computed apart from the kernel: threats thinned and systems refreshed by several units."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from sim.mechanisms.delivery import FINISHED
from sim.montecarlo.scratch import EVENTS
from sim.montecarlo.structures import Floats, Ints
from sim.montecarlo.tables.coupling import THINNED_BY, Separation
from sim.montecarlo.tables.delivery import Classes, Work
from sim.montecarlo.tables.money import Terms
from sim.montecarlo.tables.threats import Points, World, factors_of, points_of, thin
from sim.montecarlo.tables.wear import repairs_of
from sim.montecarlo.tables.world import Draws

Factors = tuple[Floats, Floats]
CASES = 32
"""Deliveries of an initiative that are traced in one pass over the draws."""


class _Apart:
    """Something computed apart, with the initiatives that change it."""

    def __init__(self, kind: str, number: int, members: Sequence[int]) -> None:
        self.kind, self.number, self.members = kind, number, np.array(members)


class Threat(_Apart):
    """A threat that several initiatives thin."""

    def __init__(self, number: int, members: Sequence[int], points: Points) -> None:
        super().__init__("threat", number, members)
        self.points = points


class Others:
    """All that is computed apart. nothing: (rows, draws) its sums without initiatives."""

    def __init__(
        self, draws: Draws, terms: Terms, separation: Separation, work: Work, classes: Classes, most_bytes: int
    ) -> None:
        self.draws, self.terms, self.work, self.classes = draws, terms, work, classes
        table = draws.prepared.table
        scratch = draws.prepared.take()
        self.world = World(
            draws.packed, scratch, table.base, draws.theta, table.driver_slots, draws.numbers
        )
        self._factors: OrderedDict[tuple[int, int, bytes], Factors] = OrderedDict()
        self._most = most_bytes
        world, names = table.scenario, list(table.scenario.initiatives)
        self.parts: list[_Apart] = []
        self.nothing = np.zeros((terms.rows, len(draws.numbers)))
        for h in separation.threats:
            place = f"threats.{list(world.threats)[h]}."
            members = [i for i, name in enumerate(names) if any(p.startswith(place) for p in world.initiatives[name].effects)]
            points = points_of(self.world, h, self._grow(place, members), EVENTS)
            self.parts.append(Threat(h, members, points))
            self.nothing += self._lost(points)
        self._worn = {}
        for y in separation.systems:
            system = list(world.systems)[y]
            members = [i for i, name in enumerate(names) if system in world.initiatives[name].refreshes]
            self.parts.append(_Apart("system", y, members))
            none = np.full((1, len(members), len(draws.numbers)), -1, dtype=np.int64)
            self._worn[y] = self._repairs(y, none)[0]
            self.nothing += self._worn[y]

    def _grow(self, place: str, members: Sequence[int]) -> Floats:
        """Most that initiatives make of the intensity of a threat, at least 1."""
        table = self.draws.prepared.table
        names = list(table.scenario.initiatives)
        grow = np.ones(len(self.draws.numbers))
        for i in members:
            for field in THINNED_BY[:2]:
                slot = table.slot.get(f"initiatives.{names[i]}.effects.{place}{field}.multiply")
                if slot is not None:
                    grow = grow * np.maximum(self.draws.column(slot), 1.0)
        return grow

    def _lost(self, points: Points) -> Floats:
        """Sums of a threat without initiatives."""
        out = np.zeros((self.terms.rows, len(self.draws.numbers)))
        held = np.arange(points.need.shape[1]) < points.count[:, None]
        path, j = np.nonzero(held & (points.need < 1.0))
        month, loss = points.month[path, j], points.loss[path, j]
        np.subtract.at(out[0], path, loss * self.terms.discount[month])
        np.subtract.at(out, (1 + self.terms.year[month], path), loss)
        return out

    def _repairs(self, y: int, fresh: Ints) -> Floats:
        terms = self.terms
        return repairs_of(self.world, y, fresh, terms.discount, terms.year, terms.rows)

    def entries(self, part: _Apart, live: np.ndarray, keys: np.ndarray) -> list[Floats]:
        """(rows, draws) against no initiative, of several roadmaps. live: (roadmaps, classes, initiatives) months of
        go-live. keys: (roadmaps, members) what they deliver."""
        if isinstance(part, Threat):
            return self._thinned(part, live, keys)
        y, found = part.number, []
        for first in range(0, len(live), CASES):
            some = live[first : first + CASES]
            fresh = np.full((len(some), len(part.members), len(self.draws.numbers)), -1, dtype=np.int64)
            for k, i in enumerate(part.members):
                went = some[:, :, i][:, self.classes.of]
                fresh[:, k] = np.where(self.work.ending[:, i] == FINISHED, went, -1)
            found += list(self._repairs(y, fresh) - self._worn[y])
        return found

    def _thinned(self, part: Threat, live: np.ndarray, keys: np.ndarray) -> list[Floats]:
        for k, i in enumerate(part.members):
            self._trace(part, int(i), live[:, :, i], keys[:, k])
        found, points = [], part.points
        for row in range(len(live)):
            chosen = [
                self._factors[part.number, int(i), keys[row, k].tobytes()]
                for k, i in enumerate(part.members)
                if keys[row, k]
            ]
            often, much = (np.stack([one[side] for one in chosen]) for side in (0, 1))
            out = np.empty((self.terms.rows, len(self.draws.numbers)))
            thin(
                points.count, points.month, points.need, points.loss, often, much, self.terms.discount,
                self.terms.year, out,
            )  # fmt: skip
            found.append(out)
        self._forget()
        return found

    def _trace(self, part: Threat, i: int, live: np.ndarray, keys: np.ndarray) -> None:
        """What initiative i makes of the points of a threat, for each of its deliveries that is not known."""
        new = {key.tobytes(): row for row, key in enumerate(keys) if key}
        todo = [(key, row) for key, row in new.items() if (part.number, i, key) not in self._factors]
        finished = self.work.ending[:, i] == FINISHED
        works = finished | (self.work.remains[:, i] > 0.0)
        share = np.where(finished, 1.0, self.work.remains[:, i])
        for first in range(0, len(todo), CASES):
            some = todo[first : first + CASES]
            went = np.array([np.where(works, live[row][self.classes.of], -1) for _, row in some], dtype=np.int64)
            often, much = factors_of(self.world, i, went, share, part.number, part.points)
            for q, (key, _) in enumerate(some):
                self._factors[part.number, i, key] = often[q], much[q]

    def _forget(self) -> None:
        """Drop the oldest traces beyond the memory given."""
        held = sum(one.nbytes + other.nbytes for one, other in self._factors.values())
        while held > self._most and self._factors:
            _, (one, other) = self._factors.popitem(last=False)
            held -= one.nbytes + other.nbytes
