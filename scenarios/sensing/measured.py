"""A figure of a study with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

CONFIDENCE = 0.95
Z = 1.959963984540054


@dataclass(frozen=True)
class Measured:
    """An estimate and its 95 % interval; both ends are None where the interval is refused, and `refused` says why."""

    estimate: float
    low: float | None
    high: float | None
    refused: str | None = None

    @property
    def half(self) -> float | None:
        """Half of the width of the interval."""
        return None if self.low is None or self.high is None else 0.5 * (self.high - self.low)

    def document(self) -> dict[str, Any]:
        """As the JSON documents hold it."""
        known = self.estimate if math.isfinite(self.estimate) else None
        return {"estimate": known, "low": self.low, "high": self.high, "refused": self.refused}


def about(estimate: float, half: float) -> Measured:
    """The estimate with a symmetric interval; none where its width is no number.

    >>> about(1.0, 0.25).low, about(1.0, float("nan")).low
    (0.75, None)
    """
    if not math.isfinite(half):
        return Measured(float(estimate), None, None, "the resamples do not vary as they must")
    return Measured(float(estimate), float(estimate - half), float(estimate + half))
