"""Worlds, aims and chances of a roadmap problem: what does not fit is said, what is asked is what is computed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from optimize import RoadmapProblem, Status, solve
from optimize.check import aim, violations, worth
from optimize.limits import Limits
from optimize.risk.value import lower_tail
from optimize.solving.lexicographic import in_order
from sim.errors import ProblemsFound
from sim.measures import cvar
from tests.naive import brute_force
from tests.naive.random_problems import random_problem

Document = dict[str, Any]


def document() -> Document:
    """Two initiatives over two periods with every part that speaks of risk."""
    return {
        "periods": 2,
        "initiatives": [{"id": "pos", "value": [10, 8], "cost": {"capital": [4]}}, {"id": "edr", "value": [5, 5]}],
        "interactions": [{"first": "pos", "second": "edr", "value": 2}],
        "budgets": [{"name": "it", "amount": [9, 9]}],
        "worlds": {
            "probability": [0.5, 0.5],
            "value": {"pos": [[30, -10], [8, 8]]},
            "interactions": [{"first": "pos", "second": "edr", "value": [0, 4]}],
            "constant": [1, -1],
        },
        "risk": {"weight": 0.5, "level": 0.5, "floor": -100},
        "futures": [{"name": "boom", "value": {"pos": [20, 18]}, "best": 30}],
        "chance_budgets": [
            {"budget": "it", "probability": 0.5, "weight": [0.5, 0.5], "cost": {"pos": [[4, 4], [0, 9]]}}
        ],
        "chance_cash": {
            "floor": 0,
            "probability": 0.5,
            "weight": [0.5, 0.5],
            "base": [[5], [1]],
            "delta": {"pos": [[[-2], [-2]], [[-2], [-2]]]},
        },
        "at_least": [{"what": "regret", "least": -50}],
    }


Change = Callable[[Document], object]
WRONG: dict[str, tuple[Change, str, str]] = {
    "probabilities": (lambda d: d["worlds"].update(probability=[0.5, 0.4]), "worlds.probability", "add up to 1"),
    "lists": (lambda d: d["worlds"]["value"]["pos"].pop(), "worlds.value.pos", "one list a start period: 2"),
    "numbers": (lambda d: d["worlds"]["value"]["pos"][0].pop(), "worlds.value.pos.0", "one a world: 2"),
    "mean": (lambda d: d["worlds"]["value"]["pos"][0].reverse() or d["initiatives"][0].update(value=[9, 8]),
             "worlds.value.pos.0", "the value of the problem: 9"),
    "name": (lambda d: d["worlds"]["value"].update(poss=[[0, 0], [0, 0]]), "worlds.value.poss", "did you mean 'pos'?"),
    "pair": (lambda d: d.update(interactions=[]), "worlds.interactions.0", "state its mean in `interactions`"),
    "no worlds": (lambda d: d.pop("worlds"), "risk.weight", "state `worlds`"),
    "no effect": (lambda d: d.update(objective="few"), "risk.weight", "or the aim 'worth'"),
    "no futures": (lambda d: d.update(futures=[]), "at_least.0.what", "state `futures`"),
    "no best": (lambda d: d["futures"][0].pop("best"), "futures.0.best", "what the best roadmap is worth"),
    "no level": (lambda d: d.pop("risk") and d.update(objective="cvar"), "objective", "state `worlds` and `risk`"),
    "two aims": (lambda d: d.update(objective="few", objectives=[{"what": "worth"}]), "objective", "leave one of them"),
    "aim twice": (
        lambda d: d.update(objectives=[{"what": "worth"}, {"what": "few"}, {"what": "worth"}]),
        "objectives.2.what", "keep the first",
    ),
    "pair twice": (
        lambda d: d["worlds"]["interactions"].append(d["worlds"]["interactions"][0]),
        "worlds.interactions.1", "keep one of them",
    ),
    "future twice": (lambda d: d["futures"].append(d["futures"][0]), "futures.1.name", "name of its own"),
    "future periods": (lambda d: d["futures"][0]["value"]["pos"].pop(), "futures.0.value.pos", "one a period: 2"),
    "budget": (lambda d: d["chance_budgets"][0].update(budget="itt"), "chance_budgets.0.budget", "did you mean 'it'?"),
    "limit twice": (lambda d: d["chance_budgets"].append(d["chance_budgets"][0]), "chance_budgets.1.budget", "one of"),
    "cost worlds": (lambda d: d["chance_budgets"][0]["cost"]["pos"][0].pop(), "chance_budgets.0.cost.pos.0", "world"),
    "weights": (lambda d: d["chance_cash"].update(weight=[0.9, 0.9]), "chance_cash.weight", "at most 1"),
    "cash worlds": (lambda d: d["chance_cash"]["base"].pop(), "chance_cash.base", "as weights: 2"),
    "cash points": (lambda d: d["chance_cash"]["delta"]["pos"][0][0].pop(), "chance_cash.delta.pos.0.0", "first world"),
    "level": (lambda d: d["risk"].update(level=0), "risk.level", ""),
    "no goal": (lambda d: d["at_least"][0].update(what="goal:late"), "at_least.0.what", "none exist"),
    "no aim": (lambda d: d["at_least"][0].update(what="regrets"), "at_least.0.what", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_said(name: str) -> None:
    change, path, hint = WRONG[name]
    changed = document()
    change(changed)
    with pytest.raises(ProblemsFound) as found:
        RoadmapProblem.from_json(json.dumps(changed))
    assert any(one.path == path and hint in (one.hint or "") for one in found.value.errors), found.value.errors


def test_the_sound_document_is_read_back_as_it_was() -> None:
    problem = RoadmapProblem.model_validate(document())
    assert RoadmapProblem.from_json(problem.to_json()) == problem


def test_the_tail_is_the_published_one() -> None:
    """Equal weights: as `sim.measures.cvar`; split atoms and a level of 1."""
    values = [4.0, -2.0, 7.0, 1.0, 0.5]
    for level in (0.1, 0.2, 0.3, 0.5, 0.99, 1.0):
        assert lower_tail(values, [0.2] * 5, level) == pytest.approx(cvar(values, level), abs=1e-12)


def test_worlds_in_which_nothing_varies_do_no_harm() -> None:
    """A CVaR without a variable part: the mean; with no initiative in the worlds at all: the constant's tail."""
    same = document() | {
        "worlds": {"probability": [0.5, 0.5]},
        "chance_cash": None,
        "chance_budgets": [],
        "at_least": [],
    }
    answer = solve(RoadmapProblem.model_validate(same))
    assert (answer.status, answer.objective) == (Status.OPTIMAL, 17.0)
    varied = same | {"worlds": {"probability": [0.5, 0.5], "constant": [3, -3]}}
    assert solve(RoadmapProblem.model_validate(varied)).objective == 17.0 - 0.5 * 3
    empty = {"periods": 1, "worlds": {"probability": [1], "constant": [0]}, "risk": {"weight": 1}, "constant": 4}
    assert solve(RoadmapProblem.model_validate(empty)).objective == 4.0


def test_aversion_takes_the_safe_one() -> None:
    problem = RoadmapProblem.model_validate(
        {
            "periods": 1,
            "initiatives": [{"id": "bold", "value": [10]}, {"id": "safe", "value": [6]}],
            "exclusive": [{"name": "one", "members": ["bold", "safe"]}],
            "worlds": {"probability": [0.5, 0.5], "value": {"bold": [[40, -20]]}},
            "risk": {"weight": 0.1, "level": 0.5},
        }
    )
    answers = {}
    for weight in (0.1, 0.15, 0.9):
        risk = problem.risk.model_copy(update={"weight": weight})  # type: ignore[union-attr]
        answers[weight] = dict(solve(problem.model_copy(update={"risk": risk})).roadmap)
    assert answers == {0.1: {"bold": 0}, 0.15: {"safe": 0}, 0.9: {"safe": 0}}  # indifferent at 4 / 30


def test_infeasible_floors_are_infeasible_and_name_what_gives_way() -> None:
    from optimize.reasons.conflict import why_infeasible

    changed = document() | {"chance_cash": None, "chance_budgets": [], "at_least": []}
    changed["risk"]["floor"] = 1000
    problem = RoadmapProblem.model_validate(changed)
    assert solve(problem).status is Status.INFEASIBLE
    assert why_infeasible(problem, Limits()) == ("the floor of the mean of the worst 50 %",)


ORDERS = [
    [{"what": "cvar", "tolerance": 3}, {"what": "mean"}],
    [{"what": "mean", "tolerance": 2}, {"what": "few"}, {"what": "early"}],
    [{"what": "worth"}, {"what": "early", "tolerance": 1}, {"what": "cvar"}],
]


@pytest.mark.parametrize("order", ORDERS, ids=[" ".join(one["what"] for one in order) for order in ORDERS])
def test_aims_in_order_as_by_enumeration(order: list[Document]) -> None:
    compared = 0
    for seed in range(70):
        made = random_problem(seed)
        if made.get("worlds") is None or made.get("objective"):
            continue
        made["risk"] |= {"floor": None, "weight": 0.3 if "worth" in [one["what"] for one in order] else 0}
        problem = RoadmapProblem.model_validate(made | {"objectives": order})
        plain = json.loads(problem.to_json()) | {"objectives": []}
        left = [one for one in brute_force.every(plain) if brute_force.allowed(plain, one)]
        answers = in_order(problem, Limits(), solve)
        for number, goal in enumerate(order):
            if not left:
                assert answers[0].status is Status.INFEASIBLE
                break
            here = plain | {"objective": goal["what"]}
            best = max(brute_force.worth(here, one) for one in left)
            assert answers[number].objective == pytest.approx(best, abs=1e-6)
            left = [one for one in left if brute_force.worth(here, one) >= best - goal.get("tolerance", 0) - 1e-9]
            compared += 1
        assert solve(problem).has_solution == answers[-1].has_solution
    assert compared >= 6


def test_a_goal_as_an_aim_as_by_enumeration() -> None:
    """Alone, in order of rank and as what must be reached, in units far from those of money."""
    compared = 0
    for seed in range(60):
        made = random_problem(seed)
        made = {key: value for key, value in made.items() if key not in ("risk", "worlds", "at_least", "goals")}
        if made.get("objective") or made.get("futures"):
            continue
        series = {one["id"]: [0.001 * (k + 1), 0.002, 0.003 * (k % 3)] for k, one in enumerate(made["initiatives"])}
        series[made["initiatives"][0]["id"]] = [-0.004]
        made["goals"] = [{"name": "sick-days", "level": [None] * made["periods"], "contributions": series}]
        problem = RoadmapProblem.model_validate(made | {"objective": "goal:sick-days"})
        document = json.loads(problem.to_json())
        allowed = [one for one in brute_force.every(document) if brute_force.allowed(document, one)]
        answer = solve(problem)
        if not allowed:
            assert answer.status is Status.INFEASIBLE
            continue
        reached = {id(one): brute_force.worth(document, one) for one in allowed}
        top = max(reached.values())
        assert answer.objective == pytest.approx(top, abs=1e-9)
        best = [one for one in allowed if reached[id(one)] >= top - 1e-9]
        ordered = made | {"objectives": [{"what": "goal:sick-days"}, {"what": "worth"}]}
        worths = [brute_force.worth(document | {"objective": "worth"}, one) for one in best]
        assert solve(RoadmapProblem.model_validate(ordered)).objective == pytest.approx(max(worths), abs=1e-6)
        least = top - 0.0015
        floored = RoadmapProblem.model_validate(made | {"at_least": [{"what": "goal:sick-days", "least": least}]})
        broken = {id(one) for one in allowed if any(v.family == "at_least" for v in violations(floored, one))}
        assert broken == {id(one) for one in allowed if reached[id(one)] < least - 1e-8}
        compared += 1
    assert compared >= 10


def test_the_aim_of_a_problem_is_its_worth() -> None:
    problem = RoadmapProblem.model_validate(document() | {"constant": 100})
    assert worth(problem, {"pos": 0}) == pytest.approx(100 + 10 - 0.5 * 21)
    assert aim(problem, {"pos": 0}) == pytest.approx(10 - 0.5 * 21)
    regret = problem.model_copy(update={"objective": "regret"})
    assert worth(regret, {"pos": 0}) == pytest.approx(120 - 30)
    assert {one.family for one in violations(problem, {"pos": 0})} == set()
