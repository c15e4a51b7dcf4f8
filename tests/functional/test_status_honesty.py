"""The same question gets the same answer: on another run, in another process, in another order, under other names; and
a run that the clock ends says so."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from typing import Any

import pytest

from optimize import Limits, RoadmapProblem, Solution, Status, solve
from tests.functional.test_solve import hard_problem, problem_of
from tests.naive.brute_force import best
from tests.naive.random_problems import random_problem

ANSWERS = """
import json, sys
from optimize import Limits, RoadmapProblem, solve
found = [solve(RoadmapProblem.model_validate(one)) for one in json.load(sys.stdin)]
print(json.dumps([list(one.roadmap.items()) if one.has_solution else None for one in found]))
"""


def tied(seed: int) -> dict[str, Any]:
    """Initiatives of few values and few kinds of days, so that many roadmaps are worth the same."""
    rng = random.Random(seed)
    initiatives = [
        {
            "id": f"i{number}",
            "value": [float(rng.choice([4, 4, 6]))] * 4,
            "skill_days": {"it": [float(rng.choice([1, 2]))]},
            "duration": 1,
        }
        for number in range(5)
    ]
    return problem_of(periods=4, initiatives=initiatives, skills={"it": [2.0, 1.0, 2.0, 1.0]}).model_dump(mode="json")


def renamed(document: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """The same problem with other ids; every place that names one."""
    text = json.dumps(document)
    for old in names:
        text = text.replace(f'"{old}"', f'"\0{old}"')
    for old, new in names.items():
        text = text.replace(f'"\0{old}"', f'"{new}"')
    return dict(json.loads(text))


def test_a_run_that_the_clock_ends_is_feasible_and_says_its_gap() -> None:
    answer: Solution | None = None
    for seconds in (1.0, 4.0, 16.0):  # until a roadmap is found, however busy the machine is
        answer = solve(hard_problem(), Limits(seconds=seconds))
        if answer.has_solution:
            break
    assert answer is not None
    assert answer.status is Status.FEASIBLE
    assert answer.bound is not None
    assert answer.gap is not None
    assert answer.bound >= answer.objective
    assert answer.gap == pytest.approx((answer.bound - answer.objective) / answer.bound)
    assert f"The gap is {100 * answer.gap:.2g} %." in answer.text
    assert not answer.canonical
    assert answer.to_dict()["status"] == "feasible"


def test_same_roadmap_on_every_run_and_in_another_process() -> None:
    """The other process puts the members of sets in another order (PYTHONHASHSEED)."""
    documents = [tied(seed) for seed in range(2)] + [random_problem(seed) for seed in range(2)]
    problems = [RoadmapProblem.model_validate(document) for document in documents]
    runs = [[solve(problem) for problem in problems] for _ in range(2)]
    found = [[list(one.roadmap.items()) if one.has_solution else None for one in run] for run in runs]
    assert found[0] == found[1]
    other = subprocess.run(
        [sys.executable, "-c", ANSWERS],
        input=json.dumps([problem.model_dump(mode="json") for problem in problems]),
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [None if one is None else [tuple(pair) for pair in one] for one in json.loads(other.stdout)] == found[0]


@pytest.mark.parametrize("seed", range(6))
def test_names_and_order_change_the_answer_by_the_rule_alone(seed: int) -> None:
    """Under other names, and in another order of the file, the answer is the one that enumeration picks by the rule."""
    rng = random.Random(100 + seed)
    document = tied(seed)
    names = [one["id"] for one in document["initiatives"]]
    others = rng.sample(names, len(names))
    document = renamed(document, dict(zip(names, others, strict=True)))
    rng.shuffle(document["initiatives"])
    answer = solve(RoadmapProblem.model_validate(document))
    wanted = best(document)
    assert wanted is not None
    assert answer.canonical
    assert (answer.objective, dict(answer.roadmap)) == (pytest.approx(wanted[0]), wanted[1])


def test_losses_alone_answer_do_nothing_whatever_else_is_stated() -> None:
    losers = [{"id": name, "value": [-3.0, -1.0], "cost": {"capital": [2.0]}} for name in ("a", "b", "c")]
    answer = solve(
        problem_of(
            periods=2,
            constant=2.0,
            initiatives=losers,
            budgets=[{"name": "all", "amount": [9.0, 9.0]}],
            interactions=[{"first": "a", "second": "b", "value": 1.5}],
            requires=[{"initiative": "c", "requires": "a"}],
        )
    )
    assert (answer.status, answer.objective, dict(answer.roadmap)) == (Status.OPTIMAL, 2.0, {})
