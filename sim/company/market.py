"""Customers who come and leave, what they choose and say, and the demand that follows from their number."""

from __future__ import annotations

import math

import numpy as np

from sim.company.clock import Clock
from sim.company.effects import Effects
from sim.company.world_layer import Draw, Floats, crowd_after, crowd_at_start
from sim.errors import ProblemsFound
from sim.mechanisms.crowd import FULL, MOST, leaving_hazard, too_many_customers
from sim.mechanisms.market import channel_conversion, logit_share, next_reputation, reputation_factor
from sim.world.market import ARRIVING, COUNTED_BELOW, LEAVING


class Crowd:
    """The customers of a small base, one by one: the cumulated hazard at which each leaves."""

    def __init__(self, draw: Draw, start: int) -> None:
        self.draw = draw
        self.leave_key, self.arrive_key = draw.key(LEAVING), draw.key(ARRIVING)
        self.levels: Floats = np.empty(MOST)
        crowd_at_start(self.leave_key, draw.number, start, self.levels)
        self.hazard = 0.0
        self.count = start

    def after(self, m: int, leaving: float, driven_away: float, coming: float, room: float) -> int:
        """Customers after month m. leaving, driven_away: shares. coming: newcomers expected."""
        hazard, shock = leaving_hazard.scalar(leaving), leaving_hazard.scalar(driven_away)
        keys = self.arrive_key, self.leave_key
        self.count = crowd_after(
            *keys, self.draw.number, m, self.hazard, hazard, shock, coming, int(room), self.levels, self.count
        )
        if self.count == FULL:
            raise ProblemsFound([too_many_customers(self.draw.number)])
        self.hazard += hazard + shock
        return self.count


class Market:
    """The customer base month by month, with the company's own share of unserved items: a large one by its mean, a
    small one customer by customer. reputation: at the start of the month at hand."""

    def __init__(self, effects: Effects, clock: Clock) -> None:
        world, slot = effects.draw.table.scenario, effects.draw.table.slot
        profile = world.profile
        self.effects, self.world, self.slot = effects, world, slot
        self.start = self.customers = float(profile.customers.start)
        counted = profile.customers.start < COUNTED_BELOW
        self.crowd = Crowd(effects.draw, profile.customers.start) if counted else None
        first = int(world.start[5:]) - 1
        self.season = [float(profile.seasonality[(first + m) % 12]) for m in range(clock.months)]
        self.growth = effects.draw.value("profile.growth_per_year")
        self.reputation = 1.0 if world.reputation is None else effects.draw.value("reputation.start")
        self.older = [0.0] * clock.months  # years by which the mean age of the systems exceeds that of the start
        self.stay = [1.0] * clock.months  # share of the customers who stay after the incidents of a month

    def at(self, path: str, m: int) -> float:
        """Number at a path in month m, after effects."""
        return self.effects.at_month(self.slot[path], m)

    def planned(self, m: int) -> float:
        """Factor on the arrivals of customer-driven processes in month m with the customers of the start."""
        level = self.at("profile.demand", m)
        return self.season[m] * level * math.pow(1.0 + self.growth, m / 12.0)

    def demand(self, m: int) -> float:
        """The same with the customers of the moment."""
        return self.planned(m) * self.customers / self.start

    def through_channels(self, process: str, m: int) -> float:
        """Factor of a process's channels on its arrivals: what they do not let through never becomes an item."""
        lost = total = 0.0
        for name in self.world.processes[process].channels:
            block = f"processes.{process}.channels.{name}"
            share, conversion, seconds, gone = (
                self.at(f"{block}.{field}", m) for field in ("share", "conversion", "delay_seconds", "lost_per_second")
            )
            lost += share * (1.0 - channel_conversion.scalar(conversion, seconds, gone))
            total += share
        return 1.0 - lost / max(total, 1.0)

    def price(self, m: int) -> float:
        """Level of our price in month m."""
        priced = self.world.market is not None and self.world.market.price is not None
        return self.at("market.price.level", m) if priced else 1.0

    def share(self, m: int) -> float | None:
        """Share of the market that is ours in month m; None without a market."""
        return None if self.world.market is None else min(self.customers / self.at("market.size", m), 1.0)

    def close_month(self, m: int, unserved: float, incidents: int) -> float:
        """Customers and reputation of the next month; returns the share of this month's customers that leaves.

        unserved: share of this month's items that were lost, given up or late. incidents: of this month.
        """
        leaving = min(1.0, self.at("profile.customers.monthly_churn", m)
                      + self.at("profile.customers.service_churn", m) * unserved)  # fmt: skip
        coming = self.at("profile.customers.monthly_acquisition", m)
        if self.world.reputation is not None:
            sensitivity = self.at("reputation.sensitivity", m)
            coming *= reputation_factor.scalar(
                self.reputation, self.effects.draw.value("reputation.start"), sensitivity
            )
        coming += self.at("profile.customers.referral", m) * self.customers * (1.0 - unserved)
        room = 1e9
        if self.world.market is not None:
            room = self.at("market.size", m)
            others = max(0.0, room - self.customers)
            moving, ours = self.at("market.moves_per_month", m), self._chosen_share(m)
            coming *= others / max(1.0, self.effects.draw.value("market.size") - self.start)
            coming += moving * ours * others
            leaving = 1.0 - (1.0 - leaving) * (1.0 - moving * (1.0 - ours))
            coming = min(coming, max(0.0, room - self.customers * (1.0 - leaving)))
        if self.crowd is not None:
            self.customers = float(self.crowd.after(m, leaving, 1.0 - self.stay[m], coming, room))
        else:
            self.customers = (self.customers * (1.0 - leaving) + coming) * self.stay[m]
        if self.world.reputation is not None:
            half_life, hit = float(self.world.reputation.half_life_months), self.at("reputation.incident_hit", m)
            self.reputation = next_reputation.scalar(self.reputation, 1.0 - unserved, half_life, hit, float(incidents))
        return 1.0 - (1.0 - leaving) * self.stay[m]

    def _chosen_share(self, m: int) -> float:
        """Share of those who choose in month m that chooses us."""
        market, draw = self.world.market, self.effects.draw
        assert market is not None
        ours = self.at("market.utility", m)
        if market.price is not None:
            ours -= self.at("market.price.sensitivity", m) * math.log(self.at("market.price.level", m))
        if self.world.reputation is not None:
            ours += self.at("reputation.utility", m) * (self.reputation - draw.value("reputation.start"))
        if market.age_sensitivity.params != (0.0,) or self.effects.moves(self.slot["market.age_sensitivity"]):
            ours -= self.at("market.age_sensitivity", m) * self.older[m]
        theirs = sum(
            math.exp(self.at(f"market.rivals.{name}.utility", m)
                     + draw.value(f"market.rivals.{name}.gain_per_year") * m / 12.0)
            for name in market.rivals
        )  # fmt: skip
        return logit_share.scalar(ours, math.log(theirs))
