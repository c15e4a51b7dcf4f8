"""The clock of the company: the unit of `env.now` is the WORKING HOUR.

Month m is [m T, (m + 1) T), T = working days of a month * hours of a day. Nights and weekends do not exist.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import simpy

from sim.world import Scenario


@dataclass(frozen=True)
class Clock:
    """months: horizon. month_hours: working hours T of a month. days: working days of a month, perhaps a fraction."""

    months: int
    month_hours: float
    days: float

    @property
    def horizon(self) -> float:
        """End of the simulation, hours."""
        return self.months * self.month_hours

    def spread(self, start: float, end: float, into: list[float]) -> None:
        """Add the hours of [start, end) to the months in which they lie; what passes the horizon is cut."""
        end = min(end, self.horizon)
        m = min(int(start / self.month_hours), self.months - 1)
        while start < end:
            edge = min(end, (m + 1) * self.month_hours) if m + 1 < self.months else end
            into[m] += max(0.0, edge - start)
            start = max(start, edge)
            m += 1

    def working_days(self, start: float, end: float) -> Iterator[tuple[float, float]]:
        """The working days of [start, end), as (start, end); a month has ceil(days) of equal length."""
        day = self.month_hours / math.ceil(self.days)
        j = math.floor(start / day + 1e-9)
        while start < end - 1e-9:
            edge = min(end, (j + 1) * day)
            if edge - start > 1e-9:
                yield start, edge
            start = edge
            j += 1


def clock(scenario: Scenario) -> Clock:
    """Calendar of a scenario.

    >>> Clock(months=2, month_hours=160.0, days=20.0).horizon
    320.0
    """
    profile = scenario.profile
    days, hours = float(profile.working_days_per_month), float(profile.hours_per_day)
    return Clock(scenario.horizon_months, days * hours, days)


def until(env: simpy.Environment, time: float) -> simpy.Event:
    """Wait until a moment, given in hours; a moment that rounding put into the past is now."""
    return env.timeout(max(0.0, time - env.now))
