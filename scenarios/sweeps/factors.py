"""A factor of a Latin hypercube or a Sobol sequence: from a level in (0, 1) to a value.

{low: 0.05, high: 0.12}             evenly between two ends; whole: true for whole numbers, both ends included
8k to 15k, {low, mode, high}, ...   a distribution in the grammar of scenario files, through its quantile function
{multiply: ...}                     one of these as a factor on what the scenario states
{levels: [a, b, c]}                 one of these values, each as often as the others
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.errors import Problem, ProblemsFound
from sim.quantities import Quantity, QuantityError, parse_number, parse_quantity


@dataclass(frozen=True)
class Factor:
    """One factor. Exactly one of quantity, levels and ends is stated; multiply: its values are factors."""

    path: str
    ends: tuple[float, float] | None = None
    whole: bool = False
    quantity: Quantity | None = None
    levels: tuple[Any, ...] = ()
    multiply: bool = False

    def value(self, level: float) -> Any:
        """The value at a level inside (0, 1).

        >>> factor("money.discount_rate", {"low": 0.1, "high": 0.2}).value(0.25)
        0.125
        >>> factor("seed", {"low": 1, "high": 4, "whole": True}).value(0.76)
        4
        >>> factor("money.discount_rate", {"multiply": {"low": 1, "high": 3}}).value(0.5)
        2.0
        """
        if self.levels:
            return self.levels[min(int(level * len(self.levels)), len(self.levels) - 1)]
        if self.ends is not None:
            low, high = self.ends
            if self.whole:
                return min(int(low + math.floor(level * (high - low + 1.0))), int(high))
            return low + level * (high - low)
        assert self.quantity is not None
        return float(self.quantity.quantile(level, few=True))


def factor(path: str, stated: Any) -> Factor:
    """The factor that a design states. Raises ProblemsFound."""
    try:
        return _factor(path, stated)
    except QuantityError as error:
        hint = "{low: ..., high: ...}, a distribution as scenario files write it, {levels: [...]} or {multiply: ...}"
        raise ProblemsFound(
            [Problem(f"design.factors.{path}", str(error).split("; expected")[0], stated, hint)]
        ) from None


def _factor(path: str, stated: Any) -> Factor:
    if isinstance(stated, Mapping):
        keys = set(stated)
        if keys == {"multiply"}:
            inner = _factor(path, stated["multiply"])
            if inner.levels or inner.multiply or inner.whole:
                raise QuantityError("multiply takes a range or a distribution")
            return Factor(path, inner.ends, quantity=inner.quantity, multiply=True)
        if keys == {"levels"}:
            if not isinstance(stated["levels"], list) or not stated["levels"]:
                raise QuantityError("levels must be a list of values")
            return Factor(path, levels=tuple(stated["levels"]))
        if {"low", "high"} <= keys <= {"low", "high", "whole"}:
            low, high = parse_number(stated["low"]), parse_number(stated["high"])
            whole = stated.get("whole", False)
            if not isinstance(whole, bool):
                raise QuantityError(f"whole is true or false, not {whole!r}")
            if not low < high:
                raise QuantityError(f"the low end {low:g} must be below the high end {high:g}")
            if whole and not (low.is_integer() and high.is_integer()):
                raise QuantityError("the ends of whole numbers are whole")
            return Factor(path, (low, high), whole)
    found = parse_quantity(stated)
    if found.is_constant:
        raise QuantityError(f"{stated!r} is certain, so it is no factor")
    return Factor(path, quantity=found)
