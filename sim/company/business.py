"""The business: one replication plays one draw under one roadmap, item by item, in SimPy.

The clock counts working hours (`clock.py`). World-layer events (occupants, adoption, delivery, failures, attack points)
come from the streams and mechanisms of the kernel; item marks are the same under every roadmap of a draw.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import simpy

from sim.company.adoption import all_adopters
from sim.company.clock import clock, until
from sim.company.cyber import Policy, attacked, incidents
from sim.company.delivery import project, project_days, schedule
from sim.company.effects import Effects, follow
from sim.company.ledger import Ledger, year_tax
from sim.company.market import Market
from sim.company.marks import ItemMarks
from sim.company.operations import (
    Demand,
    Item,
    Month,
    ProcessSlots,
    StepPlace,
    Tally,
    arrivals,
    item_path,
    process_slots,
)
from sim.company.people import absences, absent, capacity_of
from sim.company.pool import Pool
from sim.company.replication import EventCounts, ItemCounts, Replication
from sim.company.systems import System, failing, wear
from sim.company.world_layer import Draw
from sim.company.yearly import Yearly
from sim.montecarlo.kpis import (
    ADOPTION,
    AVAILABILITY,
    CHURN,
    COST_TO_SERVE,
    CUSTOMERS,
    CYBER_LOSS,
    INCIDENTS,
    INSURANCE,
    LABOUR,
    LOST,
    MARGIN,
    ON_TIME,
    OVERHEAD,
    REVENUE,
    RUNNING,
    TAX,
    UTILISATION,
    WAIT,
)
from sim.roadmap import Roadmap


class Business:
    """The parts of the company in one draw under one roadmap, wired together; `run` plays the months.

    marks: numbers of the draw's items, which its other roadmaps may share.
    """

    def __init__(self, draw: Draw, marks: dict[str, ItemMarks], roadmap: Roadmap) -> None:
        world = draw.table.scenario
        self.draw, self.world, self.slot = draw, world, draw.table.slot
        self.env = simpy.Environment()
        self.clock = clock(world)
        self.plan = schedule(draw, roadmap)
        self.adopters = all_adopters(draw, self.plan)
        self.effects = Effects(draw, self.clock, self.plan, self.adopters)
        self.ledger = Ledger(self.clock.months, world.money.depreciation_months)
        self.market = Market(self.effects, self.clock)
        self.now = list(draw.values)  # values of the moment, by slot
        self.slow = [1.0 / 60.0] * len(world.people)  # by role: hours of service per minute of its mean
        self.month = Month(self.clock)
        self.yearly = Yearly(self.clock.months)
        self.carried_loss = 0.0
        self._staff()
        self._estate()
        self._processes(marks)

    def _staff(self) -> None:
        self.headcount = [self._by_month(f"people.{name}.headcount") for name in self.world.people]
        self.pools = [
            Pool(self.env, name, capacity_of(n)) for name, n in zip(self.world.people, self.headcount, strict=True)
        ]
        self.claimed = [[0.0] * self.clock.months for _ in self.pools]
        for role, n, occupants, pool, claimed in zip(
            self.world.people.values(), self.headcount, self.draw.occupants, self.pools, self.claimed, strict=True
        ):
            pieces = absent(self.clock, occupants, role.seats, n)
            self.env.process(absences(self.env, self.clock, pool, pieces, claimed))
        roles = list(self.world.people)
        for skill, used in zip(self.world.skills.values(), self.plan.used, strict=True):
            r = roles.index(skill.role)
            days = [float(d) for d in used]
            self.env.process(project_days(self.env, self.clock, self.pools[r], days, self.claimed[r]))
        for i in range(len(self.world.initiatives)):
            if self.plan.started[i] >= 0:
                self.env.process(project(self.env, self.clock, self.draw, self.plan, i, self.ledger))

    def _estate(self) -> None:
        env, policy = self.env, Policy(self.effects, self.ledger)
        self.systems = {name: System(env, self.clock) for name in self.world.systems}
        self.wear = {name: wear(self.draw, self.clock, self.plan, self.effects, name) for name in self.systems}
        for name, system in self.systems.items():
            env.process(failing(env, self.clock, system, name, self.wear[name], self.effects, self.ledger))
        self.incidents = {name: incidents(self.effects, self.clock, self.wear, name) for name in self.world.threats}
        for name, events in self.incidents.items():
            hit = [self.systems[y] for y in self.systems if y in self.world.threats[name].hits]
            env.process(attacked(env, self.clock, events, hit, self.ledger, policy, self.market))

    def _processes(self, marks: dict[str, ItemMarks]) -> None:
        roles = list(self.world.people)
        always_up = System(self.env, self.clock)
        self.tallies = {name: Tally() for name in self.world.processes}
        self.history: dict[str, list[Tally]] = {name: [] for name in self.world.processes}  # by month
        self.slots: dict[str, ProcessSlots] = {}
        self.items: dict[str, Item] = {}
        self.demand: dict[str, Demand] = {}
        self.marks = marks
        courses = {self.slot["profile.gross_margin"]}
        for name, process in self.world.processes.items():
            at = f"processes.{name}"
            places = []
            for label, step in process.steps.items():
                r = roles.index(step.role)
                system = always_up if step.system is None else self.systems[step.system]
                slots = [self.slot[f"{at}.steps.{label}.{f}"] for f in ("minutes", "share", "error_probability")]
                places.append(StepPlace(self.pools[r], system, r, *slots))
                courses.update((places[-1].minutes_slot, places[-1].share_slot, places[-1].error_slot))
            numbers = process_slots(self.slot, name, process)
            courses.update((numbers.lost, numbers.patience, numbers.revenue))
            self.slots[name] = numbers
            self.demand[name] = Demand(marks[name], self.effects.course(numbers.arrivals))
            self.items[name] = item_path(
                self.env, self.clock, self.month, self.now, self.slow, marks[name], places, numbers, self.tallies[name]
            )
        changing = [(slot, self.effects.course(slot)) for slot in courses if slot in self.effects.changes]
        self.env.process(follow(self.env, self.now, changing))

    def _by_month(self, path: str) -> list[float]:
        return [self.effects.at_month(self.slot[path], m) for m in range(self.clock.months)]

    def run(self) -> Replication:
        """Play all months."""
        self.env.run(until=self.env.process(self._months()))
        return self._result()

    def _months(self) -> Generator[simpy.Event, None, None]:
        for m in range(self.clock.months):
            self._open_month(m)
            yield until(self.env, (m + 1) * self.clock.month_hours)
            self._close_month(m)
            if m % 12 == 11 or m == self.clock.months - 1:
                self._close_year(m)

    def _open_month(self, m: int) -> None:
        """Pace after go-lives, arrivals of the month."""
        self.month.end = (m + 1) * self.clock.month_hours
        pace = [1.0] * len(self.slow)
        for i, (name, initiative) in enumerate(self.world.initiatives.items()):
            dip, g = initiative.dip, int(self.plan.go_live[i])
            if dip is not None and 0 <= g <= m < g + dip.months:
                depth = self.draw.value(f"initiatives.{name}.dip.depth") * (1.0 - (m - g) / dip.months)
                for r, role in enumerate(self.world.people):
                    if role in dip.roles:
                        pace[r] *= 1.0 - depth
        self.slow[:] = [1.0 / 60.0 / p for p in pace]
        per_hour = self.clock.days / self.clock.month_hours
        for name, process in self.world.processes.items():
            factor = per_hour * (self.market.demand(m) if process.driven_by == "customers" else 1.0)
            first, times = self.demand[name].month(m * self.clock.month_hours, self.month.end, factor)
            lost_slot, tally = self.slots[name].lost, self.tallies[name]
            self.env.process(
                arrivals(self.env, self.now, self.marks[name], lost_slot, tally, self.items[name], first, times)
            )

    def _close_month(self, m: int) -> None:
        """Book what the month earned and cost, and who was satisfied."""
        self.month.busy[m] += self.month.hours
        self.month.hours = 0.0
        taken = {name: tally.take() for name, tally in self.tallies.items()}
        for name, tally in taken.items():
            self.history[name].append(tally)
        self._book(m, sum(tally.margin for tally in taken.values()))
        self._gather(m, list(taken.values()))
        driven = [taken[name] for name, p in self.world.processes.items() if p.driven_by == "customers"]
        asked = sum(tally.arrived for tally in driven)
        late = sum(tally.lost + tally.gave_up + tally.completed - tally.timely for tally in driven)
        self.yearly.add(CHURN, m, self.market.close_month(m, min(1.0, late / asked) if asked else 0.0), 1.0)

    def _book(self, m: int, margin: float) -> None:
        at_month, slot, ledger = self.effects.at_month, self.slot, self.ledger
        ledger.receive(MARGIN, m, margin)
        ledger.pay(OVERHEAD, m, at_month(slot["profile.fixed_costs_per_month"], m))
        for r, name in enumerate(self.world.people):
            occupied = self.headcount[r][m] * float(self.draw.occupants[r].share[m])
            ledger.pay(LABOUR, m, occupied * at_month(slot[f"people.{name}.monthly_cost"], m))
        for name in self.systems:
            ledger.pay(RUNNING, m, at_month(slot[f"systems.{name}.monthly_cost"], m))
        ledger.pay(INSURANCE, m, at_month(slot["insurance.annual_premium"], m) / 12.0)

    def _gather(self, m: int, taken: list[Tally]) -> None:
        """KPIs of the month, but availability: outages may still be open."""
        add = self.yearly.add
        completed = sum(t.completed for t in taken)
        arrived = sum(t.arrived for t in taken)
        add(REVENUE, m, sum(t.revenue for t in taken), 1.0 / 12.0)
        add(ON_TIME, m, sum(t.timely for t in taken), completed)
        add(COST_TO_SERVE, m, 0.0, completed)  # the cost is known when all is booked
        add(LOST, m, sum(t.lost + t.gave_up for t in taken), arrived)
        add(WAIT, m, 60.0 * sum(t.waited for t in taken), completed)
        add(CUSTOMERS, m, self.market.customers, 1.0)
        in_month = [event for events in self.incidents.values() for event in events if int(event.time) == m]
        add(INCIDENTS, m, len(in_month), 1.0 / 12.0)
        add(CYBER_LOSS, m, sum(event.loss for event in in_month), 1.0 / 12.0)
        users = [
            self.adopters[i].share[m]
            for i, initiative in enumerate(self.world.initiatives.values())
            if initiative.adoption is not None and self.plan.alive(i, m)
        ]
        add(ADOPTION, m, sum(users) / len(users) if users else 0.0, 1.0)

    def _close_year(self, m: int) -> None:
        """Tax on the profit of the year that ends with month m, paid in the third month of the next one."""
        profit = self.ledger.profit(m - m % 12, m + 1)
        tax, self.carried_loss = year_tax(profit, self.carried_loss, float(self.world.profile.tax_rate))
        self.ledger.pay(TAX, m + 3, tax)

    def _result(self) -> Replication:
        T, months = self.clock.month_hours, self.clock.months
        for system in self.systems.values():
            system.flush()
        for m in range(months):
            staff = sum(pool.capacity * T - claimed[m] for pool, claimed in zip(self.pools, self.claimed, strict=True))
            self.yearly.add(UTILISATION, m, self.month.busy[m], staff)
            up = sum(1.0 - system.down[m] / T for system in self.systems.values())
            self.yearly.add(AVAILABILITY, m, up, len(self.systems))
        self.yearly.add_money(self.ledger.array(), float(self.world.profile.cash_at_start))
        names = list(self.world.initiatives)
        return Replication(
            draw=self.draw.number,
            flows=self.ledger.array(),
            cash=np.array(self.ledger.cash),
            own_cost=np.array(self.ledger.own_cost),
            kpis=self.yearly.array(),
            items={name: self._count(name) for name in self.world.processes},
            planned=self.plan.planned,
            started=self.plan.started,
            go_live=self.plan.go_live,
            state=self.plan.state,
            adoption={names[i]: (a.times, a.changes) for i, a in self.adopters.items()},
            failures={name: wear.times for name, wear in self.wear.items()},
            incidents={name: tuple(e.time for e in events) for name, events in self.incidents.items()},
            clipped=self.effects.clipped,
            events=self._events(),
        )

    def _count(self, name: str) -> ItemCounts:
        rows = self.history[name]
        arrived, lost = sum(t.arrived for t in rows), sum(t.lost for t in rows)
        gave_up, completed = sum(t.gave_up for t in rows), sum(t.completed for t in rows)
        return ItemCounts(arrived, lost, gave_up, completed, arrived - lost - gave_up - completed)

    def _events(self) -> EventCounts:
        counts = [self._count(name) for name in self.world.processes]
        arrived, lost = sum(c.arrived for c in counts), sum(c.lost for c in counts)
        requests, grants = sum(pool.requests for pool in self.pools), sum(pool.grants for pool in self.pools)
        return EventCounts(
            spawns=arrived - lost,
            requests=requests,
            timeouts=arrived + grants + sum(pool.timers for pool in self.pools),
            releases=grants,
            waits=sum(pool.waits for pool in self.pools),
        )
