"""How often a limit is broken in driver worlds, and in which share of them seldom enough, without what luck decides.

In a driver world the limit is broken with a chance p that K draws of the events show only roughly: 16 draws without a
breach do not tell a chance of 5 % from one of 10 %. So no world is counted on one side. The share s of worlds with
p <= a is enclosed by what the number X of breaches in a world can tell: for every m

    P(X <= m) <= s + (1 - s) A(m)    A(m) = P(B <= m)        P(X >= m) <= (1 - s) + s C(m)    C(m) = P(B >= m)

with B binomial(K, a), because X is smaller, or larger, the smaller or larger p is. Both are solved for s at a few
numbers m, with the limits of Clopper and Pearson (1934) of the left sides for so many worlds, their confidence shared
among the numbers (Bonferroni). The range holds the true share in 95 % of the cases or more, however few draws there
are; few draws make it wide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.across.shares import WorldShare
from sim.measures import wilson_interval

Floats = NDArray[np.float64]
Broken = NDArray[np.bool_]
CONFIDENCE = 0.95
NUMBERS = 6
"""Numbers of breaches at which either side is looked at."""
WIDE = 0.9
"""Width of a range from which on it tells nothing."""


@dataclass(frozen=True)
class ShareRange:
    """The range of 95 % of a share of the driver worlds: luck of the worlds, and what few draws leave open."""

    low: float
    high: float

    @property
    def told(self) -> bool:
        """Whether the range says anything."""
        return self.high - self.low < WIDE


@dataclass(frozen=True)
class FloorKept:
    """How often a decision breaks the floor: share of all draws in all worlds, with its interval of 95 % (low, high);
    kept: whether that is no more than allowed, `cannot tell` where the interval holds the allowed share. worlds: share
    of driver worlds in which it is broken no more often than allowed."""

    share: float
    low: float
    high: float
    kept: str
    worlds: ShareRange


def floor_kept(broken: Broken, allowed: float) -> FloorKept:
    """broken: (worlds, draws) whether a decision breaks the floor; allowed: the probability that is allowed.

    >>> never = floor_kept(np.zeros((256, 16), dtype=bool), 0.05)
    >>> never.kept, round(never.worlds.low, 2), never.worlds.high
    ('yes', 0.96, 1.0)
    """
    by_world = broken.mean(axis=1)
    worlds, share = len(by_world), float(by_world.mean())
    # Draws of a world are alike, so the interval is that of as many independent draws as give the error over worlds.
    variance = float(by_world.var(ddof=1)) / worlds if worlds > 1 else 0.25
    alone = share * (1.0 - share) / variance if variance > 0.0 and 0.0 < share < 1.0 else float(worlds)
    trials = max(1, min(broken.size, int(alone)))
    low, high = wilson_interval(min(trials, round(share * trials)), trials, CONFIDENCE)
    low, high = min(low, share), max(high, share)
    kept = "yes" if high <= allowed else "no" if low > allowed else "cannot tell"
    return FloorKept(share, low, high, kept, seldom_range(broken, allowed))


def seldom_range(broken: Broken, allowed: float, confidence: float = CONFIDENCE) -> ShareRange:
    """Share of worlds in which the chance of a breach is at most the allowed one. broken: (worlds, draws).

    >>> always = seldom_range(np.ones((256, 16), dtype=bool), 0.05)
    >>> always.low, round(always.high, 2)
    (0.0, 0.02)
    """
    from scipy.stats import beta, binom

    worlds, draws = broken.shape
    number = np.count_nonzero(broken, axis=1)
    numbers = _numbers(draws, allowed)
    miss = (1.0 - confidence) / (2 * len(numbers))
    low, high = 0.0, 1.0
    for m in numbers:
        few = int(np.count_nonzero(number <= m))
        chance = float(binom.cdf(m, draws, allowed))
        if few and chance < 1.0:
            at_least = float(beta.ppf(miss, few, worlds - few + 1))
            low = max(low, (at_least - chance) / (1.0 - chance))
        many = int(np.count_nonzero(number >= m + 1))
        chance = float(binom.sf(m, draws, allowed))
        if many and chance < 1.0:
            at_least = float(beta.ppf(miss, many, worlds - many + 1))
            high = min(high, 1.0 - (at_least - chance) / (1.0 - chance))
    # Both ends can pass each other by a little where the law of large numbers is close to an end.
    return ShareRange(min(low, high), max(low, high))


def range_of(share: WorldShare, worlds: int) -> ShareRange:
    """The range of 95 % of a share with a standard error, never narrower than that of so many independent worlds.

    >>> range_of(WorldShare(1.0, 0.0, 1.0), 256).low > 0.98
    True
    """
    low, high = wilson_interval(round(share.value * worlds), worlds, CONFIDENCE)
    reach = 1.96 * share.se
    return ShareRange(max(0.0, min(low, share.value - reach)), min(1.0, max(high, share.value + reach)))


def both_hold(one: ShareRange, other: ShareRange) -> ShareRange:
    """Share of worlds in which two things hold of which each has a range, however they go together (Frechet 1935).

    >>> both_hold(ShareRange(0.9, 1.0), ShareRange(0.5, 0.6))
    ShareRange(low=0.4, high=0.6)
    """
    return ShareRange(round(max(0.0, one.low + other.low - 1.0), 12), min(one.high, other.high))


def _numbers(draws: int, allowed: float) -> list[int]:
    """Numbers of breaches around the one that is allowed, by its standard deviation; fixed before any are counted."""
    mean, spread = draws * allowed, np.sqrt(draws * allowed * (1.0 - allowed))
    wanted = mean + spread * np.linspace(-2.0, 3.0, NUMBERS)
    return sorted({int(np.clip(np.floor(one), 0, draws - 1)) for one in wanted})
