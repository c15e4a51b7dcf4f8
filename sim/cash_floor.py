"""How often cash falls below the floor that the planner set, and whether that is more often than allowed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sim.breach import Breach, Broken, Floats, Measured, breach, seldom
from sim.world import Scenario

HALF_A_CENT = 0.005  # a credit line fills cash up to the floor, and rounding must not decide whether that breaks it


@dataclass(frozen=True)
class FloorRule:
    """A floor of the cash balance [money] and the allowed probability to fall below it. relative: only draws count in
    which cash keeps it without any initiative."""

    floor: float
    allowed: float
    relative: bool

    def broken(self, trough: Floats, baseline_trough: Floats) -> Broken:
        """(draws,) whether the roadmap breaks the floor. trough, baseline_trough: lowest cash with and without it."""
        broken = self.below(trough)
        return broken & ~self.below(baseline_trough) if self.relative else broken

    def below(self, balance: Floats) -> Broken:
        """(draws,) whether a balance lies below the floor, by more than rounding.

        >>> import numpy as np
        >>> FloorRule(100.0, 0.1, False).below(np.array([100.0 - 1e-9, 99.9]))
        array([False,  True])
        """
        return balance < self.floor - HALF_A_CENT

    def broken_by(self, one: Measured) -> Broken:
        """(draws,) whether a roadmap breaks the floor."""
        return self.broken(one.trough, one.baseline_trough)

    def keeps(self, broken: Broken) -> bool:
        """Whether the probability is at most the allowed one, by its one-sided upper limit of 95 %."""
        return seldom(broken, self.allowed)

    def breach(self, broken: Broken) -> Breach:
        """The share of draws that break it."""
        return breach(broken)

    def document(self, trough: Floats, baseline_trough: Floats) -> dict[str, Any]:
        """The entry `cash_floor` of the JSON documents."""
        broken = self.broken(trough, baseline_trough)
        return {
            "floor": self.floor,
            "allowed": self.allowed,
            "relative_to_baseline": self.relative,
            "below": asdict(self.breach(broken)),
            "baseline_below": asdict(self.breach(self.below(baseline_trough))),
            "kept": self.keeps(broken),
        }

    def notes(self, trough: Floats, baseline_trough: Floats, currency: str) -> tuple[str, ...]:
        """What to say where the floor is broken more often than allowed, or may be."""
        found = []
        usual = self.breach(self.below(baseline_trough))
        if not self.relative and usual.low > self.allowed:
            found.append(
                f"the business falls below {self.floor:,.0f} {currency} in {100 * usual.share:.3g} % of worlds without "
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
