"""What a planner changed on the page, and the scenario that comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from sim.world import Scenario

FREE: Final = "free"
OUT: Final = "out"
MOST_VALUES: Final = 200
LONGEST_VALUE: Final = 400  # letters of a value as it is typed


@dataclass(frozen=True)
class Edits:
    """values: path -> what stands there, as a file would write it, in the order of the first change. pins: initiative
    -> `free`, `out` or the month of its start (`2027-04`), in place of what the file says. risk_weight: None = as the
    file says."""

    values: tuple[tuple[str, str], ...] = ()
    pins: tuple[tuple[str, str], ...] = ()
    risk_weight: float | None = None

    def __bool__(self) -> bool:
        return bool(self.values or self.pins or self.risk_weight is not None)

    def with_value(self, path: str, text: str | None) -> Edits:
        """With another value at a path; None: as the file says. Raises ProblemsFound for too much."""
        if text is not None and len(text) > LONGEST_VALUE:
            hint = f"at most {LONGEST_VALUE} letters"
            raise ProblemsFound([Problem(path, "the value is too long", text[:40] + "…", hint)])
        values = _put(self.values, path, text)
        if len(values) > MOST_VALUES:
            raise ProblemsFound([Problem(path, f"{MOST_VALUES} numbers are changed already", None, "reset some")])
        return replace(self, values=values)

    def with_pin(self, initiative: str, pin: str | None) -> Edits:
        """With an initiative held to a start, held out, or free; None: as the file says."""
        return replace(self, pins=_put(self.pins, initiative, pin))

    def with_risk_weight(self, weight: float | None) -> Edits:
        """With another weight of the mean of the worst draws; None: as the file says."""
        return replace(self, risk_weight=weight)

    def value(self, path: str) -> str | None:
        """What was put at a path; None where the file counts."""
        return dict(self.values).get(path)


def _put(pairs: tuple[tuple[str, str], ...], key: str, value: str | None) -> tuple[tuple[str, str], ...]:
    known = dict(pairs)
    if value is None:
        known.pop(key, None)
    else:
        known[key] = value
    return tuple(known.items())


def applied(base: Scenario, edits: Edits) -> Scenario:
    """The scenario with all changes made. Raises ProblemsFound with the words of the command line.

    >>> from scenarios import load
    >>> shop = applied(load("retailer"), Edits(pins=(("pos", "2027-04"),), risk_weight=0.3))
    >>> shop.pins["pos"].start_month, shop.money.risk.weight
    (3, 0.3)
    """
    from scenarios.attitude import with_attitude
    from scenarios.cli.pins import pinned

    found = _with_values(base, {path: written(path, text) for path, text in edits.values})
    unknown = [name for name, _ in edits.pins if name not in base.initiatives]
    if unknown:
        raise ProblemsFound([Problem(f"pins.{name}", f"there is no initiative {name}", name) for name in unknown])
    freed = {name for name, pin in edits.pins if pin == FREE}
    if freed & set(found.pins):
        kept = {name: pin for name, pin in found.pins.items() if name not in freed}
        found = found.model_copy(update={"pins": kept})
    found = pinned(found, [f"{name}={pin}" for name, pin in edits.pins if pin != FREE])
    return with_attitude(found, edits.risk_weight, None, None)


def _with_values(base: Scenario, values: Mapping[str, Any]) -> Scenario:
    from scenarios.variant import variant
    from scenarios.workbench.meant import budget_problem, is_budget

    try:
        return variant(base, values)
    except ProblemsFound as error:
        if "planning_months" in values or "period_months" in values:  # amounts are counted by what was changed
            raise
        told = list(error.errors)
        for path in filter(is_budget, values):
            told = [budget_problem(one, base, path, values[path]) for one in told]
        raise ProblemsFound(told) from None


def written(path: str, text: str) -> Any:
    """What a text means where a file would hold it: a list or a block in braces, or the text itself.

    >>> written("a", "[1, 2]"), written("a", "8k to 15k"), written("a", "{low: 1, mode: 2, high: 4}")["mode"]
    ([1, 2], '8k to 15k', 2)
    """
    from scenarios.workbench.meant import meant

    stripped = meant(path, text)
    if not isinstance(stripped, str) or not stripped.startswith(("[", "{")):
        return stripped
    from scenarios.positions import read_yaml

    document = read_yaml(f"value: {stripped}\n")
    if document.problems or not isinstance(document.data, Mapping) or set(document.data) != {"value"}:
        hint = "such as {low: 1, mode: 2, high: 4}, [1, 2, 3], 8k to 15k, or x0.8"
        raise ProblemsFound([Problem(path, f"{text!r} cannot be read", text, hint)])
    return document.data["value"]
