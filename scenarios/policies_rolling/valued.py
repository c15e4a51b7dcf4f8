"""Policies on the test draws: what each came to, draw by draw, and the figures made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimize.archive import estimate
from scenarios.comparing.paired import Difference, difference
from scenarios.policies_rolling.report import PolicyResult
from sim.goal_reached import level, reached
from sim.measures import probability_interval
from sim.montecarlo import evaluate

if TYPE_CHECKING:
    from sim.outcomes import Outcome
    from sim.world import Scenario

Floats = NDArray[np.float64]
Starts = Mapping[str, int]
AT_ONCE = 8
"""Roadmaps of one call, with all their KPIs."""


@dataclass(frozen=True, eq=False)
class Valued:
    """A policy over the draws, each (draws,). goals: weighted share of the goals reached; None without goals."""

    npv: Floats
    cost: Floats
    trough: Floats
    goals: Floats | None


def valued(
    scenario: Scenario, roadmaps: Sequence[Starts], draws: range, seed: int, threads: int | None
) -> list[Valued]:
    """Each roadmap on the draws, in order."""
    found = []
    for first in range(0, len(roadmaps), AT_ONCE):
        part = roadmaps[first : first + AT_ONCE]
        outcomes = evaluate(
            scenario,
            part,
            len(draws),
            seed,
            first_draw=draws.start,
            detail=bool(scenario.goals),
            threads=threads,
        )
        found += [Valued(one.npv.copy(), one.cost.copy(), one.trough.copy(), _goals(scenario, one)) for one in outcomes]
    return found


def _goals(scenario: Scenario, one: Outcome) -> Floats | None:
    """(draws,) share of the goals reached, by weight; a KPI without a value reaches nothing."""
    if not scenario.goals:
        return None
    reaching, total = np.zeros(len(one.npv)), 0.0
    for goal in scenario.goals.values():
        reaching += goal.weight * reached(goal, level(goal, one))
        total += goal.weight
    return np.asarray(reaching / total)


def picked(of: Sequence[Valued], choice: NDArray[np.int64]) -> Valued:
    """What comes of carrying out number choice[i] in draw i."""

    def take(arrays: Sequence[Floats]) -> Floats:
        return np.asarray(np.stack(arrays)[choice, np.arange(len(choice))])

    goals = [one.goals for one in of if one.goals is not None]
    return Valued(
        take([one.npv for one in of]),
        take([one.cost for one in of]),
        take([one.trough for one in of]),
        take(goals) if len(goals) == len(of) else None,
    )


def result(
    name: str, what: str, roadmap: Starts, one: Valued, once: Valued, money: str, share: float = 1.0
) -> PolicyResult:
    """The figures of a policy, and against the plan that is made once."""
    return PolicyResult(
        name=name,
        what=what,
        roadmap=dict(roadmap),
        share=share,
        npv=estimate(one.npv),
        loss=probability_interval(int(np.count_nonzero(one.npv < 0.0)), len(one.npv)),
        cost=estimate(one.cost),
        trough=estimate(one.trough),
        goals=None if one.goals is None else estimate(one.goals),
        gain=difference(one.npv, once.npv, money),
        goals_gain=goals_difference(one, once),
    )


def goals_difference(one: Valued, other: Valued) -> Difference | None:
    """Difference of the weighted share of goals reached."""
    if one.goals is None or other.goals is None:
        return None
    return difference(one.goals, other.goals, "share")
