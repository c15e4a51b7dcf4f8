"""The columns of the table: what a point is, then its factors, then each measure with its error; and their units."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scenarios.sweeps.base_points import BasePoints
from scenarios.sweeps.design import RESERVED
from scenarios.sweeps.points import Points
from scenarios.variant import FACTOR

if TYPE_CHECKING:
    import polars

    from sim.world import Scenario

OF_POINT: Final = ("point", "key", "status", "reason", "starts", "scenario_hash")
ERRORS: Final = ("se", "low", "high")
TEXT, NUMBER, WHOLE = "text", "number", "whole"


@dataclass(frozen=True)
class Column:
    """A factor: its name, what its cells hold, and their unit."""

    name: str
    kind: str
    unit: str

    def cell(self, value: Any) -> Any:
        """A value as the table holds it."""
        if value is None:
            return None
        if self.kind == TEXT:
            return value if isinstance(value, str) else json.dumps(value)
        number = _number(value)
        return None if number is None else int(number) if self.kind == WHOLE else number


def factor_columns(points: Points, base: BasePoints, scenario: Scenario) -> tuple[Column, ...]:
    """The columns of the factors of a sweep."""
    found = []
    for name in points.names:
        unit = "" if name in RESERVED else unit_at(scenario, name)
        if name == "seed":
            found.append(Column(name, WHOLE, unit))
        elif name in RESERVED and name != "budget":
            found.append(Column(name, TEXT, unit))
        elif name in base.multiplied or name == "budget":
            found.append(Column(name, NUMBER, "factor"))
        else:
            values = [value for value in base.known.get(name, ()) if value is not None]
            factors = [_is_factor(value) for value in values]
            if values and all(factors):
                found.append(Column(name, NUMBER, "factor"))
            elif any(factors) or any(isinstance(v, bool) or not isinstance(v, int | float) for v in values):
                found.append(Column(name, TEXT, unit))
            else:
                found.append(Column(name, NUMBER, unit))
    return tuple(found)


def unit_at(scenario: Scenario, path: str) -> str:
    """The unit of what stands at a path, with the currency of the scenario; empty where it has none.

    >>> from scenarios import load
    >>> unit_at(load("retailer"), "initiatives.pos.capital"), unit_at(load("retailer"), "initiatives.pos.title")
    ('USD', '')
    """
    from scenarios.fields import at
    from sim.world.base import unit_of

    field = at(tuple(path.split(".")))
    unit = unit_of(field.owner, field.name) if field.owner is not None and field.info is not None else ""
    return unit.replace("money", scenario.profile.currency)


def schema(columns: Sequence[Column], measures: Sequence[str]) -> dict[str, polars.DataType]:
    """Columns of the parts and their types."""
    import polars

    kinds = {TEXT: polars.String(), NUMBER: polars.Float64(), WHOLE: polars.Int64()}
    found: dict[str, polars.DataType] = {name: polars.String() for name in OF_POINT}
    found["point"] = polars.Int64()
    found |= {column.name: kinds[column.kind] for column in columns}
    for measure in measures:
        found |= {name: polars.Float64() for name in (measure, *(f"{measure} {error}" for error in ERRORS))}
    return found


def _is_factor(value: Any) -> bool:
    return (isinstance(value, str) and FACTOR.fullmatch(value) is not None) or (
        isinstance(value, dict) and set(value) == {"multiply"}
    )


def _number(value: Any) -> float | None:
    if isinstance(value, dict):
        value = value["multiply"]
    if isinstance(value, str):
        found = FACTOR.fullmatch(value)
        return float(found[1]) if found else None
    return float(value)
