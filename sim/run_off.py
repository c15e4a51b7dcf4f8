"""The months after the horizon, in which what was done by then still counts."""

from __future__ import annotations

from sim.world import Scenario


def carried_on(scenario: Scenario) -> Scenario:
    """The scenario with a horizon that contains the run-off; the same one where there is none."""
    more = scenario.money.run_off_months
    return scenario.model_copy(update={"horizon_months": scenario.horizon_months + more}) if more else scenario
