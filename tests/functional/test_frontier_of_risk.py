"""`frontier` where the scenario speaks of risk: attitudes, limits on overruns, the cash floor."""

from __future__ import annotations

import pytest

from optimize import NoRoadmap, PlanLimits
from optimize.choices.confirmation import Confirmation
from optimize.choices.study import Frontier, frontiers
from optimize.frontier import scaled
from optimize.periods import months
from optimize.plan_limits import SELECTION_FROM
from optimize.risk.chances import period_costs, within_budgets
from optimize.risk.limits import COST_DRAWS
from optimize.valuation import rules
from tests.naive.shops import PLANNER, Edit, corner_shop, setting

LIMITS = PlanLimits(search_draws=32, pair_draws=16, linear_draws=16, cost_draws=64, first_selection_draws=128,
                    selection_draws=128, report_draws=32, enumerate_paths=0, triples=0, neighbours=20,
                    rounds=1)  # fmt: skip


TURNS = {
    name: {"title": name, "changes": {"profile.demand": {"multiply": factor}}, **PLANNER}
    for name, factor in (("boom", 1.2), ("bust", 0.8))
}


def found(*edits: Edit, risk: bool = False, limits: PlanLimits = LIMITS) -> Frontier:
    return frontiers(corner_shop(*edits), 7, limits, (0.5, 1.0, 2.0), risk=risk)


@pytest.mark.parametrize("objective", ["regret", "worst_future"])
def test_futures_change_no_frontier_but_say_so(objective: str) -> None:
    turning = [setting("futures", TURNS), setting("profile.demand", 1.0)]
    plain, other = found(*turning), found(*turning, setting("money.objective", objective))
    assert [one.roadmap for one in other.budgets] == [one.roadmap for one in plain.budgets]
    assert plain.notes == ()
    assert any("by the mean NPV" in note for note in other.notes)


def test_an_attitude_to_risk_gives_the_level() -> None:
    """The program of pairs and worlds is not asked for; CVaR is told at the level that the scenario states."""
    careful = found(setting("money.risk", {"weight": 0.5, "level": 0.25}), risk=True)
    assert careful.level == 0.25
    assert careful.risk
    assert "50 % mean NPV, 50 % mean of the worst 25 %" in careful.notes[0]
    assert found(risk=True).level == 0.05


def test_overruns_are_kept_at_every_size_of_the_budgets() -> None:
    """Each roadmap keeps the limit on fresh draws with the budgets of its rung."""
    limited = setting("money.budgets.change.overrun_probability", 0.1)
    frontier = found(limited)
    shop = corner_shop(limited)
    problem = rules(shop, 7, LIMITS).problem
    costs = period_costs(shop, problem, COST_DRAWS, 7, SELECTION_FROM)
    told = [one for one in frontier.budgets if one.roadmap is not None]
    assert told
    for one in told:
        assert one.roadmap is not None
        starts = {name: month // shop.period_months for name, month in one.roadmap.items()}
        assert months(shop, starts) == dict(one.roadmap)
        assert within_budgets(scaled(problem, one.factor), starts, costs, COST_DRAWS)
    assert any("limits on overruns" in note for note in frontier.notes)


def test_the_cash_floor_is_confirmed() -> None:
    """A floor that the business breaks by itself is refused; one that no roadmap is shown to keep leaves none."""
    floor = {"amount": "10M", "probability": 0.1}
    with pytest.raises(NoRoadmap, match="without any initiative"):
        found(setting("money.cash_floor", floor))
    shop = corner_shop(setting("money.cash_floor", {"amount": -1e9, "probability": 0.1}))
    check = Confirmation(shop, rules(shop, 7, LIMITS).problem, 7, LIMITS)
    assert check.demands == ("the cash floor",)
    assert check.first([{}, {"edr": 0}], 1.0) == 0
    few = PlanLimits(first_selection_draws=8, selection_draws=8)
    assert Confirmation(shop, rules(shop, 7, LIMITS).problem, 7, few).kept([{}, {"edr": 0}]) == [False, False]
