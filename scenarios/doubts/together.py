"""Numbers of one nature that likely move together, and that a scenario draws independently.

The rule: the same field of two or more items (the attempts of two threats, the price of two processes), or wages and
prices, each uncertain by more than a stated size, and no correlation of the file between any two of them. The same
attackers, the same market and the same price level stand behind them; drawn independently their errors cancel, and the
range of the result comes out too narrow. Arrivals share growth, season and customers in the model itself; only what is
wider than a count could be is left to a correlation. Below the sizes the difference is not worth a sentence: wages and
prices that are each known within two points a year drift apart by less than one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.world.paths import numbers

if TYPE_CHECKING:
    from sim.quantities import Quantity
    from sim.world import Scenario

NAMED = 4


@dataclass(frozen=True)
class Nature:
    """Paths that are alike and what stands behind them. ratio: of the 95th to the 5th percentile from which on a number
    counts as uncertain; points: the difference of the two instead."""

    patterns: tuple[str, ...]
    behind: str
    ratio: float = 1.5
    points: float | None = None

    def counts(self, path: str, quantity: Quantity) -> bool:
        """Whether a number is of this nature, and uncertain."""
        if quantity.is_constant or not any(_fits(path, pattern) for pattern in self.patterns):
            return False
        low, high = (float(end) for end in quantity.quantile([0.05, 0.95], few=True))
        if self.points is not None:
            return high - low > self.points
        return low <= 0.0 < high or high > self.ratio * low


NATURES = (
    Nature(("processes.*.arrivals_per_day",), "the same customers stand"),
    Nature(("processes.*.item_revenue",), "the same price level stands"),
    Nature(("threats.*.attempts_per_year",), "the same attackers stand"),
    Nature(("threats.*.success_probability",), "the same defence stands"),
    Nature(("money.inflation.wages", "money.inflation.prices"), "the same price level stands", points=0.02),
    Nature(("market.rivals.*.gain_per_year",), "the same technology stands"),
)


def together_warnings(scenario: Scenario) -> Iterator[str]:
    """One sentence for each nature whose numbers are all drawn independently."""
    stated = [(number.path, number.quantity) for number in numbers(scenario)]
    joined = {path for one in scenario.correlations for path in one.drivers}
    for nature in NATURES:
        found = [path for path, quantity in stated if nature.counts(path, quantity)]
        if len(found) < 2 or joined.intersection(found):
            continue
        named = ", ".join(found[:NAMED]) + (f" and {len(found) - NAMED} more" if len(found) > NAMED else "")
        yield (
            f"independent: {named} are drawn independently, though {nature.behind} behind them: the result looks more "
            f"certain than it is; join them in `correlations`, such as {{drivers: [{found[0]}, {found[1]}], rank: 0.4}}"
        )


def _fits(path: str, pattern: str) -> bool:
    parts, wanted = path.split("."), pattern.split(".")
    return len(parts) == len(wanted) and all(one in ("*", part) for part, one in zip(parts, wanted, strict=True))
