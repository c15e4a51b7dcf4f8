"""Systems that are up or down: they age, fail and are repaired, and attacks knock them out."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import simpy

from sim.company.clock import Clock, until
from sim.company.delivery import Schedule
from sim.company.effects import Effects
from sim.company.finance import Prices
from sim.company.ledger import Ledger
from sim.company.pool import FOREVER
from sim.company.world_layer import Draw, failure_times
from sim.mechanisms.maturity import support_cost
from sim.montecarlo.kpis import RENEWAL, REPAIR

WHOLE = 1.0 - 1e-9  # an item, but for rounding


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
        self.credit = self.credit % 1.0 + items

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


@dataclass(frozen=True)
class Wear:
    """Failures of a system: moments (months), hours of repair; exposure: factor on the success of attacks, by month;
    renewals: moments of planned replacements; ages: in the middle of every month, years; gained: the same less the age
    in the middle of month 0, had it not been replaced by then."""

    times: tuple[float, ...]
    hours: tuple[float, ...]
    exposure: tuple[float, ...]
    renewals: tuple[float, ...]
    ages: tuple[float, ...]
    gained: tuple[float, ...]


def wear(draw: Draw, clock: Clock, plan: Schedule, effects: Effects, name: str) -> Wear:
    """When a system fails: Weibull hazard on the operational clock, more after support ended, age 0 at a refresh."""
    world, slot = draw.table.scenario, draw.table.slot
    model, months = world.systems[name], clock.months
    refreshed = np.zeros(months, dtype=np.int64)
    for i, initiative in enumerate(world.initiatives.values()):
        if name in initiative.refreshes and plan.finished(i) and plan.go_live[i] < months:
            refreshed[plan.go_live[i]] = 1
    ends = model.support_ends_month
    renewed = np.maximum.accumulate(refreshed)
    old = [ends is not None and m >= ends and not renewed[m] for m in range(months)]

    def by_month(field: str) -> list[float]:
        return [effects.at_month(slot[f"systems.{name}.{field}"], m) for m in range(months)]

    factor = [f if o else 1.0 for f, o in zip(by_month("unsupported_failures"), old, strict=True)]
    exposure = [f if o else 1.0 for f, o in zip(by_month("unsupported_attacks"), old, strict=True)]
    limit = [math.inf] * months if model.refresh is None else by_month("refresh.at_age_years")
    times, hours, renewals = failure_times(
        draw, name, np.array(by_month("life_scale_years")), np.array(factor), refreshed,
        np.array(by_month("repair_hours")), clock.month_hours, np.array(limit),
    )  # fmt: skip
    if len(renewals):
        supported = int(renewals[0]) + 1
        exposure[supported:] = [1.0] * (months - supported)
    births = [-12.0 * float(model.age_years), *map(float, np.flatnonzero(refreshed)), *map(float, renewals)]
    if model.on_failure == "replace":
        births += map(float, times)
    ages = [(m + 0.5 - max(birth for birth in births if birth <= m + 0.5)) / 12.0 for m in range(months)]
    gained = [age - float(model.age_years) - 0.5 / 12.0 for age in ages]
    return Wear(
        tuple(map(float, times)),
        tuple(map(float, hours)),
        tuple(exposure),
        tuple(map(float, renewals)),
        tuple(ages),
        tuple(gained),
    )


def running_cost(effects: Effects, name: str, state: Wear, m: int) -> float:
    """Running cost of a system in month m at the prices of the file, higher where it has grown older."""
    at, slot = f"systems.{name}", effects.draw.table.slot
    growth = effects.at_month(slot[f"{at}.cost_growth_per_year"], m)
    return effects.at_month(slot[f"{at}.monthly_cost"], m) * support_cost.scalar(growth, state.gained[m])


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
