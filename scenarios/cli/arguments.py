"""Arguments that several commands share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.roadmap_text import parse_roadmap as parse_roadmap
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from sim.world import Scenario as World

Scenario = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or a name of the library.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**63 - 1, help="Seed of all randomness.")]
# For commands without randomness, so that a script may give every command the same options.
NoSeed = Annotated[int, typer.Option("--seed", min=0, max=2**63 - 1, hidden=True)]
Roadmap = Annotated[str, typer.Option("--roadmap", metavar="NAME@MONTH,…", help="What starts when: pos@0,edr@3.")]

Future = Annotated[
    str | None, typer.Option("--future", metavar="NAME", help="Let every draw live in this future; base: in none.")
]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, max=256, help="Processes, as many as cores; they change no figure.")
]
WORTH_A_PROCESS = 8  # replications; with fewer a second process costs more than it saves


def processes(wanted: int | None, replications: int) -> int:
    """How many processes play so many replications.

    >>> processes(3, 2), processes(None, 2)
    (2, 1)
    """
    if wanted is not None:
        return min(wanted, replications)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, replications // WORTH_A_PROCESS))


def turned(scenario: World, future: str | None) -> World:
    """The scenario as a command was asked to see it: in one future, or with all of them at their probabilities."""
    if future is None:
        return scenario
    from sim.futures import in_future

    return in_future(scenario, future)


def parse_share(option: str, text: str | None, low: float, high: float) -> float | None:
    """A share as scenario files write one. Raises ProblemsFound for what is none, or lies outside the range.

    >>> parse_share("--risk-weight", "30%", 0.0, 1.0), parse_share("--risk-weight", None, 0.0, 1.0)
    (0.3, None)
    """
    if text is None:
        return None
    from sim.quantities import parse_number

    allowed = f"from {low:g} to {high:g}, such as 0.3 or 30%"
    try:
        share = parse_number(text)
    except ValueError as error:
        raise ProblemsFound([Problem(option, str(error), text, allowed)]) from None
    if not low <= share <= high:
        raise ProblemsFound([Problem(option, f"{text} is outside the allowed range", text, allowed)])
    return share
