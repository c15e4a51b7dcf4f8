"""What one page holds: its changes with their history, the answer it shows, its kept variants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from scenarios.workbench.answer import Answer
from scenarios.workbench.edits import Edits
from scenarios.workbench.history import History

MOST_VARIANTS: Final = 20
LONGEST_NAME: Final = 60
MOST_HINTS: Final = 16
Stage = Literal["begin", "working", "refining", "refined", "failed"]


@dataclass(frozen=True)
class Variant:
    """A kept variant: its name, what was changed, and the answer of that moment."""

    name: str
    edits: Edits
    answer: Answer


@dataclass(frozen=True)
class Progress:
    """How far the work is. stage: `begin` before the first answer. words: what is being done. share: 0 to 1."""

    stage: Stage = "begin"
    words: str = ""
    share: float = 0.0


@dataclass
class Session:
    """better: what a coarse search found since, shown at its end, as drawing takes the browser's time.

    version: of the answer, of what is said of the work, and of the controls; a page asks for what is newer than what
    it shows. answer: of `answered`, which is not `history.now` while a change is worked on. problems: why the last
    change could not be made, by control; failed: why there is no answer."""

    key: str
    history: History = field(default_factory=History)
    answer: Answer | None = None
    answered: Edits | None = None
    progress: Progress = field(default_factory=Progress)
    failed: tuple[str, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    opened: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    hints: tuple[Mapping[str, int], ...] = ()
    better: Answer | None = None
    report: str | None = None
    report_of: Edits | None = None
    reporting: bool = False
    task: int = 0
    version: int = 1
    controls: int = 1
    used: float = 0.0

    def variant(self, name: str) -> Variant | None:
        """The kept variant of a name."""
        return next((one for one in self.variants if one.name == name), None)

    def offer(self, answer: Answer) -> None:
        """Remember good roadmaps, the newest first."""
        known: list[Mapping[str, int]] = []
        for one in (answer.roadmap, *answer.known, *self.hints):
            if dict(one) not in known:
                known.append(dict(one))
        self.hints = tuple(known[:MOST_HINTS])


def free_name(wanted: str, taken: set[str]) -> str:
    """A name for a variant: on one line, not too long, and not taken.

    >>> free_name("  more   money ", {"more money"}), free_name("", set())
    ('more money 2', 'variant')
    """
    name = " ".join("".join(sign if sign.isprintable() else " " for sign in wanted).split())[:LONGEST_NAME] or "variant"
    if name not in taken:
        return name
    number = 2
    while f"{name} {number}" in taken:
        number += 1
    return f"{name} {number}"
