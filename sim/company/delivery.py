"""Projects: when work starts and ends, what it costs, and the days that it takes from people who also serve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import simpy

from sim.company.clock import Clock
from sim.company.ledger import Ledger
from sim.company.pool import CLAIM, Pool
from sim.company.world_layer import Draw, Floats, Ints, _deliver
from sim.mechanisms.delivery import FROM_START, PROCEED
from sim.montecarlo.kpis import CAPITAL, DELIVERY, RENEWAL, RUNNING
from sim.roadmap import Roadmap


@dataclass(frozen=True)
class Schedule:
    """What becomes of a roadmap in a draw, by initiative in the order of the file; months, -1 for none.

    state: of `sim.mechanisms.delivery`. work (initiatives, months): share of the whole work done in a month. used
    (skills, months): own staff's days.
    """

    planned: Ints
    state: Ints
    started: Ints
    go_live: Ints
    work: Floats
    used: Floats

    def alive(self, draw: Draw, i: int, m: int) -> bool:
        """Whether initiative i works in month m: live, and within its life or renewed."""
        name, initiative = list(draw.table.scenario.initiatives.items())[i]
        g = int(self.go_live[i])
        life = initiative.life_months
        return 0 <= g <= m and (life is None or m < g + life or initiative.renewal_cost is not None)


def schedule(draw: Draw, roadmap: Roadmap) -> Schedule:
    """Work of a roadmap in a draw: requirements, scarce days, overruns and gates decide."""
    world = draw.table.scenario
    names, months = list(world.initiatives), world.horizon_months
    starts = roadmap.as_dict
    planned = np.array([starts.get(name, -1) for name in names], dtype=np.int64)
    days = np.zeros((len(names), len(world.skills)))
    before, lag, flags, first = [], [], [], [0]
    for i, initiative in enumerate(world.initiatives.values()):
        days[i] = [initiative.skill_days.get(skill, 0.0) for skill in world.skills]
        for row in initiative.requires:
            before.append(names.index(row.initiative))
            lag.append(row.lag_months)
            flags.append(FROM_START * (row.counted_from == "start") + PROCEED * (row.if_fails == "proceed"))
        first.append(len(before))
    capacity = np.array([skill.days_per_month for skill in world.skills.values()], dtype=np.float64)
    state, go_live, started = (np.empty(len(names), dtype=np.int64) for _ in range(3))
    work, used = np.empty((len(names), months)), np.empty((len(world.skills), months))
    _, work_months, fails = draw.projects
    rows = (np.array(x, dtype=np.int64) for x in (before, lag, flags, first))
    _deliver(planned, work_months, fails, days, capacity, *rows, state, go_live, started, work, used)
    return Schedule(planned, state, started, go_live, work, used)
