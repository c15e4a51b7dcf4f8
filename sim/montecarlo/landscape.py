"""The graph of systems as arrays: pairs, links, hubs."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.links import linked_pairs, pair_systems
from sim.montecarlo.structures import Integrations, Ints
from sim.parameters import Parameters


def ints(values: Any) -> Ints:
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
