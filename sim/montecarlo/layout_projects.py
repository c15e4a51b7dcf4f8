"""The work of initiatives as arrays, and what initiatives change of each other. Pure translation, no physics."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from sim.mechanisms.projects import COMMON_STREAM
from sim.montecarlo.structures import Floats, Ints, Own, Projects
from sim.parameters import Parameters
from sim.streams import stream_key
from sim.world.futures import Change
from sim.world.initiatives import Effect

OWN = "initiatives."  # a target of effects with this path is settled at the start of that initiative
HELP = ("capital", "delivery", "spread", "tail", "failure")
MATURITY = ("failure", "half_life_months")


def _ints(values: Iterable[Any]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _floats(values: Iterable[Any]) -> Floats:
    return np.array(list(values), dtype=np.float64)


def projects(table: Parameters, seed: int) -> Projects:
    """Arrays of the work under a seed."""
    world, slot = table.scenario, table.slot
    names, all_of = list(world.initiatives), list(world.initiatives.values())
    gates = [(name, gate) for name, one in world.initiatives.items() for gate in one.gates]
    besides = [one.parallel for one in all_of]
    shape = np.zeros((len(names), 7))
    for i, one in enumerate(all_of):
        if one.risk_class is not None:
            shape[i] = world.overrun_of(one)

    def slots(field: str) -> Ints:
        return _ints(slot.get(f"initiatives.{name}.{field}", -1) for name in names)

    def keys(streams: Iterable[str]) -> Any:
        return np.array([stream_key(seed, stream) for stream in streams], dtype=np.uint64)

    return Projects(
        shape=shape,
        first_gate=_ints(np.concatenate([[0], np.cumsum([len(one.gates) for one in all_of])])),
        chance_slot=_ints(slot[f"initiatives.{name}.{gate.field}"] for name, gate in gates),
        gate_end=_floats(gate.end for _, gate in gates),
        cost_limit=_floats(gate.cost_limit for _, gate in gates),
        time_limit=_floats(gate.duration_limit for _, gate in gates),
        remains=_floats(one.benefit_if_failed for one in all_of),
        lead_slot=slots("lead_months"),
        available_slot=slots("available_month"),
        deposit=_floats(one.deposit_share for one in all_of),
        help_slots=_ints(slot.get(f"initiatives.{name}.help.{field}", -1) for name in names for field in HELP).reshape(
            len(names), len(HELP)
        ),
        beside_months=_ints(0 if one is None else one.months for one in besides),
        beside_days=_floats(
            0.0 if one is None else one.skill_days.get(skill, 0.0) for one in besides for skill in world.skills
        ).reshape(len(names), len(world.skills)),
        beside_slot=slots("parallel.running_per_month"),
        beside_dip=_floats(1.0 if one is None else one.dip for one in besides),
        gate_key=keys(f"initiatives/{name}/gate" for name in names),
        cost_key=keys(f"initiatives/{name}/overrun_cost" for name in names),
        time_key=keys(f"initiatives/{name}/overrun_time" for name in names),
        common_key=keys([COMMON_STREAM]),
        maturity_slots=_ints(
            slot.get(f"initiatives.{name}.maturity.{field}", -1) for name in names for field in MATURITY
        ).reshape(len(names), len(MATURITY)),
        matures=int(any(one.maturity is not None for one in all_of)),
    )


def own(table: Parameters, effects: Iterable[tuple[int, int, int, Change]]) -> Own:
    """Effects on numbers of initiatives. effects: slot that is changed, source, slot of the size, change."""
    names = list(table.scenario.initiatives)
    rows = sorted((row for row in effects if table.numbers[row[0]].path.startswith(OWN)), key=lambda row: row[:2])
    targets = sorted({target for target, *_ in rows})
    paths = [table.numbers[target].path.split(".") for target in targets]
    return Own(
        slot=_ints(targets),
        initiative=_ints(names.index(path[1]) for path in paths),
        first=_ints([sum(t < target for t, *_ in rows) for target in targets] + [len(rows)]),
        source=_ints(source for _, source, _, _ in rows),
        value=_ints(value for _, _, value, _ in rows),
        multiplies=_ints(change.multiply is not None for *_, change in rows),
        fades=_ints(isinstance(change, Effect) and change.competitive for *_, change in rows),
        owned=_ints(any(path[1] == name for path in paths) for name in names),
        adoption=_ints(any(path[1] == name and path[2] == "adoption" for path in paths) for name in names),
    )
