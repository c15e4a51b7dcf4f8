"""Stage gates: expected cost in closed form, stop rules, what is left of failed work; null cases keep every bit."""

import math
from typing import Any

import numpy as np
import pytest

from optimize.plan_limits import PlanLimits
from optimize.valuation import rules
from sim.company import simulate
from sim.mechanisms import overrun_ratio
from sim.mechanisms.delivery import FAILED, FINISHED, STOPPED
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES
from sim.outcomes import Outcome
from sim.world import Scenario
from tests.naive.shops import EVERYTHING, adding_initiative, corner_shop, setting, without

SEED = 3
DRAWS = 20_000
CAPITAL, DELIVERY, RUNNING = (CATEGORIES.index(name) for name in ("capital", "delivery", "running"))
THREE = {
    "design": {"share": 0.2, "failure_probability": 0.3},
    "build": {"share": 0.5, "failure_probability": 0.1},
    "rollout": {"share": 0.3, "failure_probability": 0.2},
}


def shop(**block: Any) -> Scenario:
    return corner_shop(
        adding_initiative("work", {"capital": 10_000, "delivery": 5_000, "duration_months": 5, **block}),
        setting("money.discount_rate", 0),
    )


def outcome(scenario: Scenario, draws: int = DRAWS) -> Outcome:
    return evaluate(scenario, {"work": 0}, draws, SEED)[0]


def test_expected_cost_with_gates_is_the_sum_of_products() -> None:
    """E cost = sum_k cost_k prod_{j<k} (1 - p_j); false alarm 7e-6 (4.5 standard errors of 20,000 draws)."""
    one = outcome(shop(phases=THREE))
    spent = -one.categories[:, CAPITAL] - one.categories[:, DELIVERY]
    expected = 15_000 * (0.2 + 0.7 * 0.5 + 0.7 * 0.9 * 0.3)
    assert abs(spent.mean() - expected) < 4.5 * spent.std() / math.sqrt(DRAWS)
    live = np.mean(one.states[:, -1] == FINISHED)
    assert abs(live - 0.7 * 0.9 * 0.8) < 4.5 * math.sqrt(0.25 / DRAWS)
    assert set(np.round(spent / 15_000, 9)) == {0.2, 0.7, 1.0}


def test_stop_rule_stops_exactly_above_its_limit() -> None:
    """P(stop) = 1 - F(limit); whoever is stopped has spent the first phase, no other has been above the limit."""
    u = 0.8
    risk = (1.0, 0.15, 0.15, 1.5, 6.0)
    limit = float(overrun_ratio(u, *risk))
    phases = {"a": {"share": 0.25, "stop_above_cost": limit}, "b": {"share": 0.75}}
    one = outcome(shop(risk_class="package", phases=phases))
    free = outcome(shop(risk_class="package"))
    stopped = one.states[:, -1] == STOPPED
    assert abs(stopped.mean() - (1 - u)) < 4.5 * math.sqrt(u * (1 - u) / DRAWS)
    ratio = -free.categories[:, CAPITAL] / 10_000
    in_time = ratio < 5.5  # whose work ends before the horizon
    np.testing.assert_array_equal(stopped[in_time], ratio[in_time] > limit)
    np.testing.assert_allclose(
        one.categories[stopped & in_time, CAPITAL], 0.25 * free.categories[stopped & in_time, CAPITAL]
    )
    np.testing.assert_array_equal(one.categories[~stopped, CAPITAL], free.categories[~stopped, CAPITAL])


def test_duration_may_stop_the_work_too() -> None:
    phases = {"a": {"share": 0.5, "stop_above_duration": 1.2}, "b": {"share": 0.5}}
    one = outcome(shop(risk_class="package", phases=phases), 2000)
    lower = {"a": {"share": 0.5, "stop_above_duration": 1.05}, "b": {"share": 0.5}}
    other = outcome(shop(risk_class="package", phases=lower), 2000)
    stopped, more = (x.states[:, -1] == STOPPED for x in (one, other))
    assert 0.05 < stopped.mean() < more.mean()
    assert not (stopped & ~more).any()


def test_one_phase_is_the_gate_at_the_end() -> None:
    """The mark of the first gate is the one that the single gate has, and nothing else differs."""
    chance = {"failure_probability": 0.06}
    plain = corner_shop()
    phased = corner_shop(
        setting("initiatives.pos.phases", {"all": {"share": 1, **chance}}),
        without("initiatives.pos.failure_probability"),
    )
    for one, other in zip(*(evaluate(s, [EVERYTHING, {"pos": 3}], 300, SEED) for s in (plain, phased)), strict=True):
        np.testing.assert_array_equal(one.npv, other.npv)
        np.testing.assert_array_equal(one.kpis, other.kpis)


def test_a_later_failure_probability_moves_no_earlier_gate() -> None:
    """Marks are those of the gates: raising one chance changes the fate of no draw that ended before it."""
    before = outcome(shop(phases=THREE), 3000)
    worse = outcome(shop(phases={**THREE, "rollout": {"share": 0.3, "failure_probability": 0.5}}), 3000)
    ended = before.states[:, -1] == FAILED
    assert (worse.states[ended, -1] == FAILED).all()
    assert (worse.states[:, -1] == FAILED).sum() > ended.sum()


def test_what_failed_work_leaves() -> None:
    """Running cost in its share from the end of the work; of work that ended early in proportion to what was done."""
    gone = {"running_per_month": 100, "duration_months": 2}
    whole = outcome(shop(failure_probability=1, benefit_if_failed=0.3, **gone), 20)
    np.testing.assert_allclose(whole.categories[:, RUNNING], -34 * 30.0)
    half = {"a": {"share": 0.5, "failure_probability": 1}, "b": {"share": 0.5}}
    early = outcome(shop(phases=half, benefit_if_failed=0.3, **gone), 20)
    np.testing.assert_allclose(early.categories[:, RUNNING], -35 * 15.0)
    assert (early.states[:, -1] == FAILED).all()


def test_effects_of_failed_work_are_in_proportion() -> None:
    """An effect that only adds to fixed costs: what remains is worth its share of the full one, to the cent."""

    def change(**block: Any) -> Any:
        effects = {"profile.fixed_costs_per_month": {"add": -400}}
        one = outcome(shop(duration_months=2, effects=effects, **block), 20)
        return one.categories[:, CATEGORIES.index("overhead")]

    np.testing.assert_allclose(change(failure_probability=1, benefit_if_failed=0.25), 0.25 * change())
    assert not change(failure_probability=1).any()


def test_a_failed_refresh_refreshes_nothing() -> None:
    failing = shop(failure_probability=1, benefit_if_failed=0.5, refreshes=["till"])
    without_it = shop(failure_probability=1, benefit_if_failed=0.5)
    one, other = outcome(failing, 100), outcome(without_it, 100)
    np.testing.assert_array_equal(one.npv, other.npv)


def test_both_engines_end_the_same_work_at_the_same_gate() -> None:
    stop = {**THREE, "design": {"share": 0.2, "failure_probability": 0.2, "stop_above_cost": 1.1}}
    scenario = shop(phases=stop, risk_class="package", benefit_if_failed=0.4, running_per_month=50)
    kernel = evaluate(scenario, {"work": 2}, 12, SEED)[0]
    company = simulate(scenario, {"work": 2}, 12, SEED)
    np.testing.assert_array_equal(company[0].states, kernel.states)
    np.testing.assert_allclose(company[0].cost, kernel.cost, rtol=1e-12)
    assert len(set(kernel.states[:, -1])) == 3
    assert any("work is stopped at a gate in" in note for note in company.notes)


@pytest.mark.parametrize("phases", [None, THREE])
def test_a_budget_reserves_the_cost_of_all_phases(phases: Any) -> None:
    """No credit for gates: the program plans with the whole cost."""
    scenario = shop() if phases is None else shop(phases=phases)
    (work,) = (i for i in rules(scenario, SEED, PlanLimits()).problem.initiatives if i.id == "work")
    assert sum(work.cost.capital) == pytest.approx(10_000)
    assert sum(work.cost.delivery) == pytest.approx(5_000)
