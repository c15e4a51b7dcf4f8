"""What happens to one path whatever the roadmap (drivers, occupants, overruns, gates) and the events that effects move
(adoption, failures, incidents): the plain twin of the world layer.

Everything is looked up by name. The scenario schema is shared with the package; no formula and no number is.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
from scipy import stats

from sim.quantities import Quantity
from sim.world import Scenario
from sim.world.paths import numbers
from tests.naive.philox import Streams

NORMAL = NormalDist()
Z95 = NORMAL.inv_cdf(0.95)
FOR_EVER = 1e9  # minutes of patience where the file states none


def quantile(quantity: Quantity, u: float) -> float:
    """Inverse distribution function, from the parameters as the grammar defines them."""
    a = quantity.params
    match quantity.kind:
        case "constant":
            return a[0]
        case "normal":
            return a[0] + a[1] * NORMAL.inv_cdf(u)
        case "lognormal":
            return math.exp(a[0] + a[1] * NORMAL.inv_cdf(u))
        case "pert":
            low, mode, high = a
            width = high - low
            return float(low + width * stats.beta.ppf(u, 1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width))
        case "metalog":
            logit = math.log(u / (1 - u))
            return a[0] + a[1] * logit + a[2] * (u - 0.5) * logit
        case "beta":
            return float(stats.beta.ppf(u, *a))
        case "choices":
            values, weights = a[: len(a) // 2], a[len(a) // 2 :]
            below = 0.0
            for value, weight in sorted(zip(values, weights, strict=True)):
                below += weight / sum(weights)
                if u < below:
                    return value
            return max(values)
    raise AssertionError(quantity.kind)


def driver_values(scenario: Scenario, streams: Streams) -> dict[str, float]:
    """Every number of the scenario by path, as it is in this draw, before effects."""
    uncertain = {n.path: n for n in numbers(scenario) if not n.quantity.is_constant}
    u = {path: streams.uniform(f"drivers/{path}") for path in uncertain}
    u.update(correlated(scenario, u))
    values = {}
    for number in numbers(scenario):
        value = number.quantity.params[0]
        if number.path in uncertain:
            value = quantile(number.quantity, u[number.path])
        values[number.path] = min(max(value, number.low), number.high)
    for name, process in scenario.processes.items():
        if process.patience_minutes is None:
            values[f"processes.{name}.patience_minutes"] = FOR_EVER
    for name, threat in scenario.threats.items():
        if threat.dispersion is not None:
            shape = threat.dispersion
            years = range(math.ceil(scenario.horizon_months / 12))
            for which in [f"_{year}" for year in years] if threat.dispersion_per == "year" else [""]:
                path = f"threats.{name}.frailty{which}"
                values[path] = float(stats.gamma.ppf(streams.uniform(f"drivers/{path}"), shape, scale=1 / shape))
    return values


def correlated(scenario: Scenario, u: dict[str, float]) -> dict[str, float]:
    """Uniforms of the drivers that the file joins, by a Gaussian copula in the order in which they are first named."""
    order: list[str] = []
    for pair in scenario.correlations:
        order += [path for path in pair.drivers if path not in order]
    if not order:
        return {}
    matrix = np.eye(len(order))
    for pair in scenario.correlations:
        i, j = (order.index(path) for path in pair.drivers)
        matrix[i, j] = matrix[j, i] = 2 * math.sin(math.pi / 6 * pair.rank)
    z = np.linalg.cholesky(matrix) @ [NORMAL.inv_cdf(u[path]) for path in order]
    return {path: min(max(NORMAL.cdf(value), 1e-16), 1 - 1e-16) for path, value in zip(order, z, strict=True)}


@dataclass(frozen=True)
class Tenure:
    """One occupant of a seat."""

    occupant: int
    begin: float
    end: float


Seats = dict[str, list[list[Tenure]]]


def occupants(scenario: Scenario, values: dict[str, float], streams: Streams) -> Seats:
    """Who sits on every seat of every role, and from when to when (months)."""
    horizon = scenario.horizon_months
    seats: Seats = {}
    for role, people in scenario.people.items():
        rate = values[f"people.{role}.annual_turnover"] / 12
        vacancy = values[f"people.{role}.hiring_months"]
        seats[role] = []
        for seat in range(people.seats):
            tenures, begin, k = [], 0.0, 0
            while begin < horizon:
                stay = math.inf
                if rate > 0:
                    stay = -math.log(streams.uniform(f"people/{role}/turnover", seat, k)) / rate
                tenures.append(Tenure(k, begin, begin + stay))
                begin, k = begin + stay + vacancy, k + 1
            seats[role].append(tenures)
    return seats


def overlap(begin: float, end: float, month: int) -> float:
    """Part of a month that an interval covers."""
    return max(0.0, min(end, month + 1) - max(begin, month))


def presence(tenures: list[list[Tenure]], month: int) -> float:
    """Share of the seats of a role that is occupied."""
    if not tenures:
        return 1.0
    return sum(overlap(t.begin, t.end, month) for seat in tenures for t in seat) / len(tenures)


def adopted_share(
    scenario: Scenario, name: str, go_live: int, values: dict[str, float], seats: Seats, streams: Streams
) -> list[float]:
    """Mean share of the users' seats that has adopted, by month."""
    months = scenario.horizon_months
    block = scenario.initiatives[name].adoption
    if block is None:
        return [1.0 if month >= go_live else 0.0 for month in range(months)]
    p, q, ceiling, joiner = (
        values[f"initiatives.{name}.adoption.{field}"] for field in ("p", "q", "ceiling", "joiner_share")
    )
    stream = f"initiatives/{name}/adoption"
    users = [(role, seat) for role in scenario.people if role in block.roles for seat in range(len(seats[role]))]
    able = [user for user in users if streams.uniform(f"{stream}_mark/{user[0]}", user[1]) < ceiling]

    def threshold(user: tuple[str, int], occupant: int) -> float:
        return -math.log(streams.uniform(f"{stream}_threshold/{user[0]}", user[1], occupant))

    waiting: dict[tuple[str, int], float] = {}  # cumulative hazard at which the seat adopts
    adopters: set[tuple[str, int]] = set()
    calendar: list[tuple[float, int, tuple[str, int], int]] = []  # arrivals (1) and departures (0) still to come
    for user in able:
        for tenure in seats[user[0]][user[1]]:
            if tenure.begin <= go_live < tenure.end:
                waiting[user] = threshold(user, tenure.occupant)
            if tenure.begin > go_live:
                calendar.append((tenure.begin, 1, user, tenure.occupant))
            if tenure.end > go_live:
                calendar.append((tenure.end, 0, user, tenure.occupant))
    calendar.sort(key=lambda change: (change[0], change[3], change[1]))

    shares = [0.0] * months
    now, hazard = float(go_live), 0.0
    while able and now < months:
        rate = (p + q * len(adopters) / len(able)) / 12
        first = min(waiting, key=waiting.__getitem__, default=None)
        adoption = now + (waiting[first] - hazard) / rate if first is not None and rate > 0 else math.inf
        change = calendar[0][0] if calendar else math.inf
        until = min(adoption, change, months)
        for month in range(int(now), min(months, math.ceil(until))):
            shares[month] += len(adopters) / len(users) * overlap(now, until, month)
        hazard += rate * (until - now)
        now = until
        if adoption <= change and adoption < months:
            assert first is not None
            hazard = waiting.pop(first)
            adopters.add(first)
        elif change < months:
            _, arrives, user, occupant = calendar.pop(0)
            adopters.discard(user)
            waiting.pop(user, None)
            if arrives and streams.uniform(f"{stream}_joiner/{user[0]}", user[1], occupant) < joiner:
                adopters.add(user)
            elif arrives:
                waiting[user] = hazard + threshold(user, occupant)
    return shares


@dataclass
class Overrun:
    """What the work of an initiative would be: realised over planned cost, months at full pace, share of the work
    after which it ends, how (finished, failed, stopped), share of the benefit that is left if not finished, vendor."""

    cost: float
    months: float
    end: float
    ending: str
    remains: float
    available: int
    lead: int


def overrun_of(scenario: Scenario, name: str, values: dict[str, float], streams: Streams) -> Overrun:
    """Cost and duration of one initiative, joined by a Gaussian copula; the first gate that it does not pass."""
    initiative, root = scenario.initiatives[name], f"initiatives.{name}"
    factor = {
        field: values[f"{root}.help.{field}"] if initiative.help is not None else 1.0
        for field in ("spread", "tail", "failure")
    }
    cost, time = 1.0, 1.0
    if initiative.risk_class is not None:
        risk = scenario.risk_classes[initiative.risk_class]
        median, odds = risk.median, 1.0
        if risk.per_integration is not None:
            median *= risk.per_integration.median**initiative.integrations
            odds *= risk.per_integration.tail_odds**initiative.integrations
        if risk.per_doubling is not None:
            size: float = initiative.duration_months
            if risk.per_doubling.of == "cost":
                size = initiative.capital.mean + initiative.delivery.mean
            if size > 0:
                exponent = math.log(size / risk.per_doubling.reference) / math.log(2)
                median *= math.pow(risk.per_doubling.median, exponent)
                odds *= math.pow(risk.per_doubling.tail_odds, exponent)
        tail = risk.tail_share * odds / (1 - risk.tail_share + risk.tail_share * odds) * factor["tail"]
        log_sd = risk.log_sd * factor["spread"]
        rho = 2 * math.sin(math.pi / 6 * risk.cost_time_rank)
        common = 2 * math.sin(math.pi / 6 * risk.common_rank)
        z = NORMAL.inv_cdf(streams.uniform(f"initiatives/{name}/overrun_cost")) * math.sqrt(1 - common)
        z += NORMAL.inv_cdf(streams.uniform("initiatives/common")) * math.sqrt(common)
        other = NORMAL.inv_cdf(streams.uniform(f"initiatives/{name}/overrun_time"))

        def ratio(score: float) -> float:
            u = NORMAL.cdf(score)
            if u >= 1 - tail > 0 and tail > 0:
                return min(risk.cap, 1.5 * math.pow((1 - u) / tail, -1 / risk.tail_exponent))
            if log_sd == 0:
                return median
            body = u / (1 - tail) * NORMAL.cdf(math.log(1.5 / median) / log_sd)
            return median * math.exp(log_sd * NORMAL.inv_cdf(body))

        cost, time = ratio(z), ratio(rho * z + math.sqrt(1 - rho**2) * other)

    def mark(number: int) -> float:
        return streams.uniform(f"initiatives/{name}/gate", number)

    end, ending = 1.0, "finished"
    if not initiative.phases and mark(0) < values[f"{root}.failure_probability"] * factor["failure"]:
        ending = "failed"
    done = 0.0
    for number, (label, phase) in enumerate(initiative.phases.items()):
        done += phase.share
        too_dear = phase.stop_above_cost is not None and cost > phase.stop_above_cost
        too_late = phase.stop_above_duration is not None and time > phase.stop_above_duration
        if mark(number) < values[f"{root}.phases.{label}.failure_probability"] * factor["failure"]:
            ending = "failed"
        elif too_dear or too_late:
            ending = "stopped"
        if ending != "finished":
            end = done
            break
    return Overrun(
        cost=cost,
        months=max(1, math.ceil(initiative.duration_months * time - 1e-9)),
        end=end,
        ending=ending,
        remains=initiative.benefit_if_failed * end,
        available=math.ceil(values.get(f"{root}.available_month", 0.0) - 1e-9),
        lead=math.ceil(values.get(f"{root}.lead_months", 0.0) - 1e-9),
    )


@dataclass
class Project:
    """An initiative of the roadmap on its way. go_live: month from which it, or what remains of it, is of use."""

    name: str
    planned: int
    overrun: Overrun
    state: str = "waiting"  # waiting, working, finished, failed, stopped, cancelled
    started: int | None = None
    go_live: int | None = None
    work: dict[int, float] = field(default_factory=dict)  # month -> share of the whole work

    @property
    def part(self) -> float:
        """Share of it that works once live."""
        return 1.0 if self.state == "finished" else self.overrun.remains


Projects = dict[str, Project]


def deliver(
    scenario: Scenario,
    roadmap: dict[str, int],
    overruns: dict[str, Overrun],
    settled: Callable[[Projects, str, int], Overrun],
) -> tuple[Projects, dict[str, list[float]]]:
    """Projects by name, and the days of every skill that they take, by month. settled: what a project that starts in
    a month will be, from what is live then."""
    months = scenario.horizon_months
    projects = {name: Project(name, roadmap[name], overruns[name]) for name in scenario.initiatives if name in roadmap}
    used = {skill: [0.0] * months for skill in scenario.skills}
    for month in range(months):
        for name, project in projects.items():
            parallel = scenario.initiatives[name].parallel
            if parallel is not None and project.state == "finished" and project.go_live is not None:
                for skill, more in parallel.skill_days.items():
                    if project.go_live <= month < project.go_live + parallel.months:
                        most = scenario.skills[skill].days_per_month
                        used[skill][month] = min(most, used[skill][month] + more)
        moved = True
        while moved:
            moved = False
            for project in projects.values():
                if project.state == "waiting" and project.planned <= month:
                    verdict = may_start(scenario, project, projects, month)
                    if verdict is False:
                        project.state, moved = "cancelled", True
                    if verdict is True and project.overrun.available <= month:
                        project.state, project.started, moved = "working", month, True
                        project.overrun = settled(projects, project.name, month)
        for project in sorted(projects.values(), key=lambda p: p.planned):  # stable: then in the order of the file
            if project.state != "working" or project.started is None or month < project.started + project.overrun.lead:
                continue
            initiative = scenario.initiatives[project.name]
            days = {
                skill: wanted - (initiative.help.days.get(skill, 0.0) if initiative.help is not None else 0.0)
                for skill, wanted in initiative.skill_days.items()
            }
            done, end = sum(project.work.values()), project.overrun.end
            pace = min(1.0, (end - done) * project.overrun.months)
            for skill, wanted in days.items():
                free = scenario.skills[skill].days_per_month - used[skill][month]
                if wanted > 0:
                    pace = min(pace, max(0.0, free / wanted))
            for skill, wanted in days.items():
                used[skill][month] += pace * wanted
            project.work[month] = pace / project.overrun.months
            if done + project.work[month] >= end - 1e-9:
                project.work[month] = end - done
                project.state = project.overrun.ending
                if project.part > 0:
                    project.go_live = month + 1
    return projects, used


def may_start(scenario: Scenario, project: Project, projects: Projects, month: int) -> bool | None:
    """True: now. False: never. None: not yet."""
    for need in scenario.initiatives[project.name].requires:
        before = projects[need.initiative]
        if before.state in ("failed", "stopped", "cancelled"):
            if need.if_fails == "cancel":
                return False
            continue
        reached = before.started if need.counted_from == "start" else before.go_live
        if reached is None or month < reached + need.lag_months:
            return None
    return True
