"""Seats that adopt an initiative, one by one."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from sim.company.seats import adoption_events, tailwind
from sim.company.world_layer import Draw
from sim.mechanisms.delivery import FAILED, FINISHED, STOPPED

if TYPE_CHECKING:
    from sim.company.delivery import Schedule


@dataclass(frozen=True)
class Adopters:
    """One initiative's adopters. times (months): when a seat adopts (+1) or loses its adopter (-1), in `changes`;
    level: share of the member seats that have adopted from each of these moments on; share: monthly means."""

    times: tuple[float, ...]
    changes: tuple[int, ...]
    level: tuple[float, ...]
    share: tuple[float, ...]

    def at(self, time: float) -> float:
        """Share of the seats that have adopted at a moment (months)."""
        k = bisect_right(self.times, time)
        return self.level[k - 1] if k else 0.0


def adopters(
    draw: Draw,
    i: int,
    go_live: int,
    value: Callable[[str], float] | None = None,
    part: float = 1.0,
    wind: float = 1.0,
) -> Adopters:
    """Adopters of initiative i, live from month `go_live` on; without an adoption block everybody uses it at once.

    value: numbers by path, those of the draw unless given. part: share of it that works, less than 1 after a failure.
    wind: factor of momentum on p.
    """
    value = draw.value if value is None else value
    world = draw.table.scenario
    name, initiative = list(world.initiatives.items())[i]
    if initiative.adoption is None:
        share = tuple(part * float(m >= go_live) for m in range(world.horizon_months))
        return Adopters((float(go_live),), (), (part,), share)
    times, changes, mean = adoption_events(draw, name, go_live, value, wind)
    seats = sum(world.people[role].seats for role in world.people if role in initiative.adoption.roles)
    level = tuple(part * (count / seats) for count in accumulate(int(c) for c in changes))
    share = tuple(part * float(x) for x in mean)
    return Adopters(tuple(float(t) for t in times), tuple(int(c) for c in changes), level, share)


def all_adopters(draw: Draw, plan: Schedule) -> dict[int, Adopters]:
    """Adopters of every initiative that goes live."""
    return {i: adopters_of(draw, plan, i) for i, g in enumerate(plan.go_live) if g >= 0}


def adopters_of(draw: Draw, plan: Schedule, i: int) -> Adopters:
    """Adopters of initiative i, which goes live in a plan."""
    g = int(plan.go_live[i])
    return adopters(draw, i, g, plan.value, plan.part(i), momentum_at(draw, plan, g))


def momentum_at(draw: Draw, plan: Schedule, month: int) -> float:
    """Factor on p of what goes live in a month, for what went live or failed before."""
    block = draw.table.scenario.momentum
    if block is None:
        return 1.0
    settled = np.where(plan.state == FINISHED, plan.go_live, -1)
    for i in np.flatnonzero((plan.state == FAILED) | (plan.state == STOPPED)):
        settled[i] = plan.end(int(i))
    success = (plan.state == FINISHED).astype(np.int64)
    gain, loss = math.log(draw.value("momentum.success")), math.log(draw.value("momentum.failure"))
    most = math.log(block.most)
    return float(tailwind(settled, success, month, gain, loss, float(block.half_life_months), most))
