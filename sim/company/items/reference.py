"""The reference: every item a SimPy process, in one environment with the control processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import simpy

from sim.company.items.interface import Tally, Work
from sim.company.marks import ItemMarks
from sim.company.operations import Demand, Month, StepPlace, arrivals, item_path, made_by
from sim.company.pool import Pool
from sim.company.replication import EventCounts
from sim.company.shelves import supplied
from sim.company.systems import Needs, System


class ReferenceItems:
    """An `ItemEngine`. marks: numbers of the draw's items, by process, which its other roadmaps may share."""

    def __init__(self, marks: Mapping[str, ItemMarks], work: Work) -> None:
        world = work.draw.table.scenario
        self.env = env = simpy.Environment()
        self.clock, self.routes = work.clock, work.routes
        self.now = list(work.draw.values)
        self.slow = [1.0 / 60.0] * len(world.people)
        self.pools = [Pool(env, name, n) for name, n in zip(world.people, work.capacity, strict=True)]
        self.systems = {name: System(env, work.clock) for name in world.systems}
        self.month = Month(work.clock)
        self.tallies = [Tally() for _ in work.routes]
        self.marks = [marks[route.name] for route in work.routes]
        self.demand = [Demand(m, course) for m, course in zip(self.marks, work.courses, strict=True)]
        self.started = self.arrived = 0
        shelves = work.shelves
        self.supplies = [
            partial(supplied, shelves, self.now, work.draw.number, p)
            if shelves.first_taker[p] < shelves.first_taker[p + 1]
            else None
            for p in range(len(work.routes))
        ]
        always_up, estate = System(env, work.clock), list(self.systems.values())
        needs: dict[tuple[int, ...], System | Needs] = {(): always_up, **{(y,): s for y, s in enumerate(estate)}}
        capped = [system.capacity_per_day is not None for system in world.systems.values()]
        feeds: list[list[Callable[[int], None]]] = [[] for _ in work.routes]

        def make(p: int, k: int) -> None:
            for feed in feeds[p]:
                feed(k)

        self.items = [
            item_path(
                env, work.clock, self.month, self.now, self.slow, self.marks[p],
                [
                    StepPlace(
                        self.pools[s.role], needs.get(s.systems) or Needs([estate[y] for y in s.systems]), s,
                        any(capped[y] for y in s.systems),
                    )
                    for s in route.steps
                ],
                route, self.tallies[p], p, work.journal, partial(make, p),
            )
            for p, route in enumerate(work.routes)
        ]  # fmt: skip
        for p, route in enumerate(work.routes):
            for feed in route.feeds:
                q, lost = feed.target, work.routes[feed.target].lost_slot
                own = self.supplies[q], self.tallies[q], self.items[q]
                feeds[p].append(made_by(env, self.now, self.marks[q], feed, lost, *own))

    @property
    def busy(self) -> list[float]:
        """Hours of service by month."""
        return self.month.busy

    def open_month(self, m: int, factors: Sequence[float]) -> None:
        """Let the items of the month arrive."""
        self.month.end = (m + 1) * self.clock.month_hours
        for p, (route, demand) in enumerate(zip(self.routes, self.demand, strict=True)):
            first, times = demand.month(m * self.clock.month_hours, self.month.end, factors[p])
            lost = self.marks[p], route.lost_slot, self.supplies[p]
            self.env.process(arrivals(self.env, self.now, *lost, self.tallies[p], self.items[p], first, times))

    def advance(self, until: float) -> None:
        """Everything is in one environment."""
        self.env.run(until=until)

    def close_month(self, m: int) -> list[Tally]:
        """Counts by process."""
        self.month.busy[m] += self.month.hours
        self.month.hours = 0.0
        taken = [tally.take() for tally in self.tallies]
        self.arrived += sum(tally.arrived for tally in taken)
        self.started += sum(tally.arrived - tally.lost for tally in taken)
        return taken

    def events(self) -> EventCounts:
        """Counts of the pools, and one timeout for each arrival, service and patience."""
        pools = self.pools
        grants = sum(pool.grants for pool in pools)
        return EventCounts(
            spawns=self.started,
            requests=sum(pool.requests for pool in pools),
            timeouts=self.arrived + grants + sum(pool.timers for pool in pools),
            releases=grants,
            waits=sum(pool.waits for pool in pools),
        )
