"""A limit that a roadmap breaks."""

from __future__ import annotations

from dataclasses import dataclass

ROW_TOLERANCE = 1e-6
"""A row may be exceeded by this share of the largest amount of its kind: rounding, not a finding."""


@dataclass(frozen=True)
class Violation:
    """A limit that a roadmap breaks: the family of the rule, what it is about, and a sentence with the numbers.

    For budgets and skills also the period, what is needed in it and what is available [currency or days].
    mendable: more initiatives in the roadmap might mend it.
    """

    family: str
    subject: str
    sentence: str
    period: int | None = None
    needed: float | None = None
    available: float | None = None
    mendable: bool = False
