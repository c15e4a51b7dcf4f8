"""Shapley value: what a player adds, averaged over all orders in which the players may come.

    phi_i = mean over orders of  v(those before i, and i) - v(those before i)

It adds up to v(all) - v(none), whatever orders are averaged (Shapley 1953, A value for n-person games; by sampled
orders: Castro, Gomez, Tejada 2009, Polynomial calculation of the Shapley value, Computers and Operations Research 36).
Each sampled order comes with its reverse: a player that came early comes late, which removes most of what pairs of
players add to the error (Mitchell, Cooper, Frank, Holmes 2022, Sampling permutations for Shapley value estimation, JMLR
23).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, ProblemsFound
from sim.streams import stream_key, uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Coalitions = NDArray[np.object_]  # whole numbers of any length

ALL_ORDERS = 8
"""Players up to which every coalition is valued: 256 of them."""

MOST_EXACT = 12
"""Players up to which it may be tried where few coalitions are permitted."""

STREAM = "contributions/orders"


@dataclass(frozen=True)
class Orders:
    """Orders over which a player's part is averaged. rows: (orders, players), each line one, reversed lines behind
    their own; None: all orders that there are, by weights of coalitions."""

    players: int
    rows: Ints | None

    @property
    def exact(self) -> bool:
        """Whether all orders count."""
        return self.rows is None

    @cached_property
    def _before(self) -> Coalitions:
        """(orders, players + 1) the coalition before each position of each order, and the whole behind the last."""
        assert self.rows is not None
        out = np.zeros((len(self.rows), self.players + 1), dtype=object)
        for line, order in zip(out, self.rows, strict=True):
            for position, player in enumerate(order):
                line[position + 1] = line[position] | 1 << int(player)
        return out

    def weights(self, value_of: Callable[[int], int] = lambda coalition: coalition) -> dict[int, Floats]:
        """Coalition -> (players,) weight of its value in each Shapley value: phi = sum of weight times value.

        value_of: the coalition that another one is worth as much as (those of it that are permitted). The weights of a
        player add to 0, those of a coalition too, but for none and all.

        >>> {c: w.tolist() for c, w in sorted(Orders(2, None).weights().items())}
        {0: [-0.5, -0.5], 1: [0.5, -0.5], 2: [-0.5, 0.5], 3: [0.5, 0.5]}
        """
        found: dict[int, Floats] = {}

        def add(coalition: int, player: int, weight: float) -> None:
            found.setdefault(value_of(coalition), np.zeros(self.players))[player] += weight

        if self.rows is None:
            n = self.players
            of_size = [1.0 / (n * math.comb(n - 1, size)) for size in range(n)]
            for coalition in range(1 << n):
                size = coalition.bit_count()
                for player in range(n):
                    if not coalition >> player & 1:
                        add(coalition | 1 << player, player, of_size[size])
                        add(coalition, player, -of_size[size])
        else:
            weight = 1.0 / len(self.rows)
            for before, order in zip(self._before, self.rows, strict=True):
                for position, player in enumerate(order):
                    add(before[position + 1], int(player), weight)
                    add(before[position], int(player), -weight)
        return found

    def errors(self, value: Callable[[int], float]) -> Floats:
        """(players,) standard errors that the choice of orders leaves, from pairs of an order and its reverse; 0 if all
        orders count. value: of each coalition."""
        if self.rows is None:
            return np.zeros(self.players)
        marginal = np.empty(self.rows.shape)
        for line, before, order in zip(marginal, self._before, self.rows, strict=True):
            values = [value(coalition) for coalition in before]
            line[order] = np.diff(values)
        pairs = 0.5 * (marginal[0::2] + marginal[1::2])
        return np.asarray(np.std(pairs, axis=0, ddof=1) / math.sqrt(len(pairs)))


def orders(players: int, wanted: int, seed: int, permitted: Callable[[int], int | None] | None = None) -> Orders:
    """All orders for up to 8 players, and where no more coalitions would be valued than for the sampled orders;
    otherwise `wanted` sampled ones, an even number of 4 or more.

    permitted: how many coalitions are permitted, None if more than its argument. seed: the same gives the same orders.
    Raises ProblemsFound for a number of orders that cannot be used.

    >>> orders(3, 64, seed=1).exact, orders(20, 4, seed=1).rows.shape
    (True, (4, 20))
    """
    if wanted < 4 or wanted % 2:
        hint = "an even number of 4 or more: each order comes with its reverse"
        raise ProblemsFound([Problem("orders", "so many orders cannot be sampled", wanted, hint)])
    few = permitted is not None and players <= MOST_EXACT and permitted(wanted * (players - 1)) is not None
    if players <= ALL_ORDERS or few:
        return Orders(players, None)
    numbers = np.arange(wanted // 2, dtype=np.int64)
    marks = uniforms(stream_key(seed, STREAM), numbers, np.arange(players, dtype=np.int64))
    forth = np.argsort(marks, axis=1, kind="stable")
    return Orders(players, np.stack([forth, forth[:, ::-1]], axis=1).reshape(wanted, players))


def shapley(value: Callable[[int], float], which: Orders) -> Floats:
    """(players,) Shapley values of a game, value: coalition -> worth.

    >>> shapley(lambda coalition: float(coalition == 0b11), Orders(2, None)).tolist()     # neither does it alone
    [0.5, 0.5]
    """
    found = np.zeros(which.players)
    for coalition, weight in which.weights().items():
        found += weight * value(coalition)
    return found
