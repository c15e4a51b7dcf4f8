"""The attitude to risk from the scenario to the plan: search, selection, program and what is printed agree."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from optimize import plan
from optimize.archive import Archive, estimate
from optimize.check import worth
from optimize.limits import Limits
from optimize.linearise import linearise
from optimize.plan_limits import SEARCH_FROM, PlanLimits
from optimize.planning import NoRoadmap
from optimize.policies import do_nothing
from optimize.problem import RoadmapProblem
from optimize.recount import purse
from optimize.refine import allowed_roadmaps
from optimize.risk.attitude import Attitude, attitude_of, limits_for, tail_limits
from optimize.risk.chances import chance_budgets, chance_cash, overruns, period_costs
from optimize.risk.check import overrun_chance, shortfall_chance
from optimize.risk.reduction import Reduction, reduce, reduction_error, weighted_cvar
from optimize.risk.worlds import around, with_worlds
from optimize.valuation import rules, valuation
from scenarios.attitude import with_attitude
from scenarios.cli.render.risk import risk_sentences
from sim.errors import ProblemsFound
from sim.measures import cvar
from sim.montecarlo import evaluate, lowest_balances
from sim.world import Scenario
from tests.naive.shops import PLANNER, adding_initiative, corner_shop, setting

SEED = 7
LIMITS = PlanLimits(
    search_draws=60,
    pair_draws=60,
    linear_draws=60,
    cost_draws=256,
    first_selection_draws=200,
    selection_draws=400,
    report_draws=400,
    finalists=4,
    enumerate_paths=0,
)
TURNS = {
    name: {"title": name, "changes": {"profile.demand": {"multiply": factor}}, **PLANNER}
    for name, factor in (("boom", 1.2), ("bust", 0.8))
}


GAMBLE = adding_initiative(
    "gamble",
    {"capital": "1k to 40k", "duration_months": 1, "effects": {"profile.fixed_costs_per_month": {"add": -800}}},
)


def shop(*more: Any, **risk: Any) -> Scenario:
    return corner_shop(*more, *([setting("money.risk", risk)] if risk else []))


@pytest.mark.parametrize(("weight", "level"), [(0.3, 0.05), (1.0, 0.2), (0.5, 0.333), (1.0, 1.0)])
def test_scores_have_the_mean_and_the_influence_of_the_figure(weight: float, level: float) -> None:
    """The mean of the scores is (1 - w) mean + w CVaR exactly; their spread is that of the figure over samples. 400
    samples of 500: the ratio of two standard deviations is within 15 % with a false alarm of less than one in 10^4."""
    rng = np.random.default_rng(5)
    one = Attitude(weight, level)
    samples = rng.gamma(2.0, 1.0, (400, 500)) - 3.0 * (rng.random((400, 500)) < 0.1)
    scores = one.scores(samples)
    figures = (1 - weight) * samples.mean(axis=1) + weight * np.asarray(cvar(samples, level))
    np.testing.assert_allclose(scores.mean(axis=1), figures, atol=1e-12)
    stated = np.mean(scores.std(axis=1, ddof=1)) / np.sqrt(500)
    assert stated == pytest.approx(figures.std(ddof=1), rel=0.15)
    np.testing.assert_array_equal(Attitude().scores(samples), samples)


def test_the_program_has_the_simulated_worth_of_every_single_change() -> None:
    """Mean and CVaR of the incumbent and of its simulated single changes are those of the simulation, to rounding."""
    scenario = shop(weight=0.5, level=0.1)
    limits = replace(LIMITS, grid=1)
    ruled = rules(scenario, SEED, limits)
    archive = Archive(scenario, SEED, SEARCH_FROM, limits.search_draws, limits)
    least = do_nothing(ruled.problem, Limits()) or {}
    valued = with_worlds(valuation(ruled, archive, limits), archive, limits, least)
    incumbent = {"basic_backup": 1}
    archive.simulate([incumbent], "test")
    made = around(linearise(valued, archive, incumbent, limits), valued, archive, incumbent, limits)
    assert made.risk is not None
    compared = 0
    for one in allowed_roadmaps(ruled.problem, archive):
        changed = [name for name in {**one, **incumbent} if one.get(name) != incumbent.get(name)]
        if len(changed) <= 1 and archive.attitude.weight:
            assert worth(made, one) == pytest.approx(archive.score(one), abs=1e-6 * 10_000)
            compared += 1
    assert compared > 5


def test_the_worlds_are_of_the_first_draws_and_the_program_gets_few_nodes() -> None:
    """Pairs and changes are known of fewer draws than roadmaps; every term of the worlds is of the same first ones."""
    scenario = shop(weight=0.5, level=0.2)
    limits = limits_for(replace(LIMITS, pair_draws=10, linear_draws=20), attitude_of(scenario))
    assert (limits.pair_draws, limits.linear_draws, limits.search_draws) == (30, 30, 60)
    ruled = rules(scenario, SEED, limits)
    archive = Archive(scenario, SEED, SEARCH_FROM, limits.search_draws, limits)
    least = do_nothing(ruled.problem, Limits()) or {}
    made = with_worlds(valuation(ruled, archive, limits), archive, limits, least).problem
    assert made.worlds is not None
    assert len(made.worlds.probability) == 30
    np.testing.assert_allclose(made.worlds.value["basic_backup"][0], archive.npv({"basic_backup": 0})[:30], atol=1e-6)
    quick = PlanLimits().solver_of(made)
    assert (quick.nodes, quick.gap) == (300, 1e-3)
    assert PlanLimits().solver_of(made.without_worlds()) == PlanLimits().solver


def test_aversion_changes_the_plan_and_says_what_it_costs() -> None:
    free, cautious = shop(GAMBLE), shop(GAMBLE, weight=0.9, level=0.1)
    bound = plan(cautious, SEED, LIMITS)
    assert "gamble" in plan(free, SEED, LIMITS).roadmap
    assert "gamble" not in bound.roadmap
    risk = bound.risk
    assert risk.score.mean == pytest.approx(
        0.1 * np.mean(bound.outcomes[0].npv) + 0.9 * cvar(bound.outcomes[0].npv, 0.1)
    )
    assert risk.neutral is not None
    assert risk.neutral.price.mean > 0.0
    tails = {tail.policy: tail for tail in risk.tails}
    assert (risk.cvar.estimate or 0.0) > (risk.neutral.cvar.estimate or 0.0)
    assert tails["cheapest first"].gain.mean > 0.0
    text = " ".join(risk_sentences(bound))
    assert "10 % mean NPV, 90 % mean of the worst 10 %" in text
    assert "The mean alone would have chosen another roadmap" in text
    json.dumps(bound.document(), allow_nan=False)
    again = plan(cautious, SEED, replace(LIMITS, threads=1))
    assert again.document()["risk"] == bound.document()["risk"]


def test_a_floor_of_the_tail_is_kept_or_said_to_break() -> None:
    floored = plan(shop(level=0.1, floor=-2000), SEED, LIMITS)
    assert cvar(floored.outcomes[0].npv, 0.1) >= -2000
    assert "floor of the mean of the worst draws" in floored.claim


@pytest.mark.parametrize("aim", ["worst_future", "regret"])
def test_futures_decide(aim: str) -> None:
    scenario = shop(setting("futures", TURNS), setting("profile.demand", 1.0), setting("money.objective", aim))
    found = plan(scenario, SEED, LIMITS)
    rows = {row.future: row for row in found.risk.futures}
    assert set(rows) == {"base", "boom", "bust"}
    values = {name: row.npv.mean for name, row in rows.items()}
    if aim == "worst_future":
        assert found.risk.score.mean == pytest.approx(min(values.values()))
    else:
        regrets = {name: row.regret.mean for name, row in rows.items() if row.regret is not None}
        assert found.risk.score.mean == pytest.approx(-max(regrets.values()))
    json.dumps(found.document(), allow_nan=False)


def test_lowest_balances_are_the_trough_of_the_kernel() -> None:
    scenario = shop()
    lowest = lowest_balances(scenario, [{}, {"pos": 0}], 8, SEED, stretch=7, first_draw=3)
    outcomes = evaluate(scenario, [{}, {"pos": 0}], 8, SEED, first_draw=3)
    for row, one in zip(lowest, outcomes, strict=True):
        np.testing.assert_allclose(row.min(axis=1), one.trough, rtol=1e-9, atol=1e-6)


def test_the_cash_row_counts_single_initiatives_as_the_kernel_does() -> None:
    scenario = shop(setting("money.cash_floor", {"amount": 30_000, "probability": 0.2}))
    problem = rules(scenario, SEED, LIMITS).problem
    archive = Archive(scenario, SEED, SEARCH_FROM, 60, LIMITS)
    row = chance_cash(archive, problem, replace(LIMITS, grid=1))
    assert row is not None
    for one in ({}, {"basic_backup": 2}, {"pos": 0}):
        months = {name: t * scenario.period_months for name, t in one.items()}
        trough = evaluate(scenario, months, 60, SEED, first_draw=SEARCH_FROM)[0].trough
        assert shortfall_chance(row, one) == pytest.approx(np.mean(trough < 30_000 - 0.005))


def test_a_baseline_that_breaks_the_floor_is_infeasible_and_says_the_remedy() -> None:
    scenario = shop(setting("money.cash_floor", {"amount": 1e9, "probability": 0.1}))
    with pytest.raises(NoRoadmap, match=r"in 100 % of worlds without any initiative.*floor_relative_to_baseline: true"):
        plan(scenario, SEED, LIMITS)


def test_a_limit_on_overruns_binds() -> None:
    """The program counts on its draws what `overruns` counts on the same ones; the plan keeps it on fresh draws."""
    price = {"capital": "4k to 30k", "duration_months": 2, "effects": {"profile.fixed_costs_per_month": {"add": -900}}}
    edits = (adding_initiative("dear", price), setting("money.budgets", {"all": {"amount": 14_000}}))
    quick = replace(LIMITS, neighbours=100, rounds=2)
    limited = shop(*edits, setting("money.budgets.all.overrun_probability", 0.1))
    problem = rules(limited, SEED, LIMITS).problem
    (chance,) = chance_budgets(limited, problem, SEED)
    costs = period_costs(limited, problem, len(chance.weight), SEED, SEARCH_FROM)
    for one in ({"dear": 0}, {"dear": 3, "basic_backup": 0}):
        assert overrun_chance(problem, chance, one) == pytest.approx(overruns(problem, one, costs)["all"].share)
    assert overruns(problem, {"dear": 0}, costs)["all"].share > 0.2
    free, bound = plan(shop(*edits), SEED, quick), plan(limited, SEED, quick)
    assert "dear" in free.roadmap
    assert "dear" not in bound.roadmap
    assert bound.risk.overruns["all"][0].share <= 0.1


def test_reduction_keeps_means_exactly_and_tails_nearly() -> None:
    rng = np.random.default_rng(3)
    swings = rng.standard_normal((6, 400)) + 3.0 * rng.standard_normal(400) - 6.0 * (rng.random(400) < 0.04)
    found = reduce(swings, 0.05, most=80)
    assert len(found.weights) == 80
    assert found.weights.sum() == pytest.approx(1.0)
    kept = found.of(swings)
    np.testing.assert_allclose(kept @ found.weights, swings.mean(axis=1), atol=1e-12)
    for full, few in zip(swings, kept, strict=True):
        assert weighted_cvar(few, found.weights, 0.05) == pytest.approx(cvar(full, 0.05), rel=0.03)
    error = reduction_error(found, list(swings), list(swings), 0.05)
    assert error.full_cvar == 0.0
    assert error.mean < 1e-12
    assert error.added_cvar >= error.cvar > 0.0
    assert len(Reduction.none(5).weights) == 5


def test_what_a_file_does_not_state_is_no_part_of_its_hash() -> None:
    plain = shop()
    assert plain.hash() == shop(setting("money.objective", "mean")).hash()
    assert plain.hash() != shop(weight=0.2).hash()
    assert plain.hash() != shop(setting("money.budgets.change.overrun_probability", 0.2)).hash()


def test_options_of_the_command_take_the_place_of_the_file() -> None:
    turned = shop(setting("futures", TURNS), setting("profile.demand", 1.0), weight=0.2, level=0.1)
    assert attitude_of(with_attitude(turned, 0.4, None, None)) == Attitude(0.4, 0.1)
    assert attitude_of(with_attitude(turned, None, 0.3, None)) == Attitude(0.2, 0.3)
    assert attitude_of(with_attitude(turned, 0.0, None, None)) == Attitude()
    assert attitude_of(with_attitude(turned, None, None, "worst-future")) == Attitude(aim="worst_future")
    assert tail_limits(PlanLimits(), Attitude(0.3)).search_draws == 400
    wrong = [
        (turned, 0.4, None, "regret", None, "no effect with regret"),
        (turned, None, None, "regrets", None, "unknown objective"),
        (shop(), None, None, "regret", None, "no futures"),
        (shop(), None, 0.1, None, None, "has no weight"),
        (turned, None, None, "regret", "boom", "looks at all futures"),
    ]
    for scenario, weight, level, objective, future, message in wrong:
        with pytest.raises(ProblemsFound, match=message):
            with_attitude(scenario, weight, level, objective, future)


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ([setting("money.objective", "regret")], "there is no future to look at"),
        ([setting("money.risk", {"level": 0.1})], "`risk` has no effect"),
        (
            [setting("futures", TURNS), setting("money.objective", "regret"), setting("money.risk", {"weight": 0.1})],
            "no effect with `objective: regret`",
        ),
        ([setting("money.risk", {"weight": 1.5})], "less than or equal to 1"),
    ],
)
def test_what_would_have_no_effect_is_refused(edits: list[Any], message: str) -> None:
    with pytest.raises((ValueError, ProblemsFound), match=message):
        corner_shop(*edits)


def test_overruns_of_a_budget_that_buys_days_are_refused() -> None:
    """Only where it pays delivery: days bought are delivery."""
    outside = setting("skills.it_days.outside", {"day_price": 500, "days_per_month": 20})
    limited = {"amount": 50_000, "overrun_probability": 0.1}
    with pytest.raises(ProblemsFound, match=r"all\.overrun_probability.*days bought outside"):
        rules(shop(outside, setting("money.budgets", {"all": limited})), SEED, LIMITS)
    capital = {"all": {**limited, "kinds": ["capital"]}, "rest": {"amount": 9_000, "kinds": ["delivery", "running"]}}
    problem = rules(shop(outside, setting("money.budgets", capital)), SEED, LIMITS).problem
    assert RoadmapProblem.from_json(problem.to_json()).chance_budgets


def test_overruns_count_credit_and_leave_out_what_is_known_in_the_mean_alone() -> None:
    """Draw by draw as `purse` counts one roadmap of that cost; grants and bought days have no figure."""
    one = {"id": "a", "value": [5.0, 5.0]}
    line = {"name": "it", "amount": [0.0, 10.0], "kinds": ["capital"], "credit": {"limit": 10.0, "rate": 0.1}}
    document: dict[str, Any] = {"periods": 2, "initiatives": [one], "budgets": [line]}
    drawn = [0.0, 9.0, 9.5, 11.0]
    costs = {"a": {"capital": np.array([drawn, [0.0] * 4]), "delivery": np.zeros((2, 4)), "running": np.zeros((2, 4))}}
    problem = RoadmapProblem.model_validate(document)
    broken = []
    for cost in drawn:  # 9 is owed as 9.9 and paid back; 9.5 as 10.45 is not
        fixed = RoadmapProblem.model_validate({**document, "initiatives": [{**one, "cost": {"capital": [cost]}}]})
        broken.append(any(state.short > 0.0 for state in purse(fixed, fixed.budgets[0], {"a": 0})))
    assert broken == [False, False, True, True]
    assert overruns(problem, {"a": 0}, costs)["it"].share == np.mean(broken)
    granted = {**document, "grants": [{"initiative": "a", "amount": 5.0, "budget": "it"}]}
    assert overruns(RoadmapProblem.model_validate(granted), {"a": 0}, costs) == {}
    assert set(overruns(RoadmapProblem.model_validate(granted), {}, costs)) == {"it"}
    offer = {"skill": "it", "price": [1.0, 1.0], "at_most": [5.0, 5.0]}
    buying = {"skills": {"it": [1.0, 1.0]}, "outside": [offer], "budgets": [{**line, "kinds": ["capital", "bought"]}]}
    assert overruns(RoadmapProblem.model_validate({**document, **buying}), {"a": 0}, costs) == {}


def test_an_archive_without_attitude_is_as_before() -> None:
    scenario = shop()
    archive = Archive(scenario, SEED, SEARCH_FROM, 16, LIMITS)
    archive.simulate([{"pos": 0}, {"basic_backup": 1}], "test")
    assert archive.score({"pos": 0}) == archive.mean({"pos": 0})
    assert archive.gain({"pos": 0}, {"basic_backup": 1}) == archive.difference({"pos": 0}, {"basic_backup": 1})
    assert estimate(archive.scores({"pos": 0})) == archive.difference({"pos": 0}, {})
