"""On which drivers the decision hangs, not the value: the best of a stated set of roadmaps as the drivers vary.

The best roadmap at a draw of the drivers is the one with the largest E(NPV | theta): information buys knowledge of
drivers, never luck. For one driver alone the draws are cut into ten slices of its range; the roadmap that is best in a
slice is what would be chosen if that driver, and nothing else, were known to lie there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.sensing.measured import Measured
from sim.measures import probability_interval
from sim.mechanisms.normal import normal_quantile

Floats = NDArray[np.float64]
SLICES = 10
DUMMY, RESAMPLES = 501, 502
RESAMPLED = 200
CONFIDENCE = 0.95
FEWEST = 200  # draws of the drivers: 20 a slice


@dataclass(frozen=True)
class Turn:
    """One driver and the decision. changes: share of its range, in tenths, where another roadmap than the present best
    is clearly better on average; above_chance: whether there is one. worlds: share of the variance of "the present best
    is the best" that the driver explains alone. best: position of the best roadmap in each slice, from low to high; the
    present best where no other is clearly better."""

    column: int
    changes: float
    worlds: Measured
    best: tuple[int, ...]


@dataclass(frozen=True)
class Decision:
    """best: position of the roadmap with the largest mean; close: of others whose mean is not clearly smaller (95 %,
    paired). shares: of the driver worlds in which each roadmap is the
    best. turns: of each driver. dummy: what a driver without influence reaches in `worlds` in 95 of 100 cases."""

    best: int
    close: tuple[int, ...]
    shares: tuple[Measured, ...]
    means: tuple[Measured, ...]
    turns: tuple[Turn, ...]
    dummy: float


def known_gain(draws: Floats, best: int) -> Floats:
    """(points, roadmaps) what each roadmap gains over `best` given the drivers, with the noise of few draws taken out.

    draws: (points, noise, roadmaps) NPV, every point with draws of the events of its own. Means of `noise` draws are
    more spread than what they estimate, so they are drawn towards their mean until they have its variance, V - W / K,
    as in the probability box of `uncertainty`.

    >>> known_gain(np.array([[[0.0, 1.0], [0.0, 3.0]], [[0.0, 3.0], [0.0, 1.0]]]), 0).tolist()
    [[0.0, 2.0], [0.0, 2.0]]
    """
    gain = draws - draws[:, :, [best]]
    mean = gain.mean(axis=1)
    noise = gain.var(axis=1, ddof=1).mean(axis=0) / gain.shape[1]
    spread = mean.var(axis=0, ddof=1)
    kept = np.sqrt(np.maximum(0.0, 1.0 - noise / np.where(spread > 0.0, spread, 1.0)))
    return np.asarray(mean.mean(axis=0) + kept * (mean - mean.mean(axis=0)))


def decision(levels: Floats, worth: Floats, seed: int, known: Floats | None = None) -> Decision:
    """levels: (points, drivers). worth: (points, roadmaps) mean NPV given the drivers, each point with draws of the
    events of its own. known: gains over the best as `known_gain` has them, None where `worth` is exact.

    A roadmap is clearly better in a slice where its paired gain over the present best exceeds 0 at a level of 5 % over
    all slices and roadmaps of the driver together (Bonferroni).
    """
    points, roadmaps = worth.shape
    best = int(np.argmax(worth.mean(axis=0)))
    chosen = np.argmax(worth if known is None else known, axis=1)
    shares = []
    for k in range(roadmaps):
        found = probability_interval(int(np.count_nonzero(chosen == k)), points, CONFIDENCE)
        shares.append(Measured(float(np.mean(chosen == k)), found.low, found.high, found.refused))
    gain = worth - worth[:, [best]]
    half = 1.96 * worth.std(axis=0, ddof=1) / np.sqrt(points)
    means = tuple(Measured(float(m), float(m - h), float(m + h)) for m, h in zip(worth.mean(axis=0), half, strict=True))
    kept = (chosen == best).astype(np.float64)
    turns = tuple(_turn(k, levels[:, k], gain, kept, best, seed) for k in range(levels.shape[1]))
    blind = np.random.default_rng([seed, DUMMY]).random((points, 100))
    dummy = float(np.quantile([explained(blind[:, k], kept) for k in range(100)], 0.95)) if np.ptp(kept) else 0.0
    behind = gain.mean(axis=0) + 1.96 * gain.std(axis=0, ddof=1) / np.sqrt(points)
    close = tuple(k for k in range(roadmaps) if k != best and behind[k] >= 0.0)
    return Decision(best, close, tuple(shares), means, turns, dummy)


def slices_of(column: Floats) -> NDArray[np.int64]:
    """(points,) the tenth of the sample in which each level lies.

    >>> slices_of(np.arange(20.0)).tolist()[:4]
    [0, 0, 1, 1]
    """
    place = np.empty(len(column), dtype=np.int64)
    place[np.argsort(column, kind="stable")] = np.arange(len(column))
    return place * SLICES // len(column)


def explained(column: Floats, y: Floats) -> float:
    """Share of the variance of y between the slices of a column (Plischke, Borgonovo and Smith 2013, equation 6)."""
    which = slices_of(column)
    count = np.bincount(which, minlength=SLICES)
    mean = np.bincount(which, weights=y, minlength=SLICES) / count
    variance = float(np.var(y))
    return float(np.sum(count * (mean - y.mean()) ** 2) / len(y)) / variance if variance > 0.0 else 0.0


def _turn(k: int, column: Floats, gain: Floats, kept: Floats, best: int, seed: int) -> Turn:
    which = slices_of(column)
    tests = SLICES * max(1, gain.shape[1] - 1)
    z = normal_quantile(1.0 - 0.05 / tests)
    winners = []
    for part in range(SLICES):
        rows = gain[which == part]
        mean, error = rows.mean(axis=0), rows.std(axis=0, ddof=1) / np.sqrt(len(rows))
        first = int(np.argmax(mean))
        winners.append(first if mean[first] > z * error[first] else best)
    estimate = explained(column, kept)
    chance = np.random.default_rng([seed, RESAMPLES, k])
    n = len(column)
    drawn = []
    for _ in range(RESAMPLED if estimate > 0.0 else 0):
        rows = chance.integers(n, size=n)
        drawn.append(explained(column[rows], kept[rows]))
    half = 1.96 * float(np.std(drawn, ddof=1)) if drawn else 0.0
    changes = sum(one != best for one in winners) / SLICES
    return Turn(k, changes, Measured(estimate, max(0.0, estimate - half), min(1.0, estimate + half)), tuple(winners))


def without_each(
    starts: dict[str, int], needs: Mapping[str, Sequence[str]], fixed: Sequence[str]
) -> list[dict[str, int]]:
    """The baseline with what must be, the roadmap, and the roadmap without each initiative and what requires that.

    needs: initiative -> what it requires. fixed: initiatives that stay.

    >>> without_each({"a": 0, "b": 3}, {"b": ["a"]}, [])
    [{}, {'a': 0, 'b': 3}, {'a': 0}]
    """
    found: list[dict[str, int]] = [{name: month for name, month in starts.items() if name in fixed}, dict(starts)]
    for name in starts:
        if name in fixed:
            continue
        gone = {name}
        while more := {other for other in starts if other not in gone and gone & set(needs.get(other, ()))}:
            gone |= more
        rest = {other: month for other, month in starts.items() if other not in gone}
        if not gone & set(fixed) and rest not in found:
            found.append(rest)
    return found
