"""What the compiled kernel reads: a scenario as structures of arrays, passed by reference.

Names: role r, skill k, process p, step s (all processes in a row), system y, threat h, initiative i, effect e. `*_slot`
arrays hold slots of `Parameters`; the others hold fixed numbers; `*_key` arrays hold keys of random streams.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.lanes.records import Floats1, Floats2, Ints1, Ints2, Keys1, Keys3
from sim.montecarlo.crew import Crew
from sim.montecarlo.readiness import Ageing, Readiness
from sim.montecarlo.stock_layout import Stock

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

COURSE = 4  # of the items of a process: gave up, completed, completed late, hours waited by completed ones


class Calendar(NamedTuple):
    """Time, demand and money of the whole business."""

    horizon: int  # months of which everything is reported
    months: int  # those of the run-off too
    span: int  # months over which a KPI is taken: 12, or 1
    hours: float  # working hours of a month
    days: float  # working days of a month
    season: Floats1  # (months,)
    discount: Floats1  # (months,)
    discount_rate: float
    tax_rate: float
    depreciation_months: int
    cash: float
    customers: float
    settlement: int
    slots: Ints1  # churn, acquisition, service churn, growth, margin, fixed costs, level of demand
    insurance: Ints1  # slots: premium, retention, event limit, annual limit, coinsurance


class Finance(NamedTuple):
    """Prices that change, debts, the credit line."""

    inflates: int  # 0: every price stays as the file states it
    change_slots: Ints1  # yearly changes: wages, prices, fixed cost, technology, premiums
    balance: Floats1  # (loans,) owed at the start of month 0
    balance_slot: Ints1  # (loans,) interest
    balance_months: Ints1
    line_slot: int  # interest of the credit line; -1: there is none
    line_limit: float
    floor: float  # the line is drawn below it
    judged_from: int  # month from which the covenant counts years; at the horizon or behind: there is none


class Work(NamedTuple):
    """Roles, processes and steps."""

    seats: Ints1
    first_seat: Ints1
    headcount_slot: Ints1
    cost_slot: Ints1
    turnover_slot: Ints1
    hiring_slot: Ints1
    skill_role: Ints1
    skill_days: Floats1  # of its own
    skill_most: Floats1  # that projects find: bought ones included
    outside_slot: Ints1  # (skills,) price of a bought day, -1 where none can be bought
    arrivals_slot: Ints1
    revenue_slot: Ints1
    lost_slot: Ints1
    patience_slot: Ints1
    target_hours: Floats1
    arrival_cv2: Floats1
    driven: Ints1
    first_step: Ints1  # (processes + 1,)
    step_process: Ints1
    step_role: Ints1
    steps_at_role: Ints1  # steps ordered by role
    first_at_role: Ints1  # (roles + 1,)
    earns: Ints1  # (processes,) 1 where the process can move money: it earns, or its customers may leave
    process_counts: Ints1  # (processes,) 1 where it shares a line that an earning process passes
    role_counts: Ints1  # (roles,) 1 where an earning process passes, or what comes before such a line
    step_needs: Ints2  # (steps, systems) 1 where the work cannot start without the system
    minutes_slot: Ints1
    share_slot: Ints1
    error_slot: Ints1
    automates: Ints1  # (steps,) 1 where a machine may take items
    automated_slot: Ints1
    exceptions_slot: Ints1
    machine_slot: Ints1
    absences: Ints1  # (processes,) 1 where items may not come
    no_show_slot: Ints1
    no_show_time_slot: Ints1
    feed_order: Ints1  # (processes,) sources of items before those whom they feed; empty without feeds
    first_feed: Ints1  # (processes + 1,) feeds of process p stand at first_feed[p] .. first_feed[p + 1] - 1
    feed_source: Ints1
    feed_share_slot: Ints1
    feed_delay: Floats1  # months
    service_cv2: Floats1
    turnover_key: Keys1
    wait_factor: Floats1  # (processes,) corrections by calibration, 1: none
    late_excess: Floats1  # (processes,) factor on the share of late items, less 1
    loss_factor: Floats1  # (processes,)
    hire_role: Ints1  # (hires,) in the order of roles
    hire_month: Ints1
    hire_notice: Ints1
    hire_seats: Floats1
    hire_step: Floats1
    hire_share_slot: Ints1


class Estate(NamedTuple):
    """Systems and threats."""

    age: Floats1
    shape: Floats1
    scale_slot: Ints1
    repair_slot: Ints1
    repair_p95: Floats1
    repair_cost_slot: Ints1
    monthly_slot: Ints1
    replace: Ints1
    support_ends: Ints1
    unsupported_failures_slot: Ints1
    plain: Ints1  # (systems,) 1 where its failures can be made in lanes, see `sim.montecarlo.wear`
    unsupported_attacks_slot: Ints1
    failure_key: Keys1
    repair_key: Keys1
    response_key: Keys1
    first_member: Ints1  # (groups + 1,) systems of group g stand at first_member[g] .. first_member[g + 1] - 1
    member: Ints1  # a group shares repairers; a system with its own is a group by itself
    repairers: Ints1  # (groups,) 0: its own
    response_slot: Ints1  # (groups,) -1: none
    response_p95: Floats1
    busy_slot: Ints1
    attempts_slot: Ints1
    success_slot: Ints1
    frailty_slot: Ints1
    severity_slot: Ints1
    severity_p95: Floats1
    tail_index: Floats1
    outage_slot: Ints1
    outage_p95: Floats1
    churn_slot: Ints1
    layer: Floats1
    hits: Ints2  # (threats, systems)
    touches: Ints2  # (initiatives, systems) 1 where it changes when the system fails or how long it is down, or
    # one that shares its repairers
    gap_key: Keys1
    height_key: Keys1
    severity_key: Keys1
    outage_key: Keys1


class Cyber(NamedTuple):
    """Controls, what follows incidents, and the terms of the policy beyond its layer."""

    function: Ints1  # (controls,) PREVENT, DETECT, RESPOND, RECOVER
    coverage_slot: Ints1
    strength_slot: Ints1
    decay_slot: Ints1
    audit_slot: Ints1  # months between audits; -1: none
    audit_cost_slot: Ints1
    against: Ints2  # (controls, threats)
    brought_by: Ints2  # (controls, initiatives)
    from_start: Ints1
    demanded: Floats1  # (controls,) state that the policy demands
    credit: Floats1  # (controls,) share of the premium that it saves
    dependence: Floats1  # (threats,)
    first_secondary: Ints1  # secondary losses of threat h stand at first_secondary[h] .. first_secondary[h + 1] - 1
    frequency_slot: Ints1
    loss_slot: Ints1
    loss_p95: Floats1
    loss_mean: Floats1  # mean of one over its median
    mark_key: Keys1
    size_key: Keys1
    exposed_slot: Ints1  # (threats,) -1: no records are exposed
    record_cost_slot: Ints1
    fine_slot: Ints1  # probability
    fine_record_slot: Ints1
    fine_cap_slot: Ints1
    fine_key: Keys1
    records_slot: int
    covers_interruption: Ints1  # (threats,) 1 where the severity contains the margin lost to the outage
    yearly: Ints1  # (threats,) 1 where each year has its own frailty
    severity_mean: Floats1  # (threats,) mean of the primary loss over its median
    share_slot: Ints1  # (steps,) as the file states it, also where operations meet another
    lost_slot: Ints1  # (processes,) the same
    sublimits: Ints1  # slots: incident, secondary, notification, fine, interruption
    waiting_slot: int  # -1: interruption is not insured


class Candidates(NamedTuple):
    """Initiatives and their effects."""

    capital_slot: Ints1
    delivery_slot: Ints1
    running_slot: Ints1
    renewal_slot: Ints1
    grant_slot: Ints1  # probability of an award; -1: there is none to win
    grant_share: Floats1
    grant_cap: Floats1
    grant_lag: Ints1
    grant_window: Ints2  # (initiatives, 2) first and last month of a start that may get it
    grant_upfront: Ints1  # 1 where it is paid at the start of the work
    price_slot: Ints1  # yearly change of what it costs
    lender: Ints1  # NOBODY, LOAN or LEASE
    lent_share: Floats1  # part of capital that is financed
    lent_slot: Ints1  # interest of the loan, price of the lease
    lent_months: Ints1
    lent_grace: Ints1
    lent_fee: Floats1
    duration: Ints1
    days: Floats2  # (initiatives, skills)
    life: Ints1
    refreshes: Ints2  # (initiatives, systems)
    users: Ints2  # (initiatives, roles), adoption
    adoption_slots: Ints2  # (initiatives, 4): p, q, ceiling, joiner share; -1 without adoption
    dips: Ints2  # (initiatives, roles)
    dip_slot: Ints1
    dip_months: Ints1
    imitation_slot: Ints1  # lag
    half_life: Floats1
    imitated: Ints1  # 1 where some effect fades by imitation
    before: Ints1
    lag: Ints1
    flags: Ints1
    first_before: Ints1
    effect_source: Ints1  # initiative; futures count on behind the last one
    effect_value: Ints1
    effect_multiplies: Ints1
    effect_fades: Ints1
    target_slot: Ints1  # every slot that some effect changes
    first_effect: Ints1  # effects of target t stand at first_effect[t] .. first_effect[t + 1] - 1
    seat_keys: Keys3  # (initiatives, streams of `sim.mechanisms.seats`, roles)
    grant_key: Keys1


class Projects(NamedTuple):
    """The work of the initiatives."""

    shape: Floats2  # (initiatives, 7) of `Shape`; median 0: no class of overrun
    first_gate: Ints1  # gates of initiative i stand at first_gate[i] .. first_gate[i + 1] - 1
    chance_slot: Ints1  # (gates,) probability to fail
    gate_end: Floats1  # (gates,) share of the work done by then
    cost_limit: Floats1
    time_limit: Floats1
    remains: Floats1  # share of the benefit that failed work leaves at its end
    lead_slot: Ints1  # -1: no lead
    available_slot: Ints1  # -1: at any time
    deposit: Floats1
    help_slots: Ints2  # (initiatives, 5): capital, delivery, spread, tail, failure; -1: no help
    beside_months: Ints1  # months of running old and new side by side
    beside_days: Floats2  # (initiatives, skills)
    beside_slot: Ints1  # cost a month
    beside_dip: Floats1
    gate_key: Keys1
    cost_key: Keys1
    time_key: Keys1
    common_key: Keys1  # (1,)
    maturity_slots: Ints2  # (initiatives, 2): factor on failure in month 0, its half-life; -1: none
    matures: int  # 1 where some initiative does


class Own(NamedTuple):
    """Effects on the numbers of initiatives themselves, which are settled at the start of each."""

    slot: Ints1  # (targets,)
    initiative: Ints1  # (targets,) whose number it is
    first: Ints1  # effects of target t stand at first[t] .. first[t + 1] - 1
    source: Ints1
    value: Ints1
    multiplies: Ints1
    fades: Ints1
    owned: Ints1  # (initiatives,) 1 where a number of it is a target
    adoption: Ints1  # (initiatives,) 1 where a number of its adoption is one


class Integrations(NamedTuple):
    """Pairs of systems, what crosses them, and what links cost. pair: number of an integration."""

    derived: Ints2  # (numbers, 6) slots: itself, base, crossing, linked, mismatch, lost; -1 for none
    linked_slot: Ints1  # (pairs,)
    capital_slot: Ints1  # (pairs,) of a link from point to point
    monthly_slot: Ints1
    between: Ints2  # (pairs, 2) systems
    crossing_pair: Ints1  # (crossings,)
    crossing_process: Ints1
    crossing_slot: Ints1  # share of the items of the process that cross
    links: Ints2  # (initiatives, pairs) 1 where it links the pair
    linking: Ints1  # initiatives that link a pair or are a hub
    is_hub: Ints1  # (initiatives,)
    hub_capital_slot: Ints1  # (initiatives,) by system; -1: no hub
    hub_monthly_slot: Ints1


class Terms(NamedTuple):
    """What systems are bound to: planned replacement, capacity, subscriptions, providers."""

    limit_slot: Ints1  # (systems,) age of planned replacement; -1: none
    refresh_cost_slot: Ints1
    capacity_slot: Ints1  # (systems,) -1: no limit
    capped: int  # 1 where some system has a limit
    subscribed: int  # 1 where some system has a subscription
    per_item_slot: Ints1  # (systems,) -1: no subscription
    per_customer_slot: Ints1
    minimum_slot: Ints1
    exit_slot: Ints1
    billed: Ints2  # (systems, processes) 1 where items are counted
    begins: Ints1  # (systems,) month in which the subscription begins by itself
    term: Ints1
    subscribes: Ints2  # (initiatives, systems)
    cancels: Ints2
    hosts: Ints2  # (providers, systems)
    rate_slot: Ints1  # (providers,) outages a year
    hours_slot: Ints1
    hours_p95: Floats1
    layer: Floats1
    gap_key: Keys1
    height_key: Keys1
    hours_key: Keys1


class Futures(NamedTuple):
    """How the world may turn: sources of effects like initiatives, counted behind them."""

    limit: Floats1  # (futures,) a draw lives in the first whose limit its mark stays below
    start_slot: Ints1
    months: Ints1
    which_key: Keys1  # (1,)


class Market(NamedTuple):
    """Customers and what they choose; slots are -1, counts 0, where the scenario has no such block."""

    counted: int  # customers of a small base, who are counted one by one; 0: followed by their mean
    leave_key: Keys1  # (1,)
    arrive_key: Keys1  # (1,)
    referral_slot: int
    choice: Ints1  # slots: size, moves, utility, level of the price, sensitivity to it
    rival_slot: Ints1
    gain_slot: Ints1
    reputation: Ints1  # slots: start, hit of an incident, sensitivity of acquisition, utility
    half_life: float
    valuation: Ints1  # slots: multiple, recurring share, its premium, discount for risk
    first_channel: Ints1  # (processes + 1,)
    channel: Ints2  # (channels, 4) slots: share, conversion, seconds of delay, share lost a second


class Tilt(NamedTuple):
    """What is sampled otherwise (see `sim.montecarlo.tilt`), and whether controls are written."""

    controls: int  # 1: losses, what was expected of them, and surplus of incidents are written
    key: Keys1  # (1,) marks of the mixture
    edge: Floats1  # (threats + 1,) cumulated shares of the mixture, nothing changed first; empty: no tilt
    factor: Floats1  # (threats,) on the incidents
    power: float  # of the severity number


NO_TILT = Tilt(0, np.zeros(1, dtype=np.uint64), np.zeros(0), np.zeros(0), 1.0)


class Layout(NamedTuple):
    """Everything the kernel reads beside the draws."""

    calendar: Calendar
    finance: Finance
    work: Work
    estate: Estate
    cyber: Cyber
    candidates: Candidates
    projects: Projects
    own: Own
    futures: Futures
    integrations: Integrations
    terms: Terms
    crew: Crew
    market: Market
    stock: Stock
    readiness: Readiness
    ageing: Ageing
    tilt: Tilt
    low: Floats1
    high: Floats1
    row: Ints1  # (slots,) row of a slot among the targets of effects, -1 for none
