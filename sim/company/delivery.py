"""Projects: when work starts and ends, what it costs, and the days that it takes from people who also serve."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import simpy

from sim.company.clock import Clock, until
from sim.company.finance import Prices, finance_capital
from sim.company.ledger import Ledger
from sim.company.people import absence
from sim.company.pool import People
from sim.company.world_layer import Draw, Floats, Ints, run_delivery
from sim.mechanisms.delivery import FAILED, FROM_START, PROCEED
from sim.montecarlo.kpis import CAPITAL, DELIVERY, GRANT, RENEWAL, RUNNING
from sim.roadmap import Roadmap
from sim.world.initiatives import Grant, Training


@dataclass(frozen=True)
class Schedule:
    """What becomes of a roadmap in a draw, by initiative in the order of the file; months, -1 for none.

    state: of `sim.mechanisms.delivery`. work (initiatives, months): share of the whole work done in a month. used
    (skills, months): own staff's days. life: months after which it must be renewed, infinite for none or where it is.
    """

    planned: Ints
    state: Ints
    started: Ints
    go_live: Ints
    work: Floats
    used: Floats
    life: tuple[float, ...]

    def alive(self, i: int, m: int) -> bool:
        """Whether initiative i works in month m: live, and within its life or renewed."""
        g = int(self.go_live[i])
        return 0 <= g <= m < g + self.life[i]

    def earns_grant(self, i: int, grant: Grant) -> bool:
        """Whether initiative i started in the window of its grant and, where that is asked for, went live."""
        latest = math.inf if grant.last_start is None else grant.last_start
        done = grant.paid == "upfront" or int(self.go_live[i]) >= 0
        return done and grant.first_start <= int(self.started[i]) <= latest

    def end(self, i: int) -> int:
        """Month after the last one in which initiative i was worked on."""
        return int(np.flatnonzero(self.work[i])[-1]) + 1


def schedule(draw: Draw, roadmap: Roadmap, gaps: Floats | None = None) -> Schedule:
    """Work of a roadmap in a draw: requirements, scarce days, overruns and gates decide.

    gaps (initiatives, skills): levels that the skills lack when the work starts; None: nothing is missing.
    """
    world = draw.table.scenario
    names, months = list(world.initiatives), world.horizon_months
    starts = roadmap.as_dict
    planned = np.array([starts.get(name, -1) for name in names], dtype=np.int64)
    days = np.zeros((len(names), len(world.skills)))
    before: list[int] = []
    lag: list[int] = []
    flags: list[int] = []
    first = [0]
    for i, initiative in enumerate(world.initiatives.values()):
        days[i] = [initiative.skill_days.get(skill, 0.0) for skill in world.skills]
        for row in initiative.requires:
            before.append(names.index(row.initiative))
            lag.append(row.lag_months)
            flags.append(FROM_START * (row.counted_from == "start") + PROCEED * (row.if_fails == "proceed"))
        first.append(len(before))
    capacity = np.array([skill.days_per_month for skill in world.skills.values()], dtype=np.float64)
    state, go_live, started = (np.empty(len(names), dtype=np.int64) for _ in range(3))
    work, used = np.empty((len(names), months)), np.empty((len(world.skills), months))
    work_months, fails = draw.projects(np.zeros(days.shape) if gaps is None else gaps)
    rows = (np.array(x, dtype=np.int64) for x in (before, lag, flags, first))
    run_delivery(planned, work_months, fails, days, capacity, *rows, state, go_live, started, work, used)
    life = tuple(
        math.inf if i.life_months is None or i.renewal_cost is not None else i.life_months
        for i in world.initiatives.values()
    )
    return Schedule(planned, state, started, go_live, work, used, life)


def project(
    env: simpy.Environment, clock: Clock, draw: Draw, plan: Schedule, i: int, ledger: Ledger, prices: Prices
) -> Generator[simpy.Event, None, None]:
    """Pay for initiative i month by month: capital and delivery as the work goes on, running cost and renewals from
    go-live; what a grant will pay is booked in its month."""
    name, initiative = list(draw.table.scenario.initiatives.items())[i]
    cost_ratio = float(draw.overruns[0][i])
    price = prices.of_initiative(name, int(plan.started[i]))
    capital = draw.value(f"initiatives.{name}.capital") * cost_ratio * price
    delivery = draw.value(f"initiatives.{name}.delivery") * cost_ratio * price
    involving = 0.0
    if initiative.adoption is not None and initiative.adoption.involvement is not None:
        at = f"initiatives.{name}.adoption.involvement"
        involving = draw.value(f"{at}.share") * draw.value(f"{at}.cost") * cost_ratio * price
    training = None if initiative.adoption is None else initiative.adoption.training
    training_cost = 0.0 if training is None else draw.value(f"initiatives.{name}.adoption.training.cost")
    running = draw.value(f"initiatives.{name}.running_per_month")
    life, g = initiative.life_months, int(plan.go_live[i])
    renewal = 0.0 if initiative.renewal_cost is None else draw.value(f"initiatives.{name}.renewal_cost")
    if initiative.grant is not None and draw.awarded(name) and plan.earns_grant(i, initiative.grant):
        amount = min(float(initiative.grant.cap), float(initiative.grant.share) * (capital + delivery))
        upfront = initiative.grant.paid == "upfront"
        paid = int(plan.started[i]) if upfront else min(g + initiative.grant.lag_months, clock.months - 1)
        ledger.receive(GRANT, paid, amount)
        ledger.depreciate(paid, -amount)
        if upfront and plan.state[i] == FAILED:
            back = min(plan.end(i) + initiative.grant.lag_months, clock.months - 1)
            ledger.pay(GRANT, back, amount)
            ledger.depreciate(back, amount)
    if initiative.financing is not None:
        spent = [float(part) for part in plan.work[i]]
        finance_capital(draw, ledger, name, initiative.financing, capital, cost_ratio * price, spent)
    for m in range(int(plan.started[i]), clock.months):
        yield until(env, m * clock.month_hours)
        part = float(plan.work[i, m])
        if part > 0.0:
            ledger.pay_own(CAPITAL, m, capital * part)
            ledger.pay_own(DELIVERY, m, (delivery + involving) * part)
            ledger.depreciate(m, capital * part)
        if plan.alive(i, m):
            ledger.pay_own(RUNNING, m, running * prices.of_initiative(name, m))
            if training is not None and is_training(training, m - g):
                ledger.pay_own(RUNNING if m > g else DELIVERY, m, training_cost * prices.of_initiative(name, m))
            if life is not None and m > g and (m - g) % life == 0:
                ledger.pay_own(RENEWAL, m, renewal * prices.of_initiative(name, m))


def is_training(training: Training, since: int) -> bool:
    """Whether a training takes place so many months after go-live."""
    return since == 0 or (training.refresh_months is not None and since % training.refresh_months == 0)


def days_away(draw: Draw, plan: Schedule) -> dict[str, list[float]]:
    """Days by role and month that training and involvement take from all its seats."""
    world = draw.table.scenario
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
                        away[role][m] += seats * float(adoption.training.days)
            if adoption.involvement is not None:
                share = draw.value(f"initiatives.{name}.adoption.involvement.share")
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
