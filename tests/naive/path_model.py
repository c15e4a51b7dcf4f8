"""One path of the Monte Carlo model in plain Python: the twin that the compiled kernel is tested against.

Written from the documented model: everything by name in dictionaries, own random numbers, own event logic. It shares
with the package the scenario schema and nothing else, and it is as slow as it likes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sim.world import Scenario
from sim.world.paths import numbers
from tests.naive import path_cyber as cyber
from tests.naive import path_lines as lines
from tests.naive.path_events import At, Outages, failures, incidents, lognormal, no_outages, severity, support
from tests.naive.path_market import Customers, channel_factor, price_level, price_of_business
from tests.naive.path_stock import sold_out
from tests.naive.path_world import (
    Overrun,
    Project,
    Seats,
    adopted_share,
    bereft,
    deliver,
    driver_values,
    momentum,
    occupants,
    overrun_of,
    presence,
    quantile,
    unlearned,
)
from tests.naive.philox import Streams

CATEGORIES = (
    "margin", "labour", "overhead", "capital", "delivery", "running", "repair", "renewal", "cyber", "insurance",
    "grant", "tax", "finance",
)  # fmt: skip
Step = tuple[str, str]


@dataclass
class Path:
    """Outcome of one draw under one roadmap. pv, flows by category; kpis: name -> value of each year."""

    npv: float
    cost: float
    payback: float
    trough: float
    need: float
    pv: dict[str, float]
    financing: float
    cover: float
    baseline_cover: float
    residual: float
    kpis: dict[str, list[float]]
    baseline_kpis: dict[str, list[float]]
    flows: dict[str, list[float]]
    clipped: int
    states: dict[str, str]
    freed_hours: dict[str, float]
    spared_months: dict[str, float]


def simulate_path(scenario: Scenario, roadmap: Mapping[str, int], draw: int, seed: int) -> Path:
    """The path of `draw` under a roadmap (initiative -> start month), against the empty roadmap of the same draw."""
    horizon = scenario.horizon_months
    whole = scenario.model_copy(update={"horizon_months": horizon + scenario.money.run_off_months})
    world = World(whole, Streams(seed, draw))
    base = Arm(world, {}, horizon)
    arm = Arm(world, dict(roadmap), horizon, base.needed)
    months, run_off = range(horizon), range(horizon, whole.horizon_months)
    discount = [(1 + scenario.money.discount_rate) ** (-m / 12) for m in range(whole.horizon_months)]
    before_finance = [c for c in CATEGORIES if c != "finance"]
    residual = sum(discount[m] * sum(arm.flows[c][m] - base.flows[c][m] for c in before_finance) for m in run_off)
    delta = {c: [arm.flows[c][m] - base.flows[c][m] for m in months] for c in CATEGORIES}
    steps = [sum(delta[c][m] for c in CATEGORIES if c != "finance") for m in months]
    with_finance = [sum(delta[c][m] for c in CATEGORIES) for m in months]
    cash = running_sums([sum(arm.flows[c][m] for c in CATEGORIES) for m in months])
    return Path(
        residual=residual,
        npv=residual + sum(s * discount[m] for m, s in enumerate(steps)),
        cost=sum(c * d for c, d in zip(arm.own_cost, discount, strict=True)),
        payback=payback([s * discount[m] for m, s in enumerate(steps)]),
        trough=scenario.profile.cash_at_start + min(cash),
        need=max(0.0, -min(running_sums(with_finance))),
        financing=arm.financing,
        cover=arm.least_cover(),
        baseline_cover=base.least_cover(),
        pv={c: sum(x * discount[m] for m, x in enumerate(delta[c])) for c in CATEGORIES},
        kpis=arm.kpis,
        baseline_kpis=base.kpis,
        flows=arm.flows,
        clipped=arm.clipped,
        states={name: project.state for name, project in arm.projects.items()},
        freed_hours={role: sum(hours[:horizon]) / horizon for role, hours in arm.freed.items()},
        spared_months=arm.spared_months,
    )


def running_sums(values: list[float]) -> list[float]:
    return [math.fsum(values[: m + 1]) for m in range(len(values))]


def payback(flows: list[float]) -> float:
    """Months until the cumulative flow is not negative for the last time, interpolated; infinity when it stays so."""
    sums = running_sums(flows)
    if sums[-1] < 0:
        return math.inf
    below = [m for m, value in enumerate(sums) if value < 0]
    if not below:
        return 0.0
    last = below[-1]
    return last + sums[last] / (sums[last] - sums[last + 1])


@dataclass
class World:
    """What is the same under every roadmap."""

    scenario: Scenario
    streams: Streams
    values: dict[str, float] = field(init=False)
    seats: Seats = field(init=False)
    overruns: dict[str, Overrun] = field(init=False)
    future: str | None = field(init=False)

    def __post_init__(self) -> None:
        self.values = driver_values(self.scenario, self.streams)
        self.future, left = None, self.streams.uniform("futures/which")
        for name, future in self.scenario.futures.items():
            if self.future is None and left < (future.probability or 0.0):
                self.future = name
            left -= future.probability or 0.0
        self.seats = occupants(self.scenario, self.values, self.streams)
        self.overruns = {
            name: overrun_of(self.scenario, name, self.values, self.streams, {}) for name in self.scenario.initiatives
        }


class Arm:
    """One roadmap in one world: projects, effects, events, months, ledger."""

    def __init__(
        self, world: World, roadmap: dict[str, int], horizon: int, baseline: dict[str, list[float]] | None = None
    ) -> None:
        self.world, self.scenario = world, world.scenario
        self.months = self.scenario.horizon_months
        self.horizon = horizon  # behind it lies the run-off
        self.hours = self.scenario.profile.working_days_per_month * self.scenario.profile.hours_per_day
        self.flows = {category: [0.0] * self.months for category in CATEGORIES}
        self.own_cost = [0.0] * self.months
        self.granted = [0.0] * self.months
        self.clipped = 0
        self.financing = 0.0
        self.service = [0.0] * self.months  # principal and interest paid
        self.values = dict(world.values)  # those of initiatives become final at their start
        self.projects, self.days_used = deliver(self.scenario, roadmap, world.overruns, self.settle)
        self.days_bought = {skill: [0.0] * self.months for skill in self.scenario.skills}
        for skill, block in self.scenario.skills.items():
            if block.outside is not None:
                for month, asked in enumerate(self.days_used[skill]):
                    self.days_bought[skill][month] = max(0.0, asked - block.days_per_month)
                    self.days_used[skill][month] = min(asked, block.days_per_month)
        self.adopted = {name: self.use(project) for name, project in self.projects.items() if name in self.live()}
        self.changed = self.effects()
        self.needed = self.hours_needed()
        before = self.needed if baseline is None else baseline
        self.freed = {
            role: [a - b for a, b in zip(before[role], hours, strict=True)] for role, hours in self.needed.items()
        }
        self.spared_months = dict.fromkeys(self.scenario.people, 0.0)
        self.hired = self.hires()
        self.outages: Outages = no_outages(self.scenario)
        self.staying = [1.0] * self.months  # share of customers that incidents leave, by month
        self.exits: list[tuple[int, str]] = []  # month and price
        self.claims = [0.0] * self.months  # what the layer would pay
        self.counts = [0] * self.months
        self.ages: dict[str, list[float]] = {}  # by system and month
        self.recovery: list[list[float]] = [[] for _ in range(self.months)]  # hours of the failures of a month
        self.contracts = {name: self.contract(name) for name, y in self.scenario.systems.items() if y.subscription}
        self.refused = [0] * self.months
        self.expected_loss = [0.0] * self.months
        self.spared = {process: [0.0] * self.months for process in self.scenario.processes}
        self.controls = cyber.Controls(self.scenario, self.at, self.works)
        self.systems_and_threats()
        self.providers()
        self.sums: dict[str, dict[int, list[float]]] = {}  # KPI -> year -> amount and weight
        self.operations()
        self.book_initiatives()
        self.book_bought_days()
        self.book_links()
        for month, path in self.exits:
            self.pay("delivery", month, self.at(path, month) * self.price("technology", month))
        self.book_insurance()
        self.book_tax()
        self.book_loans()
        self.book_credit_line()
        self.kpis = self.yearly()

    def live(self) -> dict[str, int]:
        return {name: p.go_live for name, p in self.projects.items() if p.go_live is not None}

    def works(self, name: str, month: int) -> bool:
        """Whether the initiative is live and inside its life, or renewed at its end."""
        live, initiative = self.live().get(name), self.scenario.initiatives[name]
        if live is None or month < live:
            return False
        return (
            initiative.life_months is None
            or initiative.renewal_cost is not None
            or month < live + initiative.life_months
        )

    def trains(self, name: str, month: int) -> bool:
        """Whether there is a training for the initiative in a month."""
        adoption = self.scenario.initiatives[name].adoption
        if adoption is None or adoption.training is None or not self.works(name, month):
            return False
        since, every = month - self.live()[name], adoption.training.refresh_months
        return since == 0 or (every is not None and since % every == 0)

    def use(self, project: Project) -> list[float]:
        """Part of its full use that a live initiative has, by month."""
        assert project.go_live is not None
        world = self.world
        wind = momentum(self.scenario, self.projects, world.values, project.go_live)
        share = adopted_share(
            self.scenario, project.name, project.go_live, self.values, world.seats, world.streams, wind
        )
        return [project.part * x for x in share]

    def settle(self, projects: dict[str, Project], name: str, month: int) -> Overrun:
        """Numbers of an initiative that starts in a month, as others that are live then change them."""
        ranges = {number.path: (number.low, number.high) for number in numbers(self.scenario)}
        self.projects = projects
        for path in [path for path in ranges if path.startswith(f"initiatives.{name}.")]:
            raw = self.changed_at(path, month)
            if raw is not None:
                low, high = ranges[path]
                self.values[path] = min(max(raw, low), high)
                self.clipped += raw != self.values[path]
        levels = {}
        for skill in self.scenario.initiatives[name].difficulty:
            path = f"skills.{skill}.level"
            raw = self.changed_at(path, month)
            if raw is not None:
                levels[skill] = min(max(raw, ranges[path][0]), ranges[path][1])
        return overrun_of(self.scenario, name, self.values, self.world.streams, levels, month)

    def changed_at(self, path: str, month: int) -> float | None:
        """Number at a path as it is in a month of delivery, before it is cut to its range; None: nothing changes it."""
        added, factor, touched = 0.0, 1.0, False
        for other, initiative in self.scenario.initiatives.items():
            if path in initiative.effects and other in self.projects and self.works(other, month):
                effect = initiative.effects[path]
                reach = self.use(self.projects[other])[month]
                if effect.competitive and initiative.imitation is not None:
                    lag = self.world.values[f"initiatives.{other}.imitation.lag_months"]
                    since = month - self.live()[other] - lag
                    reach *= 0.5 ** (max(0, since) / initiative.imitation.half_life_months)
                if initiative.needs_readiness and not path.startswith("readiness."):
                    reach *= self.ready_at(month)
                at = f"initiatives.{other}.effects.{path}"
                added += self.world.values.get(f"{at}.add", 0.0) * reach
                factor *= 1 + (self.world.values.get(f"{at}.multiply", 1.0) - 1) * reach
                touched = touched or reach > 0
        for label, future in self.scenario.futures.items():
            if path in future.changes and self.future_is_on(label, month):
                at = f"futures.{label}.changes.{path}"
                added += self.world.values.get(f"{at}.add", 0.0)
                factor *= self.world.values.get(f"{at}.multiply", 1.0)
                touched = True
        return (self.world.values[path] + added) * factor if touched else None

    def ready_at(self, month: int) -> float:
        """Readiness for change in a month: the mean of the scores to a power, taken back."""
        assert self.scenario.readiness is not None
        scores = []
        for score in ("goals", "resources", "process"):
            raw = self.changed_at(f"readiness.{score}", month)
            scores.append(self.world.values[f"readiness.{score}"] if raw is None else min(1.0, max(0.01, raw)))
        elasticity = self.scenario.readiness.substitution
        if elasticity == 0:
            return min(scores)
        power = 1 - 1 / elasticity
        if power == 0:
            return math.prod(scores) ** (1 / 3)
        return math.pow(sum(x**power for x in scores) / 3, 1 / power)

    def future_is_on(self, name: str, month: int) -> bool:
        """Whether the path lives in a future that lasts in a month."""
        begin, lasts = math.floor(self.world.values[f"futures.{name}.start_month"]), self.scenario.futures[name].months
        return name == self.world.future and begin <= month and (lasts is None or month < begin + lasts)

    def effects(self) -> dict[str, list[float]]:
        """Monthly values of every number that some initiative can change."""
        ranges = {number.path: (number.low, number.high) for number in numbers(self.scenario)}
        targets = {path for initiative in self.scenario.initiatives.values() for path in initiative.effects}
        targets |= {path for future in self.scenario.futures.values() for path in future.changes}
        targets = {path for path in targets if not path.startswith("initiatives.")}
        changed: dict[str, list[float]] = {}
        for path in targets:
            low, high = ranges.get(path, (0.1, 1e9))
            changed[path] = []
            for month in range(self.months):
                added, factor = 0.0, 1.0
                for name, initiative in self.scenario.initiatives.items():
                    if path in initiative.effects and self.works(name, month):
                        effect = initiative.effects[path]
                        reach = self.adopted[name][month]
                        if effect.competitive and initiative.imitation is not None:
                            lag = self.world.values[f"initiatives.{name}.imitation.lag_months"]
                            since = month - self.live()[name] - lag
                            reach *= 0.5 ** (max(0, since) / initiative.imitation.half_life_months)
                        if initiative.needs_readiness and not path.startswith("readiness."):
                            reach *= self.ready_at(month)
                        at = f"initiatives.{name}.effects.{path}"
                        if effect.add is not None:
                            added += self.world.values[f"{at}.add"] * reach
                        else:
                            factor *= 1 + (self.world.values[f"{at}.multiply"] - 1) * reach
                for name, future in self.scenario.futures.items():
                    if path in future.changes and self.future_is_on(name, month):
                        at = f"futures.{name}.changes.{path}"
                        added += self.world.values.get(f"{at}.add", 0.0)
                        factor *= self.world.values.get(f"{at}.multiply", 1.0)
                raw = (self.world.values[path] + added) * factor
                changed[path].append(min(max(raw, low), high))
                self.clipped += raw != changed[path][-1]
        return changed

    def at(self, path: str, month: int) -> float:
        return self.changed[path][month] if path in self.changed else self.world.values[path]

    def hours_needed(self) -> dict[str, list[float]]:
        """Hours of work of every role by month, at the demand of the customers whom no bad service drove away."""
        profile, at = self.scenario.profile, self.at
        needed = {role: [0.0] * self.months for role in self.scenario.people}
        customers = float(profile.customers.start)
        for month in range(self.months):
            growth = math.pow(1 + at("profile.growth_per_year", month), min(month, self.horizon - 1) / 12)
            demand = at("profile.demand", month) * growth * customers / profile.customers.start

            def served(process: str, month: int = month, demand: float = demand) -> float:
                """Items of the month that are not lost before any work."""
                block = self.scenario.processes[process]
                items = at(f"processes.{process}.arrivals_per_day", month) * profile.working_days_per_month
                items *= demand if block.driven_by == "customers" else 1.0
                if block.channels:
                    items *= channel_factor(self.scenario, at, process, month)
                for source in block.fed_by:
                    share = at(f"processes.{process}.fed_by.{source}.share", month)
                    items += share * served(source) * (1 - at(f"processes.{source}.no_show", month))
                return items * (1 - lost_share(self.scenario, at, process, month))

            for process, block in self.scenario.processes.items():
                root = f"processes.{process}"
                absent, part = at(f"{root}.no_show", month), at(f"{root}.no_show_time", month)
                for step, work in block.steps.items():
                    here = f"{root}.steps.{step}"
                    people = at(f"{here}.share", month)
                    if work.by_hand:
                        people *= unlinked(at, work.by_hand, process, month)
                    if work.mends:
                        people *= mismatched(at, work.mends, process, month)
                    people *= 1 - at(f"{here}.automated", month) * (1 - at(f"{here}.exceptions", month))
                    visits = served(process) * people / (1 - at(f"{here}.error_probability", month))
                    hours = visits * at(f"{here}.minutes", month) / 60
                    needed[work.role][month] += hours * (1 - absent + absent * part)
            customers -= customers * min(1.0, at("profile.customers.monthly_churn", month))
            customers += at("profile.customers.monthly_acquisition", month)
        return needed

    def hires(self) -> dict[str, list[float]]:
        """Seats that planned hires add to every role, by month: those that freed hours do not make superfluous."""
        added = {role: [0.0] * self.months for role in self.scenario.people}
        for role, people in self.scenario.people.items():
            used = [0.0] * self.months
            for name, hire in people.hires.items():
                share = self.world.values[f"people.{role}.hires.{name}.realisable_share"]
                here = 0.0
                for month in range(hire.month, self.months):
                    free = share * self.freed[role][max(0, month - hire.notice_months)] / self.hours - used[month]
                    steps = 0
                    while (steps + 1) * hire.step_seats <= min(hire.seats, free) + 1e-9 * hire.step_seats:
                        steps += 1
                    here = max(here, hire.seats - steps * hire.step_seats)
                    added[role][month] += here
                    used[month] += hire.seats - here
                    self.spared_months[role] += hire.seats - here if month < self.horizon else 0.0
        return added

    def systems_and_threats(self) -> None:
        scenario, streams, at = self.scenario, self.world.streams, self.at
        states = {system: support(scenario, system, self.projects) for system in scenario.systems}
        for system, found in failures(scenario, states, at, streams).items():
            state, broken, renewals = states[system], found.failures, found.renewals
            for time in renewals:
                self.flows["renewal"][int(time)] -= at(f"systems.{system}.refresh.cost", int(time)) * self.price(
                    "technology", int(time)
                )
            if renewals:
                states[system] = replace(state, old=state.old - set(range(int(renewals[0]) + 1, self.months)))
            births = [-12 * scenario.systems[system].age_years, *state.refreshed, *renewals]
            if scenario.systems[system].on_failure == "replace":
                births += [time for time, _ in broken]
            middles = [month + 0.5 for month in range(self.months)]
            self.ages[system] = [(t - max(birth for birth in births if birth <= t)) / 12 for t in middles]
            for time, hours in broken:
                self.flows["repair"][int(time)] -= at(f"systems.{system}.repair_cost", int(time)) * self.price(
                    "technology", int(time)
                )
                self.outages.book(scenario, at, system, time, hours)
                self.recovery[int(time)].append(hours)
        for threat, block in scenario.threats.items():
            root = f"threats.{threat}"
            intensity = []
            for month in range(self.months):
                exposure = [
                    at(f"systems.{system}.unsupported_attacks", month)
                    for system in block.hits
                    if month in states[system].old
                ]
                success = min(1.0, at(f"{root}.success_probability", month) * math.prod(exposure))
                success *= self.controls.left("success", threat, month)
                frailty = cyber.frailty(threat, block, month, self.world.values)
                intensity.append(at(f"{root}.attempts_per_year", month) * success * frailty)
                left = self.controls.left("loss", threat, month)
                self.expected_loss[month] += intensity[month] * cyber.mean_loss(threat, block, at, month, left)
            base = quantile(block.attempts_per_year, 0.5) * quantile(block.success_probability, 0.5)
            for point in incidents(f"threats/{threat}", max(base, 0.01), intensity, streams):
                self.incident(threat, point.time, (point.layer, point.number), at)

    def contract(self, system: str) -> range:
        """Months in which the subscription of a system runs."""
        block, live = self.scenario.systems[system].subscription, self.live()
        assert block is not None
        own = [] if block.begins_month is None else [block.begins_month]
        begin = min(
            own + [g for i, g in live.items() if system in self.scenario.initiatives[i].subscribes], default=999
        )
        ends = [g for i, g in live.items() if system in self.scenario.initiatives[i].cancels and g >= begin]
        end = min(ends, default=999)
        if end < min(self.months, begin + block.term_months):
            self.exits.append((end, f"systems.{system}.subscription.exit_cost"))
        return range(begin, end)

    def providers(self) -> None:
        """Outages that take down every system of a provider."""
        scenario, streams = self.scenario, self.world.streams
        for name, block in scenario.providers.items():
            rate = [self.at(f"providers.{name}.outages_per_year", month) for month in range(self.months)]
            layer = max(quantile(block.outages_per_year, 0.5), 0.01)
            for point in incidents(f"providers/{name}", layer, rate, streams):
                month = int(point.time)
                u = streams.uniform(f"providers/{name}/hours", point.layer, point.number)
                hours = lognormal(u, self.at(f"providers.{name}.outage_hours", month), block.outage_p95_ratio)
                hit = {
                    system
                    for system, one in scenario.systems.items()
                    if one.provider == name and month in self.contracts.get(system, range(self.months))
                }
                self.outages.book_together(scenario, self.at, hit, point.time, hours)

    def subscriptions(self, month: int, items: dict[str, float], customers: float) -> float:
        total = 0.0
        for system, contract in self.contracts.items():
            block, path = self.scenario.systems[system].subscription, f"systems.{system}.subscription"
            if block is not None and month in contract:
                use = sum(items[process] for process in block.processes) * self.at(f"{path}.per_item", month)
                use += customers * self.at(f"{path}.per_customer", month)
                total += max(use, self.at(f"{path}.minimum", month))
        return total

    def incident(self, threat: str, time: float, identity: tuple[int, int], at: At) -> None:
        block, streams, month = self.scenario.threats[threat], self.world.streams, int(time)
        root = f"threats.{threat}"
        self.counts[month] += 1
        self.staying[month] *= 1 - at(f"{root}.churn_shock", month)
        left, median, loss = self.controls.left("loss", threat, month), at(f"{root}.severity", month), {}
        loss["incident"] = 0.0
        if median > 0:
            u = streams.uniform(f"threats/{threat}/severity", *identity)
            loss["incident"] = left * severity(u, median, block.severity_p95_ratio, block.tail_index)
        loss["secondary"] = left * cyber.secondary_loss(threat, block, identity, at, month, streams)
        loss["notification"], loss["fine"] = cyber.breach_losses(threat, block, identity, at, month, left, streams)
        self.flows["cyber"][month] -= sum(loss.values())
        hours, outage = 0.0, at(f"{root}.outage_hours", month)
        if outage > 0:
            u = streams.uniform(f"threats/{threat}/outage", *identity)
            hours = lognormal(u, outage, block.outage_p95_ratio) * self.controls.left("outage", threat, month)
            for system in block.hits:
                self.outages.book(self.scenario, at, system, time, hours)
            if "interruption" in block.severity_covers:
                for process, shares in cyber.spared_shares(self.scenario, threat, at, time, hours).items():
                    self.spared[process] = [a + b for a, b in zip(self.spared[process], shares, strict=True)]
        loss["interruption"] = cyber.planned_margin(self.scenario, threat, at, month, hours)
        counted = sum(min(amount, at(f"insurance.sublimits.{kind}", month)) for kind, amount in loss.items())
        layer = min(max(0.0, counted - at("insurance.retention", month)), at("insurance.event_limit", month))
        claim = (1 - at("insurance.coinsurance", month)) * layer
        if self.controls.lapsed(month):
            self.refused[month] += claim > 0
        else:
            self.claims[month] += claim

    def operations(self) -> None:
        """Month by month: lines, completed items, customers, flows, sums of KPIs."""
        scenario, at = self.scenario, self.at
        state = Lines(self)
        base = Customers(scenario, at, self.world.values, self.world.streams, self.older)
        for month in range(self.months):
            result = state.month(month, base.number)
            result.revenue *= self.price("prices", month)
            level = price_level(scenario, at, month)
            revenue = result.revenue * level
            up = [1 - min(1.0, self.outages.down[y][month] / self.hours) for y in scenario.systems]
            reach = [
                self.adopted[name][month]
                for name, initiative in scenario.initiatives.items()
                if initiative.adoption is not None and self.works(name, month)
            ]
            spared = sum(
                state.come[process]
                * (1 - at(f"processes.{process}.no_show", month))
                * (1 - at(f"processes.{process}.lost_share", month))
                * at(f"processes.{process}.item_revenue", month)
                * min(1.0, self.spared[process][month])
                for process in scenario.processes
            )
            self.flows["margin"][month] += (result.revenue + spared * self.price("prices", month)) * (
                at("profile.gross_margin", month) + level - 1
            )
            self.flows["overhead"][month] -= at("profile.fixed_costs_per_month", month) * self.price("fixed", month)
            self.flows["overhead"][month] -= state.holding * self.price("prices", month)
            for role in scenario.people:
                seats = at(f"people.{role}.headcount", month) + self.hired[role][month]
                staff = seats * presence(self.world.seats[role], month)
                self.flows["labour"][month] -= (
                    staff * at(f"people.{role}.monthly_cost", month) * self.price("wages", month)
                )
            for system in scenario.systems:
                cost = at(f"systems.{system}.monthly_cost", month) * self.price("technology", month)
                growth = 1 + at(f"systems.{system}.cost_growth_per_year", month)
                self.flows["running"][month] -= cost * growth ** self.older_by(system, month)
            self.flows["running"][month] -= self.controls.audits[month] * self.price("technology", month)
            self.flows["insurance"][month] -= self.controls.premium(month) * self.price("premiums", month)
            rows = {
                "revenue": (revenue, 1 / 12),
                "on_time_share": (result.timely, result.done),
                "lost_share": (result.came - result.done, result.came),
                "wait": (60 * result.waited, result.done),
                "utilisation": (result.busy, result.present),
                "customers": (base.number, 1.0),
                "availability": (sum(up), len(up)),
                "incidents": (self.counts[month], 1 / 12),
                "cyber_loss": (-self.flows["cyber"][month], 1 / 12),
                "ale": (self.expected_loss[month], 1.0),
                "refused_claims": (self.refused[month], 1 / 12),
                "adoption": (sum(reach) / len(reach) if reach else 0.0, 1.0),
                "cost_to_serve": (0.0, result.done),
                "automation_share": (result.by_machine, result.by_machine + result.by_people),
            }
            items = state.come
            self.flows["running"][month] -= self.subscriptions(month, items, base.number) * self.price(
                "technology", month
            )
            rows["estate_age"] = sum(ages[month] for ages in self.ages.values()), len(up)
            rows["shelfware"] = self.unused(month), 1 / 12
            crossed = {
                (pair, process): items[process] * at(f"integrations.{pair}.crossings.{process}.share", month)
                for pair, block in scenario.integrations.items()
                for process in block.crossings
            }
            passed = sum(items * at(f"integrations.{pair}.linked", month) for (pair, _), items in crossed.items())
            rows["linked_share"] = passed, sum(crossed.values())
            rows["market_share"] = (base.share(month), 1.0) if scenario.market is not None else (0.0, 0.0)
            rows["reputation"] = (base.reputation, 1.0) if scenario.reputation is not None else (0.0, 0.0)
            rows["churn"] = base.close(month, result.let_down, self.staying[month], self.counts[month]), 1.0
            if month < self.horizon:
                self.add(rows, month)
            else:
                self.flows["cyber"][month] = -self.expected_loss[month] / 12

    def older_by(self, system: str, month: int) -> float:
        """Years that a system is older than in the middle of the first month, had nobody replaced it by then."""
        return self.ages[system][month] - (self.scenario.systems[system].age_years + 1 / 24)

    def older(self, month: int) -> float:
        """The mean of that over all systems."""
        return sum(self.older_by(system, month) for system in self.ages) / len(self.ages)

    def unused(self, month: int) -> float:
        """Running cost of what is live and meant to be adopted, of the part that nobody uses."""
        cost = 0.0
        for name, project in self.projects.items():
            if self.scenario.initiatives[name].adoption is not None and self.works(name, month):
                idle = project.part - self.adopted[name][month]
                cost += self.values[f"initiatives.{name}.running_per_month"] * idle * self.own_price(name, month)
        return cost

    def add(self, rows: dict[str, tuple[float, float]], month: int) -> None:
        """Add amounts and weights of a month to the years of KPIs."""
        for name, (amount, weight) in rows.items():
            year = self.sums.setdefault(name, {}).setdefault(month // 12, [0.0, 0.0])
            year[0] += amount
            year[1] += weight

    def yearly(self) -> dict[str, list[float]]:
        """KPIs by year, those of money included: name -> values."""
        cash = self.scenario.profile.cash_at_start
        for month in range(self.horizon):
            flow = {category: self.flows[category][month] for category in CATEGORIES}
            cash += sum(flow.values())
            serving = -flow["labour"] - flow["overhead"] - flow["running"] - flow["repair"]
            profit = sum(flow.values()) - flow["capital"] - flow["grant"] - flow["tax"] - flow["finance"]
            self.add(
                {
                    "gross_margin": (flow["margin"], 1 / 12),
                    "profit": (profit, 1 / 12),
                    "cost_to_serve": (serving, 0.0),
                    "cash": (cash, 1.0),
                    "debt_service_cover": (self.before_debts(month), self.service[month]),
                    "recovery_hours": (sum(self.recovery[month]), len(self.recovery[month])),
                },
                month,
            )
        for year in range(-(-self.horizon // 12)):
            last = min(12 * year + 11, self.horizon - 1)
            rows = {"valuation": (0.0, 0.0)}
            if self.scenario.valuation is not None:
                earnings = sum(self.lasting(month) for month in range(12 * year, last + 1)) / (last + 1 - 12 * year)
                rows["valuation"] = price_of_business(self.scenario, self.at, 12 * earnings, last), 1.0
            self.add(rows, last)
        return {
            name: [total / weight if weight > 0 else math.nan for total, weight in years.values()]
            for name, years in self.sums.items()
        }

    def before_debts(self, month: int) -> float:
        """Cash flow of a month out of which debts are paid."""
        return sum(self.flows[c][month] for c in CATEGORIES if c not in ("capital", "grant", "finance"))

    def least_cover(self) -> float:
        """Least debt service cover of the years of the covenant."""
        covenant, covers = self.scenario.money.covenant, [math.inf]
        for first in range(0, self.horizon, 12) if covenant is not None else ():
            year = range(first, min(first + 12, self.horizon))
            due = sum(self.service[month] for month in year)
            if covenant is not None and first // 12 + 1 >= covenant.from_year and due > 0:
                covers.append(sum(self.before_debts(month) for month in year) / due)
        return min(covers)

    def lasting(self, month: int) -> float:
        """Earnings of a month without what is spent once, less depreciation."""
        once = ("capital", "grant", "tax", "delivery", "finance")
        life = self.scenario.money.depreciation_months
        bought = [capital + grant for capital, grant in zip(self.flows["capital"], self.granted, strict=True)]
        worn = sum(bought[max(0, month - life + 1) : month + 1]) / life
        return sum(self.flows[c][month] for c in CATEGORIES if c not in once) + worn

    def book_initiatives(self) -> None:
        """Own cost of the roadmap; the capital of a month is depreciated from that month on."""
        for name, project in self.projects.items():
            initiative, root = self.scenario.initiatives[name], f"initiatives.{name}"
            start, part, values = project.started, project.part, self.values
            ratio = project.overrun.cost * self.own_price(name, start or 0)
            capital = ratio * (values[f"{root}.capital"] + values.get(f"{root}.help.capital", 0.0))
            delivery = ratio * (values[f"{root}.delivery"] + values.get(f"{root}.help.delivery", 0.0))
            spent = {month: share * (1 - initiative.deposit_share) for month, share in project.work.items()}
            if start is not None:
                spent[start] = spent.get(start, 0.0) + initiative.deposit_share
            for month, share in spent.items():
                self.pay("capital", month, capital * share)
            for month, share in project.work.items():
                self.pay("delivery", month, delivery * share)
                if initiative.adoption is not None and initiative.adoption.involvement is not None:
                    at = f"{root}.adoption.involvement"
                    self.pay("delivery", month, values[f"{at}.share"] * values[f"{at}.cost"] * ratio * share)
            grant, live, parallel = initiative.grant, project.go_live, initiative.parallel
            finished, upfront = project.state == "finished", grant is not None and grant.paid == "upfront"
            if grant is not None and start is not None and (upfront or finished):
                award = self.world.streams.uniform(f"initiatives/{name}/grant") < values[f"{root}.grant.probability"]
                latest = self.months if grant.last_start is None else grant.last_start
                if award and grant.first_start <= start <= latest:
                    amount = min(grant.cap, (capital + delivery) * grant.share)
                    month = start if upfront else min((live or 0) + grant.lag_months, self.last(live or 0))
                    self.flows["grant"][month] += amount
                    self.granted[month] += amount
                    if upfront and project.state in ("failed", "stopped"):
                        end = max(project.work) + 1
                        month = min(end + grant.lag_months, self.last(end))
                        self.flows["grant"][month] -= amount
                        self.granted[month] -= amount
            if initiative.financing is not None and start is not None:
                self.finance(name, capital, ratio, spent)
            if parallel is not None and live is not None and finished:
                for month in range(live, min(self.months, live + parallel.months)):
                    self.pay(
                        "running", month, values[f"{root}.parallel.running_per_month"] * self.own_price(name, month)
                    )
            for month in range(self.months):
                if self.works(name, month):
                    price = part * self.own_price(name, month)
                    self.pay("running", month, values[f"{root}.running_per_month"] * price)
                    since = month - self.live()[name]
                    if self.trains(name, month):
                        cost = values[f"{root}.adoption.training.cost"] * price
                        self.pay("running" if since else "delivery", month, cost)
                    if initiative.life_months is not None and since > 0 and since % initiative.life_months == 0:
                        self.pay("renewal", month, values[f"{root}.renewal_cost"] * price)

    def last(self, month: int) -> int:
        """Month in which what is owed for a month is paid at the latest."""
        return (self.horizon if month < self.horizon else self.months) - 1

    def book_bought_days(self) -> None:
        """Days of others are delivery cost of the roadmap; what they cost grows with wages."""
        for skill, bought in self.days_bought.items():
            for month, days in enumerate(bought):
                if days > 0:
                    price = self.at(f"skills.{skill}.outside.day_price", month) * self.price("wages", month)
                    self.pay("delivery", month, days * price)

    def price(self, kind: str, month: int) -> float:
        """Price of a month over that of the file."""
        return math.pow(1 + self.world.values[f"money.inflation.{kind}"], month / 12)

    def own_price(self, name: str, month: int) -> float:
        """The same of what an initiative needs."""
        own = self.world.values.get(f"initiatives.{name}.price_change")
        return self.price("technology", month) if own is None else math.pow(1 + own, month / 12)

    def finance(self, name: str, capital: float, ratio: float, spent: dict[int, float]) -> None:
        """Capital that others pay, a contract for every part that is spent."""
        terms, values = self.scenario.initiatives[name].financing, self.world.values
        assert terms is not None
        rate = values.get("money.credit_line.rate", self.scenario.money.discount_rate)
        lent = capital * terms.share
        flows = {0: lent * (1 - terms.fee)}
        if terms.kind == "lease":
            price = values[f"initiatives.{name}.financing.monthly_price"] * ratio
            flows |= dict.fromkeys(range(1, terms.months + 1), -price)
        else:
            interest = math.pow(1 + values[f"initiatives.{name}.financing.rate"], 1 / 12) - 1
            payment = annuity(lent, interest, terms.months - terms.grace_months)
            for t in range(1, terms.months + 1):
                flows[t] = -interest * lent if t <= terms.grace_months else -payment
        for month, part in spent.items():
            for t, amount in flows.items():
                self.financing += part * amount * math.pow(1 + rate, -(month + t) / 12)
                if month + t < self.months:
                    self.flows["finance"][month + t] += part * amount
                    self.service[month + t] -= part * amount if t > 0 else 0.0

    def book_loans(self) -> None:
        for name, loan in self.scenario.money.loans.items():
            interest = math.pow(1 + self.world.values[f"money.loans.{name}.rate"], 1 / 12) - 1
            for month in range(min(loan.months, self.months)):
                self.flows["finance"][month] -= annuity(loan.balance, interest, loan.months)
                self.service[month] += annuity(loan.balance, interest, loan.months)

    def book_credit_line(self) -> None:
        line, floor = self.scenario.money.credit_line, self.scenario.money.cash_floor
        if line is None:
            return
        lowest = floor.amount if floor is not None else 0.0
        interest = math.pow(1 + self.world.values["money.credit_line.rate"], 1 / 12) - 1
        cash, owed = self.scenario.profile.cash_at_start, 0.0
        for month in range(self.horizon):
            paid = owed * interest
            cash += sum(self.flows[category][month] for category in CATEGORIES) - paid
            change = min(lowest - cash, line.limit - owed) if cash < lowest else -min(cash - lowest, owed)
            owed, cash = owed + change, cash + change
            self.flows["finance"][month] += change - paid
            self.service[month] += paid

    def book_links(self) -> None:
        """What initiatives pay for the pairs that they link, in the order in which they began."""
        scenario, values = self.scenario, self.world.values
        order = list(scenario.initiatives)
        begun = [p for p in self.projects.values() if p.started is not None]
        on_a_hub: set[str] = set()
        for project in sorted(begun, key=lambda p: (p.started, order.index(p.name))):
            initiative, start = scenario.initiatives[project.name], project.started
            assert start is not None
            pairs = [pair for pair in scenario.integrations if f"integrations.{pair}.linked" in initiative.effects]
            hub = project.name if initiative.hub is not None else None
            if hub is None:
                live = [name for name in self.live() if scenario.initiatives[name].hub and self.works(name, start)]
                hub = min(live, key=lambda name: (self.live()[name], order.index(name)), default=None)
            capital = monthly = 0.0
            if hub is None:
                capital = sum(values[f"integrations.{pair}.link_capital"] for pair in pairs)
                monthly = sum(values[f"integrations.{pair}.link_monthly"] for pair in pairs)
            else:
                systems = {system for pair in pairs for system in scenario.integrations[pair].between}
                capital = len(systems - on_a_hub) * values[f"initiatives.{hub}.hub.capital_per_system"]
                monthly = len(systems - on_a_hub) * values[f"initiatives.{hub}.hub.monthly_per_system"]
                if project.go_live is not None:
                    on_a_hub |= systems
            for month, share in project.work.items():
                self.pay("capital", month, capital * project.overrun.cost * self.own_price(project.name, start) * share)
            for month in range(self.months):
                if self.works(project.name, month):
                    self.pay("running", month, monthly * project.part * self.own_price(project.name, month))

    def pay(self, category: str, month: int, amount: float) -> None:
        self.flows[category][month] -= amount
        self.own_cost[month] += amount

    def book_insurance(self) -> None:
        for first in range(0, self.months, 12):
            paid = 0.0
            for month in range(first, min(first + 12, self.months)):
                due = min(self.claims[month], max(0.0, self.at("insurance.annual_limit", month) - paid))
                paid += due
                when = min(month + self.scenario.insurance.settlement_months, self.last(month))
                self.flows["insurance"][when] += due

    def book_tax(self) -> None:
        """Tax of a year falls due in the third month of the next one, at the latest in the last month."""
        life = self.scenario.money.depreciation_months
        spent = [capital + grant for capital, grant in zip(self.flows["capital"], self.granted, strict=True)]
        expensed = [c for c in CATEGORIES if c not in ("capital", "grant", "tax", "finance")]
        carried = 0.0
        years = [*range(0, self.horizon, 12), *range(self.horizon, self.months, 12)]
        for first in years:
            end = min(first + 12, self.last(first) + 1)
            profit = sum(self.flows[c][m] for c in expensed for m in range(first, end))
            profit += sum(spent[s] / life for m in range(first, end) for s in range(max(0, m - life + 1), m + 1))
            taxable = profit - carried
            carried = max(0.0, -taxable)
            self.flows["tax"][min(end + 2, self.last(first))] -= self.scenario.profile.tax_rate * max(0.0, taxable)


def annuity(principal: float, interest: float, payments: int) -> float:
    """Equal payments at the end of each month that pay back a debt."""
    if interest == 0:
        return principal / payments
    return principal * interest / (1 - math.pow(1 + interest, -payments))


def unlinked(at: At, pair: str, process: str, month: int) -> float:
    """Share of the items of a process that cross a pair by hand."""
    return at(f"integrations.{pair}.crossings.{process}.share", month) * (1 - at(f"integrations.{pair}.linked", month))


def mismatched(at: At, pair: str, process: str, month: int) -> float:
    return unlinked(at, pair, process, month) * at(f"integrations.{pair}.crossings.{process}.mismatch", month)


def lost_share(scenario: Scenario, at: At, process: str, month: int) -> float:
    """Share of arrivals lost before any work, mismatched records included."""
    kept = 1 - at(f"processes.{process}.lost_share", month)
    for name, pair in scenario.integrations.items():
        if process in pair.crossings:
            lost = at(f"integrations.{name}.crossings.{process}.lost", month)
            kept *= 1 - mismatched(at, name, process, month) * lost
    return 1 - kept


@dataclass
class Month:
    """Sums over the processes of a month. let_down: share of customers' items that were lost or late."""

    came: float = 0.0
    done: float = 0.0
    timely: float = 0.0
    waited: float = 0.0
    revenue: float = 0.0
    busy: float = 0.0
    present: float = 0.0
    asked: float = 0.0
    satisfied: float = 0.0
    by_machine: float = 0.0
    by_people: float = 0.0

    @property
    def let_down(self) -> float:
        return 1 - self.satisfied / self.asked if self.asked > 0 else 0.0


class Lines:
    """The lines of all roles, with what they carry from one month to the next."""

    def __init__(self, arm: Arm) -> None:
        self.arm, self.scenario, self.at = arm, arm.scenario, arm.at
        self.steps: list[Step] = [(p, s) for p, block in self.scenario.processes.items() for s in block.steps]
        self.kept: dict[Step, float] = dict.fromkeys(self.steps, 1.0)
        self.departures = dict.fromkeys(self.scenario.people, 1.0)
        self.backlog = dict.fromkeys(self.scenario.people, 0.0)

        def at_first(path: str, month: int) -> float:
            return arm.world.values[path]

        self.fulfilled = {p: 1 - lost_share(self.scenario, at_first, p, 0) for p in self.scenario.processes}
        self.sold_out: dict[str, float] = {}  # share of the items of a process in the month at hand
        self.holding = 0.0  # cost of it, at today's prices
        self.visits = 0.0, 0.0  # an hour, in the month at hand: finished by machines, served by people
        self.completions: dict[tuple[str, int], float] = {}  # process and month -> items that were completed and came

    def by_people(self, step: Step, month: int) -> float:
        """Share of the items that people serve at a step."""
        kept = self.number(step, "automated", month) * (1 - self.number(step, "exceptions", month))
        return self.number(step, "share", month) * (1 - kept)

    def attendance(self, process: str, month: int, power: int) -> float:
        """Moment of the part of a service that an item takes: those that do not come take less."""
        absent = self.at(f"processes.{process}.no_show", month)
        return 1 - absent + absent * math.pow(self.at(f"processes.{process}.no_show_time", month), power)

    def number(self, step: Step, name: str, month: int) -> float:
        value = self.at(f"processes.{step[0]}.steps.{step[1]}.{name}", month)
        work = self.scenario.processes[step[0]].steps[step[1]]
        if name == "share" and work.by_hand:
            value *= unlinked(self.at, work.by_hand, step[0], month)
        if name == "share" and work.mends:
            value *= mismatched(self.at, work.mends, step[0], month)
        return value

    def lost(self, process: str, month: int) -> float:
        return 1 - (1 - lost_share(self.scenario, self.at, process, month)) * (1 - self.sold_out.get(process, 0.0))

    def sell_out(self, month: int, customers: float) -> None:
        """What the stock of each group cannot serve this month, and what holding it costs."""
        there = dict.fromkeys(self.scenario.processes, 1.0)
        self.holding = 0.0
        for name, group in self.scenario.stock.items():
            units = sum(
                self.arrivals(p, month, customers) * (1 - lost_share(self.scenario, self.at, p, month)) * share
                for p, share in group.takes.items()
            )
            rate = units / self.scenario.profile.working_days_per_month / group.articles
            out, on_hand = sold_out(group, self.at, name, month, rate)
            for process, share in group.takes.items():
                there[process] *= 1 - share * out
            value = on_hand * group.articles * self.at(f"stock.{name}.unit_cost", month)
            self.holding += value * self.at(f"stock.{name}.holding_per_year", month) / 12
        self.sold_out = {process: 1 - part for process, part in there.items()}

    def role(self, step: Step) -> str:
        return self.scenario.processes[step[0]].steps[step[1]].role

    def staff(self, role: str, month: int) -> tuple[float, float]:
        """People at work, and their pace after go-lives."""
        seats = self.at(f"people.{role}.headcount", month) + self.arm.hired[role][month]
        people = seats * presence(self.arm.world.seats[role], month)
        for skill, block in self.scenario.skills.items():
            if block.role == role:
                people -= self.arm.days_used[skill][month] / self.scenario.profile.working_days_per_month
        for name, project in self.arm.projects.items():
            people -= self.days_of(role, name, project, month) / self.scenario.profile.working_days_per_month
        pace, block, seats = 1.0, self.scenario.people[role], self.arm.world.seats[role]
        if block.learning is not None:
            start = self.at(f"people.{role}.learning.proficiency", month)
            pace *= 1 - (1 - start) * unlearned(seats, block.learning.half_life_months, month)
        if block.key_person is not None:
            missing = bereft(seats[block.key_person.seat - 1], block.key_person.months, month)
            pace *= 1 - self.at(f"people.{role}.key_person.depth", month) * missing
        for name, live in self.arm.live().items():
            initiative, project = self.scenario.initiatives[name], self.arm.projects[name]
            dip, parallel = initiative.dip, initiative.parallel
            if dip is not None and role in dip.roles and month >= live:
                length = self.arm.values[f"initiatives.{name}.dip.length"]
                over = month - live - dip.hold_months * length
                if over < dip.months * length:
                    depth = self.arm.values[f"initiatives.{name}.dip.depth"] * project.part
                    if parallel is not None and project.state == "finished" and month - live < parallel.months:
                        depth *= parallel.dip
                    pace *= 1 - depth * (1 - max(0.0, over) / (dip.months * length))
        return people, pace

    def days_of(self, role: str, name: str, project: Project, month: int) -> float:
        """Days of a role that training and involvement take in a month."""
        adoption = self.scenario.initiatives[name].adoption
        if adoption is None or role not in adoption.roles:
            return 0.0
        days = 0.0
        if adoption.training is not None and self.arm.trains(name, month):
            days += adoption.training.days * project.part
        if adoption.involvement is not None:
            share = self.arm.values[f"initiatives.{name}.adoption.involvement.share"]
            days += adoption.involvement.days * share * project.work.get(month, 0.0)
        return days * self.scenario.people[role].seats

    def arrivals(self, process: str, month: int, customers: float) -> float:
        """Items that come, made by other processes or not."""
        return self.own_arrivals(process, month, customers) + self.made(process, month, customers)

    def made(self, process: str, month: int, customers: float) -> float:
        """Items that other processes make: of what they completed in the month before the delay and in the next one."""
        total = 0.0
        for source, feed in self.scenario.processes[process].fed_by.items():
            delay = feed.delay_days / self.scenario.profile.working_days_per_month
            begin = month - delay  # a month's items were completed from here on
            for then in (math.floor(begin), math.floor(begin) + 1):
                weight = max(0.0, 1 - abs(then - begin))
                if then >= 0 and weight > 0:
                    share = self.at(f"processes.{process}.fed_by.{source}.share", then)
                    done = self.completions.get((source, then)) if then < month else None
                    if done is None:
                        done = self.arrivals(source, month, customers) * self.fulfilled[source]
                    total += weight * share * done
        return total

    def own_arrivals(self, process: str, month: int, customers: float) -> float:
        profile = self.scenario.profile
        items = self.at(f"processes.{process}.arrivals_per_day", month) * profile.working_days_per_month
        if self.scenario.processes[process].channels:
            items *= channel_factor(self.scenario, self.at, process, month)
        if self.scenario.processes[process].driven_by == "fixed":
            return items
        calendar_month = (int(self.scenario.start.split("-")[1]) - 1 + month) % 12
        growth = math.pow(1 + self.at("profile.growth_per_year", month), min(month, self.arm.horizon - 1) / 12)
        growth *= self.at("profile.demand", month)
        return items * profile.seasonality[calendar_month] * growth * customers / profile.customers.start

    def month(self, month: int, customers: float) -> Month:
        if month == 0:  # the first month runs twice: what steps lose is known to those behind them only afterwards
            service, found, _ = self.run(month, customers)
            self.backlog = dict.fromkeys(self.scenario.people, 0.0)
            self.fulfilled = {
                p: self.finish(p, month, service, found)[0] * (1 - self.at(f"processes.{p}.no_show", month))
                for p in self.scenario.processes
            }
        result = Month()
        come = {process: self.arrivals(process, month, customers) for process in self.scenario.processes}
        self.come = come
        service, found, busy = self.run(month, customers)
        result.busy = busy
        result.by_machine, result.by_people = self.visits
        result.present = sum(max(0.0, self.staff(role, month)[0]) for role in self.scenario.people)
        for process, block in self.scenario.processes.items():
            items = come[process]
            through, timely, waited = self.finish(process, month, service, found)
            comes = 1 - self.at(f"processes.{process}.no_show", month)
            done = through * comes
            self.fulfilled[process] = done
            self.completions[process, month] = items * done
            result.came += items
            result.done += items * done
            result.timely += items * done * timely
            result.waited += items * done * waited
            result.revenue += items * done * self.at(f"processes.{process}.item_revenue", month)
            if block.driven_by == "customers":
                result.asked += items * (1 - min(1.0, through) * (1 - comes))
                result.satisfied += items * min(1.0, through) * comes * timely
        return result

    def run(self, month: int, customers: float) -> tuple[dict[Step, float], dict[Step, tuple[lines.Line, int]], float]:
        """Service hours and line (with the place in it) of every step; busy people."""
        self.sell_out(month, customers)
        rate, service, machine, served = {}, {}, 0.0, 0.0
        admitted = self.admitted(month, customers)
        departures = dict(self.departures)  # of the month before, like the losses: the order of the roles plays no part
        for process, block in self.scenario.processes.items():
            lost = self.lost(process, month)
            flow = self.arrivals(process, month, customers) / self.arm.hours * (1 - lost)
            for name, work in block.steps.items():
                step = (process, name)
                people, error = self.by_people(step, month), self.number(step, "error_probability", month)
                machine += flow * admitted[step] * (self.number(step, "share", month) - people)
                rate[step] = flow * admitted[step] * lines.visits_moments(people, error)[0]
                service[step] = self.number(step, "minutes", month) / 60 / self.staff(work.role, month)[1]
                flow *= self.kept[step]
        found: dict[Step, tuple[lines.Line, int]] = {}
        busy = 0.0
        for role in self.scenario.people:
            mine = [step for step in self.steps if self.role(step) == role]
            total = sum(rate[step] for step in mine)
            if total <= 1e-12:
                self.backlog[role] = 0.0
                continue
            mean = sum(rate[s] * service[s] * self.attendance(s[0], month, 1) for s in mine) / total
            squares = {s: service[s] ** 2 * self.attendance(s[0], month, 2) for s in mine}
            second = sum(rate[s] * squares[s] * (1 + self.service_cv(s) ** 2) for s in mine) / total
            cs2 = second / mean**2 - 1
            ca2 = sum(rate[s] * self.incoming_cv2(s, rate, departures, month, customers) for s in mine) / total
            kinds = [lines.Kind(rate[s], self.at(f"processes.{s[0]}.patience_minutes", month) / 60) for s in mine]
            people, _ = self.staff(role, month)
            line = lines.line(people, mean, (ca2 + cs2) / 2, self.arm.hours, self.backlog[role], kinds)
            self.backlog[role] = line.backlog
            self.departures[role] = lines.departure_cv2(people, line.busy, ca2, cs2)
            busy += line.busy
            for place, step in enumerate(mine):
                error = self.number(step, "error_probability", month)
                lost = min(1.0, line.lost[place] * self.scenario.calibration.of(step[0]).gave_up)
                through = 1 - lines.kept_through(self.by_people(step, month), error, lost)
                blocked = self.number(step, "share", month) * (1 - admitted[step])
                self.kept[step] = 1 - admitted[step] * through - blocked
                served += rate[step] * (1 - lost)
                found[step] = line, place
        self.visits = machine, served
        return service, found, busy

    def admitted(self, month: int, customers: float) -> dict[Step, float]:
        """Share of the items of a step that all its systems can take: the count of a day is about normal."""
        profile = self.scenario.profile
        days = math.ceil(profile.working_days_per_month)
        share = dict.fromkeys(self.steps, 1.0)
        for system, block in self.scenario.systems.items():
            if block.capacity_per_day is None:
                continue
            mean = variance = 0.0
            for process, work in self.scenario.processes.items():
                part = 1 - self.lost(process, month)
                for name, step in work.steps.items():
                    if system in step.systems:
                        passing = part * self.number((process, name), "share", month)
                        items = self.arrivals(process, month, customers) * passing / days
                        mean += items
                        variance += items * (1 + passing * (work.arrival_cv**2 - 1))
                    part *= self.kept[process, name]
            if mean <= 1e-9:
                continue
            limit = self.at(f"systems.{system}.capacity_per_day", month) * profile.working_days_per_month / days
            spread = math.sqrt(max(variance, 1e-9))
            z = (limit - mean) / spread
            over = spread * (lines.NORMAL.pdf(z) - z * (1 - lines.NORMAL.cdf(z)))
            for process, name in self.steps:
                if system in self.scenario.processes[process].steps[name].systems:
                    share[process, name] *= min(1.0, max(0.0, 1 - over / mean))
        return share

    def service_cv(self, step: Step) -> float:
        return self.scenario.processes[step[0]].steps[step[1]].cv

    def incoming_cv2(
        self, step: Step, rate: dict[Step, float], departures: dict[str, float], month: int, customers: float
    ) -> float:
        """A thinned stream: of the arrivals at the first step, of the departures of the role before otherwise."""
        process = self.scenario.processes[step[0]]
        names = list(process.steps)
        place = names.index(step[1])
        if place == 0:
            kept = (1 - self.lost(step[0], month)) * self.by_people(step, month)
            come = self.arrivals(step[0], month, customers)
            kept *= self.own_arrivals(step[0], month, customers) / come if come > 0 else 1.0
            return 1 + kept * (process.arrival_cv**2 - 1)
        before = self.role((step[0], names[place - 1]))
        through = sum(rate[other] for other in self.steps if self.role(other) == before)
        part = min(1.0, rate[step] / through) if through > 1e-12 else 0.0
        return 1 + part * (departures[before] - 1)

    def finish(
        self, process: str, month: int, service: dict[Step, float], found: dict[Step, tuple[lines.Line, int]]
    ) -> tuple[float, float, float]:
        """Share of a month's items completed, share of those on time, mean wait in hours."""
        block, outages = self.scenario.processes[process], self.arm.outages
        correction = self.scenario.calibration.of(process)
        patient = self.at(f"processes.{process}.patience_minutes", month) >= 1e8
        completed = 1 - self.lost(process, month)
        mean = variance = waits = late = 0.0
        served = [1.0]
        for name in block.steps:
            step = (process, name)
            share, error = self.number(step, "share", month), self.number(step, "error_probability", month)
            people, machine = self.by_people(step, month), self.number(step, "machine_minutes", month) / 60
            passes, passes_variance = lines.visits_moments(people, error)
            wait, waiting = 0.0, 0.0
            if step in found:
                line, place = found[step]
                wait, waiting = line.wait[place] * correction.wait, line.waiting
                if patient:
                    in_line = 1 - self.number(step, "automated", month) * (1 - self.number(step, "exceptions", month))
                    served.append(1 - in_line * (1 - line.served))
            completed *= self.kept[step] * (1 - share * min(1.0, outages.lost[step][month]))
            once = wait + service[step]
            spread = (service[step] * self.service_cv(step)) ** 2
            if waiting > 1e-9:
                spread += wait**2 * (2 / waiting - 1)
            mean += passes * once
            variance += passes * spread + passes_variance * once**2
            taken = share * self.number(step, "automated", month)  # at the machine, of whom some go on to people
            both = taken * self.number(step, "exceptions", month) / (1 - error)
            mean += taken * machine
            variance += taken * (1 - taken) * machine**2 + 2 * machine * once * (both - taken * passes)
            waits += passes * wait + share * outages.delay[step][month] * correction.wait
            late += share * outages.late[step][month]
        # A line that falls behind holds the whole process back; one that catches up lets more items out than come in.
        completed *= min(served) if min(served) < 1 else max(served)
        timely = lines.on_time(mean, variance, block.target_minutes / 60) * max(0.0, 1 - late)
        timely = max(0.0, 1 - correction.late * (1 - timely))
        return completed, timely, waits
