"""Pairs of systems: what crosses them, and what their links cost."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
import simpy

from sim.company.clock import Clock, until
from sim.company.delivery import Schedule
from sim.company.effects import Effects
from sim.company.finance import Prices
from sim.company.ledger import Ledger
from sim.company.world_layer import Draw, run_links
from sim.links import linked_pairs, pair_systems
from sim.montecarlo.kpis import CAPITAL, RUNNING


class Crossings:
    """Items that cross pairs of systems, by month."""

    def __init__(self, effects: Effects) -> None:
        world, slot = effects.draw.table.scenario, effects.draw.table.slot
        processes = list(world.processes)
        self.effects = effects
        self.rows = [
            (
                processes.index(process),
                slot[f"integrations.{pair}.crossings.{process}.share"],
                slot[f"integrations.{pair}.linked"],
            )
            for pair, one in world.integrations.items()
            for process in one.crossings
        ]

    def month(self, m: int, arrived: Sequence[int]) -> tuple[float, float]:
        """Crossings that pass by themselves in month m, and all. arrived: items by process."""
        at, by_themselves, crossed = self.effects.at_month, 0.0, 0.0
        for process, share, linked in self.rows:
            items = arrived[process] * at(share, m)
            by_themselves += items * at(linked, m)
            crossed += items
        return by_themselves, crossed


def link_cost(draw: Draw, plan: Schedule) -> dict[int, tuple[float, float]]:
    """Capital and monthly cost of the links of every initiative that makes some."""
    world = draw.table.scenario
    links = linked_pairs(world)
    hubs = [one.hub is not None for one in world.initiatives.values()]
    linking = np.flatnonzero(links.any(axis=1) | np.array(hubs, dtype=bool)).astype(np.int64)
    if not len(linking):
        return {}
    n, pairs = links.shape
    pair_price = np.zeros((2, pairs))
    for p, name in enumerate(world.integrations):
        pair_price[:, p] = [draw.value(f"integrations.{name}.{field}") for field in ("link_capital", "link_monthly")]
    hub_price = np.zeros((2, n))
    for i, name in enumerate(world.initiatives):
        if hubs[i]:
            fields = "capital_per_system", "monthly_per_system"
            hub_price[:, i] = [draw.value(f"initiatives.{name}.hub.{field}") for field in fields]
    ends = np.array([g + life for g, life in zip(plan.go_live, plan.life, strict=True)], dtype=np.float64)
    cost = np.zeros((2, n))
    run_links(
        linking, plan.started, plan.go_live, ends, links, np.array(hubs, dtype=np.int64), pair_systems(world),
        pair_price, hub_price, np.zeros(n, dtype=np.int64), np.zeros(len(world.systems), dtype=np.int64), cost,
    )  # fmt: skip
    return {int(i): (float(cost[0, i]), float(cost[1, i])) for i in linking if plan.started[i] >= 0}


def linking(
    env: simpy.Environment,
    clock: Clock,
    plan: Schedule,
    i: int,
    cost: tuple[float, float],
    ledger: Ledger,
    prices: Prices,
) -> Generator[simpy.Event, None, None]:
    """Pay for the links of initiative i: capital as the work goes on, with its overrun; monthly while it works."""
    name = list(plan.draw.table.scenario.initiatives)[i]
    capital = cost[0] * plan.projects[i].cost_ratio * prices.of_initiative(name, int(plan.started[i]))
    for m in range(int(plan.started[i]), clock.months):
        yield until(env, m * clock.month_hours)
        part = float(plan.work[i, m])
        if part > 0.0:
            ledger.pay_own(CAPITAL, m, capital * part)
            ledger.depreciate(m, capital * part)
        if plan.alive(i, m):
            ledger.pay_own(RUNNING, m, cost[1] * prices.of_initiative(name, m))
