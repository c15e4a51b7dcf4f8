"""Problems that share a pool of days against every combination of their roadmaps looked at."""

from __future__ import annotations

import itertools
import json

import pytest

from optimize import RoadmapProblem, solve
from optimize.pooling import parted, pooled
from sim.errors import ProblemsFound
from tests.naive import brute_force
from tests.naive.random_problems import random_problem

SHARED = "it"


def client(seed: int, periods: int = 3) -> RoadmapProblem:
    """A random problem of exactly so many periods, without what belongs to one client alone."""
    seeds = itertools.count(seed, 1000)
    while True:
        document = random_problem(next(seeds), initiatives=3, periods=periods, risk=False)
        if document["periods"] == periods:
            document |= {"trust_region": None, "forbidden": [], "outside": []}
            try:
                return RoadmapProblem.model_validate(document)
            except ProblemsFound:
                continue


def used(problem: RoadmapProblem, roadmap: dict[str, int], t: int) -> float:
    """Days of the shared skill in a period."""
    total = 0.0
    for name, start in roadmap.items():
        profile = problem.initiative(name).skill_days.get(SHARED, ())
        total += profile[t - start] if 0 <= t - start < len(profile) else 0.0
    return total


def feasible(problem: RoadmapProblem) -> list[tuple[float, dict[str, int]]]:
    """Every roadmap that keeps all limits but the days of the shared skill."""
    document = json.loads(problem.to_json())
    document["skills"] = {name: days for name, days in document["skills"].items() if name != SHARED}
    return [
        (brute_force.worth(document, one), one)
        for one in brute_force.every(document)
        if brute_force.allowed(document, one)
    ]


@pytest.mark.parametrize("seed", range(24))
def test_the_joint_program_finds_the_best_combination(seed: int) -> None:
    """Two clients of one pool, which is often too small for both."""
    clients = {"north": client(2 * seed), "south": client(2 * seed + 1)}
    days = [float(seed % 5 + t) for t in range(3)]
    best = None
    for one, two in itertools.product(*(feasible(problem) for problem in clients.values())):
        needed = [used(clients["north"], one[1], t) + used(clients["south"], two[1], t) for t in range(3)]
        if all(need <= there + 1e-9 for need, there in zip(needed, days, strict=True)):
            best = max(one[0] + two[0], -1e300 if best is None else best)
    answer = solve(pooled(clients, {SHARED: days}))
    assert answer.has_solution == (best is not None)
    if best is not None:
        assert answer.objective == pytest.approx(best, abs=1e-6)
        parts = parted(answer.roadmap, list(clients))
        for name, problem in clients.items():
            assert any(parts[name] == roadmap for _, roadmap in feasible(problem))


def test_what_cannot_be_joined_is_said_at_once() -> None:
    """Other periods, an unknown skill, an aim of one client."""
    two = {"north": client(1), "south": client(2, periods=4)}
    with pytest.raises(ProblemsFound) as found:
        pooled(two, {"itt": [1.0] * 3})
    assert [problem.path for problem in found.value.errors] == ["shared", "south"]
    assert "did you mean 'it'" in str(found.value)
    early = two["north"].model_copy(update={"objective": "early"})
    with pytest.raises(ProblemsFound, match="another aim"):
        pooled({"north": early}, {})
    with pytest.raises(ProblemsFound, match="no client"):
        pooled({}, {})
