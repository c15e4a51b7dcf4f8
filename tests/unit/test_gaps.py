"""The gaps are what they say, and the verdict claims no more than the draws carry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimize.archive import Archive, Estimate
from optimize.check import worth
from optimize.gaps import model_gap, solver_gap
from optimize.linearise import linearise
from optimize.plan_limits import SEARCH_FROM, PlanLimits
from optimize.problem import Initiative, RoadmapProblem, Triple, TrustRegion
from optimize.risk.worlds import around
from optimize.solve import solve
from optimize.stochastic_value import at_means, expected_value_plan
from optimize.valuation import rules, valuation
from optimize.verdict import verdict
from sim.parameters import parameters
from tests.naive.shops import corner_shop

SEED = 7
LIMITS = PlanLimits(search_draws=16, pair_draws=16, linear_draws=16, cost_draws=256, grid=4, mean_draws=4)


def test_model_gap_is_program_minus_simulation() -> None:
    """0 for the incumbent of the program; for the others the difference of the two, the largest one named."""
    shop = corner_shop()
    archive = Archive(shop, SEED, SEARCH_FROM, 16, LIMITS)
    ruled = rules(shop, SEED, LIMITS)
    incumbent = {"pos": 0, "basic_backup": 1}
    region = TrustRegion(incumbent=incumbent, at_most=3)
    linear = linearise(valuation(ruled, archive, LIMITS), archive, incumbent, LIMITS)
    program = linear.model_copy(update={"trust_region": region})
    others = [{"pos": 2, "edr": 3, "basic_backup": 3}, {"basic_backup": 0, "edr": 1}]
    archive.simulate(others, "test")
    found = model_gap(program, archive, [incumbent, *others], incumbent)
    gaps = [worth(program, one) - float(np.mean(archive.npv(one))) for one in (incumbent, *others)]
    assert found.recommended.mean == pytest.approx(0.0, abs=1e-6)
    assert found.mean.mean == pytest.approx(np.mean(gaps))
    assert found.size == pytest.approx(np.mean(np.abs(gaps)))
    assert found.worst.mean == pytest.approx(max(gaps, key=abs))
    assert found.worst.se > 0.0
    assert found.roadmaps == 3
    with pytest.raises(ValueError, match="not simulated"):
        model_gap(
            program.model_copy(update={"trust_region": TrustRegion(incumbent={"web": 7}, at_most=1)}), archive, [], {}
        )


def test_solver_gap_is_that_of_the_answer() -> None:
    """A proved answer has none; without an answer there is no figure."""
    one = RoadmapProblem(periods=1, initiatives=(Initiative(id="a", value=(5.0,)),))
    found = solver_gap(one, solve(one))
    assert (found.value, found.objective, found.changes) == (0.0, 5.0, None)
    closed = one.model_copy(update={"forbidden": ({}, {"a": 0})})
    nothing = solver_gap(closed, solve(closed))
    assert nothing.value is None
    assert nothing.status == "infeasible"


def test_scenario_at_its_means_has_no_driver_left() -> None:
    """Each uncertain number stands at its mean within its range, the others are untouched; the original keeps its
    drivers."""
    shop = corner_shop()
    before, after = parameters(shop), parameters(at_means(shop))
    assert len(before.drivers) > 5
    assert not after.drivers
    own = {number.path: number for number in before.numbers}
    for number in after.numbers:
        expected = np.clip(own[number.path].quantity.mean, number.low, number.high)
        assert number.quantity.params[0] == pytest.approx(float(expected))


def test_program_of_futures_is_exact_for_its_incumbent_with_triples() -> None:
    """What triples add beside the incumbent is taken out of the values of every future, as it is in the mean."""
    shop = corner_shop()
    shop = shop.model_copy(update={"money": shop.money.model_copy(update={"objective": "worst_future"})})
    archive = Archive(shop, SEED, SEARCH_FROM, 16, LIMITS)
    ruled = rules(shop, SEED, LIMITS)
    terms = (
        Triple(first="pos", second="edr", third="basic_backup", value=5e3),
        Triple(first="pos", second="edr", third="cloud_backup", value=-7e3),
    )
    plain = valuation(ruled, archive, LIMITS)
    richer = replace(plain, problem=plain.problem.model_copy(update={"triples": terms}))
    incumbent = {"pos": 0, "edr": 2, "basic_backup": 1}
    program = around(linearise(richer, archive, incumbent, LIMITS), richer, archive, incumbent, LIMITS)
    worst = min(float(np.mean(one.npv(incumbent))) for one in archive.futures.values())
    assert worth(program, incumbent) == pytest.approx(worst, abs=1e-6)


def test_expected_value_plan_keeps_the_limits_and_needs_few_draws() -> None:
    """It is a roadmap of the same problem."""
    shop = corner_shop()
    found = expected_value_plan(shop, SEED, rules(shop, SEED, LIMITS), LIMITS)
    assert found is not None
    assert "basic_backup" in found  # mandatory


def stick(policy: str, gain: float, se: float) -> tuple[str, Estimate]:
    return policy, Estimate(gain, se)


def test_verdict_claims_what_the_draws_carry() -> None:
    """Of two rules together each needs 1.96 standard errors; what is the same, worse or open is said."""
    assert verdict([], 99) == ""
    both = [stick("a", 2.0, 1.0), stick("b", 9.0, 1.0)]
    assert "beats the program alone and every simple rule" in verdict(both, 2048)
    mixed = verdict([*both[1:], stick("c", 1.9, 1.0), stick("d", 0.0, 0.0), stick("e", -5.0, 1.0)], 2048)
    assert verdict(both, 99, "the worst future").startswith("On 99 fresh draws, by the worst future, it beats")
    assert mixed == (
        'On 2,048 fresh draws it beats "b" (95 % confidence for all together); it earns the same as "d"; '
        'it is worse than "e"; it cannot be told whether it beats "c".'
    )
