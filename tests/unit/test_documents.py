"""The published schemas: valid, closed, self-contained, and every field of them says what it holds."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from scenarios.cli.app import run
from scenarios.documents import DOCUMENTS, URN, schema
from sim.errors import ProblemsFound

VALIDATOR = jsonschema.Draft202012Validator
MONEY = {"npv", "cash_trough", "capital", "running", "delivery", "budget", "objective", "bound", "spent", "carried"}

EXAMPLES: dict[str, dict[str, Any]] = {
    "errors": {
        "schema_version": 1,
        "errors": [
            {"file": None, "sheet": None, "line": None, "column": 3, "path": "", "value": 1.5, "message": "wrong",
             "hint": None}
        ],
    },
    "solve": {
        "schema_version": 1, "status": "infeasible", "text": "", "objective": None, "bound": None, "gap": None,
        "roadmap": None, "conflict": ["a"], "conflict_sentence": "a", "repairs": [], "rejected": [], "reasons": None,
        "alternatives": [], "stopped_by_time": False, "canonical": False,
        "seconds": 0.1, "solver": "none",
    },
}  # fmt: skip


def fields(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and schema of every property at every depth."""
    if isinstance(node, dict):
        for name, field in node.get("properties", {}).items():
            if "additionalProperties" in node:  # not a condition, which only repeats a property
                yield name, field
        for child in node.values():
            yield from fields(child)
    elif isinstance(node, list):
        for child in node:
            yield from fields(child)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_schema_is_valid_closed_and_whole(name: str) -> None:
    """It is a schema, forbids unknown keys at the top, and refers to nothing outside itself."""
    whole = schema(name)
    VALIDATOR.check_schema(whole)
    assert whole["additionalProperties"] is False
    assert set(whole["required"]) <= set(whole["properties"])
    assert whole["properties"]["schema_version"]
    held = {whole["$id"], *(part["$id"] for part in whole.get("$defs", {}).values())}
    targets = {field["$ref"].partition("#")[0] for _, field in fields(whole) if field.get("$ref", "").startswith(URN)}
    assert targets <= held


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_field_says_what_it_holds(name: str) -> None:
    """A description or a reference to a part that has one; money names its unit."""
    whole = schema(name)
    for key, field in fields(whole):
        assert "description" in field or "$ref" in field or "enum" in field or "const" in field, key
        if key in MONEY and field.get("type") in ("number", ["number", "null"]):
            assert "[currency]" in field["description"], key


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_pass_and_damaged_ones_do_not(name: str) -> None:
    """An unknown key, a missing key and a wrong type are each refused."""
    validator, good = VALIDATOR(schema(name)), EXAMPLES[name]
    validator.validate(good)
    for bad in (
        {**good, "surprise": 1},
        {key: value for key, value in good.items() if key != "schema_version"},
        {**good, "schema_version": 2},
        {**good, next(key for key in good if key != "schema_version"): 3.5},
    ):
        assert not validator.is_valid(bad), bad


def test_roi_and_simulate_name_their_count() -> None:
    """A document of the kernel has draws, one of the company replications, and neither has both."""
    error = {"se": 1.0, "low": 0.0, "high": None, "refused": None}
    figures = ("mean", "p5", "p50", "p95", "cvar5")
    statistic = {
        **dict.fromkeys((*figures, "se"), 1.0), "prob_none": 0.0,
        "intervals": {"confidence": 0.95, **dict.fromkeys((*figures, "prob_none"), error)},
    }  # fmt: skip
    document = {
        "schema_version": 1, "scenario": "shop", "roadmap": {"pos": 0}, "seed": 1, "draws": 5, "first_draw": 0,
        "engine": "kernel", "currency": "EUR", "points": "random", "randomisations": 1,
        "npv": statistic, "roi": None, "payback_months": statistic,
        "cash_trough": statistic, "residual": statistic, "npv_within_horizon": statistic,
        "financing": None, "cash_floor": None, "covenant": None, "prob_npv_negative": 0.5,
        "prob_npv_negative_error": error,
        "categories": {"margin": 1.0}, "category_errors": {"margin": error},
        "kpis": {
            "wait": {
                "unit": "minutes", "better": "lower", "baseline": None, "roadmap": 2.0, "baseline_error": None,
                "roadmap_error": error, "change": {"mean": 1.0, **error},
            }
        },
        "freed_hours": {
            "clerk": {
                "hours_per_month": 3.0, "spared_seat_months": 0.0, "hours_error": error, "spared_error": error,
            }
        },
        "notes": [],
        "provenance": {"scenario_hash": "0123456789abcdef", "version": "1", "python": "3.11", "packages": {}},
    }  # fmt: skip
    validator = VALIDATOR(schema("roi"))
    validator.validate(document)
    rest = {key: value for key, value in document.items() if key != "draws"}
    validator.validate({**rest, "engine": "company", "replications": 5})
    assert not validator.is_valid({**rest, "replications": 5})
    assert not validator.is_valid({**document, "engine": "company"})
    assert not validator.is_valid({**document, "provenance": {}})  # a part in another schema file is checked, too
    assert not validator.is_valid({**document, "npv": {**statistic, "mean": "much"}})


def test_command_prints_the_schema_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """`roadfolio schema --document NAME`; a name that is none gets the nearest one and code 2."""
    assert run(["schema", "--document", "plan"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert {key: printed[key] for key in schema("plan")} == schema("plan")
    assert run(["schema", "--document", "verfy"]) == 2
    assert "did you mean verify?" in capsys.readouterr().err


def test_unknown_document_is_a_problem() -> None:
    """With what there is."""
    with pytest.raises(ProblemsFound, match="known: roi, simulate"):
        schema("zzz")
