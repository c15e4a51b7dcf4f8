"""A scenario file, or a name of the library -> a frozen, validated `Scenario`, or every problem of the file at once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, ProblemsFound, nearest

if TYPE_CHECKING:
    from scenarios.positions import Document
    from sim.world import Scenario

MAX_BYTES = 2_000_000
LIBRARY_NAME = re.compile(r"[a-z][a-z0-9_]*")
NAME = re.compile(r"[\w-]+")
_PLANNER = "planner assumption"
NAMED = (
    "people", "skills", "processes", "systems", "threats", "controls", "risk_classes", "initiatives", "exclusive",
    "goals", "selection", "departments", "owners", "vendors", "pins", "blackouts", "quick_wins",
)  # fmt: skip


def load(path_or_name: str | os.PathLike[str]) -> Scenario:
    """Read a scenario, with the calibration beside it if there is one that fits.

    path_or_name: path of a YAML file, or the name of a scenario of the library. A file wins over a name.
    Raises `sim.errors.ProblemsFound` with every problem of the file, in the order of its lines.
    """
    raw, file = read(path_or_name)
    return calibrated(parse(raw, file), beside(path_or_name, file))


def calibrated(scenario: Scenario, found: tuple[bytes, str] | None) -> Scenario:
    """The scenario with the calibration beside its file, if there is one; one that it states itself comes first."""
    if found is None or scenario.calibration.processes:
        return scenario
    from scenarios.calibration import with_calibration

    return with_calibration(scenario, *found)


def beside(path_or_name: str | os.PathLike[str], file: str) -> tuple[bytes, str] | None:
    """Content and name of the calibration of a scenario, if there is one."""
    name = calibration_file(file)
    if _of_library(os.fspath(path_or_name), file):
        packed = resources.files("scenarios") / name
        return (packed.read_bytes(), name) if packed.is_file() else None
    path = Path(name)
    return (path.read_bytes(), name) if path.is_file() else None


def calibration_file(scenario_file: str) -> str:
    """Name of the calibration of a scenario file.

    >>> calibration_file("shops/mine.yaml")
    'shops/mine.calibration.yaml'
    """
    path = Path(scenario_file)
    return str(path.with_name(path.name.removesuffix(path.suffix) + ".calibration.yaml"))


def parse(raw: bytes, file: str) -> Scenario:
    """The scenario that the content of a file states. `file`: its name in error messages.

    Raises `sim.errors.ProblemsFound`; nothing else, whatever the bytes are.
    """
    from scenarios.file_kinds import SCENARIO, refuse_another
    from scenarios.positions import read_yaml

    text = _text(raw, file)
    refuse_another(text, SCENARIO, file)
    document = read_yaml(text)
    problems = list(document.problems)
    scenario: Scenario | None = None
    if document.complete:
        found = _root_problems(document.data)
        if not found:
            scenario, found = validated(document.data)
        problems += [_placed(problem, document) for problem in found]
    if problems or scenario is None:
        raise ProblemsFound(sorted((replace(p, file=file) for p in problems), key=_order))
    return scenario


def read(path_or_name: str | os.PathLike[str]) -> tuple[bytes, str]:
    """Content and printed name of a scenario file or of a scenario of the library."""
    name = os.fspath(path_or_name)
    path = Path(name)
    if LIBRARY_NAME.fullmatch(name) and name in library() and not path.is_file():
        return library_text(name).encode(), f"library/{name}.yaml"
    try:
        if not name or not path.exists():
            raise ProblemsFound([_missing_file(name)])
        if path.is_dir():
            inside = path / "scenario.yaml"
            hint = f"name {inside}, its scenario" if inside.is_file() else "name the file inside it"
            raise ProblemsFound([Problem("", f"{name} is a folder", name, hint, file=name)])
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1), name
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ProblemsFound([Problem("", f"{name!r} cannot be read: {reason}", name, file=name)]) from None


def place(path_or_name: str | os.PathLike[str]) -> Path:
    """Where a scenario file, or one of the library, lies on the disk."""
    _, file = read(path_or_name)
    return Path(str(resources.files("scenarios") / file)) if _of_library(path_or_name, file) else Path(file)


def _of_library(path_or_name: str | os.PathLike[str], file: str) -> bool:
    """Whether `read` found the scenario in the library."""
    name = os.fspath(path_or_name)
    return file == f"library/{name}.yaml" and not Path(name).is_file()


def library() -> list[str]:
    """Names of the scenarios that come with the product."""
    folder = resources.files("scenarios") / "library"
    names = (item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml"))
    return sorted(name for name in names if LIBRARY_NAME.fullmatch(name))


def library_text(name: str) -> str:
    """The commented file of a scenario of the library."""
    return (resources.files("scenarios") / "library" / f"{name}.yaml").read_text(encoding="utf-8")


def _missing_file(name: str) -> Problem:
    try:
        beside = [str(p) for p in Path(name).parent.iterdir() if p.suffix in (".yaml", ".yml")]
    except OSError:
        beside = []
    close = nearest(name, [*beside, *library()])
    hint = f"did you mean {close}?" if close else f"the library has: {', '.join(library()) or 'nothing'}"
    return Problem("", f"there is no file and no library scenario named {name!r}", name, hint, file=name)


def _text(raw: bytes, file: str) -> str:
    """The text of a file in UTF-8."""
    if len(raw) > MAX_BYTES:
        raise ProblemsFound([Problem("", f"the file is larger than {MAX_BYTES / 1e6:g} MB", file=file)])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        problem = Problem("", "this is no UTF-8 text", None, "save the file as UTF-8", file, line, column)
        raise ProblemsFound([problem]) from None
    if "\0" in text:
        raise ProblemsFound([Problem("", "this is a binary file, not text", hint="name a YAML file", file=file)])
    return text


def _root_problems(data: Any) -> list[Problem]:
    if data is None:
        return [Problem("", "the file states nothing", hint="`roadfolio new` prints a scenario to begin with")]
    if not isinstance(data, Mapping):
        kind = "a list" if isinstance(data, list) else "a single value"
        return [Problem("", f"the file holds {kind}, not a scenario", hint="begin with `version: 1` and `name: ...`")]
    return []


def validated(data: dict[str, Any]) -> tuple[Scenario | None, list[Problem]]:
    """The scenario of plain data, and what is wrong with it.

    A misspelt key is reported once and then read as the key that was meant, so that the file is looked at to its end
    and the key causes no further problems.
    """
    scenario, found, misspelt = _attempt(data)
    reported: list[Problem] = []
    written: dict[str, str] = {}  # path as meant -> path as written
    while misspelt:
        reported += [_written(problem, written) for problem in found if problem.path in misspelt]
        written |= {_sibling(path, key): _back(path, written) for path, key in misspelt.items()}
        data = _as_meant(data, misspelt)
        scenario, found, misspelt = _attempt(data)
    reported += [_written(problem, written) for problem in [*found, *_beyond_schema(data)]]
    return scenario, reported


def _attempt(data: dict[str, Any]) -> tuple[Scenario | None, list[Problem], Mapping[str, str]]:
    """The scenario, what is wrong, and the misspelt keys (path -> key that was meant)."""
    from pydantic import ValidationError

    from scenarios.messages import schema_problems
    from sim.world import Scenario
    from sim.world.references import reference_problems

    try:
        return Scenario.model_validate(data), [], {}
    except ProblemsFound as error:
        return None, list(error.errors), {}
    except ValidationError as error:
        findings = schema_problems(error, data)
    # A block that is missing or no block must not make every name in it unknown.
    unread = {name: _AnyName() for name in findings.structural if "." not in name and _no_block(data.get(name))}
    references = reference_problems({**data, **unread})
    own = [problem for problem in references if not _follows(problem, findings.structural)]
    return None, [*findings.problems, *own], findings.misspelt


def _no_block(value: Any) -> bool:
    return not isinstance(value, Mapping)


def _follows(problem: Problem, structural: frozenset[str]) -> bool:
    """Whether a problem of a name or path only follows from a block that could not be read."""
    about = [problem.path, problem.value] if isinstance(problem.value, str) else [problem.path]
    return any(place in structural for path in about for place in _and_above(path))


def _and_above(path: str) -> Iterator[str]:
    """A dotted path and the paths of all blocks around it, innermost first."""
    while path:
        yield path
        path = path.rpartition(".")[0]


def _as_meant(data: Any, misspelt: Mapping[str, str], at: str = "") -> Any:
    """`data` with every misspelt key replaced by the one that was meant."""
    if isinstance(data, Mapping):
        paths = {key: f"{at}.{key}" if at else key for key in data}
        return {misspelt.get(path, key): _as_meant(data[key], misspelt, path) for key, path in paths.items()}
    if isinstance(data, list):
        return [_as_meant(item, misspelt, f"{at}.{i}" if at else str(i)) for i, item in enumerate(data)]
    return data


class _AnyName(Mapping[str, Any]):
    """Stands for a block that cannot be read: every name may be in it."""

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> Any:
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _sibling(path: str, key: str) -> str:
    block = path.rpartition(".")[0]
    return f"{block}.{key}" if block else key


def _back(path: str, written: Mapping[str, str]) -> str:
    """The path as the file writes it."""
    for whole in _and_above(path):
        if whole in written:
            return written[whole] + path[len(whole) :]
    return path


def _written(problem: Problem, written: Mapping[str, str]) -> Problem:
    return replace(problem, path=_back(problem.path, written))


def _name_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Names that could not be told from the signs around them in a path or a roadmap."""
    for block in NAMED:
        names = data.get(block)
        for name in names if isinstance(names, Mapping) else ():
            if not NAME.fullmatch(name):
                hint = "use letters, digits, _ and -"
                yield Problem(f"{block}.{name}", f"`{name[:80]}` cannot be a name", name, hint)


def _beyond_schema(data: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _origin_problems(data)
    yield from _name_problems(data)
    yield from _family_problems(data)


def _family_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Threats whose rate and losses come from published figures that count different events."""
    from scenarios.evidence import entry as published

    threats = data.get("threats")
    for name, threat in threats.items() if isinstance(threats, Mapping) else ():
        if not isinstance(threat, Mapping):
            continue
        kinds = threat.get("secondary")
        places = {field: threat.get(field) for field in ("attempts_per_year", "success_probability", "severity")}
        for kind, loss in kinds.items() if isinstance(kinds, Mapping) else ():
            places[f"secondary.{kind}.loss"] = loss.get("loss") if isinstance(loss, Mapping) else None
        first: tuple[str, str] | None = None  # place and family
        for place, value in places.items():
            origin = value.get("origin", threat.get("origin")) if isinstance(value, Mapping) else threat.get("origin")
            entry = published(origin) if isinstance(origin, str) and origin != _PLANNER else None
            if value is None or entry is None or entry.family is None:
                continue
            first = first or (place, entry.family)
            if entry.family != first[1]:
                yield Problem(
                    f"threats.{name}.{place}",
                    f"{place} of {name} counts events of the family {entry.family}, "
                    f"{first[0]} those of {first[1]}: the rate of the one does not go with the loss of the other",
                    origin,
                    f"take both from one family, or call one of them `{_PLANNER}`",
                )


def _origin_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Origins that are neither a planner's assumption nor the id of a published figure."""
    for path, value in _origins(data, ""):
        if value == _PLANNER:
            continue
        from scenarios.evidence import known_ids  # not loaded for a scenario without published figures

        if value not in known_ids():
            close = nearest(value, [_PLANNER, *known_ids()])
            hint = f"did you mean {close}?" if close else f"`{_PLANNER}`, or the id of a published figure"
            yield Problem(path, f"there is no evidence named {value[:80]}", value, hint)


def _origins(data: Any, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            path = f"{at}.{key}" if at else key
            if key == "origin" and isinstance(value, str) and value:
                yield path, value
            yield from _origins(value, path)
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from _origins(value, f"{at}.{i}")


def _placed(problem: Problem, document: Document) -> Problem:
    """The problem with its line and column: those of the key where the key is wrong, else those of the value."""
    from scenarios.messages import shown

    path, value = problem.path, problem.value
    wrong_key = isinstance(value, str) and bool(value) and (path == value or path.endswith(f".{value}"))
    line, column = document.place(path, key=wrong_key) or (None, None)
    return replace(problem, value=shown(value), line=line, column=column)


def _order(problem: Problem) -> tuple[int, int]:
    return problem.line or 0, problem.column or 0
