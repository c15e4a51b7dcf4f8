"""The integer program of tiny instances against committed LP files: one for each family of constraints."""

from __future__ import annotations

import re

import pytest

from optimize.formulation import FAMILIES, STATED, Formulation
from optimize.problem import RoadmapProblem
from tests.golden.update import FOLDER, programs, text
from tests.naive.random_problems import random_problem

PROGRAMS = programs()


def family_of(row: str) -> str:
    return row.split("(")[0]


def rows(program: Formulation) -> list[str]:
    return [constraint.name for constraint in program.program.constraints()]


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_is_the_committed_one(name: str) -> None:
    assert text(PROGRAMS[name]) == (FOLDER / f"{name}.lp").read_text(encoding="utf-8")


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_has_a_golden_program(family: str) -> None:
    assert (FOLDER / f"{family}.lp").exists()
    assert family in {family_of(row) for row in rows(PROGRAMS[family])}


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.lp")} == set(PROGRAMS)


def test_every_row_belongs_to_a_family_and_every_family_occurs() -> None:
    seen: set[str] = set()
    for seed in range(60):
        program = Formulation(RoadmapProblem.model_validate(random_problem(seed)))
        program.keep_worth(0.0)
        program.keep_size(1, 0)
        program.settle(program.problem.initiatives[0].id, None)
        seen |= {family_of(row) for row in rows(program)}
    assert seen == set(FAMILIES)


def test_each_family_of_the_problem_is_a_function_with_one_sentence() -> None:
    for family, add in STATED.items():
        assert add.__name__ == family
        sentence = add.__doc__
        assert sentence
        assert re.fullmatch(r"[A-Z][^\n]*\.", sentence)


def test_names_that_differ_only_in_signs_stay_apart() -> None:
    problem = RoadmapProblem.model_validate(
        {"periods": 1, "initiatives": [{"id": "a-b", "value": [1]}, {"id": "a_b", "value": [1]}]}
    )
    program = Formulation(problem)
    names = [start.name for starts in program.starts.values() for start in starts.values()]
    assert names == ["start(a_b,0)", "start(a_b_2,0)"]
