"""Attacks that succeed: direct loss, what insurance pays of it, outages, customers who are scared away."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import simpy

from sim.company.clock import Clock, until
from sim.company.effects import Effects
from sim.company.ledger import Ledger
from sim.company.market import Market
from sim.company.systems import System, Wear
from sim.company.world_layer import attack_points, point_hours, point_loss
from sim.mechanisms.insurance import insurance_payout
from sim.montecarlo.kpis import CYBER, INSURANCE


@dataclass(frozen=True)
class Incident:
    """An attack that succeeded. time in months, loss in money, hours of outage, churn: share of customers lost."""

    time: float
    loss: float
    hours: float
    churn: float


def incidents(effects: Effects, clock: Clock, estate: Mapping[str, Wear], name: str) -> list[Incident]:
    """Incidents of a threat: the attack points below attempts * success of their month, in time order."""
    draw = effects.draw
    table = draw.table
    threat, slot = table.scenario.threats[name], table.slot

    def at(field: str, m: int) -> float:
        return effects.at_month(slot[f"threats.{name}.{field}"], m)

    def median(field: str) -> float:
        return float(table.base[slot[f"threats.{name}.{field}"]])

    frailty = 1.0 if threat.dispersion is None else draw.value(f"threats.{name}.frailty")
    intensity = np.empty(clock.months)
    for m in range(clock.months):
        success = at("success_probability", m)
        for system, wear in estate.items():
            if system in threat.hits:
                success *= wear.exposure[m]
        intensity[m] = at("attempts_per_year", m) * min(1.0, success) * frailty
    layer_height = max(1e-6, median("attempts_per_year") * median("success_probability"))
    severity_key, outage_key = draw.key(f"threats/{name}/severity"), draw.key(f"threats/{name}/outage")
    p95, tail = float(threat.severity_p95_ratio), float(threat.tail_index)
    found = []
    for time, layer, number in zip(*attack_points(draw, f"threats/{name}", layer_height, intensity), strict=True):
        m = int(time)
        size, hours = at("severity", m), at("outage_hours", m)
        loss = point_loss(severity_key, draw.number, layer, number, size, size * p95, tail) if size > 0.0 else 0.0
        if hours > 0.0:
            hours = point_hours(outage_key, draw.number, layer, number, hours, float(threat.outage_p95_ratio))
        found.append(Incident(float(time), float(loss), float(hours), at("churn_shock", m)))
    return sorted(found, key=lambda incident: incident.time)


class Policy:
    """The cyber policy: pays of each event a share of the layer above the retention, up to a limit a policy year."""

    def __init__(self, effects: Effects, ledger: Ledger) -> None:
        world, slot = effects.draw.table.scenario, effects.draw.table.slot
        self.effects, self.ledger = effects, ledger
        self.settlement = world.insurance.settlement_months
        names = ("retention", "event_limit", "annual_limit", "coinsurance")
        self.slots = [slot[f"insurance.{name}"] for name in names]
        self.paid: dict[int, float] = {}

    def settle(self, m: int, loss: float) -> None:
        """What is owed for an event of month m, paid some months later."""
        retention, event_limit, annual_limit, coinsurance = (self.effects.at_month(slot, m) for slot in self.slots)
        if event_limit <= 0.0:
            return
        year = m // 12
        paid = self.paid.get(year, 0.0)
        owed = (1.0 - coinsurance) * insurance_payout.scalar(loss, retention, event_limit)
        due = min(owed, max(0.0, annual_limit - paid))
        self.paid[year] = paid + due
        self.ledger.receive(INSURANCE, m + self.settlement, due)


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
        policy.settle(m, event.loss)
        market.stay[m] *= 1.0 - event.churn
        if event.hours > 0.0:
            for system in hit:
                env.process(system.outage(event.hours))
