"""What the business wants to reach with its technology: a KPI, a target, a month by which, and how much it counts."""

from typing import Self

from pydantic import model_validator

from sim.world.base import Certain, World, plain


class Goal(World):
    """A goal that can be measured. The direction of better is the KPI's own.

    KPIs are counted by year from month 0, so the goal is judged in the year that holds its month.
    """

    kpi: str = plain(
        "key performance indicator, such as lost_share", needed="without a KPI nothing measures whether it is reached"
    )
    target: Certain = plain(
        "level to reach, in the KPI's own unit",
        needed="without a target no level is good enough and none is too low",
    )
    month: int = plain(
        "month by which, counted from 0; judged in the year that holds it",
        unit="month",
        low=0,
        high=359,
        needed="without a month it can be put off for ever",
    )
    weight: Certain = plain(
        "what it counts beside the other goals; only the proportions matter",
        low=0,
        high=1e6,
        needed="without a weight it cannot be set against the other goals",
    )
    title: str = plain("name, as printed; empty: the name of the block", default="")
    tolerance: Certain = plain(
        "shortfall that still counts as reached, in the KPI's own unit", low=0, high=1e12, default=0.0
    )

    floor: bool = plain("a roadmap must reach it in the mean of the draws; no: it is only reported", default=False)

    @model_validator(mode="after")
    def _counts(self) -> Self:
        if self.weight <= 0:
            raise ValueError("a goal of `weight` 0 counts for nothing; give it a number above 0, or remove the goal")
        return self

    @property
    def year(self) -> int:
        """Year from month 0 in which it is judged; 0 is months 0 to 11."""
        return self.month // 12
