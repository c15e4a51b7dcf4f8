"""Attacks that succeed: direct loss, what insurance pays of it, outages, customers who are scared away."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import simpy

from sim.company.clock import Clock, until
from sim.company.controls import Defence
from sim.company.effects import Effects
from sim.company.ledger import Ledger
from sim.company.market import Market
from sim.company.systems import System
from sim.company.wear import Wear
from sim.company.world_layer import attack_points, point_fine, point_hours, point_loss, point_secondary
from sim.mechanisms.attacks import layer_height
from sim.mechanisms.insurance import insurance_payout
from sim.mechanisms.severity import mean_over_median, severity_mean
from sim.montecarlo.kpis import CYBER, INSURANCE


@dataclass(frozen=True)
class Incident:
    """An attack that succeeded. time in months, hours of outage, churn: share of customers lost. Money by kind:
    incident (the primary loss), secondary, notification, fine; interruption: planned margin lost behind the waiting
    period of the policy, which is no direct loss."""

    time: float
    incident: float
    secondary: float
    notification: float
    fine: float
    interruption: float
    hours: float
    churn: float

    @property
    def loss(self) -> float:
        """Direct loss."""
        return self.incident + self.secondary + self.notification + self.fine


class Attacks:
    """One threat in one draw under one roadmap. intensity: incidents a year, by month."""

    def __init__(
        self, effects: Effects, clock: Clock, estate: Mapping[str, Wear], defence: Defence, market: Market, name: str
    ) -> None:
        self.effects, self.clock, self.defence, self.market, self.name = effects, clock, defence, market, name
        self.table = effects.draw.table
        self.threat = self.table.scenario.threats[name]
        self.intensity = np.array([self._intensity(estate, m) for m in range(clock.months)])

    def at(self, field: str, m: int) -> float:
        """A number of the threat in month m."""
        return self.effects.at_month(self.table.slot[f"threats.{self.name}.{field}"], m)

    def _left(self, of: Mapping[str, list[float]], m: int) -> float:
        return of[self.name][m] if of else 1.0

    def _frailty(self, m: int) -> float:
        if self.threat.dispersion is None:
            return 1.0
        which = f"_{m // 12}" if self.threat.dispersion_per == "year" else ""
        return self.effects.draw.value(f"threats.{self.name}.frailty{which}")

    def _intensity(self, estate: Mapping[str, Wear], m: int) -> float:
        success = self.at("success_probability", m)
        for system, wear in estate.items():
            if system in self.threat.hits:
                success *= wear.exposure[m]
        happens = min(1.0, success) * self._left(self.defence.success, m)
        return self.at("attempts_per_year", m) * happens * self._frailty(m)

    def incidents(self) -> list[Incident]:
        """The attack points below the intensity of their month, in time order."""

        def median(field: str) -> float:
            return float(self.table.base[self.table.slot[f"threats.{self.name}.{field}"]])

        height = layer_height(median("attempts_per_year"), median("success_probability"))
        points = zip(*attack_points(self.effects.draw, f"threats/{self.name}", height, self.intensity), strict=True)
        return sorted((self._incident(*point) for point in points), key=lambda incident: incident.time)

    def _incident(self, time: float, layer: int, number: int) -> Incident:
        threat, draw, m = self.threat, self.effects.draw, int(time)
        size, hours = self.at("severity", m), self.at("outage_hours", m)
        key, point = f"threats/{self.name}", (draw.number, layer, number)
        left = self._left(self.defence.loss, m)
        primary = 0.0
        if size > 0.0:
            p95 = size * float(threat.severity_p95_ratio)
            primary = float(point_loss(draw.key(f"{key}/severity"), *point, size, p95, float(threat.tail_index)))
        if hours > 0.0:
            hours = point_hours(draw.key(f"{key}/outage"), *point, hours, float(threat.outage_p95_ratio))
            hours *= self._left(self.defence.outage, m)
        secondary = 0.0
        for kind, loss in threat.secondary.items():
            keys = draw.key(f"{key}/secondary/{kind}/mark"), draw.key(f"{key}/secondary/{kind}/size")
            frequency, typical = self.at(f"secondary.{kind}.frequency", m), self.at(f"secondary.{kind}.loss", m)
            secondary += float(point_secondary(*keys, *point, frequency, typical, float(loss.loss_p95_ratio)))
        notification, fine = 0.0, 0.0
        if threat.breach is not None:
            exposed = self._exposed(m)
            notification = exposed * self.at("breach.cost_per_record", m)
            fined = exposed * self.at("breach.fine_per_record", m)
            terms = self.at("breach.fine_probability", m), fined, self.at("breach.fine_cap", m)
            fine = float(point_fine(draw.key(f"{key}/fine"), *point, *terms))
        interruption = self._interruption(m, hours)
        return Incident(
            float(time), primary * left, secondary * left, notification, fine, interruption, float(hours),
            self.at("churn_shock", m),
        )  # fmt: skip

    def _exposed(self, m: int) -> float:
        """Records that an incident of month m exposes."""
        held = self.effects.at_month(self.table.slot["profile.records"], m)
        return held * self.at("breach.exposed", m) * self._left(self.defence.loss, m)

    def _interruption(self, m: int, hours: float) -> float:
        """Planned margin of the sales that the outage takes behind the waiting period; planned: demand of the month
        with the customers of the start."""
        if "insurance.waiting_hours" not in self.table.slot or "interruption" in self.threat.severity_covers:
            return 0.0
        waiting = self.effects.at_month(self.table.slot["insurance.waiting_hours"], m)
        per_hour = self.clock.days / self.clock.month_hours
        return sum(
            share * max(0.0, hours - min(hours, patience) - waiting) * per_hour * sales
            for share, patience, sales in self.sales(m, self.market.planned(m))
        )

    def sales(self, m: int, demand: float) -> list[tuple[float, float, float]]:
        """Of every process that the outage reaches: the share of its items that need what is down (the largest of its
        steps), their patience in hours, the margin of a day of it. demand: factor on what customers drive."""
        slot, at_month = self.table.slot, self.effects.at_month
        found = []
        for name, process in self.table.scenario.processes.items():
            root = f"processes.{name}"
            shares = [
                at_month(slot[f"{root}.steps.{label}.share"], m)
                for label, step in process.steps.items()
                if set(step.systems) & set(self.threat.hits)
            ]
            if shares:
                items = at_month(slot[f"{root}.arrivals_per_day"], m) * (1.0 - at_month(slot[f"{root}.lost_share"], m))
                items *= (demand if process.driven_by == "customers" else 1.0) * (
                    1.0 - at_month(slot[f"{root}.no_show"], m)
                )
                items *= self.market.through_channels(name, m)
                rate = at_month(slot["profile.gross_margin"], m) + (self.market.price(m) - 1.0)
                margin = at_month(slot[f"{root}.item_revenue"], m) * rate
                patience = at_month(slot[f"{root}.patience_minutes"], m) / 60.0
                found.append((max(shares), patience, items * margin))
        return found

    def expected_loss(self, m: int) -> float:
        """Direct loss a year to be expected in the state of month m: intensity * mean loss of an incident."""
        threat = self.threat
        mean = self.at("severity", m) * severity_mean(1.0, float(threat.severity_p95_ratio), float(threat.tail_index))
        for kind, loss in threat.secondary.items():
            one = self.at(f"secondary.{kind}.loss", m) * mean_over_median(float(loss.loss_p95_ratio))
            mean += self.at(f"secondary.{kind}.frequency", m) * one
        mean *= self._left(self.defence.loss, m)
        if threat.breach is not None:
            exposed = self._exposed(m)
            fine = min(self.at("breach.fine_cap", m), exposed * self.at("breach.fine_per_record", m))
            mean += exposed * self.at("breach.cost_per_record", m) + self.at("breach.fine_probability", m) * fine
        return float(self.intensity[m]) * mean


class Spared:
    """Sales lost to outages whose margin the severity contains: their share by process and month."""

    def __init__(self, effects: Effects, clock: Clock) -> None:
        self.effects, self.clock = effects, clock
        self.world = effects.draw.table.scenario
        self.share = {name: [0.0] * clock.months for name in self.world.processes}

    def note(self, name: str, event: Incident) -> None:
        """An outage of threat `name`."""
        hits, slot, clock = self.world.threats[name].hits, self.effects.draw.table.slot, self.clock
        m = int(event.time)
        start = event.time * clock.month_hours
        hours = min(event.hours, clock.horizon - start)
        for process, block in self.world.processes.items():
            root = f"processes.{process}"
            shares = [
                self.effects.at_month(slot[f"{root}.steps.{label}.share"], m)
                for label, step in block.steps.items()
                if set(step.systems) & set(hits)
            ]
            gone = hours - min(hours, self.effects.at_month(slot[f"{root}.patience_minutes"], m) / 60.0)
            if shares and gone > 0.0:
                lost = [0.0] * clock.months
                clock.spread(start, start + gone, lost)
                for month, part in enumerate(lost):
                    self.share[process][month] += max(shares) * part / clock.month_hours

    def margin(self, m: int, came: Sequence[float], premium: float) -> float:
        """Margin of the sales of month m that is not booked as lost. came: items of the month by process. premium: what
        the price adds to today's revenue, as a share of it."""
        slot, at_month = self.effects.draw.table.slot, self.effects.at_month
        total = 0.0
        for name, items in zip(self.world.processes, came, strict=True):
            if self.share[name][m] > 0.0:
                root = f"processes.{name}"
                items *= min(1.0, self.share[name][m]) * (1.0 - at_month(slot[f"{root}.lost_share"], m))
                total += items * at_month(slot[f"{root}.item_revenue"], m)
        return total * (at_month(slot["profile.gross_margin"], m) + premium)


class Policy:
    """The cyber policy: pays of each event a share of the layer above the retention, up to a limit a policy year."""

    def __init__(self, effects: Effects, ledger: Ledger, defence: Defence) -> None:
        table = effects.draw.table
        world, slot = table.scenario, table.slot
        self.effects, self.ledger, self.defence = effects, ledger, defence
        self.terms = world.insurance
        names = ("retention", "event_limit", "annual_limit", "coinsurance")
        self.slots = [slot[f"insurance.{name}"] for name in names]
        kinds = ("incident", "secondary", "notification", "fine", "interruption")
        self.sublimits = [(kind, slot[f"insurance.sublimits.{kind}"]) for kind in kinds]
        self.paid: dict[int, float] = {}
        self.refused: dict[int, int] = {}  # month -> events that would have been paid had no demanded control lapsed

    def settle(self, m: int, event: Incident) -> None:
        """What is owed for an event of month m, paid some months later."""
        retention, event_limit, annual_limit, coinsurance = (self.effects.at_month(slot, m) for slot in self.slots)
        if event_limit <= 0.0:
            return
        counted = sum(min(self.effects.at_month(slot, m), getattr(event, kind)) for kind, slot in self.sublimits)
        owed = (1.0 - coinsurance) * insurance_payout.scalar(counted, retention, event_limit)
        if owed > 0.0 and self.defence.lapsed(self.terms.demands, m):
            self.refused[m] = self.refused.get(m, 0) + 1
            return
        year = m // 12
        paid = self.paid.get(year, 0.0)
        due = min(owed, max(0.0, annual_limit - paid))
        self.paid[year] = paid + due
        self.ledger.receive(INSURANCE, m + self.terms.settlement_months, due)


def attacked(
    env: simpy.Environment,
    clock: Clock,
    events: Sequence[Incident],
    hit: Sequence[System],
    ledger: Ledger,
    policy: Policy,
    market: Market,
) -> Generator[simpy.Event, None, None]:
    """Suffer the incidents of a threat; its outage takes down every system that it hits."""
    for event in events:
        yield until(env, event.time * clock.month_hours)
        m = int(event.time)
        ledger.pay(CYBER, m, event.loss)
        policy.settle(m, event)
        market.stay[m] *= 1.0 - event.churn
        if event.hours > 0.0:
            for system in hit:
                env.process(system.outage(event.hours))
