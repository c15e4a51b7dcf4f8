"""When systems fail and for how long: their ages, the policies that replace them, the people who repair them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.company.clock import Clock
from sim.company.delivery import Schedule
from sim.company.effects import Effects
from sim.company.world_layer import Draw, Life, Repair, failure_times
from sim.mechanisms.maturity import support_cost
from sim.montecarlo.layout_repair import groups


@dataclass(frozen=True)
class Wear:
    """Failures of a system: moments (months), hours until it is repaired; exposure: factor on the success of attacks,
    by month; renewals: moments of planned replacements; ages: in the middle of every month, years; gained: the same
    less the age in the middle of month 0, had it not been replaced by then."""

    times: tuple[float, ...]
    hours: tuple[float, ...]
    exposure: tuple[float, ...]
    renewals: tuple[float, ...]
    ages: tuple[float, ...]
    gained: tuple[float, ...]


def wear(draw: Draw, clock: Clock, plan: Schedule, effects: Effects) -> dict[str, Wear]:
    """By system: Weibull hazard on its operational clock, more after support ended, age 0 at a refresh; systems that
    share repairers are played together."""
    world, slot = draw.table.scenario, draw.table.slot
    found = {}
    for who, members in groups(world):
        repair = None
        if who is not None:
            response, busy = (
                np.array([effects.at_month(slot[f"repairers.{who}.{field}"], m) for m in range(clock.months)])
                for field in ("response_hours", "busy_share")
            )
            repair = Repair(world.repairers[who].number, response, float(world.repairers[who].response_p95_ratio), busy)
        lives = {name: _life(draw, clock, plan, effects, name) for name in members}
        events = failure_times(draw, {name: life for name, (life, _) in lives.items()}, clock.month_hours, repair)
        for name, (times, hours, renewals) in events.items():
            life, exposure = lives[name]
            if len(renewals):
                supported = int(renewals[0]) + 1
                exposure[supported:] = [1.0] * (clock.months - supported)
            model = world.systems[name]
            births = [-12.0 * float(model.age_years)]
            births += [float(birth) for birth in (*np.flatnonzero(life.refreshed), *renewals)]
            if model.on_failure == "replace":
                births += map(float, times)
            ages = [(m + 0.5 - max(b for b in births if b <= m + 0.5)) / 12.0 for m in range(clock.months)]
            found[name] = Wear(
                tuple(map(float, times)),
                tuple(map(float, hours)),
                tuple(exposure),
                tuple(map(float, renewals)),
                tuple(ages),
                tuple(age - float(model.age_years) - 0.5 / 12.0 for age in ages),
            )
    return {name: found[name] for name in world.systems}


def _life(draw: Draw, clock: Clock, plan: Schedule, effects: Effects, name: str) -> tuple[Life, list[float]]:
    """What the failures of a system depend on, and its exposure to attacks while nothing is replaced, by month."""
    world, slot = draw.table.scenario, draw.table.slot
    model, months = world.systems[name], clock.months
    refreshed: NDArray[np.int64] = np.zeros(months, dtype=np.int64)
    for i, initiative in enumerate(world.initiatives.values()):
        if name in initiative.refreshes and plan.finished(i) and plan.go_live[i] < months:
            refreshed[plan.go_live[i]] = 1
    ends = model.support_ends_month
    renewed = np.maximum.accumulate(refreshed)
    old = [ends is not None and m >= ends and not renewed[m] for m in range(months)]

    def by_month(field: str) -> list[float]:
        return [effects.at_month(slot[f"systems.{name}.{field}"], m) for m in range(months)]

    factor = [f if o else 1.0 for f, o in zip(by_month("unsupported_failures"), old, strict=True)]
    exposure = [f if o else 1.0 for f, o in zip(by_month("unsupported_attacks"), old, strict=True)]
    limit = [math.inf] * months if model.refresh is None else by_month("refresh.at_age_years")
    life = Life(
        np.array(by_month("life_scale_years")), np.array(factor), refreshed, np.array(by_month("repair_hours")),
        np.array(limit),
    )  # fmt: skip
    return life, exposure


def running_cost(effects: Effects, name: str, state: Wear, m: int) -> float:
    """Running cost of a system in month m at the prices of the file, higher where it has grown older."""
    at, slot = f"systems.{name}", effects.draw.table.slot
    growth = effects.at_month(slot[f"{at}.cost_growth_per_year"], m)
    return effects.at_month(slot[f"{at}.monthly_cost"], m) * support_cost.scalar(growth, state.gained[m])
