"""Capital budgeting of a fleet of plants: test cases of LOGOS (Idaho National Laboratory), with its gold values.

Options of an investment exclude each other. Where one must be taken, doing nothing is what the others are compared
with: its NPV is part of the constant. Years and resources are skills of the one period. Two further kinds are roadmaps
in disguise:
- several knapsacks: the period of the start says into which knapsack an item goes;
- a ranking over scenarios of capital: LOGOS asks that what is funded with less money is funded with more too, so an
  investment starts in the first scenario, from poor to rich, that funds it. Its value there is its NPV times the
  probability of that scenario and of all richer ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.cases.case import Case, folder, one, records
from optimize import RoadmapProblem

UNMAPPED = "options that change with the scenario, or a tail mean: no roadmap with one value a start"
Rows = list[list[float]]


def cases() -> list[Case]:
    """Every case that is a roadmap problem of expected worth; `unmapped` names the others."""
    found = []
    for record in records("opt_logos.json"):
        inputs, expected = record["inputs"], record["expected"]
        if "npv" in inputs:
            build = one(lambda inputs=inputs: options_problem(inputs))  # type: ignore[misc]
            worth = expected["MaxNPV_rows"][0]
        elif (path := folder() / inputs["xml"]).is_file() and inputs["problem_type"] == "MultipleKnapsack":
            build = one(lambda path=path: knapsacks_problem(path))  # type: ignore[misc]
            worth = expected["MaxNPV_rows"][0]
        elif path.is_file() and inputs["problem_type"] == "skp":
            build = one(lambda path=path: ranking_problem(path))  # type: ignore[misc]
            worth = expected["expected_MaxNPV"]
        else:
            continue
        found.append(Case("logos", record["id"], "optimum", worth, build, quick=True))
    return found


def unmapped() -> list[str]:
    """Names of the cases that are left out, for the reason of UNMAPPED."""
    known = {case.name for case in cases()}
    return [record["id"] for record in records("opt_logos.json") if record["id"] not in known]


def options_problem(inputs: dict[str, Any]) -> RoadmapProblem:
    """Investments with options, from the record."""
    forced = set(inputs["mandatory"])
    constant, column = 0.0, 0
    initiatives: list[dict[str, Any]] = []
    exclusive = []
    for place, options in enumerate(inputs["options"]):
        columns = dict(zip(options, range(column, column + len(options)), strict=True))
        column += len(options)
        must = inputs["exactly_one_option"] or inputs["investments"][place] in forced
        base = 0.0
        if must and "DoNothing" in columns:
            base = inputs["npv"][columns.pop("DoNothing")]
        elif must and len(columns) > 1:
            # At most one is all that a group says; leaving out must be worse than whatever else follows from it.
            base = -2.0 * sum(abs(value) for value in inputs["npv"])
        constant += base
        names = [f"i{place}.{option}" for option in columns]
        for name, number in zip(names, columns.values(), strict=True):
            use = [row[number] for row in inputs["cost_rows_are_resource_x_period"]]
            initiatives.append({"id": name, "value": [inputs["npv"][number] - base], "skill_days": _days(use)})
        if len(names) > 1:
            exclusive.append({"name": f"investment{place}", "members": names})
        elif must and base == 0.0 and "DoNothing" not in options:
            initiatives[-1]["mandatory"] = True
    return RoadmapProblem.model_validate(
        {
            "periods": 1,
            "constant": constant,
            "initiatives": initiatives,
            "exclusive": exclusive,
            "skills": {f"row{r}": [amount] for r, amount in enumerate(inputs["budget"])},
        }
    )


def knapsacks_problem(path: Path) -> RoadmapProblem:
    """Several knapsacks, from the file: knapsack u is period u."""
    found = _numbers(path)
    units, values = found["capitals"], found["net_present_values"]
    uses = _by(found["costs"], len(values))
    capacity = _by(found["available_capitals"], len(units))
    return RoadmapProblem.model_validate(
        {
            "periods": len(units),
            "initiatives": [
                {"id": f"i{item}", "value": [value] * len(units), "skill_days": _days(use)}
                for item, (value, use) in enumerate(zip(values, uses, strict=True))
            ],
            "skills": {f"row{r}": [unit[r] for unit in capacity] for r in range(len(capacity[0]))},
        }
    )


def ranking_problem(path: Path) -> RoadmapProblem:
    """A ranking over scenarios of capital, from the file: scenario s, from poor to rich, is period s.

    ValueError where scenarios are not ordered by capital, or NPV differs between scenarios.
    """
    found = _numbers(path)
    values = found["net_present_values"]
    uses = _by(found["costs"], len(values))
    probability = found["available_capitals.probabilities"]
    capacity = sorted(zip(_by(found["available_capitals.scenarios"], len(probability)), probability, strict=True))
    rich = [amounts for amounts, _ in capacity]
    if any(
        one > other for poor, more in zip(rich, rich[1:], strict=False) for one, other in zip(poor, more, strict=True)
    ):
        raise ValueError(f"{path.name}: no order of the scenarios in which every capital grows")
    for npv in _by(
        found.get("net_present_values.scenarios", values), len(found.get("net_present_values.probabilities", [1]))
    ):
        if npv != values:
            raise ValueError(f"{path.name}: NPV differs between scenarios")
    reached = [sum(p for _, p in capacity[s:]) for s in range(len(capacity))]
    copies = [1] * len(values)
    mandatory = {int(number) - 1 for number in found.get("mandatory", [])}
    return RoadmapProblem.model_validate(
        {
            "periods": len(capacity),
            "initiatives": [
                {
                    "id": f"i{item}.{copy}",
                    "value": [value * chance for chance in reached],
                    "skill_days": {name: days * len(capacity) for name, days in _days(uses[item]).items()},
                    "mandatory": item in mandatory,
                    "latest": 0 if item in mandatory else None,
                }
                for item, value in enumerate(values)
                for copy in range(copies[item])
            ],
            "skills": {f"row{r}": [amounts[r] for amounts in rich] for r in range(len(rich[0]))},
        }
    )


def _days(use: Iterable[float]) -> dict[str, list[float]]:
    return {f"row{r}": [amount] for r, amount in enumerate(use) if amount}


def _by(numbers: list[float], groups: int) -> Rows:
    """The numbers in so many rows of the same length."""
    length = len(numbers) // groups
    return [numbers[length * group : length * (group + 1)] for group in range(groups)]


def _numbers(path: Path) -> dict[str, list[Any]]:
    """The lists of a LOGOS file by tag; those of its uncertainties by tag and what they are. Words stay words."""
    root = ElementTree.parse(path).getroot()
    found = {}
    for section in ("Sets", "Parameters", "Settings"):
        for element in root.findall(f"{section}/*"):
            found[element.tag] = _items(element.text)
    for element in root.findall("Uncertainties/*"):
        for part in ("probabilities", "scenarios"):
            found[f"{element.tag}.{part}"] = _items(element.findtext(part))
    return found


def _items(text: str | None) -> list[Any]:
    words = re.split(r"[\s,;]+", (text or "").strip())
    try:
        return [float(word) for word in words]
    except ValueError:
        return list(words)
