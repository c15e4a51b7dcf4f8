"""Entries of units of initiatives, learned from runs of the kernel on small parts of roadmaps.

The flows of a roadmap are the sum of what its units deliver. So a unit with a certain delivery is worth what the
smallest part of a roadmap is worth in which it delivers that, less what the other units of the part are worth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.montecarlo.structures import Floats, Ints
from sim.montecarlo.tables.coupling import Separation
from sim.montecarlo.tables.delivery import Classes, deliver_all
from sim.montecarlo.tables.money import Terms, tax_of
from sim.montecarlo.tables.store import Key, Store
from sim.montecarlo.tables.world import Draws

ROUNDING = 1e-9
"""Most by which the worth from an entry may differ from the kernel's, over the largest worth of the draws."""
RUNS = 64
"""Parts of roadmaps that are run before their entries are kept."""


class Disagreement(AssertionError):
    """The tables and the kernel do not compute the same worth: a mistake in the program."""


@dataclass(frozen=True)
class Part:
    """A part of a roadmap from which an entry is learned. planned: (initiatives,). others: entries to take off."""

    planned: Ints
    others: tuple[Key, ...]


class Learner:
    """Keys and entries of the units."""

    def __init__(self, draws: Draws, terms: Terms, separation: Separation, classes: Classes | None) -> None:
        self.draws, self.terms, self.classes = draws, terms, classes
        self.units = [np.array(unit) for unit in separation.units]
        requires = draws.prepared.table.scenario.initiatives
        names = list(requires)
        self._requires = [[names.index(rule.initiative) for rule in requires[name].requires] for name in names]
        empty = np.full((1, len(names)), -1, dtype=np.int64)
        sums, _, _ = draws.flows(empty, terms)
        self.nothing = sums[0]
        self._tax = self._taxed(self.nothing[1:])

    def keys(self, planned: Ints) -> tuple[np.ndarray, np.ndarray | None]:
        """What each initiative of each roadmap delivers (roadmaps, initiatives), 0 for nothing; months of go-live by
        class, None without classes."""
        if self.classes is None:
            return (planned + 1).astype(np.uint64), None
        return deliver_all(self.draws.packed, self.classes, planned)

    def name(self, unit: int, delivered: np.ndarray) -> Key:
        """Key of the entry of a unit. delivered: row of `keys`."""
        return "unit", unit, delivered[self.units[unit]].tobytes()

    def learn(self, wanted: dict[Key, tuple[int, Ints]], store: Store, pinned: set[Key]) -> set[Key]:
        """Learn entries; wanted: key -> unit and a roadmap that needs it. Returns the keys that cannot be told from
        others, because units hold up each other."""
        parts: dict[Key, Part] = {}
        queue = dict(wanted)
        while queue:
            found = self._parts(queue)
            parts |= {key: part for key, (part, _) in found.items()}
            queue = {
                key: need
                for _, needs in found.values()
                for key, need in needs.items()
                if key not in parts and key not in store
            }
        while parts:
            ready = [key for key, part in parts.items() if all(other in store for other in part.others)]
            if not ready:
                return set(wanted) & set(parts)
            for first in range(0, len(ready), RUNS):
                chosen = ready[first : first + RUNS]
                runs = self.run([parts[key].planned for key in chosen])
                for key, (sums, cost) in zip(chosen, runs, strict=True):
                    for other in parts[key].others:
                        sums = sums - store.read(other)
                        cost = cost - store.cost[store.at(other)]
                    store.put(key, sums, cost, pinned)
                    pinned.add(key)
                    del parts[key]
        return set()

    def run(self, planned: list[Ints]) -> list[tuple[Floats, Floats]]:
        """Sums and own cost of parts of roadmaps against the empty one, by the kernel. Raises Disagreement if the sums
        do not give the kernel's own NPV."""
        empty = np.full(len(planned[0]), -1, dtype=np.int64)
        sums, cost, npv = self.draws.flows(np.vstack([empty, *planned]), self.terms)
        sums = sums[1:] - self.nothing
        for row, (one, worth) in enumerate(zip(sums, npv[1:], strict=True)):
            again = one[0] - (self._taxed(self.nothing[1:] + one[1:]) - self._tax)
            scale = np.abs(worth).max() + np.abs(self.nothing).max()
            if not np.abs(again - worth).max() <= ROUNDING * scale:
                raise Disagreement(f"worth of {planned[row].tolist()}: {again} from sums, {worth} by the kernel")
        return list(zip(sums, cost[1:], strict=True))

    def _taxed(self, profit: Floats) -> Floats:
        out = np.empty(profit.shape[1])
        tax_of(np.ascontiguousarray(profit), self.terms.rate, out)
        return out

    def _parts(
        self, wanted: dict[Key, tuple[int, Ints]]
    ) -> dict[Key, tuple[Part, dict[Key, tuple[int, Ints]]]]:
        """Smallest part found for each key, and the entries of other units that it needs with a roadmap for each."""
        chosen: dict[Key, Ints] = {}
        left = dict(wanted)
        for choose in (self._alone, self._before, self._all):
            if not left:
                break
            tried = [choose(unit, planned) for unit, planned in left.values()]
            delivered, _ = self.keys(np.vstack(tried))
            for row, (key, (unit, _)) in enumerate(list(left.items())):
                if self.name(unit, delivered[row]) == key:
                    chosen[key] = tried[row]
                    del left[key]
        found = {}
        delivered, _ = self.keys(np.vstack(list(chosen.values())))
        for row, (key, planned) in enumerate(chosen.items()):
            needs = {}
            for unit, members in enumerate(self.units):
                if unit != wanted[key][0] and delivered[row][members].any():
                    needs[self.name(unit, delivered[row])] = unit, planned
            found[key] = Part(planned, tuple(needs)), needs
        return found

    def _alone(self, unit: int, planned: Ints) -> Ints:
        """The unit with what it requires."""
        return self._part(planned, self.units[unit])

    def _before(self, unit: int, planned: Ints) -> Ints:
        """The unit with all that is served before the last of it."""
        own = [i for i in self.units[unit] if planned[i] >= 0]
        last = max((int(planned[i]), int(i)) for i in own)
        return self._part(planned, [i for i in range(len(planned)) if planned[i] >= 0 and (planned[i], i) <= last])

    def _all(self, unit: int, planned: Ints) -> Ints:
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
