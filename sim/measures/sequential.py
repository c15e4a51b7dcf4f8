"""Draws until a figure is sure, without the bias of peeking.

Who looks at a 95 % interval after every few draws and stops when it pleases is wrong far more often than once in twenty
times. Here the looks are fixed beforehand, at LOOKS blocks of draws, and the interval of every look reaches a little
further, so that in 95 % of runs the truth lies inside at every look. Hence any rule of stopping keeps 95 %, also one
that goes on later: a run that is extended continues the same looks.

Estimates that are, nearly, means of independent influences move from look to look like a Gaussian walk, for which the
chance that it leaves +- c standard errors at some look is found by numerical integration. c = 2.68 for 95 %: intervals
1.37 times as wide as those of a run of fixed length. An asymptotic confidence sequence (Waudby-Smith et al. 2024,
Time-uniform central limit theory, The Annals of Statistics 52(6)), valid after every draw, is at best 1.55 times as
wide where it is tuned, and 1.8 times at an eighth of those draws.

Source: Armitage, McPherson and Rowe (1969), Repeated significance tests on accumulating data, Journal of the Royal
Statistical Society A 132(2); Pocock (1977), Group sequential methods, Biometrika 64(2).
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.measures.checks import open_share
from sim.measures.intervals import CONFIDENCE, Interval
from sim.mechanisms.normal import normal_cdf, normal_quantile

LOOKS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
BLOCK = 4096
_NODES = 160  # of the integration; more change the ninth digit


@dataclass(frozen=True)
class Target:
    """How near to the truth: half the width of the interval, in the figure's unit, or as a share of the figure."""

    amount: float
    relative: bool

    def wanted(self, estimate: float) -> float:
        """Half width that is asked for at this estimate."""
        return self.amount * abs(estimate) if self.relative else self.amount

    def met(self, found: Interval) -> bool:
        """Whether an interval is narrow enough. No share of an estimate of 0 is: what was never seen is not known.

        >>> Target(0.02, True).met(Interval(0.0, 0.0, 0.0, 0.0, 0.95, "", 4096))
        False
        """
        if found.estimate is None or (self.relative and found.estimate == 0.0):
            return False
        return found.half <= self.wanted(found.estimate)


@dataclass(frozen=True)
class Sure:
    """Where the looks ended. interval: valid at all looks; looks: number of the last; reached: whether enough."""

    interval: Interval
    draws: int
    looks: int
    reached: bool


def until_sure(
    interval: Callable[[int, float], Interval],
    enough: Callable[[Interval], bool],
    most: int,
    *,
    known: int = 0,
    block: int = BLOCK,
    confidence: float = CONFIDENCE,
) -> Sure:
    """Look at growing numbers of draws until an interval is enough, or the next look would need more than `most`.

    interval: of a number of draws and a confidence; for draws that are not there yet it makes them. enough: the rule of
    stopping. known: draws that are there already; looks before them are past. ValueError if no look is left.

    >>> from sim.measures.intervals import mean_interval
    >>> draws = np.tile([-1.0, 1.0], 2048)
    >>> found = until_sure(lambda n, level: mean_interval(draws[:n], level), Target(0.07, False).met, 4096, block=512)
    >>> found.draws, found.looks, found.reached, round(found.interval.half, 3)
    (2048, 3, True, 0.059)
    """
    counts = [block * blocks for blocks in LOOKS]
    due = [n for n in counts if known <= n <= most]
    if not due:
        raise ValueError(f"no look lies between {known} and {most} draws: they are at {counts}")
    level = look_confidence(confidence)
    for n in due:
        found = interval(n, level)
        if enough(found):
            break
    held = replace(found, confidence=confidence, method=f"{found.method}; valid at every look")
    return Sure(held, n, counts.index(n) + 1, enough(found))


def draws_needed(found: Interval, wanted: float) -> int | None:
    """Draws at which the half width would be `wanted`, extrapolated from 1 / sqrt(n); None where there is no telling.

    >>> draws_needed(Interval(10.0, 8.0, 12.0, 1.0, 0.95, "", 1000), 0.5)
    16000
    """
    if wanted <= 0.0 or not math.isfinite(found.half):
        return None
    return math.ceil(found.n * (found.half / wanted) ** 2)


def next_look(draws: int, after: int = 0) -> int | None:
    """Draws of the first look that has `draws` of them and is later than `after`; None where that is past the last.

    >>> next_look(20_000), next_look(4096, after=4096), next_look(2_000_000)
    (32768, 8192, None)
    """
    return next((BLOCK * blocks for blocks in LOOKS if BLOCK * blocks >= draws and BLOCK * blocks > after), None)


@functools.lru_cache(maxsize=8)
def look_confidence(confidence: float = CONFIDENCE) -> float:
    """Confidence of the interval of each look, so that all of LOOKS together have `confidence`.

    >>> round(look_confidence(0.95), 4)
    0.9927
    """
    low, high = normal_quantile(0.5 + 0.5 * open_share("confidence", confidence)), 8.0
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if exit_probability(middle, LOOKS) > 1.0 - confidence else (low, middle)
    return 2.0 * normal_cdf(high) - 1.0


def exit_probability(limit: float, looks: Sequence[float]) -> float:
    """Chance that a Gaussian walk is more than `limit` of its standard deviations from 0 at one of the looks.

    looks: increasing numbers of steps. The density of what has not left is carried from look to look by Gauss-Legendre
    quadrature: Z at a look is sqrt(r) times Z before plus sqrt(1 - r) times a new normal, r the ratio of the steps.

    >>> round(exit_probability(1.959964, [1]), 6), round(exit_probability(2.178, [1, 2]), 4)
    (0.05, 0.05)
    """
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    z, w = limit * nodes, limit * weights
    density = np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    for before, now in itertools.pairwise(looks):
        kept = before / now
        spread = math.sqrt(1.0 - kept)
        step = np.exp(-0.5 * ((z[:, np.newaxis] - math.sqrt(kept) * z) / spread) ** 2)
        density = step @ (w * density) / (spread * math.sqrt(2.0 * math.pi))
    return 1.0 - float(w @ density)
