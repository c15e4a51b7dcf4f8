"""What goes into the kernel and what comes out of it. The kernel itself is loaded when it runs, or only its code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from sim.lanes.records import Packed
from sim.machine_code import Stored
from sim.montecarlo.scratch import N_VALUES
from sim.montecarlo.structures import Floats, Ints
from sim.roadmap import Roadmap
from sim.world import Scenario

OK, TOO_MANY_CHANGES, TOO_MANY_EVENTS, TOO_MANY_CUSTOMERS = 0, 1, 2, 3
RUN = Stored("sim.montecarlo.kernel", "_run")


class Outputs(NamedTuple):
    """Arrays that `run` fills; detail, flows, states and trajectories only where they are not empty."""

    values: Floats  # (draws, roadmaps, N_VALUES)
    detail: Floats  # (draws, roadmaps, categories + KPIs * years + 2 * roles), + processes * COURSE if wanted
    flows: Floats  # (draws, roadmaps, categories, months)
    states: Ints  # (draws, roadmaps, initiatives)
    clipped: Ints  # (draws, roadmaps)
    status: Ints  # (draws,)
    trajectories: Floats  # (roadmaps, rows, months, draws) see `kpis.TRAJECTORY`; draws last: sorted along them


def start_months(scenario: Scenario, roadmaps: Iterable[Roadmap]) -> Ints:
    """(roadmaps, initiatives) start months, -1 for none."""
    chosen = list(roadmaps)
    place = {name: i for i, name in enumerate(scenario.initiatives)}
    planned = np.full((len(chosen), len(place)), -1, dtype=np.int64)
    for row, one in enumerate(chosen):
        for name, month in one.starts:
            planned[row, place[name]] = month
    return planned


def run(
    lay: Packed,
    scratch: Packed,
    base: Floats,
    theta: Floats,
    driver_slots: Ints,
    draws: Ints,
    planned: Ints,
    rows: tuple[int, int],
    out: Outputs,
) -> None:
    """Evaluate roadmaps on the draws of some rows; releases the interpreter's lock while it computes.

    lay, scratch: packed records; a scratch serves one thread at a time. theta: (draws, drivers). planned: (roadmaps,
    initiatives) start months, -1 for none; row 0 empty. rows: from, to; only these rows of `out` are written.
    """
    RUN(lay.address, scratch.address, base, theta, driver_slots, draws, planned, *rows, *out)


def empty_outputs(
    n: int, roadmaps: int, detail: int, flows: tuple[int, int], states: int, trajectories: tuple[int, int] = (0, 0)
) -> Outputs:
    """Memory for the outputs of `run`."""
    return Outputs(
        np.empty((n, roadmaps, N_VALUES)),
        np.empty((n, roadmaps, detail)),
        np.empty((n, roadmaps, *flows)),
        np.empty((n, roadmaps, states), dtype=np.int64),
        np.zeros((n, roadmaps), dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        np.empty((roadmaps, *trajectories, n)),
    )
