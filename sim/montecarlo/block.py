"""What the kernel hands over of a block of draws, month by month, before it goes on to the next one."""

from __future__ import annotations

from typing import NamedTuple

from sim.montecarlo.structures import Floats


class Block(NamedTuple):
    """Consecutive draws under the empty roadmap (row 0) and others, all on the same numbers.

    first: number of the first draw. npv: (draws, roadmaps) money. trajectories: (roadmaps, rows, months, draws) money
    of a month within the horizon, rows as in `kpis.TRAJECTORY`. Both are valid only until the next block.
    """

    first: int
    npv: Floats
    trajectories: Floats
