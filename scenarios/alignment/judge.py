"""What samples of roadmaps say of the goals: levels, chances, movements, attainment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimize.archive import Estimate, estimate
from scenarios.alignment.attainment import (
    Floats,
    Yardstick,
    is_clear,
    ratio,
    share_closed,
    share_influence,
    spread,
    weighted,
    weighted_influence,
    yardstick,
)
from scenarios.alignment.report import PER, Alignment, Direction, GoalGap, Level, Movement, RoadmapGaps
from scenarios.alignment.simulation import Sample
from sim.errors import Problem, ProblemsFound
from sim.goal_reached import reached
from sim.measures.sampling_error import wilson_interval
from sim.montecarlo.kpis import KPIS, Kpi
from sim.world import Scenario
from sim.world.goals import Goal

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Judged:
    """One goal with its KPI, its gap in each draw of the baseline (draws,), and its yardstick."""

    name: str
    goal: Goal
    kpi: Kpi
    baseline: Level
    gaps: Floats
    measure: Yardstick

    @property
    def sign(self) -> float:
        """What turns a change into one in the direction of better."""
        return _sign(self.kpi)


class Judge:
    """The goals of a scenario, with the yardsticks that its baseline gives them.

    Raises ProblemsFound for goals whose KPI the baseline does not have.
    """

    def __init__(self, scenario: Scenario, baseline: Sample) -> None:
        by_name = {kpi.name: kpi for kpi in KPIS}
        self._scenario = scenario
        self._baseline = baseline
        self._goals: list[Judged] = []
        missing = []
        for (name, goal), values in zip(scenario.goals.items(), baseline.kpis.T, strict=True):
            kpi = by_name[goal.kpi]
            level = _level(goal, values)
            if level.mean is None:
                missing.append(_no_value(name, goal))
                continue
            gaps = _sign(kpi) * (goal.target - values)
            measure = yardstick(gaps, level.mean.mean, goal.tolerance)
            self._goals.append(Judged(name, goal, kpi, level, gaps, measure))
        if missing:
            raise ProblemsFound(missing)

    def goals(self, found: Mapping[str, Alignment]) -> tuple[GoalGap, ...]:
        """The goals against the baseline; `found`: what each initiative does for them."""
        return tuple(self._goal(one, found) for one in self._goals)

    def alignment(self, sample: Sample, against: Sample) -> Alignment:
        """What a roadmap does for the goals beyond what another one does, on the same draws."""
        moved = [self._movement(k, sample, against) for k in range(len(self._goals))]
        weights = [one.goal.weight for one in self._goals]
        cost = sample.cost - against.cost
        share = weighted([one.gap_closed for one, _ in moved], weights)
        influence = weighted_influence([one for _, one in moved], weights)
        return Alignment(
            cost=estimate(cost),
            attainment=Estimate(share, spread(influence)),
            per_money=ratio(share, influence, cost, PER),
            goals={one.name: movement for one, (movement, _) in zip(self._goals, moved, strict=True)},
        )

    def roadmap(self, starts: Mapping[str, int], sample: Sample, idle: tuple[str, ...], rest: Sample) -> RoadmapGaps:
        """A roadmap against the baseline; `rest`: the roadmap without what is idle."""
        levels = {one.name: _level(one.goal, values) for one, values in zip(self._goals, sample.kpis.T, strict=True)}
        alignment = self.alignment(sample, self._baseline)
        return RoadmapGaps(dict(starts), levels, alignment, idle, estimate(sample.cost - rest.cost))

    def _goal(self, one: Judged, found: Mapping[str, Alignment]) -> GoalGap:
        goal, kpi = one.goal, one.kpi
        return GoalGap(
            name=one.name,
            title=goal.title or one.name,
            kpi=goal.kpi,
            unit=kpi.unit.replace("money", self._scenario.profile.currency),
            better=kpi.better,
            target=goal.target,
            tolerance=goal.tolerance,
            weight=goal.weight,
            month=goal.month,
            months=(12 * goal.year, min(12 * goal.year + 11, self._scenario.horizon_months - 1)),
            baseline=one.baseline,
            gap=one.measure.gap,
            is_open=one.measure.is_open,
            moved_by=tuple(name for name, alignment in found.items() if one.name in alignment.moving("better")),
        )

    def _movement(self, k: int, sample: Sample, against: Sample) -> tuple[Movement, Floats]:
        """The change of one goal's KPI, and the influence of each draw on the share of the gap that it closes."""
        one = self._goals[k]
        changes = sample.kpis[:, k] - against.kpis[:, k]
        known = changes[~np.isnan(changes)]
        if len(known) < 2:
            return Movement(None, None, 0.0), np.zeros(len(changes))
        change = estimate(known)
        moves: Direction | None = None
        if is_clear(change, one.measure):
            moves = "better" if one.sign * change.mean > 0.0 else "worse"
        influence = share_influence(one.sign * changes, one.gaps, one.measure)
        return Movement(change, moves, share_closed(one.sign * change.mean, one.measure)), influence


def _sign(kpi: Kpi) -> float:
    return 1.0 if kpi.better == "higher" else -1.0


def _level(goal: Goal, values: Floats) -> Level:
    """The KPI over (draws,), and how often the goal is reached."""
    known, n = values[~np.isnan(values)], len(values)
    hits = int(np.count_nonzero(reached(goal, values)))
    low, high = (float(q) for q in np.quantile(known, [0.05, 0.95])) if len(known) else (None, None)
    return Level(
        mean=estimate(known) if len(known) > 1 else None,
        p5=low,
        p95=high,
        without_value=1.0 - len(known) / n,
        reached=hits / n,
        reached_interval=wilson_interval(hits, n, CONFIDENCE),
    )


def _no_value(name: str, goal: Goal) -> Problem:
    return Problem(
        f"goals.{name}.kpi",
        f"without any initiative {goal.kpi} has no value in the year of month {goal.month}: there is no gap to close",
        goal.kpi,
        "choose another KPI, or add to the scenario what it counts",
    )
