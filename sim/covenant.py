"""What lenders demand: the debt service cover of every year, how often it is too small, whether more than allowed.

Debt service cover ratio = cash flow of the year before debt service / debt service. The cash flow is that of all
categories but capital, grants and finance, after tax; the debt service is principal and interest of loans, leases and
debts of the business, and the interest of the credit line. A year without debt service has no cover.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sim.breach import Breach, Broken, Floats, Measured, breach, seldom
from sim.montecarlo.kpis import NOT_IN_COVER
from sim.world import Scenario


@dataclass(frozen=True)
class CovenantRule:
    """Least cover of a year from `from_year` (counted from 1) on, and the allowed probability that one is below it."""

    least: float
    allowed: float
    from_year: int

    def broken(self, cover: Floats) -> Broken:
        """(draws,) whether a year is below it. cover: (draws,) least of the years that count, infinite for none."""
        return cover < self.least

    def broken_by(self, one: Measured) -> Broken:
        """(draws,) whether a roadmap breaks it."""
        return self.broken(one.cover)

    def keeps(self, broken: Broken) -> bool:
        """Whether the probability is at most the allowed one, by its one-sided upper limit of 95 %."""
        return seldom(broken, self.allowed)

    def breach(self, broken: Broken) -> Breach:
        """The share of draws that break it."""
        return breach(broken)

    def document(self, cover: Floats, baseline_cover: Floats) -> dict[str, Any]:
        """The entry `covenant` of the JSON documents."""
        broken = self.broken(cover)
        return {
            "least": self.least,
            "allowed": self.allowed,
            "from_year": self.from_year,
            "below": asdict(breach(broken)),
            "baseline_below": asdict(breach(self.broken(baseline_cover))),
            "kept": self.keeps(broken),
        }

    def notes(self, cover: Floats, baseline_cover: Floats) -> tuple[str, ...]:
        """What to say where it is broken more often than allowed, or may be."""
        broken, usual = self.broken(cover), breach(self.broken(baseline_cover))
        found = []
        if usual.low > self.allowed:
            found.append(
                f"the debt service cover is below {self.least:g} in {100 * usual.share:.3g} % of worlds without any "
                f"initiative, more often than the allowed {100 * self.allowed:g} %"
            )
        own = breach(broken)
        if own.low > self.allowed:
            found.append(f"the covenant is broken more often than the allowed {100 * self.allowed:g} %")
        elif not self.keeps(broken):
            found.append(f"{len(broken):,} draws do not show that the covenant is kept as often as demanded")
        return tuple(found)


def covenant_rule(scenario: Scenario) -> CovenantRule | None:
    """The rule of a scenario; None where it states no covenant."""
    covenant = scenario.money.covenant
    if covenant is None:
        return None
    return CovenantRule(float(covenant.least), float(covenant.probability), covenant.from_year)


def least_cover(flows: Floats, service: Floats, from_year: int) -> Floats:
    """(draws,) least cover of the years that count, infinite where none has debt service.

    flows (draws, categories, months), service (draws, months): money.

    >>> flows = np.zeros((1, 13, 24))
    >>> flows[0, 0, [0, 12]] = 300.0, 240.0
    >>> service = np.zeros((1, 24))
    >>> service[0, [3, 15]] = 100.0, 200.0
    >>> least_cover(flows, service, 1)
    array([1.2])
    """
    before = np.delete(flows, NOT_IN_COVER, axis=1).sum(axis=1)
    least = np.full(len(flows), np.inf)
    for first in range(12 * (from_year - 1), flows.shape[2], 12):
        earned, due = before[:, first : first + 12].sum(axis=1), service[:, first : first + 12].sum(axis=1)
        known = due > 0.0
        least[known] = np.minimum(least[known], earned[known] / due[known])
    return least
