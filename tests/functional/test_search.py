"""The plan from end to end on the corner shop: allowed, reproducible, honest about what was tried on which draws."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import optimize
from benchmarks.exhaustive import loop
from optimize.archive import Archive, Clock, key
from optimize.check import violations
from optimize.limits import Limits
from optimize.moves import neighbours
from optimize.plan_limits import REPORT_FROM, PlanLimits
from optimize.planning import NoRoadmap, Plan
from optimize.policies import do_nothing
from optimize.selection import choose_finalists
from optimize.structure import Structure
from optimize.valuation import rules
from sim.montecarlo import evaluate
from sim.world import Scenario
from tests.naive.shops import adding_initiative, corner_shop, setting, without

SEED = 7
LIMITS = PlanLimits(
    search_draws=32,
    pair_draws=16,
    linear_draws=16,
    cost_draws=256,
    first_selection_draws=64,
    selection_draws=128,
    report_draws=128,
    finalists=4,
    enumerate_paths=0,
)


@pytest.fixture(scope="module")
def shop() -> Scenario:
    return corner_shop()


@pytest.fixture(scope="module")
def plan(shop: Scenario) -> Plan:
    return optimize.plan(shop, SEED, LIMITS)


def periods(shop: Scenario, roadmap: Any) -> dict[str, int]:
    return {name: month // shop.period_months for name, month in roadmap.items()}


def without_time(plan: Plan) -> str:
    return json.dumps({**plan.document(), "seconds": None}, allow_nan=False)


def test_every_roadmap_of_the_plan_keeps_every_limit(shop: Scenario, plan: Plan) -> None:
    """Recommendation, finalists and yardsticks are allowed, and hold the mandatory initiative."""
    problem = rules(shop, SEED, LIMITS).problem
    shown = [plan.roadmap, *(one.roadmap for one in plan.finalists), *(one.roadmap for one in plan.yardsticks)]
    for roadmap in shown:
        assert not violations(problem, periods(shop, roadmap))
        assert "basic_backup" in roadmap


def test_plan_shows_what_was_asked(shop: Scenario, plan: Plan) -> None:
    """Each initiative is in the roadmap or left out with a reason; periods add up to the cost of the roadmap."""
    document = plan.document()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert sorted([*plan.roadmap, *(one.id for one in plan.rejected)]) == sorted(shop.initiatives)
    assert all(one.reason for one in plan.rejected)
    assert [one["start"] for one in document["periods"]] == list(range(0, 24, 3))
    assert document["periods"][0]["label"] == "2027 Q1"
    for one in plan.periods:
        purse = one.budgets["change"]
        assert purse.spent == pytest.approx(one.capital + one.delivery + one.running)
    assert sum(one.prob_best for one in plan.finalists) == pytest.approx(1.0)
    assert [one.policy for one in plan.yardsticks] == [
        "do nothing", "cheapest first", "highest ROI first", "technology first", "program alone",
    ]  # fmt: skip
    assert plan.to_frame().height == len(shop.initiatives)


def test_figures_in_print_are_from_draws_that_chose_nothing(shop: Scenario, plan: Plan) -> None:
    """Winner and yardsticks are the means of the third range of draws, evaluated anew."""
    stick = plan.yardsticks[1]
    fresh = evaluate(shop, [plan.roadmap, stick.roadmap], LIMITS.report_draws, SEED, first_draw=REPORT_FROM)
    assert plan.document()["outcomes"]["npv"]["mean"] == pytest.approx(float(np.mean(fresh[0].npv)), rel=1e-12)
    assert stick.npv.mean == pytest.approx(float(np.mean(fresh[1].npv)), rel=1e-12)
    assert plan.outcomes.first_draw == REPORT_FROM


def test_same_seed_same_plan_whatever_the_threads(shop: Scenario, plan: Plan) -> None:
    """Every figure and sentence but the time; another seed gives other figures."""
    assert without_time(optimize.plan(shop, SEED, replace(LIMITS, threads=1))) == without_time(plan)
    assert without_time(optimize.plan(shop, SEED + 1, LIMITS)) != without_time(plan)


def test_no_single_move_is_better_on_the_search_draws(shop: Scenario) -> None:
    """What the claim says is true: every neighbour of the answer, simulated here, is no better."""
    found, archive, _ = loop(shop, SEED, LIMITS)
    assert found.local.complete
    problem = rules(shop, SEED, LIMITS).problem
    around = neighbours(problem, Structure(problem), found.best)
    assert len(around) == found.local.neighbours > 10
    again = Archive(shop, SEED, archive.first_draw, LIMITS.search_draws, LIMITS)
    again.simulate([found.best, *around], "test")
    assert max(again.mean(one) for one in around) <= again.mean(found.best)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_search_is_never_worse_than_doing_nothing(seed: int) -> None:
    """On the search draws the answer is at least as good as the least allowed roadmap and as every yardstick."""
    dear = corner_shop(setting("initiatives.pos.capital", "60k to 90k"), setting("initiatives.edr.delivery", "20k"))
    found, archive, _ = loop(dear, seed, LIMITS)
    least = do_nothing(rules(dear, seed, LIMITS).problem, Limits(seconds=None))
    assert least is not None
    assert archive.mean(found.best) >= archive.mean(least)
    assert archive.mean(found.best) == max(archive.mean(one) for one in found.feasible)


def test_trust_region_only_shrinks_inside_a_round(plan: Plan) -> None:
    """Round 0 has no trust region; later proposals differ from the incumbent in at most so many initiatives."""
    incumbent: dict[str, int] = {}
    for number, step in enumerate(plan.iterations):
        assert (step.delta is None) == (step.round == 0)
        if step.delta is not None and number:
            names = {*incumbent, *step.proposal}
            if incumbent:
                assert sum(incumbent.get(n) != step.proposal.get(n) for n in names) <= step.delta
        assert step.accepted == (step.gain.mean > 0.0 and step.gain.mean >= 1.645 * step.gain.se)
        if step.accepted:
            incumbent = dict(step.proposal)
    assert plan.iterations[0].round == 0


def test_null_initiative_is_left_out_and_changes_no_choice(shop: Scenario, plan: Plan) -> None:
    """An initiative that does nothing earns nothing: the plainer roadmap is taken, the rest is as before."""
    wide = corner_shop(adding_initiative("nothing", {"duration_months": 1}))
    found = optimize.plan(wide, SEED, LIMITS)
    assert "nothing" not in found.roadmap
    assert found.roadmap == plan.roadmap


def test_scenario_without_candidates() -> None:
    """There is nothing to choose: the empty roadmap, worth exactly nothing."""
    empty = corner_shop(setting("initiatives", {}))
    found = optimize.plan(empty, SEED, LIMITS)
    assert found.roadmap == {}
    assert found.document()["outcomes"]["npv"]["mean"] == 0.0
    assert found.outcomes[0].npv.any() == np.False_


def test_small_case_is_enumerated_and_says_so() -> None:
    """Two candidates and few starts: every feasible roadmap is simulated, and only then is the word proved used."""
    small = corner_shop(*(without(f"initiatives.{name}") for name in ("pos", "web", "edr")))
    listed = optimize.plan(small, SEED, replace(LIMITS, enumerate_paths=100_000))
    assert listed.claim.startswith("Every feasible roadmap was simulated")
    assert "proved" in listed.claim
    searched = optimize.plan(small, SEED, LIMITS)
    assert "proved" not in searched.claim
    assert "none better within 1 move" in searched.claim


def test_infeasible_scenario_says_which_demands_conflict() -> None:
    """No money for the duty: no plan, but the budget and the duty by name."""
    poor = corner_shop(setting("money.budgets.change.amount", 100), setting("money.budgets.change.carry_share", 0.0),
                       without("money.budgets.change.carry_cap"))  # fmt: skip
    with pytest.raises(NoRoadmap) as raised:
        optimize.plan(poor, SEED, LIMITS)
    text = " ".join(raised.value.sentences)
    assert "budget change" in text
    assert "mandatory basic_backup" in text


def test_time_limit_stops_and_is_told(shop: Scenario) -> None:
    """A clock that has run out leaves a plan that is allowed and says that it was stopped."""
    hasty = optimize.plan(shop, SEED, replace(LIMITS, seconds=1e-6))
    assert hasty.stopped_by_time
    assert "not completed" in hasty.claim
    assert not violations(rules(shop, SEED, LIMITS).problem, periods(shop, hasty.roadmap))
    clock = Clock(None)
    assert not clock.over()


def test_finalists_differ_and_hold_the_least_roadmap(shop: Scenario) -> None:
    """No two finalists are one start apart; doing nothing is always among them."""
    found, archive, _ = loop(shop, SEED, LIMITS)
    chosen = choose_finalists(archive, found.feasible, {"basic_backup": 3}, 4)
    assert chosen[0] == found.best
    assert {"basic_backup": 3} in chosen
    assert len({key(one) for one in chosen}) == len(chosen) == 4


def test_progress_is_told(shop: Scenario) -> None:
    """Every stage reports its work, and never more done than known of."""
    told: list[tuple[str, int, int]] = []
    optimize.plan(shop, SEED, LIMITS, progress=lambda stage, done, total: told.append((stage, done, total)))
    assert {"value of each initiative", "finalists on fresh draws", "figures of the report"} <= {t[0] for t in told}
    assert all(0 < done <= total for _, done, total in told)


def test_plan_claims_no_proof_of_what_was_only_simulated(plan: Plan) -> None:
    """Where not every roadmap was simulated, "proved" and "optimal" are said of no simulated value."""
    assert "Every feasible roadmap" not in plan.claim
    for text in (plan.claim, plan.verdict):
        assert "proved" not in text
        assert "optimal" not in text


def test_gaps_have_draws_of_their_own(plan: Plan) -> None:
    """Three gaps apart, each stated: of the model on what was simulated, of the sample on draws that served nothing
    else, of the solver on the last program."""
    gaps = plan.gaps
    assert gaps.model.roadmaps > 10
    assert gaps.constant == plan.program.constant
    assert gaps.sampling is not None
    assert 0.0 <= gaps.sampling.mean <= gaps.sampling.upper
    assert (gaps.solver.objective, gaps.solver.bound) == (plan.objective, plan.bound)
    first = plan.draws["sampling_gap"].first
    assert all(one.first + one.draws <= first for name, one in plan.draws.items() if name != "sampling_gap")


def test_program_alone_is_a_yardstick_on_the_same_draws(shop: Scenario, plan: Plan) -> None:
    """The proposal of the first program, valued on the draws of the report beside the rules."""
    alone = plan.yardsticks[-1]
    assert alone.policy == "program alone"
    assert dict(alone.roadmap) == dict(plan.iterations[0].proposal)
    fresh = evaluate(shop, [plan.roadmap, alone.roadmap], LIMITS.report_draws, SEED, first_draw=REPORT_FROM)
    assert alone.gain.mean == pytest.approx(float(np.mean(fresh[0].npv - fresh[1].npv)), abs=1e-6)


def test_value_of_uncertainty_is_the_paired_gain_over_the_plan_of_means(shop: Scenario, plan: Plan) -> None:
    """Both roadmaps with all their uncertainty, on the draws of the report."""
    found = plan.stochastic_value
    assert found is not None
    fresh = evaluate(shop, [plan.roadmap, found.roadmap], LIMITS.report_draws, SEED, first_draw=REPORT_FROM)
    assert found.value.mean == pytest.approx(float(np.mean(fresh[0].npv - fresh[1].npv)), abs=1e-6)
    assert found.npv.mean == pytest.approx(float(np.mean(fresh[1].npv)), rel=1e-9, abs=1e-6)
