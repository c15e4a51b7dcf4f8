"""Capital budgeting of a fleet of plants: test cases of LOGOS (Idaho National Laboratory), with its gold values.

Options of an investment are a group, of which exactly one is chosen where one must be. Years and resources are skills
of the one period. Further kinds are roadmaps in disguise:
- several knapsacks: the period of the start says into which knapsack an item goes;
- a ranking over scenarios of capital: LOGOS asks that what is funded with less money is funded with more too, so an
  investment starts in the first scenario, from poor to rich, that funds it. Its value there is its NPV times the
  probability of that scenario and of all richer ones. LOGOS leaves its bounds on copies of an item aside (its gold file
  takes none twice), and so does this;
- options that may change with the scenario: each scenario is a period with options of its own, in a group that follows
  whether the investment has started (`exactly_one`, or doing nothing before the start).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.cases.case import Case, folder, one, records
from optimize import RoadmapProblem

UNMAPPED = "a mean of the tail, or a second rule of consistency that its manual does not state"
SLOW = re.compile("ee-41|use-case-2a|skp-scenarios|bkp")  # a second or more each
Rows = list[list[float]]


def cases() -> list[Case]:
    """Every case that is a roadmap problem of expected worth; `unmapped` names the others."""
    found = []
    for record in records("opt_logos.json"):
        inputs, expected = record["inputs"], record["expected"]
        if "npv" in inputs:
            build = one(options_problem, inputs)
            worth = expected["MaxNPV_rows"][0]
        elif (path := folder() / inputs["xml"]).is_file() and inputs["problem_type"] == "MultipleKnapsack":
            build = one(knapsacks_problem, path)
            worth = expected["MaxNPV_rows"][0]
        elif path.is_file() and inputs["problem_type"] == "skp":
            build = one(ranking_problem, path)
            worth = expected["expected_MaxNPV"]
        elif path.is_file() and inputs["problem_type"] == "mckp" and not _second_rule(path):
            build = one(options_by_scenario, path)
            worth = expected["expected_MaxNPV"]
        else:
            continue
        found.append(Case("logos", record["id"], "optimum", worth, build, quick=not SLOW.search(record["id"])))
    return found


def unmapped() -> list[str]:
    """Names of the cases that are left out, for the reason of UNMAPPED."""
    known = {case.name for case in cases()}
    return [record["id"] for record in records("opt_logos.json") if record["id"] not in known]


def _second_rule(path: Path) -> bool:
    return _numbers(path).get("consistentConstraintII") == ["True"]


def options_problem(inputs: dict[str, Any]) -> RoadmapProblem:
    """Investments with options, from the record."""
    forced = set(inputs["mandatory"])
    initiatives: list[dict[str, Any]] = []
    groups = []
    column = 0
    for place, options in enumerate(inputs["options"]):
        must = inputs["exactly_one_option"] or inputs["investments"][place] in forced
        names = []
        for option in options:
            use = [row[column] for row in inputs["cost_rows_are_resource_x_period"]]
            names.append(f"i{place}.{option}")
            initiatives.append({"id": names[-1], "value": [inputs["npv"][column]], "skill_days": _days(use)})
            column += 1
        rule = "exactly_one" if must else "at_most_one"
        groups.append({"name": f"investment{place}", "members": names, "rule": rule})
    return RoadmapProblem.model_validate(
        {
            "periods": 1,
            "initiatives": initiatives,
            "groups": groups,
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
    rich, probability = _scenarios(path, found)
    reached = [sum(probability[s:]) for s in range(len(rich))]
    mandatory = {int(number) - 1 for number in found.get("mandatory", [])}
    return RoadmapProblem.model_validate(
        {
            "periods": len(rich),
            "initiatives": [
                {
                    "id": f"i{item}",
                    "value": [value * chance for chance in reached],
                    "skill_days": {name: days * len(rich) for name, days in _days(uses[item]).items()},
                    "mandatory": item in mandatory,
                    "latest": 0 if item in mandatory else None,
                }
                for item, value in enumerate(values)
            ],
            "skills": {f"row{r}": [amounts[r] for amounts in rich] for r in range(len(rich[0]))},
        }
    )


def options_by_scenario(path: Path) -> RoadmapProblem:
    """Options that may change with the scenario, from the file. Where its first rule of consistency holds, what takes
    an option other than to do nothing in a poor scenario takes one in every richer one."""
    found = _numbers(path)
    values = found["net_present_values"]
    uses = _by(found["costs"], len(values))
    rich, probability = _scenarios(path, found)
    consistent, periods = found["consistentConstraintI"] == ["True"], len(rich)
    initiatives: list[dict[str, Any]] = []
    groups, requires = [], []
    column = 0
    for place, options in enumerate(found["options"]):
        for s in range(periods):
            names = {option: f"i{place}.{option}.{s}" for option in options}
            for number, name in enumerate(names.values(), start=column):
                value = [0.0] * s + [probability[s] * values[number]] + [0.0] * (periods - s - 1)
                window = {"earliest": s, "latest": s}
                initiatives.append({"id": name, "value": value, "skill_days": _days(uses[number])} | window)
            groups.append({"name": f"i{place}.{s}", "members": list(names.values()), "rule": "exactly_one"})
            if consistent and "DoNothing" in names:
                # A milestone of each scenario that the investment has started is chosen with one of its options, and
                # requires itself in the next one.
                milestone = f"go{place}.{s}"
                initiatives.append({"id": milestone, "value": [0.0] * periods, "latest": 0})
                members = [milestone, names["DoNothing"]]
                groups.append({"name": milestone, "members": members, "rule": "exactly_one"})
                if s > 0:
                    rule = {"initiative": f"go{place}.{s - 1}", "requires": milestone, "from": "start"}
                    requires.append(rule)
        column += len(options)
    return RoadmapProblem.model_validate(
        {
            "periods": periods,
            "initiatives": initiatives,
            "groups": groups,
            "requires": requires,
            "skills": {f"row{r}": [amounts[r] for amounts in rich] for r in range(len(rich[0]))},
        }
    )


def _scenarios(path: Path, found: dict[str, list[Any]]) -> tuple[Rows, list[float]]:
    """Capital by scenario and resource, from poor to rich, and the probabilities. ValueError where scenarios are not
    ordered by capital, or NPV differs between them."""
    probability = found["available_capitals.probabilities"]
    rows = sorted(zip(_by(found["available_capitals.scenarios"], len(probability)), probability, strict=True))
    rich = [amounts for amounts, _ in rows]
    for poor, more in pairwise(rich):
        if any(one > other for one, other in zip(poor, more, strict=True)):
            raise ValueError(f"{path.name}: no order of the scenarios in which every capital grows")
    npv = found["net_present_values"]
    if found.get("net_present_values.scenarios", npv) != npv * len(found.get("net_present_values.probabilities", [1])):
        raise ValueError(f"{path.name}: NPV differs between scenarios")
    return rich, [chance for _, chance in rows]


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
            text = element.text or ""
            # Options are a list of lists, with a semicolon after each but the last.
            rows = [_items(row) for row in text.split(";")]
            found[element.tag] = rows if element.tag == "options" else _items(text)
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
