"""The world layer of a draw, number for number that of the kernel: the mechanisms that both engines share, wrapped so
that Python can call them.

A draw's occupants, overruns, gate marks, adoption and failure thresholds and attack points are the same under every
roadmap. Times are in months. Buffers grow until everything fits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled, inline
from sim.futures import future_of
from sim.mechanisms.adoption_course import NEVER_AGAIN, adoption_course
from sim.mechanisms.aftermath import fine, secondary_loss
from sim.mechanisms.attacks import incidents
from sim.mechanisms.delivery import deliver
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.involvement import ceiling_of
from sim.mechanisms.learning import bereft, unlearned
from sim.mechanisms.links import link_costs
from sim.mechanisms.momentum import momentum
from sim.mechanisms.normal import normal_cdf, normal_quantile
from sim.mechanisms.occupancy import presence, seat_changes
from sim.mechanisms.overrun import overrun_ratio
from sim.mechanisms.seats import STREAMS, adopt
from sim.mechanisms.severity import severity_quantile
from sim.mechanisms.skill_gap import extra_work, failure_with_gap
from sim.mechanisms.wearout import failures, lognormal_hours
from sim.parameters import Parameters
from sim.streams import identity, stream_key, uniform

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

overrun = compile_scalar(overrun_ratio, inline)
quantile = compile_scalar(normal_quantile, inline)
cdf = compile_scalar(normal_cdf, inline)
severity = compile_scalar(severity_quantile, inline)


@compiled
def _seat_changes(key, draw, seats, rate, vacancy, months, times, seat, occupant, share):  # type: ignore[no-untyped-def]
    n = seat_changes(key, draw, seats, rate, vacancy, float(months), times, seat, occupant)
    if n >= 0:
        presence(n, seats, times, occupant, months, share)
    return n


@compiled
def _ratios(cost_key, time_key, draw, risk):  # type: ignore[no-untyped-def]
    median, log_sd, share, exponent, cap, rho = risk
    z = quantile(uniform(cost_key, draw, 0))
    own = quantile(uniform(time_key, draw, 0))
    cost = overrun(cdf(z), median, log_sd, share, exponent, cap)
    return cost, overrun(cdf(rho * z + math.sqrt(1.0 - rho * rho) * own), median, log_sd, share, exponent, cap)


@compiled
def run_delivery(  # type: ignore[no-untyped-def]
    planned, work_months, fails, days, capacity, before, lag, flags, first_before, state, go_live, started, work, used,
):  # fmt: skip
    deliver(
        planned, work_months, fails, days, capacity, before, lag, flags, first_before, state, go_live, started, work,
        used,
    )  # fmt: skip


@compiled
def run_links(  # type: ignore[no-untyped-def]
    linking, started, go_live, ends, links, is_hub, between, pair_price, hub_price, hub_of, attached, cost,
):  # fmt: skip
    link_costs(linking, started, go_live, ends, links, is_hub, between, pair_price, hub_price, hub_of, attached, cost)


@compiled
def _adopt(  # type: ignore[no-untyped-def]
    keys, draw, member, first_seat, seats, role, times, seat, occupant, go_live, course, varies, ceiling, joiner_share,
    doubt_rate, involved, months, current, level, queue, doubt_time, doubt_number, share, event_times, event_changes,
):  # fmt: skip
    return adopt(
        keys, draw, member, first_seat, seats, role, times, seat, occupant, go_live, course, varies, ceiling,
        joiner_share, doubt_rate, involved, months, current, level, queue, doubt_time, doubt_number, share,
        event_times, event_changes,
    )  # fmt: skip


@compiled
def _course(go_live, months, stated, factors, half_life, every, course):  # type: ignore[no-untyped-def]
    return adoption_course(go_live, months, stated, factors, half_life, every, course)


@compiled
def _unlearned(count, seats, times, seat, occupant, present, half_life, months, share):  # type: ignore[no-untyped-def]
    unlearned(count, seats, times, seat, occupant, present, half_life, months, share)


@compiled
def _bereft(count, times, seat, occupant, key_seat, recovery, months, share):  # type: ignore[no-untyped-def]
    bereft(count, times, seat, occupant, key_seat, recovery, months, share)


@compiled
def tailwind(settled, success, month, log_success, log_failure, half_life, log_most):  # type: ignore[no-untyped-def]
    """Factor of momentum on p; see `sim.mechanisms.momentum`."""
    return momentum(settled, success, month, log_success, log_failure, half_life, log_most)


@compiled
def _failures(  # type: ignore[no-untyped-def]
    threshold_key, repair_key, draw, age, shape, scale, factor, refreshed, replace, median, p95_ratio, month_hours,
    times, hours,
):  # fmt: skip
    return failures(
        threshold_key, repair_key, draw, age, shape, scale, factor, refreshed, replace, median, p95_ratio, month_hours,
        times, hours,
    )  # fmt: skip


@compiled
def _incidents(gap_key, height_key, draw, layer_height, intensity, times, layers, numbers):  # type: ignore[no-untyped-def]
    return incidents(gap_key, height_key, draw, layer_height, intensity, times, layers, numbers)


@compiled
def point_loss(key, draw, layer, number, median, p95, tail_index):  # type: ignore[no-untyped-def]
    """Direct loss of the attack point (layer, number)."""
    return severity(uniform(key, draw, identity(layer, number)), median, p95, tail_index)


@compiled
def point_hours(key, draw, layer, number, median, p95_ratio):  # type: ignore[no-untyped-def]
    """Outage of the attack point (layer, number), working hours."""
    return lognormal_hours(uniform(key, draw, identity(layer, number)), median, p95_ratio)


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
    def overruns(self) -> tuple[Floats, Floats, Floats]:
        """By initiative: realised over planned cost, the same of duration, mark of the gate."""
        world = self.table.scenario
        n = len(world.initiatives)
        cost, time, gate = np.ones(n), np.ones(n), np.ones(n)
        for i, (name, initiative) in enumerate(world.initiatives.items()):
            if initiative.risk_class is not None:
                c = world.risk_classes[initiative.risk_class]
                rho = 2.0 * math.sin(math.pi * c.cost_time_rank / 6.0)
                risk = (c.median, c.log_sd, c.tail_share, c.tail_exponent, c.cap, rho)
                keys = self.key(f"initiatives/{name}/overrun_cost"), self.key(f"initiatives/{name}/overrun_time")
                cost[i], time[i] = _ratios(*keys, self.number, tuple(float(x) for x in risk))
            gate[i] = mark(self.key(f"initiatives/{name}/gate"), self.number, 0)
        return cost, time, gate

    def projects(self, gaps: Floats) -> tuple[Floats, Ints]:
        """By initiative: months of work at full pace, 1 where the gate fails. gaps (initiatives, skills): levels that
        the skills lack."""
        world = self.table.scenario
        work, fails = np.ones(len(gaps)), np.zeros(len(gaps), dtype=np.int64)
        _, time, gate = self.overruns
        for i, (name, initiative) in enumerate(world.initiatives.items()):
            factor, failure = 1.0, self.value(f"initiatives.{name}.failure_probability")
            for gap, skill in zip(gaps[i], world.skills.values(), strict=True):
                factor += extra_work.scalar(float(gap), float(skill.gap_work))
                failure = failure_with_gap.scalar(failure, float(gap), float(skill.gap_failure))
            work[i] = max(1.0, math.ceil(initiative.duration_months * time[i] * factor - 1e-9))
            fails[i] = gate[i] < failure
        return work, fails


def adoption_events(
    draw: Draw, initiative: str, go_live: int, wind: float, involved: float
) -> tuple[Floats, Ints, Floats]:
    """Moments at which adopters change, by how many, and the mean share of seats that have adopted, by month.

    wind: factor of momentum on p. involved: share of the staff, 1 where the initiative does not say.
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
        return draw.value(f"initiatives.{initiative}.adoption.{field}")

    ceiling, present_ceiling, doubts = number("ceiling"), number("ceiling"), 0.0
    if adoption.involvement is not None:
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
    current, queue, doubt_number = np.empty((3, count), dtype=np.int64)
    level, doubt_time = np.empty((2, count))
    flat = [draw.key(f"initiatives/{initiative}/{stream}/{r}") for stream in STREAMS for r in roles]
    keys = np.array(flat, dtype=np.uint64).reshape(len(STREAMS), len(roles))
    size = count + 2 * len(times) + 1
    while True:
        share, event_times, changes = np.zeros(months), np.empty(size), np.empty(size, dtype=np.int64)
        n = _adopt(
            keys, draw.number, member, first_seat, seats, role[order], times[order], seat, occupant, float(go_live),
            course, varies, ceiling, number("joiner_share"), doubts, involved, months, current, level, queue,
            doubt_time, doubt_number, share, event_times, changes,
        )  # fmt: skip
        if n <= size:
            return event_times[:n], changes[:n], share
        size = n


def failure_times(
    draw: Draw, system: str, scale: Floats, factor: Floats, refreshed: Ints, median: Floats, month_hours: float
) -> tuple[Floats, Floats]:
    """Failures of a system and hours of repair. scale, factor, refreshed, median: by month."""
    model = draw.table.scenario.systems[system]
    keys = draw.key(f"systems/{system}/failure"), draw.key(f"systems/{system}/repair")
    age, shape, p95 = float(model.age_years), float(model.life_shape), float(model.repair_p95_ratio)
    replace = model.on_failure == "replace"
    size = 256
    while True:
        times, hours = np.empty(size), np.empty(size)
        n = _failures(
            *keys, draw.number, age, shape, scale, factor, refreshed, replace, median, p95, month_hours, times, hours
        )
        if n <= size:
            return times[:n], hours[:n]
        size = n


def attack_points(draw: Draw, threat: str, layer_height: float, intensity: Floats) -> tuple[Floats, Ints, Ints]:
    """Incidents of a threat: times, layers and numbers of their points. intensity: incidents a year, by month."""
    keys = draw.key(f"threats/{threat}/gap"), draw.key(f"threats/{threat}/height")
    size = 256
    while True:
        times, layers, numbers = np.empty(size), np.empty(size, np.int64), np.empty(size, np.int64)
        n = _incidents(*keys, draw.number, layer_height, intensity, times, layers, numbers)
        if n <= size:
            return times[:n], layers[:n], numbers[:n]
        size = n
