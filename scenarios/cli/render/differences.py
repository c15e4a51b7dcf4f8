"""Paired differences in words: how large, how sure, and what it would take to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.cli.render.figures import percent, sensible, signed, span

if TYPE_CHECKING:
    from optimize.archive import Estimate
    from scenarios.comparing.paired import Difference

NO_DIFFERENCE, NOT_YET = "no difference", "cannot tell yet"


def money(one: Estimate) -> str:
    """A mean with its standard error."""
    return sensible(one.mean, one.se)


def change(found: Difference, scale: float = 1.0) -> str:
    """The difference with its sign and standard error; scale 100: of shares, in percentage points."""
    if found.verdict == NO_DIFFERENCE:
        return "0"
    if scale == 100.0:
        return signed(found.mean, percent(found.mean, found.interval.se, unit=" pp"))
    return signed(found.mean, sensible(found.mean, found.interval.se))


def ends(found: Difference, scale: float = 1.0) -> str:
    """The 95 % interval, or that there is none."""
    if found.verdict == NO_DIFFERENCE:
        return "in no draw"
    low, high = found.interval.low, found.interval.high
    if low is None or high is None:
        return "no interval"
    if found.interval.se == 0.0:
        return "in every draw"
    return span(low, high, scale, unit=" pp" if scale == 100.0 else "")


def verdict(found: Difference, higher: str = "more", lower: str = "less") -> str:
    """The verdict; for one that is open, about how many draws would tell."""
    words = {"higher": higher, "lower": lower}
    if found.verdict in words:
        return words[found.verdict]
    if found.verdict == NOT_YET and found.draws_to_tell is not None:
        return f"{NOT_YET}: about {rounded_draws(found.draws_to_tell)} draws would"
    if found.interval.refused:
        return f"{NOT_YET}: no interval holds"
    return str(found.verdict)


def rounded_draws(draws: int) -> str:
    """A number of draws with two digits.

    >>> rounded_draws(12345), rounded_draws(10**9)
    ('12,000', 'more than 10 million')
    """
    if draws > 10_000_000:
        return "more than 10 million"
    digits = max(0, len(str(draws)) - 2)
    return f"{round(draws, -digits):,}"
