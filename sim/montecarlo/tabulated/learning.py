"""Entries of units of initiatives, learned from runs of the kernel on small parts of roadmaps.

The flows of a roadmap are the sum of what its units deliver. So a unit with a certain delivery is worth what the
smallest part of a roadmap is worth in which it delivers that, less what the other units of the part are worth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.montecarlo.structures import Floats, Ints
from sim.montecarlo.tabulated.coupling import Separation
from sim.montecarlo.tabulated.delivery import Classes, deliver_all, marks_of
from sim.montecarlo.tabulated.money import tax_of
from sim.montecarlo.tabulated.store import MISSING, Store
from sim.montecarlo.tabulated.terms import Terms
from sim.montecarlo.tabulated.world import Draws

ROUNDING = 1e-9
"""Most by which worth from entries may differ from the kernel's, over the largest amount of the draws."""
RUNS = 64
"""Parts of roadmaps that are run before their entries are kept."""

Key = tuple[int, int]
"""Unit and mark of an entry."""


class DisagreementError(AssertionError):
    """The tables and the kernel do not compute the same worth: a mistake in the program."""


@dataclass(frozen=True)
class Part:
    """A part of a roadmap from which an entry is learned. planned: (initiatives,). others: entries to take off."""

    planned: Ints
    others: tuple[Key, ...]


class Learner:
    """Deliveries and entries of the units. nothing: (rows, draws) sums of the empty roadmap."""

    def __init__(self, draws: Draws, terms: Terms, separation: Separation, classes: Classes | None) -> None:
        self.draws, self.terms, self.classes = draws, terms, classes
        self.units = [np.array(unit) for unit in separation.units]
        initiatives = draws.prepared.table.scenario.initiatives
        names = list(initiatives)
        self._requires = [[names.index(rule.initiative) for rule in one.requires] for one in initiatives.values()]
        sums, _, _ = draws.flows(np.full((1, len(names)), -1, dtype=np.int64), terms)
        self.nothing = sums[0]
        self._tax = self._taxed(self.nothing[1:])

    def delivered(self, planned: Ints) -> tuple[np.ndarray, np.ndarray | None]:
        """What each initiative of each roadmap delivers (roadmaps, initiatives), 0 for nothing; months of go-live by
        class, None without classes: then a planned start is the mark."""
        if self.classes is None:
            return (planned + 1).astype(np.uint64), None
        return deliver_all(self.draws.packed, self.classes, planned)

    def learn(self, wanted: dict[Key, Ints], store: Store) -> set[Key]:
        """Learn entries; wanted: with a roadmap that needs each. Returns those that cannot be told apart, because
        units hold up each other."""
        parts: dict[Key, Part] = {}
        queue = dict(wanted)
        while queue:
            found = self._parts(queue)
            parts |= found
            needed = {other: part.planned for part in found.values() for other in part.others}
            queue = {key: planned for key, planned in needed.items() if key not in parts and _at(store, key) == MISSING}
        while parts:
            ready = [key for key, part in parts.items() if all(_at(store, other) > 0 for other in part.others)]
            if not ready:
                return set(wanted) & set(parts)
            for first in range(0, len(ready), RUNS):
                chosen = ready[first : first + RUNS]
                for key, (sums, cost) in zip(chosen, self.run([parts[key].planned for key in chosen]), strict=True):
                    for other in parts.pop(key).others:
                        place = _at(store, other)
                        sums, cost = sums - store.read(place), cost - store.cost[place]
                    store.put(*key, sums, cost)
        return set()

    def run(self, planned: list[Ints]) -> list[tuple[Floats, Floats]]:
        """Sums (rows, draws) and own cost (draws,) of parts of roadmaps against the empty one, by the kernel. Raises
        DisagreementError if the sums do not give the kernel's own NPV."""
        empty = np.full(len(planned[0]), -1, dtype=np.int64)
        sums, cost, npv = self.draws.flows(np.vstack([empty, *planned]), self.terms)
        sums = sums[1:] - self.nothing
        for row, (one, worth) in enumerate(zip(sums, npv[1:], strict=True)):
            again = one[0] - (self._taxed(self.nothing[1:] + one[1:]) - self._tax)
            gap, scale = np.abs(again - worth).max(), np.abs(worth).max() + np.abs(self.nothing).max()
            if not gap <= ROUNDING * scale:
                raise DisagreementError(f"worth of starts {planned[row].tolist()}: sums and kernel differ by {gap:g}")
        return list(zip(sums, cost[1:], strict=True))

    def _taxed(self, profit: Floats) -> Floats:
        out = np.empty(profit.shape[1])
        tax_of(np.ascontiguousarray(profit), self.terms.rate, out)
        return out

    def _parts(self, wanted: dict[Key, Ints]) -> dict[Key, Part]:
        """The smallest part found for each key."""
        found: dict[Key, Part] = {}
        left = dict(wanted)
        for choose in (self._alone, self._before, self._all):
            if not left:
                break
            tried = [choose(key, planned) for key, planned in left.items()]
            delivered, _ = self.delivered(np.vstack(tried))
            marks = np.column_stack([marks_of(delivered, members) for members in self.units]).tolist()
            for (unit, mark), planned, row in zip(list(left), tried, marks, strict=True):
                if row[unit] == mark:
                    others = tuple((u, other) for u, other in enumerate(row) if u != unit and other)
                    found[unit, mark] = Part(planned, others)
                    del left[unit, mark]
        return found

    def _alone(self, key: Key, planned: Ints) -> Ints:
        """The unit with what it requires."""
        return self._part(planned, self.units[key[0]])

    def _before(self, key: Key, planned: Ints) -> Ints:
        """The unit with all that is served before the last of it."""
        last = max((int(planned[i]), int(i)) for i in self.units[key[0]] if planned[i] >= 0)
        return self._part(planned, [i for i in range(len(planned)) if (planned[i], i) <= last])

    def _all(self, _: Key, planned: Ints) -> Ints:
        return planned

    def _part(self, planned: Ints, chosen: Iterable[int]) -> Ints:
        """Part of a roadmap with some of its initiatives and all that they require."""
        part = np.full_like(planned, -1)
        stack = [int(i) for i in chosen if planned[i] >= 0]
        while stack:
            i = stack.pop()
            if part[i] < 0:
                part[i] = planned[i]
                stack += [j for j in self._requires[i] if planned[j] >= 0]
        return part


def _at(store: Store, key: Key) -> int:
    return int(store.find(key[0], [key[1]])[0])
