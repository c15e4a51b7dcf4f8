"""The integer program against every roadmap looked at, on small random problems in which every rule occurs."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from optimize import Limits, RoadmapProblem, Status, solve
from optimize.check import violations, worth
from optimize.solving.solvers import cbc_path
from sim.errors import ProblemsFound
from tests.naive import brute_force
from tests.naive.random_problems import crossed_problem, random_problem

WHOLE_NUMBERS = range(240)  # small whole values tie often
DECIMALS = range(1000, 1060)


def agree(problem: RoadmapProblem, limits: Limits) -> Status:
    """Assert that program and enumeration give the same status, worth and canonical roadmap."""
    expected = brute_force.best(json.loads(problem.to_json()))
    solution = solve(problem, limits)
    if expected is None:
        assert solution.status is Status.INFEASIBLE
        return solution.status
    value, roadmap = expected
    assert solution.status is Status.OPTIMAL
    assert solution.objective == pytest.approx(value, abs=1e-6)
    assert dict(solution.roadmap) == roadmap
    assert solution.canonical
    assert solution.gap == 0.0
    return solution.status


@pytest.mark.parametrize("block", range(8))
def test_same_as_enumeration(block: int) -> None:
    seeds = [seed for seed in WHOLE_NUMBERS if seed % 8 == block]
    ends = [agree(RoadmapProblem.model_validate(random_problem(seed)), Limits()) for seed in seeds]
    assert set(ends) == {Status.OPTIMAL, Status.INFEASIBLE}


@pytest.mark.parametrize("scale", [1.0, 1e7, 1e-3])
def test_same_as_enumeration_at_every_scale_of_value(scale: float) -> None:
    for seed in DECIMALS[:20]:
        document = random_problem(seed, decimals=2, risk=False)
        document["constant"] *= scale
        for part in document["initiatives"]:
            part["value"] = [scale * value for value in part["value"]]
        for term in (*document["interactions"], *document["triples"]):
            term["value"] *= scale
        problem = RoadmapProblem.model_validate(document)
        expected = brute_force.best(json.loads(problem.to_json()))
        solution = solve(problem)
        assert solution.has_solution == (expected is not None)
        if expected is not None:
            assert dict(solution.roadmap) == expected[1]
            assert solution.objective == pytest.approx(expected[0], rel=1e-9, abs=1e-12)


def test_same_as_enumeration_on_larger_ones() -> None:
    for seed in DECIMALS:
        agree(RoadmapProblem.model_validate(random_problem(seed, initiatives=5, periods=5, decimals=1)), Limits())


def test_same_as_enumeration_where_rules_risk_and_prices_meet() -> None:
    """What the schema refuses together is not counted; most combinations are solved or proved impossible."""
    ends = []
    for seed in range(200):
        try:
            problem = RoadmapProblem.model_validate(crossed_problem(seed))
        except (ProblemsFound, ValidationError):
            continue
        ends.append(agree(problem, Limits()))
    assert ends.count(Status.OPTIMAL) > 80
    assert ends.count(Status.INFEASIBLE) > 40


@pytest.mark.skipif(cbc_path() is None, reason="CBC is not on this machine")
def test_cbc_agrees_as_well() -> None:
    for seed in WHOLE_NUMBERS[:40]:
        agree(RoadmapProblem.model_validate(random_problem(seed)), Limits(solver="cbc"))


def test_every_rule_binds_somewhere_and_the_two_checks_of_a_roadmap_agree() -> None:
    """Lifting a rule's check would be noticed: each is the only one that some roadmap breaks."""
    alone: dict[str, int] = {}
    for seed in WHOLE_NUMBERS[:200]:
        problem = RoadmapProblem.model_validate(random_problem(seed))
        document = json.loads(problem.to_json())
        for roadmap in list(brute_force.every(document))[::3]:
            broken = {violation.family for violation in violations(problem, roadmap)}
            assert (not broken) == brute_force.allowed(document, roadmap)
            assert worth(problem, roadmap) == pytest.approx(brute_force.worth(document, roadmap), abs=1e-9)
            if len(broken) == 1:
                alone[broken.pop()] = seed
    expected = {"mandatory", "requires", "exclusive", "budget", "skill", "trust", "forbidden"}
    expected |= {"group", "pin", "blackout", "simultaneous", "quick_win", "goal"}
    expected |= {"cvar_floor", "chance_budget", "chance_cash", "at_least"}
    assert set(alone) == expected
