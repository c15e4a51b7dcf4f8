"""Working memory of one worker: a block of paths in lanes, allocated once and used for block after block.

`Lanes*` fields hold all paths of the block. Sources of effects are the initiatives, then the futures. The other fields
are the workspace of mechanisms that go path by path, or hold what those found out, with the lane as first axis.
"""

import typing
from typing import Any, NamedTuple

import numpy as np

from sim.lanes import WIDTH
from sim.lanes.records import (
    Axes,
    Floats1,
    Floats2,
    Floats3,
    Ints1,
    Ints2,
    Lanes1,
    Lanes2,
    Lanes3,
    Packed,
    pack,
)
from sim.mechanisms.crowd import MOST
from sim.montecarlo.kpis import CATEGORIES, KPIS, TRAJECTORY
from sim.montecarlo.structures import COURSE, Layout

CHANGES = 4096  # changes of occupants in a path, of one role and of all
MOST_STARTS = 512  # of a role, whose numbers are made in lanes; the others are made one by one
KEPT_FAILURES = 64  # of a system in the baseline, for roadmaps that do not touch it
EVENTS = 2048  # failures of a system, incidents of a threat
N_CATEGORIES, N_KPIS = len(CATEGORIES), len(KPIS)
N_VALUES = 13  # of a path under a roadmap, see `write_values`


class Scratch(NamedTuple):
    values: Lanes1  # (slots,) of the draws
    now: Lanes1  # (slots,) after effects, in the month at hand
    changed: Lanes2  # (targets, months) values of the slots that effects change
    # occupants of seats
    role_times: Floats1  # (changes,) of the role at hand
    role_seat: Ints1
    role_occupant: Ints1
    month_present: Floats1  # (months,) presence of the role at hand
    month_share: Floats1  # (months,)
    times: Floats2  # (lanes, changes) of all roles, in time order
    role: Ints2
    seat: Ints2
    occupant: Ints2
    changes: Ints1  # (lanes,)
    present: Lanes2  # (roles, months)
    current: Ints1  # (seats,)
    level: Floats1  # (seats,)
    queue: Ints1  # (seats,)
    due_level: Floats1  # (seats,) see `sim.mechanisms.seats`
    late: Ints1  # (seats,)
    rise: Floats1  # (months + 1,) change of the number of adopters that a month brings in full
    starts: Ints1  # (roles,) most of those who start on a seat after month 0, of all lanes
    taken: Ints1  # (roles,) of the lane at hand
    place: Ints2  # (lanes, changes) where the numbers of the one who starts stand, or -1
    start_index: Lanes2  # (roles, starts) identities of those who start
    joiner: Lanes2  # (roles, starts) their marks for the initiative at hand
    threshold: Lanes2  # (roles, starts)
    one_joiner: Floats1  # (roles * starts,) of the lane at hand
    one_threshold: Floats1
    path: Lanes1  # (1,) number of the draw
    points: Ints1  # (1,) 1 where the draws of the block are points
    one_number: Lanes1  # (1,) numbers of a stream at hand
    wanted: Ints1  # (lanes,) 1 where the adoption at hand is to be found
    event: Ints1  # (lanes,) changes of occupants before go-live
    holder: Lanes1  # (seats,) occupant at go-live, -1 for none
    present_ceiling: Lanes1  # (1,) then
    able: Lanes1  # (1,) seats below the stated ceiling
    can: Lanes1  # (seats,) 1 for those below the present one
    seat_level: Lanes1  # (seats,)
    order: Lanes1  # (seats,) levels of those who wait, highest first, then -1
    order_seat: Lanes1  # (seats,)
    doubt_time: Floats1  # (seats,)
    doubt_number: Ints1  # (seats,)
    course: Floats2  # (3, months) p, q, ceiling of the initiative at hand
    unlearned: Lanes2  # (roles, months) what newcomers have not learned yet
    bereft: Lanes2  # (roles, months) what a key person who left took along
    no_times: Floats1  # (0,)
    no_changes: Ints1  # (0,)
    # delivery
    cost_ratio: Lanes1  # (initiatives,)
    work_months: Floats2  # (lanes, initiatives)
    end: Floats2  # (lanes, initiatives) share of the work after which it ends
    ending: Ints2  # (lanes, initiatives) state then
    remains: Floats2  # (lanes, initiatives) share of the benefit that is left of work that does not finish
    available: Ints2  # (lanes, initiatives) first month in which the vendor takes an order
    lead: Ints2  # (lanes, initiatives) months from order to work
    chance: Floats1  # (gates,) of the path at hand
    part: Lanes1  # (initiatives,) share of it that works: 1, less after a failure
    beside_until: Lanes1  # (initiatives,) first month without running old and new side by side
    own_base: Lanes1  # (own targets,) numbers of initiatives before effects
    own_clipped: Lanes1  # (1,)
    gaps: Floats2  # (lanes * initiatives, skills) levels that are missing
    settled: Ints2  # (lanes, initiatives) month of go-live or failure, -1 for neither
    success: Ints2  # (lanes, initiatives) 1 for go-live
    away: Lanes2  # (roles, months) days that training and involvement take
    awarded: Ints2  # (lanes, initiatives) 1 where the grant would be paid
    state: Ints2  # (lanes, initiatives)
    go_live: Ints2  # (lanes, initiatives) month, -1 for never
    started: Ints2  # (lanes, initiatives) month, -1 for never
    work_one: Floats2  # (initiatives, months) of the path at hand
    used_one: Floats2  # (skills, months) of the path at hand
    chosen: Ints1  # (initiatives,) those of the roadmap
    first_month: Ints1  # (sources,) before which a source of effects changes nothing, in any path
    begins: Lanes1  # (sources,) month of go-live, NEVER for none
    ends: Lanes1  # (sources,) first month in which it no longer works
    work: Lanes2  # (initiatives, months) share of the work done in a month
    used: Lanes2  # (skills, months) own days
    bought: Lanes2  # (skills, months) days
    known: Ints2  # (lanes * initiatives, months + 1): adoption from this go-live is in the table
    adopted: Floats3  # (lanes * initiatives, months + 1, months)
    adopting: Lanes2  # (sources, months) share of seats that use it, 0 while it does not work
    strength: Lanes2  # (initiatives, months) the same, faded by imitation
    # estate and threats
    refresh: Lanes1  # (initiatives,) month in which it refreshes systems, or none
    in_lanes: Ints1  # (systems,) 1 where the failures under the roadmap at hand have been made in lanes
    lane_count: Ints2  # (lanes, systems) how many
    lane_times: Floats3  # (lanes, systems, KEPT_FAILURES)
    lane_hours: Floats3
    moment: Lanes1  # (3,) of a failure: whether, when, for how many hours
    refreshed: Ints2  # (systems, months)
    scale: Floats2  # (systems, months)
    factor: Floats2
    median: Floats2
    limit: Floats2
    response: Floats1  # (months,) of the repairers at hand
    busy: Floats1
    free: Floats1  # (systems,) month from which a repairer is free
    due: Floats1  # (systems,) month of the next failure
    due_age: Floats1
    piece: Ints1
    piece_end: Ints1
    failed: Ints1  # (systems,) number of failures
    failed_at: Floats2  # (systems, EVENTS)
    failed_hours: Floats2
    renewed: Ints1  # (systems,) number of planned replacements
    renewals: Floats2  # (systems, EVENTS)
    recovery: Lanes2  # (2, months) hours until repaired of the failures of a month, and their number
    anew: Ints1  # (systems,) 1 where the roadmap at hand touches it
    month_intensity: Floats1  # (months,) of the threat and path at hand
    event_times: Floats1
    layers: Ints1
    numbers: Ints1
    failure_count: Ints2  # (lanes, systems) failures in the baseline
    failure_times: Floats3  # (lanes, systems, KEPT_FAILURES)
    failure_hours: Floats3
    base_exposure: Lanes2  # (systems, months)
    exposure: Lanes2  # (systems, months) factor on the success of attacks
    down: Lanes2  # (systems, months) hours
    intensity: Lanes2  # (threats, months) incidents a year
    out_lost: Lanes2  # (steps, months) share of items lost to outages
    out_late: Lanes2  # (steps, months) share made late
    out_delay: Lanes2  # (steps, months) mean hours of delay
    # cyber; empty where the scenario has no controls, and no severity that covers the interruption
    control_state: Lanes2  # (controls, months) coverage times what is left since the last audit
    success_left: Lanes2  # (threats, months) factor that controls leave of the success of attempts
    loss_left: Lanes2  # (threats, months) of the loss
    outage_left: Lanes2  # (threats, months) of the outage
    spared: Lanes2  # (processes, months) share of the sales lost to outages whose margin the severity contains
    refused: Lanes1  # (months,) incidents that insurance does not pay
    shock: Lanes1  # (months,) share of customers that stays after incidents
    covered: Lanes1  # (months,) what the layer would pay
    happened: Lanes1  # (months,) incidents
    weight: Lanes1  # (1,) of the draw, see `sim.montecarlo.tilt`
    age: Lanes2  # (systems, months) years
    in_force: Lanes2  # (systems, months) 1 while its subscription runs
    # operations
    admitted: Lanes1  # (steps,) share of the items that the system of a step takes
    asked: Lanes1  # (systems,) items a day
    spread: Lanes1  # (systems,) variance of them
    capacity: Lanes1  # (roles,)
    pace: Lanes1  # (roles,) factor on service times
    backlog: Lanes1
    departure: Lanes1  # (roles,) squared CV of departures
    staying: Lanes1  # (steps,) share of items that a step does not lose
    step_rate: Lanes1
    step_hours: Lanes1
    step_wait: Lanes1
    waiting: Lanes1  # (roles,) P(wait > 0)
    served: Lanes1  # (roles,) served share of those who never give up
    human: Lanes1  # (steps,) share of the items whom people serve
    visits: Lanes1  # (2,) an hour: of steps without people, and with people
    items: Lanes1  # (processes,)
    own: Lanes1  # (processes,) share of the items that no other process made
    fulfilled: Lanes1  # (processes,) share of the items that were completed and came, of the month before
    completions: Lanes2  # (processes, months) items that were completed and came; no rows without feeds
    role_rate: Lanes1  # (roles,) visits an hour
    role_work: Lanes1  # (roles,) Erlang offered
    role_squares: Lanes1
    role_cv2: Lanes1
    demand: Lanes1  # (months,) season and growth
    line_rate: Lanes1
    line_patience: Lanes1
    line_lost: Lanes1
    line_wait: Lanes1
    # freed hours
    base_needed: Lanes2  # (roles, months) hours of work of the baseline
    freed: Lanes2  # (roles, months) hours that a role needs less than in the baseline
    hired: Lanes2  # (roles, months) seats that planned hires add
    planned_flow: Lanes1  # (processes,) items of the month at hand, at its demand without season
    freed_one: Floats1  # (months,) of the role and path at hand
    left_out: Floats1  # (months,) seats left out so far
    added: Floats1  # (months,) seats of the hire at hand
    # links
    pair_price: Floats2  # (2, pairs) capital and monthly, of the path at hand
    hub_price: Floats2  # (2, initiatives)
    link_cost: Floats2  # (2, initiatives)
    end_one: Floats1  # (initiatives,) end of life, of the path at hand
    hub_of: Ints1  # (initiatives,)
    attached: Ints1  # (systems,)
    # ledger
    flow: Lanes2  # (categories, months)
    base_flow: Lanes2
    price_index: Lanes2  # (5, months) prices over those of the file: wages, items, fixed cost, technology, premiums
    price: Lanes1  # (initiatives,) the same of capital and delivery, in the month in which the work starts
    financing: Lanes1  # (1,) PV of what others pay and get, at the firm's borrowing rate
    own_cost: Lanes1  # (months,)
    trajectory: Lanes2  # (rows, months) see `kpis.TRAJECTORY`
    service: Lanes1  # (months,) principal and interest paid
    depreciation: Lanes1
    kept: Lanes3  # (2, months, state) of the first two roadmaps, at the start of each month
    kept_margin: Lanes2  # (2, months)
    kept_use: Lanes2  # (2, months) cost of subscriptions
    holding: Lanes1  # (1,) cost of holding stock in the month at hand, at today's prices
    kept_holding: Lanes2  # (2, months) the same at those of the month; (2, 0) without stock
    kept_completions: Lanes3  # (2, processes, months)
    # customers
    draw: Ints1  # (lanes,) number of the draw
    reputation: Lanes1  # (1,) at the start of the month at hand
    kept_reputation: Lanes2  # (2, months) of the first two roadmaps, at the start of each month
    first_level: Floats2  # (lanes, customers of the start) cumulated hazard at which they leave; none if not counted
    crowd: Floats2  # (lanes, MOST) the same of those who are there
    customers: Lanes1  # (1,) counted one by one
    hazard: Lanes1  # (1,) cumulated
    month: Lanes1  # (4,) share that leaves, share driven away, newcomers expected, room for customers
    passed: Lanes3  # (2, months, 4) the same of the first two roadmaps
    crowded: Ints1  # (1,) draw in which there were too many to count, -1 for none
    tally: Lanes2  # (processes, COURSE) sums over all months
    yearly: Lanes2  # (KPIs + weights, years)
    result: Lanes1  # (N_VALUES,)
    detail: Lanes1  # (categories + KPIs * years + 2 * roles + processes * COURSE,)
    clipped: Lanes1  # (1,)
    readiness: Lanes1  # (months,)
    ripe: Ints2  # (lanes, initiatives) month of the start for which the probabilities to fail are set


def new_scratch(lay: Layout) -> Packed:
    """Memory for blocks of paths of this layout."""
    months, slots = lay.calendar.months, len(lay.low)
    roles, seats, skills = len(lay.work.seats), int(lay.work.seats.sum()), len(lay.work.skill_role)
    steps, processes = len(lay.work.step_role), len(lay.work.driven)
    fed = len(lay.work.feed_order)
    starts = min(MOST_STARTS, 16 + 2 * int(lay.work.seats.max(initial=0)))
    systems, threats = len(lay.estate.age), len(lay.estate.layer)
    n, targets = len(lay.candidates.duration), len(lay.candidates.target_slot)
    sources = n + len(lay.futures.limit)
    controls = len(lay.cyber.function)
    controlled = threats if controls else 0
    spared = processes if lay.cyber.covers_interruption.any() else 0
    years = -(-lay.calendar.horizon // lay.calendar.span)
    monthly = {
        "month_present", "month_share", "response", "busy", "month_intensity", "shock", "covered",
        "happened", "refused", "demand", "own_cost", "depreciation", "service", "freed_one", "left_out", "added",
        "readiness",
    }  # fmt: skip
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(monthly, (months,))
    for count, names in (
        (slots, "values now"),
        (CHANGES, "role_times role_seat role_occupant"),
        (EVENTS, "event_times layers numbers"),
        (roles, "starts taken"),
        (roles * starts, "one_joiner one_threshold"),
        (WIDTH, "wanted event"),
        (1, "path points one_number present_ceiling able"),
        (months + 1, "rise"),
        (seats, "holder can seat_level order order_seat current level queue due_level late doubt_time doubt_number"),
        (0, "no_times no_changes"),
        (n, "refresh chosen cost_ratio price part beside_until end_one hub_of"),
        (len(lay.projects.chance_slot), "chance"),
        (len(lay.own.slot), "own_base"),
        (systems, "attached asked spread in_lanes"),
        (3, "moment"),
        (sources, "first_month begins ends"),
        (roles, "capacity pace backlog departure waiting served role_rate role_work role_squares role_cv2"),
        (steps, "admitted staying human step_rate step_hours step_wait line_rate line_patience line_lost line_wait"),
        (processes, "items own fulfilled planned_flow"),
        (2, "visits"),
    ):
        shapes |= dict.fromkeys(names.split(), (count,))
    for shape, names in (
        ((WIDTH, CHANGES), "times role seat occupant place"),
        ((roles, starts), "start_index joiner threshold"),
        (
            (WIDTH, n),
            "work_months end ending remains available lead awarded state go_live started ripe settled success",
        ),
        ((3, months), "course"),
        ((roles, months), "present unlearned bereft away"),
        ((WIDTH * n, skills), "gaps"),
        ((n, months), "work_one work strength"),
        ((sources, months), "adopting"),
        ((skills, months), "used_one used bought"),
        ((roles, months), "base_needed freed hired"),
        ((controls, months), "control_state"),
        ((controlled, months), "success_left loss_left outage_left"),
        ((spared, months), "spared"),
        ((systems, months), "base_exposure exposure down age in_force refreshed scale factor median limit"),
        ((2, months), "recovery"),
        ((systems,), "free due due_age piece piece_end failed renewed anew"),
        ((systems, EVENTS), "failed_at failed_hours renewals"),
        ((steps, months), "out_lost out_late out_delay"),
        ((N_CATEGORIES, months), "flow base_flow"),
        ((len(TRAJECTORY), months), "trajectory"),
        ((2, n), "hub_price link_cost"),
        ((2, len(lay.integrations.linked_slot)), "pair_price"),
        ((WIDTH, systems), "lane_count"),
        ((WIDTH, systems, KEPT_FAILURES), "failure_times failure_hours lane_times lane_hours"),
    ):
        shapes |= dict.fromkeys(names.split(), shape)
    shapes |= {
        "changed": (targets, months), "changes": (WIDTH,),
        "known": (WIDTH * n, months + 1), "adopted": (WIDTH * n, months + 1, months),
        "failure_count": (WIDTH, systems), "intensity": (threats, months),
        "kept": (2, months, 1 + 2 * roles + steps + processes), "kept_margin": (2, months), "kept_use": (2, months),
        "completions": (fed, months), "kept_completions": (2, fed, months), "yearly": (2 * N_KPIS, years),
        "price_index": (5, months), "financing": (1,),
        "holding": (1,), "kept_holding": (2, months if len(lay.stock.articles) else 0),
        "draw": (WIDTH,), "reputation": (1,), "kept_reputation": (2, months), "hazard": (1,), "crowded": (1,),
        "weight": (1,), "customers": (1,), "month": (4,),
        "first_level": (WIDTH, lay.market.counted), "crowd": (WIDTH, MOST if lay.market.counted else 0),
        "passed": (2, months, 4),
        "tally": (processes, COURSE), "result": (N_VALUES,),
        "detail": (N_CATEGORIES + N_KPIS * years + 2 * roles + processes * COURSE,), "clipped": (1,),
        "own_clipped": (1,),
    }  # fmt: skip
    return pack(Scratch(**{name: _array(hint, shapes[name]) for name, hint in _hints().items()}))


def _hints() -> dict[str, Any]:
    return typing.get_type_hints(Scratch, include_extras=True)


def _array(hint: Any, shape: tuple[int, ...]) -> Any:
    """An array of the annotated type that begins at a cache line, so that vectors do not straddle two."""
    array, axes = typing.get_args(hint)
    assert isinstance(axes, Axes)
    dtype = np.dtype(typing.get_args(typing.get_args(array)[1])[0])
    full = (*shape, WIDTH) if axes.lanes else shape
    count = int(np.prod(full))
    memory = np.zeros(count + 8, dtype=dtype)
    first = (-memory.ctypes.data % 64) // 8
    return memory[first : first + count].reshape(full)
