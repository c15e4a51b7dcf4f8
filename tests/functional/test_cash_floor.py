"""The cash floor: how often it is broken, what is said of it, and that a plan keeps it where it can."""

from typing import Any

import numpy as np
import pytest

from optimize.plan_limits import PlanLimits
from optimize.search import plan
from scenarios.cli.render.outcome import headline
from sim.cash_floor import FloorRule
from sim.company import simulate
from sim.measures import wilson_interval
from sim.montecarlo import evaluate
from sim.world import Scenario
from tests.naive.shops import Edit, adding_initiative, corner_shop, setting

SEED = 3
LIMITS = PlanLimits(
    search_draws=64, pair_draws=16, linear_draws=16, cost_draws=64, first_selection_draws=128, selection_draws=256,
    report_draws=256, finalists=6, neighbours=20,
)  # fmt: skip


def shop(floor: float, probability: float = 0.05, *edits: Edit, **more: Any) -> Scenario:
    extra = [setting(f"money.{name}", value) for name, value in more.items()]
    return corner_shop(setting("money.cash_floor", {"amount": floor, "probability": probability}), *extra, *edits)


def test_the_document_counts_what_is_below_the_floor() -> None:
    bare = evaluate(corner_shop(), {"pos": 0}, 200, SEED)[0]
    floor = float(np.quantile(bare.trough, 0.3))
    outcomes = evaluate(shop(floor), {"pos": 0}, 200, SEED)
    found = outcomes.document()["cash_floor"]
    below = int((bare.trough < floor).sum())
    assert found["below"]["share"] == below / 200
    assert (found["below"]["low"], found["below"]["high"]) == wilson_interval(below, 200, 0.95)
    assert found["kept"] is False
    assert any("more often than the allowed 5 %" in note for note in outcomes.document()["notes"])
    row = headline(outcomes[0], 200, "EUR", floor=outcomes.floor)[-1]
    assert row[0].startswith("cash below")
    assert "allowed 5.0 %" in row[2]
    assert evaluate(corner_shop(), {"pos": 0}, 8, SEED).document()["cash_floor"] is None


def test_a_business_that_breaks_the_floor_by_itself_is_told_so() -> None:
    bare = evaluate(corner_shop(), {}, 200, SEED)[0]
    floor = float(np.quantile(bare.trough, 0.4))
    notes = evaluate(shop(floor), {"pos": 0}, 200, SEED).document()["notes"]
    assert any("in 40 % of worlds without any initiative" in note for note in notes)
    relative = evaluate(shop(floor, floor_relative_to_baseline=True), {}, 200, SEED)
    assert relative.document()["cash_floor"]["below"]["share"] == 0.0
    assert not relative.document()["notes"]


def test_relative_counts_only_what_the_roadmap_does() -> None:
    rule, strict = FloorRule(10.0, 0.1, True), FloorRule(10.0, 0.1, False)
    trough, usual = np.array([5.0, 5.0, 20.0, 20.0]), np.array([5.0, 20.0, 5.0, 20.0])
    np.testing.assert_array_equal(rule.broken(trough, usual), [False, True, False, False])
    np.testing.assert_array_equal(strict.broken(trough, usual), [True, True, False, False])


def test_both_engines_know_the_trough_of_the_baseline() -> None:
    scenario = shop(0.0)
    for outcomes in (evaluate(scenario, [{}, {"pos": 0}], 3, SEED), simulate(scenario, [{}, {"pos": 0}], 3, SEED)):
        np.testing.assert_array_equal(outcomes[1].baseline_trough, outcomes[0].trough)
        assert outcomes.document(1)["cash_floor"] is not None


def test_a_plan_does_not_recommend_what_breaks_the_floor() -> None:
    """Capital of 40,000 that pays back in a year, bought at once although a floor of the cash forbids it."""
    calm = (
        adding_initiative(
            "costly",
            {"capital": 40_000, "duration_months": 1, "effects": {"profile.fixed_costs_per_month": {"add": -4_500}}},
        ),
        setting("money.budgets", {"all": {"amount": 90_000}}),
        setting("profile.cash_at_start", 60_000),
        setting("profile.fixed_costs_per_month", 5_000),
        setting("profile.customers.service_churn", 0),
        setting("threats.ransomware.attempts_per_year", 0),
    )
    free = plan(corner_shop(*calm), SEED, LIMITS)
    assert "costly" in free.roadmap
    bare = evaluate(corner_shop(*calm), [{}, dict(free.roadmap)], 256, SEED)
    floor = 50_000.0
    assert (bare[0].trough < floor).mean() < 0.02
    assert (bare[1].trough < floor).mean() > 0.5
    bound = plan(shop(floor, 0.1, *calm), SEED, LIMITS)
    assert dict(bound.roadmap) != dict(free.roadmap)
    assert bound.document()["outcomes"]["cash_floor"]["kept"] is True
    assert "set aside" in bound.claim


def test_a_floor_without_effect_is_refused() -> None:
    with pytest.raises(ValueError, match="no effect without `cash_floor`"):
        corner_shop(setting("money.floor_relative_to_baseline", True))
