"""The lowest cash balance of each stretch of time, draw by draw: what a floor of the cash looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.montecarlo.block import Block
from sim.montecarlo.estimate import evaluate
from sim.montecarlo.given import Given
from sim.montecarlo.kpis import FINANCED, FLOW
from sim.montecarlo.structures import Floats
from sim.world import Scenario


def lowest_balances(
    scenario: Scenario,
    roadmaps: Sequence[Mapping[str, int]],
    draws: int,
    seed: int,
    *,
    stretch: int = 12,
    first_draw: int = 0,
    threads: int | None = None,
    given: Given | None = None,
) -> Floats:
    """(roadmaps, draws, stretches) lowest balance at the end of a month, finance included [money].

    roadmaps: initiative -> start month. given: see `evaluate`. stretch: months of each stretch; the last one may be
    shorter. The lowest of all stretches is the `trough` of `evaluate`. Raises ProblemsFound as `evaluate` does.
    """
    found: list[Floats] = []

    def collect(block: Block) -> None:
        flow = block.trajectories[1:, FLOW] + block.trajectories[1:, FINANCED]
        balance = scenario.profile.cash_at_start + np.cumsum(flow, axis=1)  # (roadmaps, months, draws)
        firsts = range(0, balance.shape[1], stretch)
        lowest = np.array([balance[:, first : first + stretch].min(axis=1) for first in firsts])
        found.append(np.moveaxis(lowest, 0, 2))

    chosen = [dict(one) for one in roadmaps]
    evaluate(
        scenario,
        chosen,
        draws,
        seed,
        first_draw=first_draw,
        detail=False,
        given=given,
        threads=threads,
        collect=collect,
    )
    return np.concatenate(found, axis=1)
