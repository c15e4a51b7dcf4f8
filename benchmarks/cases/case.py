"""A published case: the problem in our words, what is known of its optimum, and whether an answer reaches that."""

from __future__ import annotations

import csv
import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from optimize import Limits, RoadmapProblem, Solution, Status, solve

REPOSITORY = Path(__file__).parents[2]
RECORDS = REPOSITORY / "tests" / "data"
Truth = Literal["optimum", "best known", "infeasible", "open"]


@dataclass(frozen=True)
class Case:
    """One case.

    worth: of the published optimum, or of the best roadmap known; None where there is none. truth: what is known: that
    it is the optimum; the best that others found; that no roadmap exists; or nothing but bounds. attempts: problems to
    solve one after the other while they are infeasible, each of which allows more than the one before, so that the
    first roadmap found is the best of all; in most cases just one. tolerance: relative, of the published value. quick:
    small enough for the tests. unit: one unit of what was published in worth, -1 for a makespan.
    """

    family: str
    name: str
    truth: Truth
    worth: float | None
    attempts: Callable[[], Iterable[RoadmapProblem]]
    tolerance: float = 1e-6
    quick: bool = False
    unit: float = 1.0

    def problem(self) -> RoadmapProblem:
        """The first problem to solve."""
        return next(iter(self.attempts()))


@dataclass(frozen=True)
class Outcome:
    """A case and the answer to it. seconds: of everything, formulation and earlier attempts included [s]."""

    case: Case
    solution: Solution
    seconds: float

    @property
    def reached(self) -> bool | None:
        """Whether the answer is what was published, or better where only a best known is; None for an open case."""
        case, answer = self.case, self.solution
        if case.truth == "infeasible":
            return answer.status is Status.INFEASIBLE
        if case.worth is None:
            return None
        if not answer.has_solution:
            return False
        slack = case.tolerance * max(abs(case.worth), 1.0)
        if case.truth == "optimum":
            return abs(answer.objective - case.worth) <= slack
        return answer.objective >= case.worth - slack

    @property
    def contradicts(self) -> bool:
        """Whether the answer and what was published cannot both be right."""
        case, answer = self.case, self.solution
        if answer.status is Status.ERROR:
            return True
        if case.truth == "infeasible":
            return answer.has_solution
        if case.truth == "open" or case.worth is None:
            return False
        slack = case.tolerance * max(abs(case.worth), 1.0)
        if answer.status is Status.INFEASIBLE or (answer.bound is not None and answer.bound < case.worth - slack):
            return True
        return case.truth == "optimum" and answer.has_solution and answer.objective > case.worth + slack


def answer(case: Case, seconds: float | None = None) -> Outcome:
    """Solve the case; ties are left as they are, for a makespan has thousands. seconds: for each attempt [s]."""
    start = time.perf_counter()
    found: Solution | None = None
    for problem in case.attempts():
        found = solve(problem, Limits(seconds=seconds, break_ties=False))
        if found.status is not Status.INFEASIBLE:
            break
    if found is None:
        raise ValueError(f"{case.name}: there is nothing to solve")
    return Outcome(case, found, time.perf_counter() - start)


def one(build: Callable[[], RoadmapProblem]) -> Callable[[], Iterable[RoadmapProblem]]:
    """A single attempt, built when it is wanted."""
    return lambda: (build() for _ in range(1))


def quickened(cases: Iterable[Case], names: Iterable[str]) -> list[Case]:
    """The same cases, those of these names marked as small enough for the tests."""
    wanted = set(names)
    return [replace(case, quick=case.name in wanted) for case in cases]


# ---- where they are ---------------------------------------------------------------------------------------------


def folder() -> Path:
    """The folder of the published instance files; it need not exist."""
    named = os.environ.get("ROADFOLIO_CASES")
    return Path(named) if named else REPOSITORY.parent / "shared" / "cases"


def rows(name: str) -> list[dict[str, str]]:
    """The table of instances of this name; empty where it is absent."""
    path = folder() / name
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def records(name: str) -> list[dict[str, Any]]:
    """The cases of a document: the copy under tests/data, else the published one; empty where both are absent."""
    for path in (RECORDS / name, folder() / name):
        if path.is_file():
            document = json.loads(path.read_text(encoding="utf-8"))
            return list(document["cases"])
    return []
