"""What became of each initiative in many draws: when it went live, what was spent on it, how many seats adopted it.

The kernel keeps this in its working memory while it simulates a block of paths; it is read there, block by block.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.lanes import WIDTH
from sim.montecarlo import batch
from sim.montecarlo.estimate import drivers, prepared, refuse_overflow
from sim.montecarlo.given import Given
from sim.montecarlo.scratch import Scratch
from sim.montecarlo.structures import Floats, Ints
from sim.roadmap import EMPTY, Roadmap, roadmap
from sim.world import Scenario

NEVER = np.inf


@dataclass(frozen=True)
class Delivered:
    """Of the initiatives of a roadmap, `names`, in its order. live: (draws, initiatives) month of go-live, infinite for
    never within the horizon; work that failed and left a part of its benefit counts as live. spent: (draws,
    initiatives, months) capital and delivery of its own to the end of the month, with overrun, help, deposit and the
    involvement of staff, gross of grants, without links, training and running cost [money]. adopted: the same, share of
    its seats that have adopted, 1 from go-live on where nobody has to.
    """

    names: tuple[str, ...]
    live: Floats
    spent: Floats
    adopted: Floats


def delivered(
    scenario: Scenario,
    starts: Roadmap | Mapping[str, int],
    draws: int,
    seed: int,
    *,
    first_draw: int = 0,
    months: int | None = None,
    given: Given | None = None,
) -> Delivered:
    """What became of each initiative of a roadmap in each draw, the same draws as those of `evaluate`.

    months: of spent and adopted, from month 0; None: the horizon. given: see `evaluate`. Raises ProblemsFound.
    """
    chosen = roadmap(scenario, starts)
    ready = prepared(scenario, seed)
    numbers = np.arange(first_draw, first_draw + draws, dtype=np.int64)
    if given is None:
        theta, _ = drivers(scenario, numbers, seed)
    else:
        numbers = given.events(first_draw, range(draws), 1)
        theta, _ = given.theta(ready.table, range(draws), 1, numbers, seed)
    planned = batch.start_months(scenario, [EMPTY, chosen])
    order = [i for i, name in enumerate(scenario.initiatives) if name in chosen.as_dict]
    last = scenario.horizon_months if months is None else months
    shape = (draws, len(order), last)
    live, spent, adopted = np.full(shape[:2], NEVER), np.zeros(shape), np.zeros(shape)
    reader = _Reader(ready.table.scenario, ready.table.slot, order, last)
    memory = ready.take()
    w: Any = Scratch._make(memory.kept[1:])
    out = batch.empty_outputs(draws, 2, 0, (0, 0), 0)
    try:
        for first in range(0, draws, WIDTH):
            rows = first, min(first + WIDTH, draws)
            arguments = ready.table.base, theta, ready.table.driver_slots, numbers, planned
            batch.run(ready.lay, memory, *arguments, rows, out)
            reader.read(w, rows, live, spent, adopted)
    finally:
        ready.spare.put(memory)
    refuse_overflow(out.status, numbers)
    names = list(scenario.initiatives)
    return Delivered(tuple(names[i] for i in order), live, spent, adopted)


class _Reader:
    """Reads the working memory of a block; slots of what it needs are looked up once."""

    def __init__(self, scenario: Scenario, slot: Mapping[str, int], order: list[int], months: int) -> None:
        self._initiatives = list(scenario.initiatives.items())
        self._slot, self._order, self._months = slot, order, months

    def read(self, w: Any, rows: tuple[int, int], live: Floats, spent: Floats, adopted: Floats) -> None:
        """Copy what the block holds of draws rows[0] .. rows[1] - 1."""
        lanes, here = rows[1] - rows[0], slice(*rows)
        n = len(self._initiatives)
        for j, i in enumerate(self._order):
            went: Ints = w.go_live[:lanes, i]
            live[here, j] = np.where(went >= 0, went.astype(np.float64), NEVER)
            spent[here, j] = self._spent(w, i, lanes)
            for k in range(lanes):
                g = int(went[k])
                if 0 <= g < self._months:
                    adopted[rows[0] + k, j] = w.adopted[k * n + i, g, : self._months]
                    adopted[rows[0] + k, j, :g] = 0.0

    def _spent(self, w: Any, i: int, lanes: int) -> Floats:
        """(lanes, months) capital and delivery to the end of each month."""
        name, one = self._initiatives[i]

        def value(field: str) -> Floats:
            return np.asarray(w.values[self._slot[f"initiatives.{name}.{field}"], :lanes])

        capital, delivery = value("capital").copy(), value("delivery").copy()
        if one.help is not None:
            capital += value("help.capital")
            delivery += value("help.delivery")
        if one.adoption is not None and one.adoption.involvement is not None:
            delivery += value("adoption.involvement.share") * value("adoption.involvement.cost")
        factor = w.cost_ratio[i, :lanes] * w.price[i, :lanes]
        work = w.work[i, : self._months, :lanes].T
        deposit = float(one.deposit_share)
        spent = (capital * (1.0 - deposit) + delivery)[:, None] * work
        for k in range(lanes) if deposit > 0.0 else ():
            started = int(w.started[k, i])
            if 0 <= started < self._months:
                spent[k, started] += capital[k] * deposit
        return np.cumsum(spent * factor[:, None], axis=1)
