"""Scheduling of one project with scarce resources as a roadmap: every activity is mandatory, resources are skills.

The makespan is the start of a sink of one period that requires all, worth -t in t. The horizon is a schedule's length
found by list scheduling, and windows follow from the longest paths before and after each activity, so nothing that was
published is used to find it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from benchmarks.cases.case import Posed
from optimize import RoadmapProblem

SINK = "end"
SAMPLES = 300


@dataclass(frozen=True)
class Project:
    """Activities 0 .. n - 1 without dummies: duration[i] >= 1, use[i][k] of capacity[k], before[i]: what must end
    first."""

    duration: tuple[int, ...]
    use: tuple[tuple[int, ...], ...]
    capacity: tuple[int, ...]
    before: tuple[tuple[int, ...], ...]

    @cached_property
    def order(self) -> tuple[int, ...]:
        """All activities, each after those that must end before it."""
        found: list[int] = []
        left = set(range(len(self.duration)))
        while left:
            ready = sorted(i for i in left if not left.intersection(self.before[i]))
            if not ready:
                raise ValueError("activities wait for each other in a circle")
            found += ready
            left.difference_update(ready)
        return tuple(found)

    @cached_property
    def heads(self) -> tuple[int, ...]:
        """Earliest start of each activity by the longest path."""
        heads = [0] * len(self.duration)
        for i in self.order:
            heads[i] = max((heads[j] + self.duration[j] for j in self.before[i]), default=0)
        return tuple(heads)

    @cached_property
    def tails(self) -> tuple[int, ...]:
        """Periods from the start of each activity to the end at the least."""
        tails = list(self.duration)
        for i in reversed(self.order):
            for j in self.before[i]:
                tails[j] = max(tails[j], self.duration[j] + tails[i])
        return tuple(tails)

    @cached_property
    def least(self) -> int:
        """No schedule is shorter: longest path, and work of each resource over its capacity."""
        work = [
            sum(d * use[k] for d, use in zip(self.duration, self.use, strict=True)) for k in range(len(self.capacity))
        ]
        by_work = [-(-w // c) for w, c in zip(work, self.capacity, strict=True) if c > 0]
        return max([h + t for h, t in zip(self.heads, self.tails, strict=True)] + by_work, default=0)

    @cached_property
    def cliques(self) -> tuple[tuple[int, ...], ...]:
        """Sets of activities of which no two can run at the same time, for want of a resource or for their order. Each
        pair that only a resource keeps apart is in one of them. One row a set is tighter than the resource's row."""
        count = range(len(self.duration))
        above: list[set[int]] = [set() for _ in count]
        for i in self.order:
            above[i] = set(self.before[i]).union(*(above[j] for j in self.before[i]))

        def ordered(i: int, j: int) -> bool:
            return i in above[j] or j in above[i]

        def too_much(i: int, j: int) -> bool:
            return any(a + b > c for a, b, c in zip(self.use[i], self.use[j], self.capacity, strict=True))

        apart = {(i, j) for i in count for j in count if i < j and too_much(i, j) and not ordered(i, j)}
        found: list[tuple[int, ...]] = []
        for pair in sorted(apart):
            clique = list(pair)
            for k in sorted(count, key=lambda k: -self.duration[k]):
                if k not in clique and all(ordered(k, i) or too_much(k, i) for i in clique):
                    clique.append(k)
            found.append(tuple(sorted(clique)))
        kept, open_pairs = [], set(apart)
        for members in sorted(set(found), key=lambda one: (-sum(self.duration[i] for i in one), one)):
            inside = {(i, j) for i in members for j in members if i < j}
            if open_pairs & inside:
                kept.append(members)
                open_pairs -= inside
        return tuple(kept)

    def backwards(self) -> Project:
        """The project with time reversed."""
        after: list[list[int]] = [[] for _ in self.duration]
        for i, others in enumerate(self.before):
            for j in others:
                after[j].append(i)
        return Project(self.duration, self.use, self.capacity, tuple(tuple(others) for others in after))


def schedule(project: Project, priority: Sequence[float]) -> list[int]:
    """Starts by the serial scheme (Kolisch 1996): the ready activity of least priority number, as early as it fits."""
    count, kinds = len(project.duration), range(len(project.capacity))
    horizon = sum(project.duration)
    free = [[capacity] * horizon for capacity in project.capacity]
    starts = [-1] * count
    waiting = [len(set(others)) for others in project.before]
    after = project.backwards().before
    ready = [i for i in range(count) if waiting[i] == 0]
    while ready:
        i = min(ready, key=lambda i: (priority[i], i))
        ready.remove(i)
        start = max((starts[j] + project.duration[j] for j in project.before[i]), default=0)
        wanted = [k for k in kinds if project.use[i][k] > 0]
        while True:
            late = [
                t
                for t in range(start, start + project.duration[i])
                if any(free[k][t] < project.use[i][k] for k in wanted)
            ]
            if not late:
                break
            start = late[-1] + 1
        starts[i] = start
        for k in wanted:
            for t in range(start, start + project.duration[i]):
                free[k][t] -= project.use[i][k]
        for other in set(after[i]):
            waiting[other] -= 1
            if waiting[other] == 0:
                ready.append(other)
    return starts


def short_schedule(project: Project, samples: int = SAMPLES) -> list[int]:
    """Starts of a short schedule: sampled priorities around the latest starts, each pushed right and left again
    (forward-backward improvement, Tormos and Lova 2001). The same on every run."""
    rng, turned = random.Random(1), project.backwards()
    best: list[int] = []
    shortest = sum(project.duration) + 1
    for number in range(samples):
        noise = 0.0 if number == 0 else 0.3 * max(project.tails)
        starts = schedule(project, [-tail + rng.uniform(-noise, noise) for tail in project.tails])
        for _ in range(2):
            ends = [start + d for start, d in zip(starts, project.duration, strict=True)]
            right = schedule(turned, [-end for end in ends])
            starts = schedule(project, [-(start + d) for start, d in zip(right, project.duration, strict=True)])
        length = makespan(project, starts)
        if length < shortest:
            best, shortest = starts, length
        if shortest == project.least:
            break
    return best


def makespan(project: Project, starts: Sequence[int]) -> int:
    """End of the last activity."""
    return max(start + d for start, d in zip(starts, project.duration, strict=True))


def shortest(project: Project, starts: Sequence[int], more: Callable[[int], Mapping[str, Any]] | None = None) -> Posed:
    """The shortest makespan, where a rule found these starts: no longer than theirs, and shorter. more: further fields
    of a problem of so many periods."""
    length = makespan(project, starts)
    known = {f"a{i}": start for i, start in enumerate(starts)} | {SINK: length}

    def within(horizon: int) -> RoadmapProblem:
        return to_problem(project, horizon, **(more(horizon + 1) if more else {}))

    better = within(length - 1) if length > project.least else None
    return Posed(within(length), known, better, most=-float(project.least))


def to_problem(
    project: Project,
    horizon: int,
    values: Mapping[int, Sequence[float]] | None = None,
    costs: Mapping[int, Mapping[str, Sequence[float]]] | None = None,
    **more: Any,
) -> RoadmapProblem:
    """All activities within `horizon` periods. values: worth of each activity by its start; none = the makespan is
    made as short as it can be. costs: of each activity. more: further fields of the problem."""
    periods = horizon + 1
    sets = {f"set{number}": members for number, members in enumerate(project.cliques)}
    initiatives = [
        {
            "id": f"a{i}",
            "value": list(values[i]) if values else [0.0] * periods,
            "duration": project.duration[i],
            "skill_days": {
                f"r{k}": [float(amount)] * project.duration[i] for k, amount in enumerate(project.use[i]) if amount
            }
            | {name: [1.0] * project.duration[i] for name, members in sets.items() if i in members},
            "earliest": project.heads[i],
            "latest": horizon - project.tails[i],
            "cost": (costs or {}).get(i, {}),
            "mandatory": True,
        }
        for i in project.order
    ]
    requires = [
        {"initiative": f"a{i}", "requires": f"a{j}"} for i in project.order for j in dict.fromkeys(project.before[i])
    ]
    if not values:
        sink = {"id": SINK, "value": [float(-t) for t in range(periods)], "mandatory": True}
        initiatives.append(sink | {"earliest": project.least})
        last = [i for i in project.order if project.tails[i] == project.duration[i]]
        requires += [{"initiative": SINK, "requires": f"a{i}"} for i in last]
    skills = {f"r{k}": [float(capacity)] * periods for k, capacity in enumerate(project.capacity)}
    skills |= {name: [1.0] * periods for name in sets}
    return RoadmapProblem.model_validate(
        {"periods": periods, "initiatives": initiatives, "requires": requires, "skills": skills} | more
    )
