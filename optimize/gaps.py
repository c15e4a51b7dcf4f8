"""Three gaps, each of something else: of the model, of the sample, of the solver. No bound for the simulated optimum
follows from them.

Model gap: worth of a roadmap in the last program, without its trust region, minus its mean NPV in simulation, both on
the search draws. The program is tied to its incumbent, where the gap is 0 by construction; so the error of a gap is
that of the paired difference of NPV to the incumbent. Above 0 the program promises too much.

Sampling gap: see `sampling_gap`. Solver gap: bound of the last program minus the worth of its answer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from optimize.archive import Archive, Estimate
from optimize.check import worth
from optimize.periods import Starts
from optimize.problem import RoadmapProblem
from optimize.sampling_gap import SamplingGap
from optimize.status import Solution

WIDTH: Final = 1.96
"""Standard errors on either side of a 95 % interval."""


@dataclass(frozen=True)
class ModelGap:
    """Program minus simulation [currency].

    recommended: of the recommended roadmap. mean: over all simulated roadmaps, its error that of a mean over them.
    size: mean of the absolute gap. worst: the largest in size, either way. roadmaps: how many.
    """

    recommended: Estimate
    mean: Estimate
    size: float
    worst: Estimate
    roadmaps: int

    def document(self) -> dict[str, Any]:
        """JSON-ready, with 95 % intervals."""
        return {
            "recommended": _interval(self.recommended),
            "mean": _interval(self.mean),
            "mean_size": self.size,
            "worst": _interval(self.worst),
            "roadmaps": self.roadmaps,
        }


@dataclass(frozen=True)
class SolverGap:
    """The last program: its answer, its bound and how far they are apart [currency]; None where it has none. relative:
    of the larger of the two. changes: initiatives that may differ from the incumbent; None = all."""

    status: str
    objective: float | None
    bound: float | None
    relative: float | None
    changes: int | None

    @property
    def value(self) -> float | None:
        """Bound minus objective, never below 0 [currency]."""
        return None if self.objective is None or self.bound is None else max(0.0, self.bound - self.objective)

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**vars(self), "value": self.value}


@dataclass(frozen=True)
class Gaps:
    """The three gaps. constant: worth of the empty roadmap in the last program [currency]. sampling: None where it was
    not estimated, `why_not` says why."""

    constant: float
    model: ModelGap
    sampling: SamplingGap | None
    solver: SolverGap
    why_not: str = ""

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        sampling = {"missing": self.why_not} if self.sampling is None else self.sampling.document()
        return {
            "program_constant": self.constant,
            "model": self.model.document(),
            "sampling": sampling,
            "solver": self.solver.document(),
        }


def model_gap(
    program: RoadmapProblem, archive: Archive, feasible: Sequence[Starts], recommended: Mapping[str, int]
) -> ModelGap:
    """The gap on every simulated roadmap. program: the last one; feasible: all of the archive, at least one."""
    region = program.trust_region
    tied = {} if region is None else region.incumbent
    if tied not in archive:
        raise ValueError("the incumbent of the program was not simulated")
    gaps = np.array([worth(program, one) - archive.mean(one) for one in feasible])
    n = len(gaps)
    worst = int(np.argmax(np.abs(gaps)))
    return ModelGap(
        recommended=_gap(program, archive, recommended, tied),
        mean=Estimate(float(np.mean(gaps)), float(np.std(gaps, ddof=1) / math.sqrt(n)) if n > 1 else math.inf),
        size=float(np.mean(np.abs(gaps))),
        worst=_gap(program, archive, feasible[worst], tied),
        roadmaps=n,
    )


def _gap(program: RoadmapProblem, archive: Archive, roadmap: Starts, tied: Starts) -> Estimate:
    return Estimate(worth(program, roadmap) - archive.mean(roadmap), archive.difference(roadmap, tied).se)


def solver_gap(program: RoadmapProblem, answer: Solution) -> SolverGap:
    """How far the answer of the last program is proved."""
    region = program.trust_region
    return SolverGap(
        status=answer.status.value,
        objective=answer.objective if answer.has_solution else None,
        bound=answer.bound,
        relative=answer.gap if answer.has_solution else None,
        changes=None if region is None else region.at_most,
    )


def _interval(one: Estimate) -> dict[str, float | None]:
    """Value and 95 % interval; none where a single roadmap has no error."""
    known = math.isfinite(one.se)
    low, high = (one.mean - WIDTH * one.se, one.mean + WIDTH * one.se) if known else (None, None)
    return {"value": one.mean, "low": low, "high": high}
