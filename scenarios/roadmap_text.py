"""A roadmap as a line of text, `pos@0,edr@3`: what starts in which month."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.errors import Problem, ProblemsFound

ITEM = re.compile(r"\s*([\w-]+)\s*@\s*(\d{1,4})\s*")


def parse_roadmap(text: str, at: str = "--roadmap") -> dict[str, int]:
    """The text -> start months by initiative, in the order of the text. Empty text: the baseline.

    at: where the text was stated. Only the form is checked; whether the initiatives exist is a question to the
    scenario. Raises ProblemsFound with every problem of the text.

    >>> parse_roadmap("pos@0, edr@3")
    {'pos': 0, 'edr': 3}
    """
    starts: dict[str, int] = {}
    problems: list[Problem] = []
    for item in text.split(",") if text.strip() else ():
        found = ITEM.fullmatch(item)
        if found and found[1] not in starts:
            starts[found[1]] = int(found[2])
        else:
            problems += _item_problems(item.strip(), starts, at)
    if problems:
        raise ProblemsFound(problems)
    return starts


def _item_problems(item: str, starts: dict[str, int], at: str) -> Iterator[Problem]:
    name, sign, month = (part.strip() for part in item.partition("@"))
    if not item:
        yield Problem(at, "nothing stands between two commas", item, "write NAME@MONTH, such as pos@0")
    elif not sign:
        yield Problem(at, f"{item!r} has no month", item, f"write {item}@0 to start in month 0")
    elif name in starts:
        yield Problem(at, f"{name} is named twice", item, "an initiative starts once")
    elif not re.fullmatch(r"\d{1,4}", month):
        yield Problem(at, f"{month!r} is no month", item, "a whole number from 0, the first month")
    else:
        yield Problem(at, f"{name!r} is no name of an initiative", item, "write NAME@MONTH, such as pos@0")
