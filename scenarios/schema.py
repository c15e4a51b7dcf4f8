"""JSON schema of a scenario file, for editors that complete and check while a planner types."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sim.world import Scenario

WRITTEN_NUMBER = ["number", "string"]  # `60k` and `12 %` are numbers too


class _Editor(GenerateJsonSchema):
    """Every number may be written with a suffix, and a series as one number."""

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        return {**super().float_schema(schema), "type": WRITTEN_NUMBER}

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        inner = super().function_before_schema(schema)
        return {"anyOf": [inner, {"type": WRITTEN_NUMBER}]} if inner.get("type") == "array" else inner


def scenario_schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12). Meaning, unit and range of a field are in its description, the range of plain
    numbers also in `minimum` and `maximum`."""
    schema = Scenario.model_json_schema(schema_generator=_Editor)
    for block in (schema, *schema["$defs"].values()):
        for name, field in block.get("properties", {}).items():
            block["properties"][name] = _described(field)
    return {"$schema": GenerateJsonSchema.schema_dialect, "schema_version": 1, **schema}


def _described(field: dict[str, Any]) -> dict[str, Any]:
    """The schema of one field, with what only we know of it put into words of the standard."""
    field = dict(field)
    unit, low, high = field.pop("unit", ""), field.pop("low", None), field.pop("high", None)
    effect = field.pop("effect", False)
    field.pop("needed", None)  # said where it is missing
    if low is not None:
        field |= {"minimum": low, "maximum": high}
    low, high = field.get("minimum", low), field.get("maximum", high)
    limits = f"from {low:.10g} to {high:.10g}" if low is not None and high is not None else ""
    parts = [text for text in (f"in {unit}" if unit else "", limits) if text]
    parts += ["initiatives may change it"] if effect else []
    meaning = field.get("description", "")
    if parts:
        field["description"] = f"{meaning} ({'; '.join(parts)})"
    return field
