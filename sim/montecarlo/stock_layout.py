"""Groups of goods as arrays: what the kernel reads about stock that may run out. Pure translation, no physics."""

from typing import Any, NamedTuple

import numpy as np

from sim.derived import lost_path
from sim.lanes.records import Floats1, Ints1, Ints2
from sim.mechanisms.stock import NODES
from sim.parameters import Parameters

FIELDS = (
    "unit_cost", "order_days", "lead_days", "lead_p95_ratio", "safety_factor", "forecast_error", "record_error",
    "record_gap", "holding_per_year",
)  # fmt: skip


class Stock(NamedTuple):
    """group: number of a group of goods; taker: a process that takes of a group. Empty without the block."""

    articles: Floats1  # (groups,)
    slots: Ints2  # (groups, FIELDS)
    nodes: Ints1  # (groups,) places at which the forecasts of the articles are looked at
    first_taker: Ints1  # (groups + 1,) takers of group g stand at first_taker[g] .. first_taker[g + 1] - 1
    taker: Ints1  # (takers,) process
    share: Floats1  # (takers,) of its items that need a unit
    lost_slot: Ints1  # (takers,) share of them that is lost even where nothing is sold out


def stock(table: Parameters, changed: set[str]) -> Stock:
    """Arrays of a scenario. changed: paths that initiatives or futures change."""
    world, slot, groups = table.scenario, table.slot, table.scenario.stock
    names = list(world.processes)
    takers = [(names.index(p), float(share)) for group in groups.values() for p, share in group.takes.items()]
    known = [
        group.forecast_error.is_constant
        and group.forecast_error.params[0] == 0.0
        and f"stock.{name}.forecast_error" not in changed
        for name, group in groups.items()
    ]
    return Stock(
        articles=np.array([float(group.articles) for group in groups.values()]),
        slots=_ints([[slot[f"stock.{name}.{field}"] for field in FIELDS] for name in groups], (-1, len(FIELDS))),
        nodes=_ints([1 if sure else len(NODES) for sure in known], (-1,)),
        first_taker=_ints(np.cumsum([0, *(len(group.takes) for group in groups.values())]), (-1,)),
        taker=_ints([p for p, _ in takers], (-1,)),
        share=np.array([share for _, share in takers]),
        lost_slot=_ints([slot[lost_path(world, names[p])] for p, _ in takers], (-1,)),
    )


def _ints(values: Any, shape: tuple[int, ...]) -> Any:
    return np.array(values, dtype=np.int64).reshape(shape)
