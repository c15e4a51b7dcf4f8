"""What happens to one path whatever the roadmap (drivers, occupants, overruns, gates) and the events that effects move
(adoption, failures, incidents): the plain twin of the world layer.

Everything is looked up by name. The scenario schema is shared with the package; no formula and no number is.
"""

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
from scipy import integrate, stats

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


User = tuple[str, int]


@dataclass
class Occupant:
    """Who sits on a seat that uses an initiative. met: hazard met while able, since the threshold was drawn."""

    threshold: float
    met: float = 0.0
    adopted: bool = False


def adopted_share(
    scenario: Scenario,
    name: str,
    go_live: int,
    values: dict[str, float],
    seats: Seats,
    streams: Streams,
    wind: float = 1.0,
) -> list[float]:
    """Mean share of the users' seats that has adopted, by month. wind: factor of momentum on p."""
    months = scenario.horizon_months
    block = scenario.initiatives[name].adoption
    if block is None:
        return [1.0 if month >= go_live else 0.0 for month in range(months)]
    root = f"initiatives.{name}.adoption"
    stream = f"initiatives/{name}/adoption"
    stated = values[f"{root}.ceiling"]
    p, q, top, doubts, involved = values[f"{root}.p"] * wind, values[f"{root}.q"], stated, 0.0, 1.0
    if block.involvement is not None:
        involved = values[f"{root}.involvement.share"]
        top *= 1 - values[f"{root}.involvement.ceiling_loss"] * (1 - involved)
        doubts = values[f"{root}.involvement.abandonment"] / 12

    def trained(field: str, month: int) -> float:
        if block.training is None:
            return 1.0
        age = month - go_live
        if block.training.refresh_months:
            age %= block.training.refresh_months
        left = 0.5 ** (age / values[f"{root}.training.half_life_months"])
        return 1 + (values[f"{root}.training.{field}"] - 1) * left

    users = [(role, seat) for role in scenario.people if role in block.roles for seat in range(len(seats[role]))]
    mark = {user: streams.uniform(f"{stream}_mark/{user[0]}", user[1]) for user in users}
    reference = max(1, sum(m < stated for m in mark.values()))

    def threshold(kind: str, user: User, number: int) -> float:
        return -math.log(streams.uniform(f"{stream}_{kind}/{user[0]}", user[1], number))

    sitting: dict[User, Occupant] = {}
    calendar: list[tuple[float, int, User, int]] = []  # arrivals (1) and departures (0) still to come
    for user in users:
        for tenure in seats[user[0]][user[1]]:
            if tenure.begin <= go_live < tenure.end:
                sitting[user] = Occupant(threshold("threshold", user, tenure.occupant))
            if tenure.begin > go_live:
                calendar.append((tenure.begin, 1, user, tenure.occupant))
            if tenure.end > go_live:
                calendar.append((tenure.end, 0, user, tenure.occupant))
    calendar.sort(key=lambda change: (change[0], change[3], change[1]))
    doubting: list[tuple[float, User, int]] = []
    for user in users if doubts > 0 else ():
        time, number = 0.0, 0
        while time < months:
            time += threshold("doubt", user, number) / doubts
            if go_live < time < months:
                doubting.append((time, user, number))
            number += 1
    doubting.sort()

    shares = [0.0] * months
    now = float(go_live)
    while now < months:
        month = int(now)
        ceiling = min(1.0, top * trained("ceiling", month))
        able = {user: one for user, one in sitting.items() if mark[user] < ceiling}
        users_now = sum(one.adopted for one in able.values())
        rate = (p * trained("p", month) + q * trained("q", month) * min(1.0, users_now / reference)) / 12
        waiting = [user for user, one in able.items() if not one.adopted]
        first = min(waiting, key=lambda user: able[user].threshold - able[user].met, default=None)
        adoption = math.inf
        if first is not None and rate > 0:
            adoption = now + (able[first].threshold - able[first].met) / rate
        change = calendar[0][0] if calendar else math.inf
        doubt = doubting[0][0] if doubting else math.inf
        until = min(adoption, change, doubt, month + 1)
        shares[month] += users_now / len(users) * (until - now)
        for user in waiting:
            able[user].met += rate * (until - now)
        now = until
        if adoption == until:
            assert first is not None
            able[first].adopted = True
        elif change == until:
            _, arrives, user, occupant = calendar.pop(0)
            sitting.pop(user, None)
            if arrives:
                new = sitting[user] = Occupant(threshold("threshold", user, occupant))
                joins = (
                    streams.uniform(f"{stream}_joiner/{user[0]}", user[1], occupant) < values[f"{root}.joiner_share"]
                )
                new.adopted = mark[user] < ceiling and joins
        elif doubt == until:
            _, user, number = doubting.pop(0)
            one = sitting.get(user)
            stays = streams.uniform(f"{stream}_fall/{user[0]}", user[1], number) < involved
            if one is not None and not (one.adopted and stays):
                sitting[user] = Occupant(threshold("second_threshold", user, number))
    return shares


def momentum(scenario: Scenario, projects: dict[str, "Project"], values: dict[str, float], month: int) -> float:
    """Factor on p of what goes live in a month."""
    block = scenario.momentum
    if block is None:
        return 1.0
    product = 1.0
    for project in projects.values():
        if project.state == "finished" and project.go_live is not None and project.go_live < month:
            age, factor = month - project.go_live, values["momentum.success"]
        elif project.state in ("failed", "stopped") and max(project.work) + 1 < month:
            age, factor = month - max(project.work) - 1, values["momentum.failure"]
        else:
            continue
        product *= factor ** (0.5 ** (age / block.half_life_months))
    return min(max(product, 1 / block.most), block.most)


def unlearned(tenures: list[list[Tenure]], half_life: float, month: int) -> float:
    """What newcomers of a role have not learned yet: mean over the occupied time of a month."""
    occupied = fresh = 0.0
    for seat in tenures:
        for t in seat:
            begin, end = max(t.begin, month), min(t.end, month + 1)
            if end > begin:
                occupied += end - begin
                if t.occupant > 0:
                    ages = np.linspace(begin - t.begin, end - t.begin, 401)
                    fresh += float(integrate.simpson(0.5 ** (ages / half_life), x=ages))
    return fresh / occupied if occupied > 1e-12 else 0.0


def bereft(tenures: list[Tenure], recovery: float, month: int) -> float:
    """What is missing of a role's pace, as a share of the depth, after the occupant of its key seat left."""
    leaving = [t.end for t in tenures if t.end < month + 1]
    corners = sorted(
        {float(month), month + 1.0, *(x for t in leaving for x in (t, t + recovery) if month < x < month + 1)}
    )
    total = 0.0
    for begin, end in itertools.pairwise(corners):
        gone = [t for t in leaving if t <= begin]
        if gone:
            total += (end - begin) * max(0.0, 1 - ((begin + end) / 2 - max(gone)) / recovery)
    return total


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


def overrun_of(
    scenario: Scenario,
    name: str,
    values: dict[str, float],
    streams: Streams,
    levels: Mapping[str, float],
    start: int = 0,
) -> Overrun:
    """Cost and duration of one initiative, joined by a Gaussian copula; the first gate that it does not pass. levels:
    of skills where they are not as drawn. start: month in which the work is ordered."""
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

    work, success = 1.0, 1.0
    for skill, asked in initiative.difficulty.items():
        gap = max(0.0, asked - levels.get(skill, values[f"skills.{skill}.level"]))
        work += scenario.skills[skill].gap_work * gap
        success *= (1 - scenario.skills[skill].gap_failure) ** gap

    def chance(path: str, share: float) -> float:
        probability = values[f"{root}.{path}"]
        if initiative.maturity is not None:
            left = 0.5 ** (start / values[f"{root}.maturity.half_life_months"])
            probability *= left * values[f"{root}.maturity.failure"] + 1 - left
        return (1 - (1 - min(1.0, probability)) * success**share) * factor["failure"]

    def mark(number: int) -> float:
        return streams.uniform(f"initiatives/{name}/gate", number)

    end, ending = 1.0, "finished"
    if not initiative.phases and mark(0) < chance("failure_probability", 1.0):
        ending = "failed"
    done = 0.0
    for number, (label, phase) in enumerate(initiative.phases.items()):
        done += phase.share
        too_dear = phase.stop_above_cost is not None and cost > phase.stop_above_cost
        too_late = phase.stop_above_duration is not None and time > phase.stop_above_duration
        if mark(number) < chance(f"phases.{label}.failure_probability", phase.share):
            ending = "failed"
        elif too_dear or too_late:
            ending = "stopped"
        if ending != "finished":
            end = done
            break
    return Overrun(
        cost=cost,
        months=max(1, math.ceil(initiative.duration_months * time * work - 1e-9)),
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
                        most = days_to_ask_for(scenario, skill)
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
                free = days_to_ask_for(scenario, skill) - used[skill][month]
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


def days_to_ask_for(scenario: Scenario, skill: str) -> float:
    """Own days of a month, and those that can be bought."""
    block = scenario.skills[skill]
    return block.days_per_month + (block.outside.days_per_month if block.outside is not None else 0.0)


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
