"""Worlds of a few initiatives without work that waits, to see what couples two of them: one edit, one coupling."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sim.world import Scenario
from tests.naive.shops import PLANNER, setting

MODEL = Path(__file__).parents[2] / "benchmarks" / "roadmap_model.yaml"
Edit = Callable[[dict[str, Any]], None]
A, B, C = "initiative_2", "initiative_4", "initiative_8"
FIXED = "profile.fixed_costs_per_month"


def world(*edits: Edit, kept: tuple[str, ...] = (A, B, C)) -> Scenario:
    """The roadmap model with some of its initiatives over 24 planned and 36 simulated months, edited."""
    written: dict[str, Any] = YAML(typ="safe", pure=True).load(MODEL.read_text(encoding="utf-8"))
    written |= {"planning_months": 24, "horizon_months": 36}
    written["initiatives"] = {name: written["initiatives"][name] for name in kept}
    for edit in edits:
        edit(written)
    return Scenario.model_validate(written)


def busy(written: dict[str, Any]) -> None:
    """People in the field have just enough hands for the orders."""
    setting("processes.order.steps.serve.minutes", 125)(written)


def effects(name: str, **changes: Any) -> Edit:
    """Replace the effects of an initiative; `__` stands for a dot in a path."""
    named = {path.replace("__", "."): change for path, change in changes.items()}
    return setting(f"initiatives.{name}.effects", named)


def block(path: str, **values: Any) -> Edit:
    """A block with its origin."""
    return setting(path, {**values, **PLANNER})


def loss(threat: str, success: Any = "20 % to 40 %", severity: Any = "30k to 60k") -> Edit:
    """A threat that strikes often and hard."""

    def edit(written: dict[str, Any]) -> None:
        written["threats"][threat] |= {"success_probability": success, "severity": severity}

    return edit


def overrunning(written: dict[str, Any]) -> None:
    """Every draw delivers in its own time."""
    written["risk_classes"] = {
        "project": {"median": 1.1, "log_sd": 0.4, "tail_share": 0.1, "tail_exponent": 1.5, "cap": 4, **PLANNER}
    }
    for one in written["initiatives"].values():
        one["risk_class"] = "project"
