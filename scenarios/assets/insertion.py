"""Systems into the text of a scenario file: comments, order and layout of all that stands there are kept."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scenarios.assets.systems import ImportedSystem
from scenarios.positions import UNPRINTABLE, read_yaml
from scenarios.workbooks.flow import flow
from sim.errors import Problem, ProblemsFound

BLOCK = "systems"


def with_systems(text: str, systems: Sequence[ImportedSystem], file: str, source: str) -> str:
    """The text of a YAML file with systems added below those that it has. source: what they came from.

    Raises ProblemsFound where the block of systems is written in a way that cannot be added to.
    """
    lines = text.splitlines(keepends=True)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    document = read_yaml(text)
    place = document.keys.get(BLOCK)
    if place is None:
        return _joined(lines, len(lines), ["", f"{BLOCK}:", *_lines(systems, "  ", source)], end)
    known = document.data[BLOCK]
    if not known:
        bare = re.fullmatch(rf"({BLOCK}\s*:)\s*(?:\{{\s*\}}|~|null)?\s*(#.*)?", lines[place.line - 1].rstrip())
        if bare is None:
            raise refused(file, place.line)
        lines[place.line - 1 : place.line] = [f"{bare[1]}{f'  {bare[2]}' if bare[2] else ''}{end}"]
        return _joined(lines, place.line, _lines(systems, "  ", source), end)
    first = document.keys[f"{BLOCK}.{next(iter(known))}"]
    if first.line == place.line:
        raise refused(file, place.line)
    return _joined(lines, _last_line(lines, place.line), _lines(systems, " " * (first.column - 1), source), end)


def _joined(lines: list[str], after: int, added: Sequence[str], end: str) -> str:
    """The text with lines added after one."""
    before = "".join(lines[:after])
    if before and before == before.rstrip("\r\n"):
        before += end
    return before + "".join(f"{line}{end}" for line in added) + "".join(lines[after:])


def refused(file: str, line: int | None = None) -> ProblemsFound:
    """What is said where the text has no place for more systems."""
    hint = "write `systems:` as a line of its own with an indented line for each system"
    message = "no system can be added to this text as it is written"
    return ProblemsFound([Problem(BLOCK, message, None, hint, file, line)])


def _last_line(lines: Sequence[str], head: int) -> int:
    """Number of the last line of a block of the whole, from 1; comments before the next block belong to that."""
    last = head
    for number in range(head, len(lines)):
        line = lines[number]
        if line.strip() and not line[0].isspace() and not line.startswith("#"):
            break
        if line.strip() and line[0].isspace():
            last = number + 1
    return last


def _lines(systems: Sequence[ImportedSystem], space: str, source: str) -> list[str]:
    found = [f"{space}# from {_comment(source)}: how each fails and what it costs is assumed by its kind; name them in "
             "the steps that need them"]  # fmt: skip
    for one in systems:
        found.append(f"{space}{flow(one.name)}:  # line {one.line}: {_comment(one.asset)}, {one.kind}")
        found += [f"{space}  {key}: {flow(value)}" for key, value in one.fields.items()]
    return found


def _comment(text: str) -> str:
    """A text that cannot leave its comment."""
    return " ".join(UNPRINTABLE.sub(" ", text).replace("\x85", " ").split())[:80]
