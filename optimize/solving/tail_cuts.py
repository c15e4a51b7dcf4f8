"""Many worlds: the tail by cuts, in place of a row for each world.

CVaR is the least expectation over the weights q that put at most p_s / level on world s and add up to 1 (Rockafellar,
Uryasev and Zabarankin 2006, Generalized deviations in risk analysis). So for any such q the aim of a roadmap is at most

    mean worth + weight * sum_s q_s dev_s(roadmap),

which is linear: one "future" in which everything is worth that. The program that maximises the worst of a few of them
bounds the true one from above; the weights that are worst for its answer give the next cut. A handful of cuts, made at
points of the linear relaxation, reaches the bound of all rows; the rest is the work of a program without worlds. Under
a clock, half of the time goes to programs near the best roadmap so far, which find better ones sooner.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimize.check import violations, worth
from optimize.limits import PROOF_GAP, Limits
from optimize.problem import RoadmapProblem, TrustRegion
from optimize.risk.parts import Future
from optimize.solving.mix import Progress
from optimize.solving.runs import HIGHS
from optimize.solving.solvers import solver_name
from optimize.status import Solution, Status, relative_gap

Floats = NDArray[np.float64]
Solver = Callable[[RoadmapProblem, Limits], Solution]

MANY_WORLDS: Final = 40
MANY_STARTS: Final = 500
"""More worlds and more starts than this: the tail by cuts."""
FIRST_GAPS: Final = (0.03, 0.01)
"""Relative gaps of the first programs, whose answers give cuts early."""
MOST_ROUNDS: Final = 60
RELAXED_SHARE: Final = 0.3
"""Share of the time, where it is limited, after which no more cuts are made at points of the relaxation."""
FIRST_SHARE: Final = 0.15
"""Share of the time, where it is limited, that each of the first programs may take."""
FEW_CHANGES: Final = 8
"""Initiatives that may differ in a program near the best roadmap; four more where nothing better is near."""
NEAR_SHARE: Final = 0.08
"""Share of the time that each program near the best roadmap may take."""
LAST_SHARE: Final = 0.5
"""Share of the time that is left to the last program, which proves."""
CLOSE: Final = 1e-4
"""Relative distance of relaxation and exact tail from which on no cut is made at points of the relaxation."""


def by_cuts_pays(problem: RoadmapProblem) -> bool:
    """Whether the tail is made of cuts: a weight on the CVaR of many worlds, many starts, and nothing else that looks
    at worlds or futures. Ties are then left open."""
    worlds, risk = problem.worlds, problem.risk
    if worlds is None or risk is None or risk.weight == 0.0 or risk.floor is not None or worlds.interactions:
        return False
    starts = sum(len(problem.window(one)) for one in problem.initiatives)
    plain = problem.objective == "worth" and not problem.futures and not problem.at_least and not problem.objectives
    certain = all(one.passes == 1.0 for one in problem.initiatives)
    return plain and certain and len(worlds.probability) > MANY_WORLDS and starts > MANY_STARTS


def by_cuts(problem: RoadmapProblem, limits: Limits, solve: Solver, progress: Progress | None = None) -> Solution:
    """The answer of `solve`, with the bound of the programs of cuts; the objective is computed from the worlds.

    limits: nodes are of each program; seconds of all. solve: solves a problem without worlds. progress: is told after
    each program.
    """
    began = time.monotonic()
    tails = _Tails(problem)
    cuts = [tails.cut(tails.probability, 0)]
    _cuts_of_relaxation(
        problem, tails, cuts, None if limits.seconds is None else began + RELAXED_SHARE * limits.seconds
    )
    # What is allowed without any solver, so that the clock never ends the work without a roadmap where one is known.
    known = [{}, dict(problem.trust_region.incumbent)] if problem.trust_region else [{}]
    seeds = [(worth(problem, one), one) for one in known if not violations(problem, one)]
    best: tuple[float, Mapping[str, int]] | None = max(seeds, key=lambda one: one[0], default=None)
    bound, answer, near, hard, hurried, solved = math.inf, None, FEW_CHANGES, False, False, False
    for number in range(MOST_ROUNDS):
        gap = max(limits.gap, FIRST_GAPS[number]) if number < len(FIRST_GAPS) else limits.gap
        left = None if limits.seconds is None else limits.seconds - (time.monotonic() - began)
        if left is not None and left <= 0.0:
            break
        around = None
        if left is not None and limits.seconds is not None:
            if number < len(FIRST_GAPS):
                left = min(left, FIRST_SHARE * limits.seconds)
            elif hard and best is not None and left > LAST_SHARE * limits.seconds and problem.trust_region is None:
                around = TrustRegion(incumbent=dict(best[1]), at_most=near)
                left = min(left, NEAR_SHARE * limits.seconds)
        done = solve(_with(problem, cuts, around), replace(limits, gap=gap, seconds=left, break_ties=False))
        answer, hurried = done, hurried or done.stopped_by_time
        if around is None:
            bound = min(bound, math.inf if done.bound is None else done.bound)
        if not done.has_solution:
            if around is None and (number >= len(FIRST_GAPS) or done.status is not Status.TIME_LIMIT):
                break
            hard, near = True, near + 4
            continue
        solved = True
        value = worth(problem, done.roadmap)
        improved = best is None or value > best[0]
        if best is None or improved:
            best = (value, done.roadmap)
        if progress is not None:
            progress(time.monotonic() - began, best[0], bound if math.isfinite(bound) else None)
        reached = relative_gap(bound, best[0])
        if reached is not None and reached <= max(limits.gap, PROOF_GAP):
            break
        ended_early = done.gap is None or done.gap > max(gap, PROOF_GAP) * (1.0 + 1e-9)
        if around is None and ended_early and (limits.seconds is None or number >= len(FIRST_GAPS)):
            break
        hard = hard or (around is None and ended_early)
        near += 0 if improved or around is None else 4
        levels = dict.fromkeys(done.roadmap.items(), 1.0)
        cuts.append(tails.cut(tails.worst(levels), len(cuts)))
    seconds = time.monotonic() - began
    late = limits.seconds is not None and seconds >= limits.seconds
    refused = answer is not None and not solved and answer.status in (Status.INFEASIBLE, Status.ERROR)
    if best is None or refused:
        if answer is None or answer.status is Status.OPTIMAL:
            return Solution(
                Status.TIME_LIMIT,
                solver_name(limits) if answer is None else answer.solver,
                seconds,
                stopped_by_time=late,
            )
        return replace(answer, seconds=seconds)
    limit = max(bound, best[0]) if math.isfinite(bound) else None
    reached = relative_gap(limit, best[0])
    proved = reached is not None and reached <= PROOF_GAP
    return Solution(
        Status.OPTIMAL if proved else Status.FEASIBLE,
        solver_name(limits) if answer is None else answer.solver,
        seconds,
        bound=limit,
        stopped_by_time=late or hurried,  # of several that are worth the same the clock may have chosen, proof or not
        _objective=best[0],
        _starts=tuple(sorted(best[1].items())),
    )


def _with(problem: RoadmapProblem, cuts: list[Future], around: TrustRegion | None = None) -> RoadmapProblem:
    """The program of cuts; around: only roadmaps near this one."""
    update: dict[str, object] = {"worlds": None, "risk": None, "futures": tuple(cuts), "objective": "worst_future"}
    if around is not None:
        update["trust_region"] = around
    return problem.model_copy(update=update)


def _cuts_of_relaxation(problem: RoadmapProblem, tails: _Tails, cuts: list[Future], ends: float | None) -> None:
    """Add cuts until the relaxation has the bound of all rows, or until `ends` on the monotonic clock [s]."""
    from optimize.families.relaxed import relaxed_point

    for _ in range(MOST_ROUNDS):
        left = None if ends is None else ends - time.monotonic()
        if left is not None and left <= 0.0:
            return
        point = relaxed_point(_with(problem, cuts), left, HIGHS)
        if point is None:
            return
        weights = tails.worst(point.starts)
        exact = point.mean + tails.weight * tails.value(point.starts, weights)
        if point.aim - exact <= CLOSE * max(abs(point.aim), abs(exact)):
            return
        cuts.append(tails.cut(weights, len(cuts)))


class _Tails:
    """The worlds of a problem as arrays."""

    def __init__(self, problem: RoadmapProblem) -> None:
        worlds, risk = problem.worlds, problem.risk
        assert worlds is not None
        assert risk is not None
        self.problem, self.weight, self.level = problem, risk.weight, risk.level
        self.probability = np.array(worlds.probability)
        self._constant = (
            self._centred(np.array(worlds.constant)) if worlds.constant else np.zeros_like(self.probability)
        )
        self._dev = {name: self._centred(np.array(rows)) for name, rows in worlds.value.items()}

    def _centred(self, values: Floats) -> Floats:
        centred: Floats = values - (values @ self.probability)[..., None]
        return centred

    def _deviation(self, levels: Mapping[tuple[str, int], float]) -> Floats:
        total = self._constant.copy()
        for (name, start), level in levels.items():
            if name in self._dev:
                total += level * self._dev[name][start]
        return total

    def worst(self, levels: Mapping[tuple[str, int], float]) -> Floats:
        """(worlds,) weights that are worst for these levels of the starts."""
        order = np.argsort(self._deviation(levels), kind="stable")
        most = self.probability[order] / self.level
        taken = np.minimum(most, np.maximum(0.0, 1.0 - (np.cumsum(most) - most)))
        weights = np.zeros_like(taken)
        weights[order] = taken / taken.sum()
        return weights

    def value(self, levels: Mapping[tuple[str, int], float], weights: Floats) -> float:
        """What the worlds, so weighted, are worth beyond their mean."""
        return float(self._deviation(levels) @ weights)

    def cut(self, weights: Floats, number: int) -> Future:
        """The future in which everything is worth its mean and `weight` times what these weights add."""
        value = {
            one.id: tuple(
                mean + self.weight * more
                for mean, more in zip(one.value, (self._dev[one.id] @ weights).tolist(), strict=True)
            )
            for one in self.problem.initiatives
            if one.id in self._dev
        }
        constant = self.problem.constant + self.weight * float(self._constant @ weights)
        return Future(name=f"cut-{number}", value=value, constant=constant)
