"""Arms as a planner writes them on a command line: `later: pos@6 money.discount_rate=0.05 future=recession`.

NAME: WHAT [PATH=VALUE ...] [future=NAME] [scenario=FILE]. WHAT is a roadmap (`pos@0,edr@3`), `nothing` (no initiative
at all), a policy (`do-nothing`, `cheapest-first`, `highest-roi-first`, `technology-first`, `plan`) or `run=FOLDER`.
A value with spaces stands in quotes.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.comparing.arms import POLICIES, Arm
from sim.errors import Problem, ProblemsFound, nearest

FORM = 'write NAME: WHAT, such as "later: pos@6" or "dear: plan money.discount_rate=0.12"'
NOTHING = "nothing"


@dataclass(frozen=True)
class Written:
    """The words of an arm."""

    name: str
    what: str
    options: dict[str, str]


def arms_of(texts: Sequence[str], files: Sequence[str], changes: Sequence[str] = ()) -> tuple[Arm, ...]:
    """Every arm of the texts, in every file; one that names its scenario only there. changes: of all arms.

    Raises ProblemsFound with every problem of the texts, and of what the arms that can be read speak of.

    >>> [arm.name for arm in arms_of(["now: pos@0", "none: nothing"], ["retailer"])]
    ['now', 'none']
    >>> [arm.name for arm in arms_of(["now: pos@0"], ["a.yaml", "b.yaml"])]
    ['now (a)', 'now (b)']
    """
    problems: list[Problem] = []
    shared = _options(changes, "--set", problems)
    found: list[Arm] = []
    for text in texts:
        written = _written(text, problems)
        if written is None:
            continue
        own = written.options.pop("scenario", None)
        for file in files if own is None else (own,):
            name = written.name if own is not None or len(files) == 1 else f"{written.name} ({Path(file).stem})"
            arm = _arm(name, file, written, {**shared, **written.options}, text, problems)
            found += [] if arm is None else [arm]
    if problems:
        from scenarios.comparing.resolve import problems_of

        raise ProblemsFound([*problems, *problems_of(found)])
    return tuple(found)


def _written(text: str, problems: list[Problem]) -> Written | None:
    name, colon, rest = text.partition(":")
    if not colon or not name.strip() or "=" in name or "@" in name:
        what = "an arm begins with its name and a colon"
        if colon and name.strip():
            what += ", and a name holds neither = nor @"
        problems.append(Problem("--arm", what, text, FORM))
        return None
    try:
        words = shlex.split(rest)
    except ValueError:
        problems.append(Problem("--arm", "a quote is opened and not closed", text, "close it"))
        return None
    options = _options([word for word in words if "=" in word], "--arm", problems)
    what = "".join(word for word in words if "=" not in word)
    if not what and "run" not in options:
        problems.append(Problem("--arm", f"{name.strip()} does not say what is done", text, FORM))
        return None
    if what and "run" in options:
        problems.append(Problem("--arm", f"{name.strip()} names a run and {what}", text, "keep one of them"))
        return None
    return Written(name.strip(), what, options)


def _options(words: Sequence[str], place: str, problems: list[Problem]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        path, equals, value = word.partition("=")
        if not equals or not path.strip() or not value.strip():
            problems.append(Problem(place, f"{word!r} changes nothing", word, "write PATH=VALUE"))
        elif path.strip() in found:
            problems.append(Problem(place, f"{path.strip()} is changed twice", word, "change it once"))
        else:
            found[path.strip()] = value.strip()
    return found


def _arm(
    name: str, file: str, written: Written, options: dict[str, str], text: str, problems: list[Problem]
) -> Arm | None:
    from scenarios.cli.arguments import parse_roadmap

    future, run = options.pop("future", None), options.pop("run", None)
    changes = {path: value_of(value) for path, value in options.items()}
    if run is not None:
        return Arm(name, file, run=Path(run), changes=changes, future=future)
    if written.what in POLICIES:
        return Arm(name, file, policy=written.what, changes=changes, future=future)
    if written.what == NOTHING:
        return Arm(name, file, roadmap={}, changes=changes, future=future)
    if "@" not in written.what:
        close = nearest(written.what, [*POLICIES, NOTHING])
        hint = f"did you mean {close}?" if close else f"a roadmap such as pos@0,edr@3, or {', '.join(POLICIES)}"
        problems.append(Problem("--arm", f"{written.what} is neither a roadmap nor a policy", text, hint))
        return None
    try:
        return Arm(name, file, roadmap=parse_roadmap(written.what), changes=changes, future=future)
    except ProblemsFound as error:
        problems += [Problem("--arm", f"{name}: {one.message}", one.value, one.hint) for one in error.errors]
        return None


def value_of(text: str) -> Any:
    """A value as a scenario file could hold it: JSON where it is JSON, text otherwise.

    >>> value_of("0.05"), value_of("20k to 28k"), value_of("x0.8"), value_of("[1, 2]"), value_of("null")
    (0.05, '20k to 28k', 'x0.8', [1, 2], None)
    """
    try:
        return json.loads(text)
    except ValueError:
        return text
