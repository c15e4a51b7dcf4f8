"""Textbook capital budgeting: projects with a value and outlays, yearly budgets, exclusions and contingencies.

Value does not depend on the start here, so there is one period, and each budget year (or resource) is a skill of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.cases.case import Case, one, records
from optimize import RoadmapProblem


def cases() -> list[Case]:
    """All with one value a project; those with a value in each of many scenarios are for tests of risk."""
    return [
        Case(
            "capital budgeting",
            record["id"],
            "optimum",
            record["expected"]["ip_optimum"],
            one(to_problem, record["inputs"]),
            quick=True,
        )
        for record in records("opt_capital_budgeting_small.json")
        if "value" in record["inputs"]
    ]


def to_problem(inputs: dict[str, Any]) -> RoadmapProblem:
    """The record of one case in our words."""
    uses = inputs["outlay"] if "outlay" in inputs else inputs["use"]
    capacity = inputs["budget"] if "budget" in inputs else inputs["capacity"]
    return knapsack(
        inputs["value"], uses, capacity, exclusive=inputs.get("exclusive", ()), requires=inputs.get("requires", ())
    )


def knapsack(
    values: Sequence[float],
    uses: Sequence[Sequence[float]],
    capacity: Sequence[float],
    exclusive: Sequence[Sequence[int]] = (),
    requires: Sequence[Sequence[int]] = (),
) -> RoadmapProblem:
    """Items p0, p1, ... of these values; uses[r][i] of capacity[r]; of each `exclusive` set at most one; the first of
    each pair of `requires` only with the second."""
    return RoadmapProblem.model_validate(
        {
            "periods": 1,
            "initiatives": [
                {
                    "id": f"p{item}",
                    "value": [float(value)],
                    "skill_days": {f"row{r}": [float(use[item])] for r, use in enumerate(uses) if use[item]},
                }
                for item, value in enumerate(values)
            ],
            "skills": {f"row{r}": [float(amount)] for r, amount in enumerate(capacity)},
            "exclusive": [
                {"name": f"group{number}", "members": [f"p{item}" for item in group]}
                for number, group in enumerate(exclusive)
            ],
            "requires": [
                {"initiative": f"p{item}", "requires": f"p{other}", "from": "start"} for item, other in requires
            ],
        }
    )
