"""Delivery of initiatives: names and numbers in different blocks that must fit each other."""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import Problem
from sim.world.lookup import block as _block
from sim.world.lookup import unknown as _unknown


def delivery_problems(initiative: Mapping[str, Any], at: str, data: Mapping[str, Any]) -> Iterator[Problem]:
    """Skills and risk classes that do not exist, integrations that raise nothing, days that nobody has."""
    skills, classes = _block(data, "skills"), _block(data, "risk_classes")
    for place in ("skill_days", "help.days", "parallel.skill_days"):
        for skill in _block(initiative, *place.split(".")):
            yield from _unknown("skill", skill, skills, f"{at}.{place}.{skill}")
    yield from _unknown("risk class", initiative.get("risk_class"), classes, f"{at}.risk_class")
    yield from _difficulty(initiative, skills, f"{at}.difficulty")
    yield from _overruns(initiative, at, classes)
    yield from _parallel_days(initiative, at, skills)


def own_number_problems(path: str, candidates: Mapping[str, Any], at: str) -> Iterator[Problem]:
    """What is wrong with a change at `at` of a number of an initiative: its own, or of a gate that is none."""
    kind, _, rest = path.partition(".")
    name, _, field = rest.partition(".")
    if kind != "initiatives":
        return
    if at.startswith(f"initiatives.{name}."):
        yield Problem(
            path=at,
            value=path,
            message="its own numbers are settled at its start, before any effect of it",
            hint="write the number as it will be, or let another initiative change it",
        )
    phases = _block(candidates, name, "phases")
    if phases and field == "failure_probability":
        yield Problem(
            path=at,
            value=path,
            message=f"{name} has phases, each with a gate of its own",
            hint=f"address one of them, such as initiatives.{name}.phases.{next(iter(phases))}.failure_probability",
        )


def _overruns(initiative: Mapping[str, Any], at: str, classes: Mapping[str, Any]) -> Iterator[Problem]:
    """Integrations that raise nothing."""
    number, name = initiative.get("integrations"), initiative.get("risk_class")
    known = name is None or name in classes
    if isinstance(number, int) and number > 0 and known and not _block(classes, str(name), "per_integration"):
        yield Problem(
            path=f"{at}.integrations",
            value=number,
            message="integrations have no effect: "
            + (f"the risk class {name} has no `per_integration`" if name else "there is no `risk_class`"),
            hint="state how each one raises the overrun in the class, or remove them",
        )


def _parallel_days(initiative: Mapping[str, Any], at: str, skills: Mapping[str, Any]) -> Iterator[Problem]:
    """Days for running old and new side by side that the skill does not have."""
    for skill, days in _block(initiative, "parallel", "skill_days").items():
        most, bought = (
            _block(skills, *keys).get("days_per_month") for keys in ((str(skill),), (str(skill), "outside"))
        )
        more = ""
        if isinstance(most, (int, float)) and isinstance(bought, (int, float)):
            most, more = most + bought, ", bought ones included"
        if isinstance(days, (int, float)) and isinstance(most, (int, float)) and days > most:
            yield Problem(
                path=f"{at}.parallel.skill_days.{skill}",
                value=days,
                message=f"{days:g} days a month are more than the {most:g} that {skill} has{more}",
                hint=f"at most {most:g}",
            )


def _difficulty(initiative: Mapping[str, Any], skills: Mapping[str, Any], at: str) -> Iterator[Problem]:
    for skill, level in _block(initiative, "difficulty").items():
        yield from _unknown("skill", skill, skills, f"{at}.{skill}")
        if isinstance(level, (int, float)) and not 0 <= level <= 10:
            yield Problem(
                path=f"{at}.{skill}", value=level, message=f"{level:g} is no level of a skill", hint="0 to 10"
            )
        if isinstance(skills.get(skill), Mapping) and skills[skill].get("level") is None:
            yield Problem(
                path=f"{at}.{skill}",
                value=level,
                message=f"the skill {skill} has no level to hold against the difficulty",
                hint=f"state `skills.{skill}.level`, or remove the difficulty",
            )
        if skill in skills and skill not in _block(initiative, "skill_days"):
            yield Problem(
                path=f"{at}.{skill}",
                value=level,
                message=f"the work takes no days of {skill}, so its level plays no part",
                hint=f"state `skill_days.{skill}`, or remove the difficulty",
            )
