"""The strict frozen base of the scenario schema, and the two kinds of number fields it knows."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from sim.quantities import Quantity, constant, parse_number

ID = r"^[a-z][a-z0-9_]{0,39}$"
PLANNER = "planner assumption"
_MISSING: Any = ...


def _written(value: Any) -> Any:
    """`60k` and `12 %` are numbers wherever a number may stand."""
    return parse_number(value) if isinstance(value, str) else value


def _listed(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else (value,)


Certain = Annotated[float, BeforeValidator(_written)]
Series = Annotated[tuple[Certain, ...], BeforeValidator(_listed)]


class World(BaseModel):
    """Frozen, unknown keys forbidden, defaults checked like values."""

    # A block is built with the whole that it is a part of: built one by one, the schema takes longer to load.
    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False, strict=False, defer_build=True
    )

    @field_validator("*", mode="after")
    @classmethod
    def _inside_range(cls, value: Any, info: ValidationInfo) -> Any:
        """A constant must lie inside the range; of a distribution the central 90 % must (the rest is clipped)."""
        if not isinstance(value, Quantity) or info.field_name is None:
            return value
        low, high = number_range(cls, info.field_name)
        ends = (
            (value.params[0],) * 2
            if value.is_constant
            else tuple(float(x) for x in value.quantile([0.05, 0.95], few=True))
        )
        slack = 1e-9 * (ends[1] - ends[0])  # the rounding of quantiles, so that `0 to 5` may begin at 0
        if not (ends[0] >= low - slack and ends[1] <= high + slack):  # also true of an end that is no number
            shown = f"{ends[0]:g}" if value.is_constant else f"90 % interval {ends[0]:g} to {ends[1]:g}"
            raise ValueError(f"{shown} is outside the allowed range {low:g} to {high:g}")
        return value


def quantity(
    meaning: str, *, unit: str, low: float = 0.0, high: float = 1e12, default: Any = _MISSING, effect: bool = True
) -> Any:
    """A field that takes a Quantity. `effect`: initiatives may change it."""
    extra: dict[str, Any] = {"unit": unit, "low": low, "high": high, "effect": effect}
    if isinstance(default, (int, float)):
        default = constant(default)
    return Field(default, description=meaning, json_schema_extra=extra)


def plain(
    meaning: str, *, unit: str = "", low: Any = None, high: Any = None, default: Any = _MISSING, needed: str = ""
) -> Any:
    """A field that takes one certain number, text or yes/no. Initiatives cannot change it.

    `needed`: why the block means nothing without it, as its absence is reported.
    """
    extra: dict[str, Any] = {"unit": unit, **({"needed": needed} if needed else {})}
    return Field(default, description=meaning, ge=low, le=high, json_schema_extra=extra)


def origin() -> Any:
    """Where the numbers of a block come from, unless a number states its own origin."""
    return Field(
        description="origin of every number of this block that names none itself: the id of a published figure "
        "(`scenarios/evidence`), or `planner assumption`",
        min_length=1,
    )


def number_range(model: type[BaseModel], field: str) -> tuple[float, float]:
    """Allowed range of a Quantity field, both ends included."""
    extra = _extra(model, field)
    return float(extra.get("low", float("-inf"))), float(extra.get("high", float("inf")))


def may_change(model: type[BaseModel], field: str) -> bool:
    """Whether effects of initiatives may address the field."""
    return bool(_extra(model, field).get("effect", False))


def unit_of(model: type[BaseModel], field: str) -> str:
    """Unit of the field as printed."""
    return str(_extra(model, field).get("unit", ""))


def need_of(model: type[BaseModel], field: str) -> str:
    """Why the field cannot be left out; empty where its meaning says enough."""
    return str(_extra(model, field).get("needed", ""))


def _extra(model: type[BaseModel], field: str) -> dict[str, Any]:
    extra = model.model_fields[field].json_schema_extra
    return extra if isinstance(extra, dict) else {}
