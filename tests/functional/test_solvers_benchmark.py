"""Smoke run of the benchmark of the solver, and of its seeded instances."""

import pytest

from benchmarks import solvers
from benchmarks.instances import SIZES, instance
from benchmarks.plain_models import Answer
from optimize.problem import RoadmapProblem


def test_it_measures() -> None:
    """Every contender that is there proves the same worth on a small instance."""
    found = list(solvers.compare(solvers.SMOKE, (1,), 20.0, 1, gap=1e-6))
    there = [one for one in found if not one.missing]
    assert {one.solver for one in there} >= {solvers.OURS, "plain, HiGHS"}
    assert {one.worth for one in there} == {there[0].worth}
    assert all(one.gap is not None and one.gap <= 1e-5 for one in there)
    assert all("missing" not in line for line in solvers.summary(solvers.SMOKE, found))


def test_a_broken_roadmap_and_a_low_bound_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(problem: RoadmapProblem, *_: float) -> Answer:
        return Answer("broken", 1.0, {one.id: 0 for one in problem.initiatives})

    def low(problem: RoadmapProblem, *_: float) -> Answer:
        return Answer("low", 1.0, {}, -1.0)

    for contender in (broken, low):
        monkeypatch.setattr(solvers, "CONTENDERS", {"one": contender})
        with pytest.raises(RuntimeError, match=contender.__name__):
            list(solvers.compare(solvers.SMOKE, (1,), 1.0, 1))


@pytest.mark.parametrize("name", SIZES)
def test_instances_are_as_stated(name: str) -> None:
    """Shares of money, days, requirements and exclusions, a pair for each initiative, worth that falls."""
    size = SIZES[name]
    problem = instance(size.initiatives, size.periods, 1)
    count = len(problem.initiatives)
    money = sum(sum(one.cost.capital) + one.cost.running[-1] * problem.periods / 2 for one in problem.initiatives)
    assert 0.33 <= sum(problem.budgets[0].amount) / money <= 0.53
    for skill, capacity in problem.skills.items():
        need = sum(sum(one.skill_days.get(skill, ())) for one in problem.initiatives)
        assert 0.45 <= sum(capacity) / need <= 0.75
    assert len(problem.requires) == count // 5
    assert sum(len(group.members) for group in problem.exclusive) >= count // 10 - 1
    assert len(problem.interactions) == count
    assert all(one.value[0] > one.value[-1] for one in problem.initiatives if one.value[0] > 0.0)
