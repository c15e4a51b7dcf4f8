"""A field that changes nothing is a defect: each number of the schema, changed where a business states it, changes a result.

The businesses are those of the library and, for blocks that none of them has, edits of the corner shop. A field passes
when one change at one of its places gives another figure of a roadmap with much in it, or another problem for the
program. What is printed, named or only limits a choice stands in `ELSEWHERE`, with the test that holds it.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML

from optimize.random_roadmaps import random_roadmaps
from scenarios.load import library
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from sim.quantities import Quantity
from sim.world import Scenario

DRAWS = 24
TRIES = 6
WORDS = {"origin", "title", "story", "reason", "name", "start", "version"}
ELSEWHERE: dict[str, str] = {}


@dataclass(frozen=True)
class Place:
    """Where a file states a field: the model and the field, and the keys that lead there."""

    field: str
    keys: tuple[str, ...]
    value: Any
    certain: bool


def places(model: type[BaseModel], data: Mapping[str, Any], keys: tuple[str, ...] = ()) -> Iterator[Place]:
    """Every stated value below a block."""
    for name, info in model.model_fields.items():
        if name in WORDS or name not in data:
            continue
        value, kinds = data[name], list(parts(info.annotation))
        here = (*keys, name)
        inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if Quantity in kinds and not inner:
            yield Place(f"{model.__name__}.{name}", here, value, certain=False)
        elif not inner:
            yield Place(f"{model.__name__}.{name}", here, value, certain=True)
        elif isinstance(value, Mapping):
            named = any(typing.get_origin(kind) is dict for kind in kinds)
            for kind in inner:
                if kind is Quantity:
                    continue
                if named:
                    for key, entry in value.items():
                        if isinstance(entry, Mapping):
                            yield from places(kind, entry, (*here, key))
                else:
                    yield from places(kind, value, here)


def parts(annotation: Any) -> Iterator[Any]:
    """The annotation and all that it is made of."""
    yield annotation
    for part in typing.get_args(annotation):
        yield from parts(part)


def others(place: Place) -> Iterator[Any]:
    """Values to try in place of a stated one."""
    value = place.value
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int) and place.certain:
        yield from (value + 1, value * 2, max(0, value - 1), value + 12)
    elif isinstance(value, float) or (isinstance(value, str) and any(c.isdigit() for c in value)) or not place.certain:
        yield from scaled(value)
    elif isinstance(value, (list, tuple)) and value and all(isinstance(v, (int, float)) for v in value):
        yield [v * 0.5 for v in value]
        yield [v * 1.5 for v in value]


def scaled(value: Any) -> Iterator[Any]:
    """A number or a distribution, larger and smaller; as the schema understands it."""
    from sim.quantities import parse_number, parse_quantity

    try:
        mean = parse_quantity(value).mean
    except (ProblemsFound, ValueError):
        mean = parse_number(value) if isinstance(value, str) else None
    if isinstance(mean, (int, float)):
        yield from (mean * 1.4, mean * 0.6, mean + 1.0, mean + 0.1, 0.5 * (mean + 1.0))


@cache
def raw(name: str) -> dict[str, Any]:
    text = resources.files("scenarios.library").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return data


@cache
def much(name: str) -> tuple[dict[str, int], ...]:
    """Roadmaps with as many initiatives as fit, so that most blocks are at work."""
    found = random_roadmaps(Scenario.model_validate(raw(name)), 8, 3)
    return tuple(dict(one) for one in sorted(found, key=len)[-2:])


def figures(scenario: Scenario, roadmaps: tuple[dict[str, int], ...]) -> bytes:
    """All that the kernel says of the roadmaps, and what the program would be given, as bytes."""
    said = []
    for outcome in evaluate(scenario, list(roadmaps), DRAWS, 7).outcomes:
        for field in fields(outcome):
            value = getattr(outcome, field.name)
            if isinstance(value, np.ndarray):
                said.append(value.tobytes())
    return b"".join(said)


def changed(data: dict[str, Any], keys: tuple[str, ...], value: Any) -> dict[str, Any]:
    copy = deepcopy(data)
    place = copy
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return copy


if __name__ == "__main__":
    import time

    found: dict[str, list] = {}
    for name in library():
        for p in places(Scenario, raw(name)):
            found.setdefault(p.field, []).append((name, p))
    print(len(found))
    base = {n: figures(Scenario.model_validate(raw(n)), much(n)) for n in library()}
    t0 = time.time()
    for field, where in sorted(found.items()):
        ok = False
        tried = 0
        errs = set()
        for name, p in where[:TRIES]:
            for v in others(p):
                try:
                    s = Scenario.model_validate(changed(raw(name), p.keys, v))
                except (ValidationError, ProblemsFound) as e:
                    continue
                tried += 1
                try:
                    if figures(s, much(name)) != base[name]:
                        ok = True
                except ProblemsFound as e:
                    errs.add(str(e)[:80])
                    continue
                break
            if ok:
                break
        if not ok:
            print(
                field,
                tried,
                [".".join(p.keys) for _, p in where[:2]],
                where[0][1].value if tried == 0 else "",
                errs,
                flush=True,
            )
    print(time.time() - t0)
