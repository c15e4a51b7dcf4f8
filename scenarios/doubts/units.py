"""Numbers that look off by a factor of 12 or 1,000: a price a year where one a month belongs, thousands for units.

Two rules. A number whose origin is a published figure is compared with the value of that figure; any other one with the
range of the same field in the scenarios of the library (lowest 5th to highest 95th percentile), which is kept in
`usual.json`. There is a doubt where the median lies outside, and that median times or over 12 or 1,000 lies inside.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources

from scenarios.evidence import entry
from sim.world.base import PLANNER
from sim.world.paths import Number

FACTORS = (12.0, 1000.0)
BEYOND = 3.0  # how far outside of the range of the library: firms differ in size
CLOSE = 1.15  # how near to a published figure after the correction
FEWEST = 3  # numbers of the library that make a range
NAMED = ("people", "skills", "processes", "steps", "channels", "stock", "systems", "providers", "repairers", "threats",
         "secondary", "controls", "initiatives", "risk_classes", "rivals", "budgets", "loans", "hires", "phases",
         "integrations", "crossings", "fed_by")  # fmt: skip
NOT_ALIKE = (  # what differs from firm to firm by any factor, or counts only as one factor of a product
    "futures.*", "insurance.*", "threats.*.attempts_per_year", "threats.*.success_probability", "*.multiply", "*.add",
)  # fmt: skip
WORDS = {
    12.0: "12 times too large (a year's figure where a month's belongs?)",
    1 / 12.0: "12 times too small (a month's figure where a year's belongs?)",
    1000.0: "1,000 times too large (thousands counted twice?)",
    1 / 1000.0: "1,000 times too small (written in thousands?)",
}


def unit_warnings(stated: Iterable[Number]) -> Iterator[str]:
    """One sentence for each such number. stated: numbers of the file."""
    for number in stated:
        middle = abs(number.quantity.median)
        if middle == 0.0 or number.path.endswith((".multiply", ".add")):
            continue
        if number.origin and number.origin != PLANNER:
            factor, what = _against_evidence(middle, number.origin)
        else:
            factor, what = _against_library(middle, pattern_of(number.path))
        if factor is not None:
            yield f"unit: {number.path} is {number.quantity}, which looks {WORDS[factor]}: {what}"


def _against_evidence(middle: float, origin: str) -> tuple[float | None, str]:
    one = entry(origin)
    if one is None or one.value in (None, 0.0):
        return None, ""
    published = abs(float(one.value or 0.0))
    for factor in (f for size in FACTORS for f in (size, 1 / size)):
        if 1 / CLOSE <= middle / factor / published <= CLOSE:
            if "year" in one.unit and "month" not in one.unit and factor == 1 / 12.0:
                return None, ""  # a yearly figure that was put on months, as it should be
            return factor, f"{origin} publishes {one.value:g} {one.unit}"
    return None, ""


def _against_library(middle: float, pattern: str) -> tuple[float | None, str]:
    low, high = usual_ranges().get(pattern, (0.0, 0.0))
    if low <= 0.0 or low / BEYOND <= middle <= high * BEYOND:
        return None, ""
    for size in FACTORS:
        for factor in (size, 1 / size):
            if low <= middle / factor <= high:
                return factor, f"in the scenarios of the library it is {low:.3g} to {high:.3g}"
    return None, ""


def pattern_of(path: str) -> str:
    """The path of a number with a star for each name.

    >>> pattern_of("processes.counter.steps.serve.minutes")
    'processes.*.steps.*.minutes'
    """
    parts = path.split(".")
    for i in range(1, len(parts)):
        if parts[i - 1] in NAMED and parts[i] != "*":
            parts[i] = "*"
    return ".".join(parts)


@cache
def usual_ranges() -> dict[str, tuple[float, float]]:
    """The range of every field of which the library has enough numbers, as it is kept beside this module."""
    text = (resources.files("scenarios.doubts") / "usual.json").read_text(encoding="utf-8")
    return {pattern: (low, high) for pattern, (low, high) in json.loads(text).items()}


def ranges_of_library() -> dict[str, tuple[float, float]]:
    """The content of `usual.json`, worked out: lowest 5th and highest 95th percentile of every field, to 3 digits."""
    from scenarios.load import library, library_text, parse
    from sim.world.paths import numbers

    found: dict[str, list[float]] = {}
    for name in library():
        for number in numbers(parse(library_text(name).encode(), name)):
            pattern = pattern_of(number.path)
            if any(fnmatchcase(pattern, other) for other in NOT_ALIKE):
                continue
            ends = [abs(float(end)) for end in number.quantity.quantile([0.05, 0.95], few=True)]
            if min(ends) > 0.0:
                found.setdefault(pattern, []).extend(ends)
    return {
        pattern: (float(f"{min(ends):.3g}"), float(f"{max(ends):.3g}"))
        for pattern, ends in sorted(found.items())
        if len(ends) >= 2 * FEWEST
    }
