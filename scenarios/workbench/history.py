"""Undo and redo: what was before, what is, and what was taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from scenarios.workbench.edits import Edits

DEEPEST: Final = 200
TOGETHER: Final = 1.5
"""Changes of one control within so many seconds are one step: a slider that is dragged passes many values."""


@dataclass(frozen=True)
class History:
    """past, future: the nearest last. control, at: what was changed last, and when [s]."""

    now: Edits = field(default_factory=Edits)
    past: tuple[Edits, ...] = ()
    future: tuple[Edits, ...] = ()
    control: str = ""
    at: float = float("-inf")

    def changed(self, edits: Edits, control: str, at: float) -> History:
        """A step further; what was taken back is forgotten.

        >>> history = History().changed(Edits(risk_weight=0.1), "risk", 0.0)
        >>> history = history.changed(Edits(risk_weight=0.2), "risk", 1.0)
        >>> history.undone().now.risk_weight is None, history.undone().redone().now.risk_weight
        (True, 0.2)
        """
        if edits == self.now:
            return self
        together = bool(control) and control == self.control and at - self.at < TOGETHER and bool(self.past)
        past = self.past if together else (*self.past, self.now)[-DEEPEST:]
        return History(edits, past, (), control, at)

    def undone(self) -> History:
        """A step back, if there is one."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (*self.future, self.now))

    def redone(self) -> History:
        """A step forth again, if there is one."""
        if not self.future:
            return self
        return History(self.future[-1], (*self.past, self.now), self.future[:-1])
