"""A scenario with some of its numbers and rules changed: a validated copy, never a changed original.

A change names a path of the scenario as its file would write it, `money.discount_rate` or
`initiatives.pos.running_per_month`; a place of a list is its number from 0. The new value is what the file could say
there, or a factor on what stands there, written `x0.8` or `{multiply: 0.8}`: it scales a number, every number of a
list, and both ends of an interval alike.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, ProblemsFound, nearest

if TYPE_CHECKING:
    from sim.world import Scenario

FACTOR = re.compile(r"\s*[x×]\s*(\d+(?:\.\d+)?(?:e[-+]?\d+)?)\s*", re.IGNORECASE)
ENDS = ("low", "mode", "high", "p10", "p50", "p90", "median", "p95", "value")


def variant(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """The scenario with every change made. Calibration and name stay; the hash is that of the new content.

    Raises ProblemsFound with every path that does not exist, and with what is wrong with the scenario that results.
    """
    if not changes:
        return scenario
    data = scenario.model_dump(mode="json")
    problems = []
    for path, value in changes.items():
        problems += list(_change(data, path, value))
    if problems:
        raise ProblemsFound(problems)
    from scenarios.load import validated

    found, problems = validated(data)
    if found is None or problems:
        raise ProblemsFound(problems)
    return found


def stated(scenario: Scenario, path: str) -> Any:
    """What a scenario says at a path, as plain data. Raises ProblemsFound for a path that does not exist.

    >>> from scenarios import load
    >>> stated(load("retailer"), "initiatives.pos.capital")
    '20k to 28k'
    """
    data = scenario.model_dump(mode="json")
    holder, key, problem = _place(data, path)
    if problem is not None:
        raise ProblemsFound([problem])
    return holder[key]


def _change(data: dict[str, Any], path: str, value: Any) -> Iterator[Problem]:
    holder, key, problem = _place(data, path)
    if problem is not None:
        yield problem
        return
    factor = _factor(value)
    if factor is None:
        holder[key] = copy.deepcopy(value)
        return
    try:
        holder[key] = scaled(holder[key], factor)
    except ValueError as error:
        yield Problem(
            path, f"a factor cannot be put on what stands here: {error}", str(value), "state the value itself"
        )


def _factor(value: Any) -> float | None:
    """The factor that a change asks for, None where it states a value."""
    if isinstance(value, str) and (found := FACTOR.fullmatch(value)):
        return float(found[1])
    if isinstance(value, Mapping) and set(value) == {"multiply"} and isinstance(value["multiply"], int | float):
        return float(value["multiply"])
    return None


def scaled(value: Any, factor: float) -> Any:
    """A number, a list of numbers or an uncertain number, times a factor. Raises ValueError for anything else.

    >>> scaled(8, 0.5), scaled([1, 2], 2.0), scaled("8k to 15k", 2.0)
    (4.0, [2.0, 4.0], '16000 to 30000')
    >>> scaled({"low": 1, "mode": 2, "high": 4, "origin": "planner assumption"}, 3.0)
    {'low': 3.0, 'mode': 6.0, 'high': 12.0, 'origin': 'planner assumption'}
    """
    from sim.quantities import parse_number

    if not math.isfinite(factor):
        raise ValueError(f"{factor} is no factor")
    if isinstance(value, list):
        return [scaled(one, factor) for one in value]
    if isinstance(value, Mapping):
        known = {*ENDS, "origin", "choices", "weights"}
        if not value or set(value) - known:
            raise ValueError("it is a block or a distribution without a scale")
        parts = {key: scaled(one, factor) for key, one in value.items() if key in ENDS or key == "choices"}
        return {**value, **parts}
    if isinstance(value, str) and re.search(r"\bto\b", value):
        low, high = (parse_number(part) * factor for part in re.split(r"\bto\b", value, maxsplit=1))
        return f"{low:.12g} to {high:.12g}"
    if value is None:
        raise ValueError("nothing is stated here")
    return parse_number(value) * factor


def _place(data: Any, path: str) -> tuple[Any, Any, Problem | None]:
    """The mapping or list that holds a path, and its last key. A key may hold dots: paths of effects do."""
    rest, at = path, ""
    while True:
        key, after = _step(data, rest)
        if key is None:
            return None, None, _unknown(data, path, at, rest)
        if after is None:
            return data, key, None
        data, rest, at = data[key], after, f"{at}.{key}" if at else str(key)


def _step(data: Any, rest: str) -> tuple[Any, str | None]:
    """The longest key that the rest of a path begins with, and what is left of the path behind it."""
    if isinstance(data, list):
        head, _, after = rest.partition(".")
        if head.isdigit() and int(head) < len(data):
            return int(head), after or None
        return None, None
    if isinstance(data, Mapping):
        fits = [key for key in data if rest == key or rest.startswith(f"{key}.")]
        if fits:
            key = max(fits, key=len)
            return key, rest[len(key) + 1 :] or None
    return None, None


def _unknown(data: Any, path: str, at: str, rest: str) -> Problem:
    where = f"{at} has" if at else "the scenario has"
    if isinstance(data, list):
        return Problem(path, f"{where} {len(data)} places, and no {rest}", path, f"0 to {len(data) - 1}")
    if not isinstance(data, Mapping):
        return Problem(path, f"{at or path} is a single value", path, f"end the path at {at}")
    head = rest.partition(".")[0]
    close = nearest(rest, list(data)) or nearest(head, list(data))
    known = ", ".join(map(str, data)) or "nothing"
    return Problem(path, f"{where} no {head}", path, f"did you mean {close}?" if close else f"known: {known}")
