"""Does the interval hold when the draws are stopped by what they show? Coverage, width and draws of sequential runs.

Demanded: the truth inside in at least 93 % of 1,000 runs, whatever the rule of stopping. `peeking` is the share of the
same runs in which a 95 % interval of fixed length would have held: what is lost by looking again and again. Width: the
interval at the end over the fixed one at the same draws.

    python -m benchmarks.stopping [--cases N] [--block 4096]      the table; exit code 1 if a demand is missed
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from benchmarks.coverage import CASES, LEAST, LOGNORMAL, NORMAL, PARETO, WIDEST, Sample, one, pair
from sim.measures import (
    ChanceBelow,
    Estimator,
    Interval,
    Mean,
    Quantile,
    TailMean,
    Target,
    difference_interval,
    until_sure,
)
from sim.measures.intervals import CONFIDENCE
from sim.measures.sequential import BLOCK

Floats = NDArray[np.float64]
LONGEST = 32  # blocks


@dataclass(frozen=True)
class Run:
    """A figure, the rule that stops the draws, and the truth."""

    name: str
    sample: Sample
    interval: Callable[[Floats, float], Interval]
    enough: Callable[[Interval], bool]
    truth: float


@dataclass(frozen=True)
class Stopped:
    """Shares of runs whose interval held, with looks that are paid for and without; draws: mean number at the end."""

    run: Run
    coverage: float
    peeking: float
    width: float
    draws: float

    @property
    def holds(self) -> bool:
        return self.coverage >= LEAST and self.width <= WIDEST

    def __str__(self) -> str:
        return (
            f"{self.run.name:52s} {100 * self.coverage:6.1f} {100 * self.peeking:8.1f} {self.width:6.2f} "
            f"{self.draws:8,.0f}  {'' if self.holds else 'MISSED'}"
        )


def stopped(
    run: Run, cases: int = CASES, seed: int = 1, block: int = BLOCK, longest: int = LONGEST, peek: bool = True
) -> Stopped:
    """Play one kind of run so many times, each of `longest` blocks at most; without `peek` only what the looks hold."""
    rng = np.random.default_rng(seed)
    held, naive, widths, draws = 0, 0, [], []
    most = longest * block
    for _ in range(cases):
        values = run.sample(rng, most)
        looks: dict[tuple[int, float], Interval] = {}

        def look(n: int, level: float, values: Floats = values, looks: dict = looks) -> Interval:  # type: ignore[type-arg]
            if (n, level) not in looks:
                looks[n, level] = run.interval(values[..., :n], level)
            return looks[n, level]

        def fixed(n: int, _level: float, look: Callable[[int, float], Interval] = look) -> Interval:
            return look(n, CONFIDENCE)

        sure = until_sure(look, run.enough, most, block=block)
        held += _inside(sure.interval, run.truth)
        draws.append(sure.draws)
        if not peek:
            continue
        naive += _inside(until_sure(fixed, run.enough, most, block=block).interval, run.truth)
        widths.append(sure.interval.half / look(sure.draws, CONFIDENCE).half)
    width = float(np.mean(widths)) if peek else math.nan
    return Stopped(run, held / cases, naive / cases if peek else math.nan, width, float(np.mean(draws)))


def registry(block: int = BLOCK) -> Iterator[Run]:
    """Every kind of figure; the last ones stop as soon as they see a difference where there is none.

    The precision asked for shrinks with the root of the block, so that runs of any block take about as many looks.
    """
    tail, paired, finer = TailMean(0.05, "high"), pair(NORMAL), math.sqrt(512 / block)
    yield Run("mean, lognormal", one(LOGNORMAL), Mean().interval, Target(0.08 * finer, True).met, LOGNORMAL.mean)
    yield Run("mean, Pareto 2.5", one(PARETO), Mean().interval, Target(0.07 * finer, True).met, PARETO.mean)
    low = LOGNORMAL.quantile(0.05)
    yield Run("5 % quantile, lognormal", one(LOGNORMAL), Quantile(0.05).interval, Target(0.02 * finer, False).met, low)
    yield Run("worst 5 %, Pareto 2.5", one(PARETO), tail.interval, Target(0.2 * finer, True).met, PARETO.tail)
    chance = ChanceBelow(float(ndtri(0.1)))
    yield Run("chance of 10 %", one(NORMAL), chance.interval, Target(0.015 * finer, False).met, 0.1)
    for name, estimator in (("means", Mean()), ("5 % quantiles", Quantile(0.05))):
        yield Run(f"sign of a difference of {name}, none", _alike(paired), _between(estimator), _clear, 0.0)
    yield Run(
        "sign of a difference of worst 5 %, lognormal, none", _alike(pair(LOGNORMAL)), _between(tail), _clear, 0.0
    )


def _alike(sample: Sample) -> Sample:
    """Both of a pair of one law: the factor between them is taken out."""
    from benchmarks.coverage import BETTER

    def draw(rng: np.random.Generator, n: int) -> Floats:
        values = sample(rng, n)
        return np.stack([values[0] / BETTER, values[1]])

    return draw


def _between(estimator: Estimator) -> Callable[[Floats, float], Interval]:
    return lambda values, level: difference_interval(estimator, values[0], values[1], level)


def _clear(found: Interval) -> bool:
    return found.low is not None and found.high is not None and (found.low > 0.0 or found.high < 0.0)


def _inside(found: Interval, truth: float) -> bool:
    return found.low is not None and found.high is not None and found.low <= truth <= found.high


def sequence_width(share: float, confidence: float = CONFIDENCE) -> float:
    """Half width of an asymptotic confidence sequence over the fixed one, at `share` of the draws that it is tuned for.

    Waudby-Smith et al. (2024), Time-uniform central limit theory, The Annals of Statistics 52(6), equations 9 and 10.
    """
    error = 1.0 - confidence
    tuned = -2.0 * math.log(error) + math.log(-2.0 * math.log(error)) + 1.0
    x = tuned * share
    return math.sqrt(2.0 * (x + 1.0) / x * math.log(math.sqrt(x + 1.0) / error)) / float(ndtri(0.5 + 0.5 * confidence))


def main(arguments: list[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--block", type=int, default=BLOCK, help="draws of the first look")
    given = parser.parse_args(arguments)
    print(f"{'stopped by':52s} {'% in':>6s} {'peeking':>8s} {'width':>6s} {'draws':>8s}")
    missed = 0
    for run in registry(given.block):
        found = stopped(run, given.cases, block=given.block)
        missed += not found.holds
        print(found, flush=True)
    widths = ", ".join(f"{sequence_width(share):.2f} at {share:g}" for share in (1.0, 0.125, 8.0))
    print(f"asymptotic confidence sequence: width {widths} of the draws that it is tuned for")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
