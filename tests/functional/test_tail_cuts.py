"""The tail by cuts gives what a row for each world gives, with a bound that holds and the aim from the worlds."""

from __future__ import annotations

import random
import time

import pytest

from optimize import Limits, RoadmapProblem, Status, solve
from optimize.check import worth
from optimize.solving import tail_cuts
from optimize.solving.tail_cuts import by_cuts, by_cuts_pays
from tests.naive.random_problems import random_problem


def risky(seed: int) -> RoadmapProblem | None:
    """A random problem with worlds and a weight on their tail, and no pairs that vary; None for other seeds."""
    made = random_problem(seed)
    if not made.get("worlds") or made.get("objective"):
        return None
    made["risk"] |= {"floor": None, "weight": 0.4}
    made["worlds"]["interactions"] = []
    return RoadmapProblem.model_validate(made)


def large(worlds: int = 50, starts: int = 12) -> RoadmapProblem:
    """Fifty worlds, 42 initiatives that compete for a budget."""
    rng = random.Random(4)
    initiatives, value = [], {}
    for k in range(42):
        top, swings = rng.uniform(5, 20), [rng.gauss(0, 10) for _ in range(worlds)]
        centre = sum(swings) / worlds
        initiatives.append(
            {"id": f"i{k}", "value": [top - t / 10 for t in range(starts)], "cost": {"capital": [rng.uniform(2, 9)]}}
        )
        value[f"i{k}"] = [[top - t / 10 + x - centre for x in swings] for t in range(starts)]
    return RoadmapProblem.model_validate(
        {
            "periods": starts,
            "initiatives": initiatives,
            "budgets": [{"name": "all", "amount": [25] * starts}],
            "worlds": {"probability": [1 / worlds] * worlds, "value": value},
            "risk": {"weight": 0.5, "level": 0.1},
        }
    )


def test_same_as_a_row_for_each_world() -> None:
    compared = 0
    for seed in range(200):
        problem = risky(seed)
        if problem is None:
            continue
        rows, cuts = solve(problem), by_cuts(problem, Limits(), solve)
        assert cuts.status is rows.status
        if rows.has_solution:
            assert cuts.objective == pytest.approx(rows.objective, abs=1e-6)
            assert cuts.objective == pytest.approx(worth(problem, cuts.roadmap), abs=1e-9)
            compared += 1
    assert compared > 10


def test_where_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = large()
    assert by_cuts_pays(problem)
    assert not by_cuts_pays(large(worlds=30))
    assert not by_cuts_pays(large(starts=8))
    assert problem.risk is not None
    floored = problem.model_copy(update={"risk": problem.risk.model_copy(update={"floor": 0.0})})
    assert not by_cuts_pays(floored)
    calls = []
    monkeypatch.setattr(tail_cuts, "by_cuts", lambda *arguments: calls.append(arguments) or "answer")
    assert solve(problem) == "answer"
    assert len(calls) == 1


def test_limits_leave_an_honest_bound() -> None:
    """Ended by nodes or the clock: FEASIBLE with a bound above the aim, and a roadmap wherever one is known."""
    problem = large()
    limits = Limits(seconds=None, nodes=1, gap=1e-4)
    first = solve(problem, limits)
    assert first.status is Status.FEASIBLE
    assert first.bound is not None
    assert first.objective == pytest.approx(worth(problem, first.roadmap))
    assert first.bound >= first.objective
    again = solve(problem, limits)
    assert (dict(again.roadmap), again.bound) == (dict(first.roadmap), first.bound)
    for seconds in (1e-6, 0.3):
        began = time.monotonic()
        hasty = solve(problem, Limits(seconds=seconds))
        assert time.monotonic() - began < seconds + 3.0
        assert hasty.status is Status.FEASIBLE  # the empty roadmap is allowed
        assert hasty.stopped_by_time
        assert hasty.objective == pytest.approx(worth(problem, hasty.roadmap))
        assert hasty.bound is None or hasty.bound >= hasty.objective


def test_progress_is_told_what_was_found() -> None:
    told: list[tuple[float, float | None, float | None]] = []
    answer = solve(large(), Limits(seconds=None, nodes=1, gap=1e-2), lambda *state: told.append(state))
    assert told
    assert told[-1][1] == pytest.approx(answer.objective)
