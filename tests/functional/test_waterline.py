"""Why a ranked list with a line under it is no plan: two lists small enough to check by hand."""

from __future__ import annotations

from typing import Any

from optimize import RoadmapProblem, solve
from optimize.check import worth
from optimize.policies import greedy
from optimize.structure import Structure

LIST = {"a": 120.0, "b": 50.0, "c": 20.0, "d": 15.0, "e": 10.0}


def one_period(budget: float, costs: dict[str, float], values: dict[str, float]) -> RoadmapProblem:
    """A budget and a list: what a spreadsheet holds."""
    initiatives = [{"id": name, "value": [values[name]], "cost": {"capital": [cost]}} for name, cost in costs.items()]
    return RoadmapProblem.model_validate(
        {"periods": 1, "initiatives": initiatives, "budgets": [{"name": "all", "amount": [budget]}]}
    )


def above_the_line(budget: float, ranked: dict[str, float]) -> list[str]:
    """Rank and cut: go down the list and stop at the first that does not fit."""
    chosen = []
    for name, cost in ranked.items():
        if cost > budget:
            break
        budget -= cost
        chosen.append(name)
    return chosen


def test_the_line_leaves_money_that_the_last_one_would_use() -> None:
    """200 for 120, 50, 20, 15, 10 in this order: the line is drawn under 20, ten are left, and 10 still fits."""
    cut = above_the_line(200.0, LIST)
    assert cut == ["a", "b", "c"]
    assert 200.0 - sum(LIST[name] for name in cut) == 10.0
    best = solve(one_period(200.0, LIST, LIST)).roadmap  # worth what it costs: the rank by size is that by worth
    assert set(best) == {"a", "b", "c", "e"}
    assert sum(LIST[name] for name in best) == 200.0


def test_a_high_return_first_can_leave_the_larger_gain_out() -> None:
    """The small one returns 60 %, the large one 50 %: the budget holds one of them, and 50 is more than 6."""
    costs, values = {"small": 10.0, "large": 100.0}, {"small": 6.0, "large": 50.0}
    ranked = dict(sorted(costs.items(), key=lambda one: -values[one[0]] / one[1]))
    assert above_the_line(100.0, ranked) == ["small"]
    assert set(solve(one_period(100.0, costs, values)).roadmap) == {"large"}


def test_a_rank_knows_no_time() -> None:
    """The best return takes the money of the first year, which the base needs for what is built on it in the second:
    in order of return 12 are gained, in the order of time 17."""
    initiatives: list[dict[str, Any]] = [
        {"id": "gadget", "value": [12.0, 11.0], "cost": {"capital": [10.0]}},
        {"id": "base", "value": [1.0, 0.0], "cost": {"capital": [10.0]}},
        {"id": "service", "value": [16.0, 16.0], "cost": {"capital": [10.0]}},
    ]
    problem = RoadmapProblem.model_validate(
        {
            "periods": 2,
            "initiatives": initiatives,
            "requires": [{"initiative": "service", "requires": "base"}],
            "budgets": [{"name": "all", "amount": [10.0, 10.0]}],
        }
    )
    best = solve(problem)
    assert dict(best.roadmap) == {"base": 0, "service": 1}
    assert best.objective == 17.0
    # Return of the gadget 1.2, of the service with its base 17 / 20; each as early as there is money for it.
    ranked = greedy(problem, Structure(problem), ["gadget", "service"], {})
    assert ranked == {"gadget": 0}
    assert worth(problem, ranked) == 12.0
