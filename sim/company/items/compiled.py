"""The compiled engine: items in a compiled event loop, played up to each control event of SimPy and then on.

SimPy sees no item. Where an item frees a person for whom a claim waits, the loop stops there and the clock of the
environment is set to that moment, so that the claim wakes as it would beside SimPy's own items.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import partial

import simpy

from sim.company.clock import Clock
from sim.company.items import loop
from sim.company.items.heap import LARGEST
from sim.company.items.interface import Tally, Work
from sim.company.items.state import (
    FACTOR,
    FREE,
    GRANTS,
    HANDED,
    HEAP,
    NOTED,
    NOW,
    REQUESTS,
    SERVICE,
    TIMERS,
    WAITS,
    grown,
    new_state,
)
from sim.company.pool import CLAIM, FOREVER, Turn
from sim.company.replication import EventCounts
from sim.company.systems import System, kept_credit
from sim.lanes.records import pack


class Stage(simpy.Environment):
    """An environment whose clock others may advance between its events."""

    def set_clock(self, time: float) -> None:
        """Go to a moment before the next event."""
        self._now = time


class SharedPool:
    """The people of a role, whom SimPy's claims share with compiled items. Claims wait here, items in the engine."""

    def __init__(self, engine: CompiledItems, role: int, capacity: int) -> None:
        self.engine, self.role, self.capacity = engine, role, capacity
        self.env: simpy.Environment = engine.env
        self.line: deque[Turn] = deque()
        self.requests = self.grants = self.timers = self.waits = 0

    def request(self, patience: float = FOREVER, kind: int = CLAIM) -> Turn:
        """A claim asks for a person; patience in hours."""
        if kind != CLAIM:
            raise ValueError("compiled items are not asked for one by one: only claims may be")
        state, turn = self.engine.state, Turn(self)
        self.requests += 1
        if state.free[self.role]:
            state.free[self.role] -= 1
            self._grant(turn)
            return turn
        self.waits += 1
        self.line.append(turn)
        state.claims[self.role] += 1
        if patience < FOREVER:
            self.timers += 1
            self.env.timeout(max(0.0, patience)).callbacks.append(partial(self._expire, turn))
        return turn

    def _grant(self, turn: Turn) -> None:
        self.grants += 1
        turn.granted = True

    def _expire(self, turn: Turn, event: simpy.Event) -> None:
        if not (turn.granted or turn.left):
            self.engine.state.claims[self.role] -= 1
            turn.expire(event)

    def hand_over(self) -> None:
        """A person is free, and a claim waits: the first that has not left gets it. There is none where processes that
        were cut off at the horizon give back what they held."""
        while self.line:
            turn = self.line.popleft()
            if not turn.left:
                self.engine.state.claims[self.role] -= 1
                self._grant(turn)
                turn.succeed()
                return

    def release(self) -> None:
        """A claim ends."""
        if self.engine.state.claims[self.role]:
            self.hand_over()
        else:
            self.engine.give_back(self.role)


class SharedSystem(System):
    """A system whose items wait in the engine."""

    def __init__(self, engine: CompiledItems, number: int, clock: Clock) -> None:
        super().__init__(engine.env, clock)
        self.engine, self.number = engine, number

    def allow(self, items: float) -> None:
        """A day begins; as of any system, in the engine."""
        credit = self.engine.state.credit
        credit[self.number] = kept_credit(float(credit[self.number])) + items

    def stop(self) -> None:
        """Items that need it begin to wait."""
        self.engine.state.down[self.number] = 1

    def go_on(self) -> None:
        """Items that wait for it go on."""
        self.engine.go_on(self.number)


class CompiledItems:
    """An `ItemEngine`."""

    def __init__(self, work: Work) -> None:
        world = work.draw.table.scenario
        self.env = Stage()
        self.clock, self.journal = work.clock, work.journal
        self.state = new_state(work)
        self.packed = pack(self.state)
        self.now, self.slow, self.busy = self.state.now, self.state.slow, self.state.busy
        self.pools = [SharedPool(self, r, n) for r, n in enumerate(work.capacity)]
        self.systems = {name: SharedSystem(self, y, work.clock) for y, name in enumerate(world.systems)}
        self.arrived = self.started = 0

    def open_month(self, m: int, factors: Sequence[float]) -> None:
        """Let the items of the month arrive."""
        hours = self.clock.month_hours
        self.state.demand[:, FACTOR] = factors
        self._room(len(factors))
        loop.open_month(self.packed.address, m * hours, (m + 1) * hours, self.env.now)

    def advance(self, until: float) -> None:
        """Items up to the next control event, that event, and so on; control events come first at equal times."""
        env = self.env
        end = env.now + (until - env.now)  # rounded as by SimPy
        while True:
            event = env.peek()
            self._play(min(event, end))
            event = env.peek()  # a claim may have become due
            if event >= end:
                env.set_clock(end)
                return
            env.step()

    def _play(self, until: float) -> None:
        """Play items alone; stop early where a claim gets a person."""
        while (outcome := loop.play(self.packed.address, until)) == loop.FULL:
            self._grow(0)
        if outcome == loop.CLAIMED:
            role = int(self.state.totals[HANDED]) - 1
            self.state.totals[HANDED] = 0
            self.env.set_clock(float(self.state.clock[NOW]))
            self.pools[role].hand_over()

    def give_back(self, role: int) -> None:
        """A person whom no claim wants goes to the items."""
        self._room(1)
        loop.give_back(self.packed.address, role, self.env.now)

    def go_on(self, system: int) -> None:
        """A system is up."""
        self.state.down[system] = 0
        self._room(len(self.state.born) - int(self.state.totals[FREE]))
        loop.go_on(self.packed.address, system, self.env.now)

    def _room(self, events: int) -> None:
        """Room for so many new events."""
        if self.state.totals[HEAP] + events > len(self.state.event_time):
            self._grow(events)

    def _grow(self, events: int) -> None:
        if len(self.state.born) >= LARGEST:
            raise OverflowError(f"more than {LARGEST:,} items in the company at once: no queue of a small business")
        self.state = grown(self.state, events)
        self.packed = pack(self.state)

    def close_month(self, m: int) -> list[Tally]:
        """Counts by process."""
        state = self.state
        loop.close_month(self.packed.address, self.env.now)
        state.busy[m] += state.clock[SERVICE]
        state.clock[SERVICE] = 0.0
        taken = [Tally(*counts, *sums) for counts, sums in zip(state.counts.tolist(), state.sums.tolist(), strict=True)]
        state.counts[:] = 0
        state.sums[:] = 0.0
        self.arrived += sum(tally.arrived for tally in taken)
        self.started += sum(tally.arrived - tally.lost for tally in taken)
        self._note()
        return taken

    def _note(self) -> None:
        """Bring the journal up to date."""
        if self.journal is not None:
            n = int(self.state.totals[NOTED])
            rows = zip(self.state.journal_items[:n].tolist(), self.state.journal_times[:n].tolist(), strict=True)
            self.journal.rows.extend((p, k, born, done, waited) for (p, k), (born, done, waited) in rows)
            self.state.totals[NOTED] = 0

    def events(self) -> EventCounts:
        """Counts of items and claims, one timeout for each arrival, service and patience."""
        totals, pools = self.state.totals, self.pools
        grants = int(totals[GRANTS]) + sum(pool.grants for pool in pools)
        return EventCounts(
            spawns=self.started,
            requests=int(totals[REQUESTS]) + sum(pool.requests for pool in pools),
            timeouts=self.arrived + grants + int(totals[TIMERS]) + sum(pool.timers for pool in pools),
            releases=grants,
            waits=int(totals[WAITS]) + sum(pool.waits for pool in pools),
        )
