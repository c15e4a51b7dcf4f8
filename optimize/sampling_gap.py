"""How far the program's true optimum may lie above the candidate: the sampling gap, by Mak, Morton and Wood.

The program sees means over n draws. For M independent sets of draws (m = 1 .. M) its values are estimated anew,

    G_m = max over x of f_m(x) - f_m(candidate) >= 0,    both on the same draws,

and because the mean of a maximum is no less than the maximum of the means, E G_m is no less than the true gap
max over x of f(x) - f(candidate), f the program with values from endless draws. So mean G + t s / sqrt(M), t the 95 %
quantile of Student's t with M - 1 degrees of freedom and s the standard deviation of the G_m, is an upper limit of it
at 95 % confidence, and one that errs on the safe side: it contains what the optimiser gains from chance (Mak, Morton
and Wood 1999, "Monte Carlo bounding techniques for determining solution quality in stochastic programs", Operations
Research Letters 24, pages 47 to 56). Where a replicate is not proved, the solver's bound stands for its maximum. It
bounds the program alone, not what the simulation would say of other roadmaps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from scipy.special import stdtrit

from optimize.archive import Archive
from optimize.check import violations, worth
from optimize.limits import Limits
from optimize.linearise import linearise
from optimize.periods import Starts
from optimize.plan_limits import GAP_FROM, PlanLimits, Progress
from optimize.problem import RoadmapProblem, TrustRegion
from optimize.solve import solve
from optimize.status import Status
from optimize.valuation import Valuation
from sim.world import Scenario

CONFIDENCE: Final = 0.95
FEWEST_SETS: Final = 2
CLOSE: Final = 1e-3
"""Relative gap at which a replicate may end: its bound is at most so much wider, far less than chance makes of it."""


@dataclass(frozen=True)
class SamplingGap:
    """The gap of the candidate [currency].

    mean, se: of the gaps on the sets of draws. upper: one-sided 95 % limit of the true gap. sets, draws: M and n.
    proved: sets on which the solver proved the maximum; on the others its bound was taken. changes: initiatives that
    may differ from the candidate in the program; None = all. paths: paths times roadmaps simulated.
    """

    mean: float
    se: float
    upper: float
    sets: int
    draws: int
    proved: int
    changes: int | None
    paths: int = 0

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        kept = {name: value for name, value in vars(self).items() if name != "paths"}
        return {**kept, "confidence": CONFIDENCE}


def upper_limit(gaps: Sequence[float]) -> tuple[float, float, float]:
    """Mean, standard error and one-sided 95 % upper limit of the mean of M >= 2 independent gaps.

    >>> mean, se, upper = upper_limit([1.0, 2.0, 3.0, 2.0])
    >>> round(mean, 3), round(se, 3), round(upper, 3)  # t with 3 degrees of freedom: 2.353
    (2.0, 0.408, 2.961)
    """
    m = len(gaps)
    if m < FEWEST_SETS:
        raise ValueError(f"a limit needs {FEWEST_SETS} sets of draws or more; got {m}")
    mean, se = float(np.mean(gaps)), float(np.std(gaps, ddof=1) / math.sqrt(m))
    return mean, se, mean + float(stdtrit(m - 1, CONFIDENCE)) * se


def gap_of(problems: Sequence[RoadmapProblem], candidate: Starts, limits: Limits, draws: int) -> SamplingGap | None:
    """The gap of the candidate on programs that differ in their values alone, each from `draws` draws of its own.

    None where the solver has no bound for one of them. Raises ValueError for a candidate that breaks a limit.
    """
    gaps, proved = [], 0
    for problem in problems:
        broken = violations(problem, candidate)
        if broken:
            raise ValueError(f"the candidate breaks a limit of the program: {broken[0].sentence}")
        answer = solve(problem, limits)
        proved += answer.status is Status.OPTIMAL
        top = answer.objective if answer.status is Status.OPTIMAL else answer.bound
        if top is None:
            return None
        gaps.append(max(0.0, top - worth(problem, candidate)))
    mean, se, upper = upper_limit(gaps)
    region = problems[0].trust_region
    return SamplingGap(mean, se, upper, len(gaps), draws, proved, None if region is None else region.at_most)


def sampling_gap(
    scenario: Scenario,
    seed: int,
    valuation: Valuation,
    program: RoadmapProblem,
    candidate: Starts,
    limits: PlanLimits,
    progress: Progress | None = None,
) -> SamplingGap | None:
    """The gap of the candidate in the program around it, on fresh draws.

    program: the last one of the search. Its form is kept: its pair and triple terms as they are, and as many changes.
    The values of the changes of the candidate are estimated from `limits.gap_sets` sets of `limits.gap_draws` draws.
    """
    sets, draws = limits.gap_sets, limits.gap_draws
    every = Archive(scenario, seed, GAP_FROM, sets * draws, limits, progress)
    all_draws = replace(limits, linear_draws=sets * draws)
    linearise(valuation, every, candidate, all_draws, program.interactions)  # simulates all at once
    region = program.trust_region
    around = None if region is None else TrustRegion(incumbent=dict(candidate), at_most=region.at_most)
    replicates = []
    for k in range(sets):
        anew = linearise(valuation, every.part(k * draws, draws), candidate, limits, program.interactions)
        replicates.append(anew.model_copy(update={"trust_region": around}))
    near = replace(limits.solver, gap=max(limits.solver.gap, CLOSE))
    found = gap_of(replicates, candidate, near, draws)
    return None if found is None else replace(found, paths=every.paths)
