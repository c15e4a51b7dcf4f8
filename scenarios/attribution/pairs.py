"""Pairs of initiatives that help or hinder each other: what the two are worth together beyond what each adds.

    alone           v(C+i+j) - v(C+i) - v(C+j) + v(C)         C: what the two require
    in the roadmap  v(N) - v(N-i) - v(N-j) + v(N-i-j)         N: the whole roadmap

Where one of the two needs the other, there is nothing to compare: it does not begin alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from scenarios.attribution.coalitions import Permission

Floats = NDArray[np.float64]


def pairs(game: Permission) -> list[tuple[int, int]]:
    """Pairs (i, j), i < j, of which neither needs the other."""
    n = game.players
    return [(i, j) for i in range(n) for j in range(i + 1, n) if (i, j) not in game.linked]


def alone_weights(game: Permission, i: int, j: int) -> Iterator[tuple[int, float]]:
    """Coalitions with weights whose sum is the interplay of a pair beside what it requires.

    >>> list(alone_weights(Permission((0b01, 0b10)), 0, 1))
    [(3, 1.0), (1, -1.0), (2, -1.0), (0, 1.0)]
    """
    both = game.needs[i] | game.needs[j]
    yield from _square(both, i, j)


def last_weights(game: Permission, i: int, j: int) -> Iterator[tuple[int, float]]:
    """The same beside all the rest of the roadmap; whatever needs one of the two leaves with it."""
    for coalition, weight in _square(game.everyone, i, j):
        yield game.permitted(coalition), weight


def _square(both: int, i: int, j: int) -> Iterator[tuple[int, float]]:
    yield both, 1.0
    yield both & ~(1 << j), -1.0
    yield both & ~(1 << i), -1.0
    yield both & ~(1 << i | 1 << j), 1.0
