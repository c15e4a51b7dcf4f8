"""Lists and moves of roadmaps under every rule: nothing allowed is missed, what belongs together moves together."""

from __future__ import annotations

import json
from typing import Any

import pytest

from optimize.check import violations
from optimize.moves import neighbours
from optimize.problem import RoadmapProblem
from optimize.refine import every_roadmap
from optimize.structure import Structure
from tests.naive import brute_force
from tests.naive.random_problems import random_problem


def one(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "value": [1, 1, 1], **more}


def problem_of(*initiatives: dict[str, Any], **fields: Any) -> RoadmapProblem:
    return RoadmapProblem.model_validate({"periods": 3, "initiatives": initiatives, **fields})


@pytest.mark.parametrize("seed", range(1, 80, 2))
def test_every_allowed_roadmap_is_listed(seed: int) -> None:
    """Parts of a roadmap are given up only where nothing that is added could mend them."""
    problem = RoadmapProblem.model_validate(random_problem(seed))
    document = json.loads(problem.to_json())
    expected = [roadmap for roadmap in brute_force.every(document) if brute_force.allowed(document, roadmap)]
    found = every_roadmap(problem, 10**6)
    assert found is not None
    assert sorted(map(sorted_items, found)) == sorted(map(sorted_items, expected))


def sorted_items(roadmap: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(roadmap.items())


def test_all_or_none_are_added_and_dropped_together() -> None:
    group = {"name": "pair", "members": ["a", "b"], "rule": "all_or_none"}
    problem = problem_of(one("a"), one("b", earliest=1), one("c"), groups=[group])
    structure = Structure(problem)
    assert structure.partners == {"a": ("b",), "b": ("a",), "c": ()}
    from_nothing = neighbours(problem, structure, {})
    assert {frozenset(roadmap) for roadmap in from_nothing} == {frozenset("ab"), frozenset("c")}
    assert {"a": 2, "b": 1} in from_nothing
    back = neighbours(problem, structure, {"a": 0, "b": 1, "c": 0})
    assert {"c": 0} in back
    assert not any(violations(problem, roadmap) for roadmap in back)


def test_one_of_exactly_one_is_exchanged() -> None:
    group = {"name": "one-of", "members": ["a", "b"], "rule": "exactly_one"}
    problem = problem_of(one("a"), one("b", earliest=1), groups=[group])
    around = neighbours(problem, Structure(problem), {"a": 0})
    assert {"b": 2} in around
    assert {} not in around


def test_structure_knows_pins_and_blackouts() -> None:
    problem = problem_of(
        one("a"), one("b"), one("c"), one("d", latest=1),
        pins=[{"initiative": "a", "start": 1}, {"initiative": "b", "start": None}],
        blackouts=[{"name": "season", "closed": {"c": [0], "d": [0, 1]}}],
        requires=[{"initiative": "c", "requires": "a"}],
    )  # fmt: skip
    structure = Structure(problem)
    assert structure.starts == {"a": (1,), "b": (), "c": (1, 2), "d": ()}
    assert structure.closed == {"a": (), "b": (), "c": (0,), "d": (0, 1)}
    assert structure.mandatory == {"a"}
    assert structure.complete({}, ["c"]) == {"a": 1, "c": 2}
    assert structure.complete({}, ["b"]) is None
    assert structure.complete({}, ["d"]) is None
