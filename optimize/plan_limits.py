"""How much work a plan may take, and which draws serve what."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from optimize.limits import Limits

if TYPE_CHECKING:
    from optimize.problem import RoadmapProblem
    from sim.montecarlo import CostProfile, Picked

Progress = Callable[[str, int, int], None]
"""Called with a stage, the work done in it and the work that is known of."""

SEARCH_FROM: Final = 0
SELECTION_FROM: Final = 1_000_000
REPORT_FROM: Final = 2_000_000
GAP_FROM: Final = 4_000_000
"""First draws of the ranges. No draw that chose the roadmap, or told the finalists apart, values it in print; the
sampling gap has draws of its own."""

WORLD_NODES: Final = 300
WORLD_GAP: Final = 1e-3
"""Nodes and relative gap of a program with worlds."""


@dataclass(frozen=True)
class PlanLimits:
    """Limits of one call of `plan`. All but `seconds` stop at the same roadmap on every run.

    seconds: wall-clock time [s]; None = no limit. A plan that was stopped by the clock says so.
    search_draws: common draws on which roadmaps are searched. pair_draws, linear_draws: how many of them value the
        interactions, and the single changes of an incumbent for the program.
    triples: most interactions of three that are simulated, on as many draws as those of pairs.
    cost_draws: draws of the mean cost that budgets must hold.
    first_selection_draws, selection_draws: draws of every finalist, and the most that any finalist gets.
    report_draws: draws of the figures in print.
    gap_sets, gap_draws: independent sets of draws, and draws of each, from which the sampling gap is estimated.
    mean_draws: draws of the chances, with every driver at its mean, for the plan that ignores uncertainty.
    finalists: roadmaps that are told apart on fresh draws, the least allowed roadmap among them.
    changes: initiatives that the first proposal of a round may change; None = a third of all, at least 3.
    grid: starts between two that are simulated; values in between are interpolated.
    rounds: most linearisations. neighbours: most roadmaps that the local search may simulate.
    enumerate_paths: if every feasible roadmap fits into so many simulated paths, all of them are simulated; four times
    as many where they can be looked up, see `Archive.reach`.
    solver: limits of each solve. Without a time limit, so that the same seed gives the same plan.
    threads: threads of the simulation; they change no figure. None = as many as there are.
    why: work out everything that would change the plan, not only the most telling (see `reasons`); changes no roadmap.
    alternatives: so many roadmaps that are nearly as good and differ on purpose; 0 = none. within: share of the worth
        in the program that they may give up; None = the indifference.
    picked: draws in place of those of the streams, in the same ranges: what observations leave of them.
    costs: cost of every initiative that budgets must hold, in place of that of `cost_draws` draws.

    >>> PlanLimits(search_draws=1)
    Traceback (most recent call last):
    ...
    ValueError: search_draws must be a whole number from 2 to 1000000; got 1
    """

    seconds: float | None = None
    search_draws: int = 256
    pair_draws: int = 64
    linear_draws: int = 128
    triples: int = 60
    cost_draws: int = 2048
    first_selection_draws: int = 512
    selection_draws: int = 2048
    report_draws: int = 2048
    gap_sets: int = 8
    gap_draws: int = 32
    mean_draws: int = 16
    finalists: int = 8
    changes: int | None = None
    grid: int = 4
    rounds: int = 6
    neighbours: int = 2000
    enumerate_paths: int = 100_000
    solver: Limits = field(default_factory=lambda: Limits(seconds=None, nodes=50_000, break_ties=False))
    threads: int | None = None
    why: bool = False
    alternatives: int = 0
    within: float | None = None
    picked: Picked | None = None
    costs: Mapping[str, CostProfile] | None = None

    def solver_of(self, problem: RoadmapProblem) -> Limits:
        """Limits of one solve in the search. A program with worlds has a dense row for each of them and only proposes,
        so it gets few nodes and a gap; its answer then says that it is not proved."""
        if problem.worlds is None:
            return self.solver
        nodes = WORLD_NODES if self.solver.nodes is None else min(self.solver.nodes, WORLD_NODES)
        return replace(self.solver, nodes=nodes, gap=max(self.solver.gap, WORLD_GAP))

    def __post_init__(self) -> None:
        if self.seconds is not None and not (math.isfinite(self.seconds) and self.seconds > 0.0):
            raise ValueError(f"seconds must be a finite number above 0, or None; got {self.seconds}")
        most = SELECTION_FROM - SEARCH_FROM
        for name in (
            "search_draws",
            "pair_draws",
            "linear_draws",
            "cost_draws",
            "first_selection_draws",
            "report_draws",
            "gap_draws",
            "mean_draws",
        ):
            _within(name, getattr(self, name), 2, most)
        _within("selection_draws", self.selection_draws, self.first_selection_draws, most)
        _within("finalists", self.finalists, 2, 50)
        _within("gap_sets", self.gap_sets, 2, 1000)
        _within("gap_sets times gap_draws", self.gap_sets * self.gap_draws, 4, most)
        for name in ("grid", "rounds"):
            _within(name, getattr(self, name), 1, 1000)
        for name in ("neighbours", "enumerate_paths", "triples"):
            _within(name, getattr(self, name), 0, 10**9)
        if self.changes is not None:
            _within("changes", self.changes, 1, 1000)
        _within("alternatives", self.alternatives, 0, 5)
        if self.within is not None and not 0.0 <= self.within <= 1.0:
            raise ValueError(f"within must be a share from 0 to 1; got {self.within}")
        if self.threads is not None:
            _within("threads", self.threads, 1, 1024)


def _within(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}; got {value}")
