"""The graph of systems as arrays: pairs, links, hubs; and what systems are bound to."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.links import linked_pairs, pair_systems
from sim.montecarlo.structures import Integrations, Ints, Keys, Terms
from sim.parameters import Parameters
from sim.streams import stream_key

BEGINS_NEVER = 10**9  # of a subscription that no initiative begins
LOWEST_LAYER = 0.01  # outages a year


def ints(values: Any) -> Ints:
    """(n,) whole numbers."""
    return np.array(list(values), dtype=np.int64)


def integrations(table: Parameters) -> Integrations:
    """Pairs of systems and what links them."""
    world, slot = table.scenario, table.slot
    processes, pairs = list(world.processes), list(world.integrations)
    crossings = [(pair, process) for pair, one in world.integrations.items() for process in one.crossings]
    links = linked_pairs(world)
    names = list(world.initiatives)

    def pair_slots(field: str) -> Ints:
        return ints(slot[f"integrations.{pair}.{field}"] for pair in pairs)

    def hub_slots(field: str) -> Ints:
        return ints(slot.get(f"initiatives.{name}.hub.{field}", -1) for name in names)

    return Integrations(
        derived=np.array(
            [[d.slot, d.base, d.crossing, d.linked, d.mismatch, d.lost] for d in table.derived], dtype=np.int64
        ).reshape(len(table.derived), 6),
        linked_slot=pair_slots("linked"),
        capital_slot=pair_slots("link_capital"),
        monthly_slot=pair_slots("link_monthly"),
        between=pair_systems(world),
        crossing_pair=ints(pairs.index(pair) for pair, _ in crossings),
        crossing_process=ints(processes.index(process) for _, process in crossings),
        crossing_slot=ints(slot[f"integrations.{pair}.crossings.{process}.share"] for pair, process in crossings),
        links=links,
        linking=ints(i for i, one in enumerate(world.initiatives.values()) if links[i].any() or one.hub is not None),
        is_hub=ints(one.hub is not None for one in world.initiatives.values()),
        hub_capital_slot=hub_slots("capital_per_system"),
        hub_monthly_slot=hub_slots("monthly_per_system"),
    )


def keys(seed: int, names: Any) -> Keys:
    """(n,) keys of the streams of these names under a seed."""
    return np.array([stream_key(seed, name) for name in names], dtype=np.uint64)


def terms(table: Parameters, seed: int) -> Terms:
    """What systems are bound to."""
    world, slot = table.scenario, table.slot
    systems, processes, providers = list(world.systems), list(world.processes), list(world.providers)
    subscriptions = [system.subscription for system in world.systems.values()]
    counted = [() if one is None else one.processes for one in subscriptions]
    starts = [None if one is None else one.begins_month for one in subscriptions]

    def system_slots(field: str) -> Ints:
        return ints(slot.get(f"systems.{name}.{field}", -1) for name in systems)

    def provider_slots(field: str) -> Ints:
        return ints(slot[f"providers.{name}.{field}"] for name in providers)

    def table_of(rows: list[list[bool]], columns: int) -> Ints:
        return np.array(rows, dtype=np.int64).reshape(len(rows), columns)

    rates = provider_slots("outages_per_year")
    return Terms(
        limit_slot=system_slots("refresh.at_age_years"),
        refresh_cost_slot=system_slots("refresh.cost"),
        capacity_slot=system_slots("capacity_per_day"),
        capped=int(any(system.capacity_per_day is not None for system in world.systems.values())),
        subscribed=int(any(one is not None for one in subscriptions)),
        per_item_slot=system_slots("subscription.per_item"),
        per_customer_slot=system_slots("subscription.per_customer"),
        minimum_slot=system_slots("subscription.minimum"),
        exit_slot=system_slots("subscription.exit_cost"),
        billed=table_of([[p in names for p in processes] for names in counted], len(processes)),
        begins=ints(BEGINS_NEVER if month is None else month for month in starts),
        term=ints(0 if one is None else one.term_months for one in subscriptions),
        subscribes=table_of([[y in i.subscribes for y in systems] for i in world.initiatives.values()], len(systems)),
        cancels=table_of([[y in i.cancels for y in systems] for i in world.initiatives.values()], len(systems)),
        hosts=table_of([[s.provider == name for s in world.systems.values()] for name in providers], len(systems)),
        rate_slot=rates,
        hours_slot=provider_slots("outage_hours"),
        hours_p95=np.array([float(one.outage_p95_ratio) for one in world.providers.values()]),
        layer=np.maximum(LOWEST_LAYER, table.base[rates]),
        gap_key=keys(seed, (f"providers/{name}/gap" for name in providers)),
        height_key=keys(seed, (f"providers/{name}/height" for name in providers)),
        hours_key=keys(seed, (f"providers/{name}/hours" for name in providers)),
    )
