"""Why there is no answer, as the page says it: the cause first, titles for names, and the first ways out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sim.display.text import plain

if TYPE_CHECKING:
    from optimize import NoRoadmap
    from sim.world import Scenario

WAYS: Final = 2  # alternatives that are told of each kind; `roadfolio plan` tells them all
LONGEST_TITLE: Final = 60


def no_answer(scenario: Scenario, found: NoRoadmap) -> tuple[str, ...]:
    """The sentences of a finding that there is no roadmap, shorter, the cause first."""
    sentences = [titled(scenario, one) for one in found.sentences]
    if found.conflict is None or len(sentences) < 2:
        return tuple(sentences)
    cause = _first_needs(sentences[1])
    ways = [titled(scenario, f"{one.words}{'' if one.proved else ' (perhaps less)'}") for one in found.repairs]
    if not ways:
        return (cause, sentences[0])
    more = len(ways) - WAYS
    rest = f" `roadfolio plan` of the downloaded scenario tells {more} more." if more > 0 else ""
    return (cause, f"So no roadmap meets every demand. There is one with: {'; or with: '.join(ways[:WAYS])}.{rest}")


def titled(scenario: Scenario, sentence: str) -> str:
    """With the titles of initiatives in the place of their names in the file, but where a budget has the same name."""
    titles = {name: plain(one.title, LONGEST_TITLE) for name, one in scenario.initiatives.items() if one.title}
    if not titles:
        return sentence
    names = "|".join(re.escape(name) for name in sorted(titles, key=len, reverse=True))
    return re.sub(rf"(?<!budget )(?<![\w-])({names})(?![\w-])", lambda one: f"“{titles[one[1]]}”", sentence)


def _first_needs(cause: str) -> str:
    """The first alternatives of what is needed; what stands behind the last one stays.

    >>> _first_needs("X needs 1 more in Q1 or else 1 more in Q2 or else 1 more in Q3, where Y.")
    'X needs 1 more in Q1 or else 1 more in Q2, or else one of 1 more such needs, where Y.'
    """
    needs = cause.removesuffix(".").split(" or else ")
    more = len(needs) - WAYS
    if more <= 0:
        return cause
    _, where, behind = needs[-1].partition(", where ")
    first = " or else ".join(needs[:WAYS])
    return f"{first}, or else one of {more} more such needs{where}{behind}."
