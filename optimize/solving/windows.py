"""Starts that no best roadmap uses, found by arithmetic alone before anything is solved.

A start goes if the initiative alone would break a budget or a skill, if what it requires can never be ready by then, or
if a roadmap without it is never worth less: its worth and all gains of its pairs are not positive together, and nothing
requires it. The last rule keeps the canonical optimum too, which has the fewest initiatives.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimize.solving.lowered import Lowered


def tightened(problem: Lowered) -> Lowered:
    """The same problem with fewer open starts, its optimum unchanged."""
    kept = problem.open & _fit_alone(problem) & _not_idle(problem)
    return problem._replace(open=_ready(problem, kept))


def _fit_alone(problem: Lowered) -> NDArray[np.bool_]:
    """Starts (n, T) at which the initiative alone keeps every budget and skill."""
    count, periods = problem.open.shape
    fits = np.ones((count, periods), np.bool_)
    for i in range(count):
        for t in range(periods):
            left = periods - t
            days = problem.days[i, :, :left]
            if (days > problem.capacity[:, t:]).any():
                fits[i, t] = False
                continue
            for b in range(len(problem.share)):
                cost = np.zeros(periods)
                cost[t:] = problem.price[i, t] * problem.cost[i, b, :left]
                kept = 0.0
                for u in range(periods):
                    kept = problem.amount[b, u] + problem.share[b] * kept - cost[u]
                    if kept < 0.0:
                        fits[i, t] = False
                        break
                    kept = min(kept, problem.cap[b])
    return fits


def _not_idle(problem: Lowered) -> NDArray[np.bool_]:
    """Starts (n, T) that may add to the worth, or that something needs."""
    gains = np.zeros(len(problem.value))
    owner = np.repeat(np.arange(len(problem.value)), np.diff(problem.pairs_first))
    np.add.at(gains, owner, np.maximum(problem.pairs_value, 0.0))
    needed = (np.diff(problem.serves_first) > 0) | problem.must
    return (problem.value + gains[:, None] > 0.0) | needed[:, None]


def _ready(problem: Lowered, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Starts of `kept` before which all that is required can have started, in turn."""
    kept = kept.copy()
    changed = True
    while changed:
        changed = False
        for i in range(len(kept)):
            for at in range(problem.needs_first[i], problem.needs_first[i + 1]):
                earlier = np.flatnonzero(kept[problem.needs[at]])
                first = earlier[0] + problem.needs_delay[at] if earlier.size else kept.shape[1]
                if kept[i, :first].any():
                    kept[i, :first] = False
                    changed = True
    return kept
