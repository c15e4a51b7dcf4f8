"""Entries of the tables in one block of memory, their bounds, and the sum over the entries of a roadmap after tax."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.compiled import compiled
from sim.lanes import WIDTH
from sim.lanes.records import Lanes1, Lanes2, Lanes3, record_at
from sim.lanes.values import lanes
from sim.montecarlo.structures import Floats, Ints

FIRST_ENTRIES = 64
MISSING = -1
UNTAXED, TAXED, MIXED = range(3)
"""Kinds of blocks: no tax whatever the roadmap; tax on every year's profit, in proportion; tax to be worked out."""


class FullError(RuntimeError):
    """More entries are wanted at once than the memory holds."""


class Held(NamedTuple):
    """What `add_up` reads and writes; years of tax count from row 1 of an entry, the last row is its worth taxed."""

    entries: Lanes3  # (blocks, entries, rows + 1)
    profit: Lanes2  # (blocks, years) of the empty roadmap
    tax: Lanes1  # (blocks,) present value of its tax
    worth: Lanes2  # (roadmaps, blocks + 1)


class Store:
    """Numbers of the paths by entry, in blocks of WIDTH paths: the entries of a block lie side by side, so that what
    many roadmaps need of it stays in the cache of the processor. When the memory is full, the entry that was not used
    for longest gives way.

    An entry has a part (number of a unit, or of what is computed apart) and a mark (what it delivers; 0: nothing).
    Entry 0 is all zero and serves mark 0 of every part. Paths that fill the last block up are never read.
    profit: (years, draws) taxable profit of the empty roadmap. rate: (years,) of `Terms`.
    """

    def __init__(self, parts: int, profit: Floats, rate: Floats, most_bytes: int) -> None:
        self._profit, self._rate = profit, rate
        years, self.draws = profit.shape
        self.rows = 1 + years
        self.blocks = -(-self.draws // WIDTH)
        self.capacity = max(2, most_bytes // (8 * self.blocks * WIDTH * (self.rows + 2)))
        first = min(FIRST_ENTRIES, self.capacity)
        self.data = np.zeros((self.blocks, first, self.rows + 1, WIDTH))
        self.cost = np.zeros((first, self.draws))
        self._least, self._most = np.zeros((parts, years, self.draws)), np.zeros((parts, years, self.draws))
        self._places: list[dict[int, int]] = [{0: 0} for _ in range(parts)]
        self._owner: list[tuple[int, int]] = [(0, 0)]
        self._used = np.zeros(first, dtype=np.int64)
        self._now = 0

    def __len__(self) -> int:
        return len(self._owner) - 1

    def begin(self) -> None:
        """What is found or put from now on stays until the next call."""
        self._now += 1

    def find(self, part: int, marks: Sequence[int]) -> Ints:
        """Numbers of entries, MISSING where there is none."""
        places = self._places[part]
        found = np.array([places.get(mark, MISSING) for mark in marks], dtype=np.int64)
        self._used[found[found > 0]] = self._now
        return found

    def read(self, place: int) -> Floats:
        """(rows, draws) numbers of an entry."""
        whole = self.data[:, place, : self.rows].transpose(1, 0, 2)
        return np.ascontiguousarray(whole.reshape(self.rows, -1)[:, : self.draws])

    def put(self, part: int, mark: int, numbers: Floats, cost: Floats | None = None) -> int:
        """Keep (rows, draws) numbers and (draws,) cost; returns the number of the entry. Raises FullError when
        everything that is held is in use."""
        place = self._room()
        self.data[:, place] = in_blocks(np.vstack([numbers, numbers[0] - self._rate @ numbers[1:]]))
        self.cost[place] = 0.0 if cost is None else cost
        np.minimum(self._least[part], numbers[1:], out=self._least[part])
        np.maximum(self._most[part], numbers[1:], out=self._most[part])
        self._places[part][mark] = place
        self._owner[place] = part, mark
        self._used[place] = self._now
        return place

    def kinds(self) -> Ints:
        """(blocks,) UNTAXED, TAXED or MIXED, by bounds on the profit of every roadmap of entries that were ever put.

        A roadmap has one entry of a part at most, and none is worth 0, so the sum of the parts' bounds holds.
        """
        low, high = self._profit + self._least.sum(axis=0), self._profit + self._most.sum(axis=0)
        edge = np.full((1, self.blocks * WIDTH - self.draws), True)
        never = np.hstack([(high <= 0.0).all(axis=0)[None], edge]).reshape(self.blocks, WIDTH).all(axis=1)
        always = np.hstack([(low >= 0.0).all(axis=0)[None], edge]).reshape(self.blocks, WIDTH).all(axis=1)
        return np.where(never, UNTAXED, np.where(always, TAXED, MIXED)).astype(np.int64)

    def _room(self) -> int:
        place = len(self._owner)
        if place < self.capacity:
            if place == len(self._used):
                self._grow(min(self.capacity, 2 * place))
            self._owner.append((0, 0))
            return place
        place = 1 + int(np.argmin(self._used[1:]))
        if self._used[place] >= self._now:
            raise FullError(f"{self.capacity - 1:,} entries")
        part, mark = self._owner[place]
        del self._places[part][mark]
        return place

    def _grow(self, entries: int) -> None:
        old = self.data
        self.data = np.zeros((self.blocks, entries, *old.shape[2:]))
        self.data[:, : old.shape[1]] = old
        self.cost = np.concatenate([self.cost, np.zeros((entries - len(self.cost), self.draws))])
        self._used = np.concatenate([self._used, np.zeros(entries - len(self._used), dtype=np.int64)])


def in_blocks(numbers: Floats) -> Floats:
    """(rows, draws) as (blocks, rows, WIDTH), filled up with zeros."""
    rows, draws = numbers.shape
    blocks = -(-draws // WIDTH)
    padded = np.zeros((rows, blocks * WIDTH))
    padded[:, :draws] = numbers
    return np.ascontiguousarray(padded.reshape(rows, blocks, WIDTH).transpose(1, 0, 2))


held_at = record_at(Held)


@compiled
def add_up(held, chosen, counts, kinds, rate, first, last):  # type: ignore[no-untyped-def]
    """NPV of roadmaps on the paths of the blocks first .. last - 1.

    held: address of a packed `Held`. chosen: (roadmaps, most) numbers of entries, of which counts (roadmaps,) are used.
    kinds: (blocks,). Losses are carried forward without refund.
    """
    h = held_at(held)
    years = rate.shape[0]
    for block in range(first, last):
        kind = kinds[block]
        row = 1 + years if kind == TAXED else 0
        for r in range(chosen.shape[0]):
            n = counts[r]
            worth = lanes(0.0)
            for p in range(n):
                worth += h.entries[block, chosen[r, p], row]
            if kind == MIXED:
                tax, carried = lanes(0.0), lanes(0.0)
                for y in range(years):
                    change = lanes(0.0)
                    for p in range(n):
                        change += h.entries[block, chosen[r, p], 1 + y]
                    now = h.profit[block, y] + change - carried
                    tax += rate[y] * max(now, 0.0)
                    carried = max(-now, 0.0)
                worth -= tax - h.tax[block]
            h.worth[r, block] = worth
