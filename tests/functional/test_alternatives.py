"""Alternatives keep their floor and go as far as any roadmap does; waiting costs what enumeration says."""

from __future__ import annotations

import json

import pytest

from optimize import Limits, RoadmapProblem, solve
from optimize.alternatives import DIRECTIONS, alternatives, among, measure
from optimize.check import violations, worth
from optimize.reasons.delay import delays
from optimize.reasons.dominated import reduced
from optimize.reasons.resolves import Resolves
from tests.naive import brute_force
from tests.naive.random_problems import random_problem

SEEDS = range(6000, 6008)


def case(seed: int) -> RoadmapProblem:
    document = random_problem(seed, decimals=2)
    document.update({"trust_region": None, "forbidden": []})
    return RoadmapProblem.model_validate(document)


@pytest.mark.parametrize("seed", SEEDS)
def test_alternatives_keep_their_floor_and_go_furthest(seed: int) -> None:
    problem = case(seed)
    solution = solve(problem)
    if not solution.has_solution:
        return
    best = dict(solution.roadmap)
    floor = solution.objective - 0.15 * abs(solution.objective)
    document = json.loads(reduced(problem).to_json())  # what never gains is not brought in to differ
    allowed = [
        one
        for one in brute_force.every(document)
        if brute_force.allowed(document, one) and worth(problem, one) >= floor
    ]
    for found in alternatives(problem, best, floor, Resolves(Limits())):
        assert not violations(problem, found.roadmap)
        assert worth(problem, found.roadmap) == pytest.approx(found.worth)
        assert found.worth >= floor - 1e-4
        assert found.given_up == pytest.approx(solution.objective - found.worth, abs=1e-6)
        assert found.proved
        figures = [measure(problem, one, found.direction, best) for one in allowed]
        furthest = max(figures) if found.direction in ("earlier", "different") else min(figures)
        assert found.measure == pytest.approx(furthest, abs=1e-6)


def test_few_vendors() -> None:
    """Two initiatives of one vendor against two of two vendors that are worth a little more."""
    vendors = {"a": "north", "b": "north", "c": "south", "d": "west"}
    values = {"a": 10.0, "b": 10.0, "c": 10.5, "d": 10.5}
    problem = RoadmapProblem.model_validate(
        {
            "periods": 1,
            "initiatives": [
                {"id": name, "value": [value], "skill_days": {"it": [1.0]}, "vendor": vendors[name]}
                for name, value in values.items()
            ],
            "skills": {"it": [2.0]},
        }
    )
    best = dict(solve(problem).roadmap)
    assert set(best) == {"c", "d"}
    found = {one.direction: one for one in alternatives(problem, best, 19.0, Resolves(Limits()))}
    assert set(found["vendors"].roadmap) == {"a", "b"}
    assert (found["vendors"].measure, found["vendors"].best) == (1.0, 2.0)
    assert "fewer" not in found


def test_simulation_has_the_last_word_on_what_is_near() -> None:
    """A proposal that is not among the roadmaps that are near in simulation gives way to the furthest of those."""
    initiatives = [{"id": name, "value": [5.0, 4.9, 4.8], "cost": {"capital": [2.0]}} for name in ("a", "b", "c")]
    budget = {"name": "it", "amount": [9.0, 9.0, 9.0]}
    problem = RoadmapProblem.model_validate({"periods": 3, "initiatives": initiatives, "budgets": [budget]})
    best = {"a": 0, "b": 0, "c": 0}
    proposed = alternatives(problem, best, 14.0, Resolves(Limits()))
    near = [{"a": 0, "b": 0, "c": 1}, {"a": 0, "b": 1, "c": 2}]
    told = {one.direction: one for one in among(problem, best, near, proposed, len(DIRECTIONS))}
    assert told["smoother"].roadmap == {"a": 0, "b": 1, "c": 2}
    assert told["smoother"].measure == 2.0
    assert among(problem, best, [], proposed, len(DIRECTIONS)) == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_cost_of_delay_equals_enumeration(seed: int) -> None:
    problem = case(seed)
    solution = solve(problem)
    if not solution.has_solution or not solution.roadmap:
        return
    document = json.loads(problem.to_json())
    allowed = [one for one in brute_force.every(document) if brute_force.allowed(document, one)]
    value = solution.objective
    for row in delays(problem, solution.roadmap, value, Resolves(Limits()), 1.0):
        mandatory = problem.initiative(row.id).mandatory
        assert row.proved
        for k, loss in row.loss.items():
            later = [
                worth(problem, one)
                for one in allowed
                if (row.id in one and one[row.id] >= row.start + k) or (row.id not in one and not mandatory)
            ]
            window = problem.window(problem.initiative(row.id))
            if row.start + k in window:  # then "later" means: in the roadmap, but later
                later = [worth(problem, one) for one in allowed if row.id not in one or one[row.id] >= row.start + k]
            if not later:
                assert loss is None
            else:
                assert loss == pytest.approx(value - max(later), abs=1e-4)
        late = max(one[row.id] for one in allowed if row.id in one and worth(problem, one) >= value - 1.0)
        assert row.latest == late
