"""How large the cyber loss of the horizon may be: the tail of its present value, by importance sampling.

The draws serve the tail alone: more incidents, one of them worse, each draw with its weight (`sim.montecarlo.tilt`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, ProblemsFound
from sim.measures.weighted import TailFigure, effective_draws, weighted_cvar, weighted_quantile
from sim.montecarlo import evaluate
from sim.montecarlo.cyber_tail import tail_tilt
from sim.montecarlo.sampling import Sampling
from sim.roadmap import Roadmap
from sim.world import Scenario

Floats = NDArray[np.float64]
USUAL_DRAWS = 8_192
SIGMAS = 5.0  # standard errors by which the mean of the weights may differ from 1


@dataclass(frozen=True)
class LossTail:
    """Of one arm, money: the loss that is exceeded with probability `tail`, and the mean of the losses beyond it with
    its standard error. None where too few draws lie there. effective: unweighted draws that the weights leave."""

    tail: float
    quantile: float | None
    mean: TailFigure
    effective: float


@dataclass(frozen=True)
class CyberTail:
    """PV of the direct losses within the horizon, before insurance. baseline, roadmap: by tail, as asked for."""

    baseline: tuple[LossTail, ...]
    roadmap: tuple[LossTail, ...]
    draws: int
    seed: int

    def document(self) -> dict[str, Any]:
        """For a JSON document."""
        return {
            "draws": self.draws,
            "baseline": [_document(one) for one in self.baseline],
            "roadmap": [_document(one) for one in self.roadmap],
        }

    def rows(self, money: str) -> Iterator[tuple[str, None, str, float | None, None, None, str]]:
        """As `Trajectories.to_frame` has rows: series, month, statistic, value, low, high, unit."""
        for arm, found in (("baseline", self.baseline), ("roadmap", self.roadmap)):
            for one in found:
                for name, value in _document(one).items():
                    if name not in ("share", "effective_draws"):
                        statistic = f"{name} of the worst {one.tail:g}"
                        yield f"losses.present_value.{arm}", None, statistic, value, None, None, money


def _document(one: LossTail) -> dict[str, Any]:
    return {
        "share": one.tail,
        "quantile": one.quantile,
        "mean": one.mean.estimate,
        "se": one.mean.se,
        "effective_draws": one.effective,
    }


def tail_of_business(
    scenario: Scenario, roadmap: Roadmap | Mapping[str, int], seed: int, *, threads: int | None = None
) -> CyberTail | None:
    """`cyber_tail` on USUAL_DRAWS draws; None where no threat brings a loss."""
    if tail_tilt(scenario, 0.05) is None:
        return None
    return cyber_tail(scenario, roadmap, USUAL_DRAWS, seed, threads=threads)


def cyber_tail(
    scenario: Scenario,
    roadmap: Roadmap | Mapping[str, int],
    draws: int,
    seed: int,
    *,
    tails: tuple[float, ...] = (0.05, 0.01),
    threads: int | None = None,
) -> CyberTail:
    """The worst shares `tails` of the cyber losses, without and with a roadmap. Raises ProblemsFound for a scenario
    whose threats bring no loss, for a tail outside (0, 0.5], and where the weights do not have mean 1."""
    if not all(0.0 < tail <= 0.5 for tail in tails):
        raise ProblemsFound([Problem("tails", "outside the range 0 to 0.5", tails, "such as 0.05")])
    tilt = tail_tilt(scenario, max(tails))
    if tilt is None:
        hint = "state `severity` and `attempts_per_year` of a threat"
        raise ProblemsFound([Problem("threats", "no threat brings a loss, so there is no tail", None, hint)])
    sampling = Sampling(tilt=tilt)
    cyber = evaluate(scenario, roadmap, draws, seed, detail=False, sampling=sampling, threads=threads)[0].cyber
    assert cyber is not None, "tilted draws write their losses"
    for arm in (0, 1):
        _refuse_wrong(cyber.weight[:, arm])
    arms = [
        tuple(
            LossTail(
                tail,
                weighted_quantile(cyber.loss[:, arm], cyber.weight[:, arm], tail),
                weighted_cvar(cyber.loss[:, arm], cyber.weight[:, arm], tail),
                effective_draws(cyber.weight[:, arm]),
            )
            for tail in tails
        )
        for arm in (0, 1)
    ]
    return CyberTail(arms[0], arms[1], draws, seed)


def _refuse_wrong(weights: Floats) -> None:
    """Raise ProblemsFound where weights (draws,) do not have the mean that makes them weights, within their error."""
    mean, se = float(weights.mean()), float(weights.std()) / math.sqrt(len(weights))
    if abs(mean - 1.0) > SIGMAS * se + 1e-9:
        hint = "a mistake in the program: please report it with the file"
        raise ProblemsFound([Problem("threats", "the tail is not known: weights do not have mean 1", mean, hint)])
