"""Seats that adopt an initiative, one by one."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from sim.company.delivery import Schedule
from sim.company.world_layer import Draw, Floats, adoption_events, tailwind
from sim.mechanisms.delivery import FAILED, FINISHED


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


def adopters(draw: Draw, i: int, go_live: int, wind: float = 1.0, involved: float = 1.0) -> Adopters:
    """Adopters of initiative i, live from month `go_live` on; without an adoption block everybody uses it at once.

    wind: factor of momentum on p. involved: share of the staff concerned.
    """
    world = draw.table.scenario
    name, initiative = list(world.initiatives.items())[i]
    if initiative.adoption is None:
        share = tuple(float(m >= go_live) for m in range(world.horizon_months))
        return Adopters((float(go_live),), (), (1.0,), share)
    times, changes, mean = adoption_events(draw, name, go_live, wind, involved)
    seats = sum(world.people[role].seats for role in world.people if role in initiative.adoption.roles)
    level = tuple(count / seats for count in accumulate(int(c) for c in changes))
    return Adopters(tuple(float(t) for t in times), tuple(int(c) for c in changes), level, tuple(map(float, mean)))


def all_adopters(draw: Draw, plan: Schedule, involved: Floats | None = None) -> dict[int, Adopters]:
    """Adopters of every initiative that goes live. involved: share of the staff, by initiative; None: all of it."""
    shares = np.ones(len(plan.go_live)) if involved is None else involved
    live = [(i, int(g)) for i, g in enumerate(plan.go_live) if g >= 0]
    return {i: adopters(draw, i, g, momentum_at(draw, plan, g), float(shares[i])) for i, g in live}


def momentum_at(draw: Draw, plan: Schedule, month: int) -> float:
    """Factor on p of what goes live in a month, for what went live or failed before."""
    block = draw.table.scenario.momentum
    if block is None:
        return 1.0
    settled = np.where(plan.state == FINISHED, plan.go_live, -1)
    for i in np.flatnonzero(plan.state == FAILED):
        settled[i] = np.flatnonzero(plan.work[i])[-1] + 1
    success = (plan.state == FINISHED).astype(np.int64)
    gain, loss = math.log(draw.value("momentum.success")), math.log(draw.value("momentum.failure"))
    most = math.log(block.most)
    return float(tailwind(settled, success, month, gain, loss, float(block.half_life_months), most))
