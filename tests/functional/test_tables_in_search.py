"""Tables in the search: the same worth as by the kernel, where they take less, and a longer list of roadmaps."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import optimize
from optimize.archive import FEWEST, REACH, Archive, key
from optimize.limits import Limits
from optimize.plan_limits import SEARCH_FROM, PlanLimits
from sim.world import Scenario
from tests.naive.roadmap_worlds import FIXED, A, B, C, effects, world
from tests.naive.shops import setting

LIMITS = PlanLimits(
    search_draws=32, pair_draws=16, linear_draws=16, cost_draws=64, first_selection_draws=32, selection_draws=64,
    report_draws=64, enumerate_paths=32 * 200, solver=Limits(seconds=None, nodes=50_000, break_ties=False), threads=1,
)  # fmt: skip
SEED = 5
EVERY = [
    {name: t for name, t in zip((A, B, C), starts, strict=True) if t is not None}
    for starts in product((None, 0, 2, 4, 6), repeat=3)
]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Three initiatives that work on nothing in common, worth their money."""
    cheaper = {FIXED.replace(".", "__"): {"add": "-4k to -2k"}}
    return world(
        setting("money.budgets", {"change": {"amount": "200k", "carry_share": 1}}),
        *(effects(name, **cheaper) for name in (A, B, C)),
    )


def archive(scenario: Scenario, look_up: bool) -> Archive:
    return Archive(scenario, SEED, SEARCH_FROM, LIMITS.search_draws, LIMITS, look_up=look_up)


def test_many_roadmaps_are_looked_up_and_worth_what_the_kernel_says(scenario: Scenario) -> None:
    by_tables, by_kernel = archive(scenario, True), archive(scenario, False)
    for one in (by_tables, by_kernel):
        one.simulate(EVERY, "all")
    assert "_entries" in vars(by_tables)
    assert 12 <= len(by_tables._entries) < 30  # four starts of three, some slowed by scarce days
    assert "_entries" not in vars(by_kernel)
    for roadmap in EVERY:
        np.testing.assert_allclose(by_tables.npv(roadmap), by_kernel.npv(roadmap), rtol=1e-9, atol=1e-5)
        np.testing.assert_allclose(by_tables.cost(roadmap), by_kernel.cost(roadmap), rtol=1e-9)
    assert by_tables.paths == by_kernel.paths
    assert len(by_tables) == len(by_kernel) == len({key(one) for one in EVERY})


def test_few_roadmaps_and_few_draws_are_left_to_the_kernel(scenario: Scenario) -> None:
    few = archive(scenario, True)
    few.simulate(EVERY[: FEWEST - 1], "few")
    assert "_entries" not in vars(few)
    seldom = archive(scenario, True)
    seldom.simulate(EVERY, "on few draws", 4)  # 12 entries on 32 draws are dearer than 124 roadmaps on 4
    assert {len(seldom.npv(one)) for one in EVERY if one} == {4}


def test_a_list_too_long_for_the_kernel_is_proved_by_tables(scenario: Scenario) -> None:
    assert archive(scenario, True).reach == REACH
    assert archive(scenario, False).reach == 1
    plan = optimize.plan(scenario, SEED, LIMITS)
    assert "Every feasible roadmap was simulated" in plan.claim
    assert plan.draws["search"].path_roadmaps > LIMITS.enumerate_paths
