"""Days of a skill that are bought where its own do not suffice: kernel, company and plain twin, and truths by hand."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from optimize.check import violations
from optimize.plan_limits import PlanLimits
from optimize.valuation import rules
from sim.company import simulate
from sim.company.delivery import Schedule, schedule
from sim.company.world_layer import Draw
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES, KPIS
from sim.outcomes import Outcome
from sim.parameters import parameters
from sim.roadmap import Roadmap, roadmap
from sim.world import Scenario
from tests.naive.shops import EVERYTHING, SEED, Edit, changing, corner_shop, setting, without
from tests.truths.test_delivery_twin import BESIDE
from tests.truths.test_kernel_twin import check

OUTSIDE = "skills.it_days.outside"
SCARCE: list[Edit] = [setting("skills.it_days.days_per_month", 2)]
BOUGHT: list[Edit] = [
    *SCARCE,
    setting(OUTSIDE, {"day_price": "300 to 500", "days_per_month": 3}),
    setting("money.inflation", {"wages": 0.05, "technology": 0.01}),
    changing("edr", f"{OUTSIDE}.day_price", {"multiply": 0.8}),
]
ROADMAPS = [EVERYTHING, {"pos": 2, "edr": 2, "web": 3}, {"edr": 0, "pos": 2, "web": 4}]
PLAIN: list[Edit] = [
    without("initiatives.pos.risk_class"),
    setting("initiatives.pos.duration_months", 4),
    setting("initiatives.pos.skill_days", {"it_days": 5}),
    setting("initiatives.pos.failure_probability", 0),
    setting("money.inflation", {"wages": 0, "technology": 0}),
]
"""The tills take five days of IT in each of four months, for certain."""


def offer(price: float, days: float) -> Edit:
    return setting(OUTSIDE, {"day_price": price, "days_per_month": days})


def schedule_of(scenario: Scenario, starts: dict[str, int], draw: int = 0) -> Schedule:
    return schedule(Draw(parameters(scenario), draw, SEED), Roadmap(tuple(starts.items())))


def delivery(outcome: Outcome) -> Any:
    return outcome.categories[:, CATEGORIES.index("delivery")]


@pytest.mark.parametrize("more", [[], [*BESIDE, setting(f"{OUTSIDE}.days_per_month", 5)]], ids=["work", "side by side"])
def test_kernel_and_twin(more: list[Edit]) -> None:
    scenario = corner_shop(*BOUGHT, *more)
    check(scenario, ROADMAPS, range(4))
    assert any(schedule_of(scenario, one).bought.sum() > 0.0 for one in ROADMAPS)


def test_company_pays_as_the_kernel() -> None:
    scenario = corner_shop(*BOUGHT)
    for starts in ROADMAPS[:2]:
        plan = roadmap(scenario, starts)
        kernel, company = evaluate(scenario, plan, 4, SEED)[0], simulate(scenario, plan, 4, SEED)[0]
        np.testing.assert_array_equal(company.states, kernel.states)
        np.testing.assert_allclose(delivery(company), delivery(kernel), rtol=1e-9)
        np.testing.assert_allclose(company.cost, kernel.cost, rtol=1e-9)


def test_enough_bought_days_and_no_project_is_late() -> None:
    plenty = schedule_of(corner_shop(*PLAIN, setting("skills.it_days.days_per_month", 100)), {"pos": 1})
    late = schedule_of(corner_shop(*PLAIN, *SCARCE), {"pos": 1})
    bought = schedule_of(corner_shop(*PLAIN, *SCARCE, offer(0, 3)), {"pos": 1})
    pos = 0
    assert list(corner_shop().initiatives)[pos] == "pos"
    assert plenty.go_live[pos] == bought.go_live[pos] == 5
    assert late.go_live[pos] == 11  # 20 days of work, two a month
    np.testing.assert_array_equal(bought.work, plenty.work)
    np.testing.assert_allclose(bought.used[0, 1:5], 2.0)
    np.testing.assert_allclose(bought.bought[0, 1:5], 3.0)
    np.testing.assert_allclose(bought.bought[0, 5:], 0.0)


def test_what_passes_both_delays_the_work() -> None:
    """Five days asked, two of its own and two bought: 20 days of work take five months."""
    found = schedule_of(corner_shop(*PLAIN, *SCARCE, offer(100, 2)), {"pos": 1})
    assert found.go_live[0] == 6
    np.testing.assert_allclose(found.bought[0, 1:6], 2.0)


def test_cost_is_days_times_price() -> None:
    """Three days bought in each of the months 1 to 4, at 100 a day, discounted month by month."""
    free, paid = (
        evaluate(corner_shop(*PLAIN, *SCARCE, offer(price, 3)), {"pos": 1}, 3, SEED)[0] for price in (0.0, 100.0)
    )
    rate = float(corner_shop().money.discount_rate)
    by_hand = sum(3 * 100 / (1 + rate) ** (m / 12) for m in range(1, 5))
    np.testing.assert_allclose(delivery(free) - delivery(paid), by_hand, rtol=1e-9)
    np.testing.assert_allclose(paid.cost - free.cost, by_hand, rtol=1e-9)


def test_bought_days_leave_the_role_alone() -> None:
    """Work of five days of which three are bought for nothing is like work of two days, number for number; five own
    days make the others of the role busier."""
    bought = corner_shop(*PLAIN, *SCARCE, offer(0, 3))
    small = corner_shop(*PLAIN, *SCARCE, setting("initiatives.pos.skill_days", {"it_days": 2}))
    own = corner_shop(*PLAIN, setting("skills.it_days.days_per_month", 5))
    assert schedule_of(bought, {"pos": 1}).used[0].max() == 2.0
    of_bought, of_small, of_own = (evaluate(one, {"pos": 1}, 16, SEED)[0] for one in (bought, small, own))
    np.testing.assert_array_equal(of_bought.kpis, of_small.kpis)
    np.testing.assert_array_equal(of_bought.npv, of_small.npv)
    busy = [kpi.name for kpi in KPIS].index("utilisation")
    assert of_own.kpis[:, busy, 0].mean() > of_bought.kpis[:, busy, 0].mean()


def test_an_offer_that_nobody_takes_changes_nothing() -> None:
    plain, offered = corner_shop(), corner_shop(offer(400, 50))
    alone = corner_shop(offer(400, 0))
    for starts in ({}, {"pos": 0}):
        wanted = evaluate(plain, starts, 16, SEED)[0].npv
        np.testing.assert_array_equal(evaluate(alone, starts, 16, SEED)[0].npv, wanted)
    np.testing.assert_array_equal(evaluate(offered, {}, 16, SEED)[0].npv, evaluate(plain, {}, 16, SEED)[0].npv)
    assert plain.hash() != offered.hash()
    assert "outside" not in str(plain.model_dump(mode="json", exclude_none=True)["skills"])


def test_wrong_offers_are_told() -> None:
    with pytest.raises(ValidationError, match=r"skills\.it_days\.outside\.days_per_month"):
        corner_shop(offer(100, -1))
    with pytest.raises(ValidationError, match=r"skills\.it_days\.outside\.day_price"):
        corner_shop(offer(-5, 1))
    with pytest.raises(
        ProblemsFound, match=r"6 days a month are more than the 5 that it_days has, bought ones included"
    ):
        corner_shop(
            *SCARCE, offer(100, 3), setting("initiatives.edr.parallel", {"months": 4, "skill_days": {"it_days": 6}})
        )


def test_the_program_may_buy_days_and_budgets_pay_for_them() -> None:
    """Days of a period of three months: six of its own and nine bought; what they cost is in the simulated values."""
    scenario = corner_shop(*PLAIN, *SCARCE, offer(100, 3), setting("period_months", 3))
    problem = rules(scenario, SEED, PlanLimits(cost_draws=8)).problem
    (offered,) = problem.outside
    assert (offered.skill, set(offered.price), set(offered.at_most)) == ("it_days", {100.0}, {9.0})
    assert set(problem.discount) == {0.0}
    assert all("bought" in budget.kinds for budget in problem.budgets)
    starts = {"pos": 0, "basic_backup": 0}
    assert not [one for one in violations(problem, starts) if one.family == "skill"]
    own = rules(corner_shop(*PLAIN, *SCARCE, setting("period_months", 3)), SEED, PlanLimits(cost_draws=8))
    assert "pos" in own.unusable or [one for one in violations(own.problem, starts) if one.family == "skill"]
    assert not own.problem.outside
