"""Smallest changes, worth of more and conflicts against every roadmap looked at, on small random problems."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from optimize import Limits, RoadmapProblem, Status, solve
from optimize.demands import lift_all
from optimize.reasons.conflict import find_conflict
from optimize.reasons.dominated import never_gains
from optimize.reasons.repairs import repairs
from optimize.reasons.resolves import Resolves
from optimize.reasons.resources import Resource, every_period, single_periods
from optimize.reasons.thresholds import LEVERS, Thresholds
from optimize.reasons.worth_of_more import worth_of_more
from sim.errors import ProblemsFound
from tests.naive import brute_force
from tests.naive.random_problems import random_problem
from tests.naive.step_functions import Steps

CLEAR = 1e-4


def problem_of(seed: int, **change: Any) -> tuple[dict[str, Any], RoadmapProblem]:
    """A random problem with decimals, so that ties are rare, without trust region and bought days, with which the worth
    rises with every day and not in steps."""
    document = random_problem(seed, initiatives=4, periods=4, decimals=2)
    document.update({"trust_region": None, "forbidden": [], "outside": [], "discount": [], **change})
    problem = RoadmapProblem.model_validate(document)
    return json.loads(problem.to_json()), problem


def steps_of(document: dict[str, Any], problem: RoadmapProblem, resource: Resource) -> Steps:
    return Steps(document, resource.kind, resource.name, list(resource.periods(problem)))


def best(document: dict[str, Any], name: str | None = None, inside: bool = True) -> float | None:
    """The most that a roadmap (with or without an initiative) is worth."""
    values = [
        brute_force.worth(document, one)
        for one in brute_force.every(document)
        if brute_force.allowed(document, one) and (name is None or (name in one) == inside)
    ]
    return max(values, default=None)


@pytest.mark.parametrize("seed", range(2000, 2010))
def test_what_lets_in_and_pushes_out_equals_enumeration(seed: int) -> None:
    document, problem = problem_of(seed)
    solution = solve(problem)
    if not solution.has_solution:
        return
    thresholds = Thresholds(problem, solution, Resolves(Limits()))
    for initiative in problem.initiatives:
        name = initiative.id
        if name in solution.roadmap:
            rest = best(document, name, inside=False)
            for change in thresholds.push_out(name):
                assert change.proved or rest is None or change.amount is None
                if rest is None:
                    assert change.amount is None
                elif change.lever == "benefit":
                    assert change.amount == pytest.approx(solution.objective - rest, abs=CLEAR)
                elif change.amount is not None:
                    assert edge_of_cost(document, name, -change.amount, rest)
            continue
        forced = best(document, name)
        for change in thresholds.let_in(name):
            assert change.verified == (change.amount is not None)
            if change.lever == "benefit":
                assert (change.amount is None) == (forced is None)
                if forced is not None:
                    assert change.amount == pytest.approx(solution.objective - forced, abs=CLEAR)
            elif change.lever == "cost":
                if change.amount is None:
                    free = best(cheaper(document, name, 1.0), name)
                    assert free is None or free <= solution.objective + CLEAR
                else:
                    assert edge_of_cost(document, name, change.amount, solution.objective)
            else:
                some = every_period if change.lever.endswith("_each") else single_periods
                offered = some(problem, "budget" if change.lever.startswith("budget") else "skill")
                edges = [steps_of(document, problem, one).lets_in(name, CLEAR) for one in offered]
                found = [edge for edge in edges if edge is not None]
                if change.amount is None:
                    assert not found, (change, found)
                else:
                    assert change.amount == pytest.approx(min(found), abs=1e-3)
                    assert change.proved


def cheaper(document: dict[str, Any], name: str, share: float) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    cost = next(one for one in changed["initiatives"] if one["id"] == name)["cost"]
    for kind, profile in cost.items():
        cost[kind] = [amount * (1.0 - share) for amount in profile]
    return changed


def edge_of_cost(document: dict[str, Any], name: str, share: float, rest: float) -> bool:
    """Whether the initiative beats `rest` just on one side of this change of its cost, and not on the other."""
    easier, harder = (best(cheaper(document, name, share + step), name) for step in (1e-5, -1e-4))
    return easier is not None and easier > rest - CLEAR and (harder is None or harder <= rest + CLEAR)


@pytest.mark.parametrize("seed", range(3000, 3007))
def test_worth_of_more_equals_enumeration(seed: int) -> None:
    document, problem = problem_of(seed)
    solution = solve(problem)
    if not solution.has_solution:
        return
    resources = (*every_period(problem), *single_periods(problem)[:3])
    for more in worth_of_more(problem, solution, Resolves(Limits()), resources, unit=2.0):
        steps = steps_of(document, problem, more.resource)
        assert more.proved
        assert more.worth == pytest.approx(steps.best(2.0) - steps.best(0.0), abs=CLEAR)
        rises = [edge for edge in steps.edges() if steps.best(edge) > steps.best(0.0) + CLEAR]
        assert (more.to_gain is None) == (not rises)
        if more.to_gain is not None:
            assert more.to_gain == pytest.approx(rises[0], abs=1e-3)
            assert more.gain == pytest.approx(steps.best(rises[0]) - steps.best(0.0), abs=CLEAR)
        assert more.spare is not None
        present = min(more.resource.amounts(problem))
        kept = [need for need, value, _ in steps.rows if value > steps.best(0.0) - CLEAR and need <= 1e-6]
        assert more.spare == pytest.approx(min(present, -min(kept)), abs=1e-3)
        for z in (more.holds_from + 1e-4, (more.holds_to or 50.0) - 1e-4):
            assert steps.best(z) - steps.best(0.0) == pytest.approx(more.worth, abs=CLEAR)


def test_conflicts_are_minimal_and_repairs_are_the_smallest() -> None:
    """Enumeration: the members of a conflict cannot be met together, without any one of them they can; a little less
    than each repair is not enough. At least 8 infeasible problems of 36 are looked at."""
    infeasible = 0
    for seed in range(4000, 4036):
        document = random_problem(seed, decimals=1)
        for one in document["initiatives"][:2]:
            one["mandatory"] = True
        # The chance of an overrun is of the same amounts as the rows, so lifting a row would lift it as well.
        document.update({"trust_region": None, "forbidden": [], "exclusive": [], "chance_budgets": []})
        for budget in document["budgets"]:
            budget["amount"] = [amount * 0.4 for amount in budget["amount"]]
        try:
            problem = RoadmapProblem.model_validate(document)
        except ProblemsFound:
            continue  # two of one group are mandatory
        resolves = Resolves(Limits())
        found = find_conflict(problem, resolves)
        assert (found is None) == (brute_force.best(json.loads(problem.to_json())) is not None)
        if found is None:
            continue
        infeasible += 1
        assert found.minimal
        everything = [member.demand for member in found.members]
        others = others_than(problem, found.words)
        alone = lift_all(problem, others)
        assert brute_force.best(json.loads(alone.to_json())) is None, found
        for demand in everything:
            assert brute_force.best(json.loads(demand.lift(alone).to_json())) is not None, (found, demand.words)
        for member in found.members:
            if member.resource is not None:
                assert member.short is not None
                for factor, feasible in ((1.001, True), (0.999, False)):
                    changed = member.resource.more(alone, factor * member.short)
                    assert (brute_force.best(json.loads(changed.to_json())) is not None) == feasible
        ways = repairs(problem, found, resolves)
        assert ways
        assert all(way.proved for way in ways)
        for resource in (*single_periods(problem), *every_period(problem)):
            told = [
                way for way in ways if way.words.endswith(words_of(resource)) and not way.words.startswith("together")
            ]
            for way in told:
                assert way.amount is not None
                for factor, feasible in ((1.001, True), (0.999, False)):
                    changed = resource.more(problem, factor * way.amount)
                    assert (brute_force.best(json.loads(changed.to_json())) is not None) == feasible
    assert infeasible >= 8


def words_of(resource: Resource) -> str:
    what = f"more {resource.name} days" if resource.kind == "skill" else f"more in the budget {resource.name}"
    return f"{what} in {'every period' if resource.period is None else f'period {resource.period}'}"


def others_than(problem: RoadmapProblem, words: tuple[str, ...]) -> list[Any]:
    """Every single demand that is not among these."""
    from optimize.demands import demands
    from optimize.reasons.conflict import _singles

    singles = [one for demand in demands(problem) for one in _singles(problem, demand, "period {}".format)]
    return [one.demand for one in singles if one.demand.words not in words]


def test_a_feasible_problem_has_no_conflict_and_levers_are_all_tried() -> None:
    document, problem = problem_of(2001)
    solution = solve(problem)
    assert solution.status is Status.OPTIMAL
    assert find_conflict(problem, Resolves(Limits())) is None
    thresholds = Thresholds(problem, solution, Resolves(Limits()))
    for one in problem.initiatives:
        if one.id not in solution.roadmap:
            assert [change.lever for change in thresholds.let_in(one.id)] == list(LEVERS)
            if never_gains(problem, one.id):
                for name, start in ((one.id, t) for t in problem.window(one)):
                    assert brute_force.worth(document, {name: start}) <= document["constant"]
