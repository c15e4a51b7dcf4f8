"""Failures, incidents and outages of one path under one roadmap: plain twin.

`at(path, month)` gives a number of the scenario after effects.
"""

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from sim.world import Scenario
from tests.naive.path_world import NORMAL, Z95, Project, overlap
from tests.naive.philox import Streams

At = Callable[[str, int], float]


def lognormal(u: float, median: float, p95_ratio: float) -> float:
    """Duration through its median and 95th percentile."""
    return median * p95_ratio ** (NORMAL.inv_cdf(u) / Z95) if p95_ratio > 1 else median


def severity(u: float, median: float, p95_ratio: float, tail: float) -> float:
    """Loss: lognormal up to the 95th percentile, generalised Pareto with continuous density above it."""
    sigma, p95 = math.log(p95_ratio) / Z95, median * p95_ratio
    if u <= 0.95:
        return median * math.exp(sigma * NORMAL.inv_cdf(u))
    density = NORMAL.pdf(Z95) / (sigma * p95)
    scale = 0.05 / density
    left = (1 - u) / 0.05
    return p95 + (scale * (left**-tail - 1) / tail if tail > 0 else -scale * math.log(left))


@dataclass
class Outages:
    """What outages do: down hours by system and month; share of items lost, share late, hours of delay by step."""

    months: int
    down: dict[str, list[float]] = field(default_factory=dict)
    lost: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    late: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    delay: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def book(self, scenario: Scenario, at: At, system: str, begin: float, hours: float) -> None:
        """From `begin` (months) on, at most to the horizon."""
        month_hours = scenario.profile.working_days_per_month * scenario.profile.hours_per_day
        hours = min(hours, (self.months - begin) * month_hours)
        self.take_down(system, begin, hours, month_hours)
        for process, block in scenario.processes.items():
            for step, work in block.steps.items():
                if system == work.system or (isinstance(work.system, tuple) and system in work.system):
                    self.hold_up(scenario, at, (process, step), begin, hours, 1.0)

    def book_together(self, scenario: Scenario, at: At, systems: set[str], begin: float, hours: float) -> None:
        """Several systems at once: an item meets the outage at the first of its steps that needs one of them."""
        month_hours = scenario.profile.working_days_per_month * scenario.profile.hours_per_day
        hours = min(hours, (self.months - begin) * month_hours)
        for system in systems:
            self.take_down(system, begin, hours, month_hours)
        for process, block in scenario.processes.items():
            passing = 1.0
            for step, work in block.steps.items():
                if systems & set(work.systems):
                    self.hold_up(scenario, at, (process, step), begin, hours, passing)
                    if not (work.by_hand or work.mends):
                        passing *= 1 - at(f"processes.{process}.steps.{step}.share", int(begin))

    def take_down(self, system: str, begin: float, hours: float, month_hours: float) -> None:
        for m in range(int(begin), self.months):
            self.down[system][m] += overlap(begin, begin + hours / month_hours, m) * month_hours

    def hold_up(
        self, scenario: Scenario, at: At, place: tuple[str, str], begin: float, hours: float, weight: float
    ) -> None:
        """What an outage does to the items of a step, `weight` of which meet it there."""
        month_hours = scenario.profile.working_days_per_month * scenario.profile.hours_per_day
        month = int(begin)
        patience = at(f"processes.{place[0]}.patience_minutes", month) / 60
        longest = min(hours, patience)  # the wait of who comes at the beginning, or comes just in time
        target = scenario.processes[place[0]].target_minutes / 60
        self.delay[place][month] += weight * longest**2 / 2 / month_hours
        self.late[place][month] += weight * max(0.0, longest - target) / month_hours
        for m in range(month, self.months):
            self.lost[place][m] += weight * overlap(begin, begin + (hours - longest) / month_hours, m)


def no_outages(scenario: Scenario) -> Outages:
    months = scenario.horizon_months
    steps = [(p, s) for p, block in scenario.processes.items() for s in block.steps]

    def zeros() -> dict[tuple[str, str], list[float]]:
        return {step: [0.0] * months for step in steps}

    return Outages(months, {system: [0.0] * months for system in scenario.systems}, zeros(), zeros(), zeros())


@dataclass(frozen=True)
class Support:
    """Months in which a system is refreshed, and in which it is out of support."""

    refreshed: frozenset[int]
    old: frozenset[int]


def support(scenario: Scenario, system: str, projects: dict[str, Project]) -> Support:
    finished = [p for p in projects.values() if p.state == "finished"]
    live = {p.go_live for p in finished if system in scenario.initiatives[p.name].refreshes}
    refreshed = frozenset(month for month in live if month is not None)
    ends = scenario.systems[system].support_ends_month
    if ends is None:
        return Support(refreshed, frozenset())
    new_from = min(refreshed, default=scenario.horizon_months)
    return Support(refreshed, frozenset(range(max(0, ends), new_from)))


@dataclass
class Broken:
    """(month, hours down) of the failures of a system; months of its planned replacements."""

    failures: list[tuple[float, float]] = field(default_factory=list)
    renewals: list[float] = field(default_factory=list)


def life(
    scenario: Scenario, system: str, state: Support, at: At, streams: Streams, found: Broken
) -> Generator[float, float, None]:
    """Moments (months) at which a system fails, on its operational clock; for each it is sent the hours down."""
    renewals = found.renewals
    block = scenario.systems[system]
    month_hours = scenario.profile.working_days_per_month * scenario.profile.hours_per_day
    age, now = block.age_years, 0.0
    to_go = -math.log(streams.uniform(f"systems/{system}/failure", 0))
    for month in range(scenario.horizon_months):
        if month in state.refreshed:
            age = 0.0
        scale = at(f"systems.{system}.life_scale_years", month)
        limit = at(f"systems.{system}.refresh.at_age_years", month) if block.refresh else math.inf
        now = max(now, month)
        while now < month + 1:
            old = month in state.old and not renewals
            factor = at(f"systems.{system}.unsupported_failures", month) if old else 1.0
            end_age = age + (month + 1 - now) / 12
            renewed = now + 12 * (max(limit, age) - age) < month + 1 - 1e-6
            end_age = max(limit, age) if renewed else end_age
            hazard = factor * ((end_age / scale) ** block.life_shape - (age / scale) ** block.life_shape)
            if hazard < to_go:
                to_go -= hazard
                if not renewed:
                    age, now = end_age, month + 1
                    break
                now += (end_age - age) * 12
                now = round(now) if abs(now - round(now)) <= 1e-6 else now  # due when a month begins
                renewals.append(now)
                age = 0.0
                continue
            failed = scale * ((age / scale) ** block.life_shape + to_go / factor) ** (1 / block.life_shape)
            now += (failed - age) * 12
            hours = yield now
            found.failures.append((now, hours))
            now += hours / month_hours
            age = 0.0 if block.on_failure == "replace" else failed + hours / month_hours / 12
            to_go = -math.log(streams.uniform(f"systems/{system}/failure", len(found.failures)))


def failures(scenario: Scenario, states: dict[str, Support], at: At, streams: Streams) -> dict[str, Broken]:
    """Failures of all systems in order of time. Who is repaired by others waits for the first of them to be free."""
    month_hours = scenario.profile.working_days_per_month * scenario.profile.hours_per_day
    found = {system: Broken() for system in scenario.systems}
    lives = {name: life(scenario, name, states[name], at, streams, broken) for name, broken in found.items()}
    due = {name: next(one, math.inf) for name, one in lives.items()}
    free = {name: [0.0] * group.number for name, group in scenario.repairers.items()}
    while min(due.values(), default=math.inf) < math.inf:
        system = min(due, key=lambda name: due[name])
        block, now, number = scenario.systems[system], due[system], len(found[system].failures)
        u = streams.uniform(f"systems/{system}/repair", number)
        hours = lognormal(u, at(f"systems.{system}.repair_hours", int(now)), block.repair_p95_ratio)
        if block.repairer is not None:
            group, root = free[block.repairer], f"repairers.{block.repairer}"
            ratio = scenario.repairers[block.repairer].response_p95_ratio
            u = streams.uniform(f"systems/{system}/response", number)
            hours /= 1 - at(f"{root}.busy_share", int(now))
            hours += lognormal(u, at(f"{root}.response_hours", int(now)), ratio)
            group.sort()
            hours += max(0.0, group[0] - now) * month_hours
            group[0] = now + hours / month_hours
        try:
            due[system] = lives[system].send(hours)
        except StopIteration:
            due[system] = math.inf
    return found


@dataclass(frozen=True)
class Incident:
    """A point of the attack measure that became an incident."""

    time: float
    layer: int
    number: int


def incidents(source: str, layer_height: float, intensity: list[float], streams: Streams) -> list[Incident]:
    """Points below the intensity (a year, by month), in order of layer and time."""
    found = []
    layer = 0
    while layer * layer_height < max(intensity):
        time, number = 0.0, 0
        while True:
            time -= 12 * math.log(streams.uniform(f"{source}/gap", layer, number)) / layer_height
            if time >= len(intensity):
                break
            height = layer_height * (layer + streams.uniform(f"{source}/height", layer, number))
            if height < intensity[int(time)]:
                found.append(Incident(time, layer, number))
            number += 1
        layer += 1
    return found
