"""Paths of numbers in a scenario: `processes.booking.steps.intake.minutes` and the like."""

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from sim.errors import nearest
from sim.quantities import Quantity
from sim.world.base import may_change, number_range, unit_of


@dataclass(frozen=True)
class Number:
    """One Quantity of a scenario: where it stands, what it is, what it may be."""

    path: str
    quantity: Quantity
    unit: str
    low: float
    high: float
    effect: bool
    origin: str


def numbers(model: BaseModel, at: str = "", origin: str = "") -> Iterator[Number]:
    """Every Quantity below `model`, in the order of the schema and of the file.

    `origin` of a number is its own, else that of the nearest enclosing block.
    """
    cls = type(model)
    origin = getattr(model, "origin", "") or origin
    for name in cls.model_fields:
        value = getattr(model, name)
        path = f"{at}{name}"
        if isinstance(value, Quantity):
            low, high = number_range(cls, name)
            yield Number(path, value, unit_of(cls, name), low, high, may_change(cls, name), value.origin or origin)
        elif isinstance(value, BaseModel):
            yield from numbers(value, f"{path}.", origin)
        elif isinstance(value, dict):
            for key, item in value.items():
                if isinstance(item, BaseModel):
                    yield from numbers(item, f"{path}.{key}.", origin)


def effect_targets(data: Mapping[str, Any]) -> dict[str, bool]:
    """Path of every number below the names of `data` (the file as plain mappings) -> whether effects may change it."""
    return {path: may_change(cls, field) for path, cls, field, _ in _walk(data)}


def driver_values(data: Mapping[str, Any]) -> dict[str, Any]:
    """Path -> written value of every number that `data` (the file as plain mappings) states."""
    return {path: value for path, _, _, value in _walk(data) if value is not None}


def effect_problem(path: str, targets: Mapping[str, bool]) -> tuple[str, str] | None:
    """Why an effect cannot address `path` (message, hint), or None when it can. `targets`: see effect_targets."""
    if path in targets:
        if targets[path]:
            return None
        return (
            f"{path} cannot be changed by an effect",
            "effects address the numbers of processes, people, systems, repairers, threats, controls, insurance, "
            "profile and other initiatives that the reference marks as changeable",
        )
    close = nearest(path, [p for p, changeable in targets.items() if changeable])
    return f"no number stands at {path}", f"did you mean {close}?" if close else "see `roadfolio schema`"


def driver_problem(path: str, values: Mapping[str, Any]) -> tuple[str, str] | None:
    """Why `path` names no uncertain number (message, hint), or None when it does. `values`: see driver_values."""
    from sim.quantities import QuantityError, parse_quantity

    if path not in values:
        close = nearest(path, list(values))
        return f"no number stands at {path}", f"did you mean {close}?" if close else "see `roadfolio schema`"
    try:
        certain = parse_quantity(values[path]).is_constant
    except QuantityError:
        return None  # the number itself is reported where it stands
    return (f"{path} is certain, so it cannot be correlated", "give it an interval") if certain else None


def _walk(data: Mapping[str, Any]) -> Iterator[tuple[str, type[BaseModel], str, Any]]:
    """Every place for a Quantity under the names of the file: path, model, field, written value (None: default)."""
    from sim.world.scenario import Scenario

    yield from _below(Scenario, data, "")


def _below(cls: type[BaseModel], data: Mapping[str, Any], at: str) -> Iterator[tuple[str, type[BaseModel], str, Any]]:
    for name, field in cls.model_fields.items():
        kinds = _kinds(field.annotation)
        value = data.get(name)
        path = f"{at}{name}"
        absent = value is None and field.default is None
        if Quantity in kinds and not absent:
            yield path, cls, name, value
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                if isinstance(value, Mapping) or field.default_factory is not None:
                    yield from _below(kind, value if isinstance(value, Mapping) else {}, f"{path}.")
            elif get_origin(kind) is dict and isinstance(value, Mapping):
                item = get_args(kind)[1]
                if isinstance(item, type) and issubclass(item, BaseModel):
                    for key, entry in value.items():
                        if isinstance(entry, Mapping):
                            yield from _below(item, entry, f"{path}.{key}.")


def _kinds(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) in (typing.Union, types.UnionType):
        return get_args(annotation)
    return (annotation,)
