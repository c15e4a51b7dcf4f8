"""The model of the Monte Carlo kernel in vectorised NumPy: the opponent that the kernel is timed against.

Written to be fast: arrays over paths, no Python loop over paths; events only where they happen, on index lists; numbers
that no effect touches are computed once for all roadmaps; every roadmap of a batch is a further block of rows, so that
one array operation serves them all. Random numbers come from NumPy's own generator, so it agrees with the kernel in
distribution, not draw by draw. World layer here, months of operations and the ledger in `numpy_operations`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from benchmarks.numpy_operations import Outages, Result, run_arms
from sim.mechanisms import severity_mean
from sim.parameters import Parameters, parameters
from sim.world import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Z95 = 1.6448536269514722
NEVER = 1e300


def evaluate_with_numpy(
    scenario: Scenario, roadmaps: Sequence[Mapping[str, int]], draws: int, seed: int, chunk: int = 4096
) -> list[Result]:
    """Outcomes of the roadmaps (the empty one is the reference and comes for free), `chunk` paths at a time."""
    table = parameters(scenario)
    generator = np.random.Generator(np.random.SFC64(seed))
    parts = [
        run_chunk(table, [{}, *roadmaps], min(chunk, draws - start), generator) for start in range(0, draws, chunk)
    ]
    return [Result.join([part[k] for part in parts]) for k in range(len(roadmaps))]


@dataclass(frozen=True)
class Numbers:
    """Numbers by path: of the draws (n,), and after effects by month (months, rows) where effects change them."""

    arms: int
    values: dict[str, Floats | float]
    changed: dict[str, Floats]

    def monthly(self, path: str, months: int) -> list[Floats | float]:
        """A value for each month: a number, or an array over rows."""
        if path in self.changed:
            return list(self.changed[path])
        return [self.rows(path)] * months

    def rows(self, path: str) -> Floats | float:
        value = self.values[path]
        return np.tile(value, self.arms) if isinstance(value, np.ndarray) else value

    def at(self, path: str, month: Ints, row: Ints) -> Floats | float:
        """Value at events."""
        if path in self.changed:
            return self.changed[path][month, row]
        value = self.values[path]
        return value[row % len(value)] if isinstance(value, np.ndarray) else value


@dataclass(frozen=True)
class Delivery:
    """One initiative in every row: start, go-live (-1: none) and share of its work done by month (months, rows)."""

    started: Ints
    go_live: Ints
    work: Floats
    cost_ratio: Floats


def run_chunk(
    table: Parameters, roadmaps: Sequence[Mapping[str, int]], n: int, generator: np.random.Generator
) -> list[Result]:
    world = table.scenario
    arms, months = len(roadmaps), world.horizon_months
    numbers = Numbers(arms, draw_numbers(table, n, generator), {})
    staff = {role: Tenures(world, role, numbers, n, generator) for role in world.people}
    delivered, used = deliver(world, roadmaps, numbers, n, generator)
    reach: dict[str, Floats] = {}
    calendars: dict[tuple[str, ...], Calendar] = {}
    for name, one in delivered.items():
        block = world.initiatives[name].adoption
        if block is None:
            reach[name] = ((np.arange(months)[:, None] >= one.go_live) & (one.go_live >= 0)).astype(float)
        else:
            users = tuple(role for role in world.people if role in block.roles)
            if users not in calendars:
                calendars[users] = Calendar([staff[role] for role in users], months)
            reach[name] = adopt(name, numbers, calendars[users], one.go_live, n, months, generator)
        alive(world, name, one.go_live, reach[name])
    apply_effects(world, table, numbers, delivered, reach)
    outages = Outages(world, numbers, n * arms)
    exposure = run_systems(world, numbers, delivered, outages, n, generator)
    run_threats(world, numbers, exposure, outages, n, generator)
    present = {role: np.tile(tenures.present(months), (1, arms)) for role, tenures in staff.items()}
    return run_arms(world, numbers, present, delivered, used, reach, outages, n)


def draw_numbers(table: Parameters, n: int, generator: np.random.Generator) -> dict[str, Floats | float]:
    u = generator.random((n, len(table.drivers)))
    if table.copula is not None:
        columns, factor = table.copula
        u[:, columns] = np.clip(ndtr(ndtri(u[:, columns]) @ factor.T), 1e-16, 1 - 1e-16)
    values: dict[str, Floats | float] = {number.path: float(table.base[i]) for i, number in enumerate(table.numbers)}
    for j, driver in enumerate(table.drivers):
        values[driver.path] = np.clip(driver.quantity.quantile(u[:, j]), driver.low, driver.high)
    return values


class Tenures:
    """Occupants of the seats of a role: begin and end, (n, seats, occupants)."""

    def __init__(self, world: Scenario, role: str, numbers: Numbers, n: int, generator: np.random.Generator) -> None:
        seats, horizon = world.people[role].seats, world.horizon_months
        rate = np.asarray(numbers.values[f"people.{role}.annual_turnover"]) / 12 * np.ones((n, 1))
        vacancy = np.asarray(numbers.values[f"people.{role}.hiring_months"]).reshape(-1, 1)
        begins, ends = [np.zeros((n, seats))], []
        while True:
            with np.errstate(divide="ignore"):
                ends.append(begins[-1] + generator.standard_exponential((n, seats)) / rate)
            if not np.any(ends[-1] + vacancy < horizon):
                break
            begins.append(ends[-1] + vacancy)
        self.begin, self.end = np.stack(begins, axis=2), np.stack(ends, axis=2)

    def present(self, months: int) -> Floats:
        """(months, n) share of the seats that is occupied."""
        n, seats, _ = self.begin.shape
        if seats == 0:
            return np.ones((months, n))
        row = np.broadcast_to(np.arange(n)[:, None, None], self.end.shape)
        left, came = self.end < months, (self.begin < months) & (self.begin > 0)
        rows = np.concatenate([row[left], row[came]])
        times = np.concatenate([self.end[left], self.begin[came]])
        steps = np.concatenate([np.full(left.sum(), -1.0), np.ones(came.sum())]) / seats
        return 1.0 + monthly_mean_of_steps(rows, times, steps, n, months)


def monthly_mean_of_steps(row: Ints, time: Floats, step: Floats, rows: int, months: int) -> Floats:
    """(months, rows) monthly means of functions that start at 0 and change by `step` at `time`."""
    month = time.astype(np.int64)
    flat = month * rows + row
    inside = np.bincount(flat, step * (month + 1 - time), minlength=months * rows)
    whole = np.bincount(flat + rows, step, minlength=(months + 1) * rows)
    partly = inside[: months * rows].reshape(months, rows)
    return np.asarray(partly + np.cumsum(whole.reshape(-1, rows)[:months], axis=0), dtype=np.float64)


class Calendar:
    """Changes of the occupants of all users of an initiative in time order, (n, changes): time, seat, who begins."""

    def __init__(self, roles: list[Tenures], months: int) -> None:
        self.seats = sum(role.begin.shape[1] for role in roles)
        times, seats, kinds, first = [], [], [], 0
        for role in roles:
            n, size, k = role.begin.shape
            seat = np.broadcast_to(np.arange(first, first + size)[:, None], (size, k)).ravel()
            for moments, begins in ((role.begin[:, :, 1:], 1), (role.end, 0)):
                flat = moments.reshape(n, -1)
                times.append(flat)
                seats.append(np.broadcast_to(seat.reshape(size, k)[:, : moments.shape[2]].ravel(), flat.shape))
                kinds.append(np.full(flat.shape, begins))
            first += size
        time = np.concatenate(times, axis=1)
        longest = int(np.max(np.sum(time < months, axis=1))) + 1
        order = np.argsort(time, axis=1)[:, :longest]
        self.time = np.append(np.take_along_axis(time, order, 1), np.full((len(time), 1), NEVER), axis=1)
        self.time[self.time >= months] = NEVER
        self.seat = np.take_along_axis(np.concatenate(seats, axis=1), order, 1)
        self.begins = np.take_along_axis(np.concatenate(kinds, axis=1), order, 1)


def adopt(
    name: str, numbers: Numbers, calendar: Calendar, live: Ints, n: int, months: int, generator: np.random.Generator
) -> Floats:
    """(months, rows) share of the users' seats that has adopted; event by event, all paths at once.

    Thresholds belong to the event, not to the occupant: the same distribution, without a table of numbers."""
    p, q, ceiling, joiner = (
        np.asarray(numbers.values[f"initiatives.{name}.adoption.{field}"]) * np.ones(n)
        for field in ("p", "q", "ceiling", "joiner_share")
    )
    rows = np.flatnonzero((live >= 0) & (live < months))
    out = np.zeros((months, len(live)))
    if not len(rows):
        return out
    path = rows % n
    able = generator.random((len(rows), calendar.seats)) < ceiling[path, None]
    count = able.sum(axis=1)
    now = live[rows].astype(float)
    place = np.sum(calendar.time[path] <= now[:, None], axis=1)
    seated = np.ones_like(able)
    for k in range(int(place.max(initial=0))):
        early = np.flatnonzero(place > k)
        seated[early, calendar.seat[path[early], k]] = calendar.begins[path[early], k] == 1
    level = np.where(able & seated, generator.standard_exponential(able.shape), NEVER)
    adopted = np.zeros_like(able)
    number = np.zeros(len(rows))
    hazard = np.zeros(len(rows))
    log: list[tuple[Ints, Floats, Floats]] = []
    keep = np.flatnonzero(count > 0)
    each = np.arange(len(rows))
    while len(keep):
        if len(keep) < 0.7 * len(rows):  # those at their end stand still; copying them out each time would cost more
            rows, path, count, place = rows[keep], path[keep], count[keep], place[keep]
            able, adopted, level = able[keep], adopted[keep], level[keep]
            now, number, hazard = now[keep], number[keep], hazard[keep]
            each = np.arange(len(rows))
        with np.errstate(invalid="ignore"):  # rows without anybody who is able
            rate = (p[path] + q[path] * number / count) / 12
        seat = np.argmin(level, axis=1)
        next_level = level[each, seat]
        with np.errstate(divide="ignore", over="ignore"):
            adoption = np.where(next_level < NEVER, now + (next_level - hazard) / rate, NEVER)
        change = calendar.time[path, place]
        event = np.minimum(adoption, change)
        goes_on = (event < months) & (count > 0)
        event = np.minimum(event, months)
        hazard += rate * (event - now)
        now = event
        by_adoption = (adoption <= change) & goes_on
        who = each[by_adoption]
        level[who, seat[by_adoption]] = NEVER
        adopted[who, seat[by_adoption]] = True
        step = by_adoption.astype(float)
        who = each[~by_adoption & goes_on]
        if len(who):
            where = calendar.seat[path[who], place[who]]
            begins = calendar.begins[path[who], place[who]] == 1
            place[who] += 1
            ready = able[who, where]
            step[who] -= adopted[who, where]
            starts = begins & ready & (generator.random(len(who)) < joiner[path[who]])
            step[who] += starts
            adopted[who, where] = starts
            fresh = hazard[who] + generator.standard_exponential(len(who))
            level[who, where] = np.where(begins & ready & ~starts, fresh, NEVER)
        number += step
        moved = np.flatnonzero(step)
        log.append((rows[moved], event[moved], step[moved]))
        keep = np.flatnonzero(goes_on)
    row, time, size = (np.concatenate(parts) for parts in zip(*log, strict=True)) if log else (np.empty(0),) * 3
    return monthly_mean_of_steps(row.astype(np.int64), time, size / calendar.seats, len(live), months)


def alive(world: Scenario, name: str, live: Ints, share: Floats) -> None:
    """Cut the reach of an initiative off at the end of its life."""
    initiative = world.initiatives[name]
    if initiative.life_months is not None and initiative.renewal_cost is None:
        share[(np.arange(len(share))[:, None] >= live + initiative.life_months) & (live >= 0)] = 0.0


def deliver(
    world: Scenario,
    roadmaps: Sequence[Mapping[str, int]],
    numbers: Numbers,
    n: int,
    generator: np.random.Generator,
) -> tuple[dict[str, Delivery], dict[str, Floats]]:
    """Delivery by initiative that some roadmap holds, and days used by skill (months, rows)."""
    months, arms = world.horizon_months, len(roadmaps)
    names = [name for name in world.initiatives if any(name in roadmap for roadmap in roadmaps)]
    used = {skill: np.zeros((months, n * arms)) for skill in world.skills}
    found = {}
    for name in names:
        cost, duration, fails = overruns(world, name, numbers, n, generator)
        found[name] = _Work(duration, fails, cost, months, n * arms)
    for arm, roadmap in enumerate(roadmaps):
        rows = slice(arm * n, (arm + 1) * n)
        order = sorted((month, names.index(name), name) for name, month in roadmap.items())
        for month in range(months):
            for _ in order:  # as often as a chain of requirements may be long
                if not any(_start(world, found, name, planned, month, rows) for planned, _, name in order):
                    break
            for planned, _, name in order:
                if planned <= month:
                    found[name].advance(world, name, used, month, rows, arm, n)
    return {name: work.result(arms) for name, work in found.items()}, used


WAITING, WORKING, FINISHED, FAILED, CANCELLED = range(5)


class _Work:
    """State of one initiative in every row."""

    def __init__(self, duration: Floats, fails: NDArray[np.bool_], cost: Floats, months: int, rows: int) -> None:
        self.duration, self.fails, self.cost = duration, fails, cost
        self.state = np.full(rows, WAITING)
        self.started, self.live = np.full(rows, -1), np.full(rows, -1)
        self.done = np.zeros(rows)
        self.work = np.zeros((months, rows))

    def advance(
        self, world: Scenario, name: str, used: dict[str, Floats], month: int, rows: slice, arm: int, n: int
    ) -> None:
        active = np.flatnonzero(self.state[rows] == WORKING) + arm * n
        if not len(active):
            return
        duration = self.duration[active - arm * n]
        share = np.minimum(1.0, (1.0 - self.done[active]) * duration)
        days = {skill: wanted for skill, wanted in world.initiatives[name].skill_days.items() if wanted > 0}
        for skill, wanted in days.items():
            free = world.skills[skill].days_per_month - used[skill][month, active]
            share = np.minimum(share, np.maximum(0.0, free / wanted))
        for skill, wanted in days.items():
            used[skill][month, active] += share * wanted
        part = share / duration
        ends = self.done[active] + part >= 1.0 - 1e-9
        part = np.where(ends, 1.0 - self.done[active], part)
        self.work[month, active] = part
        self.done[active] += part
        fails = self.fails[active - arm * n]
        self.state[active[ends]] = np.where(fails[ends], FAILED, FINISHED)
        self.live[active[ends & ~fails]] = month + 1

    def result(self, arms: int) -> Delivery:
        return Delivery(self.started, self.live, self.work, np.tile(self.cost, arms))


def _start(world: Scenario, found: dict[str, _Work], name: str, planned: int, month: int, rows: slice) -> bool:
    """Start or cancel what is due; whether anything changed."""
    one = found[name]
    waiting = one.state[rows] == WAITING
    if planned > month or not waiting.any():
        return False
    ready, never = waiting.copy(), np.zeros_like(waiting)
    for need in world.initiatives[name].requires:
        before = found[need.initiative]
        lost = np.isin(before.state[rows], (FAILED, CANCELLED))
        reached = (before.started if need.counted_from == "start" else before.live)[rows]
        there = (reached >= 0) & (reached + need.lag_months <= month)
        if need.if_fails == "cancel":
            never |= lost & waiting
            ready &= there & ~lost
        else:
            ready &= there | lost
    ready &= ~never
    one.state[rows] = np.where(ready, WORKING, np.where(never, CANCELLED, one.state[rows]))
    one.started[rows] = np.where(ready, month, one.started[rows])
    return bool(ready.any() or never.any())


def overruns(
    world: Scenario, name: str, numbers: Numbers, n: int, generator: np.random.Generator
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    initiative = world.initiatives[name]
    cost = time = np.ones(n)
    if initiative.risk_class is not None:
        c = world.risk_classes[initiative.risk_class]
        rho = 2 * np.sin(np.pi * c.cost_time_rank / 6)
        z, own = generator.standard_normal((2, n))

        def ratio(score: Floats) -> Floats:
            u = ndtr(score)
            body = ndtri(np.minimum(1.0, u / (1 - c.tail_share)) * ndtr(np.log(1.5 / c.median) / c.log_sd))
            out = np.minimum(1.5, c.median * np.exp(c.log_sd * body))
            tail = u >= 1 - c.tail_share
            with np.errstate(divide="ignore"):
                out[tail] = np.minimum(c.cap, 1.5 * ((1 - u[tail]) / c.tail_share) ** (-1 / c.tail_exponent))
            return np.asarray(out)

        cost, time = ratio(z), ratio(rho * z + np.sqrt(1 - rho * rho) * own)
    duration = np.maximum(1.0, np.ceil(initiative.duration_months * time - 1e-9))
    return cost, duration, generator.random(n) < numbers.values[f"initiatives.{name}.failure_probability"]


def apply_effects(
    world: Scenario, table: Parameters, numbers: Numbers, delivered: dict[str, Delivery], reach: dict[str, Floats]
) -> None:
    """Fill `numbers.changed`: clip((base + sum add) * prod factors)."""
    months = np.arange(world.horizon_months)[:, None]
    added: dict[str, Floats | float] = {}
    factors: dict[str, Floats | float] = {}
    for name, one in delivered.items():
        initiative = world.initiatives[name]
        for path, effect in initiative.effects.items():
            share = reach[name]
            if effect.competitive and initiative.imitation is not None:
                lag = numbers.rows(f"initiatives.{name}.imitation.lag_months")
                since = np.maximum(0, months - one.go_live - lag)
                share = share * np.exp2(-since / initiative.imitation.half_life_months)
            at = f"initiatives.{name}.effects.{path}"
            if effect.add is not None:
                added[path] = added.get(path, 0.0) + numbers.rows(f"{at}.add") * share
            else:
                factors[path] = factors.get(path, 1.0) * (1.0 + (numbers.rows(f"{at}.multiply") - 1.0) * share)
    for path in {*added, *factors}:
        slot = table.slot[path]
        value = (numbers.rows(path) + added.get(path, 0.0)) * factors.get(path, 1.0)
        numbers.changed[path] = np.clip(value, table.low[slot], table.high[slot])


def run_systems(
    world: Scenario,
    numbers: Numbers,
    delivered: dict[str, Delivery],
    outages: Outages,
    n: int,
    generator: np.random.Generator,
) -> dict[str, Floats]:
    """Failures of all systems into `outages`; factor on the success of attacks by system (months, rows)."""
    months, rows = world.horizon_months, n * numbers.arms
    exposure = {}
    for name, system in world.systems.items():
        at = f"systems.{name}"
        fresh = np.zeros((months + 1, rows), dtype=bool)
        for initiative, one in delivered.items():
            if name in world.initiatives[initiative].refreshes:
                live = np.flatnonzero(one.go_live >= 0)
                fresh[one.go_live[live], live] = True
        old = np.zeros((months, rows), dtype=bool)
        if system.support_ends_month is not None:
            old = (np.arange(months)[:, None] >= system.support_ends_month) & ~np.logical_or.accumulate(fresh[:months])
        paths = [f"{at}.{field}" for field in ("life_scale_years", "unsupported_failures", "repair_hours")]
        # Rows of a roadmap that does nothing to the system fail as those of the empty roadmap.
        touched = [
            any(name in world.initiatives[i].refreshes for i in delivered) or any(p in numbers.changed for p in paths)
        ] * (numbers.arms - 1)
        size = rows if any(touched) else n
        factor = np.where(old, numbers.rows(paths[1]), 1.0)
        times, hours, who = failures(world, name, numbers, fresh[:, :size], factor[:, :size], n, generator)
        if size < rows:
            times, hours = np.tile(times, numbers.arms), np.tile(hours, numbers.arms)
            who = np.concatenate([who + arm * n for arm in range(numbers.arms)])
        birth = np.full(rows, -12.0 * system.age_years)
        for m in range(months):
            birth[np.resize(fresh[m, :size], rows)] = m
            if system.on_failure == "replace":
                due = (times > m - 0.5) & (times <= m + 0.5)
                np.maximum.at(birth, who[due], times[due])
            outages.ages[m] += (m + 0.5 - birth) / 12.0
        outages.repaired(f"{at}.repair_cost", times, hours, who)
        outages.book(name, times, hours, who)
        exposure[name] = np.where(old, numbers.rows(f"{at}.unsupported_attacks"), 1.0)
    return exposure


def failures(
    world: Scenario,
    name: str,
    numbers: Numbers,
    fresh: NDArray[np.bool_],
    factor: Floats,
    n: int,
    generator: np.random.Generator,
) -> tuple[Floats, Floats, Ints]:
    """Times (months), repair hours and rows of the failures of a system."""
    system, rows, months = world.systems[name], fresh.shape[1], world.horizon_months
    month_hours = world.profile.working_days_per_month * world.profile.hours_per_day
    scales = numbers.monthly(f"systems.{name}.life_scale_years", months)
    shape, sigma = system.life_shape, np.log(system.repair_p95_ratio) / Z95
    left = np.tile(generator.standard_exponential(n), rows // n)
    age, up_at = np.full(rows, system.age_years), np.zeros(rows)
    found: list[tuple[Floats, Floats, Ints]] = []
    for m in range(months):
        given = scales[m]
        scale = given[:rows] if isinstance(given, np.ndarray) else np.full(rows, given)
        age[fresh[m]] = 0.0
        begin = np.maximum(m, up_at)
        ahead = np.maximum(0.0, (m + 1 - begin) / 12)
        start = (age / scale) ** shape
        gain = factor[m] * (((age + ahead) / scale) ** shape - start)
        fails = gain >= left
        left -= gain
        age += ahead
        who = np.flatnonzero(fails & (ahead > 0))
        t, a, e, h = begin[who], age[who] - ahead[who], left[who] + gain[who], start[who]
        while len(who):
            failed = np.minimum(scale[who] * (h + e / factor[m, who]) ** (1 / shape), a + (m + 1 - t) / 12)
            t = t + (failed - a) * 12
            median = numbers.at(f"systems.{name}.repair_hours", np.full(len(who), m), who)
            repair = median * np.exp(sigma * generator.standard_normal(len(who)))
            found.append((t, repair, who))
            t = t + repair / month_hours
            a = np.zeros(len(who)) if system.on_failure == "replace" else failed + repair / month_hours / 12
            e = generator.standard_exponential(len(who))
            up_at[who] = t
            ahead = np.maximum(0.0, (m + 1 - t) / 12)
            h = (a / scale[who]) ** shape
            gain = factor[m, who] * (((a + ahead) / scale[who]) ** shape - h)
            again = (gain >= e) & (ahead > 0)
            quiet = ~again
            left[who[quiet]], age[who[quiet]] = e[quiet] - gain[quiet], a[quiet] + ahead[quiet]
            who, t, a, e, h = who[again], t[again], a[again], e[again], h[again]
    if not found:
        return np.empty(0), np.empty(0), np.empty(0, np.int64)
    times, hours, row = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return times, hours, row


def run_threats(
    world: Scenario,
    numbers: Numbers,
    exposure: dict[str, Floats],
    outages: Outages,
    n: int,
    generator: np.random.Generator,
) -> None:
    """Points of a Poisson measure up to the highest intensity of a path, kept where they lie below that of the row."""
    months = world.horizon_months
    for name, threat in world.threats.items():
        at = f"threats.{name}"
        success = np.asarray(
            numbers.changed.get(f"{at}.success_probability", numbers.rows(f"{at}.success_probability"))
        )
        for system in threat.hits:
            success = success * exposure[system]
        frailty = numbers.rows(f"{at}.frailty") if threat.dispersion is not None else 1.0
        attempts = numbers.changed.get(f"{at}.attempts_per_year", numbers.rows(f"{at}.attempts_per_year"))
        intensity = np.broadcast_to(attempts * np.minimum(1.0, success) * frailty, (months, n * numbers.arms))
        median = numbers.changed.get(f"{at}.severity", numbers.rows(f"{at}.severity"))
        mean = severity_mean(1.0, float(threat.severity_p95_ratio), float(threat.tail_index))
        outages.expected += intensity * median * mean
        highest = intensity.max(axis=0).reshape(numbers.arms, n).max(axis=0)
        points = generator.poisson(highest * months / 12)
        path = np.repeat(np.arange(n), points)
        time = generator.random(len(path)) * months
        height = generator.random(len(path)) * highest[path]
        severity, outage = generator.random((2, len(path)))
        for arm in range(numbers.arms):
            row, month = path + arm * n, time.astype(np.int64)
            real = np.flatnonzero(height < intensity[month, row])
            outages.incidents(name, time[real], severity[real], outage[real], row[real])
