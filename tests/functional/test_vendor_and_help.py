"""Vendors that let one wait, outside help, old and new side by side, and what initiatives change of each other."""

from typing import Any

import numpy as np
import pytest

from optimize.plan_limits import PlanLimits
from optimize.structure import Structure, relations
from optimize.valuation import rules
from sim.company import simulate
from sim.company.delivery import schedule
from sim.company.world_layer import Draw
from sim.errors import ProblemsFound
from sim.mechanisms.delivery import FAILED
from sim.montecarlo import cost_profiles, evaluate
from sim.montecarlo.kpis import CATEGORIES, KPI_NAMES
from sim.outcomes import Outcome
from sim.parameters import parameters
from sim.roadmap import Roadmap, roadmap
from sim.world import Scenario
from tests.naive.shops import adding_initiative, corner_shop, setting

SEED = 8
CAPITAL, DELIVERY, RUNNING = (CATEGORIES.index(name) for name in ("capital", "delivery", "running"))
PLAIN = {"capital": 10_000, "duration_months": 2, "running_per_month": 100, "skill_days": {"it_days": 4}}


def shop(*edits: Any, **block: Any) -> Scenario:
    return corner_shop(adding_initiative("work", {**PLAIN, **block}), setting("money.discount_rate", 0), *edits)


def outcome(scenario: Scenario, starts: dict[str, int] | None = None, draws: int = 200) -> Outcome:
    return evaluate(scenario, {"work": 1} if starts is None else starts, draws, SEED)[0]


def running_months(one: Outcome) -> Any:
    return -one.categories[:, RUNNING] / 100


def days_of(scenario: Scenario, starts: dict[str, int], draw: int = 0) -> Any:
    plan = schedule(Draw(parameters(scenario), draw, SEED), Roadmap(tuple(starts.items())))
    return plan.used[0]


# --- vendor ----------------------------------------------------------------------------------------------------------


def test_lead_time_delays_the_work_and_costs_nothing() -> None:
    """36 months less start, lead and work are left to run; a random lead leaves as many as its range allows."""
    assert (running_months(outcome(shop())) == 33).all()
    assert (running_months(outcome(shop(lead_months=2.5))) == 30).all()
    left = running_months(outcome(shop(lead_months="1 to 4"), draws=2000))
    assert set(range(28, 33)) <= {round(x) for x in left}
    assert days_of(shop(lead_months=3), {"work": 1})[:8].tolist() == [0, 0, 0, 0, 4, 4, 0, 0]
    np.testing.assert_array_equal(outcome(shop(lead_months=0)).npv, outcome(shop()).npv)


def test_a_deposit_is_paid_with_the_order() -> None:
    """At a discount rate of 9 % money that is paid earlier costs more; the sum is the same."""
    late, early = shop(lead_months=6), shop(lead_months=6, deposit_share=0.4)
    np.testing.assert_allclose(outcome(early).categories[:, CAPITAL], outcome(late).categories[:, CAPITAL])
    dear = setting("money.discount_rate", 0.09)
    late, early = shop(dear, lead_months=6), shop(dear, lead_months=6, deposit_share=0.4)
    gone = np.mean([1.09 ** (-m / 12) for m in (7, 8)])
    expected = -10_000 * (0.4 * 1.09 ** (-1 / 12) + 0.6 * gone)
    np.testing.assert_allclose(outcome(early).categories[:, CAPITAL], expected)
    np.testing.assert_allclose(outcome(late).categories[:, CAPITAL], -10_000 * gone)


def test_an_early_start_waits_for_the_vendor_and_is_counted() -> None:
    scenario = shop(available_month="2 to 9")
    found = evaluate(scenario, {"work": 1}, 400, SEED)
    assert (running_months(found[0]) <= 32).all()
    (note,) = [note for note in found.notes if "vendor of work" in note]
    assert "takes the order only after month 1" in note
    assert simulate(scenario, {"work": 1}, 2, SEED).notes
    late = evaluate(scenario, {"work": 20}, 400, SEED)
    assert not any("vendor" in note for note in late.notes)
    assert (running_months(late[0]) == 14).all()


def test_plans_count_with_the_dates_that_four_in_five_draws_keep() -> None:
    """The window opens when the vendor takes orders in 80 % of the draws; a deadline leaves room for the lead time."""
    dated = shop(
        available_month="2 to 9",
        lead_months="1 to 3",
        deadline_month=24,
        mandatory=True,
        requires=[{"initiative": "edr"}],
    )
    work = dated.initiatives["work"]
    assert work.first_month == np.ceil(work.available_month.quantile(0.8))  # type: ignore[union-attr]
    assert work.planned_months == 2 + np.ceil(work.lead_months.quantile(0.8))  # type: ignore[union-attr]
    (one,) = (i for i in rules(dated, SEED, PlanLimits()).problem.initiatives if i.id == "work")
    assert one.earliest * 3 >= work.first_month > (one.earliest - 1) * 3
    assert one.latest is not None
    assert one.latest * 3 + work.planned_months <= 24 < (one.latest + 1) * 3 + work.planned_months
    assert one.duration == -(-work.planned_months // 3)
    with pytest.raises(ProblemsFound, match="misses its deadline"):
        roadmap(dated, {"edr": 0, "work": 24 - work.planned_months + 1})
    assert roadmap(dated, {"edr": 0, "work": 24 - work.planned_months})


# --- help ------------------------------------------------------------------------------------------------------------


def test_bought_days_leave_the_role_alone_and_are_paid() -> None:
    helped = shop(help={"capital": 300, "delivery": 700, "days": {"it_days": 3}})
    assert days_of(helped, {"work": 1})[:4].tolist() == [0, 1, 1, 0]
    one, alone = outcome(helped), outcome(shop())
    np.testing.assert_allclose(one.categories[:, CAPITAL], alone.categories[:, CAPITAL] - 300)
    np.testing.assert_allclose(one.categories[:, DELIVERY], -700)
    assert cost_profiles(helped, 8, SEED)["work"].days["it_days"][:3].tolist() == [1, 1, 0]


def test_help_only_saves_work_from_failing() -> None:
    alone = outcome(shop(failure_probability=0.5), draws=4000).states[:, -1] == FAILED
    helped = outcome(shop(failure_probability=0.5, help={"failure": 0.4}), draws=4000).states[:, -1] == FAILED
    assert not (helped & ~alone).any()
    assert abs(helped.mean() - 0.2) < 4.5 * np.sqrt(0.16 / 4000)  # false alarm 7e-6


def test_help_that_does_nothing_changes_no_bit() -> None:
    one, other = outcome(shop(risk_class="package", help={})), outcome(shop(risk_class="package"))
    np.testing.assert_array_equal(one.npv, other.npv)
    np.testing.assert_array_equal(one.kpis, other.kpis)


# --- old and new side by side ----------------------------------------------------------------------------------------


def test_side_by_side_costs_money_and_days_for_its_months() -> None:
    beside = shop(parallel={"months": 3, "running_per_month": 500, "skill_days": {"it_days": 2}})
    np.testing.assert_allclose(outcome(beside).categories[:, RUNNING], outcome(shop()).categories[:, RUNNING] - 1500)
    assert days_of(beside, {"work": 1})[:8].tolist() == [0, 4, 4, 2, 2, 2, 0, 0]
    profile = cost_profiles(beside, 8, SEED)["work"]
    assert profile.days["it_days"][:6].tolist() == [4, 4, 2, 2, 2, 0]
    assert profile.running[2:6].tolist() == [600, 600, 600, 100]


def test_side_by_side_days_delay_other_work() -> None:
    """8 days a month: 6 go to the double work, so edr (3 days) works at two thirds of its pace."""
    beside = shop(parallel={"months": 4, "skill_days": {"it_days": 6}})
    used = days_of(beside, {"edr": 3, "work": 1})
    assert used[3:8].tolist() == [8, 7, 6, 6, 0]


def test_side_by_side_softens_the_dip_in_its_months() -> None:
    """With every month of the dip side by side and a factor of 0 there is no dip."""
    dip = {"dip": {"roles": ["clerk"], "depth": 0.5, "months": 3}}
    wait = KPI_NAMES.index("wait")
    none, soft, full = (
        outcome(shop(**block)).kpis[:, wait, 0].mean()
        for block in ({}, {**dip, "parallel": {"months": 3, "dip": 0}}, dip)
    )
    half = outcome(shop(**dip, parallel={"months": 3, "dip": 0.5})).kpis[:, wait, 0].mean()
    assert none == soft < half < full


def test_side_by_side_slows_the_line_in_both_engines() -> None:
    """The IT line waits longer while the double work takes its people; the engines agree within 30 % of the change."""
    heavy = shop(parallel={"months": 24, "skill_days": {"it_days": 8}}, skill_days={})
    busy = KPI_NAMES.index("utilisation")
    change = []
    for engine, n in ((evaluate, 40), (simulate, 8)):
        with_it, without_it = (
            engine(s, {"work": 0}, n, SEED)[0].kpis[:, busy, 1].mean() for s in (heavy, shop(skill_days={}))
        )
        change.append(with_it - without_it)
    assert change[0] > 0.01
    assert change[1] == pytest.approx(change[0], rel=0.3)


# --- what initiatives change of each other ---------------------------------------------------------------------------

ADVISER = {
    "duration_months": 1,
    "effects": {
        "initiatives.work.capital": {"multiply": 0.9},
        "initiatives.work.running_per_month": {"add": -40},
        "initiatives.work.failure_probability": {"multiply": 0},
    },
}


def test_an_adviser_helps_only_what_starts_when_it_is_live() -> None:
    scenario = shop(adding_initiative("adviser", ADVISER, 0), failure_probability=1)
    in_time = outcome(scenario, {"adviser": 0, "work": 1})
    np.testing.assert_allclose(in_time.categories[:, CAPITAL], -9_000)
    np.testing.assert_allclose(in_time.categories[:, RUNNING], -33 * 60.0)
    late = outcome(scenario, {"adviser": 1, "work": 1})
    np.testing.assert_allclose(late.categories[:, CAPITAL], -10_000)
    assert (late.states[:, -1] == FAILED).all()


def test_strength_is_the_adoption_in_the_month_of_the_start() -> None:
    """Half of the seats use the adviser for ever: half of its effect."""
    half = {**ADVISER, "adoption": {"roles": ["clerk"], "p": 50, "q": 0, "ceiling": 0.5}}
    scenario = shop(
        adding_initiative("adviser", half, 0), setting("people.clerk.annual_turnover", 0), failure_probability=0.2
    )
    one = outcome(scenario, {"adviser": 0, "work": 20})
    users = one.kpis[:, KPI_NAMES.index("adoption"), 2]
    np.testing.assert_allclose(one.categories[:, CAPITAL], -10_000 * (1 - 0.1 * users))
    assert len(set(users)) > 1


def test_a_change_that_changes_nothing_moves_no_bit() -> None:
    idle = {
        "duration_months": 1,
        "effects": {"initiatives.work.capital": {"multiply": 1}, "initiatives.work.delivery": {"add": 0}},
    }
    scenario = shop(adding_initiative("adviser", idle, 0))
    one, other = outcome(scenario, {"adviser": 0, "work": 3}), outcome(scenario, {"work": 3})
    np.testing.assert_array_equal(one.npv, other.npv)


def test_values_out_of_range_are_cut_and_counted() -> None:
    scenario = shop(
        adding_initiative("adviser", {**ADVISER, "effects": {"initiatives.work.failure_probability": {"add": 3}}}, 0)
    )
    starts = {"adviser": 0, "work": 3}
    kernel, company = evaluate(scenario, starts, 6, SEED), simulate(scenario, starts, 6, SEED)
    assert kernel.clipped == company.clipped == 6
    assert (kernel[0].states[:, -1] == FAILED).all()


def test_both_engines_settle_the_same_numbers() -> None:
    scenario = shop(
        adding_initiative("adviser", {**ADVISER, "adoption": {"roles": ["clerk"], "p": 2, "q": 1}}, 0),
        failure_probability=0.9,
        adoption={"roles": ["it"], "p": 1, "q": 1},
        risk_class="package",
        help={},
    )
    starts = {"adviser": 0, "work": 8}
    kernel, company = evaluate(scenario, starts, 12, SEED)[0], simulate(scenario, starts, 12, SEED)[0]
    np.testing.assert_array_equal(company.states, kernel.states)
    np.testing.assert_allclose(company.cost, kernel.cost, rtol=1e-12)


def test_the_program_looks_at_the_pair() -> None:
    scenario = shop(adding_initiative("adviser", ADVISER, 0), failure_probability=0.2, skill_days={})
    structure = Structure(rules(scenario, SEED, PlanLimits()).problem)
    assert relations(scenario, structure)["adviser", "work"]
