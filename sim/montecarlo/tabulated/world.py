"""The draws of the tables, and flows of roadmaps on them by the kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from sim.lanes.records import Packed
from sim.montecarlo import batch
from sim.montecarlo.estimate import BLOCK, THREADS, Prepared, drivers, prepared, refuse_overflow, run_rows
from sim.montecarlo.kpis import CATEGORIES
from sim.montecarlo.layout import layout
from sim.montecarlo.structures import Floats, Ints, Layout
from sim.montecarlo.tabulated.terms import Terms
from sim.world import Scenario

PATHS, TOGETHER = 256, 32
"""Draws and roadmaps whose flows are in memory at once."""


@dataclass(frozen=True)
class Draws:
    """A range of draws of a scenario, and what the kernel needs to run them.

    theta: (draws, drivers). muted: slots that are 0 in the runs, because what follows from them is computed apart.
    """

    prepared: Prepared
    lay: Layout
    numbers: Ints
    theta: Floats
    threads: int
    muted: frozenset[int] = frozenset()

    @property
    def packed(self) -> Packed:
        return self.prepared.lay

    def sorted(self, order: Ints) -> Draws:
        """The same draws in another order."""
        return replace(self, numbers=self.numbers[order], theta=np.ascontiguousarray(self.theta[order]))

    def column(self, slot: int) -> Floats:
        """(draws,) values of a slot before effects."""
        table = self.prepared.table
        place = np.flatnonzero(table.driver_slots == slot)
        return self.theta[:, place[0]] if len(place) else np.full(len(self.numbers), table.base[slot])

    def inputs(self) -> tuple[Floats, Floats]:
        """base and theta with the muted numbers at 0."""
        table = self.prepared.table
        base, theta = table.base.copy(), self.theta
        base[list(self.muted)] = 0.0
        if self.muted:
            kept = [0.0 if slot in self.muted else 1.0 for slot in table.driver_slots]
            theta = theta * np.array(kept)
        return base, theta

    def flows(self, planned: Ints, terms: Terms) -> tuple[Floats, Floats, Floats]:
        """Of roadmaps (roadmaps, initiatives), the first of them empty: sums (roadmaps, rows, draws), see `Terms`; own
        cost and NPV (roadmaps, draws)."""
        from sim.montecarlo.tabulated.money import summarise  # loads the compiler

        n, rows = len(self.numbers), len(planned)
        months = self.lay.calendar.months
        base, theta = self.inputs()
        sums, cost, npv = np.empty((rows, terms.rows, n)), np.empty((rows, n)), np.empty((rows, n))
        for start in range(0, n, PATHS):
            part = slice(start, min(n, start + PATHS))
            for first in range(1, max(2, rows), TOGETHER):
                chosen = [0, *range(first, min(rows, first + TOGETHER))]
                size = part.stop - part.start, len(chosen)
                out = batch.empty_outputs(*size, 0, (len(CATEGORIES), months), 0)
                run_rows(self.prepared, base, theta[part], self.numbers[part], planned[chosen], out, self.threads)
                refuse_overflow(out.status, self.numbers[part])
                found = np.empty((size[1], terms.rows, size[0]))
                summarise(
                    out.flows, terms.discount, terms.year, terms.charged, terms.counted, terms.profit, terms.spread,
                    found,
                )  # fmt: skip
                for k, row in enumerate(chosen):
                    sums[row, :, part] = found[k]
                    cost[row, part] = out.values[:, k, 1]
                    npv[row, part] = out.values[:, k, 0]
        return sums, cost, npv

    @contextmanager
    def traced(self) -> Iterator[tuple[int, int, Floats, Floats, Ints, Ints]]:
        """First arguments of compiled functions that trace something through the draws, nothing muted."""
        scratch, table = self.prepared.take(), self.prepared.table
        try:
            yield self.packed.address, scratch.address, table.base, self.theta, table.driver_slots, self.numbers
        finally:
            self.prepared.spare.put(scratch)

    def shared(self, work: Callable[[int, int], None], count: int) -> None:
        """Do `work` on the ranges of `count` things, spread over threads."""
        if self.threads == 1 or count < 2:
            work(0, count)
            return
        ends = np.linspace(0, count, min(self.threads, count) + 1).astype(int)
        with ThreadPoolExecutor(self.threads) as pool:
            for _ in pool.map(work, ends[:-1], ends[1:]):
                pass


def draws_of(scenario: Scenario, draws: int, seed: int, first_draw: int, threads: int | None) -> Draws:
    """The draws from `first_draw` on, number for number those of `evaluate`."""
    ready = prepared(scenario, seed)
    numbers = np.arange(first_draw, first_draw + draws, dtype=np.int64)
    parts = [drivers(scenario, numbers[start : start + BLOCK], seed)[0] for start in range(0, draws, BLOCK)]
    lay = layout(ready.table, seed)
    return Draws(ready, lay, numbers, np.ascontiguousarray(np.vstack(parts)), min(threads or THREADS, THREADS))
