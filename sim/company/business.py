"""The business: one replication plays one draw under one roadmap, item by item.

The clock counts working hours (`clock.py`). World-layer events (occupants, adoption, delivery, failures, attack points)
come from the streams and mechanisms of the kernel. Items are played by one of two engines (`items/`), which yield the
same figures.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.company.adoption import all_adopters
from sim.company.clock import clock
from sim.company.controls import defence
from sim.company.cyber import Attacks, Incident, Policy, Spared, attacked
from sim.company.delivery import days_away, project, project_days, schedule
from sim.company.effects import Effects, follow
from sim.company.finance import Prices, book_credit, book_debts
from sim.company.hires import freed_hours, hired
from sim.company.hosting import contracts, pay_exits, start_hosting, use
from sim.company.integration import Crossings, link_cost, linking
from sim.company.items.interface import ItemEngine, Journal, Tally, Work, routes
from sim.company.ledger import Ledger, year_tax
from sim.company.market import Market
from sim.company.people import absences, absent, capacity_of
from sim.company.replication import ItemCounts, Replication
from sim.company.stock import Stockroom
from sim.company.systems import failing, renewing
from sim.company.valuation import value_by_year
from sim.company.wear import running_cost, wear
from sim.company.world_layer import Draw
from sim.company.yearly import Yearly
from sim.montecarlo.kpis import (
    ADOPTION,
    ALE,
    AUTOMATION,
    AVAILABILITY,
    CHURN,
    COST_TO_SERVE,
    CUSTOMERS,
    CYBER_LOSS,
    DELIVERY,
    ESTATE_AGE,
    INCIDENTS,
    INSURANCE,
    LABOUR,
    LINKED_SHARE,
    LOST,
    MARGIN,
    MARKET_SHARE,
    ON_TIME,
    OVERHEAD,
    RECOVERY,
    REFUSED_CLAIMS,
    REPUTATION,
    REVENUE,
    RUNNING,
    SHELFWARE,
    TAX,
    UTILISATION,
    VALUATION,
    WAIT,
)
from sim.roadmap import Roadmap


class Business:
    """The parts of the company in one draw under one roadmap, wired together; `run` plays the months.

    engines: makes the engine of the items (`items.engines`). journal: where completed items are noted.
    """

    def __init__(
        self, draw: Draw, engines: Callable[[Work], ItemEngine], roadmap: Roadmap, journal: Journal | None = None
    ) -> None:
        world = draw.table.scenario
        self.draw, self.world, self.slot, self.engines = draw, world, draw.table.slot, engines
        self.clock = clock(world)
        self.plan = schedule(draw, roadmap)
        self.adopters = all_adopters(draw, self.plan)
        self.effects = Effects(draw, self.clock, self.plan, self.adopters)
        self.ledger = Ledger(self.clock.months, world.money.depreciation_months)
        self.prices = Prices(draw)
        self.market = Market(self.effects, self.clock)
        self.yearly = Yearly(self.clock.months)
        self.stock = Stockroom(self.effects, self.clock)
        self.crossings = Crossings(self.effects)
        self.carried_loss = 0.0
        self.history: list[list[Tally]] = []  # by month and process
        self.items = self._items(journal)
        self.env = self.items.env
        self._staff()
        self._estate()
        self._values()

    def _staff(self) -> None:
        self.pools = self.items.pools
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
        for r, away in enumerate(days_away(self.plan).values()):
            if any(away):
                self.env.process(project_days(self.env, self.clock, self.pools[r], away, self.claimed[r]))
        for i in range(len(self.world.initiatives)):
            if self.plan.started[i] >= 0:
                self.env.process(project(self.env, self.clock, self.draw, self.plan, i, self.ledger, self.prices))
        for i, cost in link_cost(self.draw, self.plan).items():
            self.env.process(linking(self.env, self.clock, self.plan, i, cost, self.ledger, self.prices))

    def _estate(self) -> None:
        env = self.env
        self.defence = defence(self.effects, self.clock, self.plan)
        self.policy = Policy(self.effects, self.ledger, self.defence)
        self.spared = Spared(self.effects, self.clock)
        self.systems = self.items.systems
        self.wear = wear(self.draw, self.clock, self.plan, self.effects)
        for name, system in self.systems.items():
            env.process(failing(env, self.clock, system, name, self.wear[name], self.effects, self.ledger, self.prices))
            env.process(renewing(env, self.clock, name, self.wear[name], self.effects, self.ledger, self.prices))
        if self.wear:
            gained = [one.gained for one in self.wear.values()]
            self.market.older = [sum(row[m] for row in gained) / len(gained) for m in range(self.clock.months)]
        self.contracts = contracts(self.effects, self.plan)
        pay_exits(self.effects, self.contracts, self.clock.months, self.ledger, self.prices)
        start_hosting(env, self.clock, self.effects, self.systems, self.contracts, list(self.world.providers))
        self.attacks = [
            Attacks(self.effects, self.clock, self.wear, self.defence, self.market, name) for name in self.world.threats
        ]
        self.incidents = {attacks.name: attacks.incidents() for attacks in self.attacks}
        for name, events in self.incidents.items():
            if "interruption" in self.world.threats[name].severity_covers:
                for event in events:
                    self.spared.note(name, event)
            hit = [self.systems[y] for y in self.systems if y in self.world.threats[name].hits]
            env.process(attacked(env, self.clock, events, hit, self.ledger, self.policy, self.market))

    def _items(self, journal: Journal | None) -> ItemEngine:
        roles = self.world.people
        self.freed = freed_hours(self.draw, self.clock, self.effects)
        added, self.spared_months = hired(self.draw, self.clock, self.freed)
        self.headcount = [
            [seats + float(more) for seats, more in zip(self._by_month(f"people.{name}.headcount"), row, strict=True)]
            for name, row in zip(roles, added, strict=True)
        ]
        self.routes = routes(self.world, self.slot)
        courses = tuple(self.effects.course(route.arrivals_slot) for route in self.routes)
        capacity = tuple(capacity_of(n) for n in self.headcount)
        return self.engines(Work(self.draw, self.clock, self.routes, capacity, courses, self.stock.shelves, journal))

    def _values(self) -> None:
        slots = self.stock.slots.union(*(route.slots for route in self.routes))
        changing = [(slot, self.effects.course(slot)) for slot in sorted(slots) if self.effects.moves(slot)]
        self.env.process(follow(self.env, self.items.now, changing))

    def _by_month(self, path: str) -> list[float]:
        return [self.effects.at_month(self.slot[path], m) for m in range(self.clock.months)]

    def run(self) -> Replication:
        """Play all months."""
        for m in range(self.clock.months):
            self._open_month(m)
            self.items.advance((m + 1) * self.clock.month_hours)
            self._close_month(m)
            if m % 12 == 11 or m == self.clock.months - 1:
                self._close_year(m)
        return self._result()

    def _open_month(self, m: int) -> None:
        """Pace of people who are new or lost their key person, pace after go-lives, arrivals of the month."""
        at_month, slot = self.effects.at_month, self.slot
        pace = [1.0] * len(self.pools)
        for r, ((name, role), occupants) in enumerate(zip(self.world.people.items(), self.draw.occupants, strict=True)):
            if role.learning is not None:
                start = at_month(slot[f"people.{name}.learning.proficiency"], m)
                pace[r] *= 1.0 - (1.0 - start) * float(occupants.unlearned[m])
            if role.key_person is not None:
                pace[r] *= 1.0 - at_month(slot[f"people.{name}.key_person.depth"], m) * float(occupants.bereft[m])
        for i, (name, initiative) in enumerate(self.world.initiatives.items()):
            dip, g = initiative.dip, int(self.plan.go_live[i])
            if dip is None or not 0 <= g <= m:
                continue
            length = self.plan.value(f"initiatives.{name}.dip.length")
            hold, back = dip.hold_months * length, dip.months * length
            if m - g < hold + back:
                depth = self.plan.value(f"initiatives.{name}.dip.depth") * (1.0 - max(m - g - hold, 0.0) / back)
                depth *= self.plan.part(i)
                if initiative.parallel is not None and self.plan.beside(i, m):
                    depth *= float(initiative.parallel.dip)
                for r, role_name in enumerate(self.world.people):
                    if role_name in dip.roles:
                        pace[r] *= 1.0 - depth
        self.items.slow[:] = [1.0 / 60.0 / p for p in pace]
        per_hour = self.clock.days / self.clock.month_hours
        customers = self.market.demand(m)
        factors = []
        for name, process in self.world.processes.items():
            factor = per_hour * (customers if process.driven_by == "customers" else 1.0)
            factors.append(factor * self.market.through_channels(name, m) if process.channels else factor)
        self.stock.open_month(m, self.routes, factors, self.history[-1] if self.history else None)
        self.items.open_month(m, factors)

    def _close_month(self, m: int) -> None:
        """Book what the month earned and cost, and who was satisfied."""
        taken = self.items.close_month(m)
        self.history.append(taken)
        self.stock.close_month(m)
        arrived = {name: tally.arrived for name, tally in zip(self.world.processes, taken, strict=True)}
        used = use(self.effects, self.contracts, m, arrived, self.market.customers) * self.prices.of("technology", m)
        self.ledger.pay(RUNNING, m, used)
        premium = self.market.price(m) - 1.0  # what the price adds is margin
        spared = self.spared.margin(m, [tally.arrived - tally.absent for tally in taken], premium)
        self._book(m, sum(tally.margin + premium * tally.revenue for tally in taken) + spared)
        self._gather(m, taken)
        of_process = zip(taken, self.world.processes.values(), strict=True)
        driven = [tally for tally, process in of_process if process.driven_by == "customers"]
        asked = sum(tally.arrived - tally.absent for tally in driven)
        late = sum(tally.lost + tally.gave_up + tally.completed - tally.timely for tally in driven)
        unserved = min(1.0, late / asked) if asked else 0.0
        self.yearly.add(CHURN, m, self.market.close_month(m, unserved, len(self._in_month(m))), 1.0)

    def _book(self, m: int, margin: float) -> None:
        at_month, slot, ledger = self.effects.at_month, self.slot, self.ledger
        of = self.prices.of
        ledger.receive(MARGIN, m, margin * of("prices", m))
        ledger.pay(OVERHEAD, m, at_month(slot["profile.fixed_costs_per_month"], m) * of("fixed", m))
        ledger.pay(OVERHEAD, m, self.stock.cost[m] * of("prices", m))
        for r, name in enumerate(self.world.people):
            occupied = self.headcount[r][m] * float(self.draw.occupants[r].share[m])
            ledger.pay(LABOUR, m, occupied * at_month(slot[f"people.{name}.monthly_cost"], m) * of("wages", m))
        for name, bought in zip(self.world.skills, self.plan.bought, strict=True):
            if bought[m] > 0.0:
                price = at_month(slot[f"skills.{name}.outside.day_price"], m) * of("wages", m)
                ledger.pay_own(DELIVERY, m, float(bought[m]) * price)
        for name in self.systems:
            ledger.pay(RUNNING, m, running_cost(self.effects, name, self.wear[name], m) * of("technology", m))
        ledger.pay(RUNNING, m, self.defence.audits[m] * of("technology", m))
        premium = at_month(slot["insurance.annual_premium"], m) / 12.0 * of("premiums", m)
        ledger.pay(INSURANCE, m, premium * self.defence.premium_factor(self.world.insurance.credits, m))

    def _gather(self, m: int, taken: list[Tally]) -> None:
        """KPIs of the month, but availability: outages may still be open."""
        add = self.yearly.add
        completed = sum(t.completed for t in taken)
        arrived = sum(t.arrived for t in taken)
        level = self.market.price(m) * self.prices.of("prices", m)
        add(REVENUE, m, sum(t.revenue for t in taken) * level, 1.0 / 12.0)
        add(ON_TIME, m, sum(t.timely for t in taken), completed)
        add(COST_TO_SERVE, m, 0.0, completed)  # the cost is known when all is booked
        add(LOST, m, sum(t.lost + t.gave_up + t.absent for t in taken), arrived)
        by_machine = sum(t.by_machine for t in taken)
        add(AUTOMATION, m, by_machine, by_machine + sum(t.by_people for t in taken))
        add(WAIT, m, 60.0 * sum(t.waited for t in taken), completed)
        add(CUSTOMERS, m, self.market.customers, 1.0)
        share = self.market.share(m)
        if share is not None:
            add(MARKET_SHARE, m, share, 1.0)
        if self.world.reputation is not None:
            add(REPUTATION, m, self.market.reputation, 1.0)
        in_month = self._in_month(m)
        add(INCIDENTS, m, len(in_month), 1.0 / 12.0)
        add(CYBER_LOSS, m, sum(event.loss for event in in_month), 1.0 / 12.0)
        add(ALE, m, sum(attacks.expected_loss(m) for attacks in self.attacks), 1.0)
        add(REFUSED_CLAIMS, m, self.policy.refused.get(m, 0), 1.0 / 12.0)
        users = [
            self.adopters[i].share[m]
            for i, initiative in enumerate(self.world.initiatives.values())
            if initiative.adoption is not None and self.plan.alive(i, m)
        ]
        add(ADOPTION, m, sum(users) / len(users) if users else 0.0, 1.0)
        add(SHELFWARE, m, self._idle_cost(m), 1.0 / 12.0)
        add(LINKED_SHARE, m, *self.crossings.month(m, [t.arrived for t in taken]))

    def _idle_cost(self, m: int) -> float:
        """Running cost of what is live in month m and not adopted by everybody concerned."""
        cost = 0.0
        for i, (name, initiative) in enumerate(self.world.initiatives.items()):
            if initiative.adoption is not None and self.plan.alive(i, m):
                running = self.plan.value(f"initiatives.{name}.running_per_month")
                unused = self.plan.part(i) - self.adopters[i].share[m]
                cost += running * unused * self.prices.of_initiative(name, m)
        return cost

    def _in_month(self, m: int) -> list[Incident]:
        """Security incidents of a month."""
        return [event for events in self.incidents.values() for event in events if int(event.time) == m]

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
            self.yearly.add(UTILISATION, m, self.items.busy[m], staff)
            up = sum(1.0 - system.down[m] / T for system in self.systems.values())
            self.yearly.add(AVAILABILITY, m, up, len(self.systems))
            self.yearly.add(ESTATE_AGE, m, sum(one.ages[m] for one in self.wear.values()), len(self.systems))
        for one in self.wear.values():
            for time, hours in zip(one.times, one.hours, strict=True):
                self.yearly.add(RECOVERY, int(time), hours, 1.0)
        book_debts(self.draw, self.ledger)
        book_credit(self.draw, self.ledger)
        self.yearly.add_money(self.ledger.array(), self.ledger.service, float(self.world.profile.cash_at_start))
        if self.world.valuation is not None:
            for year, worth in enumerate(value_by_year(self.effects, self.ledger)):
                self.yearly.add(VALUATION, 12 * year, worth, 1.0)
        names = list(self.world.initiatives)
        return Replication(
            draw=self.draw.number,
            flows=self.ledger.array(),
            cash=np.array(self.ledger.cash),
            own_cost=np.array(self.ledger.own_cost),
            financing=self.ledger.financing,
            debt_service=np.array(self.ledger.service),
            kpis=self.yearly.array(),
            monthly_kpis=self.yearly.by_month(),
            freed_hours=self.freed.mean(axis=1),
            spared_months=self.spared_months,
            items={name: self._count(p) for p, name in enumerate(self.world.processes)},
            planned=self.plan.planned,
            started=self.plan.started,
            go_live=self.plan.go_live,
            state=self.plan.state,
            adoption={names[i]: (a.times, a.changes) for i, a in self.adopters.items()},
            failures={name: wear.times for name, wear in self.wear.items()},
            incidents={name: tuple(e.time for e in events) for name, events in self.incidents.items()},
            clipped=self.effects.clipped,
            events=self.items.events(),
        )

    def _count(self, p: int) -> ItemCounts:
        rows = [taken[p] for taken in self.history]
        arrived, lost = sum(t.arrived for t in rows), sum(t.lost for t in rows)
        gave_up, completed = sum(t.gave_up for t in rows), sum(t.completed for t in rows)
        absent = sum(t.absent for t in rows)
        inside = arrived - lost - gave_up - completed - absent
        late = completed - sum(t.timely for t in rows)
        return ItemCounts(arrived, lost, gave_up, completed, inside, absent, late, sum(t.waited for t in rows))
