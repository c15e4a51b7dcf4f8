"""Seats that adopt, number for number those of the kernel: the mechanisms that both engines share, wrapped for Python.

Times are in months.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.company.world_layer import Draw, Floats, Ints
from sim.compiled import compiled
from sim.mechanisms.adoption_course import NEVER_AGAIN, adoption_course
from sim.mechanisms.adoption_streams import STREAMS
from sim.mechanisms.involvement import ceiling_of
from sim.mechanisms.momentum import momentum
from sim.mechanisms.seats import adopt


@compiled
def _adopt(  # type: ignore[no-untyped-def]
    keys, draw, member, first_seat, seats, role, times, seat, occupant, go_live, course, varies, ceiling, joiner_share,
    doubt_rate, involved, months, current, level, queue, due, late, doubt_time, doubt_number, rise, share,
    event_times, event_changes,
):  # fmt: skip
    return adopt(
        keys, draw, member, first_seat, seats, role, times, seat, occupant, go_live, course, varies, ceiling,
        joiner_share, doubt_rate, involved, months, current, level, queue, due, late, doubt_time, doubt_number, rise,
        share, event_times, event_changes,
    )  # fmt: skip


@compiled
def _course(go_live, months, stated, factors, half_life, every, course):  # type: ignore[no-untyped-def]
    return adoption_course(go_live, months, stated, factors, half_life, every, course)


@compiled
def tailwind(settled, success, month, log_success, log_failure, half_life, log_most):  # type: ignore[no-untyped-def]
    """Factor of momentum on p; see `sim.mechanisms.momentum`."""
    return momentum(settled, success, month, log_success, log_failure, half_life, log_most)


def adoption_events(
    draw: Draw, initiative: str, go_live: int, value: Callable[[str], float], wind: float
) -> tuple[Floats, Ints, Floats]:
    """Moments at which adopters change, by how many, and the mean share of seats that have adopted, by month.

    value: numbers by path. wind: factor of momentum on p.
    """
    world = draw.table.scenario
    adoption = world.initiatives[initiative].adoption
    assert adoption is not None
    months, roles = world.horizon_months, list(world.people)
    member = np.array([role in adoption.roles for role in roles], dtype=np.int64)
    seats = np.array([role.seats for role in world.people.values()], dtype=np.int64)
    first_seat = np.concatenate([[0], np.cumsum(seats)])[:-1].astype(np.int64)
    sizes = [len(o.times) for o in draw.occupants]
    role = np.repeat(np.arange(len(roles)), sizes)
    times = np.concatenate([o.times for o in draw.occupants])
    order = np.argsort(times, kind="stable")
    seat = np.concatenate([o.seat for o in draw.occupants])[order]
    occupant = np.concatenate([o.occupant for o in draw.occupants])[order]

    def number(field: str) -> float:
        return value(f"initiatives.{initiative}.adoption.{field}")

    ceiling, present_ceiling, doubts, involved = number("ceiling"), number("ceiling"), 0.0, 1.0
    if adoption.involvement is not None:
        involved = number("involvement.share")
        present_ceiling = ceiling_of.scalar(ceiling, number("involvement.ceiling_loss"), involved)
        doubts = number("involvement.abandonment") / 12.0
    factors, half_life, every = (1.0, 1.0, 1.0), 0.0, NEVER_AGAIN
    if adoption.training is not None:
        factors = number("training.p"), number("training.q"), number("training.ceiling")
        half_life, every = number("training.half_life_months"), adoption.training.refresh_months or NEVER_AGAIN
    course = np.empty((3, months))
    stated = (number("p") * wind, number("q"), present_ceiling)
    varies = 0
    if go_live < months:
        varies = int(_course(go_live, months, stated, factors, half_life, every, course))
    count = int(seats.sum())
    current, queue, late, doubt_number = np.empty((4, count), dtype=np.int64)
    (level, due, doubt_time), rise = np.empty((3, count)), np.empty(months + 1)
    flat = [draw.key(f"initiatives/{initiative}/{stream}/{r}") for stream in STREAMS for r in roles]
    keys = np.array(flat, dtype=np.uint64).reshape(len(STREAMS), len(roles))
    size = count + 2 * len(times) + 1
    while True:
        share, event_times, changes = np.zeros(months), np.empty(size), np.empty(size, dtype=np.int64)
        n = _adopt(
            keys, draw.number, member, first_seat, seats, role[order], times[order], seat, occupant, float(go_live),
            course, varies, ceiling, number("joiner_share"), doubts, involved, months, current, level, queue,
            due, late, doubt_time, doubt_number, rise, share, event_times, changes,
        )  # fmt: skip
        if n <= size:
            return event_times[:n], changes[:n], share
        size = n
