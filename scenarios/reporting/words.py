"""Words and numbers of the report: names of the planner's own file are shown and never obeyed."""

from __future__ import annotations

from collections.abc import Iterable

from scenarios.cli.render.figures import percent, rough, sensible, signed
from scenarios.cli.render.words import listed
from sim.display.text import plain


def minus(text: str) -> str:
    """A number with the sign that is as wide as a plus.

    >>> minus("-5.0 ± 0.2") == "\u22125.0 ± 0.2"
    True
    """
    return text.replace("-", "\u2212", 1) if text.startswith("-") else text


def money(value: float, error: float | None, currency: str) -> str:
    """An amount with its standard error.

    >>> money(38175.1, 1613.1, "USD")
    '38,200 ± 1,600 USD'
    """
    return f"{minus(sensible(value, error))} {plain(currency, 12)}".strip()


def about(value: float, size: float, currency: str = "") -> str:
    """An amount to about two digits of `size`, without its error: quantiles and parts of a whole.

    >>> about(51342.9, 38175.0, "USD"), about(0.0, 5.0)
    ('51,000 USD', '0')
    """
    text = rough(value, max(abs(size), abs(value), 1e-12) * 0.02)
    return f"{minus(text)} {plain(currency, 12)}".strip()


def amount(value: float, currency: str = "") -> str:
    """An amount of a budget: whole units, three digits or more.

    >>> amount(28254.3, "USD"), amount(12.34), amount(320000.0)
    ('28,250 USD', '12.3', '320,000')
    """
    size = abs(value)
    text = f"{value:,.3g}" if size < 100 else f"{round(value, -1 if size >= 10_000 else 0):,.0f}"
    return f"{'0' if text in ('-0', '0') else minus(text)} {plain(currency, 12)}".strip()


def change(mean: float, se: float | None) -> str:
    """A change with its sign and error.

    >>> change(47951.2, 1280.7)
    '+48,000 ± 1,300'
    """
    return minus(signed(mean, sensible(mean, se)))


def share(value: float, low: float | None = None, high: float | None = None) -> str:
    """A share in per cent, with its interval where it has one.

    >>> share(0.19921875, 0.18249, 0.21707), share(0.5)
    ('19.9 % (18.2 to 21.7 %)', '50.0 %')
    """
    error = None if low is None or high is None else (high - low) / 4.0
    text = percent(value, None)
    if error is None or low is None or high is None:
        return text
    return f"{text} ({percent(low, None, '')} to {percent(high, None)})"


def list_of(words: Iterable[str], most: int = 5) -> str:
    """The first words, and how many more.

    >>> list_of(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    known = list(words)
    if len(known) <= most:
        return listed(known)
    return f"{', '.join(known[:most])} and {len(known) - most} more"


def level(value: float, unit: str) -> str:
    """A value of an uncertain number or of a KPI, with three digits and its unit.

    >>> level(0.0274, "factor"), level(0.057, "share"), level(15000.0, "USD/month")
    ('0.0274', '5.7 %', '15,000 USD/month')
    """
    if unit == "share":
        return f"{minus(f'{100.0 * value:.4g}')} %"
    text = f"{value:,.3g}" if abs(value) < 1000 else f"{float(f'{value:.4g}'):,.0f}"
    return minus(text) if unit in ("factor", "") else f"{minus(text)} {plain(unit, 30)}"
