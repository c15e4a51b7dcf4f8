"""Stochastic dominance of paired samples, with tests that may answer "cannot tell yet".

A dominates B in the first order where F_A(z) <= F_B(z) for every z: whoever likes more money prefers A. In the second
order where E(z - A)+ <= E(z - B)+ for every z: so does whoever likes more and dislikes risk. For each level z the gap
g(z) = D_A(z) - D_B(z) is a mean over draws of paired terms, hence a t statistic, on a grid of quantiles of both.

dominates        the hypothesis that A does not dominate is rejected: every t in the middle of the grid (5 % to 90 % of
                 all figures) lies below -1.645, an intersection-union test (Davidson and Duclos 2013, Testing for
                 restricted stochastic dominance, Econometric Reviews 32), and the mean of A is not lower by more than a
                 fiftieth of the spread, with 95 % confidence: what lies above the 90 % quantile, such as a catastrophe
                 that B would have averted, is then too small to reverse it. Or: A is below B in no draw, which with
                 common draws is stronger still; its chance is then below 3 / draws with 95 % confidence.
does not         the hypothesis that A dominates is rejected: the largest t of the whole grid (1 % to 99 %) exceeds what
                 a multiplier bootstrap of the centred gaps gives in one of forty cases (Barrett and Donald 2003,
                 Consistent tests for stochastic dominance, Econometrica 71; pairs are kept together as in Linton,
                 Maasoumi and Whang 2005, Review of Economic Studies 72).
cannot tell yet  neither. same: no draw differs.

Dominance of the first order implies that of the second, so `dominances` takes what refutes the second order as
refuting the first, each at 2.5 %. "Does not" is thus a false alarm in at most about 5 % of comparisons, and so is
"dominates"; where the two distributions are equal, the latter is far rarer. Beyond the 1 % and 99 % quantiles the first
order is not tested.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scenarios.comparing.paired import gap
from sim.mechanisms.normal import normal_quantile

Floats = NDArray[np.float64]
Answer = Literal["dominates", "does not", "cannot tell yet", "same"]

ALARM, REFUTED = 0.05, 0.025
LEVELS = np.linspace(0.01, 0.99, 50)
MIDDLE = (0.05, 0.90)
RESAMPLES = 999
MARGIN = 0.02
"""Of the standard deviation of both samples: by so much the mean of what dominates may be lower at most."""
DISCORDANT = 10
"""Draws that must differ at a level before its t statistic is read."""
CHUNK = 111  # resamples at a time
STREAM = 20030103


@dataclass(frozen=True)
class Dominance:
    """Answers of one order (1 or 2): whether the first arm dominates the second, and the reverse. p_first, p_second: of
    the hypotheses that they do. in_every_draw: the arm that is never the worse one, where there is one. draws_to_tell:
    about so many draws would show a dominance that the sample suggests; None where it suggests none."""

    order: int
    first: Answer
    second: Answer
    p_first: float
    p_second: float
    in_every_draw: Literal["first", "second"] | None
    draws_to_tell: int | None

    def document(self) -> dict[str, Any]:
        """As JSON documents hold it."""
        return {
            "order": self.order,
            "first_over_second": self.first,
            "second_over_first": self.second,
            "p_first_over_second": self.p_first,
            "p_second_over_first": self.p_second,
            "in_every_draw": self.in_every_draw,
            "draws_to_tell": self.draws_to_tell,
        }


def dominances(one: Floats, other: Floats, seed: int) -> tuple[Dominance, Dominance]:
    """First and second order, in agreement: what dominates in the first does in the second, and what does not in the
    second does not in the first."""
    first, second = (dominance(one, other, order, seed) for order in (1, 2))
    answers = [_agreed(first.first, second.first), _agreed(first.second, second.second)]
    pair = [replace(found, first=answers[0][k], second=answers[1][k]) for k, found in enumerate((first, second))]
    settled = [found.first == "dominates" or found.second == "dominates" for found in pair]
    return (
        replace(pair[0], draws_to_tell=None if settled[0] else pair[0].draws_to_tell),
        replace(pair[1], draws_to_tell=None if settled[1] else pair[1].draws_to_tell),
    )


def _agreed(first: Answer, second: Answer) -> tuple[Answer, Answer]:
    if second == "does not":
        return "does not", "does not"
    return first, "dominates" if first == "dominates" else second


def dominance(one: Floats, other: Floats, order: int, seed: int) -> Dominance:
    """Both directions of one order. one, other: (draws,) paired figures of which more is better.

    >>> x = np.arange(400.0)
    >>> dominance(x + 5.0, x, 1, seed=1).first, dominance(x, x, 1, seed=1).first
    ('dominates', 'same')
    """
    gaps = gap(one, other)
    if not gaps.any():
        return Dominance(order, "same", "same", 1.0, 1.0, None, None)
    never: Literal["first", "second"] | None = None
    if gaps.min() >= 0.0 or gaps.max() <= 0.0:
        never = "first" if gaps.min() >= 0.0 else "second"
    grid = np.quantile(np.concatenate([one, other]), LEVELS)
    terms = _terms(one, other, grid, order)
    enough = np.count_nonzero(terms, axis=0) >= DISCORDANT
    t, scaled = _studentised(terms, enough)
    highest, lowest = _largest(scaled, seed, order)
    p_first, p_second = _p(highest, t.max(initial=0.0)), _p(lowest, (-t).max(initial=0.0))
    low, high = MIDDLE
    middle = (low - 1e-9 < LEVELS) & (high + 1e-9 > LEVELS)
    limit = normal_quantile(1.0 - ALARM)
    read = bool(enough[middle].all())
    slack = MARGIN * float(np.concatenate([one, other]).std())
    error = limit * float(gaps.std(ddof=1)) / math.sqrt(len(gaps))
    ahead, behind = float(gaps.mean()) - error >= -slack, float(gaps.mean()) + error <= slack
    first = _answer(never == "first", read and ahead and bool((t[middle] <= -limit).all()), p_first)
    second = _answer(never == "second", read and behind and bool((t[middle] >= limit).all()), p_second)
    if never == "first":
        second = "does not"
    elif never == "second":
        first = "does not"
    told = {first, second} & {"dominates"} or {first, second} == {"does not"}
    needed = None
    if read and not told:  # and so the gaps vary: constant ones are told in every draw
        ways = (float(gaps.mean()) + slack) / error, (slack - float(gaps.mean())) / error
        needed = _needed(t[middle], ways, len(one))
    return Dominance(order, first, second, p_first, p_second, never, needed)


def _terms(one: Floats, other: Floats, grid: Floats, order: int) -> Floats:
    """(draws, levels) terms whose mean is D_one - D_other."""
    if order == 1:
        return np.asarray(
            (one[:, np.newaxis] <= grid).astype(np.float64) - (other[:, np.newaxis] <= grid).astype(np.float64)
        )
    return np.asarray(np.maximum(grid - one[:, np.newaxis], 0.0) - np.maximum(grid - other[:, np.newaxis], 0.0))


def _studentised(terms: Floats, enough: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """(levels,) t statistics, 0 where too few draws differ, and the (draws, levels) centred terms by their deviation
    times the square root of the draws."""
    n = len(terms)
    mean = terms.mean(axis=0)
    spread = terms.std(axis=0, ddof=1)
    sure = enough & (spread <= 1e-12 * np.abs(mean))
    use = enough & ~sure
    t = np.where(sure, np.where(mean > 0.0, math.inf, -math.inf), 0.0)
    t[use] = math.sqrt(n) * mean[use] / spread[use]
    return t, (terms[:, use] - mean[use]) / (spread[use] * math.sqrt(n))


def _largest(scaled: Floats, seed: int, order: int) -> tuple[Floats, Floats]:
    """(RESAMPLES,) largest and largest negative t of resamples under equality at every level."""
    if not scaled.shape[1]:
        return np.zeros(RESAMPLES), np.zeros(RESAMPLES)
    chance = np.random.default_rng([STREAM, seed, order])
    high, low = [], []
    for first in range(0, RESAMPLES, CHUNK):
        drawn = chance.standard_normal((min(CHUNK, RESAMPLES - first), len(scaled))) @ scaled
        high.append(drawn.max(axis=1))
        low.append((-drawn).max(axis=1))
    return np.concatenate(high), np.concatenate(low)


def _p(resampled: Floats, found: float) -> float:
    return float((1 + np.count_nonzero(resampled >= found)) / (1 + len(resampled)))


def _answer(never_worse: bool, proved: bool, p: float) -> Answer:
    if never_worse:
        return "dominates"
    if p < REFUTED:
        return "does not"
    return "dominates" if proved else "cannot tell yet"


def _needed(t: Floats, ways: tuple[float, float], draws: int) -> int | None:
    """Draws at which the least clear t of the middle would do, and the mean, where all of them point one way.

    ways: for each arm, how far its mean is from being too low, over what it has to be.
    """
    if not (np.all(t < 0.0) or np.all(t > 0.0)):
        return None
    mean = ways[0] if t[0] < 0.0 else ways[1]
    if mean <= 0.0:
        return None
    weakest = min(float(np.abs(t).min()) / normal_quantile(1.0 - ALARM), mean)
    return math.ceil(draws / weakest**2)
