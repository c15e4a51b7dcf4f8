"""What `solve` promises: honest statuses, no values without a roadmap, one answer, the right direction of change."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import Any

import pytest

import optimize.check
from optimize import Limits, RoadmapProblem, Solution, Status, formulation, solve
from optimize.check import violations, worth
from optimize.solving.solvers import cbc_path
from optimize.status import NoSolution
from tests.naive.random_problems import random_problem


def problem_of(**fields: Any) -> RoadmapProblem:
    return RoadmapProblem.model_validate(fields)


def hard_problem(initiatives: int = 60, periods: int = 20) -> RoadmapProblem:
    """Values and costs nearly in proportion: minutes or more to prove, so that short limits always bind."""
    rng = random.Random(0)
    candidates = []
    for number in range(initiatives):
        cost = rng.uniform(20, 60)
        value = [(cost + rng.uniform(-2, 2)) * 0.97**t for t in range(periods)]
        profile = {"capital": [cost / 3] * 3}
        days = {"it": [rng.uniform(2, 9), rng.uniform(2, 9)], "ops": [rng.uniform(2, 9)]}
        candidates.append({"id": f"i{number}", "value": value, "cost": profile, "skill_days": days, "duration": 3})
    return problem_of(
        periods=periods,
        initiatives=candidates,
        budgets=[{"name": "all", "amount": [40.0] * periods, "carry_share": 1, "carry_cap": 30}],
        skills={"it": [12.0] * periods, "ops": [8.0] * periods},
        interactions=[
            {"first": f"i{number}", "second": f"i{number + 1}", "value": rng.uniform(-9, 9)}
            for number in range(0, initiatives - 1, 2)
        ],
    )


# ---- small truths -----------------------------------------------------------------------------------------------


def test_nothing_to_choose() -> None:
    answer = solve(problem_of(periods=4, constant=7))
    assert (answer.status, answer.objective, answer.gap, dict(answer.roadmap)) == (Status.OPTIMAL, 7.0, 0.0, {})
    assert solve(problem_of(periods=4, forbidden=[{}])).status is Status.INFEASIBLE


def test_only_losses_answer_the_empty_roadmap() -> None:
    losers = [{"id": name, "value": [-3, -1]} for name in ("a", "b")]
    answer = solve(problem_of(periods=2, constant=2, initiatives=losers))
    assert (answer.status, answer.objective, dict(answer.roadmap)) == (Status.OPTIMAL, 2.0, {})


def test_worth_nothing_is_left_out() -> None:
    answer = solve(problem_of(periods=2, initiatives=[{"id": "a", "value": [0, 0]}, {"id": "b", "value": [0, 0]}]))
    assert dict(answer.roadmap) == {}
    assert answer.canonical


def test_ties_go_to_fewest_then_earliest_then_name() -> None:
    same = [{"id": name, "value": [5, 5, 5]} for name in ("b", "a", "c")]
    one_of = [{"name": "one-of", "members": ["a", "b", "c"]}]
    assert dict(solve(problem_of(periods=3, initiatives=same, exclusive=one_of)).roadmap) == {"a": 0}
    one_or_two = [{"id": "big", "value": [10, 10, 10]}, *same]
    days = {"skills": {"it": [2, 0, 0]}}
    for one in one_or_two:
        one["skill_days"] = {"it": [2 if one["id"] == "big" else 1]}
    assert dict(solve(problem_of(periods=3, initiatives=one_or_two, **days)).roadmap) == {"big": 0}
    # Two of the same worth and one slot in each period: the first name gets the first slot.
    slots = [{"id": name, "value": [5, 5], "skill_days": {"it": [1]}} for name in ("b", "a")]
    assert dict(solve(problem_of(periods=2, initiatives=slots, skills={"it": [1, 1]})).roadmap) == {"a": 0, "b": 1}


def test_order_in_the_file_does_not_matter() -> None:
    for seed in range(12):
        document = random_problem(seed, initiatives=6, periods=4)
        forward = solve(RoadmapProblem.model_validate(document))
        document["initiatives"].reverse()
        document["interactions"].reverse()
        backward = solve(RoadmapProblem.model_validate(document))
        assert forward.has_solution == backward.has_solution
        assert not forward.has_solution or dict(forward.roadmap) == dict(backward.roadmap)


# ---- direction --------------------------------------------------------------------------------------------------


def test_more_of_anything_is_never_worse() -> None:
    for seed in range(25):
        document = random_problem(seed)
        before = solve(RoadmapProblem.model_validate(document))
        if not before.has_solution:
            continue
        for budget in document["budgets"]:
            budget["amount"] = [amount + 1 for amount in budget["amount"]]
        document["skills"] = {name: [days + 1 for days in capacity] for name, capacity in document["skills"].items()}
        document["requires"] = document["requires"][1:]
        after = solve(RoadmapProblem.model_validate(document))
        assert after.objective >= before.objective - 1e-9


def test_money_that_is_not_carried_is_lost() -> None:
    one = {"id": "a", "value": [1, 9], "cost": {"capital": [6]}}
    budget = {"name": "it", "amount": [4, 4]}

    def worth_with(**carry: Any) -> float:
        return solve(problem_of(periods=2, initiatives=[one], budgets=[budget | carry])).objective

    assert worth_with() == 0.0
    assert worth_with(carry_share=1) == 9.0
    assert worth_with(carry_share=1, carry_cap=1) == 0.0
    assert worth_with(carry_share=0.5) == 9.0
    assert worth_with(carry_share=0.4) == 0.0


def test_trust_region_and_forbidden_roadmaps() -> None:
    two = [{"id": "a", "value": [5, 3]}, {"id": "b", "value": [4, 2]}]
    free = problem_of(periods=2, initiatives=two)
    assert dict(solve(free).roadmap) == {"a": 0, "b": 0}
    stay = problem_of(periods=2, initiatives=two, trust_region={"incumbent": {"a": 1}, "at_most": 0})
    assert dict(solve(stay).roadmap) == {"a": 1}
    step = problem_of(periods=2, initiatives=two, trust_region={"incumbent": {"a": 1}, "at_most": 1})
    assert dict(solve(step).roadmap) == {"a": 1, "b": 0}
    again = problem_of(periods=2, initiatives=two, forbidden=[{"a": 0, "b": 0}, {"a": 1, "b": 0}])
    assert dict(solve(again).roadmap) == {"a": 0, "b": 1}


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e7])
@pytest.mark.parametrize("constant", [0.0, 1e9])
def test_a_small_difference_decides_at_every_scale(scale: float, constant: float) -> None:
    """The second initiative is better by one part in a million: more than a tie, less than a solver's default gap."""
    two = [
        {"id": "a", "value": [scale], "skill_days": {"it": [1]}},
        {"id": "b", "value": [scale * (1 + 1e-6)], "skill_days": {"it": [1]}},
    ]
    answer = solve(problem_of(periods=1, constant=constant * scale, initiatives=two, skills={"it": [1]}))
    assert dict(answer.roadmap) == {"b": 0}
    assert answer.status is Status.OPTIMAL


# ---- statuses ---------------------------------------------------------------------------------------------------


def infeasible_problem() -> RoadmapProblem:
    needs = [{"id": name, "value": [1], "mandatory": True, "skill_days": {"it": [3]}} for name in ("a", "b")]
    return problem_of(periods=1, initiatives=needs, skills={"it": [5]})


@pytest.mark.parametrize("solver", ["highs", "cbc"])
def test_infeasible_exposes_no_values(solver: Any) -> None:
    if solver == "cbc" and cbc_path() is None:
        pytest.skip("CBC is not on this machine")
    answer = solve(infeasible_problem(), Limits(solver=solver))
    assert answer.status is Status.INFEASIBLE
    assert answer.bound is None
    for read in (lambda: answer.objective, lambda: answer.roadmap, lambda: answer.gap, answer.to_frame):
        with pytest.raises(NoSolution, match="Relax a budget"):
            read()
    document = answer.to_dict()
    assert [document[key] for key in ("objective", "bound", "gap", "roadmap")] == [None] * 4


def test_the_clock_is_never_called_optimal() -> None:
    answer = solve(hard_problem(), Limits(seconds=0.5))
    assert answer.status in (Status.FEASIBLE, Status.TIME_LIMIT)
    assert answer.stopped_by_time
    assert "may differ on another run" in answer.text
    if answer.has_solution:
        assert answer.gap is None or answer.gap > 1e-6
        assert not violations(hard_problem(), answer.roadmap)


def test_a_limit_without_time_for_anything() -> None:
    answer = solve(hard_problem(), Limits(seconds=1e-6))
    assert answer.status is Status.TIME_LIMIT
    assert not answer.has_solution


def test_node_limit_stops_at_the_same_roadmap_with_an_honest_gap() -> None:
    problem = hard_problem(24, 10)
    first, second = (solve(problem, Limits(seconds=None, nodes=1)) for _ in range(2))
    assert first.status is Status.FEASIBLE
    assert not first.stopped_by_time
    assert dict(first.roadmap) == dict(second.roadmap)
    assert first.gap is not None
    assert first.gap > 1e-6
    assert first.bound is not None
    assert first.bound > first.objective
    assert first.gap == pytest.approx((first.bound - first.objective) / first.bound)
    assert not violations(problem, first.roadmap)


def test_a_wide_gap_is_feasible_and_says_how_wide() -> None:
    problem = hard_problem(24, 10)
    answer = solve(problem, Limits(gap=0.2))
    assert answer.status is Status.FEASIBLE
    assert answer.gap is not None
    assert 1e-6 < answer.gap <= 0.2
    assert "The gap is" in answer.text


@pytest.mark.skipif(cbc_path() is None, reason="CBC is not on this machine")
def test_cbc_stopped_by_time_claims_no_bound() -> None:
    answer = solve(hard_problem(), Limits(seconds=1, solver="cbc"))
    assert answer.status in (Status.FEASIBLE, Status.TIME_LIMIT)
    assert answer.bound is None
    assert answer.stopped_by_time
    if answer.has_solution:
        assert answer.gap is None
        assert "The gap is unknown" in answer.text


def test_threads_may_change_between_runs() -> None:
    problem = RoadmapProblem.model_validate(random_problem(1))
    answers = [solve(problem, Limits(threads=threads)) for threads in (1, 2, 1)]
    assert {answer.status for answer in answers} == {Status.OPTIMAL}
    assert len({answer.objective for answer in answers}) == 1


def test_without_tie_breaking_the_worth_is_the_same() -> None:
    for seed in range(10):
        problem = RoadmapProblem.model_validate(random_problem(seed))
        tied, canonical = solve(problem, Limits(break_ties=False)), solve(problem)
        assert tied.status is canonical.status
        if canonical.has_solution:
            assert tied.objective == pytest.approx(canonical.objective, abs=1e-9)
            assert canonical.canonical
            assert not tied.canonical


# ---- an answer that does not fit is withheld ----------------------------------------------------------------------


def without(family: str, instead: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put another function in the place of that of a family."""
    monkeypatch.setattr("optimize.formulation.STATED", {**formulation.STATED, family: instead})


def test_a_roadmap_that_breaks_a_limit_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    """A formulation without its skill rows proposes too much; the plain check finds it and names the row."""
    without("skill", lambda model: None, monkeypatch)
    two = [{"id": name, "value": [5], "skill_days": {"it": [3]}} for name in ("a", "b")]
    answer = solve(problem_of(periods=1, initiatives=two, skills={"it": [5]}))
    assert answer.status is Status.ERROR
    assert "it has 5 days in period 0, and 6 are needed" in answer.text
    assert not answer.has_solution


def test_a_worth_that_does_not_fit_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_pairs(problem: RoadmapProblem, roadmap: Any) -> float:
        return worth(problem.model_copy(update={"interactions": ()}), roadmap)

    monkeypatch.setattr(optimize.check, "worth", without_pairs)
    two = [{"id": name, "value": [5]} for name in ("a", "b")]
    answer = solve(problem_of(periods=1, initiatives=two, interactions=[{"first": "a", "second": "b", "value": 2}]))
    assert answer.status is Status.ERROR
    assert "do not fit" in answer.text


def test_infeasible_is_not_believed_against_a_witness(monkeypatch: pytest.MonkeyPatch) -> None:
    def impossible(model: Any) -> None:
        for number, name in enumerate(model.starts):
            model.program += model.chosen(name) >= 2, f"impossible({number})"

    without("trust", impossible, monkeypatch)
    answer = solve(problem_of(periods=1, initiatives=[{"id": "a", "value": [5]}]))
    assert answer.status is Status.ERROR
    assert "the empty one does" in answer.text


# ---- manners ----------------------------------------------------------------------------------------------------


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    solve(RoadmapProblem.model_validate(random_problem(3)))
    solve(infeasible_problem())
    if cbc_path() is not None:
        solve(RoadmapProblem.model_validate(random_problem(3)), Limits(solver="cbc"))
    assert capfd.readouterr() == ("", "")


def test_import_is_light_and_solve_stays_a_function() -> None:
    code = (
        "import sys, optimize; assert not {'pulp', 'pydantic'} & set(sys.modules); "
        "import optimize.solve; from optimize import solve; assert callable(solve); "
        "assert optimize.RoadmapProblem.__name__ == 'RoadmapProblem'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="no attribute 'slove'"):
        optimize.slove  # type: ignore[attr-defined]  # noqa: B018


def test_solution_as_document_and_table() -> None:
    answer = solve(problem_of(periods=2, initiatives=[{"id": "b", "value": [2, 1]}, {"id": "a", "value": [1, 3]}]))
    document = answer.to_dict()
    assert document["roadmap"] == {"a": 1, "b": 0}
    assert document["status"] == "optimal"
    assert document["objective"] == document["bound"] == 5.0
    assert answer.to_frame().rows() == [("a", 1), ("b", 0)]
    with pytest.raises(TypeError):
        answer.roadmap["a"] = 0  # type: ignore[index]


def test_every_status_has_a_sentence() -> None:
    assert all(status.text.endswith(".") for status in Status)
    assert Solution(Status.ERROR, "highs", 0.0, detail="It broke.").text.endswith("It broke.")


@pytest.mark.parametrize(
    "wrong", [{"seconds": 0.0}, {"seconds": float("nan")}, {"gap": -1.0}, {"nodes": 0}, {"threads": 0}, {"solver": "x"}]
)
def test_limits_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Limits(**wrong)
