"""Customers, their choice, reputation, channels and the value of the business in plain Python: twin of the kernel's.

Everything is looked up by name; customers of a small base are a list of people, each with an own threshold.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from sim.world import Scenario
from tests.naive.path_events import At
from tests.naive.philox import Streams


@dataclass
class Person:
    """A counted customer: hazard that is left until the customer leaves."""

    left: float


@dataclass
class Customers:
    """The base at the start of a month. people: None where the base is large and followed by its mean. older: years by
    which the mean age of the systems exceeds that of the start, by month."""

    scenario: Scenario
    at: At
    values: dict[str, float]
    streams: Streams
    older: Callable[[int], float]
    number: float = field(init=False)
    reputation: float = field(init=False)
    people: list[Person] | None = field(init=False)

    def __post_init__(self) -> None:
        start = self.scenario.profile.customers.start
        self.number, self.people = float(start), None
        self.reputation = self.values.get("reputation.start", math.nan)
        if start < 500:
            self.people = [Person(self.exponential("leaving", 0, i)) for i in range(start)]

    def exponential(self, what: str, *identity: int) -> float:
        return -math.log(self.streams.uniform(f"profile/customers/{what}", *identity))

    def share(self, month: int) -> float:
        return min(1.0, self.number / self.at("market.size", month))

    def chosen(self, month: int) -> float:
        """Share of those who choose that chooses us: the attraction of one over that of all."""
        market, at = self.scenario.market, self.at
        assert market is not None
        ours = at("market.utility", month)
        if market.price is not None:
            ours -= at("market.price.sensitivity", month) * math.log(at("market.price.level", month))
        if self.scenario.reputation is not None:
            ours += at("reputation.utility", month) * (self.reputation - self.values["reputation.start"])
        if self.scenario.systems:
            ours -= at("market.age_sensitivity", month) * self.older(month)
        attraction = [math.exp(ours)]
        for name in market.rivals:
            gain = self.values[f"market.rivals.{name}.gain_per_year"] * month / 12
            attraction.append(math.exp(at(f"market.rivals.{name}.utility", month) + gain))
        return attraction[0] / sum(attraction)

    def close(self, month: int, let_down: float, staying: float, incidents: int) -> float:
        """Move on by a month; returns the share of customers that leaves."""
        scenario, at = self.scenario, self.at
        root = "profile.customers"
        churn = min(1.0, at(f"{root}.monthly_churn", month) + at(f"{root}.service_churn", month) * let_down)
        coming = at(f"{root}.monthly_acquisition", month)
        if scenario.reputation is not None:
            change = self.reputation / self.values["reputation.start"] - 1
            coming *= max(0.0, 1 + at("reputation.sensitivity", month) * change)
        coming += at(f"{root}.referral", month) * self.number * (1 - let_down)
        room = math.inf
        if scenario.market is not None:
            room = at("market.size", month)
            elsewhere = max(0.0, room - self.number)
            moving, ours = at("market.moves_per_month", month), self.chosen(month)
            coming *= elsewhere / max(1.0, self.values["market.size"] - scenario.profile.customers.start)
            coming += elsewhere * moving * ours
            churn = 1 - (1 - churn) * (1 - moving * (1 - ours))
            coming = min(coming, max(0.0, room - self.number * (1 - churn)))
        if self.people is None:
            self.number = (self.number * (1 - churn) + coming) * staying
        else:
            self.count(month, churn, coming, staying, room)
        if scenario.reputation is not None:
            kept = 0.5 ** (1 / scenario.reputation.half_life_months)
            self.reputation = kept * self.reputation + (1 - kept) * (1 - let_down)
            self.reputation *= (1 - at("reputation.incident_hit", month)) ** incidents
        return 1 - (1 - churn) * staying

    def count(self, month: int, churn: float, coming: float, staying: float, room: float) -> None:
        assert self.people is not None
        self.wear(50.0 if churn >= 1 else -math.log(1 - churn))
        height, k = self.exponential("arriving", month, 0), 0
        while height < coming and len(self.people) < math.floor(min(room, 1e9)):
            self.people.append(Person(self.exponential("leaving", month + 1, k)))
            k += 1
            height += self.exponential("arriving", month, k)
        self.wear(-math.log(staying))
        self.number = float(len(self.people))

    def wear(self, hazard: float) -> None:
        assert self.people is not None
        for person in self.people:
            person.left -= hazard
        self.people = [person for person in self.people if person.left > 0]


def channel_factor(scenario: Scenario, at: At, process: str, month: int) -> float:
    """Arrivals that the channels of a process let through, against all who want to come."""
    rows = []
    for name in scenario.processes[process].channels:
        block = f"processes.{process}.channels.{name}"
        patience = (1 - at(f"{block}.lost_per_second", month)) ** at(f"{block}.delay_seconds", month)
        rows.append((at(f"{block}.share", month), at(f"{block}.conversion", month) * patience))
    total = sum(share for share, _ in rows)
    in_person = max(0.0, 1 - total)
    return (in_person + sum(share * part for share, part in rows)) / (in_person + total)


def price_of_business(scenario: Scenario, at: At, earnings: float, month: int) -> float:
    """Multiple of a year's earnings before tax, as a buyer sees them in a month."""
    after_tax = max(0.0, earnings) * (1 - scenario.profile.tax_rate)
    multiple = at("valuation.multiple", month)
    multiple *= 1 + at("valuation.recurring_share", month) * at("valuation.recurring_premium", month)
    return after_tax * multiple * (1 - at("valuation.risk_discount", month))


def price_level(scenario: Scenario, at: At, month: int) -> float:
    """Our price against today's."""
    priced = scenario.market is not None and scenario.market.price is not None
    return at("market.price.level", month) if priced else 1.0
