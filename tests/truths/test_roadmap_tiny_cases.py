"""Thirty phased roadmaps with known optima, enumerated by others: windows, lags, alternatives, carry, synergies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from optimize import RoadmapProblem, Status, solve

CASES = json.loads((Path(__file__).parents[1] / "data" / "opt_roadmap_tiny.json").read_text(encoding="utf-8"))["cases"]


def to_problem(inputs: dict[str, Any]) -> RoadmapProblem:
    """The case in our words: one budget at par, running cost from the go-live to the end of the horizon."""
    periods = inputs["T"]
    skills = {f"skill-{k}": [staff[k] for staff in inputs["staff_capacity"]] for k in range(2)}

    def name(number: int) -> str:
        return f"i{number}"

    initiatives = [
        {
            "id": name(one["id"]),
            "value": one["value"] + [0] * (periods - len(one["value"])),
            "cost": {"capital": one["capex"], "running": [0] * one["duration"] + [one["opex"]] * periods},
            "skill_days": {f"skill-{k}": [staff[k] for staff in one["staff"]] for k in range(2)},
            "duration": one["duration"],
            "earliest": one["earliest"],
            "latest": one["latest"],
            "mandatory": one["mandatory"],
        }
        for one in inputs["initiatives"]
    ]
    return RoadmapProblem.model_validate(
        {
            "periods": periods,
            "initiatives": initiatives,
            "budgets": [
                {"name": "all", "amount": inputs["budget"], "carry_share": 1, "carry_cap": inputs["carry_cap"]}
            ],
            "skills": skills,
            "requires": [
                {"initiative": name(j), "requires": name(i), "lag": lag} for i, j, lag in inputs["precedence"]
            ],
            "exclusive": [
                {"name": f"group-{number}", "members": [name(member) for member in group]}
                for number, group in enumerate(inputs["exclusive"])
            ],
            "interactions": [
                {"first": name(i), "second": name(j), "value": value} for i, j, value in inputs["synergy"]
            ],
        }
    )


def test_all_thirty_cases_are_here() -> None:
    assert len(CASES) == 30
    assert {case["expected"]["status"] for case in CASES} == {"optimal"}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_published_optimum(case: dict[str, Any]) -> None:
    solution = solve(to_problem(case["inputs"]))
    assert solution.status is Status.OPTIMAL
    assert solution.objective == case["expected"]["objective"]
    starts = [solution.roadmap.get(f"i{number}") for number in range(case["inputs"]["n"])]
    assert starts in case["expected"]["solutions"]
