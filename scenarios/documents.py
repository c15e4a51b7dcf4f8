"""The JSON documents that the commands print, and their published schemas (JSON Schema, draft 2020-12).

A schema file may refer to another by its `$id`; `schema` returns one document that holds all it refers to.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

from sim.errors import Problem, ProblemsFound, nearest

DOCUMENTS = {
    # name: the file that describes it
    "roi": "outcomes",
    "simulate": "outcomes",
    "plan": "plan",
    "replan": "replan",
    "frontier": "frontier",
    "solve": "solve",
    "verify": "verify",
    "calibrate": "calibrate",
    "check": "check",
    "evidence": "evidence",
    "app": "app",
    "convert": "convert",
    "import-assets": "import_assets",
    "gaps": "gaps",
    "uncertainty": "uncertainty",
    "sensitivity": "sensitivity",
    "break-even": "break_even",
    "information": "information",
    "discover": "discover",
    "robustness": "robustness",
    "contributions": "contributions",
    "course": "course",
    "compare": "compare",
    "policies": "policies",
    "report": "report",
    "figures": "figures",  # written by `plan --out` beside plan.json
    "draw": "draw",
    "sweep": "sweep",
    "errors": "errors",
}
URN = "urn:roadfolio:"


def schema(name: str) -> dict[str, Any]:
    """The schema of a document. Raises ProblemsFound for a name that is none.

    >>> schema("roi")["title"]
    'Outcomes of one roadmap'
    """
    if name not in DOCUMENTS:
        close = nearest(name, DOCUMENTS)
        hint = f"did you mean {close}?" if close else f"known: {', '.join(DOCUMENTS)}"
        raise ProblemsFound([Problem("--document", f"there is no document named {name}", name, hint)])
    whole = _file(DOCUMENTS[name])
    parts: dict[str, Any] = {}
    wanted = list(_references(whole))
    while wanted:
        part = wanted.pop()
        if part not in parts:
            parts[part] = _file(part)
            wanted += _references(parts[part])
    if parts:
        whole["$defs"] = {**whole.get("$defs", {}), **parts}
    return whole


def _file(name: str) -> dict[str, Any]:
    text = (resources.files("scenarios") / "schemas" / f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _references(node: Any) -> Iterator[str]:
    """Names of the schema files that some part of a schema refers to."""
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str) and target.startswith(URN):
            yield target.removeprefix(URN).partition("#")[0]
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)
