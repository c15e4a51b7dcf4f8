"""What the gates of a roadmap are worth: pilots and phases after which the work may stop.

A pilot that is an initiative of the scenario buys knowledge by going through with it. Its worth is that of the roadmap
with the option to stop minus that of the same roadmap without the option, on the same draws:

stop limits   phases with `stop_above_cost` or `stop_above_duration`, against the same phases without these limits
pilot         an initiative that another one requires and that cancels it by failing (`if_fails: cancel`), against
              `if_fails: proceed`, where the follower goes on whatever the pilot shows
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.variant import variant

if TYPE_CHECKING:
    from sim.world import Scenario

GATES_FROM = 7_000_000
"""First draw on which gates are valued."""


@dataclass(frozen=True)
class GateWorth:
    """An option to stop in a roadmap: its kind, the initiative whose work tells, the one that is stopped, and mean NPV
    with the option minus without it, with standard error [currency]."""

    kind: str
    initiative: str
    stops: str
    value: float
    se: float

    def document(self) -> dict[str, Any]:
        """As the JSON document holds it."""
        return asdict(self)


def gates(
    scenario: Scenario, starts: Mapping[str, int], draws: int, seed: int, threads: int | None = None
) -> tuple[GateWorth, ...]:
    """Every option to stop that a roadmap holds, each taken away alone."""
    from sim.montecarlo import evaluate

    found = []
    options = _options(scenario, starts)
    if not options:
        return ()

    def npv(of: Scenario) -> Any:
        return evaluate(of, starts, draws, seed, first_draw=GATES_FROM, detail=False, threads=threads)[0].npv

    whole = npv(scenario)
    for (kind, initiative, stops), changes in options.items():
        difference = whole - npv(variant(scenario, changes))
        se = float(np.std(difference, ddof=1) / np.sqrt(draws))
        found.append(GateWorth(kind, initiative, stops, float(difference.mean()), se))
    return tuple(found)


def _options(scenario: Scenario, starts: Mapping[str, int]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Kind, initiative and what it stops -> the changes that take the option away."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for name in starts:
        one = scenario.initiatives[name]
        limits = {
            f"initiatives.{name}.phases.{phase}.{field}": None
            for phase, part in one.phases.items()
            for field in ("stop_above_cost", "stop_above_duration")
            if getattr(part, field) is not None
        }
        if limits:
            found["stop limits", name, name] = limits
        for number, rule in enumerate(one.requires):
            if rule.if_fails == "cancel" and rule.initiative in starts and _can_fail(scenario, rule.initiative):
                found["pilot", rule.initiative, name] = {f"initiatives.{name}.requires.{number}.if_fails": "proceed"}
    return found


def _can_fail(scenario: Scenario, name: str) -> bool:
    one = scenario.initiatives[name]
    chances = [one.failure_probability, *(part.failure_probability for part in one.phases.values())]
    limits = [
        limit for part in one.phases.values() for limit in (part.stop_above_cost, part.stop_above_duration) if limit
    ]
    return bool(limits) or any(not (chance.is_constant and chance.median == 0.0) for chance in chances)
