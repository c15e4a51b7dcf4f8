"""A published case: the problem in our words, what is known of its optimum, and whether an answer reaches that."""

from __future__ import annotations

import csv
import json
import math
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, ParamSpec

from optimize import Limits, RoadmapProblem, Status, solve
from optimize.check import violations, worth
from optimize.status import relative_gap

REPOSITORY = Path(__file__).parents[2]
RECORDS = REPOSITORY / "tests" / "data"
Arguments = ParamSpec("Arguments")
Truth = Literal["optimum", "best known", "infeasible", "open"]


@dataclass(frozen=True)
class Posed:
    """What is solved. known: a roadmap that a rule found; better: the same problem without any roadmap that is worth
    no more than it, so that `known` is the best where `better` is infeasible. most: no roadmap is worth more, by a
    rule."""

    problem: RoadmapProblem
    known: Mapping[str, int] | None = None
    better: RoadmapProblem | None = None
    most: float = math.inf


Pose = Callable[[], Posed]


@dataclass(frozen=True)
class Case:
    """One case.

    truth: what is known: the optimum; the best that others found; that no roadmap exists; or nothing but bounds. worth:
    of the optimum or of the best known; None where there is neither. tolerance: relative, of the published value.
    quick: small enough for the tests.
    """

    family: str
    name: str
    truth: Truth
    worth: float | None
    pose: Pose
    tolerance: float = 1e-6
    quick: bool = False


@dataclass(frozen=True)
class Outcome:
    """The answer to a case. how: what found the roadmap and what proved it. seconds: of everything, formulation
    included [s]."""

    case: Case
    status: Status
    objective: float | None
    bound: float | None
    how: str
    seconds: float

    @property
    def gap(self) -> float | None:
        """(bound - objective) / max(|bound|, |objective|); None where one of them is unknown."""
        return None if self.objective is None else relative_gap(self.bound, self.objective)

    @property
    def reached(self) -> bool | None:
        """Whether the answer is what was published, or better where only a best known is; None for an open case."""
        case = self.case
        if case.truth == "infeasible":
            return self.status is Status.INFEASIBLE
        if case.worth is None:
            return None
        if self.objective is None:
            return False
        slack = case.tolerance * max(abs(case.worth), 1.0)
        if case.truth == "optimum":
            return abs(self.objective - case.worth) <= slack
        return self.objective >= case.worth - slack

    @property
    def contradicts(self) -> bool:
        """Whether the answer and what was published cannot both be right."""
        case = self.case
        if self.status is Status.ERROR:
            return True
        if case.truth == "infeasible":
            return self.objective is not None
        if case.worth is None:
            return False
        slack = case.tolerance * max(abs(case.worth), 1.0)
        if self.status is Status.INFEASIBLE or (self.bound is not None and self.bound < case.worth - slack):
            return True
        return case.truth == "optimum" and self.objective is not None and self.objective > case.worth + slack


def answer(case: Case, seconds: float | None = None) -> Outcome:
    """Solve the case. seconds: for the problem and, where that is not enough and a rule has found a roadmap, as much
    again to prove that there is no better one. Ties are left as they are, for a makespan has thousands."""
    start = time.perf_counter()
    limits = Limits(seconds=seconds, break_ties=False)
    posed = case.pose()
    found = solve(posed.problem, limits)
    objective, bound, status, how = None, found.bound, found.status, "program"
    if found.has_solution:
        objective = found.objective
    if posed.known is not None and status in (Status.FEASIBLE, Status.TIME_LIMIT):
        broken = violations(posed.problem, posed.known)
        if broken:
            raise AssertionError(f"{case.name}: the rule's roadmap breaks a limit: {broken[0].sentence}")
        by_rule = worth(posed.problem, posed.known)
        if objective is None or by_rule > objective:
            objective, status, how = by_rule, Status.FEASIBLE, "rule"
        if posed.better is None and how == "rule":
            bound, status, how = objective, Status.OPTIMAL, "rule, no window is left for a better one"
        elif posed.better is not None and how == "rule":
            more = solve(posed.better, limits)
            if more.has_solution:
                objective, bound, status, how = more.objective, more.bound, more.status, "program, after a rule"
            elif more.status is Status.INFEASIBLE:
                bound, status, how = objective, Status.OPTIMAL, "rule, proved by the program"
            elif more.bound is not None:
                bound = max(objective, more.bound if bound is None else min(bound, more.bound))
    if objective is not None and posed.most < (math.inf if bound is None else bound):
        bound = max(objective, posed.most)
    if objective is not None and bound is not None and bound <= objective:
        status = Status.OPTIMAL
    return Outcome(case, status, objective, bound, how, time.perf_counter() - start)


def one(build: Callable[Arguments, RoadmapProblem], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Pose:
    """A problem alone, built from these arguments when it is wanted."""
    return lambda: Posed(build(*args, **kwargs))


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
