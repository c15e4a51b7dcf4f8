"""The mix for large programs against the exact solver and twins in plain Python, on many small random problems."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from optimize.check import violations, worth
from optimize.formulation import Formulation
from optimize.limits import Limits
from optimize.problem import RoadmapProblem
from optimize.solve import solve
from optimize.solving import mix
from optimize.solving.annealing import OUT, anneal
from optimize.solving.lowered import Lowered, lower
from optimize.solving.relaxation import relax
from optimize.solving.windows import tightened
from optimize.status import Status
from tests.naive import annealed
from tests.naive.random_problems import random_problem


def known(seed: int, **size: Any) -> tuple[RoadmapProblem, Lowered]:
    """A random problem without what the arrays do not hold."""
    document = random_problem(seed, **size)
    keep = {key: document[key] for key in ("schema_version", "periods", "constant", "initiatives", "interactions")}
    keep |= {key: document[key] for key in ("budgets", "skills", "requires", "exclusive")}
    keep |= {key: document[key] for key in ("pins", "blackouts", "simultaneous") if key in document}
    alternatives = [one for one in document.get("groups", ()) if one["rule"] in ("at_most_one", "exactly_one")]
    keep["groups"] = [{**one, "rule": "at_most_one"} for one in alternatives]
    for budget in keep["budgets"]:
        budget["kinds"] = [kind for kind in budget["kinds"] if kind != "bought"]
    for part in (*keep["initiatives"], *keep["budgets"], *keep["requires"]):
        for field in ("passes", "credit", "if_fails"):
            part.pop(field, None)
    problem = RoadmapProblem.model_validate(keep)
    arrays = lower(problem)
    assert arrays is not None
    return problem, arrays


def roadmap_of(problem: RoadmapProblem, starts: Any) -> dict[str, int]:
    return {one.id: int(t) for one, t in zip(problem.initiatives, starts, strict=True) if t != OUT}


@pytest.fixture
def every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mix also for problems of a few initiatives, in which every move and rule is reached."""
    monkeypatch.setattr(mix, "LARGE", 0)
    monkeypatch.setattr(mix, "ROUNDS", 4)
    monkeypatch.setattr(mix, "MOVES", 20)  # so that the incumbent is often not the best


@pytest.mark.parametrize("seed", range(60))
def test_same_optimum_as_exact_solver(seed: int, every_size: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Same status, worth, canonical roadmap and bound."""
    problem, _ = known(seed, initiatives=7, periods=5, decimals=2 if seed % 2 else None)
    mixed = solve(problem)
    monkeypatch.setattr(mix, "LARGE", 10**9)
    alone = solve(problem)
    assert mixed.status is alone.status
    if alone.has_solution:
        assert mixed.objective == pytest.approx(alone.objective, abs=1e-6)
        assert dict(mixed.roadmap) == dict(alone.roadmap)
        assert mixed.bound == pytest.approx(alone.bound, abs=1e-6)


@pytest.mark.parametrize("seed", range(60, 160))
def test_bound_never_below_optimum(seed: int, every_size: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends the solve: here a gap of 4 %, at which HiGHS stops early."""
    problem, _ = known(seed, initiatives=6, periods=5, decimals=2)
    loose = solve(problem, Limits(gap=0.04, break_ties=False))
    monkeypatch.setattr(mix, "LARGE", 10**9)
    exact = solve(problem, Limits(break_ties=False))
    assert loose.has_solution == exact.has_solution
    if loose.has_solution and exact.has_solution:
        assert loose.bound is not None
        assert loose.bound >= exact.objective - 1e-6
        assert exact.objective >= loose.objective - 1e-6
        assert not violations(problem, loose.roadmap)


@pytest.mark.parametrize("seed", range(160, 220))
def test_windows_and_reduced_costs_keep_every_better_roadmap(seed: int) -> None:
    """The optimum has no start that arithmetic takes away, and, if it is worth more than an incumbent, none that the
    relaxation takes away."""
    problem, arrays = known(seed, initiatives=6, periods=5)
    exact = solve(problem)
    if not exact.has_solution:
        return
    rows = {one.id: at for at, one in enumerate(problem.initiatives)}
    kept = tightened(arrays).open
    assert all(kept[rows[name], t] for name, t in exact.roadmap.items())
    formulation = Formulation(problem)
    formulation.maximise_worth()
    relaxed = relax(formulation, None)
    assert relaxed is not None
    best = (exact.objective - formulation.stated(0.0)) / formulation.worth_unit
    assert relaxed.bound >= best - 1e-6
    closed, needed = relaxed.excluded(best - 1e-3)
    assert not closed & set(exact.roadmap.items())
    assert needed <= set(exact.roadmap.items())


@pytest.mark.parametrize("seed", range(12))
def test_annealing_equals_its_twin(seed: int) -> None:
    """The compiled walk ends where the plain one does, and keeps every rule."""
    problem, arrays = known(seed, initiatives=8, periods=6)
    starts = anneal(arrays, 400, seed)
    assert starts.tolist() == annealed.anneal(arrays, 400, seed)
    assert not annealed.broken(arrays, starts.tolist())
    missing = {one.family for one in violations(problem, roadmap_of(problem, starts))}
    assert missing <= {"mandatory", "pin"}


def test_annealing_is_the_same_on_every_run_and_differs_by_walk() -> None:
    _, arrays = known(3, initiatives=10, periods=8)
    first, again, other = (anneal(arrays, 30, walk) for walk in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_neighbourhoods_improve_and_repeat(every_size: None) -> None:
    """From the empty roadmap the rounds reach more, the same on each run."""
    from optimize.solving.neighbourhoods import improve

    problem, _ = known(5, initiatives=10, periods=6)
    answers = []
    for _ in range(2):
        formulation = Formulation(problem)
        formulation.maximise_worth()
        told: list[float] = []
        relaxed = relax(formulation, None)
        assert relaxed is not None
        answers.append(improve(formulation, {}, relaxed, 5, float("inf"), None, told.append))
        assert told == sorted(told)
        assert told[-1] == answers[-1].worth == worth(problem, answers[-1].roadmap)
    assert answers[0] == answers[1]
    assert answers[0].worth > worth(problem, {})


def a_field_of(problem: RoadmapProblem) -> Mapping[str, Any]:
    """For each family that the arrays do not hold, a change of the problem that states it."""
    from optimize.problem import Credit, QuickWin, SelectionGroup, Triple, TrustRegion

    names = tuple(one.id for one in problem.initiatives)
    credit = [one.model_copy(update={"credit": Credit(limit=1.0, rate=0.0)}) for one in problem.budgets]
    gate = [one.model_copy(update={"passes": 0.5}) for one in problem.initiatives]
    return {
        "trust_region": TrustRegion(incumbent={}, at_most=1),
        "forbidden": ({names[0]: 0},),
        "groups": (SelectionGroup(name="one", members=names[:2], rule="at_least_one"),),
        "quick_wins": (QuickWin(name="early", by=1, members=names),),
        "triples": (Triple(first=names[0], second=names[1], third=names[2], value=1.0),),
        "budgets": tuple(credit),
        "initiatives": tuple(gate),
        "objective": "few",
    }


def test_unknown_families_are_left_to_the_exact_solver(every_size: None) -> None:
    """Each of them alone makes the problem one that is not lowered."""
    problem = next(one for one, _ in (known(seed) for seed in range(20)) if one.budgets)
    assert mix.applies(problem, Limits())
    for field, stated in a_field_of(problem).items():
        assert lower(problem.model_copy(update={field: stated})) is None, field


def test_small_problems_go_straight_to_the_exact_solver() -> None:
    assert not mix.applies(known(1)[0], Limits())


def test_short_limits_loose_gaps_and_cbc_go_to_the_exact_solver(every_size: None) -> None:
    problem, _ = known(1)
    assert mix.applies(problem, Limits())
    assert not any(mix.applies(problem, one) for one in (Limits(seconds=1.0), Limits(gap=0.1), Limits(solver="cbc")))


def test_progress_and_time_limit() -> None:
    """A run that the clock ends says FEASIBLE with its gap, and on the way worth rises and the bound falls."""
    from benchmarks.instances import instance

    told: list[tuple[float, float | None, float | None]] = []
    problem = instance(60, 16, 2)
    answer = solve(problem, Limits(seconds=6.0), lambda *one: told.append(one))
    assert answer.status is Status.FEASIBLE
    assert answer.stopped_by_time
    assert answer.gap is not None
    assert 0.0 < answer.gap < 0.5
    assert not violations(problem, answer.roadmap)
    worths = [value for _, value, _ in told if value is not None]
    assert worths
    assert worths == sorted(worths)
    assert worths[-1] <= answer.objective + 1e-6
    bounds = [bound for _, _, bound in told if bound is not None]
    assert min(bounds) >= answer.objective - 1e-6


def test_infeasible_exposes_nothing(every_size: None) -> None:
    problem, _ = known(2)
    impossible = problem.initiatives[0].model_copy(update={"mandatory": True, "skill_days": {"it": (1e6,)}})
    answer = solve(problem.model_copy(update={"initiatives": (impossible, *problem.initiatives[1:])}))
    assert answer.status is Status.INFEASIBLE
    assert not answer.has_solution
