"""Why an initiative is left out: each kind of reason on a small case made for it, and losses against enumeration."""

from __future__ import annotations

import json
from typing import Any

import pytest

from optimize import Limits, RoadmapProblem, Status, solve
from optimize.explain import Rejection, why_rejected
from optimize.reasons.conflict import find_conflict
from optimize.reasons.repairs import repairs
from optimize.reasons.resolves import Resolves
from optimize.status import NoSolution
from tests.naive import brute_force
from tests.naive.random_problems import random_problem


def one(name: str, *value: float, **more: Any) -> dict[str, Any]:
    return {"id": name, "value": list(value), **more}


def rejected(name: str, periods: int, *initiatives: dict[str, Any], **fields: Any) -> Rejection:
    problem = RoadmapProblem.model_validate({"periods": periods, "initiatives": initiatives, **fields})
    return next(rejection for rejection in why_rejected(problem, solve(problem)) if rejection.id == name)


def days(number: float) -> dict[str, Any]:
    return {"skill_days": {"it": [number]}}


def test_loses_money_by_itself() -> None:
    rejection = rejected("erp", 2, one("erp", -15_000, -12_345))
    assert rejection.kind == "loses"
    assert rejection.reason == "loses money even at its best start: -12,300"
    assert rejection.loss == 12_345
    assert rejected("erp", 1, one("erp", 0)).kind == "tie"


def test_an_alternative_is_better() -> None:
    group = [{"name": "till", "members": ["buy", "build"]}]
    rejection = rejected("build", 1, one("buy", 900), one("build", 400), exclusive=group)
    assert (rejection.kind, rejection.loss, rejection.pushed_out) == ("excluded", 500, ("buy",))
    assert rejection.reason == "buy is chosen instead; with build the roadmap would be worth 500 less"


def test_it_would_push_out_and_move_others() -> None:
    rejection = rejected("crm", 1, one("crm", 300, **days(2)), one("pos", 1_000, **days(2)), skills={"it": [3]})
    assert (rejection.kind, rejection.loss, rejection.pushed_out) == ("displaces", 700, ("pos",))
    assert rejection.reason == "the roadmap would be worth 700 less: it would push out pos"
    late = rejected(
        "crm", 2, one("crm", 10, -9, latest=0, **days(1)), one("pos", 90, 50, **days(1)), skills={"it": [1, 1]}
    )
    assert (late.kind, late.loss, late.moved) == ("displaces", 30, ("pos",))
    assert "move pos from period 0 to period 1" in late.reason


def test_what_it_requires_costs_too_much() -> None:
    rule = [{"initiative": "crm", "requires": "erp"}]
    rejection = rejected("crm", 2, one("crm", 0, 50), one("erp", -80, -90), requires=rule)
    assert (rejection.kind, rejection.loss, rejection.brought_in) == ("requires", 30, ("erp",))
    assert rejection.reason == "the roadmap would be worth 30 less: it would need erp as well"


def test_no_good_start_is_left() -> None:
    worn = rejected("edr", 2, one("edr", 40, -10, **days(1)), one("pos", 90, 1, mandatory=True), skills={"it": [0, 1]})
    assert (worn.kind, worn.loss) == ("late", 10)
    assert "period 1, where it is worth -10" in worn.reason
    overlap = [{"first": "a", "second": "b", "value": -70}]
    beside = rejected("b", 1, one("a", 90, mandatory=True), one("b", 60), interactions=overlap)
    assert (beside.kind, beside.loss) == ("late", 10)
    assert "worth 60 and -70 beside a" in beside.reason


def test_what_leaves_no_room() -> None:
    big = one("erp", 900, cost={"capital": [80]}, **days(1))
    budget = [{"name": "capital", "amount": [50]}]
    rejection = rejected("erp", 1, big, skills={"it": [5]}, budgets=budget)
    assert (rejection.kind, rejection.loss) == ("impossible", None)
    assert rejection.blocked_by == ("the budget capital",)
    assert "even alone it needs 80 in period 0, where there are 50" in rejection.reason

    both = rejected("erp", 1, big, skills={"it": [0]}, budgets=budget)
    assert both.blocked_by == ("the budget capital", "the it days")
    assert both.reason.startswith("no roadmap holds it: blocked by the budget capital and the it days together")

    forced = one("pos", 1, mandatory=True, **days(5))
    either = rejected("erp", 1, big, forced, skills={"it": [5]})
    assert either.blocked_by == ("the it days", "the mandatory pos")
    assert "unless one of these gives way" in either.reason

    rule = [{"initiative": "erp", "requires": "pos"}]
    window = rejected("erp", 2, one("erp", 5, 5, latest=0), one("pos", -1, -1), requires=rule)
    assert window.blocked_by == ("the earliest and latest starts", "what must come before")


def test_the_search_itself_can_be_the_reason() -> None:
    region = {"incumbent": {}, "at_most": 0}
    assert rejected("a", 1, one("a", 5), trust_region=region).blocked_by == (
        "the number of changes that this round allows",
    )
    assert rejected("a", 1, one("a", 5), forbidden=[{"a": 0}]).blocked_by == ("the roadmaps that were ruled out",)
    confined = RoadmapProblem.model_validate({"periods": 1, "initiatives": [one("a", 5)], "trust_region": region})
    (rejection,) = why_rejected(confined.model_copy(update={"trust_region": None}), solve(confined))
    assert (rejection.kind, rejection.loss) == ("not_reached", -5)


def test_ties_and_names_of_periods() -> None:
    twins = (one("a", 5, **days(1)), one("b", 5, **days(1)))
    assert rejected("b", 1, *twins, skills={"it": [1]}).kind == "tie"
    problem = RoadmapProblem.model_validate(
        {"periods": 2, "initiatives": [one("edr", 40, -10, **days(1))], "skills": {"it": [0, 1]}}
    )
    (rejection,) = why_rejected(problem, solve(problem), period_name=["2027 Q1", "2027 Q2"].__getitem__)
    assert "2027 Q2, where it is worth -10" in rejection.reason


def test_no_time_to_tell() -> None:
    problem = RoadmapProblem.model_validate({"periods": 1, "initiatives": [one("a", -5)]})
    (rejection,) = why_rejected(problem, solve(problem), Limits(seconds=1e-9))
    assert rejection.kind == "undecided"


def test_losses_equal_those_of_enumeration() -> None:
    compared = impossible = 0
    for seed in range(60):
        document = random_problem(seed)
        problem = RoadmapProblem.model_validate(document)
        answer = solve(problem)
        if not answer.has_solution:
            with pytest.raises(NoSolution):
                why_rejected(problem, answer)
            continue
        for rejection in why_rejected(problem, answer):
            forced = json.loads(problem.to_json())
            next(part for part in forced["initiatives"] if part["id"] == rejection.id)["mandatory"] = True
            best = brute_force.best(forced)
            if best is None:
                impossible += 1
                assert rejection.kind == "impossible"
                assert rejection.blocked_by
            else:
                compared += 1
                assert rejection.loss == pytest.approx(answer.objective - best[0], abs=1e-9)
                assert set(rejection.pushed_out) == set(answer.roadmap) - set(best[1])
    assert compared > 20
    assert impossible > 5


def test_conflicting_demands_of_an_infeasible_problem() -> None:
    needs = [one(name, 1, mandatory=name != "c", **days(3)) for name in ("a", "b", "c")]
    fields: dict[str, Any] = {"periods": 1, "initiatives": needs, "skills": {"it": [5], "ops": [1]}}
    problem = RoadmapProblem.model_validate(fields)
    assert solve(problem).status is Status.INFEASIBLE
    found = find_conflict(problem, Resolves(Limits()))
    assert found is not None
    assert found.words == ("the it days in period 0", "the mandatory a", "the mandatory b")
    assert found.minimal
    assert found.sentence == "The 2 mandatory initiatives a and b need 6 it days in period 0 (there are 5)."
    ample = RoadmapProblem.model_validate(fields | {"skills": {"it": [9], "ops": [1]}})
    assert find_conflict(ample, Resolves(Limits())) is None


def test_repairs_are_told_with_their_amounts_the_smallest_first() -> None:
    """41 days of which 30 are there: eleven more, one deadline a quarter later, or one of the two optional."""
    names = ["2027 Q1", "2027 Q2", "2027 Q3", "2027 Q4"].__getitem__
    both = [
        one(name, 1, 1, 1, 1, mandatory=True, earliest=1, latest=1, **days(need))
        for name, need in (("pos", 20), ("mfa", 21))
    ]
    problem = RoadmapProblem.model_validate(
        {"periods": 4, "initiatives": [*both, one("x", 3, 3, 3, 3, **days(4))], "skills": {"it": [0, 30, 50, 60]}}
    )
    resolves = Resolves(Limits())
    found = find_conflict(problem, resolves, names)
    assert found is not None
    assert "The 2 mandatory initiatives pos and mfa need 41 it days in 2027 Q2 (there are 30)" in found.sentence
    ways = repairs(problem, found, resolves, names)
    assert [way.words for way in ways] == [
        "pos may start 1 period later", "mfa may start 1 period later",
        "11 more it days in every period", "11 more it days in 2027 Q2",
        "pos need not be mandatory", "mfa need not be mandatory",
    ]  # fmt: skip
    assert all(way.proved for way in ways)
    poor = problem.model_copy(update={"skills": {"it": (0.0, 0.0, 0.0, 0.0)}})
    clash = find_conflict(poor, resolves)
    assert clash is not None
    (alone,) = [way for way in repairs(poor, clash, resolves) if way.unit == "days" and "every" in way.words]
    assert alone.amount == pytest.approx(41.0)


def test_two_conflicts_are_repaired_together() -> None:
    """Too few days and too little money for two duties: no single change helps, and both amounts are told."""
    duties = [one("a", 1, mandatory=True, **days(7)), one("b", 1, mandatory=True, cost={"capital": [9]})]
    problem = RoadmapProblem.model_validate(
        {"periods": 1, "initiatives": duties, "skills": {"it": [5]}, "budgets": [{"name": "it", "amount": [6]}]}
    )
    resolves = Resolves(Limits())
    found = find_conflict(problem, resolves)
    assert found is not None
    (way,) = repairs(problem, found, resolves)
    assert way.words == "together: 3 more in the budget it in period 0 and 2 more it days in period 0"
