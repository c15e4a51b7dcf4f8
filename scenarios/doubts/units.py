"""Numbers that look off by a factor of 12 or 1,000: a price a year where one a month belongs, thousands for units.

Two rules. A number whose origin is a published figure of the same kind is compared with that figure, a yearly one
turned into a monthly one where that belongs. Any other number is compared with the range of the same field in the
scenarios of the library (lowest 5th to highest 95th percentile, in `usual.json`), widened by the size of the business
where the field grows with it. There is a doubt where the median lies outside, and that median times or over 12 or
1,000 lies inside.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from scenarios.evidence import entry
from sim.world.base import PLANNER
from sim.world.paths import Number

if TYPE_CHECKING:
    from sim.world import Scenario

FACTORS = (12.0, 1 / 12.0, 1000.0, 1 / 1000.0)
WORDS = {
    12.0: "12 times too large (a year's figure where a month's belongs?)",
    1 / 12.0: "12 times too small (a month's figure where a year's belongs?)",
    1000.0: "1,000 times too large (thousands counted twice?)",
    1 / 1000.0: "1,000 times too small (written in thousands?)",
}
BEYOND = 3.0  # how far outside of the range of the library: firms of one size differ
CLOSE = 1.15  # how near to a published figure after the correction
FEWEST = 3  # numbers of the library that make a range
NAMED = ("people", "skills", "processes", "steps", "channels", "stock", "systems", "providers", "repairers", "threats",
         "secondary", "controls", "initiatives", "risk_classes", "rivals", "budgets", "loans", "hires", "phases",
         "integrations", "crossings", "fed_by")  # fmt: skip
NOT_ALIKE = (  # what differs from firm to firm by any factor, or counts only as one factor of a product
    "futures.*", "insurance.*", "threats.*.attempts_per_year", "threats.*.success_probability", "*.multiply", "*.add",
)  # fmt: skip
PER_YEAR = {"month": 12.0, "year": 1.0}


@dataclass(frozen=True)
class Usual:
    """What is usual. seats: smallest and largest business behind it. ranges: pattern of a field -> low and high."""

    seats: tuple[float, float]
    ranges: dict[str, tuple[float, float]]


def unit_warnings(scenario: Scenario, stated: Sequence[Number]) -> Iterator[str]:
    """One sentence for each such number. stated: numbers of the file."""
    seats = float(sum(role.seats for role in scenario.people.values()))
    for number in stated:
        middle = abs(number.quantity.median)
        if middle == 0.0 or number.path.endswith((".multiply", ".add")):
            continue
        if number.origin and number.origin != PLANNER:
            factor, what = _against_evidence(number, middle)
        else:
            factor, what = _against_library(number, middle, seats)
        if factor is not None:
            yield f"unit: {number.path} is {number.quantity}, which looks {WORDS[factor]}: {what}"


def _against_evidence(number: Number, middle: float) -> tuple[float | None, str]:
    one = entry(number.origin)
    if one is None or not one.value or one.measures == "severity":  # a mean, and a threat states the median
        return None, ""
    (kind, time), (other, other_time) = _kind(number.unit), _kind(one.unit)
    if kind != other or (time is None) != (other_time is None):
        return None, ""
    per_time = 1.0 if time is None or other_time is None else other_time / time
    for factor in FACTORS:
        if 1 / CLOSE <= middle / (abs(one.value) * per_time) / factor <= CLOSE:
            return factor, f"{number.origin} publishes {one.value:g} {one.unit}, and {number.unit} belongs here"
    return None, ""


def _kind(unit: str) -> tuple[str, float | None]:
    """What a unit measures, and how many of its periods a year has; None where it names no period.

    >>> _kind("share of spending"), _kind("USD/month"), _kind("money"), _kind("hours/user/year")
    (('share', None), ('money', 12.0), ('money', None), ('hours/user', 1.0))
    """
    what, _, period = unit.rpartition("/")
    time = PER_YEAR.get(period)
    if time is None:
        what = unit
    first = what.partition(" ")[0]
    return ("money" if first in ("USD", "EUR", "GBP") else first), time


def _against_library(number: Number, middle: float, seats: float) -> tuple[float | None, str]:
    known = usual()
    pattern = pattern_of(number.path)
    low, high = known.ranges.get(pattern, (0.0, 0.0))
    smaller, larger = (seats / known.seats[0], seats / known.seats[1]) if _grows(pattern) else (1.0, 1.0)
    if low <= 0.0 or low * min(1.0, smaller) / BEYOND <= middle <= high * max(1.0, larger, smaller) * BEYOND:
        return None, ""
    for factor in FACTORS:
        if low <= middle / factor <= high:
            return factor, f"in the scenarios of the library it is {_short(low)} to {_short(high)}"
    return None, ""


def _grows(pattern: str) -> bool:
    """Whether a field grows with the size of the business."""
    from scenarios.scaling import RULES

    return any(fnmatchcase(pattern, rule.pattern) for rule in RULES)


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
def usual() -> Usual:
    """What is usual in the library, as it is kept beside this module."""
    content = json.loads((resources.files("scenarios.doubts") / "usual.json").read_text(encoding="utf-8"))
    least, most = content["seats"]
    return Usual((least, most), {pattern: (low, high) for pattern, (low, high) in content["ranges"].items()})


def usual_in_library() -> Usual:
    """The content of `usual.json`, worked out: the range of every field with enough numbers, to 3 digits."""
    from scenarios.load import library, library_text, parse
    from sim.world.paths import numbers

    found: dict[str, list[float]] = {}
    seats = []
    for name in library():
        scenario = parse(library_text(name).encode(), name)
        seats.append(float(sum(role.seats for role in scenario.people.values())))
        for number in numbers(scenario):
            pattern = pattern_of(number.path)
            if any(fnmatchcase(pattern, other) for other in NOT_ALIKE):
                continue
            ends = [abs(float(end)) for end in number.quantity.quantile([0.05, 0.95], few=True)]
            if min(ends) > 0.0:
                found.setdefault(pattern, []).extend(ends)
    ranges = {
        pattern: (float(f"{min(ends):.3g}"), float(f"{max(ends):.3g}"))
        for pattern, ends in sorted(found.items())
        if len(ends) >= 2 * FEWEST
    }
    return Usual((min(seats), max(seats)), ranges)


def usual_text(found: Usual) -> str:
    """The text of `usual.json`."""
    rows = ",\n".join(f"    {json.dumps(pattern)}: {json.dumps(ends)}" for pattern, ends in found.ranges.items())
    return f'{{\n  "seats": {json.dumps(found.seats)},\n  "ranges": {{\n{rows}\n  }}\n}}\n'


def _short(value: float) -> str:
    """Three digits, without powers of ten.

    >>> _short(95230.0), _short(0.0123)
    ('95,200', '0.0123')
    """
    return f"{float(f'{value:.3g}'):,.12g}"
