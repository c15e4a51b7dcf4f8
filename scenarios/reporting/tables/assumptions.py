"""The numbers that the plan rests on: value, where it comes from, how far that was checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from scenarios.evidence import MEANING, entry
from scenarios.reporting.charts.tornado import value
from scenarios.reporting.gather import Gathered
from scenarios.reporting.part import Part, table
from sim.display.text import plain
from sim.world.base import PLANNER
from sim.world.paths import numbers

if TYPE_CHECKING:
    from sim.world.paths import Number

UNKNOWN = "not stated"
HEADS = ("number", "value", "unit", "where it comes from", "how far checked")


def assumptions(run: Gathered) -> Part:
    """Every number that the file states with its origin: those that were checked least, and are uncertain, first."""
    found = [one for one in numbers(run.scenario) if one.origin or not one.quantity.is_constant]
    found = [one for one in found if _bears(run, one.path)]
    cited = {one.origin: entry(one.origin) for one in found if one.origin and one.origin != PLANNER}
    doubtful = {name for name, known in cited.items() if known is None or known.doubtful}
    rows, marked = [], 0
    for one in sorted(found, key=lambda one: _rank(one, doubtful)):
        origin, checked = _origin(one, cited)
        unverified = one.origin in doubtful or one.origin in ("", PLANNER)
        marked += unverified
        rows.append((plain(one.path), " ".join(_value(one)), plain(one.unit, 30), origin,
                     ("UNVERIFIED: " if unverified else "") + checked))  # fmt: skip
    planner = sum(one.origin == PLANNER for one in found)
    silent = sum(not one.origin for one in found)
    sentence = (
        f"The numbers of the business and of what is planned: {len(found)} that are uncertain or name their origin. "
        f"{planner} are assumptions of the planner, {len(found) - planner - silent} come from {len(cited)} published "
        f"figures, {silent} state no origin; {marked} are marked as unverified."
    )
    caption = "Numbers with their origin; initiatives that are left out are not listed"
    return Part("assumptions", "Assumptions and their evidence", sentence, None, (table(caption, HEADS, rows),))


def _bears(run: Gathered, path: str) -> bool:
    """Whether the number belongs to the business or to an initiative of the roadmap."""
    first, _, rest = path.partition(".")
    return first != "initiatives" or rest.partition(".")[0] in run.plan["roadmap"]


def _rank(one: Number, doubtful: set[str]) -> tuple[int, bool]:
    kind = 0 if one.origin in doubtful else 1 if one.origin == "" else 2 if one.origin == PLANNER else 3
    return kind, one.quantity.is_constant


def _value(one: Number) -> Iterator[str]:
    if one.quantity.is_constant:
        yield value(one.quantity.mean)
        return
    low, middle, high = (float(x) for x in one.quantity.quantile([0.05, 0.5, 0.95], few=True))
    yield f"{value(middle)} ({value(low)} to {value(high)})"


def _origin(one: Number, cited: Mapping[str, object]) -> tuple[str, str]:
    from scenarios.evidence import Evidence

    if not one.origin:
        return UNKNOWN, "no origin in the file"
    if one.origin == PLANNER:
        return "planner's assumption", "by the planner alone"
    known = cited.get(one.origin)
    if not isinstance(known, Evidence):
        return plain(one.origin), "not in the library of evidence"
    source = known.source
    return f"{plain(source.authors)} ({source.year}): {plain(source.title)}", MEANING[known.verified]
