"""NPV of many roadmaps on the same draws: look up what each unit of initiatives delivers, add up, tax the sum.

Equal to `evaluate` path by path up to rounding; see `coupling` for what may be looked up apart, `learning` and `apart`
for the entries.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from sim.errors import Problem, ProblemsFound
from sim.montecarlo.structures import Floats, Ints
from sim.montecarlo.tables.apart import Others
from sim.montecarlo.tables.coupling import Separation, separate
from sim.montecarlo.tables.delivery import Classes, classes_of, work_of
from sim.montecarlo.tables.learning import ROUNDING, Disagreement, Learner
from sim.montecarlo.tables.money import tax_of, terms_of
from sim.montecarlo.tables.store import BLOCK, Full, Key, Store, add_up, in_blocks
from sim.montecarlo.tables.world import Draws, draws_of
from sim.roadmap import Roadmap, roadmap
from sim.world import Scenario

MEMORY = 1 << 30
"""Bytes of entries that are kept unless the caller says otherwise."""
BATCH = 256
"""Roadmaps whose entries are looked up together."""
TAIL = 0.05

Starts = Roadmap | Mapping[str, int]


@dataclass(frozen=True)
class Statistics:
    """Of the NPV of each roadmap, (roadmaps,): mean, its standard error, 5 % quantile (type 7), mean of the worst 5 %."""

    mean: Floats
    se: Floats
    p5: Floats
    cvar5: Floats


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
    Raises ProblemsFound for a world that cannot be simulated.
    """
    if draws < 1:
        raise ProblemsFound([Problem("draws", "at least one draw is needed", draws, hint="1 or more")])
    if first_draw < 0:
        raise ProblemsFound([Problem("first_draw", "draws are numbered from 0", first_draw)])
    world = draws_of(scenario, draws, seed, first_draw, threads)
    ready = world.prepared
    scratch = ready.take()
    work = work_of(
        world.packed, scratch, ready.table.base, world.theta, ready.table.driver_slots, world.numbers,
        len(scenario.initiatives),
    )  # fmt: skip
    ready.spare.put(scratch)
    classes = classes_of(world.lay, work)
    separation = separate(ready.table, world.lay, world.column, classes is not None)
    terms = terms_of(world.lay.calendar)
    full, _, _ = world.flows(np.full((1, len(scenario.initiatives)), -1, dtype=np.int64), terms)
    estate = world.lay.estate
    muted = {int(estate.attempts_slot[h]) for h in separation.threats}
    muted |= {int(estate.repair_cost_slot[y]) for y in separation.systems}
    learner = Learner(replace(world, muted=frozenset(muted)), terms, separation, classes)
    others = None
    if classes is not None and muted:
        others = Others(world, terms, separation, work, classes, most_bytes // 4)
        gap = np.abs(learner.nothing + others.nothing - full[0]).max()
        if not gap <= ROUNDING * np.abs(full[0]).max():
            raise Disagreement(f"the empty roadmap: parts and kernel differ by {gap:g}")
    return Tables(scenario, world, learner, others, full[0][1:], separation, most_bytes)


class Tables:
    """What roadmaps are worth on one range of draws; see `tables`. separation: how their worth falls apart."""

    def __init__(
        self,
        scenario: Scenario,
        draws: Draws,
        learner: Learner,
        others: Others | None,
        profit: Floats,
        separation: Separation,
        most_bytes: int,
    ) -> None:
        self.scenario, self.separation = scenario, separation
        self._draws, self._learner, self._others = draws, learner, others
        self._store = Store(len(draws.numbers), learner.terms.rows, most_bytes)
        tax = np.empty(len(draws.numbers))
        tax_of(np.ascontiguousarray(profit), learner.terms.rate, tax)
        self._profit = in_blocks(profit, self._store.blocks)
        self._tax = np.ascontiguousarray(in_blocks(tax[None], self._store.blocks)[:, 0])

    @property
    def draws(self) -> int:
        return len(self._draws.numbers)

    def __len__(self) -> int:
        """Entries that are held."""
        return len(self._store)

    def planned(self, roadmaps: Iterable[Starts]) -> Ints:
        """(roadmaps, initiatives) start months, -1 for none. Raises ProblemsFound for a roadmap that the scenario does
        not allow."""
        names = {name: i for i, name in enumerate(self.scenario.initiatives)}
        chosen = [roadmap(self.scenario, one) for one in roadmaps]
        planned = np.full((len(chosen), len(names)), -1, dtype=np.int64)
        for row, one in enumerate(chosen):
            for name, month in one.starts:
                planned[row, names[name]] = month
        return planned

    def npv(self, roadmaps: Iterable[Starts] | Ints) -> Floats:
        """(draws, roadmaps) NPV against the empty roadmap. roadmaps: as for `evaluate`, or what `planned` gave."""
        planned = self._checked(roadmaps)
        out = np.empty((len(planned), self.draws))
        for first in range(0, len(planned), BATCH):
            out[first : first + BATCH] = self._worth(planned[first : first + BATCH])
        return out.T

    def costs(self, roadmaps: Iterable[Starts] | Ints) -> Floats:
        """(roadmaps,) mean present value of the own cost."""
        planned = self._checked(roadmaps)
        found = []
        for first in range(0, len(planned), BATCH):
            for entries in self._entries(planned[first : first + BATCH]):
                found += [float(np.mean(self._store.cost[row[row > 0]].sum(axis=0))) for row in entries]
        return np.array(found)

    def statistics(self, roadmaps: Iterable[Starts] | Ints) -> Statistics:
        """Statistics of each roadmap; the values of a batch of roadmaps are in memory at once."""
        planned = self._checked(roadmaps)
        found = [_statistics(self._worth(planned[k : k + BATCH])) for k in range(0, len(planned), BATCH)]
        empty = np.zeros((0, 4))
        return Statistics(*np.ascontiguousarray(np.vstack([empty, *found]).T))

    def _checked(self, roadmaps: Iterable[Starts] | Ints) -> Ints:
        return roadmaps if isinstance(roadmaps, np.ndarray) else self.planned(roadmaps)

    def _worth(self, planned: Ints) -> Floats:
        """(roadmaps, draws)"""
        found = []
        for entries in self._entries(planned):
            counts = (entries > 0).sum(axis=1)
            order = np.argsort(entries == 0, axis=1, kind="stable")
            packed = np.ascontiguousarray(np.take_along_axis(entries, order, axis=1))
            out = np.empty((len(entries), self._store.blocks * BLOCK))
            self._draws.shared(
                lambda a, b, packed=packed, counts=counts, out=out: add_up(  # type: ignore[misc]
                    self._store.data, packed, counts, self._profit, self._tax, self._learner.terms.rate, a, b, out
                ),
                self._store.blocks,
            )
            found.append(out[:, : self.draws])
        return np.vstack(found)

    def _entries(self, planned: Ints) -> Iterable[Ints]:
        """Numbers of the entries of roadmaps (roadmaps, entries), 0 for none; in pieces whose entries fit together."""
        try:
            yield self._look_up(planned)
        except Full:
            if len(planned) == 1:
                raise
            half = len(planned) // 2
            yield from self._entries(planned[:half])
            yield from self._entries(planned[half:])

    def _look_up(self, planned: Ints) -> Ints:
        delivered, live = self._learner.keys(planned)
        columns: list[tuple[list[Key | None], np.ndarray]] = []
        wanted: dict[Key, tuple[int, Ints]] = {}
        for unit, members in enumerate(self._learner.units):
            first, back = _distinct(delivered[:, members])
            keys = [self._learner.name(unit, delivered[row]) if delivered[row, members].any() else None for row in first]
            wanted |= {key: (unit, planned[row]) for key, row in zip(keys, first, strict=True) if key is not None}
            columns.append((keys, back))
        missing: list[tuple[int, list[Key], list[int]]] = []
        pinned: set[Key] = set(wanted)
        for p, part in enumerate(self._others.parts if self._others is not None else ()):
            first, back = _distinct(delivered[:, part.members])
            names: list[Key | None] = [
                (part.kind, part.number, delivered[row, part.members].tobytes())
                if delivered[row, part.members].any()
                else None
                for row in first
            ]
            columns.append((names, back))
            pinned |= {key for key in names if key is not None}
            new = [(key, row) for key, row in zip(names, first, strict=True) if key is not None and key not in self._store]
            missing.append((p, [key for key, _ in new], [int(row) for _, row in new]))
        self._store.touch(pinned)
        self._make_others(missing, delivered, live, pinned)
        unknown = {key: need for key, need in wanted.items() if key not in self._store}
        lost = self._learner.learn(unknown, self._store, pinned) if unknown else set()
        places = np.zeros((len(planned), len(columns) + 1), dtype=np.int64)
        for column, (keys, back) in enumerate(columns):
            at = np.array([0 if key is None or key in lost else self._store.at(key) for key in keys], dtype=np.int64)
            places[:, column] = at[back]
        if lost:
            self._run_whole(planned, columns, lost, places, pinned)
        return places

    def _make_others(
        self,
        missing: list[tuple[int, list[Key], list[int]]],
        delivered: np.ndarray,
        live: np.ndarray | None,
        pinned: set[Key],
    ) -> None:
        for p, keys, rows in missing:
            if keys and self._others is not None and live is not None:
                part = self._others.parts[p]
                made = self._others.entries(part, live[rows], delivered[rows][:, part.members])
                for key, numbers in zip(keys, made, strict=True):
                    self._store.put(key, numbers, None, pinned)

    def _run_whole(
        self,
        planned: Ints,
        columns: list[tuple[list[Key | None], np.ndarray]],
        lost: set[Key],
        places: Ints,
        pinned: set[Key],
    ) -> None:
        """Entries of whole roadmaps, for those in which units cannot be told apart."""
        units = len(self._learner.units)
        rows = [
            row for row in range(len(planned)) if any(keys[back[row]] in lost for keys, back in columns[:units])
        ]
        keys = {row: ("whole", planned[row].tobytes()) for row in rows}
        new = {key: row for row, key in keys.items() if key not in self._store}
        pinned |= set(keys.values())
        for key, (sums, cost) in zip(new, self._learner.run([planned[row] for row in new.values()]) if new else (), strict=True):
            self._store.put(key, sums, cost, pinned)
        for row, key in keys.items():
            places[row, :units] = 0
            places[row, -1] = self._store.at(key)


def _distinct(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First row of each distinct row of keys (rows, members), and the number of its kind for every row."""
    if keys.shape[1] == 1:
        _, first, back = np.unique(keys[:, 0], return_index=True, return_inverse=True)
    else:
        _, first, back = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return first, back.reshape(-1)


def _statistics(values: Floats) -> Floats:
    """(roadmaps, 4) of (roadmaps, draws), as `sim.measures` defines them."""
    n = values.shape[1]
    mean = values.mean(axis=1)
    error = values.std(axis=1, ddof=1) / math.sqrt(n) if n > 1 else np.full(len(values), math.inf)
    at = TAIL * (n - 1)
    low = int(at)
    held = min(n - 1, max(low + 1, int(TAIL * n + 1e-9)))
    lowest = np.sort(np.partition(values, held, axis=1)[:, : held + 1], axis=1)
    p5 = lowest[:, low] + (at - low) * (lowest[:, min(low + 1, held)] - lowest[:, low])
    count = TAIL * n
    if abs(count - round(count)) < 1e-9 * n and round(count) > 0:
        count = float(round(count))
    whole = int(count)
    tail = lowest[:, :whole].sum(axis=1) + (count - whole) * lowest[:, min(whole, n - 1)]
    cvar = tail / count if whole else lowest[:, 0]
    return np.column_stack([mean, error, p5, cvar])
