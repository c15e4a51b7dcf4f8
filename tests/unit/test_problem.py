"""The roadmap problem: its JSON, and that everything that is wrong is said at once, with place, value and hint."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from optimize.problem import Budget, Cost, Initiative, Interaction, Requirement, RoadmapProblem
from sim.errors import Problem, ProblemsFound
from tests.naive.random_problems import random_problem

Document = dict[str, Any]


def document() -> Document:
    """A sound problem with every field in use."""
    return {
        "schema_version": 1,
        "periods": 3,
        "constant": 5,
        "initiatives": [
            {"id": "pos", "value": [3, 2, 1], "cost": {"capital": [4, 1]}, "skill_days": {"it": [2]}, "duration": 2},
            {"id": "edr", "value": [1, 1, 1], "earliest": 1, "latest": 2, "mandatory": True},
            {"id": "crm", "value": [2, 2, 2]},
        ],
        "interactions": [{"first": "pos", "second": "crm", "value": -1}],
        "budgets": [{"name": "it", "amount": [5, 5, 5], "kinds": ["capital"], "carry_share": 1, "carry_cap": 2}],
        "skills": {"it": [3, 3, 3]},
        "requires": [{"initiative": "crm", "requires": "pos", "lag": 1, "from": "start"}],
        "exclusive": [{"name": "one-of", "members": ["edr", "crm"]}],
        "trust_region": {"incumbent": {"pos": 0}, "at_most": 2},
        "forbidden": [{"pos": 1}],
    }


def problems_of(change: Callable[[Document], object]) -> tuple[Problem, ...]:
    changed = document()
    change(changed)
    with pytest.raises(ProblemsFound) as found:
        RoadmapProblem.from_json(json.dumps(changed), file="plan.json")
    assert all(problem.file == "plan.json" for problem in found.value.errors)
    return found.value.errors


@given(seed=st.integers(0, 10**9), size=st.integers(3, 8), decimals=st.none() | st.integers(0, 12))
def test_json_round_trip(seed: int, size: int, decimals: int | None) -> None:
    problem = RoadmapProblem.model_validate(random_problem(seed, size, size, decimals))
    text = problem.to_json()
    assert RoadmapProblem.from_json(text) == problem
    assert RoadmapProblem.from_json(text.encode()).to_json() == text
    assert json.loads(text)["schema_version"] == 1


def test_sound_document_and_the_same_in_python_are_equal() -> None:
    built = RoadmapProblem(
        periods=3,
        constant=5,
        initiatives=(
            Initiative(id="pos", value=(3, 2, 1), cost=Cost(capital=(4, 1)), skill_days={"it": (2,)}, duration=2),
            Initiative(id="edr", value=(1, 1, 1), earliest=1, latest=2, mandatory=True),
            Initiative(id="crm", value=(2, 2, 2)),
        ),
        interactions=(Interaction(first="pos", second="crm", value=-1),),
        budgets=(Budget(name="it", amount=(5, 5, 5), kinds=("capital",), carry_share=1, carry_cap=2),),
        skills={"it": (3, 3, 3)},
        requires=(Requirement(initiative="crm", requires="pos", lag=1, from_="start"),),
        exclusive=RoadmapProblem.model_validate(document()).exclusive,
        trust_region=RoadmapProblem.model_validate(document()).trust_region,
        forbidden=({"pos": 1},),
    )
    assert built == RoadmapProblem.from_json(json.dumps(document()))


def test_windows_and_delays() -> None:
    problem = RoadmapProblem.model_validate(document())
    assert list(problem.window(problem.initiative("edr"))) == [1, 2]
    assert list(problem.window(problem.initiative("crm"))) == [0, 1, 2]
    assert problem.delay(problem.requires[0]) == 1
    finish = Requirement(initiative="crm", requires="pos", lag=1)
    assert problem.delay(finish) == 3  # two periods of work and one of lag


def test_it_is_frozen() -> None:
    problem = RoadmapProblem.model_validate(document())
    with pytest.raises(ValidationError, match="frozen"):
        problem.periods = 4  # type: ignore[misc]


Change = Callable[[Document], object]

WRONG: dict[str, tuple[Change, str, object, str]] = {
    "unknown key": (lambda d: d.update(budget=[]), "budget", None, "did you mean 'budgets'?"),
    "unknown inner key": (
        lambda d: d["initiatives"][0]["cost"].update(capitl=[1]),
        "initiatives.0.cost.capitl",
        None,
        "did you mean 'capital'?",
    ),
    "value too short": (lambda d: d["initiatives"][0]["value"].pop(), "initiatives.0.value", 2, "one a period: 3"),
    "amount too long": (lambda d: d["budgets"][0]["amount"].append(1), "budgets.0.amount", 4, "one a period: 3"),
    "capacity too short": (lambda d: d["skills"].update(it=[1]), "skills.it", 1, "one a period: 3"),
    "empty window": (lambda d: d["initiatives"][1].update(latest=0), "initiatives.1.earliest", 1, "0 to 0"),
    "late window": (lambda d: d["initiatives"][1].update(latest=3), "initiatives.1.latest", 3, "0 to 2"),
    "id twice": (lambda d: d["initiatives"].append(d["initiatives"][0]), "initiatives.3.id", "pos", "name of its own"),
    "budget twice": (lambda d: d["budgets"].append(d["budgets"][0]), "budgets.1.name", "it", "name of its own"),
    "group twice": (
        lambda d: d["exclusive"].append({"name": "one-of", "members": ["pos", "crm"]}),
        "exclusive.1.name",
        "one-of",
        "name of its own",
    ),
    "unknown in a pair": (
        lambda d: d["interactions"][0].update(second="cmr"),
        "interactions.0.second",
        "cmr",
        "did you mean 'crm'?",
    ),
    "unknown requirement": (
        lambda d: d["requires"][0].update(requires="poss"),
        "requires.0.requires",
        "poss",
        "did you mean 'pos'?",
    ),
    "unknown member": (
        lambda d: d["exclusive"][0]["members"].append("zzz"),
        "exclusive.0.members.2",
        "zzz",
        "known: pos, edr, crm",
    ),
    "unknown in the incumbent": (
        lambda d: d["trust_region"]["incumbent"].update(ps=1),
        "trust_region.incumbent.ps",
        "ps",
        "did you mean 'pos'?",
    ),
    "unknown in a forbidden roadmap": (
        lambda d: d["forbidden"].append({"cr": 1}),
        "forbidden.1.cr",
        "cr",
        "did you mean 'crm'?",
    ),
    "forbidden start past the horizon": (
        lambda d: d["forbidden"].append({"crm": 3}),
        "forbidden.1.crm",
        3,
        "0 to 2",
    ),
    "unknown skill": (
        lambda d: d["initiatives"][0].update(skill_days={"itt": [1]}),
        "initiatives.0.skill_days.itt",
        "itt",
        "did you mean 'it'?",
    ),
    "requires itself": (lambda d: d["requires"][0].update(requires="crm"), "requires.0", "crm", "another initiative"),
    "requires twice": (
        lambda d: d["requires"].append({"initiative": "crm", "requires": "pos"}),
        "requires.1",
        "pos",
        "longer delay",
    ),
    "circle": (
        lambda d: d["requires"].extend(
            [{"initiative": "pos", "requires": "edr"}, {"initiative": "edr", "requires": "crm"}]
        ),
        "requires.0",
        "pos",
        "remove one of these",
    ),
    "interacts with itself": (
        lambda d: d["interactions"][0].update(second="pos"),
        "interactions.0",
        "pos",
        "two different",
    ),
    "pair twice": (
        lambda d: d["interactions"].append({"first": "crm", "second": "pos", "value": 1}),
        "interactions.1",
        "crm pos",
        "add them up",
    ),
    "member twice": (
        lambda d: d["exclusive"][0]["members"].append("edr"),
        "exclusive.0.members",
        "edr",
        "name it once",
    ),
    "two mandatory in a group": (
        lambda d: d["initiatives"][2].update(mandatory=True),
        "exclusive.0.members",
        "edr crm",
        "at most one of them mandatory",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_reported(name: str) -> None:
    change, path, value, hint = WRONG[name]
    (problem,) = [problem for problem in problems_of(change) if problem.path == path]
    assert problem.message
    assert value is None or problem.value == value
    assert problem.hint is not None
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("path", "bad", "message"),
    [
        ("constant", float("nan"), "finite"),
        ("constant", float("inf"), "finite"),
        ("constant", "5", "valid number"),
        ("constant", True, "valid number"),
        ("periods", 0, "greater than or equal to 1"),
        ("periods", 2.5, "integer"),
        ("schema_version", 2, "1"),
    ],
)
def test_wrong_values_are_refused_and_not_converted(path: str, bad: object, message: str) -> None:
    (problem,) = [problem for problem in problems_of(lambda d: d.update({path: bad})) if problem.path == path]
    assert message in problem.message


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda d: d["budgets"][0].update(carry_share=1.5), "budgets.0.carry_share"),
        (lambda d: d["budgets"][0].update(kinds=[]), "budgets.0.kinds"),
        (lambda d: d["budgets"][0].update(kinds=["captal"]), "budgets.0.kinds.0"),
        (lambda d: d["initiatives"][0]["cost"].update(running=[-1]), "initiatives.0.cost.running.0"),
        (lambda d: d["initiatives"][0].update(duration=0), "initiatives.0.duration"),
        (lambda d: d["initiatives"][0].update(id="a b"), "initiatives.0.id"),
        (lambda d: d["initiatives"][0].pop("id"), "initiatives.0.id"),
        (lambda d: d["requires"][0].update({"lag": -1}), "requires.0.lag"),
        (lambda d: d["requires"][0].update({"from": "end"}), "requires.0.from"),
    ],
)
def test_ranges(change: Change, path: str) -> None:
    assert path in {problem.path for problem in problems_of(change)}


def test_everything_is_reported_at_once() -> None:
    """A wrong field does not hide what does not fit elsewhere."""

    def change(d: Document) -> None:
        d["initiatives"][0]["value"][0] = float("nan")
        d["initiatives"][1]["earliest"] = 9
        d["interactions"][0]["first"] = "ps"
        d["budgets"][0]["amount"].pop()
        d["colour"] = "red"

    paths = [problem.path for problem in problems_of(change)]
    assert sorted(paths) == sorted(
        ["initiatives.0.value.0", "initiatives.1.earliest", "interactions.0.first", "budgets.0.amount", "colour"]
    )


def test_python_and_json_raise_the_same() -> None:
    with pytest.raises(ProblemsFound) as found:
        RoadmapProblem(periods=2, initiatives=(Initiative(id="pos", value=(1,)),))
    assert [problem.path for problem in found.value.errors] == ["initiatives.0.value"]


def test_text_that_is_no_document() -> None:
    with pytest.raises(ProblemsFound) as found:
        RoadmapProblem.from_json('{"periods": 3,\n "initiatives": [}', file="plan.json")
    (problem,) = found.value.errors
    assert (problem.file, problem.line, problem.column) == ("plan.json", 2, 18)
    assert str(problem).startswith("plan.json:2:18: not JSON")
    for text in ("[1]", "3", b"\xff"):
        with pytest.raises(ProblemsFound):
            RoadmapProblem.from_json(text)


def test_a_key_that_appears_twice_is_an_error() -> None:
    with pytest.raises(ProblemsFound) as found:
        RoadmapProblem.from_json('{"periods": 3, "periods": 4}')
    assert "appears 2 times" in found.value.errors[0].message


def test_problems_survive_a_trip_between_processes() -> None:
    error = ProblemsFound([Problem("a.b", "is wrong", 3, "0 to 2", "plan.json", 1, 2)])
    back = pickle.loads(pickle.dumps(error))
    assert back.errors == error.errors
    assert str(back) == "plan.json:1:2: a.b: is wrong (0 to 2)"


def test_triples_name_three_known_initiatives_once() -> None:
    """Each mistake is reported with its place."""
    document = {
        "periods": 1,
        "initiatives": [{"id": name, "value": [1.0]} for name in ("pos", "crm", "edr")],
        "triples": [
            {"first": "pos", "second": "crm", "third": "edr", "value": 1.0},
            {"first": "edr", "second": "pos", "third": "crm", "value": 2.0},
            {"first": "pos", "second": "pos", "third": "crm", "value": 1.0},
            {"first": "pos", "second": "crm", "third": "edt", "value": 1.0},
        ],
    }
    with pytest.raises(ProblemsFound) as found:
        RoadmapProblem.model_validate(document)
    assert sorted(one.path for one in found.value.errors) == ["triples.1", "triples.2", "triples.3.third"]
