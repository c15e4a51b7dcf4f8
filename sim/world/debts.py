"""Contradictions about debts: a covenant that nobody could break, or that nobody would see."""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import Problem
from sim.world.lookup import block, items


def indebted(data: Mapping[str, Any]) -> bool:
    """Whether somebody lends something: loans of the business, a credit line, or financing of an initiative."""
    own = block(data, "money", "loans") or block(data, "money", "credit_line")
    return bool(own) or any(block(initiative, "financing") for _, initiative in items(data, "initiatives"))


def covenant_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """A covenant without any debt, and one whose years lie behind the horizon."""
    covenant = block(data, "money", "covenant")
    if not covenant:
        return
    if not indebted(data):
        yield Problem(
            path="money.covenant",
            value="stated",
            message="a covenant without any debt is never broken: nobody lends anything",
            hint="state `money.loans`, `money.credit_line` or `financing` of an initiative, or remove the covenant",
        )
    planning, year = data.get("planning_months", 48), covenant.get("from_year", 1)
    horizon = data.get("horizon_months", planning + 12 if isinstance(planning, int) else None)
    if isinstance(horizon, int) and isinstance(year, int) and horizon > 0 and 12 * (year - 1) >= horizon:
        yield Problem(
            path="money.covenant.from_year",
            value=year,
            message=f"no year would count: the simulated months end at {horizon}",
            hint=f"1 to {-(-horizon // 12)}, or a longer `horizon_months`",
        )
