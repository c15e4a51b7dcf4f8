"""Which initiatives link which pairs of systems; what links and exits cost an initiative that stands alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.world import Scenario

Ints = NDArray[np.int64]


def linked_pairs(world: Scenario) -> Ints:
    """(initiatives, integrations) 1 where an effect of the initiative changes how much of the pair is linked."""
    rows = [[_linked(pair) in i.effects for pair in world.integrations] for i in world.initiatives.values()]
    return np.array(rows, dtype=np.int64).reshape(len(world.initiatives), len(world.integrations))


def pair_systems(world: Scenario) -> Ints:
    """(integrations, 2) numbers of the systems of each pair."""
    systems = list(world.systems)
    rows = [[systems.index(system) for system in pair.between] for pair in world.integrations.values()]
    return np.array(rows, dtype=np.int64).reshape(len(rows), 2)


def reserved_prices(world: Scenario, initiative: str) -> Iterator[tuple[str, str]]:
    """Paths of the capital and monthly prices of the links that a budget must hold for an initiative: those it would
    pay with nothing but what it requires in place."""
    before = _required(world, initiative)
    hubs = [name for name in (initiative, *before) if world.initiatives[name].hub is not None]
    pairs = _pairs(world, initiative)
    if not hubs:
        for pair in pairs:
            yield f"integrations.{pair}.link_capital", f"integrations.{pair}.link_monthly"
        return
    systems = {system for pair in pairs for system in world.integrations[pair].between}
    there = {s for name in before for pair in _pairs(world, name) for s in world.integrations[pair].between}
    hub = f"initiatives.{hubs[0]}.hub"
    for _ in sorted(systems - there):
        yield f"{hub}.capital_per_system", f"{hub}.monthly_per_system"


def reserved_exits(world: Scenario, initiative: str) -> Iterator[str]:
    """Paths of the exit costs that a budget must hold: of every subscription that the initiative cancels, unless its
    term is over before the work can be done."""
    one = world.initiatives[initiative]
    for name in one.cancels:
        subscription = world.systems[name].subscription
        if subscription is not None and subscription.term_months > 0:
            begins = subscription.begins_month
            earliest = one.earliest_month + one.duration_months
            if begins is None or earliest < begins + subscription.term_months:
                yield f"systems.{name}.subscription.exit_cost"


def _linked(pair: str) -> str:
    return f"integrations.{pair}.linked"


def _pairs(world: Scenario, initiative: str) -> list[str]:
    return [pair for pair in world.integrations if _linked(pair) in world.initiatives[initiative].effects]


def _required(world: Scenario, initiative: str) -> list[str]:
    """What the initiative requires, step by step, in the order of the file."""
    found: set[str] = set()
    stack = [initiative]
    while stack:
        for rule in world.initiatives[stack.pop()].requires:
            if rule.initiative not in found:
                found.add(rule.initiative)
                stack.append(rule.initiative)
    return [name for name in world.initiatives if name in found]
