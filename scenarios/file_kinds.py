"""What a file is, by its outermost keys, so that a file in the wrong place is told in one sentence.

A file that was mistaken for another kind has nothing but unknown and missing keys, and a list of them helps nobody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from sim.errors import Problem, ProblemsFound

SCENARIO, DESIGN, PROGRAM = "a scenario", "a design of a sweep", "a roadmap program"
NEEDED: Final = frozenset(("profile", "people", "processes", "money"))
"""Keys that every scenario has, and no other kind."""
OTHERS: Final[Mapping[str, frozenset[str]]] = {
    DESIGN: frozenset(("scenario", "design")),
    PROGRAM: frozenset(("periods", "initiatives")),
    "the document of a plan": frozenset(("roadmap", "claim")),
    "the record of a plan's forecasts": frozenset(("records",)),
    "the document of a replanning": frozenset(("decision", "proposed")),
    "the calibration of a scenario": frozenset(("format", "operations")),
    "a document that a command printed": frozenset(("schema_version",)),
}
KEY: Final = re.compile(r"^([A-Za-z_]+)[ \t]*:", re.MULTILINE)
MAKE_DESIGN = "`roadfolio sweep new` prints a design to edit"


def kind_of(text: str) -> str | None:
    """What the text of a file is; None where it cannot be told.

    >>> kind_of("name: shop\\nprofile: {}\\nmoney: {}"), kind_of('{"records": []}'), kind_of("a: 1")
    ('a scenario', "the record of a plan's forecasts", None)
    """
    keys = _keys(text)
    if len(keys & NEEDED) >= 2 and "design" not in keys:
        return SCENARIO
    if len(keys & NEEDED) >= 2:
        return None
    return next((kind for kind, own in OTHERS.items() if own <= keys), None)


def refuse_another(text: str, wanted: str, file: str) -> None:
    """Raise ProblemsFound with one sentence where the text is of another kind than the wanted one."""
    kind = kind_of(text)
    if kind is not None and kind != wanted:
        raise ProblemsFound([Problem("", f"this is {kind}, not {wanted}", hint=_remedy(kind, wanted, file), file=file)])


def _keys(text: str) -> frozenset[str]:
    if text.lstrip()[:1] == "{":
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return frozenset()
        return frozenset(found)
    return frozenset(KEY.findall(text))


def _remedy(kind: str, wanted: str, file: str) -> str:
    if wanted == DESIGN:
        return f"{MAKE_DESIGN}; name {file} in it as its scenario" if kind == SCENARIO else MAKE_DESIGN
    if wanted == PROGRAM:
        source = file if kind == SCENARIO else "SCENARIO"
        return f"`roadfolio plan {source} --out FOLDER` writes FOLDER/problem.json, which is one"
    if kind == DESIGN:
        return f"`roadfolio sweep run {file} --out FOLDER` works it out; here, name the scenario that it states"
    if kind == PROGRAM:
        return f"`roadfolio solve {file}` solves it; of a run, name scenario.yaml beside it"
    if kind == "the calibration of a scenario":
        return "it is read with the scenario beside it: name that"
    return "of a run, name scenario.yaml beside it"
