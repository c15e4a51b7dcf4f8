"""What the planner has decided, or asks of the choice: groups, pins, closed months, early successes, loads."""

from typing import Literal, Self

from pydantic import Field, model_validator

from sim.world.base import World, plain


class Selection(World):
    """Initiatives whose choice hangs together."""

    rule: Literal["at_most_one", "exactly_one", "at_least_one", "all_or_none"] = plain("how many of them are chosen")
    members: tuple[str, ...] = Field(min_length=1, description="initiatives")


class Pin(World):
    """A decision that is taken already: the initiative starts in a month, or stays out."""

    start_month: int | None = plain(
        "month in which it starts, the first of a planning period", unit="month", low=0, high=240, default=None
    )
    out: bool = plain("it stays out", default=False)
    reason: str = plain("why, as reports repeat it", default="")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.out and self.start_month is not None:
            raise ValueError("a pin with `out` has no `start_month`; remove one of them")
        if not self.out and self.start_month is None:
            raise ValueError("a pin needs `start_month`, or `out: true`; such as `start_month: 3`")
        return self


class Blackout(World):
    """Calendar months, every year, in which something must not happen, as the dates of the plan say."""

    calendar_months: tuple[int, ...] = Field(min_length=1, description="months of the year, 1 to 12")
    what: Literal["start", "work", "go_live"] = plain(
        "what must not fall into them: the start, any month of the work, or the month after it in which it goes live",
        default="go_live",
    )
    departments: tuple[str, ...] = plain("departments whose initiatives it closes", default=())
    initiatives: tuple[str, ...] = plain("initiatives that it closes; none of both: all", default=())

    @model_validator(mode="after")
    def _months(self) -> Self:
        found = [f"{month} is no month of the year; 1 to 12" for month in self.calendar_months if not 1 <= month <= 12]
        if len(set(self.calendar_months)) == 12:
            found.append("all 12 months are closed; leave one open, or pin the initiatives out")
        if found:
            raise ValueError("\n".join(found))
        return self


class QuickWin(World):
    """So many initiatives are finished early."""

    by_month: int = plain(
        "month before whose start they are finished, as planned; from the end of the first planning period on",
        unit="month",
        low=1,
        high=240,
    )
    least: int = plain("how many", low=1, high=100, default=1)
    among: tuple[str, ...] = plain("which of them count; none: all", default=())


class LoadLimit(World):
    """How many initiatives a department, an owner or a vendor bears at a time."""

    at_most: int = plain("initiatives at a time, in any planning period", low=1, high=100)
