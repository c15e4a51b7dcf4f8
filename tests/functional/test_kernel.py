"""The kernel as a function: what must not change a bit, which way results must move, what extremes must not break."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import sim
from scenarios.load import load
from sim.errors import ProblemsFound
from sim.lanes.records import pack
from sim.montecarlo import batch, evaluate
from sim.montecarlo.kpis import CATEGORIES, KPI_NAMES, KPIS
from sim.montecarlo.layout import layout
from sim.montecarlo.scratch import new_scratch
from sim.outcomes import Outcome
from sim.parameters import parameters
from sim.quantities import Quantity
from sim.roadmap import roadmap
from sim.world import Scenario
from tests.naive.shops import EVERYTHING, PLANNER, SEED, Edit, adding_initiative, corner_shop, setting, without

Floats = NDArray[np.float64]
Starts = Mapping[str, int]
DRAWS = 48
FIELDS = ("npv", "cost", "payback", "trough", "need", "categories", "kpis", "baseline_kpis")


def assert_same_bits(one: Outcome, other: Outcome, rows: slice = slice(None)) -> None:
    """Every figure of every draw is the same number. rows: the draws of `one` that `other` holds."""
    for name in FIELDS:
        a, b = getattr(one, name)[rows], getattr(other, name)
        assert a.shape == b.shape, name
        np.testing.assert_array_equal(a, b, err_msg=name)


def all_flows(scenario: Scenario, roadmaps: list[Starts], draws: int) -> Floats:
    """(draws, 1 + roadmaps, categories, months) every cell of every ledger; first the empty roadmap."""
    table = parameters(scenario)
    names = list(scenario.initiatives)
    planned = np.full((1 + len(roadmaps), len(names)), -1, dtype=np.int64)
    for row, starts in enumerate(roadmaps, start=1):
        for name, month in roadmap(scenario, starts).starts:
            planned[row, names.index(name)] = month
    size = (len(CATEGORIES), scenario.horizon_months)
    out = batch.empty_outputs(draws, len(planned), 0, size, 0)
    numbers = np.arange(draws, dtype=np.int64)
    theta, _ = table.theta(numbers, SEED)
    lay = layout(table, SEED)
    rows = (0, draws)
    batch.run(pack(lay), new_scratch(lay), table.base, theta, table.driver_slots, numbers, planned, rows, out)
    assert not out.status.any()
    return np.asarray(out.flows)


def kpi(outcome: Outcome, name: str) -> Floats:
    """(draws, years)"""
    return np.asarray(outcome.kpis[:, KPI_NAMES.index(name)])


def baseline(scenario: Scenario, draws: int = DRAWS) -> Outcome:
    return evaluate(scenario, {}, draws, SEED)[0]


# --- identities ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["corner_shop", "retailer"])
def test_empty_roadmap_is_worth_exactly_nothing(name: str) -> None:
    scenario = corner_shop() if name == "corner_shop" else load(name)
    outcome = baseline(scenario)
    for values in (outcome.npv, outcome.cost, outcome.payback, outcome.need, outcome.categories):
        assert not np.any(values)
    np.testing.assert_array_equal(outcome.kpis, outcome.baseline_kpis)
    assert outcome.roi is None


@pytest.mark.parametrize("start", [0, 5, 23])
@pytest.mark.parametrize("others", [{}, EVERYTHING], ids=["alone", "among others"])
def test_null_initiative_changes_no_cell(start: int, others: dict[str, int]) -> None:
    """No cost, effect or staff: no cell of any ledger and no figure of any draw differs, whenever it starts."""
    shop = corner_shop(adding_initiative("nothing", {"duration_months": 2}, position=1))
    with_it = others | {"nothing": start}
    flows = all_flows(shop, [others, with_it], DRAWS)
    np.testing.assert_array_equal(flows[:, 2], flows[:, 1])
    outcomes = evaluate(shop, [others, with_it], DRAWS, SEED)
    assert_same_bits(outcomes[0], outcomes[1])


RICH = {
    "capital": "3k to 9k",
    "running_per_month": 100,
    "duration_months": 3,
    "risk_class": "package",
    "failure_probability": "0.05 to 0.2",
    "skill_days": {"it_days": 2},
    "adoption": {"roles": ["clerk", "it"], "p": "0.5 to 1", "q": 1},
    "effects": {
        "people.it.headcount": {"multiply": "0.7 to 0.9"},
        "processes.counter.steps.wrap.minutes": {"multiply": 0.5},
        "threats.ransomware.success_probability": {"multiply": "0.5 to 0.8"},
    },
}


@pytest.mark.parametrize("position", [0, 2, None])
def test_another_candidate_in_the_file_leaves_every_draw_alone(position: int | None) -> None:
    """A candidate that no roadmap uses, with uncertain numbers of its own, anywhere in the file: identical bits."""
    roadmaps: list[Starts] = [{}, {"pos": 0}, EVERYTHING]
    before = evaluate(corner_shop(), roadmaps, DRAWS, SEED)
    after = evaluate(corner_shop(adding_initiative("other", RICH, position)), roadmaps, DRAWS, SEED)
    for one, other in zip(before, after, strict=True):
        assert_same_bits(one, other)
    used = evaluate(corner_shop(adding_initiative("other", RICH, position)), {"other": 0}, DRAWS, SEED)[0]
    assert np.all(used.npv != 0.0)  # the candidate is not a null initiative


def test_threads_and_chunks_change_no_bit() -> None:
    reference = evaluate(corner_shop(), [EVERYTHING, {"edr": 3}], DRAWS, SEED)
    for threads in (1, 2):
        for chunk in (1, 7, 64, 10_000):
            other = evaluate(corner_shop(), [EVERYTHING, {"edr": 3}], DRAWS, SEED, threads=threads, chunk=chunk)
            for a, b in zip(reference, other, strict=True):
                assert_same_bits(a, b)


def test_company_of_other_roadmaps_changes_no_bit() -> None:
    """One by one, in any order, repeated, with or without detail: the same draws."""
    shop = corner_shop()
    a, b, c = EVERYTHING, {"pos": 4}, {"edr": 11, "cloud_backup": 2}
    batch = evaluate(shop, [a, b, c, a], DRAWS, SEED)
    for row, starts in ((0, a), (1, b), (2, c), (3, a)):
        assert_same_bits(batch[row], evaluate(shop, starts, DRAWS, SEED)[0])
    for row, outcome in zip((2, 1, 0), evaluate(shop, [c, b, a], DRAWS, SEED), strict=True):
        assert_same_bits(batch[row], outcome)
    short = evaluate(shop, [a, b, c], DRAWS, SEED, detail=False)
    for row, outcome in enumerate(short):
        np.testing.assert_array_equal(outcome.npv, batch[row].npv)
        assert outcome.categories.size == outcome.kpis.size == outcome.states.size == 0


def test_months_shared_with_other_roadmaps_change_no_bit() -> None:
    """Roadmaps that differ late, in one batch without detail, in any order: each draw as when it stands alone."""
    shop = corner_shop()
    early = {"pos": 0, "basic_backup": 1, "edr": 2}
    batch: list[Starts] = [
        early | {"web": 6},
        early,
        early | {"web": 6, "cloud_backup": 20},
        {"pos": 0, "basic_backup": 1},
        {"edr": 23},
        early | {"web": 7},
        {},
        early | {"web": 6},
    ]
    for order in (list(range(len(batch))), list(reversed(range(len(batch)))), [4, 0, 6, 2, 1, 7, 3, 5]):
        found = evaluate(shop, [batch[k] for k in order], DRAWS, SEED, detail=False)
        for k, outcome in zip(order, found, strict=True):
            alone = evaluate(shop, batch[k], DRAWS, SEED)[0]
            for name in ("npv", "cost", "payback", "trough", "need"):
                np.testing.assert_array_equal(
                    getattr(outcome, name), getattr(alone, name), err_msg=f"{name} of {batch[k]}"
                )


def test_values_of_the_retailer_are_the_same_with_and_without_detail() -> None:
    """Work without detail leaves out what no cash flow depends on."""
    shop = load("retailer")
    free = [name for name, one in shop.initiatives.items() if not one.requires]
    roadmaps: list[Starts] = [{}, *({name: 3} for name in free), {"pos": 0, "inventory": 9, "crm": 20, "kiosks": 30}]
    brief, full = (evaluate(shop, roadmaps, 12, SEED, detail=detail) for detail in (False, True))
    for starts, one, other in zip(roadmaps, brief, full, strict=True):
        for name in ("npv", "cost", "payback", "trough", "need"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=f"{name} of {starts}")


def test_draws_are_numbered_from_the_first() -> None:
    """A range of draws is the same in one call, in pieces, and across the internal blocks of 4,096."""
    shop = corner_shop()
    whole = evaluate(shop, EVERYTHING, 40, SEED)[0]
    for first, count in ((0, 1), (1, 13), (14, 26)):
        part = evaluate(shop, EVERYTHING, count, SEED, first_draw=first)[0]
        assert_same_bits(whole, part, slice(first, first + count))
    long = evaluate(shop, {"pos": 0}, 4_100, SEED, detail=False)[0]
    tail = evaluate(shop, {"pos": 0}, 10, SEED, first_draw=4_090, detail=False)[0]
    np.testing.assert_array_equal(long.npv[4_090:], tail.npv)
    assert len(np.unique(long.npv)) > 4_000  # draws differ


def test_scenarios_that_look_alike_are_not_confused() -> None:
    """One after the other: numbers made in Python, without a text, and candidates in another order."""
    shop = corner_shop()
    troughs = []
    for margin in (0.3, 0.6):
        profile = shop.profile.model_copy(update={"gross_margin": Quantity("constant", (margin,))})
        troughs.append(float(baseline(shop.model_copy(update={"profile": profile}), 1).trough[0]))
    assert troughs[0] < troughs[1]
    turned = shop.model_copy(update={"initiatives": dict(reversed(shop.initiatives.items()))})
    assert_same_bits(evaluate(shop, {"edr": 0}, 8, SEED)[0], evaluate(turned, {"edr": 0}, 8, SEED)[0])


def test_seed_zero_is_a_seed() -> None:
    zero, one = (evaluate(corner_shop(), {"pos": 0}, 8, seed)[0].npv for seed in (0, 1))
    assert not np.any(zero == one)
    np.testing.assert_array_equal(zero, evaluate(corner_shop(), {"pos": 0}, 8, 0)[0].npv)


@pytest.mark.parametrize("name", ["corner_shop", "retailer"])
def test_categories_sum_to_npv_and_flows_to_categories(name: str) -> None:
    scenario, starts = (corner_shop(), EVERYTHING) if name == "corner_shop" else (load(name), {"pos": 0, "mfa": 2})
    outcome = evaluate(scenario, starts, DRAWS, SEED)[0]
    in_npv = np.delete(outcome.categories, CATEGORIES.index("finance"), axis=1)
    np.testing.assert_allclose(in_npv.sum(axis=1), outcome.npv, rtol=1e-12, atol=1e-6)
    flows = all_flows(scenario, [starts], DRAWS)
    discount = (1 + scenario.money.discount_rate) ** (-np.arange(scenario.horizon_months) / 12)
    np.testing.assert_allclose((flows[:, 1] - flows[:, 0]) @ discount, outcome.categories, rtol=1e-9, atol=1e-6)
    cash = scenario.profile.cash_at_start + np.cumsum(flows[:, 1].sum(axis=1), axis=1)
    np.testing.assert_allclose(cash.min(axis=1), outcome.trough, rtol=1e-12, atol=1e-6)
    own = [CATEGORIES.index(category) for category in ("capital", "delivery")]
    spent = -(flows[:, 1, own].sum(axis=1) @ discount)
    assert np.all(outcome.cost >= spent - 1e-6)


# --- directions ------------------------------------------------------------------------------------------------------

NO_FEEDBACK = [setting("systems.till.unsupported_attacks", 1.0), setting("profile.customers.service_churn", 0.0)]
BUSY_THREAT = [setting("threats.ransomware.attempts_per_year", "20 to 40")]


@pytest.mark.parametrize("control", [{"multiply": "0.3 to 0.6"}, {"multiply": 0}, {"add": -0.02}])
def test_a_control_only_removes_incidents(control: dict[str, Any]) -> None:
    """Path by path and year by year, with the feedback of ended support off."""
    effects = {"threats.ransomware.success_probability": control}
    shop = corner_shop(*NO_FEEDBACK, *BUSY_THREAT, setting("initiatives.edr.effects", effects))
    guarded = evaluate(shop, [{"edr": 0}, {"edr": 14}], 200, SEED)
    for outcome in guarded:
        before, after = kpi_of_baseline(outcome, "incidents"), kpi(outcome, "incidents")
        assert np.all(after <= before)
        assert after.sum() < before.sum()
        loss_before, loss_after = kpi_of_baseline(outcome, "cyber_loss"), kpi(outcome, "cyber_loss")
        assert np.all(loss_after <= loss_before)
    late = kpi(guarded[1], "incidents")
    np.testing.assert_array_equal(late[:, 0], kpi_of_baseline(guarded[1], "incidents")[:, 0])  # not before it is live


def kpi_of_baseline(outcome: Outcome, name: str) -> Floats:
    return np.asarray(outcome.baseline_kpis[:, KPI_NAMES.index(name)])


def test_more_attempts_only_add_incidents() -> None:
    effects = {"threats.ransomware.attempts_per_year": {"multiply": 3.5}}
    shop = corner_shop(*NO_FEEDBACK, setting("initiatives.edr.effects", effects))
    outcome = evaluate(shop, {"edr": 0}, 200, SEED)[0]
    before, after = kpi_of_baseline(outcome, "incidents"), kpi(outcome, "incidents")
    assert np.all(after >= before)
    assert after.sum() > 2 * before.sum()


def test_support_that_ends_adds_incidents_on_the_mean() -> None:
    fresh = kpi(baseline(corner_shop(*NO_FEEDBACK, *BUSY_THREAT), 200), "incidents")
    shop = corner_shop(*NO_FEEDBACK, *BUSY_THREAT, setting("systems.till.unsupported_attacks", 2.0))
    old = kpi(baseline(shop, 200), "incidents")
    assert np.all(old >= fresh)
    assert old[:, 1:].sum() > 1.5 * fresh[:, 1:].sum()


def test_higher_discount_rate_shrinks_the_value_of_pure_cost() -> None:
    subscription = adding_initiative("subscription", {"running_per_month": 300, "duration_months": 1})
    values = []
    for rate in (0.0, 0.05, 0.2):
        shop = corner_shop(subscription, setting("money.discount_rate", rate), setting("profile.tax_rate", 0))
        values.append(evaluate(shop, {"subscription": 0}, 8, SEED)[0].npv)
    np.testing.assert_allclose(values[0], -300 * 35, rtol=1e-12)  # 36 months, the first of them work
    assert np.all(values[0] < values[1])
    assert np.all(values[1] < values[2])
    assert np.all(values[2] < 0)


def test_more_staff_never_raises_waits_or_losses() -> None:
    hire = adding_initiative("hire", {"duration_months": 1, "effects": {"people.clerk.headcount": {"add": 1}}})
    shop = corner_shop(hire, *NO_FEEDBACK, setting("processes.counter.arrivals_per_day", "70 to 90"))
    outcome = evaluate(shop, {"hire": 0}, 100, SEED)[0]
    for name in ("wait", "lost_share", "utilisation"):
        assert np.all(kpi(outcome, name) <= kpi_of_baseline(outcome, name) + 1e-12), name
    assert np.all(kpi(outcome, "revenue") >= kpi_of_baseline(outcome, "revenue"))
    assert np.mean(kpi(outcome, "wait")) < 0.9 * np.mean(kpi_of_baseline(outcome, "wait"))
    labour = CATEGORIES.index("labour")
    assert np.all(outcome.categories[:, labour] < 0)


def test_longer_patience_loses_fewer_and_waits_longer() -> None:
    quiet = [
        *NO_FEEDBACK,
        setting("processes.counter.arrivals_per_day", "70 to 90"),
        setting("processes.tickets.arrivals_per_day", 0),
        without("threats.ransomware.hits"),
    ]
    short, long = (
        baseline(corner_shop(*quiet, setting("processes.counter.patience_minutes", minutes)), 60) for minutes in (6, 18)
    )
    assert np.all(kpi(long, "lost_share") <= kpi(short, "lost_share"))
    assert np.mean(kpi(long, "lost_share")) < 0.9 * np.mean(kpi(short, "lost_share"))
    assert np.all(kpi(long, "wait") >= kpi(short, "wait"))


def test_longer_outages_cost_availability_and_sales() -> None:
    shop = corner_shop(*BUSY_THREAT, setting("threats.ransomware.churn_shock", 0))
    longer = corner_shop(
        *BUSY_THREAT, setting("threats.ransomware.churn_shock", 0), setting("threats.ransomware.outage_hours", 90)
    )
    near, far = baseline(shop, 100), baseline(longer, 100)
    assert np.all(kpi(far, "availability") <= kpi(near, "availability"))
    assert np.mean(kpi(far, "revenue")) < np.mean(kpi(near, "revenue"))


@pytest.mark.parametrize("order", [("slow", "fast"), ("fast", "slow")])
def test_the_slowest_step_limits_what_is_completed(order: tuple[str, str]) -> None:
    """Patient items, one role overloaded by a half: two thirds of the items come out, wherever that role stands."""
    steps = {
        "slow": {"role": "packer", "minutes": 24, "cv": 1.0},
        "fast": {"role": "labeller", "minutes": 1, "cv": 1.0},
    }
    staff = {"headcount": 1, "monthly_cost": 0, **PLANNER}
    parcel = {
        "arrivals_per_day": 30,
        "driven_by": "fixed",
        "item_revenue": 1,
        "target_minutes": 60,
        "steps": {name: steps[name] for name in order},
        **PLANNER,
    }
    shop = corner_shop(
        setting("people.packer", staff),
        setting("people.labeller", staff),
        setting("processes.parcel", parcel),
        setting("processes.counter.arrivals_per_day", 0),
        setting("processes.tickets.arrivals_per_day", 0),
        setting("correlations", []),
    )
    lost = kpi(baseline(shop, 4), "lost_share")
    np.testing.assert_allclose(lost, 1 / 3, atol=0.01)


# --- extremes --------------------------------------------------------------------------------------------------------

NO_THREATS: list[Edit] = [
    setting("threats", {}),
    without("initiatives.edr"),
    without("initiatives.basic_backup"),
    without("initiatives.cloud_backup"),
]
NO_SYSTEMS: list[Edit] = [
    *NO_THREATS,
    setting("systems", {}),
    without("processes.counter.steps.serve.system"),
    without("initiatives.pos.refreshes"),
]
SHARE_KPIS = ("on_time_share", "lost_share", "utilisation", "availability", "adoption")

EXTREMES: list[Any] = [
    pytest.param(NO_THREATS, (), id="no threats"),
    pytest.param(NO_SYSTEMS, ("availability", "estate_age"), id="no systems"),
    pytest.param(
        [
            setting("processes.counter.arrivals_per_day", 0),
            setting("processes.tickets.arrivals_per_day", 0),
            setting("correlations", []),
        ],
        ("on_time_share", "lost_share", "wait", "cost_to_serve", "automation_share"),
        id="no arrivals",
    ),
    pytest.param([setting("processes.counter.lost_share", 1.0)], (), id="every customer lost at the door"),
    pytest.param([setting("threats.ransomware.success_probability", 1.0)], (), id="every attack succeeds"),
    pytest.param(
        [setting("people.clerk.annual_turnover", 0), setting("people.it.annual_turnover", 0)], (), id="nobody leaves"
    ),
    pytest.param(
        [setting("people.clerk.annual_turnover", 5), setting("people.clerk.hiring_months", 24)], (), id="nobody stays"
    ),
    pytest.param([setting("people.clerk.headcount", 0)], (), id="a role without people"),
    pytest.param([setting("processes.counter.arrivals_per_day", 5000), setting("correlations", [])], (), id="rush"),
    pytest.param(
        [
            setting("processes.counter.arrivals_per_day", 5000),
            setting("correlations", []),
            without("processes.counter.patience_minutes"),
        ],
        (),
        id="rush of patient customers",
    ),
    pytest.param(
        [
            setting("processes.counter.arrival_cv", 0),
            setting("processes.counter.steps.serve.cv", 0),
            setting("processes.counter.steps.wrap.cv", 0),
        ],
        (),
        id="clockwork",
    ),
    pytest.param([setting("processes.counter.steps.serve.minutes", 10_000)], (), id="work of a month"),
    pytest.param([setting("systems.till.repair_hours", 10_000)], (), id="no repair in sight"),
    pytest.param([setting("skills.it_days.days_per_month", 0)], (), id="no days for change"),
    pytest.param([setting("initiatives.pos.failure_probability", 1.0)], (), id="every project fails"),
    pytest.param([setting("horizon_months", 25)], (), id="a last year of one month"),
    pytest.param([setting("money.discount_rate", -0.5), setting("profile.tax_rate", 0.9)], (), id="money upside down"),
]


@pytest.mark.parametrize(("edits", "missing"), EXTREMES)
def test_extremes_give_numbers(edits: list[Edit], missing: tuple[str, ...]) -> None:
    """No NaN, no infinity; shares are shares; only KPIs without a meaning in such a world are missing."""
    shop = corner_shop(*edits)
    starts = {name: month for name, month in EVERYTHING.items() if name in shop.initiatives}
    outcomes = evaluate(shop, [{}, starts], 24, SEED)
    for outcome in outcomes:
        for values in (outcome.npv, outcome.cost, outcome.trough, outcome.need, outcome.categories):
            assert np.all(np.isfinite(values))
        assert np.all((outcome.payback >= 0) & (outcome.payback <= shop.horizon_months) | np.isposinf(outcome.payback))
        assert np.all(outcome.need >= 0)
        absent = {"linked_share", *(one.name for one in KPIS if one.block)}  # the shop has none of these blocks
        for name in KPI_NAMES:
            values = kpi(outcome, name)
            if name in absent.union(missing):
                assert np.all(np.isnan(values)), name
            elif name == "recovery_hours":  # none in a year without failures
                assert np.all(np.isnan(values) | (np.isfinite(values) & (values > 0))), name
            elif name in ("on_time_share", "wait", "cost_to_serve") and "lost_share" not in missing:
                assert np.all(np.isfinite(values) | np.isnan(values)), name
                assert np.all(values[np.isfinite(values)] >= 0), name
            else:
                assert np.all(np.isfinite(values)), name
            if name in SHARE_KPIS and name not in missing:
                known = values[~np.isnan(values)]
                # A line that works off a backlog completes more items than arrive: the lost share may be negative.
                low = -np.inf if name == "lost_share" else 0.0
                assert np.all((known >= low) & (known <= 1 + 1e-12)), name


def leave_numbers_in_free_memory() -> None:
    """Memory that is taken without being cleared now holds what is no number."""
    blocks = [np.full(size, np.nan) for size in range(1, 300) for _ in range(40)]
    del blocks


def test_idle_role_leaves_no_trace_of_other_memory() -> None:
    """A role without work has no wait: not that of the path or of the month that used the memory before."""
    idle = corner_shop(
        setting("processes.tickets.arrivals_per_day", {"choices": [0, 14], "weights": [1, 1]}),
        setting("profile.seasonality", [0, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
    )
    many = evaluate(idle, EVERYTHING, DRAWS, SEED, chunk=DRAWS)[0]
    leave_numbers_in_free_memory()
    for draw in (1, 17, 40):
        alone = evaluate(idle, EVERYTHING, 1, SEED, first_draw=draw)[0]
        assert_same_bits(many, alone, slice(draw, draw + 1))


# --- refusals and notes ----------------------------------------------------------------------------------------------


def test_clipped_values_are_reported() -> None:
    shop = corner_shop(
        setting("initiatives.pos.effects", {"processes.counter.lost_share": {"add": -0.5}}),
        without("initiatives.pos.imitation"),
    )
    outcomes = evaluate(shop, {"pos": 0}, DRAWS, SEED)
    assert outcomes.clipped > DRAWS
    assert any(f"{outcomes.clipped} monthly values" in note for note in outcomes.notes)
    quiet = evaluate(corner_shop(), {"pos": 0}, DRAWS, SEED)
    assert quiet.clipped == 0
    assert quiet.notes == ()


def test_drivers_outside_their_range_are_reported() -> None:
    outcomes = evaluate(corner_shop(setting("processes.counter.lost_share", "0.2 to 1")), {}, 400, SEED)
    assert outcomes.clipped > 0
    assert any("values of drivers" in note for note in outcomes.notes)


RAIDS = [setting("threats.ransomware.attempts_per_year", 10_000), setting("threats.ransomware.success_probability", 1)]
WRECK = [setting("systems.till.life_scale_years", 0.05), setting("systems.till.repair_hours", 0.01)]
CROWD = [setting("people.clerk.headcount", 500), setting("people.clerk.annual_turnover", 5)]


@pytest.mark.parametrize(
    ("edits", "what"),
    [
        pytest.param(RAIDS, "incidents of a threat", id="incidents"),
        pytest.param(WRECK, "failures of a system", id="failures"),
        pytest.param(CROWD, "changes of staff", id="staff"),
    ],
)
def test_worlds_with_too_many_events_are_refused(edits: list[Edit], what: str) -> None:
    with pytest.raises(ProblemsFound, match=what) as caught:
        evaluate(corner_shop(*edits), {}, 3, SEED)
    assert str(caught.value.errors[0].value).startswith("draw ")


def test_driver_that_is_no_number_is_refused_by_name() -> None:
    shop = corner_shop()
    broken = shop.profile.model_copy(update={"gross_margin": Quantity("normal", (float("nan"), 1.0))})
    with pytest.raises(ProblemsFound) as caught:
        evaluate(shop.model_copy(update={"profile": broken}), {}, 3, SEED)
    assert [problem.path for problem in caught.value.errors] == ["profile.gross_margin"]


def test_bad_requests_are_refused() -> None:
    for draws, first in ((0, 0), (5, -1)):
        with pytest.raises(ProblemsFound):
            evaluate(corner_shop(), {}, draws, SEED, first_draw=first)
    with pytest.raises(ProblemsFound, match="no initiative named poss"):
        evaluate(corner_shop(), {"poss": 0}, 5, SEED)


def test_progress_after_every_block() -> None:
    seen: list[int] = []
    evaluate(corner_shop(), {}, 4_100, SEED, detail=False, threads=1, progress=seen.append)
    assert seen == [4_096, 4_100]


# --- compiled code on disk -------------------------------------------------------------------------------------------

SMALL = """
import numpy as np
from sim import streams
streams.uniforms(streams.stream_key(1, "a"), np.arange(3), np.arange(2))
import sys
print(int("numba" in sys.modules))
"""
WHOLE = """
import sys
from sim.montecarlo import evaluate
from tests.naive.shops import corner_shop
evaluate(corner_shop(), {}, 2, 7)
print(int("numba" in sys.modules))
"""


def run_process(program: str, **environment: str) -> list[int]:
    root = Path(sim.__file__).parents[1]
    here = Path(__file__).parents[2]
    path = os.pathsep.join(dict.fromkeys([str(root), str(here)]))
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        check=True,
        cwd=here,
    )
    return [int(word) for word in done.stdout.split()]


def files_below(folder: Path) -> dict[str, int]:
    return {str(f.relative_to(folder)): f.stat().st_mtime_ns for f in folder.rglob("*") if f.is_file()}


def test_second_process_loads_what_the_first_compiled(tmp_path: Path) -> None:
    assert run_process(SMALL, ROADFOLIO_CACHE=str(tmp_path)) == [1]
    compiled = files_below(tmp_path)
    assert compiled
    assert run_process(SMALL, ROADFOLIO_CACHE=str(tmp_path)) == [0]
    assert files_below(tmp_path) == compiled


def test_the_kernel_of_this_run_is_not_compiled_again() -> None:
    from sim.compiled import FOLDER

    evaluate(corner_shop(), {}, 2, SEED)  # compiled here, if nowhere before
    stored = {name: time for name, time in files_below(FOLDER).items() if "kernel" in name}
    assert stored
    assert run_process(WHOLE) == [0]  # without the compiler
    assert {name: time for name, time in files_below(FOLDER).items() if "kernel" in name} == stored
