"""Prices that change: what becomes dearer, from when on, in both engines and in the budgets."""

import numpy as np
import pytest

from optimize.plan_limits import PlanLimits
from optimize.solve import solve
from optimize.valuation import rules
from sim.company import simulate
from sim.mechanisms.finance import price_index
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES, KPI_NAMES
from sim.outcomes import Outcome
from sim.roadmap import roadmap
from sim.world import Scenario
from tests.naive.shops import Edit, adding_initiative, corner_shop, setting

SEED = 9
PLAIN = adding_initiative(
    "plain", {"capital": 12_000, "delivery": 6_000, "running_per_month": 100, "duration_months": 3}
)


def value(scenario: Scenario, start: int = 0, draws: int = 32, name: str = "plain") -> Outcome:
    return evaluate(scenario, {name: start}, draws, SEED)[0]


def shop(*edits: Edit) -> Scenario:
    return corner_shop(PLAIN, *edits)


def kpi(outcome: Outcome, name: str, year: int = 1) -> float:
    return float(outcome.baseline_kpis[:, KPI_NAMES.index(name), year].mean())


def test_changes_of_nothing_move_no_bit() -> None:
    kinds = ("wages", "prices", "fixed", "technology", "premiums")
    still = shop(setting("money.inflation", dict.fromkeys(kinds, 0)), setting("initiatives.plain.price_change", 0))
    one, other = value(shop(), 3), value(still, 3)
    for name in ("npv", "cost", "trough", "categories", "kpis"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_each_kind_moves_its_own_rows_in_its_own_direction() -> None:
    bare = value(shop())
    insured = setting("insurance", {"annual_premium": 1200, "origin": "planner assumption"})
    assert kpi(value(shop(setting("money.inflation.prices", 0.05))), "revenue") > kpi(bare, "revenue")
    for kind in ("wages", "fixed", "technology", "premiums"):
        usual = shop(insured)
        dear = shop(insured, setting(f"money.inflation.{kind}", 0.05))
        assert kpi(value(dear), "profit") < kpi(value(usual), "profit"), kind
        assert kpi(value(dear), "on_time_share") == kpi(value(usual), "on_time_share")


def test_the_start_decides_the_price_of_an_initiative() -> None:
    """12,000 of capital in a world in which technology becomes a tenth cheaper a year."""
    cheaper = shop(setting("money.inflation.technology", -0.1))
    capital = CATEGORIES.index("capital")
    for start in (0, 5, 12):
        usual, moved = value(shop(), start).categories[:, capital], value(cheaper, start).categories[:, capital]
        np.testing.assert_allclose(moved, usual * price_index(-0.1, float(start)))
    own = shop(setting("initiatives.plain.price_change", 0.2), setting("money.inflation.technology", -0.1))
    np.testing.assert_allclose(value(own, 6).categories[:, capital], value(shop(), 6).categories[:, capital] * 1.2**0.5)


def test_both_engines_have_the_same_prices() -> None:
    scenario = shop(
        setting("money.inflation", {"wages": 0.04, "fixed": "0.01 to 0.06", "technology": -0.08, "premiums": 0.1}),
        setting("insurance", {"annual_premium": 1200, "origin": "planner assumption"}),
    )
    plan = roadmap(scenario, {"plain": 4})
    kernel, company = evaluate(scenario, plan, 4, SEED)[0], simulate(scenario, plan, 4, SEED)[0]
    for name in ("labour", "overhead", "capital", "delivery", "running", "insurance"):
        k = CATEGORIES.index(name)
        np.testing.assert_allclose(company.categories[:, k], kernel.categories[:, k], rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(company.cost, kernel.cost, rtol=1e-9)


def test_budgets_know_the_price_of_a_later_start() -> None:
    """A budget that a start in month 0 breaks is kept by a later, cheaper start."""
    limits = PlanLimits(cost_draws=16)
    tight = setting("money.budgets", {"all": {"amount": 16_500, "kinds": ["capital", "delivery"]}})
    dear = rules(shop(tight, setting("initiatives.plain.mandatory", True)), SEED, limits).problem
    assert not solve(dear).has_solution
    falling = rules(
        shop(tight, setting("initiatives.plain.mandatory", True), setting("initiatives.plain.price_change", -0.2)),
        SEED,
        limits,
    ).problem
    found = solve(falling)
    assert found.has_solution
    assert found.roadmap["plain"] > 0
    one = falling.initiative("plain")
    assert one.price[2] == pytest.approx(0.8 ** (2 * 3 / 12))
    assert dear.initiative("plain").price == ()
