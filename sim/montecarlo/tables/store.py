"""Entries of the tables in one block of memory, the sum over the entries of a roadmap, and tax on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.compiled import compiled
from sim.montecarlo.structures import Floats, Ints

BLOCK = 32
"""Paths of a block: what many roadmaps need of so few paths stays in the cache of the processor."""
FIRST_ENTRIES = 64
MISSING = -1


class FullError(RuntimeError):
    """More entries are wanted at once than the memory holds."""


class Store:
    """Numbers of the paths by entry, (blocks, entries, rows * BLOCK): an entry is one column of blocks, so that the
    entries of a block lie side by side. When the memory is full, the entry that was not used for longest gives way.

    An entry has a part (number of a unit, or of what is computed apart) and a mark (what it delivers; 0: nothing).
    Entry 0 is all zero and serves mark 0 of every part. Paths that fill the last block up are never read.
    """

    def __init__(self, parts: int, draws: int, rows: int, most_bytes: int) -> None:
        self.draws, self.rows = draws, rows
        self.blocks = -(-draws // BLOCK)
        self.capacity = max(2, most_bytes // (8 * self.blocks * BLOCK * (rows + 1)))
        first = min(FIRST_ENTRIES, self.capacity)
        self.data = np.zeros((self.blocks, first, rows * BLOCK))
        self.cost = np.zeros((first, draws))
        self._places: list[dict[int, int]] = [{0: 0} for _ in range(parts)]
        self._owner: list[tuple[int, int]] = [(0, 0)]
        self._used = np.zeros(first, dtype=np.int64)
        self._now = 0

    def __len__(self) -> int:
        return len(self._owner) - 1

    def begin(self) -> None:
        """What is found or put from now on stays until the next call."""
        self._now += 1
        self._used[0] = np.iinfo(np.int64).max

    def find(self, part: int, marks: Sequence[int]) -> Ints:
        """Numbers of entries, MISSING where there is none."""
        places = self._places[part]
        found = np.array([places.get(mark, MISSING) for mark in marks], dtype=np.int64)
        held = found[found > 0]
        self._used[held] = self._now
        return found

    def read(self, place: int) -> Floats:
        """(rows, draws) numbers of an entry."""
        whole = self.data[:, place].reshape(self.blocks, self.rows, BLOCK).transpose(1, 0, 2)
        return np.ascontiguousarray(whole.reshape(self.rows, -1)[:, : self.draws])

    def put(self, part: int, mark: int, numbers: Floats, cost: Floats | None = None) -> int:
        """Keep (rows, draws) numbers and (draws,) cost; returns the number of the entry. Raises FullError when
        everything that is held is in use."""
        place = self._room()
        self.data[:, place] = in_blocks(numbers, self.blocks).reshape(self.blocks, -1)
        self.cost[place] = 0.0 if cost is None else cost
        self._places[part][mark] = place
        self._owner[place] = part, mark
        self._used[place] = self._now
        return place

    def _room(self) -> int:
        place = len(self._owner)
        if place < self.capacity:
            if place == len(self._used):
                self._grow(min(self.capacity, 2 * place))
            self._owner.append((0, 0))
            return place
        place = int(np.argmin(self._used))
        if self._used[place] >= self._now:
            raise FullError(f"{self.capacity - 1:,} entries")
        part, mark = self._owner[place]
        del self._places[part][mark]
        return place

    def _grow(self, entries: int) -> None:
        old = self.data
        self.data = np.zeros((self.blocks, entries, old.shape[2]))
        self.data[:, : old.shape[1]] = old
        self.cost = np.concatenate([self.cost, np.zeros((entries - len(self.cost), self.draws))])
        self._used = np.concatenate([self._used, np.zeros(entries - len(self._used), dtype=np.int64)])


def in_blocks(numbers: Floats, blocks: int) -> Floats:
    """(rows, draws) as (blocks, rows, BLOCK), filled up with zeros."""
    padded = np.zeros((len(numbers), blocks * BLOCK))
    padded[:, : numbers.shape[1]] = numbers
    return np.ascontiguousarray(padded.reshape(len(numbers), blocks, BLOCK).transpose(1, 0, 2))


@compiled
def add_up(data, entries, counts, profit, base_tax, rate, first, last, out):  # type: ignore[no-untyped-def]
    """NPV of roadmaps on the paths of the blocks first .. last - 1.

    data: (blocks, entries, rows * BLOCK). entries: (roadmaps, most) numbers of entries, of which counts (roadmaps,) are
    used. profit: (blocks, years, BLOCK) taxable profit of the empty roadmap; base_tax: (blocks, BLOCK) present value of
    its tax. Losses are carried forward without refund. Writes out (roadmaps, blocks * BLOCK).
    """
    size, years = data.shape[2], rate.shape[0]
    sums, carried, tax = np.empty(size), np.empty(BLOCK), np.empty(BLOCK)
    for block in range(first, last):
        held, without, before = data[block], profit[block], base_tax[block]
        for r in range(entries.shape[0]):
            n, p = counts[r], 0
            for j in range(size):
                sums[j] = 0.0
            while p + 4 <= n:
                one, two = held[entries[r, p]], held[entries[r, p + 1]]
                three, four = held[entries[r, p + 2]], held[entries[r, p + 3]]
                for j in range(size):
                    sums[j] += (one[j] + two[j]) + (three[j] + four[j])
                p += 4
            while p < n:
                one = held[entries[r, p]]
                for j in range(size):
                    sums[j] += one[j]
                p += 1
            for k in range(BLOCK):
                carried[k] = 0.0
                tax[k] = 0.0
            for y in range(years):
                was, change, share = without[y], sums[(y + 1) * BLOCK : (y + 2) * BLOCK], rate[y]
                for k in range(BLOCK):
                    now = was[k] + change[k] - carried[k]
                    tax[k] += share * max(now, 0.0)
                    carried[k] = max(-now, 0.0)
            target = out[r, block * BLOCK : (block + 1) * BLOCK]
            for k in range(BLOCK):
                target[k] = sums[k] - (tax[k] - before[k])
