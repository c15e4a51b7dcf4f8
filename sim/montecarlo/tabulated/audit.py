"""Whole roadmaps of a table that the kernel runs, too: that units add up is an analysis, and analyses can be wrong."""

from __future__ import annotations

import numpy as np

from sim.montecarlo.structures import Floats, Ints
from sim.montecarlo.tabulated.learning import ROUNDING, DisagreementError
from sim.montecarlo.tabulated.terms import Terms
from sim.montecarlo.tabulated.world import Draws

FIRST = 3
"""Roadmaps that are compared in any case."""
SPREAD = 1e-6
"""Most by which the worth of a path may differ, over the standard deviation of the paths."""


class Audit:
    """Compares the first roadmaps of several initiatives that are asked for, and later on any that has more of them
    than all before. draws: in the order of the table's paths."""

    def __init__(self, draws: Draws, terms: Terms) -> None:
        self._draws, self._terms = draws, terms
        self._compared, self._most = 0, 1

    def check(self, planned: Ints, worth: Floats) -> None:
        """Raise DisagreementError unless worth (roadmaps, draws) of planned (roadmaps, initiatives) is the kernel's."""
        rows = self._chosen((planned >= 0).sum(axis=1))
        if not len(rows):
            return
        empty = np.full((1, planned.shape[1]), -1, dtype=np.int64)
        truth = self._draws.flows(np.vstack([empty, planned[rows]]), self._terms)[2][1:]
        for row, found, exact in zip(rows, worth[rows], truth, strict=True):
            gap = float(np.abs(found - exact).max())
            if not gap <= max(SPREAD * float(exact.std()), ROUNDING * float(np.abs(exact).max())):
                raise DisagreementError(f"worth of starts {planned[row].tolist()}: a path differs by {gap:g}")
        self._compared += len(rows)

    def _chosen(self, sizes: Ints) -> Ints:
        """Rows to compare, those of most initiatives first; what is chosen once is not so again for its size."""
        order = np.argsort(-sizes, kind="stable")
        order = order[sizes[order] > 1][: max(FIRST - self._compared, 1)]
        if self._compared >= FIRST:
            order = order[sizes[order] > self._most]
        if len(order):
            self._most = max(self._most, int(sizes[order[0]]))
        return order
