"""Initiatives that never gain: the best worth, and whether there is a roadmap, are the same without them."""

from __future__ import annotations

import pytest

from optimize import Limits, RoadmapProblem, solve
from optimize.reasons.dominated import never_gains, reduced
from tests.naive.random_problems import random_problem

LIMITS = Limits(break_ties=False)


def test_the_best_worth_stays() -> None:
    """60 random problems with limits of load, blackouts, quick wins and bought days; at least 4 lose an initiative."""
    smaller = 0
    for seed in range(9000, 9060):
        document = random_problem(seed, decimals=2)
        document.update({"trust_region": None, "forbidden": [], "groups": [], "goals": [], "grants": [], "pins": []})
        problem = RoadmapProblem.model_validate(document)
        rest = reduced(problem)
        smaller += len(rest.initiatives) < len(problem.initiatives)
        whole, part = solve(problem, LIMITS), solve(rest, LIMITS)
        assert whole.status is part.status
        if whole.has_solution:
            assert part.objective == pytest.approx(whole.objective, abs=1e-6)
    assert smaller >= 4


def test_who_is_needed_stays() -> None:
    """Kept: a loser that something requires, a mandatory one, one that a quick win counts; any other rule keeps all."""
    losers = [{"id": name, "value": [-1.0]} for name in ("base", "duty", "early", "toy")]
    losers[1]["mandatory"] = True
    problem = RoadmapProblem.model_validate(
        {
            "periods": 1,
            "initiatives": [*losers, {"id": "top", "value": [5.0]}],
            "requires": [{"initiative": "top", "requires": "base", "from": "start"}],
            "quick_wins": [{"name": "soon", "by": 0, "members": ["early"]}],
        }
    )
    assert [one.id for one in reduced(problem).initiatives] == ["base", "duty", "early", "top"]
    assert never_gains(problem, "toy")
    chosen = problem.model_copy(update={"forbidden": ({"top": 0},)})
    assert reduced(chosen) == chosen
