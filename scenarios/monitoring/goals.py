"""Goals that a roadmap must reach, on weighted draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scenarios.monitoring.posterior import Weighted
    from sim.world import Scenario

RARE = 0.05  # chance that chance alone misses some goal


def missed(
    scenario: Scenario, roadmap: Mapping[str, int], part: Weighted, seed: int, threads: int | None = None
) -> tuple[str, ...]:
    """Goals with a floor that the weighted mean of a roadmap, in months, misses by more than its error leaves to chance
    (one-sided, Bonferroni over the goals). So few draws that no error holds show nothing."""
    from scipy.special import ndtri

    from scenarios.monitoring.posterior import FEWEST
    from scenarios.monitoring.weights import weighted_mean
    from sim.goal_floor import demanded
    from sim.montecarlo import evaluate

    goals = demanded(scenario)
    if not goals or part.effective < FEWEST:
        return ()
    kpis = evaluate(scenario, roadmap, len(part.draws), seed, given=part.draws.given(), threads=threads)[0].kpis
    sure = -float(ndtri(RARE / len(goals)))
    found = []
    for goal in goals:
        mean, error = weighted_mean(goal.sign * np.asarray(kpis[:, goal.column, goal.year]), part.weight)
        if mean + sure * error < goal.least:
            found.append(goal.name)
    return tuple(found)
