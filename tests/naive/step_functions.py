"""How the best worth changes with an amount, by looking at every roadmap and at every amount where anything can change.

Works on the plain dictionaries of a problem's document, with `brute_force` alone; money without carry-over.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

from tests.naive import brute_force

Document = dict[str, Any]


def more(document: Document, kind: str, name: str, periods: list[int], amount: float) -> Document:
    """The document with so much more of a budget or skill in these periods."""
    changed = copy.deepcopy(document)
    if kind == "skill":
        row = changed["skills"][name]
    else:
        row = next(budget for budget in changed["budgets"] if budget["name"] == name)["amount"]
    for t in periods:
        row[t] = max(0.0, row[t] + amount)
    return changed


def needed(document: Document, roadmap: dict[str, int], kind: str, name: str, periods: list[int]) -> float:
    """The amount, the same in each of the periods, that this roadmap lacks (negative: that it leaves), by halving."""

    def fits(amount: float) -> bool:
        return brute_force.allowed(more(document, kind, name, periods, amount), roadmap)

    high = 1000.0
    if not fits(high):
        return math.inf
    low = -min((document["skills"][name] if kind == "skill" else _budget(document, name))[t] for t in periods)
    if fits(low):
        return low
    while high - low > 1e-7:
        middle = (low + high) / 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high


def _budget(document: Document, name: str) -> list[float]:
    row: list[float] = next(budget for budget in document["budgets"] if budget["name"] == name)["amount"]
    return row


class Steps:
    """Worth and need of every roadmap: V(z), with and without some initiative, and where V steps."""

    def __init__(self, document: Document, kind: str, name: str, periods: list[int]) -> None:
        self.rows = []
        for roadmap in brute_force.every(document):
            need = needed(document, roadmap, kind, name, periods)
            if math.isfinite(need):
                self.rows.append((need, brute_force.worth(document, roadmap), roadmap))

    def best(self, amount: float, keep: Callable[[dict[str, int]], bool] = lambda _: True) -> float:
        """The most that a roadmap that passes `keep` is worth with so much more."""
        return max((value for need, value, one in self.rows if need <= amount + 1e-6 and keep(one)), default=-math.inf)

    def edges(self) -> list[float]:
        """Amounts from 0 on at which anything may change."""
        return sorted({0.0, *(need for need, _, _ in self.rows if need > 0.0)})

    def lets_in(self, initiative: str, clear: float) -> float | None:
        """The least amount with which the best roadmap with the initiative beats the best one without it."""
        for amount in self.edges():
            if (
                self.best(amount, lambda one: initiative in one)
                > self.best(amount, lambda one: initiative not in one) + clear
            ):
                return amount
        return None
