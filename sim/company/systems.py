"""Systems that are up or down: they fail and are repaired, and attacks knock them out."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import simpy

from sim.company.clock import Clock, until
from sim.company.effects import Effects
from sim.company.finance import Prices
from sim.company.ledger import Ledger
from sim.company.pool import FOREVER
from sim.company.wear import Wear
from sim.montecarlo.kpis import RENEWAL, REPAIR

WHOLE = 1.0 - 1e-9  # an item, but for rounding


def kept_credit(credit: float) -> float:
    """What a day leaves of its credit to the next: the part of a single item, and nothing for rounding.

    >>> kept_credit(2.25), kept_credit(-1e-16), kept_credit(2.9999999999999996)
    (0.25, 0.0, 0.0)
    """
    part = max(credit, 0.0) % 1.0
    return part if part < WHOLE else 0.0


class System:
    """`outages`: how many are open; the system is down while any is. `down`: hours by month, each hour counted once.
    `credit`: items that it can still take today, if it is `capped`."""

    def __init__(self, env: simpy.Environment, clock: Clock) -> None:
        self.env, self.clock = env, clock
        self.outages = 0
        self.up = env.event()  # when the outage at hand is over
        self.since = 0.0
        self.down = [0.0] * clock.months
        self.capped = False
        self.credit = 0.0

    def allow(self, items: float) -> None:
        """A day begins: it can take so many items, and what was left of a single one; the others left are forfeit."""
        self.capped = True
        self.credit = kept_credit(self.credit) + items

    @property
    def full(self) -> bool:
        """Whether it can take no item any more today."""
        return self.capped and self.credit < WHOLE

    def take(self) -> None:
        """An item goes in."""
        self.credit -= 1.0

    def outage(self, hours: float) -> Generator[simpy.Event, None, None]:
        """Down for so many hours."""
        if not self.outages:
            self.since = self.env.now
            self.stop()
        self.outages += 1
        yield self.env.timeout(hours)
        self.outages -= 1
        if not self.outages:
            self.clock.spread(self.since, self.env.now, self.down)
            self.go_on()

    def stop(self) -> None:
        """Items that need it begin to wait."""
        self.up = self.env.event()

    def go_on(self) -> None:
        """Items that wait for it go on."""
        self.up.succeed()

    def flush(self) -> None:
        """Count an outage that is still open at the horizon."""
        if self.outages:
            self.clock.spread(self.since, self.clock.horizon, self.down)

    def wait(self, deadline: float) -> Generator[simpy.Event, object, bool]:
        """Wait until the system is up; False when the deadline came first."""
        env = self.env
        while self.outages:
            if deadline == FOREVER:
                yield self.up
            else:
                yield self.up | env.timeout(max(0.0, deadline - env.now))
                if self.outages and env.now >= deadline:
                    return False
        return True


class Needs:
    """Several systems, all of which must be up."""

    def __init__(self, systems: Sequence[System]) -> None:
        self.systems = systems

    @property
    def outages(self) -> bool:
        """Whether one of them is down."""
        return any(system.outages for system in self.systems)

    @property
    def full(self) -> bool:
        """Whether one of them can take no item any more today."""
        return any(system.full for system in self.systems)

    def take(self) -> None:
        """An item goes into all."""
        for system in self.systems:
            system.take()

    def wait(self, deadline: float) -> Generator[simpy.Event, object, bool]:
        """Wait until all are up, for the first that is down in the order of the file; False when the deadline came
        first."""
        while self.outages:
            down = next(system for system in self.systems if system.outages)
            if not (yield from down.wait(deadline)):
                return False
        return True


def renewing(
    env: simpy.Environment, clock: Clock, name: str, policy: Wear, effects: Effects, ledger: Ledger, prices: Prices
) -> Generator[simpy.Event, None, None]:
    """Be replaced as planned, again and again."""
    if not policy.renewals:
        return
    cost = effects.draw.table.slot[f"systems.{name}.refresh.cost"]
    for time in policy.renewals:
        yield until(env, time * clock.month_hours)
        m = int(time)
        ledger.pay(RENEWAL, m, effects.at_month(cost, m) * prices.of("technology", m))


def failing(
    env: simpy.Environment,
    clock: Clock,
    system: System,
    name: str,
    failures: Wear,
    effects: Effects,
    ledger: Ledger,
    prices: Prices,
) -> Generator[simpy.Event, None, None]:
    """Break down and be repaired, again and again."""
    cost = effects.draw.table.slot[f"systems.{name}.repair_cost"]
    for time, hours in zip(failures.times, failures.hours, strict=True):
        yield until(env, time * clock.month_hours)
        month = int(time)
        ledger.pay(REPAIR, month, effects.at_month(cost, month) * prices.of("technology", month))
        env.process(system.outage(hours))
