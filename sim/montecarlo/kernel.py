"""The Monte Carlo kernel: paths in lanes, every roadmap of a batch in the same world.

A path is one draw; a block of paths goes through the months together. The world layer of a block (numbers, occupants,
overruns, gates, thresholds, attack points) is made once and serves every roadmap; all numbers come from streams keyed
by draw and lanes do not mix, so neither threads, chunks, blocks nor the other roadmaps of the batch change a bit.
"""

from __future__ import annotations

from sim.compiled import compiled, inline
from sim.lanes import WIDTH
from sim.lanes.records import record_at
from sim.montecarlo.adoption import adopt_in_lanes
from sim.montecarlo.batch import TOO_MANY_CHANGES, TOO_MANY_CUSTOMERS, TOO_MANY_EVENTS
from sim.montecarlo.cyber import run_controls
from sim.montecarlo.effects import apply_effects, turn
from sim.montecarlo.estate import clear_outages, run_systems, run_threats, set_intensities
from sim.montecarlo.finance import book_credit, book_debts, book_financing, set_index
from sim.montecarlo.hires import free_hours, write_freed
from sim.montecarlo.hosting import book_exits, run_providers, set_subscriptions
from sim.montecarlo.integration import book_links
from sim.montecarlo.ledger import (
    add_money_kpis,
    book_bought_days,
    book_grants,
    book_initiatives,
    book_insurance,
    book_standing,
    book_tax,
    clear_flows,
    keep_baseline,
    write_detail,
    write_trajectory,
    write_values,
)
from sim.montecarlo.market import set_customers, value_business
from sim.montecarlo.months import run_months, shared_months
from sim.montecarlo.numbers import name_paths
from sim.montecarlo.people import NO_MONTH, choose, forget, occupants, set_numbers, use
from sim.montecarlo.projects import deliver_roadmap, keep_own, projects
from sim.montecarlo.scratch import N_VALUES, Scratch
from sim.montecarlo.structures import Layout
from sim.montecarlo.wear import fail_in_lanes
from sim.streams import uniform

layout_at, scratch_at = record_at(Layout), record_at(Scratch)


@inline
def prepare(lay, w, draws, first, last, status):  # type: ignore[no-untyped-def]
    """World layer of the paths first .. last - 1; lanes beyond the last path repeat it. False after a failure."""
    forget(w)
    name_paths(w, draws, first, last)
    keep_own(lay, w)
    set_index(lay, w)
    for source in range(w.first_month.shape[0]):
        w.first_month[source] = NO_MONTH
    for k in range(WIDTH):
        row = min(first + k, last - 1)
        if not occupants(lay, w, draws[row], k):
            status[row] = TOO_MANY_CHANGES
            return False
        projects(lay, w, draws[row], k)
        set_customers(lay, w, draws[row], k)
        turn(lay, w, k, uniform(lay.futures.which_key[0], draws[row], 0))
    return True


@inline
def run_roadmap(lay, w, draws, first, last, planned, months, baseline, keep, ref, brief, status):  # type: ignore[no-untyped-def]
    """All flows and KPIs of a block under one roadmap, in the scratch; see `run_months`. False after a failure."""
    clear_flows(w)
    clear_outages(lay, w)
    n = choose(w, planned)
    for k in range(WIDTH):
        deliver_roadmap(lay, w, draws[min(first + k, last - 1)], k, planned, n)
    for j in range(n):
        adopt_in_lanes(lay, w, w.chosen[j])
        for k in range(WIDTH):
            use(lay, w, k, w.chosen[j])
    apply_effects(lay, w)
    set_subscriptions(lay, w)
    if not brief or lay.work.hire_role.shape[0] > 0:
        free_hours(lay, w, baseline)
    fail_in_lanes(lay, w, baseline)
    for k in range(WIDTH):
        row = min(first + k, last - 1)
        if not run_systems(lay, w, draws[row], k, baseline, brief):
            status[row] = TOO_MANY_EVENTS
            return False
    if w.control_state.shape[0] > 0:
        run_controls(lay, w, n)
    set_intensities(lay, w)
    for k in range(WIDTH):
        row = min(first + k, last - 1)
        if not (run_threats(lay, w, draws[row], k) and run_providers(lay, w, draws[row], k)):
            status[row] = TOO_MANY_EVENTS
            return False
    book_standing(lay, w)
    run_months(lay, w, n, months, ref, keep, brief)
    if w.crowded[0] >= 0:
        for row in range(first, last):
            if draws[row] == w.crowded[0]:
                status[row] = TOO_MANY_CUSTOMERS
        return False
    book_initiatives(lay, w, n)
    book_bought_days(lay, w)
    book_links(lay, w)
    book_exits(lay, w)
    book_grants(lay, w, n)
    book_insurance(lay, w)
    book_tax(lay, w)
    book_debts(lay, w)
    book_financing(lay, w, n)
    book_credit(lay, w)
    if not brief:
        add_money_kpis(lay, w)
        value_business(lay, w)
    return True


@inline
def write(lay, w, first, last, r, values, detail, flows, states, clipped, trajectories):  # type: ignore[no-untyped-def]
    """Outcomes of roadmap r on the paths of the block, from lanes to rows."""
    write_values(lay, w)
    if detail.shape[2] > 0:
        write_detail(lay, w)
        write_freed(lay, w)
    for row in range(first, last):
        k = row - first
        for j in range(N_VALUES):
            values[row, r, j] = w.result[j, k]
        for j in range(detail.shape[2]):
            detail[row, r, j] = w.detail[j, k]
        for c in range(flows.shape[2]):
            for m in range(flows.shape[3]):
                flows[row, r, c, m] = w.flow[c, m, k]
        for i in range(states.shape[2]):
            states[row, r, i] = w.state[k, i]
        clipped[row, r] += int(w.clipped[0, k])
    if trajectories.shape[1] > 0:
        write_trajectory(lay, w)
        for j in range(trajectories.shape[1]):
            for m in range(trajectories.shape[2]):
                for row in range(first, last):
                    trajectories[r, j, m, row] = w.trajectory[j, m, row - first]


@compiled
def _run(  # type: ignore[no-untyped-def]
    layout, scratch, base, theta, driver_slots, draws, planned, first_row, last_row,
    values, detail, flows, states, clipped, status, trajectories,
):  # fmt: skip
    lay, w = layout_at(layout), scratch_at(scratch)
    months = lay.calendar.months
    brief = detail.shape[2] == 0
    for first in range(first_row, last_row, WIDTH):
        last = min(first + WIDTH, last_row)
        set_numbers(w, base, theta, driver_slots, first, last)
        if not prepare(lay, w, draws, first, last, status):
            return
        for r in range(planned.shape[0]):
            same, ref = 0, 0
            if r > 1 and brief:  # rows 0 and 1 are kept whole; KPI sums need every month
                same = shared_months(planned[r], planned[0], months)
                with_first = shared_months(planned[r], planned[1], months)
                if with_first > same:
                    same, ref = with_first, 1
            keep = r if r < 2 else -1
            if not run_roadmap(lay, w, draws, first, last, planned[r], same, r == 0, keep, ref, brief, status):
                return
            if r == 0:
                keep_baseline(w)
            write(lay, w, first, last, r, values, detail, flows, states, clipped, trajectories)
