"""The scenario as arrays: what the compiled kernel reads. Pure translation, no physics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sim.derived import share_path, sold_out_path
from sim.futures import STREAM, limits
from sim.mechanisms.adoption_streams import STREAMS
from sim.mechanisms.attacks import layer_height
from sim.mechanisms.delivery import FROM_START, PROCEED
from sim.montecarlo.changing import changed_paths, may_differ
from sim.montecarlo.crew import crew
from sim.montecarlo.cyber_layout import cyber
from sim.montecarlo.landscape import integrations, terms
from sim.montecarlo.layout_finance import debts, financing
from sim.montecarlo.layout_projects import OWN, own, projects
from sim.montecarlo.layout_repair import repair_groups, touches
from sim.montecarlo.market_layout import market
from sim.montecarlo.readiness import ageing, readiness
from sim.montecarlo.stock_layout import stock
from sim.montecarlo.structures import (
    NO_TILT,
    Calendar,
    Candidates,
    Estate,
    Floats,
    Futures,
    Ints,
    Keys,
    Layout,
    Tilt,
    Work,
)
from sim.parameters import Parameters
from sim.points import rekeyed
from sim.streams import stream_key
from sim.world import Scenario
from sim.world.futures import Change
from sim.world.initiatives import Effect, Grant

UNSUPPORTED_NEVER = 10**6


def _ints(values: Any) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _floats(values: Any) -> Floats:
    return np.array(list(values), dtype=np.float64)


def layout(table: Parameters, seed: int, span: int = 12, tilt: Tilt = NO_TILT) -> Layout:
    """Arrays of a scenario under a seed; its horizon contains the run-off, see `sim.run_off`. span: months over which a
    KPI is taken. tilt: see `sim.montecarlo.tilt`."""
    candidates = _candidates(table, seed)
    row = np.full(len(table.numbers), -1, dtype=np.int64)
    row[candidates.target_slot] = np.arange(len(candidates.target_slot))
    calendar, work, estate = _calendar(table, span), _work(table, seed), _estate(table, seed)
    found = Layout(
        calendar=calendar,
        finance=debts(table),
        work=work,
        estate=estate,
        candidates=candidates,
        projects=projects(table, seed),
        own=own(table, effects(table)),
        futures=_futures(table, seed),
        integrations=integrations(table),
        market=market(table, seed),
        stock=stock(table, changed_paths(table.scenario)),
        cyber=cyber(table, seed),
        terms=terms(table, seed),
        crew=crew(table),
        readiness=readiness(table, candidates.target_slot),
        ageing=ageing(table),
        tilt=tilt,
        low=table.low,
        high=table.high,
        row=row,
    )
    return found if table.points is None else rekeyed(found, table.points.keys(seed))


def _calendar(table: Parameters, span: int) -> Calendar:
    world, slot = table.scenario, table.slot
    profile, months = world.profile, world.horizon_months
    first = int(world.start[5:]) - 1
    customers = ("customers.monthly_churn", "customers.monthly_acquisition", "customers.service_churn")
    names = (*customers, "growth_per_year", "gross_margin", "fixed_costs_per_month", "demand")
    cover = ("annual_premium", "retention", "event_limit", "annual_limit", "coinsurance")
    return Calendar(
        horizon=months - world.money.run_off_months,
        months=months,
        span=span,
        hours=profile.working_days_per_month * profile.hours_per_day,
        days=float(profile.working_days_per_month),
        season=_floats(profile.seasonality[(first + m) % 12] for m in range(months)),
        discount=(1.0 + world.money.discount_rate) ** (-np.arange(months) / 12.0),
        discount_rate=float(world.money.discount_rate),
        tax_rate=float(profile.tax_rate),
        depreciation_months=world.money.depreciation_months,
        cash=float(profile.cash_at_start),
        customers=float(profile.customers.start),
        settlement=world.insurance.settlement_months,
        slots=_ints(slot[f"profile.{name}"] for name in names),
        insurance=_ints(slot[f"insurance.{name}"] for name in cover),
    )


def _work(table: Parameters, seed: int) -> Work:
    world, slot = table.scenario, table.slot
    roles = list(world.people)
    systems, names = list(world.systems), list(world.processes)
    hires = [(name, label, hire) for name, role in world.people.items() for label, hire in role.hires.items()]
    feeds = [(name, source, feed) for name, p in world.processes.items() for source, feed in p.fed_by.items()]
    seats = _ints(role.seats for role in world.people.values())
    steps = [
        (p, f"processes.{name}.steps.{label}", step, slot[share_path(name, label, step)])
        for p, (name, process) in enumerate(world.processes.items())
        for label, step in process.steps.items()
    ]
    step_role = _ints(roles.index(step.role) for _, _, step, _ in steps)
    earns, process_counts, role_counts = _what_counts(table)
    counts = [len(process.steps) for process in world.processes.values()]

    def role_slots(field: str) -> Ints:
        return _ints(slot[f"people.{name}.{field}"] for name in roles)

    def process_slots(field: str) -> Ints:
        return _ints(slot[f"processes.{name}.{field}"] for name in world.processes)

    return Work(
        seats=seats,
        first_seat=np.concatenate([[0], np.cumsum(seats)]).astype(np.int64)[:-1],
        headcount_slot=role_slots("headcount"),
        cost_slot=role_slots("monthly_cost"),
        turnover_slot=role_slots("annual_turnover"),
        hiring_slot=role_slots("hiring_months"),
        skill_role=_ints(roles.index(skill.role) for skill in world.skills.values()),
        skill_days=_floats(skill.days_per_month for skill in world.skills.values()),
        skill_most=_floats(skill.most_days for skill in world.skills.values()),
        outside_slot=_ints(slot.get(f"skills.{name}.outside.day_price", -1) for name in world.skills),
        arrivals_slot=process_slots("arrivals_per_day"),
        revenue_slot=process_slots("item_revenue"),
        lost_slot=_ints(slot[sold_out_path(world, name)] for name in world.processes),
        patience_slot=process_slots("patience_minutes"),
        target_hours=_floats(process.target_minutes / 60.0 for process in world.processes.values()),
        arrival_cv2=_floats(process.arrival_cv**2 for process in world.processes.values()),
        driven=_ints(process.driven_by == "customers" for process in world.processes.values()),
        first_step=_ints(np.concatenate([[0], np.cumsum(counts)])),
        step_process=_ints(p for p, *_ in steps),
        step_role=step_role,
        steps_at_role=np.argsort(step_role, kind="stable"),
        first_at_role=np.searchsorted(np.sort(step_role), np.arange(len(roles) + 1)),
        step_needs=np.array([[y in step.systems for y in systems] for _, _, step, _ in steps], dtype=np.int64).reshape(
            len(steps), len(systems)
        ),
        earns=earns,
        process_counts=process_counts,
        role_counts=role_counts,
        minutes_slot=_ints(slot[f"{path}.minutes"] for _, path, _, _ in steps),
        share_slot=_ints(share for *_, share in steps),
        error_slot=_ints(slot[f"{path}.error_probability"] for _, path, _, _ in steps),
        automates=_ints(may_differ(table, f"{path}.automated") for _, path, _, _ in steps),
        automated_slot=_ints(slot[f"{path}.automated"] for _, path, _, _ in steps),
        exceptions_slot=_ints(slot[f"{path}.exceptions"] for _, path, _, _ in steps),
        machine_slot=_ints(slot[f"{path}.machine_minutes"] for _, path, _, _ in steps),
        absences=_ints(may_differ(table, f"processes.{name}.no_show") for name in world.processes),
        no_show_slot=process_slots("no_show"),
        no_show_time_slot=process_slots("no_show_time"),
        feed_order=_ints(_feed_order(world) if feeds else []),
        first_feed=_ints(np.concatenate([[0], np.cumsum([len(p.fed_by) for p in world.processes.values()])])),
        feed_source=_ints(names.index(source) for _, source, _ in feeds),
        feed_share_slot=_ints(slot[f"processes.{name}.fed_by.{source}.share"] for name, source, _ in feeds),
        feed_delay=_floats(feed.delay_days / world.profile.working_days_per_month for _, _, feed in feeds),
        service_cv2=_floats(step.cv**2 for _, _, step, _ in steps),
        turnover_key=_keys(seed, (f"people/{name}/turnover" for name in roles)),
        wait_factor=_floats(world.calibration.of(name).wait for name in names),
        late_excess=_floats(world.calibration.of(name).late - 1.0 for name in names),
        loss_factor=_floats(world.calibration.of(name).gave_up for name in names),
        hire_role=_ints(roles.index(name) for name, _, _ in hires),
        hire_month=_ints(hire.month for _, _, hire in hires),
        hire_notice=_ints(hire.notice_months for _, _, hire in hires),
        hire_seats=_floats(hire.seats for _, _, hire in hires),
        hire_step=_floats(hire.step_seats for _, _, hire in hires),
        hire_share_slot=_ints(slot[f"people.{name}.hires.{label}.realisable_share"] for name, label, _ in hires),
    )


def _feed_order(world: Scenario) -> list[int]:
    """Processes by number, each behind those that feed it."""
    names = list(world.processes)
    order: list[int] = []
    while len(order) < len(names):
        known = {names[p] for p in order}
        order += [p for p, name in enumerate(names) if p not in order and world.processes[name].fed_by.keys() <= known]
    return order


def _what_counts(table: Parameters) -> tuple[Ints, Ints, Ints]:
    """What the cash flow depends on; where only values are asked for, the rest is not computed."""
    world, slot = table.scenario, table.slot
    changed = changed_paths(world)
    steps = {name: [step.role for step in process.steps.values()] for name, process in world.processes.items()}
    if world.stock or any(y.capacity_per_day is not None for y in world.systems.values()):  # what counts shares them
        everything = _ints(1 for _ in world.processes)
        return everything, everything.copy(), _ints(1 for _ in world.people)
    earning = set()
    for name, process in world.processes.items():
        revenue = f"processes.{name}.item_revenue"
        if process.driven_by == "customers" or revenue in changed or table.numbers[slot[revenue]].quantity.mean != 0:
            earning.add(name)
    roles = {role for name in earning for role in steps[name]}
    while True:  # a line that counts takes what earlier steps of all its processes let through, and what feeds them
        before = {
            role for path in steps.values() for at, behind in enumerate(path) if behind in roles for role in path[:at]
        }
        counting = [name for name in steps if name in earning or roles & set(steps[name])]
        sources = {source for name in counting for source in world.processes[name].fed_by}
        if before <= roles and sources <= earning:
            break
        earning |= sources
        roles |= before.union(*(steps[source] for source in sources))
    return (
        _ints(name in earning for name in world.processes),
        _ints(bool(roles & set(steps[name])) for name in world.processes),
        _ints(role in roles for role in world.people),
    )


def _estate(table: Parameters, seed: int) -> Estate:
    world, slot = table.scenario, table.slot
    systems, threats = list(world.systems), list(world.threats)

    def system_slots(field: str) -> Ints:
        return _ints(slot[f"systems.{name}.{field}"] for name in systems)

    def threat_slots(field: str) -> Ints:
        return _ints(slot.get(f"threats.{name}.{field}", -1) for name in threats)

    def median(name: str, field: str) -> float:
        return float(table.base[slot[f"threats.{name}.{field}"]])

    return Estate(
        age=_floats(s.age_years for s in world.systems.values()),
        shape=_floats(s.life_shape for s in world.systems.values()),
        scale_slot=system_slots("life_scale_years"),
        repair_slot=system_slots("repair_hours"),
        repair_p95=_floats(s.repair_p95_ratio for s in world.systems.values()),
        repair_cost_slot=system_slots("repair_cost"),
        monthly_slot=system_slots("monthly_cost"),
        replace=_ints(s.on_failure == "replace" for s in world.systems.values()),
        support_ends=_ints(
            UNSUPPORTED_NEVER if s.support_ends_month is None else s.support_ends_month for s in world.systems.values()
        ),
        unsupported_failures_slot=system_slots("unsupported_failures"),
        unsupported_attacks_slot=system_slots("unsupported_attacks"),
        failure_key=_keys(seed, (f"systems/{name}/failure" for name in systems)),
        repair_key=_keys(seed, (f"systems/{name}/repair" for name in systems)),
        response_key=_keys(seed, (f"systems/{name}/response" for name in systems)),
        **repair_groups(table),
        attempts_slot=threat_slots("attempts_per_year"),
        success_slot=threat_slots("success_probability"),
        frailty_slot=_ints(
            slot.get(f"threats.{name}.frailty", slot.get(f"threats.{name}.frailty_0", -1)) for name in threats
        ),
        severity_slot=threat_slots("severity"),
        severity_p95=_floats(t.severity_p95_ratio for t in world.threats.values()),
        tail_index=_floats(t.tail_index for t in world.threats.values()),
        outage_slot=threat_slots("outage_hours"),
        outage_p95=_floats(t.outage_p95_ratio for t in world.threats.values()),
        churn_slot=threat_slots("churn_shock"),
        layer=_floats(
            layer_height(median(name, "attempts_per_year"), median(name, "success_probability")) for name in threats
        ),
        hits=np.array([[y in t.hits for y in systems] for t in world.threats.values()], dtype=np.int64).reshape(
            len(threats), len(systems)
        ),
        touches=np.array(
            [[touches(world, i, y) for y in systems] for i in world.initiatives.values()], dtype=np.int64
        ).reshape(len(world.initiatives), len(systems)),
        gap_key=_keys(seed, (f"threats/{name}/gap" for name in threats)),
        height_key=_keys(seed, (f"threats/{name}/height" for name in threats)),
        severity_key=_keys(seed, (f"threats/{name}/severity" for name in threats)),
        outage_key=_keys(seed, (f"threats/{name}/outage" for name in threats)),
    )


def effects(table: Parameters) -> Iterator[tuple[int, int, int, Change]]:
    """Slot that is changed, source (initiatives, then futures), slot of the size, and the change."""
    world, slot = table.scenario, table.slot
    blocks: list[tuple[str, Mapping[str, Change]]] = [
        (f"initiatives.{name}.effects", initiative.effects) for name, initiative in world.initiatives.items()
    ]
    blocks += [(f"futures.{name}.changes", future.changes) for name, future in world.futures.items()]
    for source, (block, changes) in enumerate(blocks):
        for target, change in changes.items():
            kind = "add" if change.multiply is None else "multiply"
            yield slot[target], source, slot[f"{block}.{target}.{kind}"], change


def _futures(table: Parameters, seed: int) -> Futures:
    world = table.scenario
    return Futures(
        limit=limits(world),
        start_slot=_ints(table.slot[f"futures.{name}.start_month"] for name in world.futures),
        months=_ints(world.horizon_months if f.months is None else f.months for f in world.futures.values()),
        which_key=_keys(seed, [STREAM]),
    )


def _candidates(table: Parameters, seed: int) -> Candidates:
    world, slot = table.scenario, table.slot
    names, roles = list(world.initiatives), list(world.people)
    all_of = list(world.initiatives.values())
    of_world = (row for row in effects(table) if not table.numbers[row[0]].path.startswith(OWN))
    changes = sorted(of_world, key=lambda row: row[:2])
    targets = sorted({target for target, *_ in changes})

    def slots(field: str) -> Ints:
        return _ints(slot.get(f"initiatives.{name}.{field}", -1) for name in names)

    def membership(block: str) -> Ints:
        rows = [[r in getattr(getattr(i, block), "roles", ()) for r in roles] for i in all_of]
        return np.array(rows, dtype=np.int64).reshape(len(names), len(roles))

    def keys(stream: str) -> Keys:
        return _keys(seed, (f"initiatives/{name}/{stream}" for name in names))

    seat_keys = _keys(seed, (f"initiatives/{i}/{stream}/{r}" for i in names for stream in STREAMS for r in roles))

    requirements = [(i, r) for i in all_of for r in i.requires]
    return Candidates(
        capital_slot=slots("capital"),
        delivery_slot=slots("delivery"),
        running_slot=slots("running_per_month"),
        renewal_slot=slots("renewal_cost"),
        grant_slot=slots("grant.probability"),
        grant_share=_floats(0.0 if i.grant is None else i.grant.share for i in all_of),
        grant_cap=_floats(0.0 if i.grant is None else i.grant.cap for i in all_of),
        grant_lag=_ints(0 if i.grant is None else i.grant.lag_months for i in all_of),
        grant_window=np.array([_window(i.grant, world.horizon_months) for i in all_of], dtype=np.int64).reshape(
            len(names), 2
        ),
        grant_upfront=_ints(i.grant is not None and i.grant.paid == "upfront" for i in all_of),
        **financing(table),
        duration=_ints(i.duration_months for i in all_of),
        days=np.array([[i.own_days(k) for k in world.skills] for i in all_of], dtype=np.float64).reshape(
            len(names), len(world.skills)
        ),
        life=_ints(-1 if i.life_months is None else i.life_months for i in all_of),
        refreshes=np.array([[y in i.refreshes for y in world.systems] for i in all_of], dtype=np.int64).reshape(
            len(names), len(world.systems)
        ),
        users=membership("adoption"),
        adoption_slots=np.array(
            [
                [slot.get(f"initiatives.{name}.adoption.{f}", -1) for f in ("p", "q", "ceiling", "joiner_share")]
                for name in names
            ],
            dtype=np.int64,
        ).reshape(len(names), 4),
        dips=membership("dip"),
        dip_slot=slots("dip.depth"),
        dip_months=_ints(0 if i.dip is None else i.dip.months for i in all_of),
        imitation_slot=slots("imitation.lag_months"),
        half_life=_floats(1.0 if i.imitation is None else i.imitation.half_life_months for i in all_of),
        imitated=_ints(any(e.competitive for e in i.effects.values()) for i in all_of),
        before=_ints(names.index(r.initiative) for _, r in requirements),
        lag=_ints(r.lag_months for _, r in requirements),
        flags=_ints(
            FROM_START * (r.counted_from == "start") + PROCEED * (r.if_fails == "proceed") for _, r in requirements
        ),
        first_before=_ints(np.concatenate([[0], np.cumsum([len(i.requires) for i in all_of])])),
        effect_source=_ints(i for _, i, _, _ in changes),
        effect_value=_ints(value for _, _, value, _ in changes),
        effect_multiplies=_ints(e.multiply is not None for *_, e in changes),
        effect_fades=_ints(isinstance(e, Effect) and e.competitive for *_, e in changes),
        target_slot=_ints(targets),
        first_effect=_ints([sum(t < target for t, *_ in changes) for target in targets] + [len(changes)]),
        seat_keys=seat_keys.reshape(len(names), len(STREAMS), len(roles)),
        grant_key=keys("grant"),
    )


def _window(grant: Grant | None, horizon: int) -> tuple[int, int]:
    """First and last month of a start that may get a grant."""
    if grant is None:
        return 0, -1
    return grant.first_start, horizon if grant.last_start is None else grant.last_start


def _keys(seed: int, names: Any) -> Keys:
    return np.array([stream_key(seed, name) for name in names], dtype=np.uint64)
