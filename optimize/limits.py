"""How long and how exactly to solve."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

PROOF_GAP = 1e-6
"""Relative gap at or under which a roadmap counts as optimal."""


@dataclass(frozen=True)
class Limits:
    """Limits of one call of `solve`, tie-breaking included.

    seconds: wall-clock time [s]; None = no limit. A run that is stopped by the clock may differ on another machine.
    gap: relative gap at which the solver may stop. At or under 1e-6 it must prove the optimum, and ties are broken.
    nodes: limit on branch-and-bound nodes; unlike `seconds` it stops at the same roadmap on every run. None = no limit.
    threads: threads of the solver. 1 is reproducible and, at these sizes, as fast as more.
    solver: "highs", or "cbc" where a CBC executable is present.
    break_ties: end a proved solve in the canonical optimum; costs about as much again as the solve. Without it a proved
        answer is still one of the best, but which of several may change with the solver's version.

    >>> Limits(gap=-1.0)
    Traceback (most recent call last):
    ...
    ValueError: gap must be a finite number, 0 or more; got -1.0
    """

    seconds: float | None = 60.0
    gap: float = PROOF_GAP
    nodes: int | None = None
    threads: int = 1
    solver: Literal["highs", "cbc"] = "highs"
    break_ties: bool = True

    def __post_init__(self) -> None:
        if self.seconds is not None and not (math.isfinite(self.seconds) and self.seconds > 0.0):
            raise ValueError(f"seconds must be a finite number above 0, or None; got {self.seconds}")
        if not (math.isfinite(self.gap) and self.gap >= 0.0):
            raise ValueError(f"gap must be a finite number, 0 or more; got {self.gap}")
        if self.nodes is not None and self.nodes < 1:
            raise ValueError(f"nodes must be 1 or more, or None; got {self.nodes}")
        if self.threads < 1:
            raise ValueError(f"threads must be 1 or more; got {self.threads}")
        if self.solver not in ("highs", "cbc"):
            raise ValueError(f'solver must be "highs" or "cbc"; got {self.solver!r}')
