"""Entries of the tables in one block of memory, the sum over the entries of a roadmap, and tax on it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable

import numpy as np

from sim.compiled import compiled
from sim.montecarlo.structures import Floats, Ints

BLOCK = 32
"""Paths of a block: the entries of many roadmaps on so few paths stay in the cache of the processor."""

Key = Hashable


class Full(RuntimeError):
    """More entries are wanted at once than the memory holds."""


class Store:
    """Numbers of the paths by entry, (entries, blocks, rows, BLOCK); the entry that was not used for longest gives way.

    Entry 0 is all zero. draws: number of paths; those that fill the last block repeat nothing and are never read.
    """

    def __init__(self, draws: int, rows: int, most_bytes: int) -> None:
        self.draws, self.rows = draws, rows
        self.blocks = -(-draws // BLOCK)
        one = self.blocks * rows * BLOCK * 8
        self.capacity = max(2, most_bytes // one)
        self.data = np.zeros((min(64, self.capacity), self.blocks, rows, BLOCK))
        self.cost = np.zeros((len(self.data), draws))
        self._place: OrderedDict[Key, int] = OrderedDict()
        self._free: list[int] = []
        self._next = 1

    def __contains__(self, key: Key) -> bool:
        return key in self._place

    def __len__(self) -> int:
        return len(self._place)

    def touch(self, keys: Iterable[Key]) -> None:
        """Mark entries as used."""
        for key in keys:
            if key in self._place:
                self._place.move_to_end(key)

    def at(self, key: Key) -> int:
        """Number of an entry. Raises KeyError if it is not held."""
        return self._place[key]

    def read(self, key: Key) -> Floats:
        """(rows, draws) numbers of an entry."""
        return np.ascontiguousarray(
            self.data[self._place[key]].transpose(1, 0, 2).reshape(self.rows, -1)[:, : self.draws]
        )

    def put(self, key: Key, numbers: Floats, cost: Floats | None, pinned: set[Key]) -> None:
        """Keep (rows, draws) numbers; cost (draws,). Raises Full when all entries held are pinned."""
        place = self._room(pinned)
        padded = np.zeros((self.rows, self.blocks * BLOCK))
        padded[:, : self.draws] = numbers
        self.data[place] = padded.reshape(self.rows, self.blocks, BLOCK).transpose(1, 0, 2)
        self.cost[place] = 0.0 if cost is None else cost
        self._place[key] = place

    def _room(self, pinned: set[Key]) -> int:
        if self._free:
            return self._free.pop()
        if self._next < self.capacity:
            if self._next >= len(self.data):
                more = min(self.capacity, 2 * len(self.data))
                for name in ("data", "cost"):
                    old = getattr(self, name)
                    new = np.zeros((more, *old.shape[1:]))
                    new[: len(old)] = old
                    setattr(self, name, new)
            self._next += 1
            return self._next - 1
        for key in self._place:
            if key not in pinned:
                return self._place.pop(key)
        raise Full(f"{self.capacity:,} entries")


@compiled
def add_up(data, entries, counts, base, base_tax, rate, first, last, out):  # type: ignore[no-untyped-def]
    """NPV of roadmaps on the paths of the blocks first .. last - 1.

    data: (entries, blocks, rows, BLOCK). entries: (roadmaps, most) numbers of entries, of which counts (roadmaps,) are
    used. base: (blocks, years, BLOCK) taxable profit of the empty roadmap, base_tax (blocks, BLOCK) the present value
    of its tax. Writes out (roadmaps, blocks * BLOCK).
    """
    size = data.shape[2] * BLOCK
    years = rate.shape[0]
    flat = data.reshape((data.shape[0], data.shape[1], size))
    sums, carried, tax = np.empty(size), np.empty(BLOCK), np.empty(BLOCK)
    for block in range(first, last):
        profit = base[block]
        for r in range(entries.shape[0]):
            for j in range(size):
                sums[j] = 0.0
            n = counts[r]
            p = 0
            while p + 4 <= n:
                one, two = flat[entries[r, p], block], flat[entries[r, p + 1], block]
                three, four = flat[entries[r, p + 2], block], flat[entries[r, p + 3], block]
                for j in range(size):
                    sums[j] += (one[j] + two[j]) + (three[j] + four[j])
                p += 4
            while p < n:
                one = flat[entries[r, p], block]
                for j in range(size):
                    sums[j] += one[j]
                p += 1
            for k in range(BLOCK):
                carried[k] = 0.0
                tax[k] = 0.0
            for y in range(years):
                row, part, share = profit[y], sums[(y + 1) * BLOCK : (y + 2) * BLOCK], rate[y]
                for k in range(BLOCK):
                    now = row[k] + part[k] - carried[k]
                    tax[k] += share * max(now, 0.0)
                    carried[k] = max(-now, 0.0)
            before = base_tax[block]
            target = out[r, block * BLOCK : (block + 1) * BLOCK]
            for k in range(BLOCK):
                target[k] = sums[k] - (tax[k] - before[k])


def in_blocks(numbers: Floats, blocks: int) -> Floats:
    """(rows, draws) as (blocks, rows, BLOCK), filled up with zeros."""
    padded = np.zeros((len(numbers), blocks * BLOCK))
    padded[:, : numbers.shape[1]] = numbers
    return np.ascontiguousarray(padded.reshape(len(numbers), blocks, BLOCK).transpose(1, 0, 2))


__all__ = ["BLOCK", "Full", "Ints", "Store", "add_up", "in_blocks"]
