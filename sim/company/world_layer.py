"""The world layer of a draw, number for number that of the kernel: the mechanisms that both engines share, wrapped so
that Python can call them.

A draw's occupants, overruns, gate marks, adoption and failure thresholds and attack points are the same under every
roadmap. Times are in months. Buffers grow until everything fits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled, inline
from sim.futures import future_of
from sim.mechanisms.aftermath import fine, secondary_loss
from sim.mechanisms.attacks import incidents
from sim.mechanisms.crowd import first_customers, next_month
from sim.mechanisms.delivery import deliver
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.hires import hire
from sim.mechanisms.learning import bereft, unlearned
from sim.mechanisms.links import link_costs
from sim.mechanisms.maturity import immaturity
from sim.mechanisms.occupancy import presence, seat_changes
from sim.mechanisms.projects import COMMON_STREAM, ending, ratios
from sim.mechanisms.repair_queue import shared_failures
from sim.mechanisms.severity import severity_quantile
from sim.mechanisms.skill_gap import extra_work, failure_with_gap
from sim.mechanisms.wearout import failures, lognormal_hours
from sim.parameters import Parameters
from sim.streams import identity, stream_key, uniform

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

severity = compile_scalar(severity_quantile, inline)


@compiled
def _seat_changes(key, draw, seats, rate, vacancy, months, times, seat, occupant, share):  # type: ignore[no-untyped-def]
    n = seat_changes(key, draw, seats, rate, vacancy, float(months), times, seat, occupant)
    if n >= 0:
        presence(n, seats, times, occupant, months, share)
    return n


@compiled
def _ratios(cost_key, time_key, common_key, draw, shape, spread, tail):  # type: ignore[no-untyped-def]
    return ratios(cost_key, time_key, common_key, draw, shape, spread, tail)


@compiled
def _ending(key, draw, ends, chance, factor, cost_limit, time_limit, cost_ratio, time_ratio):  # type: ignore[no-untyped-def]
    last = ends.shape[0]
    return ending(key, draw, 0, last, ends, chance, factor, cost_limit, time_limit, cost_ratio, time_ratio)


@compiled
def run_delivery(  # type: ignore[no-untyped-def]
    planned, work_months, end, ending, remains, available, lead, days, capacity, beside, beside_days, before, lag,
    flags, first_before, state, go_live, started, work, used,
):  # fmt: skip
    deliver(
        planned, work_months, end, ending, remains, available, lead, days, capacity, beside, beside_days, before, lag,
        flags, first_before, state, go_live, started, work, used,
    )  # fmt: skip


@compiled
def run_links(  # type: ignore[no-untyped-def]
    linking, started, go_live, ends, links, is_hub, between, pair_price, hub_price, hub_of, attached, cost,
):  # fmt: skip
    link_costs(linking, started, go_live, ends, links, is_hub, between, pair_price, hub_price, hub_of, attached, cost)


@compiled
def _unlearned(count, seats, times, seat, occupant, present, half_life, months, share):  # type: ignore[no-untyped-def]
    unlearned(count, seats, times, seat, occupant, present, half_life, months, share)


@compiled
def _bereft(count, times, seat, occupant, key_seat, recovery, months, share):  # type: ignore[no-untyped-def]
    bereft(count, times, seat, occupant, key_seat, recovery, months, share)


@compiled
def _failures(  # type: ignore[no-untyped-def]
    threshold_key, repair_key, draw, age, shape, scale, factor, refreshed, replace, median, p95_ratio, month_hours,
    limit, times, hours, renewals,
):  # fmt: skip
    return failures(
        threshold_key, repair_key, draw, age, shape, scale, factor, refreshed, replace, median, p95_ratio, month_hours,
        limit, times, hours, renewals,
    )  # fmt: skip


@compiled
def _shared_failures(  # type: ignore[no-untyped-def]
    members, repairers, threshold_key, repair_key, response_key, draw, age, shape, scale, factor, refreshed, replace,
    median, p95_ratio, response, response_p95, busy, month_hours, limit, free, due, due_age, piece, piece_end, times,
    hours, renewals, count, renewed,
):  # fmt: skip
    shared_failures(
        members, repairers, threshold_key, repair_key, response_key, draw, age, shape, scale, factor, refreshed,
        replace, median, p95_ratio, response, response_p95, busy, month_hours, limit, free, due, due_age, piece,
        piece_end, times, hours, renewals, count, renewed,
    )  # fmt: skip


@compiled
def _incidents(gap_key, height_key, draw, layer_height, intensity, times, layers, numbers):  # type: ignore[no-untyped-def]
    return incidents(gap_key, height_key, draw, layer_height, intensity, times, layers, numbers)


@compiled
def crowd_at_start(key, draw, count, levels):  # type: ignore[no-untyped-def]
    """Cumulated hazard at which each customer of the start leaves, into levels."""
    first_customers(key, draw, count, levels)


@compiled
def crowd_after(  # type: ignore[no-untyped-def]
    arrive_key, leave_key, draw, month, before, leaving, shock, intensity, room, levels, count
):
    """Customers after a month, in place; returns how many."""
    return next_month(arrive_key, leave_key, draw, month, before, leaving, shock, intensity, room, levels, count)


@compiled
def point_loss(key, draw, layer, number, median, p95, tail_index):  # type: ignore[no-untyped-def]
    """Direct loss of the attack point (layer, number)."""
    return severity(uniform(key, draw, identity(layer, number)), median, p95, tail_index)


@compiled
def point_hours(key, draw, layer, number, median, p95_ratio):  # type: ignore[no-untyped-def]
    """Outage of the attack point (layer, number), working hours."""
    return lognormal_hours(uniform(key, draw, identity(layer, number)), median, p95_ratio)


@compiled
def run_hire(first, seats, step, share, notice, freed, month_hours, spared, added):  # type: ignore[no-untyped-def]
    """See `sim.mechanisms.hires`."""
    hire(first, seats, step, share, notice, freed, month_hours, spared, added)


@compiled
def point_secondary(mark_key, size_key, draw, layer, number, frequency, median, p95_ratio):  # type: ignore[no-untyped-def]
    """Sum of the secondary losses of one kind of the attack point (layer, number)."""
    return secondary_loss(mark_key, size_key, draw, layer, number, frequency, median, p95_ratio)


@compiled
def point_fine(key, draw, layer, number, probability, amount, cap):  # type: ignore[no-untyped-def]
    """Fine of the attack point (layer, number)."""
    return fine(key, draw, layer, number, probability, amount, cap)


@compiled
def mark(key, draw, index):  # type: ignore[no-untyped-def]
    """One uniform of a stream."""
    return uniform(key, draw, index)


@dataclass(frozen=True)
class Occupants:
    """Changes of the occupants of one role in time order (months); occupant -1: the seat falls empty. By month: share,
    mean share of the seats that is occupied; unlearned, what newcomers have not learned yet, and bereft, what a key
    person who left took along (`sim.mechanisms.learning`; 0 where the role has no such block)."""

    times: Floats
    seat: Ints
    occupant: Ints
    share: Floats
    unlearned: Floats
    bereft: Floats


class Project(NamedTuple):
    """How the work of an initiative would go, whatever the month: realised over planned cost, months of work at full
    pace, share of the work after which it ends, state then, share of the benefit left if it does not finish, first
    month in which the vendor takes an order, months from order to work."""

    cost_ratio: float
    work_months: float
    end: float
    ending: int
    remains: float
    available: int
    lead: int


@dataclass(frozen=True)
class Draw:
    """One possible world before any roadmap: every number, and the streams behind its events."""

    table: Parameters
    number: int
    seed: int

    @cached_property
    def values(self) -> list[float]:
        """(slots,) numbers before effects."""
        return [float(x) for x in self.table.of_draw(self.number, self.seed)]

    def value(self, path: str) -> float:
        """Number at a path, before effects."""
        return self.values[self.table.slot[path]]

    def key(self, stream: str) -> np.uint64:
        """Key of a stream."""
        return stream_key(self.seed, stream)

    def keys(self, streams: list[str]) -> NDArray[np.uint64]:
        """Keys of several streams."""
        return np.array([self.key(stream) for stream in streams], dtype=np.uint64)

    @cached_property
    def occupants(self) -> tuple[Occupants, ...]:
        """By role: who leaves, when the next one starts."""
        months = self.table.scenario.horizon_months
        return tuple(self._occupants(name, role.seats, months) for name, role in self.table.scenario.people.items())

    def _occupants(self, name: str, seats: int, months: int) -> Occupants:
        rate = self.value(f"people.{name}.annual_turnover") / 12.0
        vacancy = self.value(f"people.{name}.hiring_months")
        key, share = self.key(f"people/{name}/turnover"), np.empty(months)
        size = 256
        while True:
            times, seat, occupant = np.empty(size), np.empty(size, np.int64), np.empty(size, np.int64)
            n = _seat_changes(key, self.number, seats, rate, vacancy, months, times, seat, occupant, share)
            if n >= 0:
                changes = times[:n], seat[:n], occupant[:n]
                return Occupants(*changes, share, *self._pace(name, seats, *changes, share))
            size *= 4

    def _pace(
        self, name: str, seats: int, times: Floats, seat: Ints, occupant: Ints, present: Floats
    ) -> tuple[Floats, Floats]:
        """What newcomers of a role have not learned yet, and what a key person who left took along, by month."""
        role, months, n = self.table.scenario.people[name], len(present), len(times)
        fresh, missing = np.zeros(months), np.zeros(months)
        if role.learning is not None:
            half_life = float(role.learning.half_life_months)
            _unlearned(n, seats, times, seat, occupant, present, half_life, months, fresh)
        if role.key_person is not None:
            key, recovery = role.key_person.seat - 1, float(role.key_person.months)
            _bereft(n, times, seat, occupant, key, recovery, months, missing)
        return fresh, missing

    def awarded(self, initiative: str) -> bool:
        """Whether the initiative's grant is awarded."""
        award = mark(self.key(f"initiatives/{initiative}/grant"), self.number, 0)
        return bool(award < self.value(f"initiatives.{initiative}.grant.probability"))

    @cached_property
    def turn(self) -> tuple[str | None, range]:
        """The future in which the draw lives, None for the base world, and the months in which it lasts."""
        world = self.table.scenario
        which = int(future_of(world, np.array([self.number], dtype=np.int64), self.seed)[0])
        if which < 0:
            return None, range(0)
        name = list(world.futures)[which]
        begin = int(self.value(f"futures.{name}.start_month"))
        months = world.futures[name].months
        return name, range(begin, world.horizon_months if months is None else begin + months)

    @cached_property
    def projects(self) -> tuple[Project, ...]:
        """By initiative: overrun, gate and vendor, from the numbers before effects."""
        return tuple(self.project(name, self.value) for name in self.table.scenario.initiatives)

    def project(
        self,
        name: str,
        value: Callable[[str], float],
        levels: Mapping[tuple[str, str], float] | None = None,
        start: int = 0,
    ) -> Project:
        """Project of an initiative, from its numbers as `value` has them by path.

        levels: of a skill for an initiative where it is another than that of the draw. start: month of its start, which
        counts where its technology matures.
        """
        world, at = self.table.scenario, f"initiatives.{name}"
        initiative = world.initiatives[name]
        spread, tail, failure = 1.0, 1.0, 1.0
        if initiative.help is not None:
            spread, tail, failure = (value(f"{at}.help.{field}") for field in ("spread", "tail", "failure"))
        cost, time = 1.0, 1.0
        if initiative.risk_class is not None:
            keys = self.keys([f"initiatives/{name}/overrun_cost", f"initiatives/{name}/overrun_time", COMMON_STREAM])
            cost, time = _ratios(*keys, self.number, np.array(world.overrun_of(initiative)), spread, tail)
        gates = initiative.gates
        ends, cost_limit, time_limit = (np.array([gate[k] for gate in gates]) for k in (1, 2, 3))
        factor, chance = 1.0, [value(f"{at}.{gate.field}") for gate in gates]
        if initiative.maturity is not None:
            most, half_life = (value(f"{at}.maturity.{field}") for field in ("failure", "half_life_months"))
            young = immaturity.scalar(most, half_life, float(start))
            chance = [min(1.0, p * young) for p in chance]
        for skill, asked in initiative.difficulty.items():
            one, level = world.skills[skill], (levels or {}).get((name, skill), self.value(f"skills.{skill}.level"))
            gap, parts = max(0.0, asked - level), np.diff(ends, prepend=0.0)
            factor += extra_work.scalar(gap, float(one.gap_work))
            chance = [
                failure_with_gap.scalar(p, gap * float(part), float(one.gap_failure))
                for p, part in zip(chance, parts, strict=True)
            ]
        key = self.key(f"initiatives/{name}/gate")
        end, state = _ending(key, self.number, ends, np.array(chance), failure, cost_limit, time_limit, cost, time)
        months = ["lead_months", "available_month"]
        lead, available = (
            0 if getattr(initiative, field) is None else math.ceil(value(f"{at}.{field}") - 1e-9) for field in months
        )
        work = max(1.0, math.ceil(initiative.duration_months * time * factor - 1e-9))
        return Project(cost, work, end, state, float(initiative.benefit_if_failed) * end, available, lead)


class Life(NamedTuple):
    """What the failures of a system depend on, by month: Weibull scale (years), factor on its hazard, 1 where it is
    refreshed, median hours of repair, age of planned replacement (years)."""

    scale: Floats
    factor: Floats
    refreshed: Ints
    median: Floats
    limit: Floats


class Repair(NamedTuple):
    """People whom systems share: how many, median hours until they begin, by month, 95th percentile over that, share
    of their time that others take, by month."""

    number: int
    response: Floats
    response_p95: float
    busy: Floats


def failure_times(
    draw: Draw, lives: Mapping[str, Life], month_hours: float, repair: Repair | None
) -> dict[str, tuple[Floats, Floats, Floats]]:
    """Failures, hours until repaired, planned replacements of systems that share repairers, or of one without."""
    names = list(lives)
    models = [draw.table.scenario.systems[name] for name in names]
    keys = [draw.keys([f"systems/{name}/{what}" for name in names]) for what in ("failure", "repair", "response")]
    ages, shapes, p95 = (
        np.array([float(getattr(model, field)) for model in models])
        for field in ("age_years", "life_shape", "repair_p95_ratio")
    )
    replace = np.array([int(model.on_failure == "replace") for model in models])
    scale, factor, refreshed, median, limit = (np.array(rows) for rows in zip(*lives.values(), strict=True))
    n, size = len(names), 256
    while True:
        times, hours, renewals = (np.empty((n, size)) for _ in range(3))
        count, renewed = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        if repair is None:
            count[0], renewed[0] = _failures(
                keys[0][0], keys[1][0], draw.number, ages[0], shapes[0], scale[0], factor[0].copy(), refreshed[0],
                replace[0] == 1, median[0], p95[0], month_hours, limit[0], times[0], hours[0], renewals[0],
            )  # fmt: skip
        else:
            _shared_failures(
                np.arange(n), repair.number, *keys, draw.number, ages, shapes, scale, factor.copy(), refreshed,
                replace, median, p95, repair.response, repair.response_p95, repair.busy, month_hours, limit,
                *(np.empty(n) for _ in range(3)), *(np.empty(n, dtype=np.int64) for _ in range(2)),
                times, hours, renewals, count, renewed,
            )  # fmt: skip
        most = max(int(count.max()), int(renewed.max()))
        if most <= size:
            return {
                name: (times[y, : count[y]], hours[y, : count[y]], renewals[y, : renewed[y]])
                for y, name in enumerate(names)
            }
        size = most


def attack_points(draw: Draw, source: str, layer_height: float, intensity: Floats) -> tuple[Floats, Ints, Ints]:
    """Incidents of a source such as `threats/NAME` or `providers/NAME`: times, layers and numbers of their points.
    intensity: incidents a year, by month."""
    keys = draw.key(f"{source}/gap"), draw.key(f"{source}/height")
    size = 256
    while True:
        times, layers, numbers = np.empty(size), np.empty(size, np.int64), np.empty(size, np.int64)
        n = _incidents(*keys, draw.number, layer_height, intensity, times, layers, numbers)
        if n <= size:
            return times[:n], layers[:n], numbers[:n]
        size = n
