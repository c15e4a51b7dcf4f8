"""Seats that adopt an initiative, one by one."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from sim.company.delivery import Schedule
from sim.company.world_layer import Draw, adoption_events


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


def adopters(draw: Draw, i: int, go_live: int) -> Adopters:
    """Adopters of initiative i, live from month `go_live` on; without an adoption block everybody uses it at once."""
    world = draw.table.scenario
    name, initiative = list(world.initiatives.items())[i]
    if initiative.adoption is None:
        share = tuple(float(m >= go_live) for m in range(world.horizon_months))
        return Adopters((float(go_live),), (), (1.0,), share)
    roles = initiative.adoption.roles
    member = np.array([role in roles for role in world.people], dtype=np.int64)
    p, q, ceiling, joiner = (
        draw.value(f"initiatives.{name}.adoption.{field}") for field in ("p", "q", "ceiling", "joiner_share")
    )
    times, changes, mean = adoption_events(draw, name, go_live, member, (p, q, ceiling, joiner))
    seats = sum(world.people[role].seats for role in world.people if role in roles)
    level = tuple(count / seats for count in accumulate(int(c) for c in changes))
    return Adopters(tuple(float(t) for t in times), tuple(int(c) for c in changes), level, tuple(map(float, mean)))


def all_adopters(draw: Draw, plan: Schedule) -> dict[int, Adopters]:
    """Adopters of every initiative that goes live."""
    return {i: adopters(draw, i, int(g)) for i, g in enumerate(plan.go_live) if g >= 0}
