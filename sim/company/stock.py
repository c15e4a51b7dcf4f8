"""The stock of the company month by month: forecasts, reorder levels and order sizes, what holding it costs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sim.company.clock import Clock
from sim.company.effects import Effects
from sim.company.items.interface import Route, Tally
from sim.company.shelves import Shelves, misleads, new_shelves, receive, set_policy
from sim.company.world_layer import Floats
from sim.mechanisms.normal import normal_quantile
from sim.mechanisms.stock import lead_time, lead_time_cv2
from sim.streams import uniforms


class Stockroom:
    """Sets the policy of every article at the start of a month and reads the shelves at its end; items take the units
    in between. cost: of holding, by month, at today's prices."""

    def __init__(self, effects: Effects, clock: Clock) -> None:
        self.effects, self.clock, self.draw = effects, clock, effects.draw
        self.world, self.slot = self.draw.table.scenario, self.draw.table.slot
        self.shelves: Shelves = new_shelves(self.draw)
        self.cost = [0.0] * clock.months
        self.normals = {name: np.asarray(normal_quantile(self._marks(name, "forecast"))) for name in self.world.stock}
        self.rounding = {name: self._marks(name, "rounding") for name in self.world.stock}

    def _marks(self, group: str, what: str) -> Floats:
        """A number of each article."""
        articles = np.arange(self.world.stock[group].articles)
        return np.asarray(uniforms(self.draw.key(f"stock/{group}/{what}"), np.array([self.draw.number]), articles)[0])

    @property
    def slots(self) -> set[int]:
        """Slots whose value of the moment the shelves meet."""
        s = self.shelves
        return {int(slot) for slots in (s.lead_slot, s.ratio_slot, s.wrong_slot) for slot in slots}

    def _at(self, group: str, field: str, m: int) -> float:
        return self.effects.at_month(self.slot[f"stock.{group}.{field}"], m)

    def open_month(
        self, m: int, routes: Sequence[Route], factors: Sequence[float], before: Sequence[Tally] | None
    ) -> None:
        """Forecast the demand of month m and set the policy by it. factors: by process, arrivals an hour for one a day.
        before: what became of the items of the month before."""
        if not self.world.stock:
            return
        items = self._items(m, routes, factors, before)
        lost = {route.name: self.effects.at_month(route.lost_slot, m) for route in routes}
        s = self.shelves
        for g, (name, group) in enumerate(self.world.stock.items()):
            units = sum(items[p] * (1.0 - lost[p]) * float(share) for p, share in group.takes.items())
            rate = units / (self.clock.days * group.articles)
            median, ratio = self._at(name, "lead_days", m), self._at(name, "lead_p95_ratio", m)
            lead, cv2 = lead_time.scalar(median, ratio), lead_time_cv2.scalar(ratio)
            own = slice(int(s.first_article[g]), int(s.first_article[g + 1]))
            fields = ("forecast_error", "safety_factor", "order_days", "record_gap")
            numbers = (self._at(name, field, m) for field in fields)
            marks = self.normals[name], self.rounding[name]
            set_policy(rate, lead, cv2, *numbers, *marks, s.level[own], s.misled[own], s.quantity[own])
            if m == 0:
                self._fill(g, name, rate, lead)

    def _items(
        self, m: int, routes: Sequence[Route], factors: Sequence[float], before: Sequence[Tally] | None
    ) -> dict[str, float]:
        """Items to be expected in month m, by process; what other processes make comes without delay."""
        own, done = {}, {}
        for p, (route, factor) in enumerate(zip(routes, factors, strict=True)):
            own[route.name] = self.effects.at_month(route.arrivals_slot, m) * factor * self.clock.month_hours
            tally = before[p] if before is not None else None
            lost = self.effects.at_month(route.lost_slot, m)
            done[route.name] = tally.completed / tally.arrived if tally is not None and tally.arrived else 1.0 - lost

        def expected(name: str) -> float:
            return own[name] + sum(
                self.effects.at_month(self.slot[f"processes.{name}.fed_by.{source}.share"], m)
                * expected(source)
                * done[source]
                for source in self.world.processes[name].fed_by
            )

        return {name: expected(name) for name in own}

    def _fill(self, g: int, name: str, rate: float, lead: float) -> None:
        """A typical state: each article at a point of its order cycle that its mark chooses, demand taken as even."""
        s, wrong = self.shelves, self._at(name, "record_error", 0)
        mean = rate * lead
        for u, a in zip(self._marks(name, "start"), range(s.first_article[g], s.first_article[g + 1]), strict=True):
            level = float(s.misled[a] if misleads(s, wrong, self.draw.number, g, a) else s.level[a])
            size = float(s.quantity[a])
            stock = max(level - mean, 0.0) + size - float(u) * (size + max(mean - level, 0.0))
            s.on_hand[a] = max(math.ceil(stock), 0)
            if stock <= level:  # ordered when the stock fell to the level
                s.orders[a], s.coming[a] = 1, s.quantity[a]
                s.due[a] = max(lead - (level - stock) / rate, 0.0) * s.day_hours

    def close_month(self, m: int) -> None:
        """Book deliveries up to the end of month m, and what holding the stock cost in it."""
        s, end = self.shelves, (m + 1) * self.clock.month_hours
        for g, name in enumerate(self.world.stock):
            own = slice(int(s.first_article[g]), int(s.first_article[g + 1]))
            for a in np.flatnonzero(s.due[own] <= end) + own.start:
                receive(s, g, int(a), end)
            s.area[own] += s.on_hand[own] * (end - s.since[own])
            s.since[own] = end
            units = float(np.sum(s.area[own])) / self.clock.month_hours
            s.area[own] = 0.0
            self.cost[m] += units * self._at(name, "unit_cost", m) * self._at(name, "holding_per_year", m) / 12.0
