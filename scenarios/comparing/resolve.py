"""Arms with their scenarios read and changed and their roadmaps found, and all that is wrong with them at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.comparing.arms import POLICIES, Arm
from sim.errors import Problem, ProblemsFound, suggest

if TYPE_CHECKING:
    from scenarios.comparing.rules_of_thumb import Policies
    from sim.world import Scenario

MOST_ARMS = 24


@dataclass(frozen=True)
class Resolved:
    """An arm that can be simulated. stated: its scenario before a future was chosen; world: the one that is simulated.
    where: what the world is, in words. roadmap: start months."""

    name: str
    stated: Scenario
    world: Scenario
    future: str | None
    roadmap: Mapping[str, int]
    changes: Mapping[str, Any]
    policy: str | None

    @property
    def where(self) -> str:
        parts = [self.stated.name, *(f"{path}={value}" for path, value in self.changes.items())]
        return ", ".join(parts if self.future is None else [*parts, f"future {self.future}"])


def resolved(arms: Sequence[Arm], policies: Policies) -> tuple[Resolved, ...]:
    """Every arm, in order. Raises ProblemsFound with what is wrong with any of them; no policy is asked before all
    that can be seen without it is right."""
    problems = list(_number_problems(arms))
    worlds, starts = _read(arms, problems)
    if problems:
        raise ProblemsFound(problems)
    found = []
    for arm, world, start in zip(arms, worlds, starts, strict=True):
        assert world is not None  # or there was a problem
        roadmap = policies.roadmap(world[1], arm.policy) if arm.policy is not None else start or {}
        found.append(Resolved(arm.name, *world, arm.future, dict(roadmap), dict(arm.changes), arm.policy))
    currencies = sorted({one.world.profile.currency for one in found})
    if len(currencies) > 1:
        text = f"arms count in {' and '.join(currencies)}; their difference would mean nothing"
        raise ProblemsFound([Problem("arms", text, ", ".join(currencies), "compare arms in one currency")])
    return tuple(found)


def problems_of(arms: Sequence[Arm]) -> list[Problem]:
    """What is wrong with each of these arms."""
    problems: list[Problem] = []
    _read(arms, problems)
    return problems


def _read(
    arms: Sequence[Arm], problems: list[Problem]
) -> tuple[list[tuple[Scenario, Scenario] | None], list[Mapping[str, int] | None]]:
    """The worlds and the start months of the arms; None where there are none, or a problem was added."""
    worlds = [_world(arm, problems) for arm in arms]
    starts = [_starts(arm, problems) for arm in arms]
    for arm, world, start in zip(arms, worlds, starts, strict=True):
        if world is not None and start is not None:
            _allowed(arm, world[1], start, problems)
    return worlds, starts


def _number_problems(arms: Sequence[Arm]) -> list[Problem]:
    found = []
    if not 2 <= len(arms) <= MOST_ARMS:
        found.append(Problem("arms", "a comparison needs two arms or more", len(arms), f"2 to {MOST_ARMS} arms"))
    names = [arm.name for arm in arms]
    found += [
        Problem(f"arms.{name}", "two arms have one name", name, "give each its own")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    return found


def _world(arm: Arm, problems: list[Problem]) -> tuple[Scenario, Scenario] | None:
    from scenarios.load import load
    from scenarios.variant import variant
    from sim.futures import in_future

    try:
        stated = load(arm.scenario) if isinstance(arm.scenario, str) else arm.scenario
        stated = variant(stated, arm.changes)
        return stated, stated if arm.future is None else in_future(stated, arm.future)
    except ProblemsFound as error:
        problems += [_of_arm(arm, one) for one in error.errors]
        return None


def _starts(arm: Arm, problems: list[Problem]) -> Mapping[str, int] | None:
    """The start months of an arm that states them or a run; None for a policy, or after a problem."""
    given = [what for what in (arm.roadmap, arm.policy, arm.run) if what is not None]
    if len(given) != 1:
        text = "an arm has a roadmap, a policy or a run"
        problems.append(Problem(f"arms.{arm.name}", text, len(given), "give exactly one of them"))
        return None
    if arm.policy is not None and arm.policy not in POLICIES:
        text = f"there is no policy named {arm.policy}"
        problems.append(Problem(f"arms.{arm.name}", text, arm.policy, suggest(arm.policy, POLICIES)))
    if arm.run is not None:
        try:
            return roadmap_of_run(arm.run)
        except ProblemsFound as error:
            problems += [_of_arm(arm, one) for one in error.errors]
    return arm.roadmap


def roadmap_of_run(folder: Path) -> dict[str, int]:
    """The roadmap that a run of `roadfolio plan` recommended. Raises ProblemsFound where the folder holds none."""
    file = folder / "plan.json"
    hint = "name a folder that `roadfolio plan --out` wrote"
    try:
        starts = json.loads(file.read_text(encoding="utf-8"))["roadmap"]
        return {str(name): int(month) for name, month in starts.items()}
    except OSError as error:
        text = f"{file} cannot be read: {error.strerror or error}"
        raise ProblemsFound([Problem("run", text, str(folder), hint)]) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProblemsFound([Problem("run", f"{file} is no plan", str(folder), hint)]) from error


def _allowed(arm: Arm, world: Scenario, starts: Mapping[str, int], problems: list[Problem]) -> None:
    from sim.roadmap import roadmap as validated

    try:
        validated(world, starts)
    except ProblemsFound as error:
        problems += [_of_arm(arm, one) for one in error.errors]


def _of_arm(arm: Arm, one: Problem) -> Problem:
    place = f"arms.{arm.name}" if not one.path else f"arms.{arm.name}: {one.path}"
    return Problem(place, one.message, one.value, one.hint, one.file, one.line, one.column, one.sheet)
