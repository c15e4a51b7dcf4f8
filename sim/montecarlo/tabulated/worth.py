"""Whether tables of a scenario are worth their making; compiles and runs nothing."""

from __future__ import annotations

import numpy as np

from sim.montecarlo.structures import Layout
from sim.montecarlo.tabulated.coupling import separate
from sim.montecarlo.tabulated.world import Draws, draws_of
from sim.world import Scenario

TRIED = 64
"""Draws that are looked at."""


def worth_a_table(scenario: Scenario, seed: int) -> bool:
    """Whether roadmaps of a scenario fall apart so far that tables save work: no unit has more than half of the
    initiatives."""
    world = draws_of(scenario, TRIED, seed, 0, 1)
    units = separate(world.prepared.table, world.lay, world.column, _work_is_certain(world)).units
    return bool(units) and 2 * max(map(len, units)) <= len(scenario.initiatives)


def work_changes(lay: Layout) -> bool:
    """Whether the work of an initiative depends on the roadmap."""
    return bool(len(lay.own.slot) or lay.crew.levels_change or lay.projects.matures)


def _work_is_certain(world: Draws) -> bool:
    """Whether all draws plan the same work, so that at most gates make classes of them."""
    projects = world.lay.projects
    dates = [slot for slot in (*projects.lead_slot, *projects.available_slot) if slot >= 0]
    certain = all(np.ptp(world.column(slot)) == 0.0 for slot in dates)
    return certain and not projects.shape[:, 0].any() and not work_changes(world.lay)
