"""docs/capabilities.md: every path that it names is a field of the schema, and every block of the schema is named."""

import re
import typing
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from sim.world import Scenario

PAGE = Path(__file__).parents[2] / "docs" / "capabilities.md"
ROWS = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| [a-z]", line)]
STATED = [cell for row in ROWS if (cell := row.split("|")[2].strip()) != "stated by"]
PATHS = sorted({path for cell in STATED for path in re.findall(r"`([^`]+)`", cell)})
OF_THE_FILE = {
    "version", "name", "title", "story", "start", "planning_months", "horizon_months", "period_months", "correlations",
    "calibration", "profile", "money", "goals",
}  # fmt: skip


def models(kind: Any) -> set[type[BaseModel]]:
    """Models inside an annotation."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {kind}
    return {model for part in typing.get_args(kind) for model in models(part)}


def is_named(kind: Any) -> bool:
    """Whether an annotation is a mapping from names, or may be one."""
    return typing.get_origin(kind) is dict or any(is_named(part) for part in typing.get_args(kind))


def exists(path: str) -> bool:
    """Whether a path with `*` for names leads to a field."""
    here: set[type[BaseModel]] = {Scenario}
    names_due = False
    for part in path.split("."):
        if part == "*":
            if not names_due:
                return False
            names_due = False
            continue
        if names_due:
            return False
        kinds = [model.model_fields[part].annotation for model in here if part in model.model_fields]
        if not kinds:
            return False
        here = {model for kind in kinds for model in models(kind)}
        names_due = any(is_named(kind) for kind in kinds) and path.split(".")[-1] != part
    return True


@pytest.mark.parametrize("path", PATHS)
def test_path_exists(path: str) -> None:
    assert exists(path), f"{path} is no field: correct {PAGE.name}"


def test_the_check_can_fail() -> None:
    assert exists("systems.*.age_years")
    for wrong in ("systems.*.age", "systems.age_years", "goals.*.kpis", "money.*.cash_floor"):
        assert not exists(wrong)


def test_every_block_of_a_scenario_is_named() -> None:
    named = {path.split(".")[0] for path in PATHS}
    assert set(Scenario.model_fields) - OF_THE_FILE <= named


def test_rows_are_whole() -> None:
    """Subject, where it is stated, what is computed."""
    assert len(ROWS) > 50
    for row in ROWS:
        assert len([cell for cell in row.strip("|").split("|") if cell.strip()]) == 3, row
