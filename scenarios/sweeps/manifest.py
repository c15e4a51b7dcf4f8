"""The manifest of a sweep: what its rows were made of, so that nothing else is ever mixed with them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scenarios.sweeps.columns import Column
from sim.errors import Problem, ProblemsFound

FILE = "manifest.json"
FORMAT = 1
MAX_BYTES = 20_000_000


@dataclass(frozen=True)
class Manifest:
    """design_hash: of the design and the rows of its CSV file. work: the block of the design as JSON. measures: name
    and unit. points: how many. own: name of the caller's own work, empty for the engines."""

    design: str
    title: str
    design_hash: str
    scenario: str
    scenario_hash: str
    currency: str
    work: str
    kind: str
    code: str
    points: int
    seed: int
    columns: tuple[Column, ...]
    measures: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()
    own: str = ""

    @property
    def origin(self) -> list[str]:
        """What decides the figures of a point, beside the point."""
        return [self.scenario_hash, self.work, self.code, self.own]

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {"format": FORMAT, **asdict(self)}


WORDS = {
    "design_hash": ("the design has changed", "the design as it was"),
    "scenario_hash": ("the scenario has changed", "the scenario as it was"),
    "code": ("the program, or a package that it rests on, has changed", "the version that began the sweep"),
    "own": ("the work is another function", "the same function"),
}


def differences(kept: Manifest, now: Manifest) -> list[Problem]:
    """What has changed since a sweep began."""
    found = [
        Problem(
            "--resume", f"{message}: {getattr(kept, name)} then, {getattr(now, name)} now", getattr(now, name), hint
        )
        for name, (message, remedy) in WORDS.items()
        if getattr(kept, name) != getattr(now, name)
        for hint in [f"go on with {remedy}, or begin anew in another folder; the rows are not mixed"]
    ]
    if not found and (kept.points, kept.columns, kept.measures) != (now.points, now.columns, now.measures):
        found.append(Problem("--resume", "the table has other columns than it had", hint="begin in another folder"))
    return found


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the file as a whole or not at all."""
    draft = folder / f".{FILE}.{os.getpid()}.part"
    try:
        draft.write_text(json.dumps(manifest.document(), indent=2) + "\n", encoding="utf-8")
        draft.replace(folder / FILE)
    finally:
        draft.unlink(missing_ok=True)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder. Raises ProblemsFound where there is none that can be read."""
    file = folder / FILE
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ProblemsFound([_unreadable(file, f"it is larger than {MAX_BYTES / 1e6:g} MB")])
        data = json.loads(file.read_text(encoding="utf-8"))
        if data.pop("format") != FORMAT:
            raise ProblemsFound([_unreadable(file, "it is of another version of the product")])
        columns = tuple(Column(**one) for one in data.pop("columns"))
        return Manifest(**{**data, **_tuples(data), "columns": columns})
    except OSError:
        hint = "name the folder of --out of `roadfolio sweep run`"
        raise ProblemsFound([Problem("", f"{folder} holds no sweep", str(folder), hint)]) from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ProblemsFound([_unreadable(file, str(error))]) from None


def _tuples(data: dict[str, Any]) -> dict[str, Any]:
    measures: Sequence[Sequence[str]] = data["measures"]
    return {"measures": tuple((name, unit) for name, unit in measures), "notes": tuple(data["notes"])}


def _unreadable(file: Path, why: str) -> Problem:
    return Problem("", f"the manifest of the sweep cannot be read: {why}", str(file), "begin in another folder")
