"""The linear relaxation: a bound in milliseconds, and which starts no better roadmap can use.

The reduced cost d of a start that the relaxation leaves at 0 says that with this start no roadmap is worth more than
bound - d; where that is below the incumbent, the start goes. A start at 1 that costs as much to give up is set
(Dantzig, Fulkerson and Johnson 1954; Crowder, Johnson and Padberg 1983).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulp

if TYPE_CHECKING:
    from optimize.formulation import Formulation

Start = tuple[str, int]

MARGIN = 1e-6
"""Share of the bound that a start must fall short of the incumbent beyond its reduced cost: the solver's rounding."""


@dataclass(frozen=True)
class Relaxation:
    """The bound, scaled as the objective, and what it says of each start.

    cost: what the bound loses if a start leaves the whole number that it has, by start. whole: starts at 1. used:
    starts above 0, in part or whole.
    """

    bound: float
    cost: dict[Start, float]
    whole: frozenset[Start]
    used: frozenset[Start]

    def excluded(self, incumbent: float) -> tuple[frozenset[Start], frozenset[Start]]:
        """Starts that no roadmap worth more than `incumbent` has, and those that every such one has; it is scaled."""
        slack = self.bound - incumbent + MARGIN * max(1.0, abs(self.bound))
        far = {start for start, cost in self.cost.items() if cost > slack}
        return frozenset(far - self.whole), frozenset(far & self.whole)


def relax(formulation: Formulation, seconds: float | None) -> Relaxation | None:
    """Solve the relaxation of the program as it is; None where HiGHS does not solve it in time, or it has no answer.

    The caller holds the lock of the solver.
    """
    solver = pulp.HiGHS(mip=False, msg=False, threads=1, timeLimit=seconds, dual_feasibility_tolerance=1e-9)
    formulation.program.solve(solver)
    model = formulation.program.solverModel
    model.resetGlobalScheduler(True)
    if model.getModelStatus().name != "kOptimal":
        return None
    cost: dict[Start, float] = {}
    whole: set[Start] = set()
    used: set[Start] = set()
    for name, starts in formulation.starts.items():
        for t, start in starts.items():
            if start.varValue >= 1e-9:
                used.add((name, t))
            if start.varValue > 1.0 - 1e-9:
                cost[name, t] = max(0.0, -start.dj)  # PuLP hands HiGHS the negated objective
                whole.add((name, t))
            elif start.varValue < 1e-9:
                cost[name, t] = max(0.0, start.dj)
    return Relaxation(-model.getInfo().objective_function_value, cost, frozenset(whole), frozenset(used))
