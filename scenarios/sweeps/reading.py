"""A design file -> a `Design`, or every problem of the file with its place and the nearest name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from scenarios.file_kinds import DESIGN, refuse_another
from scenarios.messages import shown
from scenarios.positions import Document, read_yaml
from scenarios.sweeps.design import KINDS, Design, Work
from sim.errors import Problem, ProblemsFound, nearest

MAX_BYTES = 5_000_000
BEGIN = "`roadfolio sweep new` prints a design to begin with"


def read_design(path: str | os.PathLike[str]) -> tuple[Design, Document]:
    """The design of a file, and where its parts stand. Raises ProblemsFound with every problem of the file."""
    name = os.fspath(path)
    try:
        with Path(name).open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ProblemsFound([Problem("", f"{name!r} cannot be read: {reason}", name, BEGIN, file=name)]) from None
    if len(raw) > MAX_BYTES:
        hint = "put the points into the rows of a CSV file"
        raise ProblemsFound([Problem("", f"the design is larger than {MAX_BYTES / 1e6:g} MB", hint=hint, file=name)])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProblemsFound([Problem("", "this is no UTF-8 text", hint="save the file as UTF-8", file=name)]) from None
    refuse_another(text, DESIGN, name)
    document = read_yaml(text)
    if document.problems or not document.complete:
        raise ProblemsFound(replace(problem, file=name) for problem in document.problems)
    try:
        return design_of(document.data), document
    except ProblemsFound as error:
        raise ProblemsFound(placed(problem, document, name) for problem in error.errors) from None


def design_of(data: Any) -> Design:
    """The design that plain data states. Raises ProblemsFound."""
    if not isinstance(data, Mapping):
        raise ProblemsFound([Problem("", "this is no design", shown(data), BEGIN)])
    try:
        return Design.model_validate(data)
    except ValidationError as error:
        raise ProblemsFound(_problems(error, data)) from None


def placed(problem: Problem, document: Document, file: str) -> Problem:
    """The problem with its file, line and column."""
    line, column = document.place(problem.path) or (None, None)
    return replace(problem, value=shown(problem.value), file=file, line=line, column=column)


def _problems(error: ValidationError, data: Mapping[str, Any]) -> Iterator[Problem]:
    for row in error.errors(include_url=False):
        loc = [str(part) for part in row["loc"]]
        if len(loc) > 1 and loc[0] == "design" and loc[1] in KINDS:
            del loc[1]  # the kind, which is no place of the file
        path, kind = ".".join(loc), row["type"]
        if kind == "extra_forbidden":
            known = list(_model(loc[:-1], data).model_fields)
            close = nearest(loc[-1], known)
            hint = f"did you mean {close}?" if close else f"known: {', '.join(known)}"
            yield Problem(path, f"there is no key {loc[-1]} here", loc[-1], hint)
        elif kind == "missing":
            about = (_model(loc[:-1], data).__doc__ or "").split("\n")[0]
            yield Problem(path, f"{loc[-1]} is missing", None, about or None)
        elif kind.startswith("union_tag"):
            stated = data["design"].get("kind") if isinstance(data.get("design"), Mapping) else None
            close = nearest(str(stated), KINDS)
            hint = f"did you mean {close}?" if close else f"known: {', '.join(KINDS)}"
            yield Problem("design.kind", "the kind of a design", stated, hint)
        else:
            message = row["msg"].replace("Input should", "this should")
            close = nearest(str(row["input"]), _allowed(row))
            yield Problem(path, message, shown(row["input"]), f"did you mean {close}?" if close else None)


def _allowed(row: Any) -> list[str]:
    expected = str(row.get("ctx", {}).get("expected", ""))
    return [word.strip(" '") for word in expected.replace(" or ", ",").split(",") if word.strip(" '")]


def _model(loc: list[str], data: Mapping[str, Any]) -> type[BaseModel]:
    """The block at a place of the file."""
    if loc[:1] == ["work"]:
        return Work
    if loc[:1] == ["design"]:
        inner = data.get("design")
        return KINDS.get(str(inner.get("kind")) if isinstance(inner, Mapping) else "", Design)
    return Design
