"""What the kernel reads about readiness for change, and about the age of technology."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from sim.lanes.records import Floats1, Ints1
from sim.montecarlo.changing import may_differ
from sim.parameters import Parameters
from sim.world.readiness import READINESS, SCORES


class Readiness(NamedTuple):
    """Three scores whose joint value scales the effects of some initiatives."""

    score_slots: Ints1  # (3,) goals, resources, process; empty without readiness
    substitution: float
    needs: Ints1  # (sources of effects,) 1 where it is scaled; futures never are
    is_score: Ints1  # (targets of effects,) 1 for a score, which is never scaled


class Ageing(NamedTuple):
    """What depends on the age of systems beyond their failures."""

    start: Floats1  # (systems,) age in the middle of month 0 unless replaced by then, years
    growth_slot: Ints1  # (systems,) of running cost with the age
    grows: Ints1  # (systems,) 1 where it may
    sensitivity_slot: int  # utility lost a year of mean age; -1: none
    counts: int  # 1 where money depends on ages, so that these are always computed


def readiness(table: Parameters, targets: Iterable[int]) -> Readiness:
    """Arrays of a scenario. targets: slots that effects change."""
    world, slot = table.scenario, table.slot
    block = world.readiness
    needs = [one.needs_readiness for one in world.initiatives.values()] + [False] * len(world.futures)
    return Readiness(
        score_slots=_ints([] if block is None else [slot[f"{READINESS}{score}"] for score in SCORES]),
        substitution=0.0 if block is None else float(block.substitution),
        needs=_ints(needs),
        is_score=_ints(table.numbers[target].path.startswith(READINESS) for target in targets),
    )


def ageing(table: Parameters) -> Ageing:
    """Arrays of a scenario."""
    world, slot = table.scenario, table.slot
    growth = [f"systems.{name}.cost_growth_per_year" for name in world.systems]
    grows = [may_differ(table, path) for path in growth]
    sensitivity = "market.age_sensitivity"
    counts = world.market is not None and may_differ(table, sensitivity)
    return Ageing(
        start=np.array([float(one.age_years) + 0.5 / 12.0 for one in world.systems.values()], dtype=np.float64),
        growth_slot=_ints(slot[path] for path in growth),
        grows=_ints(grows),
        sensitivity_slot=slot[sensitivity] if counts else -1,
        counts=int(counts or any(grows)),
    )


def _ints(values: Iterable[Any]) -> Any:
    return np.array(list(values), dtype=np.int64)
