"""Who repairs which system, as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.montecarlo.changing import changed_paths
from sim.parameters import Parameters
from sim.world import Initiative, Scenario

WEAR = ("life_scale_years", "repair_hours", "unsupported_failures", "unsupported_attacks")


def groups(world: Scenario) -> list[tuple[str | None, list[str]]]:
    """Repairers and the systems that share them, in the order of the file; None: a system that has its own."""
    found: list[tuple[str | None, list[str]]] = []
    for name, system in world.systems.items():
        known = next((members for who, members in found if who is not None and who == system.repairer), None)
        if known is None:
            found.append((system.repairer, [name]))
        else:
            known.append(name)
    return found


def repair_groups(table: Parameters) -> dict[str, Any]:
    """The fields of `Estate` that say who repairs."""
    world, slot = table.scenario, table.slot
    systems, found = list(world.systems), groups(world)
    shared = [None if who is None else world.repairers[who] for who, _ in found]
    return {
        "plain": np.array([int(_is_plain(world, name)) for name in systems], dtype=np.int64),
        "first_member": np.concatenate([[0], np.cumsum([len(members) for _, members in found])]).astype(np.int64),
        "member": np.array([systems.index(name) for _, members in found for name in members], dtype=np.int64),
        "repairers": np.array([0 if one is None else one.number for one in shared], dtype=np.int64),
        "response_slot": np.array([slot.get(f"repairers.{who}.response_hours", -1) for who, _ in found], np.int64),
        "response_p95": np.array([1.0 if one is None else float(one.response_p95_ratio) for one in shared]),
        "busy_slot": np.array([slot.get(f"repairers.{who}.busy_share", -1) for who, _ in found], dtype=np.int64),
    }


def _is_plain(world: Scenario, system: str) -> bool:
    """Whether failures depend on refreshes and the end of support alone: nobody else is repaired by the same people, no
    policy replaces it, nothing changes its numbers."""
    one = world.systems[system]
    changed = {f"systems.{system}.{field}" for field in WEAR} & changed_paths(world)
    return one.repairer is None and one.refresh is None and not changed


def touches(world: Scenario, initiative: Initiative, system: str) -> bool:
    """Whether an initiative changes when a system fails or how long it is down: by itself, through those who repair
    it, or through another system that they repair too."""
    who = world.systems[system].repairer
    systems = [name for name, one in world.systems.items() if name == system or (who and one.repairer == who)]
    places = [f"systems.{name}." for name in systems] + [f"repairers.{who}."]
    changes = any(target.startswith(place) for target in initiative.effects for place in places)
    return changes or any(name in initiative.refreshes for name in systems)
