"""Sequence of software features (Denne and Cleland-Huang, "Software by Numbers", 2003): one team, one at a time.

A feature that starts in period t brings its cash flows from t on, discounted; what falls past the horizon is lost. The
team is a skill with one day a period.
"""

from __future__ import annotations

import math
from typing import Any

from benchmarks.cases.case import Case, one, records
from optimize import RoadmapProblem


def cases() -> list[Case]:
    """All features in sequence, and any subset of them."""
    return [
        Case(
            "ifm",
            record["id"],
            "optimum",
            record["expected"]["npv"],
            one(to_problem, record["inputs"], "optional" not in record["id"]),
            quick=True,
        )
        for record in records("opt_ifm_roadmap.json")
    ]


def to_problem(inputs: dict[str, Any], all_of_them: bool) -> RoadmapProblem:
    """The record in our words; periods count from 0 here and from 1 there."""
    periods, rate = inputs["periods"], inputs["rate"]

    def npv(flows: list[float], start: int) -> float:
        return math.fsum(flow / (1 + rate) ** (start + e + 1) for e, flow in enumerate(flows) if start + e < periods)

    return RoadmapProblem.model_validate(
        {
            "periods": periods,
            "initiatives": [
                {
                    "id": name,
                    "value": [npv(inputs["cash_flow"][name], start) for start in range(periods)],
                    "duration": inputs["duration"][name],
                    "skill_days": {"team": [1.0] * inputs["duration"][name]},
                    "latest": periods - inputs["duration"][name],
                    "mandatory": all_of_them,
                }
                for name in inputs["features"]
            ],
            "skills": {"team": [1.0] * periods},
            "requires": [
                {"initiative": name, "requires": other} for name, others in inputs["pred"].items() for other in others
            ],
        }
    )
