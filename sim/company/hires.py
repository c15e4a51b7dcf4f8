"""Hours of work that a roadmap frees, and the planned hires that they make superfluous; as the kernel has them."""

from __future__ import annotations

import numpy as np

from sim.company.clock import Clock
from sim.company.delivery import schedule
from sim.company.effects import Effects
from sim.company.world_layer import Draw, Floats, run_hire
from sim.derived import lost_path, share_path
from sim.mechanisms.market import channel_conversion
from sim.mechanisms.workload import attendance, by_people
from sim.roadmap import EMPTY
from sim.world import Scenario


def freed_hours(draw: Draw, clock: Clock, effects: Effects) -> Floats:
    """(roles, months) hours that each role needs less than in the baseline of the draw."""
    baseline = Effects(draw, clock, schedule(draw, EMPTY), {})
    return _needed(draw, clock, baseline) - _needed(draw, clock, effects)


def _needed(draw: Draw, clock: Clock, effects: Effects) -> Floats:
    """(roles, months) hours of work: from the numbers of the month, at the demand of its customers without season; no
    loss by waiting, no delay between processes, pace as after the dips."""
    world, slot, months = draw.table.scenario, draw.table.slot, clock.months

    def number(path: str) -> Floats | float:
        row = effects.monthly.get(slot[path])
        return draw.values[slot[path]] if row is None else np.array(row)

    def by_month(path: str) -> Floats:
        return np.broadcast_to(number(path), months)

    start = float(world.profile.customers.start)
    customers, count = np.empty(months), start
    churn, joining = (by_month(f"profile.customers.{name}") for name in ("monthly_churn", "monthly_acquisition"))
    for m in range(months):
        customers[m] = count
        count = count * (1.0 - min(float(churn[m]), 1.0)) + float(joining[m])
    growth = np.exp(np.log1p(draw.value("profile.growth_per_year")) * (np.arange(months) / 12.0))
    demand = number("profile.demand") * growth * customers / start
    roles, needed = list(world.people), np.zeros((len(world.people), months))
    flows: dict[str, Floats | float] = {}
    for name in _sources_first(world):
        process, at = world.processes[name], f"processes.{name}"
        items = number(f"{at}.arrivals_per_day") * clock.days
        if process.channels:
            fields = ("share", "conversion", "delay_seconds", "lost_per_second")
            ways = [[number(f"{at}.channels.{way}.{field}") for field in fields] for way in process.channels]
            lost = sum(share * (1.0 - channel_conversion(*others)) for share, *others in ways)
            items = items * (1.0 - lost / np.maximum(sum(share for share, *_ in ways), 1.0))
        if process.driven_by == "customers":
            items = items * demand
        for source in process.fed_by:
            items = items + number(f"{at}.fed_by.{source}.share") * flows[source]
        items = items * (1.0 - number(lost_path(world, name)))
        no_show = number(f"{at}.no_show")
        taken, _ = attendance.py_func(no_show, number(f"{at}.no_show_time"))
        flows[name] = items * (1.0 - no_show)
        for label, step in process.steps.items():
            of = f"{at}.steps.{label}"
            share = number(share_path(name, label, step))
            human = by_people.py_func(share, number(f"{of}.automated"), number(f"{of}.exceptions"))
            visits = items * human / (1.0 - number(f"{of}.error_probability"))
            needed[roles.index(step.role)] += visits * taken * number(f"{of}.minutes") / 60.0
    return needed


def _sources_first(world: Scenario) -> list[str]:
    """Processes, each behind those that feed it."""
    order: list[str] = []
    while len(order) < len(world.processes):
        order += [n for n, p in world.processes.items() if n not in order and p.fed_by.keys() <= set(order)]
    return order


def hired(draw: Draw, clock: Clock, freed: Floats) -> tuple[Floats, Floats]:
    """(roles, months) seats that planned hires add; (roles,) seat-months that they were spared."""
    people = draw.table.scenario.people
    added, spared = np.zeros_like(freed), np.zeros(len(people))
    for r, (name, role) in enumerate(people.items()):
        left_out = np.zeros(clock.months)
        for label, hire in role.hires.items():
            share = draw.value(f"people.{name}.hires.{label}.realisable_share")
            one = np.empty(clock.months)
            seats, step = float(hire.seats), float(hire.step_seats)
            run_hire(hire.month, seats, step, share, hire.notice_months, freed[r], clock.month_hours, left_out, one)
            added[r] += one
            spared[r] += seats * (clock.months - hire.month) - one.sum()
    return added, spared
