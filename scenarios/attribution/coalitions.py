"""Coalitions: parts of a roadmap, as the game of its initiatives sees them.

A coalition is a set of players, written as a whole number: bit i stands for player i. A player that requires others
begins only where they all take part (conjunctive permission: Gilles, Owen, van den Brink 1992, Games with permission
structures, International Journal of Game Theory 20), so a coalition is worth what those of its members are worth
together whose requirements, and theirs in turn, are members too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Permission:
    """Who needs whom: for each player the bits of all that it needs, step by step, itself included."""

    needs: tuple[int, ...]

    @property
    def players(self) -> int:
        return len(self.needs)

    @property
    def everyone(self) -> int:
        return (1 << self.players) - 1

    def permitted(self, coalition: int) -> int:
        """The members that may begin.

        >>> Permission((0b001, 0b011, 0b100)).permitted(0b110)      # 1 needs 0
        4
        """
        found = 0
        for player, needs in enumerate(self.needs):
            if coalition >> player & 1 and needs & coalition == needs:
                found |= 1 << player
        return found

    @cached_property
    def linked(self) -> frozenset[tuple[int, int]]:
        """Pairs (i, j), i < j, of which one needs the other."""
        n = self.players
        return frozenset(
            (i, j) for i in range(n) for j in range(i + 1, n) if self.needs[i] >> j & 1 or self.needs[j] >> i & 1
        )

    def count(self, most: int) -> int | None:
        """How many coalitions are permitted as they stand, None if more than `most`.

        >>> Permission((0b1, 0b11)).count(10), Permission((0b1, 0b10)).count(3)     # {}, {0}, {0, 1}
        (3, None)
        """
        known, frontier = {0}, [0]
        while frontier:
            coalition = frontier.pop()
            for player, needs in enumerate(self.needs):
                larger = coalition | 1 << player
                if larger not in known and needs & larger == needs:
                    known.add(larger)
                    frontier.append(larger)
                    if len(known) > most:
                        return None
        return len(known)


def permission(names: Sequence[str], requires: Mapping[str, Sequence[str]]) -> Permission:
    """Of players by name and what each requires directly; requirements that are no players are left out.

    >>> permission(["a", "b", "c"], {"c": ["b"], "b": ["a"]}).needs
    (1, 3, 7)
    """
    index = {name: i for i, name in enumerate(names)}
    needs = [1 << i for i in range(len(names))]
    changed = True
    while changed:
        before = list(needs)
        for name, others in requires.items():
            for other in others:
                if name in index and other in index:
                    needs[index[name]] |= needs[index[other]]
        changed = needs != before
    return Permission(tuple(needs))
