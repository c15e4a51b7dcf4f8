"""Delivery of initiatives: names and numbers in different blocks that must fit each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import Problem
from sim.world.references import _block


def gate_of_effect(path: str, candidates: Mapping[str, Any], at: str) -> Iterator[Problem]:
    """An effect on the one gate of an initiative that has phases with gates of their own."""
    parts = path.split(".")
    phases = _block(candidates, parts[1], "phases") if parts[0] == "initiatives" else {}
    if phases and len(parts) == 3:
        yield Problem(
            path=at,
            value=path,
            message=f"{parts[1]} has phases, each with a gate of its own",
            hint=f"address one of them, such as initiatives.{parts[1]}.phases.{next(iter(phases))}.failure_probability",
        )


def overruns(initiative: Mapping[str, Any], at: str, classes: Mapping[str, Any]) -> Iterator[Problem]:
    """Integrations that raise nothing."""
    number, name = initiative.get("integrations"), initiative.get("risk_class")
    if isinstance(number, int) and number > 0 and not _block(classes, str(name), "per_integration"):
        yield Problem(
            path=f"{at}.integrations",
            value=number,
            message="integrations have no effect: "
            + (f"the risk class {name} has no `per_integration`" if name else "there is no `risk_class`"),
            hint="state how each one raises the overrun in the class, or remove them",
        )


def parallel_days(initiative: Mapping[str, Any], at: str, skills: Mapping[str, Any]) -> Iterator[Problem]:
    """Days for running old and new side by side that the skill does not have."""
    for skill, days in _block(initiative, "parallel", "skill_days").items():
        most = _block(skills, str(skill)).get("days_per_month")
        if isinstance(days, (int, float)) and isinstance(most, (int, float)) and days > most:
            yield Problem(
                path=f"{at}.parallel.skill_days.{skill}",
                value=days,
                message=f"{days:g} days a month are more than the {most:g} that {skill} has",
                hint=f"at most {most:g}",
            )
