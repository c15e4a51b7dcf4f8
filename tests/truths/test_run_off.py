"""What is done late is worth as much as what is done early: the months after the horizon."""

from typing import Any

import numpy as np
import pytest

from sim.company import simulate
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import FINANCE
from sim.outcomes import Outcome
from sim.world import Scenario
from tests.naive.shops import EVERYTHING, Edit, adding_initiative, corner_shop, setting

SEED, RATE = 4, 0.1
SAVER = {
    "capital": 9_000, "delivery": 2_000, "running_per_month": 150, "duration_months": 2, "life_months": 15,
    "effects": {"profile.fixed_costs_per_month": {"add": -1_100}, "systems.office.monthly_cost": {"add": 40}},
}  # fmt: skip


def stationary(run_off: int, *edits: Edit, **saver: Any) -> Scenario:
    """A shop whose world does not change, with a candidate that saves money for 15 months."""
    return corner_shop(
        adding_initiative("saver", {**SAVER, **saver}),
        setting("money.run_off_months", run_off),
        setting("money.discount_rate", RATE),
        setting("horizon_months", 24),
        setting("planning_months", 24),
        *edits,
    )


def value(scenario: Scenario, start: int, draws: int = 16) -> Outcome:
    return evaluate(scenario, {"saver": start}, draws, SEED)[0]


@pytest.mark.parametrize("later", [1, 3, 12])
def test_a_later_start_is_worth_the_same_discounted(later: int) -> None:
    """Equal real costs and no randomness: NPV, cost and ROI of a start that is so many months later, to 1e-9."""
    for early in (0, 7):
        for run_off in (24, 60):
            now, then = (value(stationary(run_off), start) for start in (early, early + later))
            shift = (1 + RATE) ** (-later / 12)
            np.testing.assert_allclose(then.npv, now.npv * shift, rtol=1e-9)
            np.testing.assert_allclose(then.cost, now.cost * shift, rtol=1e-9)
            assert now.npv.mean() > 0.0


def test_without_run_off_a_late_start_is_punished() -> None:
    assert value(stationary(0), 15).npv.mean() < 0.0 < value(stationary(24), 15).npv.mean()
    assert not value(stationary(0), 15).residual.any()


def test_a_year_later_with_tax_is_worth_the_same_discounted() -> None:
    """A business that earns enough to use every deduction, a horizon far enough from both lives that no tax is pulled
    forward to its end."""
    edits = (
        setting("profile.tax_rate", 0.3),
        setting("horizon_months", 60),
        setting("planning_months", 54),
        setting("money.depreciation_months", 12),
        setting("profile.fixed_costs_per_month", 3_000),
        setting("profile.customers.service_churn", 0),
        setting("threats.ransomware.attempts_per_year", 0),
    )
    now, then = (value(stationary(36, *edits), start) for start in (2, 14))
    np.testing.assert_allclose(then.npv, now.npv / (1 + RATE), rtol=1e-9)
    taxed = value(stationary(36, *edits), 50)  # most of its life lies behind the horizon
    untaxed = value(stationary(36, *edits[1:]), 50)
    assert 0.0 < taxed.residual.mean() < untaxed.residual.mean()


def test_the_run_off_leaves_cash_payback_and_ledger_alone() -> None:
    """All figures within the horizon, where no outage is cut off at its end."""
    quiet = (
        setting("threats.ransomware.attempts_per_year", 0),
        setting("systems.till.life_scale_years", 200),
        setting("systems.office.life_scale_years", 200),
    )
    without, with_it = value(stationary(0, *quiet), 12), value(stationary(36, *quiet), 12)
    for name in ("payback", "trough", "need", "categories", "kpis"):
        np.testing.assert_array_equal(getattr(with_it, name), getattr(without, name))
    np.testing.assert_allclose(with_it.npv - with_it.residual, without.npv)
    before_finance = np.delete(with_it.categories, FINANCE, axis=1).sum(axis=1)
    np.testing.assert_allclose(with_it.npv, before_finance + with_it.residual)
    assert with_it.residual.min() > 0.0


def test_what_ends_its_life_within_the_horizon_has_no_residual() -> None:
    assert not value(stationary(36), 1).residual.any()
    longer = value(stationary(36, life_months=30), 1).residual
    assert longer.min() > 0.0
    assert np.all(value(stationary(36, life_months=60), 1).residual > longer)
    lasting = [value(stationary(months, life_months=None), 1).residual.mean() for months in (6, 12, 24)]
    assert 0.0 < lasting[0] < lasting[1] < lasting[2]
    renewed = value(stationary(36, life_months=15, renewal_cost=500), 1).residual
    assert np.all(renewed > 0.0)


def test_competitive_effects_go_on_fading() -> None:
    fading = {
        "life_months": 60,
        "effects": {"profile.fixed_costs_per_month": {"add": -1_100, "competitive": True}},
        "imitation": {"lag_months": 24, "half_life_months": 6},
    }
    slow = {**fading, "imitation": {"lag_months": 24, "half_life_months": 60}}
    assert value(stationary(36, **fading), 1).residual.mean() < value(stationary(36, **slow), 1).residual.mean()


def test_direct_losses_behind_the_horizon_are_expected_ones() -> None:
    """The losses that an initiative spares behind the horizon vary less over draws than those that happen, and have the
    same mean: two samples of 6,000 draws, five standard errors, false alarm below 1e-6."""
    safer = {"effects": {"threats.ransomware.success_probability": {"multiply": 0.3}}, "life_months": None}
    edits = (setting("threats.ransomware.churn_shock", 0), setting("threats.ransomware.outage_hours", 0))
    behind = value(stationary(12, *edits, setting("horizon_months", 24), **safer), 1, 6_000)
    realised = value(stationary(0, *edits, setting("horizon_months", 36), **safer), 1, 6_000)
    within = value(stationary(0, *edits, setting("horizon_months", 24), **safer), 1, 6_000)
    happened = realised.npv - within.npv
    assert behind.residual.std() < 0.5 * happened.std()
    error = np.hypot(happened.std(), behind.residual.std()) / np.sqrt(6_000)
    assert abs(behind.residual.mean() - happened.mean()) < 5 * error


def test_the_company_takes_the_run_off_of_the_kernel() -> None:
    scenario = corner_shop(setting("money.run_off_months", 12))
    kernel, company = evaluate(scenario, EVERYTHING, 3, SEED)[0], simulate(scenario, EVERYTHING, 3, SEED)[0]
    plain = simulate(corner_shop(), EVERYTHING, 3, SEED)[0]
    np.testing.assert_array_equal(company.residual, kernel.residual)
    np.testing.assert_allclose(company.npv, plain.npv + kernel.residual)
    np.testing.assert_allclose(company.cost, kernel.cost, rtol=1e-9)
    np.testing.assert_array_equal(company.payback, plain.payback)
