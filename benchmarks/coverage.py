"""Do intervals hold what they say? Coverage and width of every type on cases whose answer is known.

Demanded: the truth lies inside in at least 93 % of 1,000 cases (95 % less three standard errors), and for statistics
of continuous values in at most 97.5 %. Width: the mean one over the central 95 % of the estimates themselves, which
is what somebody who knew the error exactly would give.

    python -m benchmarks.coverage [--cases N]      the table; exit code 1 if a demand is missed
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import poisson

from benchmarks.rows import Row
from sim.measures import (
    ChanceBelow,
    Estimator,
    Interval,
    Mean,
    Quantile,
    Ratio,
    TailMean,
    difference_interval,
    replicated_interval,
)

Floats = NDArray[np.float64]
Sample = Callable[[np.random.Generator, int], Floats]
CASES = 1000
LEAST, MOST = 0.93, 0.975
WIDEST = 1.5
INDEX = 2.5  # of the Pareto tail
SHARED = 0.8  # correlation of the normals behind two roadmaps
BETTER = 1.3  # factor between them


@dataclass(frozen=True)
class Case:
    """One type of interval on one distribution with n draws. continuous: no ties, so coverage has an upper limit."""

    name: str
    n: int
    sample: Sample
    interval: Callable[[Floats], Interval]
    truth: float
    continuous: bool = True


@dataclass(frozen=True)
class Covered:
    """What was found. below, above: shares of cases whose interval lies wholly below or above the truth; refused: share
    of cases without an interval, which do not count in the others."""

    case: Case
    coverage: float
    below: float
    above: float
    width: float
    refused: float

    @property
    def holds(self) -> bool:
        return self.coverage >= LEAST and (self.coverage <= MOST if self.case.continuous else self.width <= WIDEST)

    def __str__(self) -> str:
        return (
            f"{self.case.name:44s} {self.case.n:6d} {100 * self.coverage:6.1f} {100 * self.below:6.1f} "
            f"{100 * self.above:6.1f} {self.width:6.2f} {100 * self.refused:7.1f}  {'' if self.holds else 'MISSED'}"
        )


def covered(case: Case, cases: int = CASES, seed: int = 3) -> Covered:
    """Run one case so many times."""
    rng = np.random.default_rng(seed)
    found = [case.interval(case.sample(rng, case.n)) for _ in range(cases)]
    given = [one for one in found if one.refused is None]
    low = np.array([one.low for one in given], dtype=np.float64)
    high = np.array([one.high for one in given], dtype=np.float64)
    below, above = float(np.mean(high < case.truth)), float(np.mean(low > case.truth))
    ends = np.quantile([one.estimate for one in given if one.estimate is not None], [0.025, 0.975])
    width = float(np.mean(high - low) / (ends[1] - ends[0]))
    return Covered(case, 1.0 - below - above, below, above, width, 1.0 - len(given) / cases)


@dataclass(frozen=True)
class Law:
    """A distribution as a function of the normal, with its mean, quantile and mean of the worst 5 % (its upper end)."""

    name: str
    of: Callable[[Floats], Floats]
    mean: float
    tail: float

    def quantile(self, p: float) -> float:
        return float(self.of(np.array([ndtri(p)]))[0])


NORMAL = Law("normal", lambda z: z, 0.0, math.exp(-0.5 * ndtri(0.95) ** 2) / math.sqrt(2 * math.pi) / 0.05)
LOGNORMAL = Law("lognormal", np.exp, math.exp(0.5), float(math.exp(0.5) * ndtr(1.0 - ndtri(0.95)) / 0.05))
PARETO = Law(
    f"Pareto {INDEX}",
    lambda z: ndtr(-z) ** (-1 / INDEX),
    INDEX / (INDEX - 1),
    0.05 ** (-1 / INDEX) * INDEX / (INDEX - 1),
)
LAWS = (NORMAL, LOGNORMAL, PARETO)


def one(law: Law) -> Sample:
    return lambda rng, n: law.of(rng.standard_normal(n))


def counts(mean: float) -> Sample:
    return lambda rng, n: rng.poisson(mean, n).astype(np.float64)


def pair(law: Law) -> Sample:
    """(2, n): correlated, both of the law, the first BETTER times as large."""

    def draw(rng: np.random.Generator, n: int) -> Floats:
        first, other = rng.standard_normal(n), rng.standard_normal(n)
        second = SHARED * first + math.sqrt(1 - SHARED**2) * other
        return np.stack([BETTER * law.of(first), law.of(second)])

    return draw


def spent(law: Law) -> Sample:
    """(2, n): a gain of the law over a cost of mean 2 that is correlated with it."""

    def draw(rng: np.random.Generator, n: int) -> Floats:
        z = rng.standard_normal(n)
        return np.stack([law.of(z), 1.5 + 0.5 * np.exp(0.5 * z - 0.125)])

    return draw


def spent_twice(law: Law) -> Sample:
    """(4, n): two such pairs, correlated, the gain of the first BETTER times as large."""

    def draw(rng: np.random.Generator, n: int) -> Floats:
        both = pair(NORMAL)(rng, n)
        z = np.stack([both[0] / BETTER, both[1]])
        cost = 1.5 + 0.5 * np.exp(0.5 * z - 0.125)
        return np.stack([BETTER * law.of(z[0]), cost[0], law.of(z[1]), cost[1]])

    return draw


def between(estimator: Estimator, values: Floats) -> Interval:
    return difference_interval(estimator, values[0], values[1])


def registry() -> Iterator[Case]:
    """Every type, at the smallest number of draws for which it is given and at more."""
    tail = TailMean(0.05, "high")
    for law in LAWS:
        for n in (200, 4096):
            yield Case(f"mean, {law.name}", n, one(law), Mean().interval, law.mean)
            yield Case(f"ratio, {law.name}", n, spent(law), Ratio().interval, law.mean / 2)
            yield Case(f"difference of means, {law.name}", n, pair(law), _between(Mean()), (BETTER - 1) * law.mean)
        for n, p in ((160, 0.05), (16, 0.5), (160, 0.95), (4096, 0.05), (4096, 0.5), (4096, 0.95)):
            truth = law.quantile(p)
            yield Case(f"{100 * p:g} % quantile, {law.name}", n, one(law), Quantile(p).interval, truth)
        for n, p in ((2000, 0.05), (200, 0.5), (2000, 0.95), (4096, 0.05), (4096, 0.5), (4096, 0.95)):
            truth = (BETTER - 1) * law.quantile(p)
            yield Case(f"difference of {100 * p:g} % quantiles, {law.name}", n, pair(law), _between(Quantile(p)), truth)
        for n in (1000, 4096):
            yield Case(f"worst 5 %, {law.name}", n, one(law), tail.interval, law.tail)
            truth = (BETTER - 1) * law.tail
            yield Case(f"difference of worst 5 %, {law.name}", n, pair(law), _between(tail), truth)
    for n in (200, 4096):
        truth = (BETTER - 1) * LOGNORMAL.mean / 2
        yield Case("difference of ratios, lognormal", n, spent_twice(LOGNORMAL), _ratios, truth)
    for n in (200, 4096):
        yield Case("mean, Poisson 0.5", n, counts(0.5), Mean().interval, 0.5, continuous=False)
    for n in (160, 4096):
        yield Case("95 % quantile, Poisson 30", n, counts(30), Quantile(0.95).interval, poisson.ppf(0.95, 30), False)
    for n, p in ((20, 0.5), (100, 0.05), (4096, 0.01)):
        yield Case(f"chance of {100 * p:g} %", n, one(NORMAL), ChanceBelow(ndtri(p)).interval, p, continuous=False)
    for n in (20, 200, 4096):
        limit = NORMAL.quantile(0.1)
        truth = float(ndtr(limit / BETTER)) - 0.1
        yield Case("difference of chances", n, pair(NORMAL), _between(ChanceBelow(limit)), truth, continuous=False)
    for n in (8, 16):
        yield Case("replicated, normal", n, one(NORMAL), replicated_interval, 0.0)
        yield Case("replicated, means of 256 lognormals", n, _averages, replicated_interval, LOGNORMAL.mean)


def _between(estimator: Estimator) -> Callable[[Floats], Interval]:
    return lambda values: between(estimator, values)


def _ratios(values: Floats) -> Interval:
    return difference_interval(Ratio(), values[:2], values[2:])


def _averages(rng: np.random.Generator, n: int) -> Floats:
    averages: Floats = np.exp(rng.standard_normal((n, 256))).mean(axis=1)
    return averages


def rows(smoke: bool) -> Iterator[Row]:
    """The interval type that covers least often, and how many types miss their limits."""
    every = [case for k, case in enumerate(registry()) if not smoke or k < 3]
    found = [covered(case, 40 if smoke else CASES) for case in every]
    least = min(found, key=lambda one: one.coverage)
    missed = [one.case.name for one in found if not one.holds]
    detail = (
        f"{len(found)} intervals, least: {least.case.name} with {least.case.n} draws; limits missed by {len(missed)}"
    )
    what = "coverage of the interval that covers least often"
    yield Row("coverage", what, 100.0 * LEAST, "at least", (100.0 * least.coverage,), detail, unit=" %")


def main(arguments: list[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=CASES)
    cases = parser.parse_args(arguments).cases
    print(f"{'interval of':44s} {'draws':>6s} {'% in':>6s} {'below':>6s} {'above':>6s} {'width':>6s} {'refused':>7s}")
    missed = 0
    for case in registry():
        found = covered(case, cases)
        missed += not found.holds
        print(found, flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
