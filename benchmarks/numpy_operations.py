"""Months of operations and the ledger of the NumPy peer: rows are paths, once for every roadmap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sim.montecarlo.kpis import CATEGORIES, KPI_NAMES
from sim.world import Scenario

if TYPE_CHECKING:
    from benchmarks.numpy_peer import Delivery, Numbers

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Value = Floats | float
Step = tuple[str, str]
Z95 = 1.6448536269514722
PATIENT = 1e6
DENSITY_AT_P95 = np.exp(-0.5 * Z95 * Z95) / np.sqrt(2 * np.pi)


@dataclass(frozen=True)
class Result:
    """One roadmap: (draws,) each; categories (draws, categories), kpis (draws, KPIs, years)."""

    npv: Floats
    cost: Floats
    payback: Floats
    trough: Floats
    need: Floats
    categories: Floats
    kpis: Floats
    baseline_kpis: Floats

    @staticmethod
    def join(parts: Sequence[Result]) -> Result:
        return Result(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in Result.__annotations__})


class Outages:
    """Events booked into (months, rows) arrays; steps without a system have none."""

    def __init__(self, world: Scenario, numbers: Numbers, rows: int) -> None:
        self.world, self.numbers, self.rows, self.months = world, numbers, rows, world.horizon_months
        self.hours = world.profile.working_days_per_month * world.profile.hours_per_day
        shape = (self.months, rows)
        self.steps: dict[str, list[Step]] = {system: [] for system in world.systems}
        for p, process in world.processes.items():
            for s, step in process.steps.items():
                for system in step.systems:
                    self.steps[system].append((p, s))
        on_systems = [step for steps in self.steps.values() for step in steps]
        self.down = {system: np.zeros(shape) for system in world.systems}
        self.lost = {step: np.zeros(shape) for step in on_systems}
        self.late = {step: np.zeros(shape) for step in on_systems}
        self.delay = {step: np.zeros(shape) for step in on_systems}
        self.repairs, self.losses, self.claims = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.expected = np.zeros(shape)  # direct loss a year
        self.counts, self.staying = np.zeros(shape), np.ones(shape)
        self.ages = np.zeros(shape)  # of all systems together
        self.failed, self.waited = np.zeros(shape), np.zeros(shape)  # failures, and hours until they were repaired

    def add(self, target: Floats, month: Ints, row: Ints, amount: Value) -> None:
        np.add.at(target, (month, row), amount)

    def repaired(self, path: str, time: Floats, hours: Floats, row: Ints) -> None:
        month = time.astype(np.int64)
        self.add(self.failed, month, row, 1.0)
        self.add(self.waited, month, row, hours)
        self.add(self.repairs, month, row, self.numbers.at(path, month, row))

    def spread(self, target: Floats, time: Floats, length: Floats, row: Ints, scale: float) -> None:
        """Add the part of each month that [time, time + length) covers, times scale."""
        month, end = time.astype(np.int64), np.minimum(time + length, self.months)
        while len(row):
            self.add(target, month, row, (np.minimum(end, month + 1) - np.maximum(time, month)) * scale)
            on = end > month + 1
            month, time, end, row = month[on] + 1, time[on], end[on], row[on]

    def book(self, system: str, time: Floats, hours: Floats, row: Ints) -> None:
        if not len(row):
            return
        month = time.astype(np.int64)
        hours = np.minimum(hours, (self.months - time) * self.hours)
        self.spread(self.down[system], time, hours / self.hours, row, self.hours)
        for step in self.steps[system]:
            patience = self.numbers.at(f"processes.{step[0]}.patience_minutes", month, row)
            waits = np.minimum(hours, np.asarray(patience) / 60)
            self.add(self.delay[step], month, row, 0.5 * waits * waits / self.hours)
            target = self.world.processes[step[0]].target_minutes / 60
            late = waits > target
            self.add(self.late[step], month[late], row[late], (waits[late] - target) / self.hours)
            gone = hours > waits
            length = (hours[gone] - waits[gone]) / self.hours
            self.spread(self.lost[step], time[gone], length, row[gone], 1.0)

    def incidents(self, threat: str, time: Floats, u: Floats, v: Floats, row: Ints) -> None:
        if not len(row):
            return
        block, at, month = self.world.threats[threat], f"threats.{threat}", time.astype(np.int64)
        self.add(self.counts, month, row, 1.0)
        shock = self.numbers.at(f"{at}.churn_shock", month, row)
        np.multiply.at(self.staying, (month, row), 1.0 - shock)
        median = self.numbers.at(f"{at}.severity", month, row) * np.ones(len(row))
        sigma, p95, xi = np.log(block.severity_p95_ratio) / Z95, median * block.severity_p95_ratio, block.tail_index
        scale = 0.05 / DENSITY_AT_P95 * sigma * p95
        left = (1 - u) / 0.05
        tail = p95 + (scale * (left**-xi - 1) / xi if xi > 0 else -scale * np.log(left))
        loss = np.where(u <= 0.95, median * np.exp(sigma * ndtri(u)), tail)
        self.add(self.losses, month, row, loss)
        retention, limit, own = (
            self.numbers.at(f"insurance.{field}", month, row) for field in ("retention", "event_limit", "coinsurance")
        )
        self.add(self.claims, month, row, (1 - own) * np.minimum(limit, np.maximum(0.0, loss - retention)))
        hours = self.numbers.at(f"{at}.outage_hours", month, row) * np.ones(len(row))
        hours = hours * np.exp(np.log(block.outage_p95_ratio) / Z95 * ndtri(v))
        down = hours > 0
        for system in block.hits:
            self.book(system, time[down], hours[down], row[down])


def sum_of(arrays: list[Floats]) -> Floats:
    total = arrays[0]
    for array in arrays[1:]:
        total = total + array
    return total


def erlang_idle(servers: Floats, load: Floats) -> Floats:
    """1 / B(servers - 1), linear between whole numbers."""
    whole = np.floor(servers)
    below, inverse = np.zeros(len(servers)), np.ones(len(servers))
    most = int(whole.max())
    least = int(whole.min())
    for busy in range(1, most + 1):
        step = inverse * busy / load + 1.0
        if busy <= least:
            below, inverse = inverse, step
        else:
            on = busy <= whole
            below = np.where(on, inverse, below)
            inverse = np.where(on, step, inverse)
    return below + (servers - whole) * (inverse - below)


def waiting_line(
    servers: Floats, service: Floats, kappa: Floats, hours: float, backlog: Floats, kinds: list[tuple[Floats, Value]]
) -> tuple[Floats, Floats, Floats, Floats, list[Value], list[Floats]]:
    """P(wait > 0), busy servers, backlog, served share of patient items; lost share and wait of every kind.

    kinds: (rate, patience), the patient ones without order, the others in the order of their patience in every row.
    """
    c = np.maximum(servers, 0.02)
    pace = c / service
    total = sum(rate for rate, _ in kinds)
    patient = [np.ndim(d) == 0 and d >= PATIENT for _, d in kinds]
    willing = sum((rate for (rate, _), stays in zip(kinds, patient, strict=True) if stays), np.zeros(len(c)))
    any_patient = any(patient)
    left, served, queued = np.zeros(len(c)), np.ones(len(c)), np.zeros(len(c))
    if any_patient:
        left = np.maximum(0.0, backlog + (willing - pace) * hours)
        served = 1.0 + (backlog - left) / (willing * hours)
        queued = 0.5 * (backlog + left) / pace
    idle = erlang_idle(c, total * service)
    mass, first, at = np.zeros(len(c)), np.zeros(len(c)), np.zeros(len(c))
    density, rest = total, total
    lost: list[Value] = [0.0] * len(kinds)
    wait: list[Floats] = [np.zeros(0)] * len(kinds)
    reached: dict[int, Floats] = {}
    impatient = sorted((i for i, stays in enumerate(patient) if not stays), key=lambda i: float(np.mean(kinds[i][1])))
    for i in impatient:
        decay = pace - rest
        edge = (kinds[i][1] - queued) / kappa
        length = np.maximum(0.0, edge - at)
        z = decay * length
        shrink = np.minimum(1.0, np.exp(np.minimum(0.0, z + 60.0)))  # keeps the density of an overload in bounds
        if np.any(shrink < 1.0):
            over = shrink < 1.0
            skip = np.where(over, length - 60.0 / np.where(over, -decay, 1.0), 0.0)
            idle, mass, first = idle * shrink, mass * shrink, first * shrink
            reached = {k: value * shrink for k, value in reached.items()}
            at = at + skip
            length = length - skip
            rise = np.where(over, -decay, 1.0)
            part = density * (1.0 - shrink) / rise
            mass = mass + part
            first = first + at * part - density * (1.0 - shrink * (1.0 + rise * skip)) / (rise * rise)
            z = decay * length
        faded = np.exp(-z)
        flat = np.abs(z) < 1e-4
        safe = np.where(flat, 1.0, decay)
        part = np.where(flat, length * (1.0 - z * (0.5 - z / 6)), (1.0 - faded) / safe)
        ahead = np.where(flat, length * length * (0.5 - z * (1 / 3 - z / 8)), (1.0 - faded * (1.0 + z)) / (safe * safe))
        mass = mass + density * part
        first = first + density * (at * part + ahead)
        density = density * faded
        at = at + length
        rest = rest - kinds[i][0]
        reached[i] = idle + mass
        wait[i] = kappa * first / reached[i]
    decay = pace - rest if any_patient else pace
    if any_patient:
        decay = np.maximum(decay, pace * np.sqrt(4.0 * kappa * service / (c * hours)))
    mass = mass + density / decay
    first = first + density * (at + 1.0 / decay) / decay
    everything = idle + mass
    busy = np.zeros(len(c))
    for i, (rate, patience) in enumerate(kinds):
        if patient[i]:
            wait[i] = kappa * first / everything + queued
            busy = busy + rate
        else:
            gone = np.where(queued > patience, 1.0, np.maximum(0.0, 1.0 - reached[i] / everything))
            lost[i] = gone
            busy = busy + rate * (1.0 - gone)
    return mass / everything, np.minimum(busy * service, c), left, served, lost, wait


def run_arms(
    world: Scenario,
    numbers: Numbers,
    present: dict[str, Floats],
    delivered: dict[str, Delivery],
    used: dict[str, Floats],
    reach: dict[str, Floats],
    outages: Outages,
    n: int,
) -> list[Result]:
    """Months of all rows, then the figures of every roadmap."""
    months, rows = world.horizon_months, n * numbers.arms
    flows = {category: np.zeros((months, rows)) for category in CATEGORIES}
    sums, weights = run_months(world, numbers, present, delivered, used, reach, outages, flows, rows)
    flows["repair"] -= outages.repairs
    flows["cyber"] -= outages.losses
    own_cost, depreciation = book_initiatives(world, numbers, delivered, flows, rows)
    book_insurance(world, numbers, outages, flows)
    book_tax(world, flows, depreciation)
    yearly = yearly_kpis(world, flows, sums, weights)
    return [figures(world, flows, own_cost, yearly, arm, n) for arm in range(1, numbers.arms)]


def run_months(
    world: Scenario,
    numbers: Numbers,
    present: dict[str, Floats],
    delivered: dict[str, Delivery],
    used: dict[str, Floats],
    reach: dict[str, Floats],
    outages: Outages,
    flows: dict[str, Floats],
    rows: int,
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Numerators and weights of the KPIs by year: name -> (years, rows)."""
    months, profile = world.horizon_months, world.profile
    hours, days = profile.working_days_per_month * profile.hours_per_day, profile.working_days_per_month
    years = -(-months // 12)
    sums = {name: np.zeros((years, rows)) for name in KPI_NAMES}
    weights = {name: np.zeros((years, rows)) for name in KPI_NAMES}

    def monthly(path: str) -> list[Value]:
        return numbers.monthly(path, months)

    steps = [(p, s) for p, process in world.processes.items() for s in process.steps]
    block = {(p, s): world.processes[p].steps[s] for p, s in steps}
    share = {x: monthly(f"processes.{x[0]}.steps.{x[1]}.share") for x in steps}
    error = {x: monthly(f"processes.{x[0]}.steps.{x[1]}.error_probability") for x in steps}
    pace = paces(world, numbers, delivered)
    service = {
        x: [
            np.asarray(value) / 60.0 / (pace[block[x].role][m] if block[x].role in pace else 1.0) * np.ones(rows)
            for m, value in enumerate(monthly(f"processes.{x[0]}.steps.{x[1]}.minutes"))
        ]
        for x in steps
    }
    lost_share = {p: monthly(f"processes.{p}.lost_share") for p in world.processes}
    revenue_of = {p: monthly(f"processes.{p}.item_revenue") for p in world.processes}
    patience = {p: monthly(f"processes.{p}.patience_minutes") for p in world.processes}
    first = int(world.start[5:]) - 1
    growth = 1.0 + np.asarray(numbers.rows("profile.growth_per_year"))
    level = monthly("profile.demand")
    base = {}
    for p, process in world.processes.items():
        values = monthly(f"processes.{p}.arrivals_per_day")
        base[p] = [np.asarray(value) * days * np.ones(rows) for value in values]
        if process.driven_by == "customers":
            base[p] = [
                items
                * np.asarray(level[m])
                * (profile.seasonality[(first + m) % 12] / profile.customers.start)
                * growth ** (m / 12)
                for m, items in enumerate(base[p])
            ]
    headcount = {role: monthly(f"people.{role}.headcount") for role in world.people}
    capacity = {
        role: [np.asarray(headcount[role][m]) * present[role][m] for m in range(months)] for role in world.people
    }
    for role, values in capacity.items():
        cost = monthly(f"people.{role}.monthly_cost")
        for m in range(months):
            flows["labour"][m] -= values[m] * cost[m]
    for skill, taken in used.items():
        role = world.skills[skill].role
        capacity[role] = [values - taken[m] / days for m, values in enumerate(capacity[role])]
    margin, fixed, premium = (
        monthly(path) for path in ("profile.gross_margin", "profile.fixed_costs_per_month", "insurance.annual_premium")
    )
    churn, fresh, service_churn = (
        monthly(f"profile.customers.{field}") for field in ("monthly_churn", "monthly_acquisition", "service_churn")
    )
    for name in world.systems:
        for m, value in enumerate(monthly(f"systems.{name}.monthly_cost")):
            flows["running"][m] -= value
    adopters = [name for name in delivered if world.initiatives[name].adoption is not None]

    of_role = {role: [x for x in steps if block[x].role == role] for role in world.people}
    staying: dict[Step, Value] = dict.fromkeys(steps, 1.0)
    departure: dict[str, Value] = dict.fromkeys(world.people, 1.0)
    backlog = {role: np.zeros(rows) for role in world.people}
    customers = np.full(rows, float(profile.customers.start))
    for m in range(months):
        items = {
            p: base[p][m] * customers if process.driven_by == "customers" else base[p][m]
            for p, process in world.processes.items()
        }
        for _ in range(2 if m == 0 else 1):
            if m == 0:
                backlog = {role: np.zeros(rows) for role in world.people}
            rate: dict[Step, Floats] = {}
            for p, process in world.processes.items():
                flow = items[p] * ((1.0 - lost_share[p][m]) / hours)
                for s in process.steps:
                    x = (p, s)
                    rate[x] = flow * (share[x][m] / (1.0 - error[x][m]))
                    if len(process.steps) > 1:
                        flow = flow * staying[x]
            load = {x: rate[x] * service[x][m] for x in steps}
            total: dict[str, Floats] = {role: sum_of([rate[x] for x in mine]) for role, mine in of_role.items() if mine}
            before = dict(departure)
            busy = np.zeros(rows)
            wait: dict[Step, Floats] = {}
            waiting: dict[str, Floats] = {}
            served: dict[str, Floats] = {}
            for role, mine in of_role.items():
                if not mine:
                    continue
                mean = sum_of([load[x] for x in mine]) / total[role]
                squares = sum_of([load[x] * service[x][m] * (1.0 + block[x].cv ** 2) for x in mine])
                cs2 = squares / total[role] / (mean * mean) - 1.0
                came_in = [rate[x] * incoming(world, x, rate, total, before, share, lost_share, m) for x in mine]
                ca2 = sum_of(came_in) / total[role]
                kinds = [(rate[x], patience[x[0]][m] / 60.0) for x in mine]
                waiting[role], load_now, backlog[role], served[role], lost, waits = waiting_line(
                    capacity[role][m], mean, 0.5 * (ca2 + cs2), hours, backlog[role], kinds
                )
                busy = busy + load_now
                servers = np.maximum(capacity[role][m], 1e-9)
                rho2 = np.minimum(1.0, load_now / servers) ** 2
                own = rho2 / np.sqrt(np.maximum(1.0, servers)) * (np.maximum(cs2, 0.2) - 1.0)
                departure[role] = np.maximum(0.0, 1.0 + (1.0 - rho2) * (ca2 - 1.0) + own)
                for x, gone, w in zip(mine, lost, waits, strict=True):
                    wait[x] = w
                    if isinstance(gone, np.ndarray):
                        kept, err = 1.0 - gone, error[x][m]
                        staying[x] = 1.0 - share[x][m] * (1.0 - kept * (1.0 - err) / (1.0 - err * kept))
        came, done, timely, waited, revenue, asked, satisfied = (np.zeros(rows) for _ in range(7))
        for p, process in world.processes.items():
            completed, on_time, waits_of = finish(
                world, p, m, share, error, service, wait, waiting, served, staying, lost_share, outages
            )
            out = items[p] * completed
            came += items[p]
            done += out
            on = out * on_time
            timely += on
            waited += out * waits_of
            if np.ndim(revenue_of[p][m]) or revenue_of[p][m] != 0.0:
                revenue += out * revenue_of[p][m]
            if process.driven_by == "customers":
                asked += items[p]
                satisfied += items[p] * np.minimum(1.0, completed) * on_time
        flows["margin"][m] += revenue * margin[m]
        flows["overhead"][m] -= fixed[m]
        flows["insurance"][m] -= np.asarray(premium[m]) / 12.0
        year = m // 12
        up = sum(1.0 - np.minimum(1.0, outages.down[name][m] / hours) for name in world.systems)
        here = sum(np.maximum(0.0, capacity[role][m]) for role in world.people)
        live = [(delivered[name].go_live >= 0) & (delivered[name].go_live <= m) for name in adopters]
        count = sum(live, np.zeros(rows))
        reached = sum((reach[name][m] for name in adopters), np.zeros(rows))
        idle = np.zeros(rows)
        for name, works in zip(adopters, live, strict=True):
            idle += works * (1.0 - reach[name][m]) * numbers.rows(f"initiatives.{name}.running_per_month")
        for name, amount, weight in (
            ("revenue", revenue, 1 / 12),
            ("on_time_share", timely, done),
            ("lost_share", came - done, came),
            ("wait", 60.0 * waited, done),
            ("utilisation", busy, here),
            ("customers", customers, 1.0),
            ("availability", up, float(len(world.systems))),
            ("incidents", outages.counts[m], 1 / 12),
            ("cyber_loss", outages.losses[m], 1 / 12),
            ("ale", outages.expected[m], 1.0),
            ("refused_claims", 0.0, 1 / 12),
            ("shelfware", idle, 1 / 12),
            ("recovery_hours", outages.waited[m], outages.failed[m]),
            ("adoption", reached / np.maximum(1.0, count), 1.0),
            ("cost_to_serve", 0.0, done),
            ("estate_age", outages.ages[m], float(len(world.systems))),
            ("automation_share", 0.0, 1.0),
        ):
            sums[name][year] += amount
            weights[name][year] += weight
        let_down = np.where(asked > 0.0, 1.0 - satisfied / np.where(asked > 0.0, asked, 1.0), 0.0)
        leaving = np.minimum(1.0, churn[m] + service_churn[m] * let_down)
        sums["churn"][year] += 1.0 - (1.0 - leaving) * outages.staying[m]
        weights["churn"][year] += 1.0
        customers = (customers * (1.0 - leaving) + fresh[m]) * outages.staying[m]
    return sums, weights


def yearly_kpis(
    world: Scenario, flows: dict[str, Floats], sums: dict[str, Floats], weights: dict[str, Floats]
) -> Floats:
    """(KPIs, years, rows), those that follow from the flows of all categories included."""
    total = sum(flows[c] for c in CATEGORIES)
    cash = world.profile.cash_at_start + np.cumsum(total, axis=0)
    profit = total - flows["capital"] - flows["grant"] - flows["tax"]
    serving = -(flows["labour"] + flows["overhead"] + flows["running"] + flows["repair"])
    for m in range(world.horizon_months):
        year = m // 12
        sums["cost_to_serve"][year] += serving[m]
        for name, amount, weight in (
            ("gross_margin", flows["margin"][m], 1 / 12),
            ("profit", profit[m], 1 / 12),
            ("cash", cash[m], 1.0),
        ):
            sums[name][year] += amount
            weights[name][year] += weight
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.stack([sums[name] / weights[name] for name in KPI_NAMES])


def paces(world: Scenario, numbers: Numbers, delivered: dict[str, Delivery]) -> dict[str, Floats]:
    """(months, rows) pace of the roles that some go-live slows down."""
    months = np.arange(world.horizon_months)[:, None]
    pace: dict[str, Floats] = {}
    for name, one in delivered.items():
        dip = world.initiatives[name].dip
        if dip is not None:
            since = months - one.go_live
            depth = numbers.rows(f"initiatives.{name}.dip.depth") * (1.0 - since / dip.months)
            slow = np.where((one.go_live >= 0) & (since >= 0) & (since < dip.months), 1.0 - depth, 1.0)
            for role in dip.roles:
                pace[role] = pace.get(role, 1.0) * slow
    return pace


def incoming(
    world: Scenario,
    x: Step,
    rate: dict[Step, Floats],
    total: dict[str, Floats],
    departure: dict[str, Value],
    share: dict[Step, list[Value]],
    lost_share: dict[str, list[Value]],
    m: int,
) -> Value:
    process = world.processes[x[0]]
    names = list(process.steps)
    place = names.index(x[1])
    if place == 0:
        if process.arrival_cv == 1.0:
            return 1.0
        return 1.0 + (1.0 - lost_share[x[0]][m]) * share[x][m] * (process.arrival_cv**2 - 1.0)
    before = process.steps[names[place - 1]].role
    return 1.0 + np.minimum(1.0, rate[x] / total[before]) * (departure[before] - 1.0)


def finish(
    world: Scenario,
    p: str,
    m: int,
    share: dict[Step, list[Value]],
    error: dict[Step, list[Value]],
    service: dict[Step, list[Floats]],
    wait: dict[Step, Floats],
    waiting: dict[str, Floats],
    served: dict[str, Floats],
    staying: dict[Step, Value],
    lost_share: dict[str, list[Value]],
    outages: Outages,
) -> tuple[Value, Floats, Value]:
    process = world.processes[p]
    completed: Value = 1.0 - lost_share[p][m]
    mean: Value = 0.0
    variance: Value = 0.0
    waits: Value = 0.0
    late: Value = 0.0
    slowest: Value = 1.0
    fastest: Value = 1.0
    for s, step in process.steps.items():
        x = (p, s)
        part, err = share[x][m], error[x][m]
        visits = 1.0 / (1.0 - err)
        passes = part * visits
        once = wait[x] + service[x][m]
        completed = completed * staying[x]
        if process.patience_minutes is None:
            slowest = np.minimum(slowest, served[step.role])
            fastest = np.maximum(fastest, served[step.role])
        chance = waiting[step.role]
        spread = wait[x] * wait[x] * (2.0 / np.maximum(chance, 1e-9) - 1.0) * (chance > 1e-9)
        if step.cv:
            spread = spread + (service[x][m] * step.cv) ** 2
        mean = mean + passes * once
        variance = variance + passes * spread
        if np.ndim(part) or np.ndim(err) or err != 0.0 or part != 1.0:
            variance = variance + passes * (visits * (1.0 + err) - passes) * (once * once)
        waits = waits + passes * wait[x]
        if step.systems:
            completed = completed * (1.0 - part * np.minimum(1.0, outages.lost[x][m]))
            waits = waits + part * outages.delay[x][m]
            late = late + part * outages.late[x][m]
    if process.patience_minutes is None:
        completed = completed * np.where(slowest < 1.0, slowest, fastest)
    log_variance = np.log1p(variance / (mean * mean))
    target = process.target_minutes / 60.0
    on_time = ndtr((np.log(target / mean) + 0.5 * log_variance) / np.sqrt(log_variance))
    return completed, on_time * np.maximum(0.0, 1.0 - late), waits


def book_initiatives(
    world: Scenario, numbers: Numbers, delivered: dict[str, Delivery], flows: dict[str, Floats], rows: int
) -> tuple[Floats, Floats]:
    """Own cost and depreciation, (months, rows)."""
    months, life = world.horizon_months, world.money.depreciation_months
    month = np.arange(months)[:, None]
    own, capital = np.zeros((months, rows)), np.zeros((months, rows))
    for name, one in delivered.items():
        initiative, at = world.initiatives[name], f"initiatives.{name}"
        spent = one.work * (numbers.rows(f"{at}.capital") * one.cost_ratio)
        delivery = one.work * (numbers.rows(f"{at}.delivery") * one.cost_ratio)
        since = np.where(one.go_live >= 0, month - one.go_live, -1)
        works = since >= 0
        if initiative.life_months is not None and initiative.renewal_cost is None:
            works &= since < initiative.life_months
        running = works * np.asarray(numbers.rows(f"{at}.running_per_month"))
        capital += spent
        flows["delivery"] -= delivery
        flows["running"] -= running
        own += spent + delivery + running
        if initiative.renewal_cost is not None and initiative.life_months is not None:
            due = (since > 0) & (since % initiative.life_months == 0)
            renewal = due * np.asarray(numbers.rows(f"{at}.renewal_cost"))
            flows["renewal"] -= renewal
            own += renewal
    flows["capital"] -= capital
    written_off = np.cumsum(capital, axis=0) / life
    written_off[life:] -= written_off[:-life].copy() if life < months else 0.0
    return own, written_off


def book_insurance(world: Scenario, numbers: Numbers, outages: Outages, flows: dict[str, Floats]) -> None:
    months = world.horizon_months
    limit = numbers.monthly("insurance.annual_limit", months)
    for m in range(months):
        if m % 12 == 0:
            paid = np.zeros(outages.rows)
        due = np.minimum(outages.claims[m], np.maximum(0.0, limit[m] - paid))
        paid = paid + due
        flows["insurance"][min(m + world.insurance.settlement_months, months - 1)] += due


def book_tax(world: Scenario, flows: dict[str, Floats], depreciation: Floats) -> None:
    months, rate = world.horizon_months, world.profile.tax_rate
    income = sum(flows[c] for c in CATEGORIES if c not in ("capital", "grant", "tax", "finance")) - depreciation
    carried = np.zeros(income.shape[1])
    for start in range(0, months, 12):
        end = min(start + 12, months)
        profit = income[start:end].sum(axis=0) - carried
        carried = np.maximum(0.0, -profit)
        flows["tax"][min(end + 2, months - 1)] -= rate * np.maximum(0.0, profit)


def figures(world: Scenario, flows: dict[str, Floats], own_cost: Floats, yearly: Floats, arm: int, n: int) -> Result:
    months = world.horizon_months
    mine, base = slice(arm * n, (arm + 1) * n), slice(0, n)
    discount = (1.0 + world.money.discount_rate) ** (-np.arange(months) / 12.0)
    categories = np.stack([discount @ (flows[c][:, mine] - flows[c][:, base]) for c in CATEGORIES], axis=1)
    cash = sum(flows[c][:, mine] for c in CATEGORIES)
    delta = cash - sum(flows[c][:, base] for c in CATEGORIES)
    worth = np.cumsum(delta * discount[:, None], axis=0)
    below = worth < 0.0
    last = months - 1 - np.argmax(below[::-1], axis=0)  # last month below zero, where there is one
    after = np.minimum(last + 1, months - 1)
    each = np.arange(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = last + worth[last, each] / (worth[last, each] - worth[after, each])
    payback = np.where(below[-1], np.inf, np.where(below.any(axis=0), crossing, 0.0))
    return Result(
        npv=worth[-1],
        cost=discount @ own_cost[:, mine],
        payback=payback,
        trough=world.profile.cash_at_start + np.cumsum(cash, axis=0).min(axis=0),
        need=np.maximum(0.0, -np.cumsum(delta, axis=0).min(axis=0)),
        categories=categories,
        kpis=np.moveaxis(yearly[:, :, mine], 2, 0),
        baseline_kpis=np.moveaxis(yearly[:, :, base], 2, 0),
    )
