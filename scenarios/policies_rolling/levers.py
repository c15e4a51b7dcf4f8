"""Levers of the planner that are no initiatives: training, and what keeps an initiative alive after its go-live."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from scenarios.variant import variant

if TYPE_CHECKING:
    from sim.world import Scenario


def training_off(scenario: Scenario, names: Collection[str]) -> dict[str, Any]:
    """Changes by path under which these initiatives train nobody; empty where none of them states training."""
    return {
        f"initiatives.{name}.adoption.training": None
        for name in names
        if (adoption := scenario.initiatives[name].adoption) is not None and adoption.training is not None
    }


def upkeep_off(scenario: Scenario, names: Collection[str]) -> dict[str, Any]:
    """Changes by path under which these initiatives are left alone after go-live: no training is repeated, nothing is
    renewed at the end of its life, and no control that they bring is audited. Empty where nothing is kept up.

    What the business does anyway, such as the refresh of systems by their age, stays.
    """
    found: dict[str, Any] = {}
    for name in names:
        one = scenario.initiatives[name]
        training = None if one.adoption is None else one.adoption.training
        if training is not None and training.refresh_months is not None:
            found[f"initiatives.{name}.adoption.training.refresh_months"] = None
        if one.life_months is not None and one.renewal_cost is not None:
            found[f"initiatives.{name}.renewal_cost"] = None
    for name, control in scenario.controls.items():
        if control.audit_every_months is not None and control.brought_by and set(control.brought_by) <= set(names):
            found |= {f"controls.{name}.audit_every_months": None, f"controls.{name}.audit_cost": 0}
    return found


def turned_off(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    """The scenario with the changes of a lever."""
    return variant(scenario, changes)
