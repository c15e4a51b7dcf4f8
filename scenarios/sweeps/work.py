"""The work of a task: groups of points of one sweep -> rows of the table. It runs in whatever process it is sent to.

A task carries the scenario as text with the digest of the code that sent it, so that a worker needs no files, keeps
the scenario for the next task, and refuses to mix code of two versions. A point that cannot be worked out has a row
with the reason; its neighbours do not suffer from it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from scenarios.sweeps.code_version import code_version
from scenarios.sweeps.points import Point
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from scenarios.statistics import Figure
    from sim.outcomes import Outcomes
    from sim.roadmap import Roadmap
    from sim.world import Scenario

DONE, FAILED, LOST = "done", "failed", "lost"
LONGEST_REASON = 400
Own = Callable[["Scenario", Sequence[Point]], Sequence[Sequence[float | None]]]
"""Own work in place of the engines: the scenario of a group and its points -> a figure of each measure, by point."""


@dataclass(frozen=True)
class Context:
    """What all tasks of a sweep share. scenario: its content as JSON; digest: its hash; work: the block of the design
    as JSON; code: version of the code that makes the tasks; own: the caller's own work."""

    scenario: str
    digest: str
    work: str
    code: str
    own: Own | None = None


@dataclass(frozen=True)
class Task:
    """Groups of points, each group with one variant of the scenario."""

    context: Context
    groups: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True)
class Row:
    """What became of a point. figures: estimate, standard error, low and high of each measure, in order."""

    index: int
    status: str
    reason: str | None = None
    starts: str | None = None
    scenario_hash: str | None = None
    figures: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Answer:
    """rows: of all points of the task; seconds: what they took in the worker."""

    rows: tuple[Row, ...]
    seconds: float


def run_task(task: Task) -> Answer:
    """Work out the points of a task. Raises ProblemsFound where this process runs other code than the sweep."""
    from time import perf_counter

    own = code_version()
    if own != task.context.code:
        hint = "install the same version of the product on every machine of the cluster, and start its workers again"
        problem = Problem("code", f"a worker runs code {own}, the sweep {task.context.code}", own, hint)
        raise ProblemsFound([problem])
    begun = perf_counter()
    rows = [row for group in task.groups for row in run_group(task.context, group)]
    return Answer(tuple(rows), perf_counter() - begun)


def run_group(context: Context, group: Sequence[Point]) -> list[Row]:
    """Rows of points that share a variant of the scenario."""
    try:
        scenario = _turned(context, group[0])
        if context.own is not None:
            return _own(context.own, scenario, group)
        return _valued(_work(context.work), scenario, group)
    except Exception as error:  # noqa: BLE001 (whatever a point meets must not end the sweep of the others)
        return [Row(point.index, FAILED, reason_of(error)) for point in group]


def reason_of(error: BaseException) -> str:
    """Why a point failed, in one line."""
    from optimize import NoRoadmap

    if isinstance(error, ProblemsFound):
        text = "; ".join(str(problem) for problem in error.errors[:3])
    elif isinstance(error, NoRoadmap):
        text = str(error)
    else:
        text = f"{type(error).__name__}: {error}"
    return " ".join(text.split())[:LONGEST_REASON]


def _turned(context: Context, point: Point) -> Scenario:
    """The scenario of a point: changed, and in its future."""
    from scenarios.variant import variant
    from sim.futures import in_future

    scenario = variant(_base(context.scenario), point.changes)
    return scenario if point.future is None else in_future(scenario, point.future)


@lru_cache(maxsize=2)
def _base(text: str) -> Scenario:
    from scenarios.load import validated

    scenario, problems = validated(json.loads(text))
    if scenario is None or problems:
        raise ProblemsFound(problems)
    return scenario


@dataclass(frozen=True)
class _Work:
    """The block `work` of a design, read once in a process."""

    kind: str
    size: int
    figures: tuple[Figure, ...]
    limits: Any


@lru_cache(maxsize=4)
def _work(text: str) -> _Work:
    from scenarios.sweeps.choosing import plan_limits
    from scenarios.sweeps.design import Work
    from scenarios.sweeps.measures import figures

    work = Work.model_validate_json(text)
    size = work.replications if work.kind == "simulate" else work.draws
    return _Work(work.kind, size, figures(work.measures), plan_limits(work.limits))


def _own(own: Own, scenario: Scenario, group: Sequence[Point]) -> list[Row]:
    found = own(scenario, group)
    rows = []
    for point, values in zip(group, found, strict=True):
        figures = tuple(cell for value in values for cell in (value, None, None, None))
        rows.append(Row(point.index, DONE, figures=figures))
    return rows


def _valued(work: _Work, scenario: Scenario, group: Sequence[Point]) -> list[Row]:
    """Choose the roadmaps of the policies, then value all roadmaps of the group on the same draws."""
    from optimize import NoRoadmap
    from scenarios.sweeps.choosing import chosen
    from sim.roadmap import roadmap

    rows: dict[int, Row] = {}
    wanted: dict[int, Roadmap] = {}
    known: dict[str, dict[str, int] | str] = {}
    policies = dict.fromkeys(point.policy for point in group if point.policy is not None)
    for names in ([one for one in policies if one != "plan"], [one for one in policies if one == "plan"]):
        try:
            known |= chosen(scenario, names, group[0].seed, work.limits)
        except (ProblemsFound, NoRoadmap) as error:
            known |= dict.fromkeys(names, reason_of(error))
    for point in group:
        starts = point.starts if point.policy is None else known[point.policy]
        if isinstance(starts, str):
            rows[point.index] = Row(point.index, FAILED, starts)
            continue
        try:
            wanted[point.index] = roadmap(scenario, starts or {})
        except ProblemsFound as error:
            rows[point.index] = Row(point.index, FAILED, reason_of(error))
    rows |= _evaluated(work, scenario, group[0].seed, wanted)
    return [rows[point.index] for point in group]


def _evaluated(work: _Work, scenario: Scenario, seed: int, wanted: dict[int, Roadmap]) -> dict[int, Row]:
    from scenarios.sweeps.measures import measured

    different = list(dict.fromkeys(wanted.values()))
    if not different:
        return {}
    try:
        found = _outcomes(work, scenario, different, seed)
    except ProblemsFound as error:
        if len(wanted) == 1:
            return {index: Row(index, FAILED, reason_of(error)) for index in wanted}
        # Which of them cannot be simulated must not hang on what else is in the group.
        alone = [_evaluated(work, scenario, seed, {index: one}) for index, one in wanted.items()]
        return {index: row for rows in alone for index, row in rows.items()}
    cells = {
        one.roadmap: tuple(cell for figure in work.figures for cell in measured(figure, one)) for one in found.outcomes
    }
    return {index: Row(index, DONE, None, str(one), found.scenario_hash, cells[one]) for index, one in wanted.items()}


def _outcomes(work: _Work, scenario: Scenario, roadmaps: list[Roadmap], seed: int) -> Outcomes:
    """All points of a sweep are valued on draws that no policy chose by."""
    from optimize.plan_limits import REPORT_FROM

    if work.kind == "simulate":
        from sim.company import simulate

        return simulate(scenario, roadmaps, work.size, seed, first_draw=REPORT_FROM)
    from sim.montecarlo import evaluate

    detail = any(figure.kpi is not None for figure in work.figures)
    return evaluate(scenario, roadmaps, work.size, seed, first_draw=REPORT_FROM, detail=detail, threads=1)
