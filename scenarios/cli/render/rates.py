"""Rows of a screen about the internal rate of return and the modified one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.cli.render.figures import percent, rough

if TYPE_CHECKING:
    from sim.rate_of_return import Rate, RatesOfReturn

Rows = list[tuple[str, str, str]]


def rate_rows(rates: RatesOfReturn | None) -> Rows:
    """Label, figure and explanation of both rates; none where nobody gathered them, or for the baseline."""
    if rates is None:
        return []
    if not rates.all_rates and rates.mirr.value is None and rates.none == rates.counted:
        return []
    at = f"each outflow financed, each inflow put by at {_plain(rates.finance_rate)}"
    return [
        ("IRR", _figure(rates.irr), f"{_why(rates.irr)}{_shares(rates)}"),
        ("modified IRR", _figure(rates.mirr), f"{_why(rates.mirr)}{at}"),
    ]


def _figure(rate: Rate) -> str:
    return "none" if rate.value is None else f"{percent(rate.value, rate.se)} a year"


def _why(rate: Rate) -> str:
    if rate.reason is not None:
        return f"{rate.reason}; "
    if rate.low is None or rate.high is None:
        return ""
    low, high = (rough(100.0 * end, 100.0 * rate.se if rate.se else None) for end in (rate.low, rate.high))
    return f"95 % sure: {low} to {high} %; "


def _shares(rates: RatesOfReturn) -> str:
    """In how many of the draws a rate exists."""
    found = [
        f"{percent(share, 0.25 * (high - low))} have {what}"
        for of, what in (("none", "none"), ("several", "several"))
        for share, low, high in (rates.share(of),)
        if share > 0.0
    ]
    if rates.counted == 1:
        return "of the flow of one draw"
    counted = f"of the mean flow; of {rates.counted:,} draws "
    return counted + (" and ".join(found) if found else "all have one")


def _plain(rate: float) -> str:
    return percent(rate, None)
