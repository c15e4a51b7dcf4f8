"""Thirty phased roadmaps with known optima, enumerated by others: windows, lags, alternatives, carry, synergies."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.cases.case import records
from benchmarks.cases.roadmaps import to_problem
from optimize import Status, solve

CASES = records("opt_roadmap_tiny.json")


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
