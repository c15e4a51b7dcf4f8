"""How often a limit is broken in the worlds that were simulated, and whether that is more often than allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.measures import wilson_interval

Floats = NDArray[np.float64]
Broken = NDArray[np.bool_]
CONFIDENCE = 0.95


class Measured(Protocol):
    """What limits look at, of a roadmap, (draws,) each: lowest cash with it and without any initiative, and least debt
    service cover."""

    @property
    def trough(self) -> Floats: ...
    @property
    def baseline_trough(self) -> Floats: ...
    @property
    def cover(self) -> Floats: ...


@dataclass(frozen=True)
class Breach:
    """Share of draws in which a limit is broken, with its Wilson interval of 95 %."""

    share: float
    low: float
    high: float


def breach(broken: Broken) -> Breach:
    """The share of draws that break a limit. broken: (draws,)."""
    number = int(np.count_nonzero(broken))
    return Breach(number / len(broken), *wilson_interval(number, len(broken), CONFIDENCE))


def seldom(broken: Broken, allowed: float) -> bool:
    """Whether the probability of a breach is at most the allowed one, by its one-sided upper limit of 95 %.

    >>> seldom(np.arange(100) < 4, 0.1), seldom(np.arange(100) < 9, 0.1)
    (True, False)
    """
    upper = wilson_interval(int(np.count_nonzero(broken)), len(broken), 2.0 * CONFIDENCE - 1.0)[1]
    return upper <= allowed
