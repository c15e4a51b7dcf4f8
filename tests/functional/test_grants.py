"""Grants: who gets one, how much, when; both engines on the same draws."""

from typing import Any

import numpy as np
import pytest

from sim.company import simulate
from sim.mechanisms.delivery import FINISHED
from sim.montecarlo import cost_profiles, evaluate
from sim.montecarlo.kpis import CATEGORIES, GRANT
from sim.outcomes import Outcome
from sim.roadmap import roadmap
from sim.world import Scenario
from tests.naive.shops import corner_shop, setting

SEED = 12
SURE = {"probability": 1, "share": 0.5, "cap": "1M", "lag_months": 2}


def shop(**grant: Any) -> Scenario:
    return corner_shop(setting("initiatives.pos.grant", {**SURE, **grant}))


def value(scenario: Scenario, draws: int = 200, start: int = 1) -> Outcome:
    return evaluate(scenario, {"pos": start}, draws, SEED)[0]


def granted(outcome: Outcome) -> Any:
    """(draws,) present value"""
    return outcome.categories[:, GRANT]


def test_a_sure_grant_pays_its_share_of_what_went_live() -> None:
    """Half of capital and delivery, discounted from its later month: a little under half of their present value."""
    scenario = shop()
    outcome = value(scenario)
    spent = -outcome.categories[:, CATEGORIES.index("capital")] - outcome.categories[:, CATEGORIES.index("delivery")]
    live = outcome.states[:, list(scenario.initiatives).index("pos")] == FINISHED
    assert live.any()
    assert not live.all()
    assert np.all(granted(outcome)[~live] == 0.0)
    share = granted(outcome)[live] / spent[live]
    assert np.all((share > 0.42) & (share < 0.5))


def test_cap_window_and_lag() -> None:
    full, capped = value(shop()), value(shop(cap=1000))
    assert np.all(granted(capped) <= 1000)
    assert granted(capped).max() > 900
    assert np.all(granted(capped) <= granted(full))
    assert not granted(value(shop(first_start=2))).any()
    assert not granted(value(shop(last_start=0))).any()
    np.testing.assert_array_equal(granted(value(shop(first_start=1, last_start=1))), granted(full))
    later = value(shop(lag_months=12))
    paid = granted(full) > 0
    assert np.all(granted(later)[paid] < granted(full)[paid])


def test_awards_are_drawn_with_their_probability() -> None:
    """Of those that went live among 2,000 draws 30 % are awarded: false alarm 6e-5 (four standard errors)."""
    sure, chance = (granted(value(shop(probability=p), 2000)) > 0 for p in (1, 0.3))
    assert not (chance & ~sure).any()
    assert abs(chance[sure].mean() - 0.3) < 4 * np.sqrt(0.21 / sure.sum())


def test_a_grant_never_lowers_the_npv_and_costs_depreciation() -> None:
    taxed = corner_shop(setting("initiatives.pos.grant", SURE), setting("profile.tax_rate", 0.5))
    without = corner_shop(setting("profile.tax_rate", 0.5))
    with_grant, bare = value(taxed), value(without)
    assert np.all(with_grant.npv >= bare.npv - 1e-6)
    tax = CATEGORIES.index("tax")
    assert np.all(with_grant.categories[:, tax] <= bare.categories[:, tax] + 1e-6)
    np.testing.assert_array_equal(with_grant.cost, bare.cost)  # gross: the money must be fronted


def test_both_engines_pay_the_same_grant() -> None:
    scenario = shop(probability=0.6, cap=8000)
    plan = roadmap(scenario, {"pos": 1})
    kernel, company = evaluate(scenario, plan, 8, SEED)[0], simulate(scenario, plan, 8, SEED)[0]
    np.testing.assert_allclose(granted(company), granted(kernel), rtol=1e-9)
    assert 0 < (granted(kernel) > 0).sum() < 8


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="`last_start` 2 comes before `first_start` 5"):
        shop(first_start=5, last_start=2)


def test_a_grant_paid_upfront_comes_with_the_start_and_goes_back_after_a_failure() -> None:
    late, early = shop(), shop(paid="upfront")
    after, upfront = value(late), value(early)
    live = after.states[:, list(late.initiatives).index("pos")] == FINISHED
    assert np.all(granted(upfront)[live] > granted(after)[live])  # sooner, so worth more
    assert np.all(granted(upfront)[~live] > 0.0)  # the time between is worth something
    assert granted(upfront)[~live].max() < 0.1 * granted(upfront)[live].mean()
    assert upfront.need.mean() < after.need.mean()


def test_both_engines_pay_upfront_and_claw_back_alike() -> None:
    scenario = corner_shop(
        setting("initiatives.pos.grant", {**SURE, "paid": "upfront"}),
        setting("initiatives.pos.failure_probability", 0.5),
    )
    plan = roadmap(scenario, {"pos": 1})
    kernel, company = evaluate(scenario, plan, 8, SEED)[0], simulate(scenario, plan, 8, SEED)[0]
    np.testing.assert_allclose(granted(company), granted(kernel), rtol=1e-9)
    assert len(set(np.sign(kernel.states[:, list(scenario.initiatives).index("pos")] - FINISHED))) > 1


def test_budgets_count_a_grant_that_is_paid_upfront() -> None:
    gross, net = (cost_profiles(one, 64, SEED)["pos"] for one in (shop(), shop(paid="upfront", probability=0.5)))
    assert net.capital.sum() == pytest.approx(0.75 * gross.capital.sum())
    closing = cost_profiles(shop(paid="upfront", last_start=3), 64, SEED)["pos"]
    np.testing.assert_array_equal(closing.capital, gross.capital)
