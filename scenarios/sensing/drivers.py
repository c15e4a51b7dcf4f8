"""The drivers of a scenario as a study sees them: what they belong to, and which of them a roadmap can feel."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.parameters import Parameters
    from sim.world import Scenario

GROUPINGS = ("initiative", "owner", "kind")
BUSINESS = "the business"  # what belongs to no initiative
NOBODY = "nobody named"
COST = ("capital", "delivery", "running_per_month", "renewal_cost", "price_change", "financing", "grant", "hub")
WORK = ("failure_probability", "phases", "lead_months", "available_month", "help", "parallel", "risk_class")
PEOPLE = ("adoption", "dip", "maturity")
AREAS = {
    # first word of a path: kind of driver
    "profile": "market",
    "momentum": "market",
    "channels": "market",
    "processes": "operations",
    "stock": "operations",
    "integrations": "systems",
    "systems": "systems",
    "repairers": "systems",
    "threats": "cyber",
    "controls": "cyber",
    "insurance": "cyber",
    "people": "people",
    "skills": "people",
    "risk_classes": "overrun of projects",
    "futures": "futures",
    "money": "money",
}


@dataclass(frozen=True)
class Driver:
    """column: in the kernel's table of drivers. initiative: that it belongs to, None for the business."""

    column: int
    path: str
    unit: str
    initiative: str | None
    owner: str | None
    kind: str

    def group(self, by: str | None) -> str:
        """Name of the group that it belongs to; its own path without grouping."""
        if by is None:
            return self.path
        if by == "initiative":
            return self.initiative or BUSINESS
        return self.kind if by == "kind" else self.owner or NOBODY


def kind_of(path: str) -> str:
    """What a driver is about.

    >>> kind_of("initiatives.pos.capital"), kind_of("initiatives.pos.effects.a.b.multiply"), kind_of("threats.x.y")
    ('cost of initiatives', 'effect of initiatives', 'cyber')
    """
    first, _, rest = path.partition(".")
    if first != "initiatives":
        return AREAS.get(first, first)
    field = rest.partition(".")[2].partition(".")[0]
    if field in COST:
        return "cost of initiatives"
    if field in WORK:
        return "delivery of initiatives"
    return "adoption of initiatives" if field in PEOPLE else "effect of initiatives"


def drivers_of(scenario: Scenario, table: Parameters) -> tuple[Driver, ...]:
    """Every driver that is ignorance; the luck of single years is none."""
    luck = set(table.luck)
    found = []
    for column, number in enumerate(table.drivers):
        if column in luck:
            continue
        first, _, rest = number.path.partition(".")
        name = rest.partition(".")[0] if first == "initiatives" else None
        owner = scenario.initiatives[name].owner if name in scenario.initiatives else None
        unit = scenario.profile.currency + number.unit.removeprefix("money") if _money(number.unit) else number.unit
        found.append(Driver(column, number.path, unit, name, owner, kind_of(number.path)))
    return tuple(found)


def felt(drivers: Sequence[Driver], started: Collection[str]) -> tuple[Driver, ...]:
    """Without the numbers of initiatives that no roadmap of the study starts: nothing can depend on them."""
    return tuple(one for one in drivers if one.initiative is None or one.initiative in started)


def correlated(scenario: Scenario, drivers: Sequence[Driver]) -> tuple[tuple[str, str], ...]:
    """Pairs of these drivers that the file correlates."""
    known = {one.path for one in drivers}
    rows = [(row.drivers[0], row.drivers[1]) for row in scenario.correlations if row.rank != 0.0]
    return tuple(pair for pair in rows if pair[0] in known and pair[1] in known)


def _money(unit: str) -> bool:
    return unit == "money" or unit.startswith("money/")
