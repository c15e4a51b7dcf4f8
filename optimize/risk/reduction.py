"""Fewer worlds for the program: draws in the bad tail of some candidate stay single, the rest is averaged by strata.

Averages of strata keep the mean of every value exactly, and the tail is made of draws that are kept; what is lost is
the spread within a stratum, which matters only where a roadmap's tail lies outside the draws that were kept. How much
that is, is measured on fresh draws (`reduction_error`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from sim.measures import cvar

Floats = NDArray[np.float64]

MOST_WORLDS: Final = 80
BODY: Final = 8
"""Strata of the draws that are in no tail: only their mean matters."""
EDGE: Final = 1.3
"""Draws are kept singly down to so many times the level of the tail."""


@dataclass(frozen=True)
class Reduction:
    """groups: draws of each world; weights: (worlds,) probability, sum 1."""

    groups: tuple[NDArray[np.int64], ...]
    weights: Floats

    @classmethod
    def none(cls, draws: int) -> Self:
        """Every draw is a world."""
        return cls(tuple(np.arange(draws)[:, None]), np.full(draws, 1.0 / draws))

    def of(self, values: Floats) -> Floats:
        """(..., worlds) means of the groups of (..., draws) values.

        >>> Reduction((np.array([2]), np.array([0, 1])), np.array([1 / 3, 2 / 3])).of(np.array([1.0, 3.0, 7.0]))
        array([7., 2.])
        """
        if all(len(group) == 1 for group in self.groups):
            return values[..., np.concatenate(self.groups)]
        return np.stack([values[..., group].mean(axis=-1) for group in self.groups], axis=-1)


@dataclass(frozen=True)
class ReductionError:
    """How far worlds and draws of the search are from fresh draws, over `roadmaps` roadmaps [currency].

    mean, cvar: root mean square distance of the worlds from `draws` fresh draws; full_mean, full_cvar: the same of the
    search draws that were reduced, which the reduction cannot beat by design; added_cvar: largest distance of the two
    CVaRs. search_draws: how many were reduced.
    """

    worlds: int
    search_draws: int
    roadmaps: int
    draws: int
    mean: float
    cvar: float
    full_mean: float
    full_cvar: float
    added_cvar: float


def reduce(candidates: Floats, level: float, most: int = MOST_WORLDS) -> Reduction:
    """Worlds that keep the tail of every candidate as well as `most` worlds can.

    candidates: (roadmaps, draws) NPV of roadmaps that may be chosen. A draw belongs to the tail if it is among the
    worst EDGE * level of the draws for some candidate. Tail draws are kept singly, the lowest ranks first; where
    they are too many, the others are paired with those of the next mean rank over the candidates, or put together in
    more than pairs. The rest is cut into BODY strata by mean rank.
    """
    draws = candidates.shape[1]
    if draws <= most:
        return Reduction.none(draws)
    ranks = np.argsort(np.argsort(candidates, axis=1, kind="stable"), axis=1, kind="stable")
    worst, middle = ranks.min(axis=0), ranks.mean(axis=0)
    order = np.lexsort((np.arange(draws), middle, worst))
    tail = order[worst[order] < EDGE * level * draws]
    room = most - BODY
    alone = len(tail) if len(tail) <= room else max(0, 2 * room - len(tail))  # the others fit into pairs, if any are
    joined = tail[alone:]
    joined = joined[np.lexsort((joined, middle[joined]))]
    rest = np.setdiff1d(np.arange(draws), tail)
    rest = rest[np.lexsort((rest, middle[rest]))]
    strata = np.array_split(rest, min(len(rest), most - min(len(tail), room)))
    pairs = np.array_split(joined, room - alone) if len(joined) else []
    groups = (*(np.array([draw]) for draw in np.sort(tail[:alone])), *pairs, *(one for one in strata if len(one)))
    return Reduction(groups, np.array([len(group) / draws for group in groups]))


def weighted_cvar(values: Floats, weights: Floats, level: float) -> float:
    """Mean of the worst share `level` of weighted values, the one at the edge in part.

    >>> weighted_cvar(np.array([3.0, 1.0]), np.array([0.75, 0.25]), 0.5)
    2.0
    """
    order = np.argsort(values, kind="stable")
    taken = np.minimum(weights[order], np.maximum(0.0, level - (np.cumsum(weights[order]) - weights[order])))
    return float(taken @ values[order] / taken.sum())


def reduction_error(
    reduction: Reduction, search: Sequence[Floats], fresh: Sequence[Floats], level: float
) -> ReductionError:
    """Errors over roadmaps; search, fresh: NPV of each roadmap on the search draws and on fresh ones."""
    kept = [reduction.of(values) for values in search]
    means = np.array([values @ reduction.weights for values in kept])
    tails = np.array([weighted_cvar(values, reduction.weights, level) for values in kept])
    full_means, full_tails = np.array([v.mean() for v in search]), np.array([cvar(v, level) for v in search])
    true_means, true_tails = np.array([v.mean() for v in fresh]), np.array([cvar(v, level) for v in fresh])

    def size(error: Floats) -> float:
        return float(np.sqrt(np.mean(error * error)))

    return ReductionError(
        worlds=len(reduction.weights),
        search_draws=len(search[0]),
        roadmaps=len(search),
        draws=len(fresh[0]),
        mean=size(means - true_means),
        cvar=size(tails - true_tails),
        full_mean=size(full_means - true_means),
        full_cvar=size(full_tails - true_tails),
        added_cvar=float(np.max(np.abs(tails - full_tails))),
    )
