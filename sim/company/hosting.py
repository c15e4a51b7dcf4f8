"""What systems are bound to: shared providers, subscriptions, what they can take in a day."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import simpy

from sim.company.clock import Clock, until
from sim.company.delivery import Schedule
from sim.company.effects import Effects
from sim.company.finance import Prices
from sim.company.ledger import Ledger
from sim.company.systems import System
from sim.company.world_layer import attack_points, point_hours
from sim.montecarlo.kpis import DELIVERY
from sim.montecarlo.landscape import LOWEST_LAYER


@dataclass(frozen=True)
class Contract:
    """Subscription of a system: months from `begin` on, before `end` (infinite: no end)."""

    begin: float
    end: float

    def runs(self, m: int) -> bool:
        """Whether it is paid and used in month m."""
        return self.begin <= m < self.end


def contracts(effects: Effects, plan: Schedule) -> dict[str, Contract]:
    """Subscriptions by system: begun by themselves or by the first go-live that subscribes, ended by the first that
    cancels."""
    world = effects.draw.table.scenario
    live = {name: int(g) for name, g in zip(world.initiatives, plan.go_live, strict=True) if g >= 0}
    found = {}
    for name, system in world.systems.items():
        if system.subscription is not None:
            own = system.subscription.begins_month
            starts = [g for i, g in live.items() if name in world.initiatives[i].subscribes]
            begin = min([math.inf if own is None else own, *starts])
            ends = [g for i, g in live.items() if name in world.initiatives[i].cancels and g >= begin]
            found[name] = Contract(begin, min([math.inf, *ends]))
    return found


def pay_exits(effects: Effects, deals: Mapping[str, Contract], months: int, ledger: Ledger, prices: Prices) -> None:
    """Leaving within the term costs the initiative that cancels."""
    world, slot = effects.draw.table.scenario, effects.draw.table.slot
    for name, deal in deals.items():
        subscription = world.systems[name].subscription
        term = 0 if subscription is None else subscription.term_months
        if deal.end < min(months, deal.begin + term):
            m = int(deal.end)
            cost = effects.at_month(slot[f"systems.{name}.subscription.exit_cost"], m)
            ledger.pay_own(DELIVERY, m, cost * prices.of("technology", m))


def use(effects: Effects, deals: Mapping[str, Contract], m: int, items: Mapping[str, int], customers: float) -> float:
    """Price of the subscriptions in month m. items: that arrived, by process."""
    world, slot, total = effects.draw.table.scenario, effects.draw.table.slot, 0.0
    for name, deal in deals.items():
        subscription = world.systems[name].subscription
        if subscription is not None and deal.runs(m):
            fields = ("per_item", "per_customer", "minimum")
            item, customer, minimum = (
                effects.at_month(slot[f"systems.{name}.subscription.{field}"], m) for field in fields
            )
            used = item * sum(items[process] for process in set(subscription.processes)) + customer * customers
            total += max(minimum, used)
    return total


def failing_over(
    env: simpy.Environment,
    clock: Clock,
    effects: Effects,
    provider: str,
    systems: Mapping[str, System],
    deals: Mapping[str, Contract],
) -> Generator[simpy.Event, None, None]:
    """Outages of a provider: all systems on it go down at the same moment."""
    draw = effects.draw
    table = draw.table
    rate, hours = (table.slot[f"providers.{provider}.{field}"] for field in ("outages_per_year", "outage_hours"))
    by_month = np.array([effects.at_month(rate, m) for m in range(clock.months)])
    layer = max(LOWEST_LAYER, float(table.base[rate]))
    key = draw.key(f"providers/{provider}/hours")
    p95 = float(table.scenario.providers[provider].outage_p95_ratio)
    points = zip(*attack_points(draw, f"providers/{provider}", layer, by_month), strict=True)
    for time, level, number in sorted(points, key=lambda point: float(point[0])):
        m = int(time)
        lasts = float(point_hours(key, draw.number, level, number, effects.at_month(hours, m), p95))
        yield until(env, float(time) * clock.month_hours)
        for name, system in systems.items():
            on_it = table.scenario.systems[name].provider == provider
            if on_it and (name not in deals or deals[name].runs(m)):
                env.process(system.outage(lasts))


def allowing(
    env: simpy.Environment, clock: Clock, effects: Effects, name: str, system: System
) -> Generator[simpy.Event, None, None]:
    """Every working day the system can take its items anew."""
    slot, days = effects.draw.table.slot[f"systems.{name}.capacity_per_day"], math.ceil(clock.days)
    for start, _ in clock.working_days(0.0, clock.horizon):
        if start > 0.0:
            yield until(env, start)
        m = min(int(start / clock.month_hours + 1e-9), clock.months - 1)
        system.allow(effects.at_month(slot, m) * clock.days / days)


def start_hosting(
    env: simpy.Environment,
    clock: Clock,
    effects: Effects,
    systems: Mapping[str, System],
    deals: Mapping[str, Contract],
    names: Sequence[str],
) -> None:
    """Let providers fail and capacities be renewed. names: of the providers."""
    for provider in names:
        env.process(failing_over(env, clock, effects, provider, systems, deals))
    for name, system in systems.items():
        if effects.draw.table.scenario.systems[name].capacity_per_day is not None:
            env.process(allowing(env, clock, effects, name, system))
