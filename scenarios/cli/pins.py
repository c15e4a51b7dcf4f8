"""The option `--pin`: decisions that are taken before the plan is made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from sim.world import Scenario
    from sim.world.choices import Pin

FORM = re.compile(
    r"\s*(?P<name>[\w-]+)\s*=\s*(?:(?P<year>\d{4})-(?P<month>\d{2})|(?P<out>out))\s*(?::(?P<why>.*))?", re.S
)
EXAMPLE = "write NAME=YYYY-MM or NAME=out, and why after a colon, such as pos=2027-04 or crm=out:no owner"

Pins = Annotated[
    list[str] | None,
    typer.Option(
        "--pin",
        metavar="NAME=MONTH",
        help="Decided already, repeatable: pos=2027-04 starts then, crm=out stays out; pos=2027-04:WHY says why.",
    ),
]


def pinned(scenario: Scenario, texts: Sequence[str] | None) -> Scenario:
    """The scenario with these pins in place of its own for the same initiatives. Raises ProblemsFound with every
    problem of the texts."""
    if not texts:
        return scenario
    from sim.world.choice_references import choice_problems

    problems: list[Problem] = []
    pins: dict[str, Pin] = {}
    for text in texts:
        found = FORM.fullmatch(text)
        if found is None:
            problems.append(Problem("--pin", f"{text!r} is no pin", text, EXAMPLE))
        elif found["name"] in pins:
            problems.append(Problem("--pin", f"{found['name']} is pinned twice", text, "pin it once"))
        else:
            problems += _add(scenario, pins, found)
    made = scenario.model_copy(update={"pins": {**scenario.pins, **pins}})
    for one in choice_problems(made.model_dump()):
        problems.append(Problem("--pin", f"{one.path}: {one.message}", one.value, one.hint))
    if problems:
        raise ProblemsFound(problems)
    return made


def _add(scenario: Scenario, pins: dict[str, Pin], found: re.Match[str]) -> Iterator[Problem]:
    from sim.world.choices import Pin

    name, reason = found["name"], (found["why"] or "").strip()
    wrong = []
    if found["out"] is not None:
        pins[name] = Pin(out=True, reason=reason)
    else:
        year, month = (int(part) for part in scenario.start.split("-"))
        start = (int(found["year"]) - year) * 12 + int(found["month"]) - month
        if not 1 <= int(found["month"]) <= 12:
            wrong.append(Problem("--pin", f"{found['month']} is no month of the year", found[0], "01 to 12"))
        elif not 0 <= start < scenario.planning_months:
            last = scenario.period_label(scenario.periods - 1)
            message = f"{found['year']}-{found['month']} is not among the planning months"
            wrong.append(Problem("--pin", message, found[0], f"from {scenario.start}, the last period is {last}"))
        else:
            pins[name] = Pin(start_month=start, reason=reason)
    yield from wrong
