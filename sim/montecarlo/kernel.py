"""The Monte Carlo kernel: paths in parallel, every roadmap of a batch in the same world.

Path i is one draw. Its world layer (numbers, occupants, overruns, gates, thresholds, attack points) is made once and
serves every roadmap; all numbers come from streams keyed by draw, so neither threads, chunks nor the other roadmaps of
the batch change a bit.
"""

from __future__ import annotations

import numba
import numpy as np

from sim.compiled import inline, parallel
from sim.montecarlo.estate import clear_outages, run_systems, run_threats
from sim.montecarlo.ledger import (
    book_initiatives,
    book_insurance,
    book_standing,
    book_tax,
    clear_flows,
    run_months,
    shared_months,
    write_values,
)
from sim.montecarlo.people import adoption, apply_effects, deliver_roadmap, occupants, overruns
from sim.montecarlo.scratch import new_scratch
from sim.montecarlo.structures import Floats, Ints, Layout, by_reference

OK, TOO_MANY_CHANGES, TOO_MANY_EVENTS = 0, 1, 2


@inline
def run_roadmap(lay, w, draw, changes, planned, first, ref, keep, brief):  # type: ignore[no-untyped-def]
    """All flows and KPIs of one path under one roadmap, in the scratch; see `run_months` for the rest.
    Returns (status, clipped values)."""
    clear_flows(w)
    clear_outages(lay, w)
    deliver_roadmap(lay, w, planned)
    for i in range(planned.shape[0]):
        if w.go_live[i] >= 0:
            adoption(lay, w, draw, changes, i)
    clipped = apply_effects(lay, w)
    if not run_systems(lay, w, draw, keep == 0) or not run_threats(lay, w, draw):
        return TOO_MANY_EVENTS, clipped
    book_standing(lay, w)
    run_months(lay, w, first, ref, keep, brief)
    book_initiatives(lay, w)
    book_insurance(lay, w)
    book_tax(lay, w)
    return OK, clipped


@inline
def copy_flows(source, target):  # type: ignore[no-untyped-def]
    for k in range(source.shape[0]):
        for m in range(source.shape[1]):
            target[k, m] = source[k, m]


@inline
def run_path(lay, w, base, theta, driver_slots, draw, planned, flows, values, detail, states, counts):  # type: ignore[no-untyped-def]
    """One path under every roadmap; row 0 of planned is the baseline."""
    for slot in range(base.shape[0]):
        w.values[slot] = base[slot]
    for j in range(theta.shape[0]):
        w.values[driver_slots[j]] = theta[j]
    for i in range(w.known.shape[0]):
        for g in range(w.known.shape[1]):
            w.known[i, g] = 0
    changes = occupants(lay, w, draw)
    if changes < 0:
        return TOO_MANY_CHANGES
    overruns(lay, w, draw)
    months = lay.calendar.months
    brief = detail.shape[1] == 0
    for r in range(planned.shape[0]):
        first, ref = 0, 0
        if r > 1 and brief:  # rows 0 and 1 are kept whole; KPI sums need every month
            first = shared_months(planned[r], planned[0], months)
            with_first = shared_months(planned[r], planned[1], months)
            if with_first > first:
                first, ref = with_first, 1
        keep = r if r < 2 else -1
        status, clipped = run_roadmap(lay, w, draw, changes, planned[r], first, ref, keep, brief)
        if status != OK:
            return status
        if r == 0:
            copy_flows(w.flow, w.base_flow)
        write_values(lay, w, values[r], detail[r])
        counts[r] += clipped
        for i in range(states.shape[1]):
            states[r, i] = w.state[i]
        if flows.shape[1] > 0:
            copy_flows(w.flow, flows[r])
    return OK


@parallel
def _run(  # type: ignore[no-untyped-def]
    lay, base, theta, driver_slots, draws, planned, chunk, values, detail, flows, states, clipped, status
):
    n = draws.shape[0]
    tasks = (n + chunk - 1) // chunk
    for task in numba.prange(tasks):
        w = new_scratch(lay)
        for i in range(task * chunk, min(n, (task + 1) * chunk)):
            status[i] = run_path(
                lay,
                w,
                base,
                theta[i],
                driver_slots,
                draws[i],
                planned,
                flows[i],
                values[i],
                detail[i],
                states[i],
                clipped[i],
            )


def run(
    lay: Layout,
    base: Floats,
    theta: Floats,
    driver_slots: Ints,
    draws: Ints,
    planned: Ints,
    chunk: int,
    values: Floats,
    detail: Floats,
    flows: Floats,
    states: Ints,
    clipped: Ints,
    status: Ints,
) -> None:
    """Evaluate roadmaps on draws.

    theta: (draws, drivers). planned: (roadmaps, initiatives) start months, -1 for none; row 0 empty. chunk: paths a
    task. Writes values (draws, roadmaps, 5); detail, flows and states where their last dimensions are not empty;
    clipped (draws, roadmaps), status (draws,).
    """
    _run(
        by_reference(lay),
        base,
        theta,
        driver_slots,
        draws,
        planned,
        chunk,
        values,
        detail,
        flows,
        states,
        clipped,
        status,
    )


def empty_outputs(n: int, roadmaps: int, detail: int, flows: tuple[int, int], states: int) -> tuple[np.ndarray, ...]:
    """Output arrays of `run`: values, detail, flows, states, clipped, status."""
    return (
        np.empty((n, roadmaps, 5)),
        np.empty((n, roadmaps, detail)),
        np.empty((n, roadmaps, *flows)),
        np.empty((n, roadmaps, states), dtype=np.int64),
        np.zeros((n, roadmaps), dtype=np.int64),
        np.zeros(n, dtype=np.int64),
    )
