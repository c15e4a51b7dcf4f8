"""Which numbers of a scenario can differ from what the file states."""

from __future__ import annotations

from sim.parameters import Parameters
from sim.world import Scenario


def may_differ(table: Parameters, path: str, default: float = 0.0) -> bool:
    """Whether the number at a path can be another than its default in some month of some draw."""
    world, quantity = table.scenario, table.numbers[table.slot[path]].quantity
    return not (quantity.is_constant and quantity.params[0] == default) or path in changed_paths(world)


def changed_paths(world: Scenario) -> set[str]:
    """Paths that initiatives or futures change."""
    changed = {target for i in world.initiatives.values() for target in i.effects}
    return changed | {target for future in world.futures.values() for target in future.changes}
