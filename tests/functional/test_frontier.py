"""The ladder of budgets against a cold solve of each budget, its knees against enumeration, and what it saves."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from optimize import Limits, RoadmapProblem, solve
from optimize.check import violations, worth
from optimize.choices.risk_frontier import efficient, turning_weights
from optimize.frontier import factors, ladder, need, scaled
from optimize.reasons.resolves import Resolves
from tests.naive import brute_force
from tests.naive.random_problems import random_problem


def problem_of(seed: int) -> RoadmapProblem:
    """A random problem with budgets, whose values have decimals."""
    document = random_problem(seed, decimals=2)
    document.update({"trust_region": None, "forbidden": []})
    document["budgets"] = document["budgets"] or [
        {"name": "it", "amount": [4.0] * document["periods"], "carry_share": 0.5, "carry_cap": 3.0}
    ]
    return RoadmapProblem.model_validate(document)


@pytest.mark.parametrize("seed", range(5000, 5007))
def test_ladder_equals_solving_each_budget_cold(seed: int) -> None:
    """The same worth at each of 20 budgets; every roadmap fits its budget; where there is none, none is claimed."""
    problem = problem_of(seed)
    found = ladder(problem, Resolves(Limits()), knees="none")
    assert [rung.factor for rung in found.rungs] == list(factors())
    for rung in found.rungs:
        cold = solve(scaled(problem, rung.factor))
        assert (rung.worth is None) == (not cold.has_solution)
        assert rung.proved
        if rung.worth is not None and rung.roadmap is not None:
            assert rung.worth == pytest.approx(cold.objective, abs=1e-6)
            assert not violations(scaled(problem, rung.factor), rung.roadmap)
            assert rung.need <= rung.factor
    assert found.solves <= len(found.rungs)


@pytest.mark.parametrize("seed", range(5100, 5105))
def test_knees_are_where_the_worth_steps(seed: int) -> None:
    """All knees equal the steps over all roadmaps; a hair below each, less is to be had."""
    problem = problem_of(seed)
    found = ladder(problem, Resolves(Limits()), knees="all")
    if found.rungs[0].worth is None and found.rungs[-1].worth is None:
        return
    document = json.loads(problem.to_json())
    rich = {**document, "budgets": []}
    rows = [
        (need(problem, one), brute_force.worth(document, one))
        for one in brute_force.every(document)
        if brute_force.allowed(rich, one)
    ]
    top, bottom = found.rungs[-1].factor, found.rungs[0].factor
    steps: list[tuple[float, float]] = []
    for least, value in sorted((max(a, 0.0), -b) for a, b in rows if a <= top):
        if not steps or -value > steps[-1][1] + 1e-4:
            steps.append((least, -value))
    last_below = max((k for k, (least, _) in enumerate(steps) if least <= bottom), default=0)
    expected = steps[last_below:]
    assert [knee.worth for knee in found.knees] == pytest.approx([value for _, value in expected], abs=1e-4)
    assert [knee.factor for knee in found.knees] == pytest.approx([least for least, _ in expected], abs=1e-5)
    assert found.complete


def test_neighbours_save_solves() -> None:
    """Budgets that more than suffice take no solve of their own: 20 budgets, at most 4 solves."""
    till = {"id": "till", "value": [5.0], "cost": {"capital": [1.0]}}
    problem = RoadmapProblem.model_validate(
        {"periods": 1, "initiatives": [till], "budgets": [{"name": "it", "amount": [10.0]}]}
    )
    found = ladder(problem, Resolves(Limits()))
    assert {rung.worth for rung in found.rungs} == {5.0}
    assert found.solves <= 4
    (knee,) = found.knees
    assert knee.factor == pytest.approx(0.1)


def test_need_is_the_least_factor() -> None:
    """12 in the second period out of 10 a period, all carried: 0.6 of the budgets."""
    late = {"id": "late", "value": [0.0, 9.0], "cost": {"capital": [12.0]}, "earliest": 1}
    problem = RoadmapProblem.model_validate(
        {"periods": 2, "initiatives": [late], "budgets": [{"name": "it", "amount": [10.0, 10.0], "carry_share": 1.0}]}
    )
    assert need(problem, {"late": 1}) == pytest.approx(0.6)
    assert need(problem, {}) == 0.0
    dry = problem.model_copy(update={"budgets": (problem.budgets[0].model_copy(update={"amount": (0.0, 0.0)}),)})
    assert need(dry, {"late": 1}) == math.inf


def test_need_counts_the_chance_of_an_overrun() -> None:
    """10 in the mean, but 30 in a fifth of the worlds: three times the budget where one in ten may overrun it."""
    document: dict[str, Any] = {
        "periods": 1,
        "initiatives": [{"id": "a", "value": [9.0], "cost": {"capital": [10.0]}}, {"id": "b", "value": [1.0]}],
        "budgets": [{"name": "it", "amount": [10.0]}],
        "chance_budgets": [
            {"budget": "it", "probability": 0.1, "weight": [0.2] * 5, "cost": {"a": [[5.0, 5.0, 5.0, 5.0, 30.0]]}}
        ],
    }
    problem = RoadmapProblem.model_validate(document)
    assert need(problem, {"a": 0}) == pytest.approx(3.0)
    assert need(problem, {"b": 0}) == 0.0
    found = ladder(problem, Resolves(Limits()), [1.0, 2.0, 2.9, 3.1, 4.0])
    assert [rung.worth for rung in found.rungs] == [1.0, 1.0, 1.0, 10.0, 10.0]
    for rung in found.rungs:
        assert rung.worth == solve(scaled(problem, rung.factor)).objective
    often = {**document, "chance_budgets": [{**document["chance_budgets"][0], "probability": 0.2}]}
    assert need(RoadmapProblem.model_validate(often), {"a": 0}) == pytest.approx(1.0)


def test_need_is_exact_with_grants_and_credit() -> None:
    """Cost 10, grant 4, budget 3: twice the budget. Lent 4 for a period, without interest: 10 = f (3 + 3)."""
    one = {"id": "a", "value": [9.0, 9.0], "cost": {"capital": [10.0]}}
    grant = RoadmapProblem.model_validate(
        {
            "periods": 2,
            "initiatives": [one],
            "budgets": [{"name": "it", "amount": [3.0, 3.0]}],
            "grants": [{"initiative": "a", "amount": 4.0, "budget": "it"}],
        }
    )
    assert need(grant, {"a": 0}) == pytest.approx(2.0, rel=5e-9)
    lent = {
        "periods": 2,
        "initiatives": [one],
        "budgets": [{"name": "it", "amount": [3.0, 3.0], "credit": {"limit": 6}}],
    }
    assert need(RoadmapProblem.model_validate(lent), {"a": 0}) == pytest.approx(5.0 / 3.0, rel=5e-9)


def test_a_ladder_needs_budgets_and_sound_factors() -> None:
    problem = RoadmapProblem.model_validate({"periods": 1, "initiatives": [{"id": "a", "value": [1.0]}]})
    with pytest.raises(ValueError, match="without budgets"):
        ladder(problem, Resolves(Limits()))
    with pytest.raises(ValueError, match="0 or more"):
        ladder(problem_of(5000), Resolves(Limits()), [-1.0, 1.0])


def test_efficient_points_and_the_weights_between() -> None:
    """Each point scores best inside its weights, by trial of 200 weights; a point under the hull never does."""
    points = [(10.0, 0.0), (9.5, 0.2), (9.0, 3.0), (8.0, 3.5), (7.0, 3.2)]
    kept = [points[i] for i in efficient(points)]
    assert kept == points[:4]
    spans = turning_weights(kept)
    assert spans[1] is None
    for k in range(201):
        weight = k / 200.0
        best = max(kept, key=lambda one: (1.0 - weight) * one[0] + weight * one[1])
        span = spans[kept.index(best)]
        assert span is not None
        assert span[0] - 1e-9 <= weight <= span[1] + 1e-9


def test_worth_of_a_rung_is_that_of_its_roadmap() -> None:
    problem = problem_of(5003)
    for rung in ladder(problem, Resolves(Limits()), [0.5, 1.0], "none").rungs:
        if rung.roadmap is not None:
            assert rung.worth == pytest.approx(worth(problem, rung.roadmap))
