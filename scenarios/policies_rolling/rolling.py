"""Reviewing a roadmap: at each review the rest is chosen anew from continuations, by what was observed until then.

Continuations share their past, so each is simulated on every draw once; reviewing a draw means to pick one of them, and
what is picked later must have the same past (a tree of pasts). From the last review backwards, the value of going on in
a certain way is regressed on what is observed, over training draws, and the way with the largest fitted value is taken
(Longstaff and Schwartz 2001, Valuing American options by simulation: a simple least-squares approach, Review of
Financial Studies 14; Stentoft 2004 on its convergence). Draws that test the rule have no part in it, and the rule sees
no figure of a draw but those observed: no hindsight.

A rule must prove itself before it replaces the continuation that is best on average: its gain on training draws that it
was not fitted to (4 folds) must exceed two standard errors. So reviewing is worth nothing where nothing is learned.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Starts = Mapping[str, int]
Past = tuple[tuple[str, int], ...]
Observe = Callable[[Past, int], tuple[Floats, Floats]]
"""Of a past and a review month: what is observed in the (training, test) draws, each (draws, figures)."""

FOLDS = 4
MOST_WAYS = 4
"""Ways beside the best on average that a rule may choose from at one review."""
PROVED = 2.0
"""Standard errors from which on the gain of a rule counts."""
SHRINK = 0.01
"""Ridge penalty on standardised figures, per draw."""


@dataclass(frozen=True)
class Rolled:
    """Continuation that is carried out in each draw: (draws,) numbers of candidates, for the training draws by rules
    that were not fitted to them, and for the test draws. rules: reviews at which a rule proved itself, by month."""

    train: Ints
    test: Ints
    rules: dict[int, int] = field(default_factory=dict)


def past(roadmap: Starts, month: int) -> Past:
    """What has begun before a month, which no review can change.

    >>> past({"pos": 0, "web": 12, "edr": 3}, 12)
    (('edr', 3), ('pos', 0))
    """
    return tuple(sorted((name, start) for name, start in roadmap.items() if start < month))


def roll(candidates: Sequence[Starts], reviews: Sequence[int], train: Floats, tested: int, observe: Observe) -> Rolled:
    """The continuation of every draw when the roadmap is reviewed in these months.

    candidates: roadmaps, start months. train: (draws, candidates) values. tested: test draws. At the beginning nothing
    is known, so the way that is best on average over the training draws is taken; each review picks among what shares
    its past.
    """
    rules: dict[int, int] = {}
    months = [0, *reviews]

    def choose(members: Sequence[int], level: int) -> tuple[Ints, Ints]:
        if level == len(months):
            return np.full(len(train), members[0]), np.full(tested, members[0])
        ways = [choose(group, level + 1) for group in _groups(candidates, members, months, level)]
        if len(ways) == 1:
            return ways[0]
        worth = np.stack([train[np.arange(len(train)), way[0]] for way in ways], axis=1)
        best = int(np.argmax(worth.mean(axis=0)))
        picks = None
        if level > 0:
            seen = observe(past(candidates[members[0]], months[level]), months[level])
            picks = rule(worth, best, *seen)
        if picks is None:
            return ways[best]
        rules[months[level]] = rules.get(months[level], 0) + 1
        ended = [np.stack([way[k] for way in ways], axis=1) for k in (0, 1)]
        return (
            np.take_along_axis(ended[0], picks[0][:, np.newaxis], axis=1)[:, 0],
            np.take_along_axis(ended[1], picks[1][:, np.newaxis], axis=1)[:, 0],
        )

    return Rolled(*choose(range(len(candidates)), 0), rules)


def _groups(candidates: Sequence[Starts], members: Sequence[int], months: Sequence[int], level: int) -> list[list[int]]:
    """Members by what they will have begun at the next review; at the last one each goes its own way."""
    if level + 1 >= len(months):
        return [[one] for one in members]
    found: dict[Past, list[int]] = {}
    for one in members:
        found.setdefault(past(candidates[one], months[level + 1]), []).append(one)
    return list(found.values())


def rule(worth: Floats, best: int, seen: Floats, seen_in_test: Floats) -> tuple[Ints, Ints] | None:
    """Which way to go in each (training, test) draw; None where no rule is better than always `best`.

    worth: (training draws, ways) value of each way. seen, seen_in_test: (draws, figures) observed until the review.
    """
    n = len(worth)
    gains = worth - worth[:, [best]]
    figures, figures_in_test = _standardised(seen, seen_in_test)
    if figures.shape[1] < 2 or not gains.any():  # nothing observed varies, or nothing depends on the choice
        return None
    fold = np.arange(n) % FOLDS
    fitted = np.zeros_like(gains)
    for k in range(FOLDS):
        fitted[fold == k] = figures[fold == k] @ _fit(figures[fold != k], gains[fold != k])
    ways = _telling(gains, fitted, best)
    picks = _pick(fitted[:, ways])
    if _errors_from_zero(gains[np.arange(n), ways[picks]]) < PROVED:
        return None
    in_test = _pick(figures_in_test @ _fit(figures, gains[:, ways]))
    return ways[picks], ways[in_test]


def _telling(gains: Floats, fitted: Floats, best: int) -> Ints:
    """Numbers of `best`, first, and of the few ways for which what is observed tells when they are better: the fitted
    values of many ways are noise, and the largest of them would be the one that errs most."""
    alone = [_errors_from_zero(np.where(fitted[:, way] > 0.0, gains[:, way], 0.0)) for way in range(gains.shape[1])]
    order = np.argsort(-np.array(alone), kind="stable")
    return np.array([best, *(int(way) for way in order[:MOST_WAYS] if way != best and alone[way] > 1.0)])


def _errors_from_zero(gains: Floats) -> float:
    """Mean over its standard error; 0 where there is no gain in any draw."""
    spread, mean = float(gains.std(ddof=1)), float(gains.mean())
    if spread == 0.0:
        return 0.0 if mean == 0.0 else math.copysign(math.inf, mean)
    return mean / (spread / math.sqrt(len(gains)))


def _pick(fitted: Floats) -> Ints:
    """(draws,) the way with the largest fitted gain; the first one, whose gain is 0, where none is above it."""
    top = np.argmax(fitted, axis=1)
    return np.where(fitted[np.arange(len(fitted)), top] > 0.0, top, 0)


def _fit(figures: Floats, gains: Floats) -> Floats:
    """(figures, ways) slopes of a ridge regression; the first figure is 1 and is not shrunk."""
    penalty = SHRINK * len(figures) * np.eye(figures.shape[1])
    penalty[0, 0] = 0.0
    return np.asarray(np.linalg.solve(figures.T @ figures + penalty, figures.T @ gains))


def _standardised(seen: Floats, seen_in_test: Floats) -> tuple[Floats, Floats]:
    """Both with mean 0 and deviation 1 of the training draws, behind a column of ones; what does not vary is left out,
    and a draw without a figure has the mean of those that have one."""
    known = ~np.isnan(seen)
    count = known.sum(axis=0)
    mean = np.where(known, seen, 0.0).sum(axis=0) / np.maximum(count, 1)
    filled = np.where(known, seen, mean)
    spread = filled.std(axis=0)
    use = (count > 1) & (spread > 1e-9 * np.maximum(1e-9, np.abs(mean)))
    parts = []
    for values in (filled, np.where(np.isnan(seen_in_test), mean, seen_in_test)):
        scaled = (values[:, use] - mean[use]) / spread[use]
        parts.append(np.column_stack([np.ones(len(scaled)), scaled]))
    return parts[0], parts[1]
