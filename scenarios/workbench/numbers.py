"""Every number of a scenario that the page can change: where it stands, what it means, its unit and its range."""

from __future__ import annotations

import math
import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel

from scenarios.workbench.meant import clear
from sim.errors import ProblemsFound
from sim.quantities import Quantity
from sim.world.base import number_range, unit_of

Kind = Literal["certain", "whole", "uncertain", "series"]
FACTORS: Final = (0.0, 200.0, 5.0)
"""Slider of a number that is uncertain, or of a list: per cent of what the file states."""
SKIPPED: Final = frozenset({"version", "calibration"})
MOST_SHOWN: Final = 90  # letters of a value as the page repeats it


@dataclass(frozen=True)
class Number:
    """path: as `variant` reads it. said: what the file says there. stated: the same as the field shows it, `x1` for a
    list. middle: its mean. low, high: what the schema allows. origin: where it comes from, as far as stated."""

    path: str
    meaning: str
    unit: str
    kind: Kind
    said: str
    middle: float
    low: float
    high: float
    origin: str

    @property
    def stated(self) -> str:
        """What the field shows where nothing was changed."""
        return self.said if self.kind != "series" else self.said.strip("[]") if "," not in self.said else "x1"

    @property
    def is_factor(self) -> bool:
        """Whether its slider scales what is stated; else it sets the number itself."""
        return self.kind in ("uncertain", "series") and self.middle != 0.0

    @property
    def slider(self) -> tuple[float, float, float] | None:
        """Low end, high end and step of its slider; None where only a field makes sense."""
        if self.is_factor:
            return FACTORS
        if self.kind == "series":
            return None
        return _span(self.middle, self.low, self.high, whole=self.kind == "whole")

    def text_at(self, position: float) -> str:
        """What a position of the slider means, as it would be typed."""
        if not self.is_factor:
            return clear(f"{position:.10g}")
        return self.stated if position == 100.0 else f"x{position / 100.0:.10g}"

    def position_of(self, text: str) -> float:
        """Where the slider stands for a text, as near as it can."""
        ends = self.slider
        if ends is None:
            return 0.0
        if text == self.stated:
            wanted = 100.0 if self.is_factor else self.middle
        elif (found := re.fullmatch(r"\s*[x×]\s*([\d.]+)\s*", _meant(self.path, text))) is not None:
            factor = float(found[1]) if found[1].count(".") < 2 else 1.0
            wanted = 100.0 * factor if self.is_factor else factor * self.middle
        else:
            mean = _mean(self.path, text)
            wanted = mean if not self.is_factor else 100.0 * mean / self.middle
        return min(max(wanted, ends[0]), ends[1]) if math.isfinite(wanted) else ends[0]


def numbers_of(scenario: BaseModel) -> dict[str, Number]:
    """Path -> number, in the order of the schema and of the file."""
    data = scenario.model_dump(mode="json")
    return {one.path: one for one in _of_block(scenario, data, "", "")}


def search(numbers: Mapping[str, Number], words: str, most: int) -> tuple[list[Number], int]:
    """Numbers whose path, meaning or unit holds every word, paths first; and how many there are."""
    wanted = words.lower().replace("_", " ").split()
    if not wanted:
        return [], 0
    found: list[tuple[int, int, Number]] = []
    for place, one in enumerate(numbers.values()):
        path = one.path.lower().replace("_", " ").replace(".", " ")
        text = f"{one.path.lower()} {path} {one.meaning.lower()} {one.unit.lower()}"
        if all(word in text for word in wanted):
            found.append((-sum(word in path for word in wanted), place, one))
    found.sort(key=lambda row: row[:2])
    return [one for _, _, one in found[:most]], len(found)


def _of_block(model: BaseModel, data: Any, at: str, origin: str) -> Iterator[Number]:
    cls = type(model)
    origin = getattr(model, "origin", "") or origin
    for name, info in cls.model_fields.items():
        if not at and name in SKIPPED:
            continue
        value, plain = getattr(model, name), data[name]
        yield from _of_field(cls, name, info, value, plain, f"{at}{name}", origin)


def _of_field(
    cls: type[BaseModel], name: str, info: Any, value: Any, plain: Any, path: str, origin: str
) -> Iterator[Number]:
    meaning = info.description or ""
    if isinstance(value, Quantity):
        low, high = number_range(cls, name)
        kind: Kind = "certain" if value.is_constant else "uncertain"
        source = value.origin or origin
        yield Number(path, meaning, unit_of(cls, name), kind, typed(plain), value.mean, low, high, source)
    elif isinstance(value, BaseModel):
        yield from _of_block(value, plain, f"{path}.", origin)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, BaseModel):
                yield from _of_block(item, plain[key], f"{path}.{key}.", origin)
            elif isinstance(item, float | int | Quantity) and not isinstance(item, bool):
                yield from _of_item(item, plain[key], f"{path}.{key}", meaning, unit_of(cls, name), origin)
    elif isinstance(value, tuple):
        yield from _of_list(cls, name, value, plain, path, meaning, origin)
    elif isinstance(value, int | float) and not isinstance(value, bool) and not _is_choice(info.annotation):
        low, high = _limits(info)
        kind = "whole" if isinstance(value, int) else "certain"
        yield Number(path, meaning, unit_of(cls, name), kind, typed(plain), float(value), low, high, origin)


def _of_item(item: Any, plain: Any, path: str, meaning: str, unit: str, origin: str) -> Iterator[Number]:
    """A number that stands in a mapping by itself."""
    if isinstance(item, Quantity):
        kind: Kind = "certain" if item.is_constant else "uncertain"
        yield Number(path, meaning, unit, kind, typed(plain), item.mean, -math.inf, math.inf, item.origin or origin)
    else:
        kind = "whole" if isinstance(item, int) else "certain"
        yield Number(path, meaning, unit, kind, typed(plain), float(item), -math.inf, math.inf, origin)


def _of_list(
    cls: type[BaseModel], name: str, value: Sequence[Any], plain: Any, path: str, meaning: str, origin: str
) -> Iterator[Number]:
    unit = unit_of(cls, name)
    if value and all(isinstance(one, int | float) and not isinstance(one, bool) for one in value):
        mean = math.fsum(value) / len(value)
        yield Number(path, meaning, unit, "series", typed(plain), mean, -math.inf, math.inf, origin)
        return
    for place, item in enumerate(value):
        if isinstance(item, BaseModel):
            yield from _of_block(item, plain[place], f"{path}.{place}.", origin)


def typed(plain: Any) -> str:
    """Plain data as a planner would type it.

    >>> typed({"low": 1, "mode": 2.0, "high": 4}), typed([12000.0]), typed("8k to 15k"), typed(0.09)
    ('{low: 1, mode: 2, high: 4}', '[12000]', '8k to 15k', '0.09')
    """
    if isinstance(plain, Mapping):
        return "{" + ", ".join(f"{key}: {typed(value)}" for key, value in plain.items()) + "}"
    if isinstance(plain, list | tuple):
        return "[" + ", ".join(typed(value) for value in plain) + "]"
    if isinstance(plain, float):
        return f"{plain:.12g}"
    return str(plain)


def _is_choice(annotation: Any) -> bool:
    """Whether only certain numbers may stand there."""
    if get_origin(annotation) in (typing.Union, types.UnionType):
        return any(_is_choice(one) for one in get_args(annotation))
    return get_origin(annotation) is Literal


def _limits(info: Any) -> tuple[float, float]:
    low = max((m.ge for m in info.metadata if getattr(m, "ge", None) is not None), default=-math.inf)
    high = min((m.le for m in info.metadata if getattr(m, "le", None) is not None), default=math.inf)
    return float(low), float(high)


def _meant(path: str, text: str) -> str:
    from scenarios.workbench.edits import written

    try:
        return str(written(path, text))
    except ProblemsFound:
        return ""


def _mean(path: str, text: str) -> float:
    from scenarios.workbench.edits import written
    from sim.quantities import QuantityError, parse_number, parse_quantity

    try:
        found = written(path, text)
        if isinstance(found, list):
            return math.fsum(parse_number(one) for one in found) / len(found)
        return float(parse_quantity(found).mean)
    except (QuantityError, ProblemsFound, TypeError, ValueError, ZeroDivisionError):
        return math.nan


def _span(value: float, low: float, high: float, *, whole: bool) -> tuple[float, float, float]:
    """A handy range around a value, inside the allowed one: all of a narrow range, else up to about twice the value.

    >>> _span(0.25, 0.0, 0.9, whole=False), _span(36.0, 1.0, 360.0, whole=True), _span(0.0, 0.0, 1e12, whole=False)
    ((0.0, 0.9, 0.01), (1.0, 80.0, 1.0), (0.0, 10.0, 0.1))
    """
    if high - low <= 2.0 and not whole:
        return low, high, 0.01 if high - low > 0.2 else 0.001
    size = _round_up(2.0 * abs(value)) if value else 10.0
    bottom = max(low, 0.0 if value >= 0.0 else -size)
    top = min(high, size if value >= 0.0 else 0.0)
    if not bottom < top:
        bottom, top = max(low, -size), min(high, size)
    step = 10.0 ** math.floor(math.log10(max(top - bottom, 1e-9) / 50.0))
    return bottom, top, max(1.0, step) if whole else step


def _round_up(value: float) -> float:
    """To one digit, upwards.

    >>> _round_up(72.0), _round_up(0.031)
    (80.0, 0.04)
    """
    power = 10.0 ** math.floor(math.log10(value))
    return float(f"{math.ceil(value / power - 1e-9) * power:.10g}")
