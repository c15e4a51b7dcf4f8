"""PSPLIB j30 (Kolisch and Sprecher 1996): 30 activities, four resources; shortest makespan, or largest NPV of given
cash flows at the finish of each activity before a deadline."""

from __future__ import annotations

import math
import re
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.cases.case import Case, Posed, folder, one, quickened, records, rows
from benchmarks.cases.projects import Project, short_schedule, shortest, to_problem
from optimize import RoadmapProblem

QUICK = ("j308_1.sm", "j3020_1.sm")


def makespans() -> list[Case]:
    """Every instance of the table."""
    found = []
    for row in rows("opt_psplib_j30.csv"):
        path = folder() / row["file"]
        if path.is_file():
            pose = partial(_makespan, path)
            found.append(Case("j30", row["instance"], "optimum", -float(row["ub"]), pose))
    return quickened(found, QUICK)


def net_values() -> list[Case]:
    """The instances with cash flows; worth in thousandths, as the published optimum."""
    found = []
    for record in records("opt_maxnpv_j30.json"):
        path = folder() / record["inputs"]["file"]
        if path.is_file():
            build = one(_npv, path, record["inputs"])
            worth = float(record["expected"]["objective_integer"])
            found.append(Case("max-NPV", record["id"], "optimum", worth, build, tolerance=1e-9))
    return found


def _makespan(path: Path) -> Posed:
    return makespan_problem(read(path))


def _npv(path: Path, inputs: dict[str, Any]) -> RoadmapProblem:
    return npv_problem(read(path), inputs)


def makespan_problem(project: Project) -> Posed:
    """Shortest makespan, no longer than a schedule that a rule finds."""
    return shortest(project, short_schedule(project))


def npv_problem(project: Project, inputs: dict[str, Any]) -> RoadmapProblem:
    """Cash flow of job j at its finish, times round(1000 exp(-rate finish)); the last job ends by the deadline.

    The last job is a dummy with a cash flow of its own: here an activity of one period, and the deadline one later.
    """
    flows = {int(job): flow for job, flow in inputs["cash_flow_at_finish"].items()}
    count, deadline, rate = len(project.duration), inputs["deadline"], inputs["rate_per_period"]
    end = Project(
        (*project.duration, 1),
        (*project.use, (0,) * len(project.capacity)),
        project.capacity,
        (*project.before, tuple(i for i in range(count) if project.tails[i] == project.duration[i])),
    )
    lasts = [*project.duration, 0]
    values = {
        i: [float(flows[i + 2] * round(1000 * math.exp(-rate * (t + lasts[i])))) for t in range(deadline + 2)]
        for i in range(count + 1)
    }
    return to_problem(end, deadline + 1, values)


def read(path: Path) -> Project:
    """A single-mode file; jobs 1 and n, the dummies, are left out, and job 2 is activity 0."""
    text = path.read_text(encoding="latin-1")
    successors = {line[0]: line[3:] for line in _lines(text, "PRECEDENCE RELATIONS")}
    work = {line[0]: line[2:] for line in _lines(text, "REQUESTS/DURATIONS")}
    capacity = next(_lines(text, "RESOURCEAVAILABILITIES"))
    count = len(work) - 2
    before: list[list[int]] = [[] for _ in range(count)]
    for job, others in successors.items():
        for other in others:
            if job > 1 and other <= count + 1:
                before[other - 2].append(job - 2)
    return Project(
        tuple(work[job][0] for job in range(2, count + 2)),
        tuple(tuple(work[job][1:]) for job in range(2, count + 2)),
        tuple(capacity),
        tuple(tuple(others) for others in before),
    )


def _lines(text: str, title: str) -> Any:
    """The rows of numbers under a title, up to the rule of stars."""
    section = text.split(title, 1)[1].split("****", 1)[0]
    for line in section.splitlines():
        if re.fullmatch(r"[\s\d]*\d[\s\d]*", line):
            yield [int(word) for word in line.split()]
