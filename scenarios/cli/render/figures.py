"""Numbers as a planner should read them: never more digits than the error justifies, and what is not known is said."""

from __future__ import annotations

import math

MOST_DIGITS = 5  # of a number, however small its error
NO_ERROR_DIGITS = 3  # of a number whose error is not known
NO_ERROR = 1e-9  # an error below this share of the number is one of arithmetic
UNKNOWN = "not known"


def sensible(value: float, error: float | None) -> str:
    """A number with its standard error: the error with two significant digits, the number to the same place.

    Without an error the number has three significant digits; an error of 0 is not printed.

    >>> sensible(26633.0, 1278.0), sensible(-0.01234, 0.00456), sensible(79.3, 1895.0)
    ('26,600 ± 1,300', '-0.0123 ± 0.0046', '100 ± 1,900')
    >>> sensible(1234.5, None), sensible(0.0, 0.0)
    ('1,230', '0')
    """
    place = _place(value, error, digits=2)
    text = _rounded(value, place)
    if not error or not math.isfinite(error) or round(error, -place) == 0.0:
        return text
    return f"{text} ± {_rounded(error, place)}"


def rough(value: float, error: float | None) -> str:
    """A number to the first digit of its error, without it. For quantiles, whose error is larger than the mean's.

    >>> rough(-38022.4, 2395.0), rough(128930.0, 2395.0), rough(31.4, None)
    ('-38,000', '129,000', '31.4')
    """
    return _rounded(value, _place(value, error, digits=1))


def percent(share: float, error: float | None, unit: str = " %", decimals: int = 1) -> str:
    """A share with its standard error, in per cent, with so many decimals at most.

    >>> percent(0.15625, 0.00567), percent(1.0, None)
    ('15.6 ± 0.6 %', '100 %')
    """
    place = max(-decimals, _place(100 * share, error and 100 * error, digits=2))
    text = _rounded(100 * share, place)
    if not error or not math.isfinite(error) or round(100 * error, -place) == 0.0:
        return f"{text}{unit}"
    return f"{text} ± {_rounded(100 * error, place)}{unit}"


def span(low: float, high: float, scale: float = 1.0, unit: str = "") -> str:
    """Two ends of an interval, each to the second digit of its half width; scale 100: of shares, in per cent unless
    another unit is given, such as percentage points.

    >>> span(25442.3, 26571.9), span(0.01234, 0.01456, 100.0), span(3.0, math.inf)
    ('25,440 to 26,570', '1.23 % to 1.46 %', '3.00 to no limit')
    >>> span(0.01234, 0.01456, 100.0, " pp")
    '1.23 pp to 1.46 pp'
    """
    unit = unit or (" %" if scale == 100.0 else "")
    half = 0.5 * (high - low)
    ends = [
        "no limit"
        if not math.isfinite(end)
        else _rounded(scale * end, _place(scale * end, scale * half, digits=2)) + unit
        for end in (low, high)
    ]
    return " to ".join(ends)


def signed(value: float, text: str) -> str:
    """The text of a change, with its sign in front.

    >>> signed(3.0, "3.0 ± 0.2"), signed(-3.0, "-3"), signed(0.001, "0 ± 2")
    ('+3.0 ± 0.2', '-3', '0 ± 2')
    """
    return f"+{text}" if value > 0.0 and text.split(" ")[0].strip("0.") else text


def odds(share: float) -> str:
    """A probability that was estimated from many resamples, in whole per cent.

    >>> odds(0.5552), odds(0.9999), odds(0.001)
    ('56 %', 'above 99 %', 'below 1 %')
    """
    if share > 0.99:
        return "above 99 %"
    return "below 1 %" if share < 0.01 else f"{100 * share:.0f} %"


def chance(share: float, draws: int, of: str = "draws", error: float | None = None) -> str:
    """A probability that was counted in draws, with its standard error: that of independent draws unless it is given.

    None or all of the draws leave a range only, at 95 %: the rule of three (Hanley and Lippman-Hand 1983).

    >>> chance(0.15625, 4096), chance(0.0, 300), chance(1.0, 300)
    ('15.6 ± 0.6 %', 'in none of 300 draws (below 1 %)', 'in all of 300 draws (above 99 %)')
    >>> chance(1.0, 1), chance(0.0, 1)
    ('in the one draw', 'not in the one draw')
    """
    limit = min(1.0, 3.0 / draws)
    if draws == 1:
        return f"{'not ' if share <= 0.0 else ''}in the one {of.removesuffix('s')}"
    if share <= 0.0:
        return f"in none of {draws:,} {of} (below {100 * limit:.2g} %)" if limit < 1.0 else f"in none of {draws:,} {of}"
    if share >= 1.0:
        above = f" (above {100 - 100 * limit:.4g} %)" if limit < 1.0 else ""
        return f"in all of {draws:,} {of}{above}"
    return percent(share, math.sqrt(share * (1.0 - share) / draws) if error is None else error)


def _place(value: float, error: float | None, digits: int) -> int:
    """Power of ten of the last digit to print."""
    top = _exponent(value)
    if error is None or not math.isfinite(error) or error <= NO_ERROR * abs(value):
        return top - NO_ERROR_DIGITS + 1
    place = _exponent(error) - digits + 1
    # Rounding may carry the error to one digit more (99.6 -> 100).
    if _exponent(round(error, -place)) > _exponent(error):
        place += 1
    return max(place, max(top, _exponent(error)) - MOST_DIGITS + 1)


def _exponent(value: float) -> int:
    return math.floor(math.log10(abs(value))) if value else 0


def _rounded(value: float, place: int) -> str:
    text = f"{round(value, -place):,.{max(0, -place)}f}"
    text = text.rstrip("0").rstrip(".") if place < 0 and round(value, -place) == 0.0 else text
    return "0" if text in ("-0", "") else text
