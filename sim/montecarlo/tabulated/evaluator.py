"""NPV of many roadmaps on the same draws: look up what each unit of initiatives delivers, add up, tax the sum.

Equal to `evaluate` path by path up to rounding; see `coupling` for what may be looked up apart, `learning` and `apart`
for the entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from sim.errors import Problem, ProblemsFound
from sim.lanes import WIDTH
from sim.lanes.records import pack
from sim.montecarlo.batch import start_months
from sim.montecarlo.estimate import LAST_DRAW
from sim.montecarlo.structures import Floats, Ints
from sim.montecarlo.tabulated.apart import Others
from sim.montecarlo.tabulated.audit import Audit
from sim.montecarlo.tabulated.coupling import Separation, separate
from sim.montecarlo.tabulated.delivery import classes_of, work_of
from sim.montecarlo.tabulated.learning import ROUNDING, DisagreementError, Learner
from sim.montecarlo.tabulated.lookup import LookUp
from sim.montecarlo.tabulated.money import tax_of
from sim.montecarlo.tabulated.spread import Statistics, statistics
from sim.montecarlo.tabulated.store import Held, add_up, in_blocks
from sim.montecarlo.tabulated.terms import terms_of
from sim.montecarlo.tabulated.world import Draws, draws_of
from sim.roadmap import Roadmap, roadmap
from sim.world import Scenario

MEMORY = 1 << 30
"""Bytes of entries that are kept unless the caller says otherwise."""
BATCH = 1024
"""Roadmaps whose entries are looked up together."""
Starts = Roadmap | Mapping[str, int]


def tables(
    scenario: Scenario,
    draws: int,
    seed: int,
    *,
    first_draw: int = 0,
    threads: int | None = None,
    most_bytes: int = MEMORY,
) -> Tables:
    """Tables for roadmaps of a scenario on the draws from `first_draw` on; entries are made when they are first wanted.

    most_bytes: of entries kept; beyond it those go that were not used for longest. threads change no bit.
    Raises ProblemsFound for a world that cannot be simulated, and DisagreementError if the tables do not give what the
    kernel computes for the empty roadmap, for a part of a roadmap, or for some whole ones (see `Audit`).
    """
    if draws < 1:
        raise ProblemsFound([Problem("draws", "at least one draw is needed", draws, hint="1 or more")])
    if not 0 <= first_draw <= LAST_DRAW - draws:
        hint = f"draws are numbered from 0 to {LAST_DRAW:,}"
        raise ProblemsFound([Problem("first_draw", "outside the range", first_draw, hint)])
    natural = draws_of(scenario, draws, seed, first_draw, threads)
    ready, estate, terms = natural.prepared, natural.lay.estate, terms_of(natural.lay.calendar)
    full, _, _ = natural.flows(np.full((1, len(scenario.initiatives)), -1, dtype=np.int64), terms)
    order = np.argsort(full[0, 1:].max(axis=0), kind="stable")  # paths that are taxed alike lie side by side
    world, full = natural.sorted(order), full[:, :, order]
    work = work_of(world)
    classes = classes_of(world.lay, work)
    separation = separate(ready.table, world.lay, world.column, classes is not None)
    muted = {int(estate.attempts_slot[h]) for h in separation.threats}
    muted |= {int(estate.repair_cost_slot[y]) for y in separation.systems}
    learner = Learner(replace(world, muted=frozenset(muted)), terms, separation, classes)
    others = None
    if classes is not None and muted:
        others = Others(world, terms, separation, work, classes, most_bytes // 4)
        gap, scale = np.abs(learner.nothing + others.nothing - full[0]).max(), np.abs(full[0]).max()
        if not gap <= ROUNDING * scale:
            raise DisagreementError(f"the empty roadmap: parts and kernel differ by {gap:g}")
    profit = np.ascontiguousarray(full[0, 1:])
    return Tables(
        scenario, world, LookUp(learner, others, profit, most_bytes), profit, separation, order, Audit(world, terms)
    )


@dataclass(frozen=True)
class Tables:
    """What roadmaps are worth on one range of draws; see `tables`. separation: how their worth falls apart.

    Inside, paths are sorted by the profit of the empty roadmap.
    """

    scenario: Scenario
    world: Draws
    lookup: LookUp
    profit: Floats  # (years, draws) taxable profit of the empty roadmap
    separation: Separation
    order: Ints  # (draws,) number of the draw, from the first one on, of each path
    audit: Audit

    def __len__(self) -> int:
        """Entries that are held."""
        return len(self.lookup.store)

    @property
    def draws(self) -> int:
        return len(self.world.numbers)

    def planned(self, roadmaps: Iterable[Starts]) -> Ints:
        """(roadmaps, initiatives) start months, -1 for none. Raises ProblemsFound for a roadmap that the scenario does
        not allow."""
        return start_months(self.scenario, (roadmap(self.scenario, one) for one in roadmaps))

    def missing(self, roadmaps: Iterable[Starts] | Ints) -> int:
        """Entries that the kernel would have to learn for roadmaps."""
        return self.lookup.missing(self._checked(roadmaps))

    def npv(self, roadmaps: Iterable[Starts] | Ints) -> Floats:
        """(draws, roadmaps) NPV against the empty roadmap. roadmaps: as for `evaluate`, or what `planned` gave."""
        planned = self._checked(roadmaps)
        out, back = np.empty((len(planned), self.draws)), np.argsort(self.order)
        for first in range(0, len(planned), BATCH):
            worth = self._worth(planned[first : first + BATCH])
            np.take(worth, back, axis=1, out=out[first : first + BATCH], mode="clip")  # without a copy in between
        return out.T

    def costs(self, roadmaps: Iterable[Starts] | Ints) -> Floats:
        """(roadmaps,) mean present value of the own cost."""
        planned, found = self._checked(roadmaps), []
        for first in range(0, len(planned), BATCH):
            for entries, counts in self.lookup.entries(planned[first : first + BATCH]):
                mean = self.lookup.store.cost.mean(axis=1)
                found += [float(mean[row[:n]].sum()) for row, n in zip(entries, counts, strict=True)]
        return np.array(found)

    def statistics(self, roadmaps: Iterable[Starts] | Ints) -> Statistics:
        """Statistics of each roadmap; the values of a batch of roadmaps are in memory at once."""
        planned = self._checked(roadmaps)
        return statistics(self._worth(planned[first : first + BATCH]) for first in range(0, len(planned), BATCH))

    def _checked(self, roadmaps: Iterable[Starts] | Ints) -> Ints:
        if not isinstance(roadmaps, np.ndarray):
            return self.planned(roadmaps)
        count = len(self.scenario.initiatives)
        if roadmaps.ndim != 2 or roadmaps.shape[1] != count or roadmaps.dtype != np.int64:
            raise ValueError(f"roadmaps must be an int64 array (roadmaps, {count}) of start months, -1 for none")
        return roadmaps

    def _worth(self, planned: Ints) -> Floats:
        """(roadmaps, draws), paths in the order of the entries."""
        store, rate = self.lookup.store, self.lookup.learner.terms.rate
        tax = np.empty(self.draws)
        tax_of(self.profit, rate, tax)
        profit, paid = in_blocks(self.profit), np.ascontiguousarray(in_blocks(tax[None])[:, 0])
        found = [np.empty((0, self.draws))]
        for entries, counts in self.lookup.entries(planned):
            worth = np.empty((len(entries), store.blocks + 1, WIDTH))  # one more: rows must not share a place in caches
            held, kinds = pack(Held(store.data, profit, paid, worth)), store.kinds()

            def work(first: int, last: int, entries=entries, counts=counts, held=held, kinds=kinds) -> None:  # type: ignore[no-untyped-def]
                add_up(held.address, entries, counts, kinds, rate, first, last)

            self.world.shared(work, store.blocks)
            found.append(worth.reshape(len(entries), -1)[:, : self.draws])
        whole = found[1] if len(found) == 2 else np.vstack(found)
        self.audit.check(planned, whole)
        return whole
