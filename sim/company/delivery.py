"""Projects: when work starts and ends, what it costs, and the days that it takes from people who also serve."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import simpy

from sim.company.clock import Clock, until
from sim.company.finance import Prices, finance_capital
from sim.company.ledger import Ledger
from sim.company.own_numbers import levels_at_start, settle, starts_of_the_young
from sim.company.people import absence
from sim.company.pool import People
from sim.company.world_layer import Draw, Floats, Ints, Project, run_delivery
from sim.mechanisms.delivery import FAILED, FINISHED, FROM_START, PROCEED, STOPPED
from sim.montecarlo.kpis import CAPITAL, DELIVERY, GRANT, RENEWAL, RUNNING
from sim.roadmap import Roadmap
from sim.world.adoption import Training
from sim.world.initiatives import Grant


@dataclass(frozen=True)
class Schedule:
    """What becomes of a roadmap in a draw, by initiative in the order of the file; months, -1 for none.

    state: of `sim.mechanisms.delivery`. work (initiatives, months): share of the whole work done in a month. used
    (skills, months): own staff's days. bought (skills, months): days of others. life: months after which it must be
    renewed, infinite for none or where it is. own: path -> number of an initiative as it was settled at its start.
    clipped: how many of these were cut.
    """

    draw: Draw
    planned: Ints
    state: Ints
    started: Ints
    go_live: Ints
    work: Floats
    used: Floats
    bought: Floats
    life: tuple[float, ...]
    projects: tuple[Project, ...]
    own: Mapping[str, float]
    clipped: int

    def alive(self, i: int, m: int) -> bool:
        """Whether initiative i works in month m: live, and within its life or renewed."""
        g = int(self.go_live[i])
        return 0 <= g <= m < g + self.life[i]

    def finished(self, i: int) -> bool:
        """Whether its work has passed every gate."""
        return int(self.state[i]) == FINISHED

    def part(self, i: int) -> float:
        """Share of it that works once live: all, or what failed work has left."""
        return 1.0 if self.finished(i) else self.projects[i].remains

    def value(self, path: str) -> float:
        """Number at a path, those of initiatives as settled at their start."""
        return self.own[path] if path in self.own else self.draw.value(path)

    def earns_grant(self, i: int, grant: Grant) -> bool:
        """Whether initiative i started in the window of its grant and, where that is asked for, was finished."""
        latest = math.inf if grant.last_start is None else grant.last_start
        done = grant.paid == "upfront" or self.finished(i)
        return done and grant.first_start <= int(self.started[i]) <= latest

    def end(self, i: int) -> int:
        """Month after the last one in which initiative i was worked on."""
        return int(np.flatnonzero(self.work[i])[-1]) + 1

    def beside(self, i: int, m: int) -> bool:
        """Whether old and new run side by side in month m."""
        parallel, g = list(self.draw.table.scenario.initiatives.values())[i].parallel, int(self.go_live[i])
        return parallel is not None and self.finished(i) and g <= m < g + parallel.months


def schedule(draw: Draw, roadmap: Roadmap) -> Schedule:
    """Work of a roadmap in a draw: requirements, scarce days, overruns, gates and vendors decide.

    Where initiatives change numbers of others, or levels of skills that these are held against, or where technology
    matures, delivery is played again until all are those of their starts.
    """
    world = draw.table.scenario
    projects, own, clipped = draw.projects, dict[str, float](), 0
    levels, starts = dict[tuple[str, str], float](), dict[str, int]()
    while True:
        plan = _delivered(draw, roadmap, projects, own, clipped)
        settled, clipped = settle(plan)
        found, begun = levels_at_start(plan), starts_of_the_young(plan)
        if settled == own and found == levels and begun == starts:
            return replace(plan, clipped=clipped)
        own, levels, starts = settled, found, begun

        def value(path: str, own: Mapping[str, float] = own) -> float:
            return own[path] if path in own else draw.value(path)

        projects = tuple(draw.project(name, value, levels, starts.get(name, 0)) for name in world.initiatives)


def _delivered(
    draw: Draw, roadmap: Roadmap, projects: tuple[Project, ...], own: Mapping[str, float], clipped: int
) -> Schedule:
    """One pass of delivery with given projects."""
    world = draw.table.scenario
    names, months = list(world.initiatives), world.horizon_months
    starts = roadmap.as_dict
    planned = np.array([starts.get(name, -1) for name in names], dtype=np.int64)
    days, beside_days = np.zeros((2, len(names), len(world.skills)))
    beside = np.zeros(len(names), dtype=np.int64)
    before: list[int] = []
    lag: list[int] = []
    flags: list[int] = []
    first = [0]
    for i, initiative in enumerate(world.initiatives.values()):
        days[i] = [initiative.own_days(skill) for skill in world.skills]
        if initiative.parallel is not None:
            beside[i] = initiative.parallel.months
            beside_days[i] = [initiative.parallel.skill_days.get(skill, 0.0) for skill in world.skills]
        for row in initiative.requires:
            before.append(names.index(row.initiative))
            lag.append(row.lag_months)
            flags.append(FROM_START * (row.counted_from == "start") + PROCEED * (row.if_fails == "proceed"))
        first.append(len(before))
    own_days = np.array([skill.days_per_month for skill in world.skills.values()], dtype=np.float64)
    capacity = np.array([skill.most_days for skill in world.skills.values()], dtype=np.float64)
    state, go_live, started = (np.empty(len(names), dtype=np.int64) for _ in range(3))
    work, used = np.empty((len(names), months)), np.empty((len(world.skills), months))
    work_months, end, remains = (np.array([p[k] for p in projects], dtype=np.float64) for k in (1, 2, 4))
    ending, available, lead = (np.array([p[k] for p in projects], dtype=np.int64) for k in (3, 5, 6))
    rows = (np.array(x, dtype=np.int64) for x in (before, lag, flags, first))
    run_delivery(
        planned, work_months, end, ending, remains, available, lead, days, capacity, beside, beside_days, *rows, state,
        go_live, started, work, used,
    )  # fmt: skip
    life = tuple(
        math.inf if i.life_months is None or i.renewal_cost is not None else i.life_months
        for i in world.initiatives.values()
    )
    bought = np.zeros_like(used)
    for k, skill in enumerate(world.skills.values()):
        if skill.outside is not None:
            bought[k] = np.maximum(0.0, used[k] - own_days[k])
    return Schedule(draw, planned, state, started, go_live, work, used - bought, bought, life, projects, own, clipped)


def project(
    env: simpy.Environment, clock: Clock, draw: Draw, plan: Schedule, i: int, ledger: Ledger, prices: Prices
) -> Generator[simpy.Event, None, None]:
    """Pay for initiative i month by month: a deposit with the order, capital and delivery as the work goes on, running
    cost, the old one beside it and renewals from go-live; what a grant will pay is booked in its month."""
    name, initiative = list(draw.table.scenario.initiatives.items())[i]
    involving = 0.0
    at, cost_ratio, part = f"initiatives.{name}", plan.projects[i].cost_ratio, plan.part(i)
    capital, delivery = (plan.value(f"{at}.{field}") for field in ("capital", "delivery"))
    if initiative.help is not None:
        capital += plan.value(f"{at}.help.capital")
        delivery += plan.value(f"{at}.help.delivery")
    if initiative.adoption is not None and initiative.adoption.involvement is not None:
        involved = plan.value(f"{at}.adoption.involvement.share")
        involving = involved * plan.value(f"{at}.adoption.involvement.cost")
    training = None if initiative.adoption is None else initiative.adoption.training
    training_cost = 0.0 if training is None else plan.value(f"{at}.adoption.training.cost") * part
    start, life, g = int(plan.started[i]), initiative.life_months, int(plan.go_live[i])
    price = prices.of_initiative(name, start)
    capital, delivery = capital * cost_ratio * price, delivery * cost_ratio * price
    involving *= cost_ratio * price
    running = plan.value(f"{at}.running_per_month") * part
    beside = 0.0 if initiative.parallel is None else plan.value(f"{at}.parallel.running_per_month")
    renewal = 0.0 if initiative.renewal_cost is None else plan.value(f"{at}.renewal_cost") * part
    if initiative.grant is not None and draw.awarded(name) and plan.earns_grant(i, initiative.grant):
        amount = min(float(initiative.grant.cap), float(initiative.grant.share) * (capital + delivery))
        upfront = initiative.grant.paid == "upfront"
        paid = int(plan.started[i]) if upfront else min(g + initiative.grant.lag_months, clock.months - 1)
        ledger.receive(GRANT, paid, amount)
        ledger.depreciate(paid, -amount)
        if upfront and plan.state[i] in (FAILED, STOPPED):
            back = min(plan.end(i) + initiative.grant.lag_months, clock.months - 1)
            ledger.pay(GRANT, back, amount)
            ledger.depreciate(back, amount)
    share = float(initiative.deposit_share)
    deposit = share * capital
    if initiative.financing is not None:
        spent = [(1.0 - share) * float(part) for part in plan.work[i]]
        spent[start] += share
        finance_capital(draw, ledger, name, initiative.financing, capital, cost_ratio * price, spent)
    for m in range(start, clock.months):
        yield until(env, m * clock.month_hours)
        if m == start and deposit > 0.0:
            ledger.pay_own(CAPITAL, m, deposit)
            ledger.depreciate(m, deposit)
        done = float(plan.work[i, m])
        if done > 0.0:
            ledger.pay_own(CAPITAL, m, (capital - deposit) * done)
            ledger.pay_own(DELIVERY, m, (delivery + involving) * done)
            ledger.depreciate(m, (capital - deposit) * done)
        if plan.beside(i, m):
            ledger.pay_own(RUNNING, m, beside * prices.of_initiative(name, m))
        if plan.alive(i, m):
            ledger.pay_own(RUNNING, m, running * prices.of_initiative(name, m))
            if training is not None and is_training(training, m - g):
                ledger.pay_own(RUNNING if m > g else DELIVERY, m, training_cost * prices.of_initiative(name, m))
            if life is not None and m > g and (m - g) % life == 0:
                ledger.pay_own(RENEWAL, m, renewal * prices.of_initiative(name, m))


def is_training(training: Training, since: int) -> bool:
    """Whether a training takes place so many months after go-live."""
    return since == 0 or (training.refresh_months is not None and since % training.refresh_months == 0)


def days_away(plan: Schedule) -> dict[str, list[float]]:
    """Days by role and month that training and involvement take from all its seats."""
    world = plan.draw.table.scenario
    months = range(world.horizon_months)
    away = {role: [0.0 for _ in months] for role in world.people}
    for i, (name, initiative) in enumerate(world.initiatives.items()):
        adoption, g = initiative.adoption, int(plan.go_live[i])
        if adoption is None:
            continue
        for role in adoption.roles:
            seats = world.people[role].seats
            if adoption.training is not None and g >= 0:
                for m in months[g:]:
                    if plan.alive(i, m) and is_training(adoption.training, m - g):
                        away[role][m] += seats * float(adoption.training.days) * plan.part(i)
            if adoption.involvement is not None:
                share = plan.value(f"initiatives.{name}.adoption.involvement.share")
                for m in months:
                    away[role][m] += seats * float(adoption.involvement.days) * share * float(plan.work[i, m])
    return away


def project_days(
    env: simpy.Environment, clock: Clock, pool: People, used: Sequence[float], claimed: list[float]
) -> Generator[simpy.Event, None, None]:
    """Take a skill's days out of its role: the same share of every working day, whole people first.

    A block waits for the next free person and then lasts its full length; what finds nobody until the month ends (a
    vacancy) is not worked by this role.
    """
    for m, days in enumerate(used):
        if days <= 0.0:
            continue
        end = (m + 1) * clock.month_hours
        people = days / clock.days
        for start, evening in clock.working_days(m * clock.month_hours, end):
            yield until(env, start)
            for k in range(math.ceil(people - 1e-9)):
                hours = (evening - start) * min(1.0, people - k)
                env.process(absence(env, clock, pool, hours, end, claimed))
