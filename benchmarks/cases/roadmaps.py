"""Synthetic roadmaps of the full kind: windows, lags, alternatives, carry-over, running cost, skills, synergies.

The tiny ones were enumerated; of the larger ones the best of three solvers in 60 s is known, and a bound.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.cases.case import Case, folder, one, records, rows
from optimize import RoadmapProblem


def cases() -> list[Case]:
    """The tiny ones, and the larger ones where their files are."""
    tiny = [
        Case(
            "roadmaps",
            record["id"],
            "optimum",
            record["expected"]["objective"],
            one(to_problem, record["inputs"]),
            quick=True,
        )
        for record in records("opt_roadmap_tiny.json")
    ]
    larger = []
    for row in rows("opt_roadmap_synthetic.csv"):
        path = folder() / row["file"]
        if path.is_file():
            build = one(of_file, path)
            truth, best = row["status"] == "optimal", float(row["best_objective"])
            name = row["instance"]
            larger.append(Case("roadmaps", name, "optimum" if truth else "best known", best, build, quick=truth))
    return tiny + larger


def of_file(path: Path) -> RoadmapProblem:
    """The case in a file of its own."""
    return to_problem(json.loads(path.read_text(encoding="utf-8")))


def to_problem(inputs: dict[str, Any]) -> RoadmapProblem:
    """The case in our words: one budget at par, running cost from the go-live to the end of the horizon."""
    periods = inputs["T"]
    count = len(inputs["staff_capacity"][0])
    skills = {f"skill-{k}": [staff[k] for staff in inputs["staff_capacity"]] for k in range(count)}

    def name(number: int) -> str:
        return f"i{number}"

    initiatives = [
        {
            "id": name(one["id"]),
            "value": one["value"] + [0] * (periods - len(one["value"])),
            "cost": {"capital": one["capex"], "running": [0] * one["duration"] + [one["opex"]] * periods},
            "skill_days": {f"skill-{k}": [staff[k] for staff in one["staff"]] for k in range(count)},
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
