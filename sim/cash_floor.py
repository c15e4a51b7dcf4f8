"""How often cash falls below the floor that the planner set, and whether that is more often than allowed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.measures import wilson_interval
from sim.world import Scenario

Floats = NDArray[np.float64]
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Breach:
    """Share of draws below the floor with its Wilson interval of 95 %."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class FloorRule:
    """A floor of the cash balance [money] and the allowed probability to fall below it. relative: only draws count in
    which cash keeps it without any initiative."""

    floor: float
    allowed: float
    relative: bool

    def broken(self, trough: Floats, baseline_trough: Floats) -> NDArray[np.bool_]:
        """(draws,) whether the roadmap breaks the floor. trough, baseline_trough: lowest cash with and without it."""
        broken = trough < self.floor
        return broken & (baseline_trough >= self.floor) if self.relative else broken

    def keeps(self, broken: NDArray[np.bool_]) -> bool:
        """Whether the probability is at most the allowed one, by its one-sided upper limit of 95 %.

        >>> FloorRule(0.0, 0.1, False).keeps(np.arange(100) < 4), FloorRule(0.0, 0.1, False).keeps(np.arange(100) < 9)
        (True, False)
        """
        upper = wilson_interval(int(np.count_nonzero(broken)), len(broken), 2.0 * CONFIDENCE - 1.0)[1]
        return upper <= self.allowed

    def breach(self, broken: NDArray[np.bool_]) -> Breach:
        """The share of draws that break it."""
        number = int(np.count_nonzero(broken))
        return Breach(number / len(broken), *wilson_interval(number, len(broken), CONFIDENCE))

    def document(self, trough: Floats, baseline_trough: Floats) -> dict[str, Any]:
        """The entry `cash_floor` of the JSON documents."""
        broken = self.broken(trough, baseline_trough)
        return {
            "floor": self.floor,
            "allowed": self.allowed,
            "relative_to_baseline": self.relative,
            "below": asdict(self.breach(broken)),
            "baseline_below": asdict(self.breach(baseline_trough < self.floor)),
            "kept": self.keeps(broken),
        }

    def notes(self, trough: Floats, baseline_trough: Floats, currency: str) -> tuple[str, ...]:
        """What to say where the floor is broken more often than allowed, or may be."""
        found = []
        usual = self.breach(baseline_trough < self.floor)
        if not self.relative and usual.low > self.allowed:
            found.append(
                f"the business falls below {self.floor:,.0f} {currency} in {100 * usual.share:.2g} % of worlds without "
                f"any initiative, more often than the allowed {100 * self.allowed:g} %; `floor_relative_to_baseline: "
                "true` counts only worlds in which it would not"
            )
        broken = self.broken(trough, baseline_trough)
        own = self.breach(broken)
        if own.low > self.allowed:
            found.append(f"cash falls below the floor more often than the allowed {100 * self.allowed:g} %")
        elif not self.keeps(broken):
            found.append(f"{len(broken):,} draws do not show that cash keeps the floor as often as demanded")
        return tuple(found)


def floor_rule(scenario: Scenario) -> FloorRule | None:
    """The rule of a scenario; None where it states no floor."""
    money = scenario.money
    if money.cash_floor is None:
        return None
    return FloorRule(
        float(money.cash_floor.amount), float(money.cash_floor.probability), money.floor_relative_to_baseline
    )
