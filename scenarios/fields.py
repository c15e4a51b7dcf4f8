"""What the schema expects at a place of a file: meaning, kind, unit and range, in a planner's words."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.errors import nearest
from sim.quantities import FORMS, Quantity
from sim.world import Scenario
from sim.world.base import need_of, number_range, unit_of

FORM_OF_NAME = {"start": "a month such as 2027-01", "name": "small letters, digits and _, such as my_shop"}
SUB_KEYS = "indented lines `key: value`"


@dataclass(frozen=True)
class Field:
    """One place of the schema.

    annotation  its type, without `None` and without validators
    owner       the model that has the field; None at the root and inside lists and named blocks
    name        its name in `owner`
    info        pydantic's description of it
    above       the models around it, outermost first
    """

    annotation: Any
    owner: type[BaseModel] | None = None
    name: str = ""
    info: FieldInfo | None = None
    above: tuple[type[BaseModel], ...] = ()

    @property
    def meaning(self) -> str:
        return (self.info.description or "") if self.info else ""

    @property
    def needed(self) -> str:
        """Why it cannot be left out, where its meaning does not say so."""
        return need_of(self.owner, self.name) if self.owner is not None and self.info is not None else ""

    @property
    def is_block(self) -> bool:
        return isinstance(self.annotation, type) and issubclass(self.annotation, BaseModel)

    @property
    def is_certain(self) -> bool:
        """Whether only a plain number may stand here."""
        return self.annotation in (float, int)

    def keys(self) -> list[str]:
        """Keys that a block at this place may have."""
        return list(self.annotation.model_fields) if self.is_block else []

    def expected(self, value: object = None) -> str:
        """What may stand here, with range and unit; of a few words, the one that `value` resembles."""
        kind = self.annotation
        if kind is Quantity:
            limits = self.range_text()
            return f"a number or a distribution, {limits}" if limits else FORMS
        if kind in (int, float):
            return " ".join(("a whole number" if kind is int else "one number", self.range_text())).strip()
        if kind is bool:
            return "true or false"
        if kind is str:
            return FORM_OF_NAME.get(self.name, "text") if self.owner is Scenario else "text"
        if get_origin(kind) is Literal:
            words = [str(word) for word in get_args(kind)]
            close = nearest(str(value), words)
            return f"did you mean {close}?" if close else f"allowed: {', '.join(words)}"
        if get_origin(kind) is tuple:
            return "a list such as [a, b]" if get_args(kind)[-1] is Ellipsis else "a list of two"
        if get_origin(kind) is dict:
            needed = self.info is not None and any(getattr(m, "min_length", None) for m in self.info.metadata)
            return SUB_KEYS if needed else f"{SUB_KEYS}, or {{}} for none"
        return SUB_KEYS if self.is_block else ""

    def range_text(self) -> str:
        """The allowed range with its unit, empty where there is none.

        >>> at(("profile", "tax_rate")).range_text(), at(("people", "x", "headcount")).range_text()
        ('from 0 to 0.9 share', 'from 0 to 500 seats')
        """
        if self.owner is None or self.info is None:
            return ""
        if self.annotation is Quantity:
            low, high = number_range(self.owner, self.name)
        else:
            low = max((m.ge for m in self.info.metadata if getattr(m, "ge", None) is not None), default=float("-inf"))
            high = min((m.le for m in self.info.metadata if getattr(m, "le", None) is not None), default=float("inf"))
        unit = unit_of(self.owner, self.name)
        text = {
            (True, True): f"from {low:.10g} to {high:.10g}",
            (True, False): f"at least {low:.10g}",
            (False, True): f"at most {high:.10g}",
            (False, False): "",
        }[low > float("-inf"), high < float("inf")]
        return f"{text} {unit}".strip() if text else f"in {unit}" if unit else ""

    def block_of_key(self, loc: tuple[str, ...]) -> tuple[str, ...] | None:
        """Path of the block below this one that knows the key at the end of `loc`, or None."""
        for name in self.keys():
            if loc[-1] in at((*loc[:-1], name)).keys():  # noqa: SIM118
                return (*loc[:-1], name)
        return None

    def where_key_belongs(self, loc: tuple[str, ...]) -> str:
        """A remedy for the key at the end of `loc`, which stands in this block and resembles none of its keys."""
        key = loc[-1]
        if any(key in owner.model_fields for owner in self.above[:-1]):
            return f"`{key}` belongs further out: check the indentation"
        below = self.block_of_key(loc)
        return f"`{key}` belongs under `{below[-1]}`" if below else f"known keys: {', '.join(self.keys())}"


def at(loc: tuple[str, ...]) -> Field:
    """The schema at a place of a file. Past an unknown key: a Field of which nothing is known."""
    field = Field(Scenario, above=(Scenario,))
    for part in loc:
        kind = field.annotation
        if field.is_block and part in kind.model_fields:
            info = kind.model_fields[part]
            field = _field(info.annotation, field.above, kind, part, info)
        elif get_origin(kind) is dict:
            field = _field(get_args(kind)[1], field.above)
        elif get_origin(kind) is tuple and get_args(kind)[0] is not Any:
            field = _field(get_args(kind)[0], field.above)
        else:
            return Field(None, above=field.above)
    return field


def _field(
    annotation: Any,
    above: tuple[type[BaseModel], ...],
    owner: type[BaseModel] | None = None,
    name: str = "",
    info: FieldInfo | None = None,
) -> Field:
    while get_origin(annotation) in (typing.Annotated, typing.Union, types.UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not types.NoneType]
        annotation = kinds[0]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        above = (*above, annotation)
    return Field(annotation, owner, name, info, above)
