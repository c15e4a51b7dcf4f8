"""What is wrong with a planner's input: every problem at once, each with its place, its value and a remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    `path` is dotted, list positions as numbers (`initiatives.2.value`); `line` and `column` count from 1 and are None
    where the input has no text (an object built in Python). `value` is the offending value, `hint` the remedy: the
    allowed range, or the nearest name that exists. `sheet`: of a workbook, where `line` and `column` are those of a
    cell.
    """

    path: str
    message: str
    value: object = None
    hint: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    sheet: str | None = None

    @property
    def place(self) -> str:
        """Where it stands: `shop.yaml:12:5`, or `shop.xlsx: Initiatives!C7`.

        >>> Problem("", "odd", file="shop.xlsx", line=7, column=3, sheet="Initiatives").place
        'shop.xlsx: Initiatives!C7'
        """
        if self.sheet is not None:
            return ": ".join(part for part in (self.file, self._cell()) if part)
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    def _cell(self) -> str:
        name = self.sheet or ""
        name = name if name.isidentifier() else f"'{name}'"
        if self.line is None:
            return name
        letters, left = "", self.column or 1
        while left:
            left, rest = divmod(left - 1, 26)
            letters = chr(65 + rest) + letters
        return f"{name}!{letters}{self.line}"

    def __str__(self) -> str:
        where = ": ".join(part for part in (self.place, self.path) if part)
        text = f"{where}: {self.message}" if where else self.message
        return f"{text} ({self.hint})" if self.hint else text


class ProblemsFound(Exception):  # noqa: N818 (a finding about the input, with all its parts, not a single error)
    """Input that cannot be used. `errors` holds every problem, in the order in which they were found."""

    def __init__(self, errors: Iterable[Problem]) -> None:
        self.errors: tuple[Problem, ...] = tuple(errors)
        super().__init__("\n".join(str(problem) for problem in self.errors))

    def __reduce__(self) -> tuple[type[ProblemsFound], tuple[tuple[Problem, ...]]]:
        return type(self), (self.errors,)  # so that the problems survive the way back from a worker process


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like `name`, or None if none looks like it.

    >>> nearest("capitl", ["capital", "running"])
    'capital'
    >>> nearest("x", ["capital", "running"]) is None
    True
    """
    matches = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def suggest(name: str, known: Iterable[str]) -> str:
    """The remedy for an unknown name: the nearest one, or all that there are.

    >>> suggest("pso", ["pos", "crm"]), suggest("zebra", ["pos", "crm"]), suggest("pos", [])
    ("did you mean 'pos'?", 'known: pos, crm', 'none exist')
    """
    names = list(known)
    near = nearest(name, names)
    if near is not None:
        return f"did you mean {near!r}?"
    return f"known: {', '.join(names)}" if names else "none exist"
