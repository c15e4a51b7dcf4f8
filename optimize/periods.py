"""Months and periods: the program counts in planning periods, the scenario and the simulation in months."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import fsum

from sim.world import Scenario

Starts = Mapping[str, int]


def periods_of(months: int, period_months: int) -> int:
    """Whole periods that hold so many months; a period that is begun counts.

    >>> [periods_of(months, 3) for months in (0, 1, 3, 4)]
    [0, 1, 1, 2]
    """
    return -(-months // period_months)


def latest_period(months: int, period_months: int) -> int:
    """Last period whose first month is not after month `months`; negative if there is none.

    It is the mirror of `periods_of`: a start that must come early enough is rounded the other way.

    >>> [latest_period(months, 3) for months in (-1, 0, 2, 3)]
    [-1, 0, 0, 1]
    """
    return -periods_of(-months, period_months) if months >= 0 else -1


def by_period(monthly: Iterable[float], period_months: int, periods: int) -> tuple[float, ...]:
    """Sums of monthly amounts by elapsed period, cut after `periods`, without the zeros of the tail.

    >>> by_period([1.0, 2.0, 3.0, 4.0, 0.0, 0.0, 0.0], 3, 9)
    (6.0, 4.0)
    """
    amounts = [float(amount) for amount in monthly][: periods * period_months]
    sums = [fsum(amounts[first : first + period_months]) for first in range(0, len(amounts), period_months)]
    while sums and sums[-1] == 0.0:
        sums.pop()
    return tuple(sums)


def months(scenario: Scenario, roadmap: Starts) -> dict[str, int]:
    """Start months of a roadmap in periods, in the order of the scenario."""
    return {name: roadmap[name] * scenario.period_months for name in scenario.initiatives if name in roadmap}
