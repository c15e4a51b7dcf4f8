"""Which entries a roadmap is the sum of; makes those that are missing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.errors import Problem, ProblemsFound
from sim.montecarlo.structures import Floats, Ints
from sim.montecarlo.tabulated.apart import Others, System, Threat
from sim.montecarlo.tabulated.delivery import marks_of
from sim.montecarlo.tabulated.learning import Key, Learner
from sim.montecarlo.tabulated.store import MISSING, FullError, Store


class LookUp:
    """Entries by part: the units, then what is computed apart, then whole roadmaps whose units cannot be told apart.

    profit: (years, draws) taxable profit of the empty roadmap.
    """

    def __init__(self, learner: Learner, others: Others | None, profit: Floats, most_bytes: int) -> None:
        self.learner, self.others = learner, others
        self._members = [*learner.units, *(part.members for part in self.parts_apart)]
        self._units = len(learner.units)
        self.store = Store(len(self._members) + 1, profit, learner.terms.rate, most_bytes)

    @property
    def parts_apart(self) -> list[Threat | System]:
        """What is computed apart from the kernel."""
        return self.others.parts if self.others is not None else []

    def entries(self, planned: Ints) -> Iterator[tuple[Ints, Ints]]:
        """Entries of roadmaps (roadmaps, most), and how many each has (roadmaps,); in pieces whose entries fit into the
        memory together. Use each piece before asking for the next."""
        try:
            found = self._find(planned)
        except FullError as problem:
            if len(planned) == 1:
                raise ProblemsFound([_too_small(problem)]) from None
            half = len(planned) // 2
            yield from self.entries(planned[:half])
            yield from self.entries(planned[half:])
            return
        order = np.argsort(found == 0, axis=1, kind="stable")
        yield np.ascontiguousarray(np.take_along_axis(found, order, axis=1)), (found > 0).sum(axis=1)

    def missing(self, planned: Ints) -> int:
        """Entries of units that are not held."""
        if not len(planned):
            return 0
        delivered, _ = self.learner.delivered(planned)
        lacking = 0
        for unit, members in enumerate(self.learner.units):
            marks = np.unique(marks_of(delivered, members)).tolist()
            lacking += int((self.store.find(unit, marks) == MISSING).sum())
        return lacking

    def _find(self, planned: Ints) -> Ints:
        """(roadmaps, parts) entries, 0 for none."""
        self.store.begin()
        delivered, live = self.learner.delivered(planned)
        marks = [marks_of(delivered, members) for members in self._members]
        found = np.zeros((len(planned), len(marks) + 1), dtype=np.int64)
        for part, mark in enumerate(marks):
            found[:, part] = self._places(part, mark)
        for part in range(self._units, len(marks)):
            self._make_apart(part, marks[part], delivered, live, found)
        self._learn(planned, marks, found)
        return found

    def _make_apart(
        self, part: int, marks: np.ndarray, delivered: np.ndarray, live: np.ndarray | None, found: Ints
    ) -> None:
        """Make the missing entries of something computed apart."""
        rows = np.flatnonzero(found[:, part] == MISSING)
        if not len(rows) or self.others is None or live is None:
            return
        new, first = np.unique(marks[rows], return_index=True)
        which, members = rows[first], self._members[part]
        made = self.others.entries(part - self._units, live[which], delivered[which][:, members])
        for mark, numbers in zip(new.tolist(), made, strict=True):
            self.store.put(part, mark, numbers)
        found[:, part] = self._places(part, marks)

    def _places(self, part: int, marks: np.ndarray) -> Ints:
        """Entries of a part by mark, MISSING where there is none; each is asked for once."""
        distinct, back = np.unique(marks, return_inverse=True)
        return self.store.find(part, distinct.tolist())[back.reshape(-1)]

    def _learn(self, planned: Ints, marks: list[np.ndarray], found: Ints) -> None:
        """Learn the missing entries of the units."""
        wanted: dict[Key, Ints] = {}
        for unit in range(self._units):
            for row in np.flatnonzero(found[:, unit] == MISSING):
                wanted.setdefault((unit, int(marks[unit][row])), planned[row])
        if not wanted:
            return
        lost = self.learner.learn(wanted, self.store)
        for unit in range(self._units):
            found[:, unit] = self._places(unit, marks[unit])
        if lost:
            self._run_whole(planned, found)

    def _run_whole(self, planned: Ints, found: Ints) -> None:
        """Entries of whole roadmaps, for those of which an entry is missing."""
        part = found.shape[1] - 1
        rows = np.flatnonzero((found[:, : self._units] == MISSING).any(axis=1))
        marks = marks_of((planned[rows] + 1).astype(np.uint64), np.arange(planned.shape[1])).tolist()
        new = {mark: row for mark, row in zip(marks, rows, strict=True) if self.store.find(part, [mark])[0] == MISSING}
        if new:
            made = self.learner.run([planned[row] for row in new.values()])
            for mark, (sums, cost) in zip(new, made, strict=True):
                self.store.put(part, mark, sums, cost)
        found[rows, : self._units] = 0
        found[rows, part] = self.store.find(part, marks)


def _too_small(problem: FullError) -> Problem:
    return Problem(
        path="most_bytes",
        value=str(problem),
        message="the memory for tables does not hold the entries of one roadmap on so many draws",
        hint="more bytes, or fewer draws at a time",
    )
