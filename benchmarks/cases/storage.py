"""Scheduling with storage (Kone, Artigues, Lopez and Mongeau 2013): an activity takes stock when it starts and adds
some when it ends, and the stock is never negative. Stock is a budget that carries everything over; what an activity
takes is its capital, what it adds is a grant one duration after its start. As in the published results, what the dummy
source and sink take and add is left aside.

Whether any schedule exists does not depend on durations: one after the other in the order of starts needs no more stock
than the schedule itself. So the order is a problem of its own, with one activity a period, and a horizon follows from
it by list scheduling.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.cases.case import Case, Posed, Truth, folder, quickened, rows
from benchmarks.cases.projects import SAMPLES, Project, makespan, shortest, to_problem
from optimize import Limits, RoadmapProblem, solve

QUICK = ("KSD30_ConsProd/ConsProd_j07", "BL_ConsProd/ConsProd_bl2507")


@dataclass(frozen=True)
class Stocked:
    """A project and its stocks: first[q]; takes[i][q] at the start and adds[i][q] at the end of activity i."""

    project: Project
    first: tuple[int, ...]
    takes: tuple[tuple[int, ...], ...]
    adds: tuple[tuple[int, ...], ...]


def cases() -> list[Case]:
    """Every row of the table whose file is there."""
    found = []
    for row in rows("opt_rcpsp_cpr.csv"):
        path, worth = folder() / row["file"], None
        truth: Truth = "open"
        if row["status"] == "infeasible":
            truth = "infeasible"
        elif row["status"] == "optimal":
            truth, worth = "optimum", -float(row["optimal_makespan"])
        if path.is_file():
            build = partial(_pose, path)
            found.append(Case("storage", row["instance"], truth, worth, build))
    return quickened(found, QUICK)


def _pose(path: Path) -> Posed:
    return pose(read(path))


def pose(stocked: Stocked) -> Posed:
    """The problem of the order alone where no order exists; else that of the makespan, with a schedule by a rule."""
    order = order_problem(stocked)
    found = solve(order, Limits(seconds=60.0, break_ties=False))
    if not found.has_solution:
        return Posed(order)
    sequence = sorted(found.roadmap, key=lambda name: found.roadmap[name])
    starts = short_schedule(stocked, [int(name[1:]) for name in sequence])
    return shortest(stocked.project, starts, lambda periods: _stocks(stocked, stocked.project, periods))


def order_problem(stocked: Stocked) -> RoadmapProblem:
    """Every activity takes one period, one at a time."""
    project = stocked.project
    count = len(project.duration)
    uses = tuple((1, *use) for use in project.use)
    one_by_one = Project((1,) * count, uses, (1, *project.capacity), project.before)
    values = {i: [0.0] * (count + 1) for i in range(count)}
    return to_problem(one_by_one, count, values, **_stocks(stocked, one_by_one, count + 1))


def _stocks(stocked: Stocked, project: Project, periods: int) -> dict[str, Any]:
    """Budgets, grants, and by activity what it takes out of each stock."""
    kinds = range(len(stocked.first))
    return {
        "budgets": [
            {
                "name": f"stock{q}",
                "amount": [float(stocked.first[q])] + [0.0] * (periods - 1),
                "carry_share": 1.0,
                "kinds": [KINDS[q]],
            }
            for q in kinds
        ],
        "grants": [
            {
                "initiative": f"a{i}",
                "budget": f"stock{q}",
                "amount": float(stocked.adds[i][q]),
                "lag": project.duration[i],
            }
            for i in range(len(project.duration))
            for q in kinds
            if stocked.adds[i][q]
        ],
        "costs": {
            i: {KINDS[q]: [float(stocked.takes[i][q])] for q in kinds if stocked.takes[i][q]}
            for i in range(len(project.duration))
        },
    }


KINDS = ("capital", "delivery", "running")
"""Three stocks are three kinds of cost."""


def short_schedule(stocked: Stocked, order: Sequence[int], samples: int = SAMPLES) -> list[int]:
    """Starts of a short schedule: in the given order, then by sampled priorities around the latest starts."""
    project, rng = stocked.project, random.Random(1)
    best = in_order(stocked, [order.index(i) for i in range(len(order))])
    if not best:  # the rule may take another activity than the order says; one after the other always keeps the stocks
        best, now = [0] * len(order), 0
        for i in order:
            best[i], now = now, now + project.duration[i]
    for number in range(samples):
        noise = 0.0 if number == 0 else 0.3 * max(project.tails)
        starts = in_order(stocked, [-tail + rng.uniform(-noise, noise) for tail in project.tails])
        if starts and makespan(project, starts) < makespan(project, best):
            best = starts
        if makespan(project, best) == project.least:
            break
    return best


def in_order(stocked: Stocked, priority: Sequence[float]) -> list[int]:
    """Starts by list scheduling: of the activities that are ready and find stock in the end, that of least priority
    number goes next, as early as resources and stock allow. Empty where nothing that is ready finds stock."""
    project, horizon = stocked.project, sum(stocked.project.duration) + 1
    free = [[capacity] * horizon for capacity in project.capacity]
    stock = [[first] * horizon for first in stocked.first]  # in period t, after all events of t
    starts, left = [-1] * len(project.duration), set(range(len(project.duration)))
    while left:
        ready = [
            i
            for i in left
            if not left.intersection(project.before[i])
            and all(amount <= level[-1] for amount, level in zip(stocked.takes[i], stock, strict=True))
        ]
        if not ready:
            return []
        i = min(ready, key=lambda i: (priority[i], i))
        left.remove(i)
        start = max((starts[j] + project.duration[j] for j in project.before[i]), default=0)
        for q, amount in enumerate(stocked.takes[i]):
            short = [t for t in range(start, horizon) if stock[q][t] < amount]
            start = short[-1] + 1 if short else start
        while True:
            span = range(start, start + project.duration[i])
            late = [t for t in span if any(f[t] < u for f, u in zip(free, project.use[i], strict=True))]
            if not late:
                break
            start = late[-1] + 1
        starts[i] = start
        for f, u in zip(free, project.use[i], strict=True):
            for t in span:
                f[t] -= u
        for q, level in enumerate(stock):
            for t in range(start, horizon):
                level[t] += (stocked.adds[i][q] if t >= span.stop else 0) - stocked.takes[i][q]
    return starts


def read(path: Path) -> Stocked:
    """A file: activities, resources, stocks; capacities, first stocks; of each activity duration, uses, pairs of what
    it takes and adds, and successors. The first and the last are dummies and left out."""
    lines = [
        [int(word) for word in line.split()] for line in path.read_text(encoding="latin-1").splitlines() if line.strip()
    ]
    (count, kinds, stocks), limits, work = lines[0], lines[1], lines[2:]
    events = [line[1 + kinds : 1 + kinds + 2 * stocks] for line in work]
    before: list[list[int]] = [[] for _ in range(count)]
    for i, line in enumerate(work):
        for other in line[2 + kinds + 2 * stocks :]:
            before[other - 1].append(i)
    real = range(1, count - 1)
    project = Project(
        tuple(work[i][0] for i in real),
        tuple(tuple(work[i][1 : 1 + kinds]) for i in real),
        tuple(limits[:kinds]),
        tuple(tuple(j - 1 for j in before[i] if j in real) for i in real),
    )
    return Stocked(
        project,
        tuple(limits[kinds : kinds + stocks]),
        tuple(tuple(events[i][0::2]) for i in real),
        tuple(tuple(events[i][1::2]) for i in real),
    )
