"""Roadmaps after a wait keep every requirement, window and rule, or are counted out."""

from typing import Any

import numpy as np
import pytest

from scenarios.decisions.choices import decision_set
from scenarios.decisions.delayed import delayed
from scenarios.load import parse
from sim.world import Scenario
from tests.unit.bad_files import TEXT

SEED = 7


def shop(*edits: tuple[str, str]) -> Scenario:
    text = TEXT
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return parse(text.encode(), "shop.yaml")


MONTHLY = ("planning_months: 24\n", "planning_months: 24\nperiod_months: 1\n")
WEB_LAG = ("requires: [{initiative: pos}]", "requires: [{initiative: pos, lag_months: 2}]")
WEB_DEADLINE = ("    life_months: 24\n", "    life_months: 24\n    deadline_month: 12\n")
WEB_MANDATORY = ("    life_months: 24\n", "    life_months: 24\n    mandatory: true\n    deadline_month: 24\n")


def ready(scenario: Scenario, starts: dict[str, int]) -> bool:
    """Whether every start keeps what must come before it, its deadline and the planning months."""
    for name, month in starts.items():
        one = scenario.initiatives[name]
        for rule in one.requires:
            if rule.initiative not in starts:
                return False
            first = starts[rule.initiative] + rule.lag_months
            if rule.counted_from == "finish":
                first += scenario.initiatives[rule.initiative].planned_months
            if month < first:
                return False
        if one.deadline_month is not None and month + one.planned_months > one.deadline_month:
            return False
        if not one.first_month <= month < scenario.planning_months:
            return False
    return True


def test_what_comes_before_waits_no_longer_than_what_comes_after_allows() -> None:
    """The shop must be finished by month 12, takes 4 months, and comes 2 months after the tills, which take 3: with a
    wait of 5 the shop moves from 7 to its last month, 8, and the tills only from 2 to 3, not to 7."""
    found = delayed(shop(MONTHLY, WEB_LAG, WEB_DEADLINE), [{"pos": 2, "web": 7}], 5)
    assert found.roadmaps == ({"pos": 3, "web": 8},)
    assert (found.lost, dict(found.out)) == ((), {})


def test_what_a_decided_start_requires_does_not_wait_past_it() -> None:
    """A mandatory shop stays in month 9, so the tills can move to month 4 at most; so does a pinned one."""
    assert delayed(shop(MONTHLY, WEB_LAG, WEB_MANDATORY), [{"pos": 0, "web": 9}], 6).roadmaps == ({"pos": 4, "web": 9},)
    pinned = shop(MONTHLY, WEB_LAG, ("exclusive: {}", "exclusive: {}\npins: {web: {start_month: 9}}"))
    assert delayed(pinned, [{"pos": 0, "web": 9}], 6).roadmaps == ({"pos": 4, "web": 9},)


@pytest.mark.parametrize("step", [1, 3])
def test_starts_that_keep_the_rules_keep_them_after_any_wait(step: int) -> None:
    """Random roadmaps that are ready, any wait: the delayed ones are ready, none is earlier, and they start with
    planning periods where they did."""
    deadline = ("    life_months: 24\n", "    life_months: 24\n    deadline_month: 18\n")
    scenario = shop((MONTHLY[0], f"planning_months: 24\nperiod_months: {step}\n"), WEB_LAG, deadline)
    rng = np.random.default_rng([3, step])
    tried = 0
    for _ in range(400):
        starts = {n: int(step * rng.integers(24 // step)) for n in scenario.initiatives if rng.random() < 0.7}
        if not ready(scenario, starts):
            continue
        tried += 1
        found = delayed(scenario, [starts], int(rng.integers(1, 15)))
        later = found.roadmaps[0]
        assert ready(scenario, later)
        assert all(later[name] >= starts[name] and later[name] % step == 0 for name in later)
        assert set(found.lost) == set(starts) - set(later)
    assert tried > 50


def test_a_wait_takes_whole_periods_of_roadmaps_that_start_with_them() -> None:
    quarterly = shop((MONTHLY[0], "planning_months: 24\nperiod_months: 3\n"))
    found = delayed(quarterly, [{"edr": 3}, {"edr": 4}], 2)
    assert found.roadmaps == ({"edr": 6}, {"edr": 6})
    assert found.wait == 3


def test_what_breaks_a_rule_after_the_wait_is_counted_out() -> None:
    """Month 5 is closed for new starts: what would start in it is counted out with the reason; others are not."""
    closed = ("exclusive: {}", "exclusive: {}\nblackouts: {summer: {calendar_months: [6], what: start}}")
    scenario = shop(MONTHLY, closed)
    chosen = decision_set(
        scenario, SEED, roadmaps=[{"edr": 3, "basic_backup": 0}, {"edr": 4, "basic_backup": 0}], resolved=0
    )
    found = delayed(scenario, chosen.roadmaps, 2, chosen.problem, chosen.least)
    assert list(found.out) == [0]
    assert "summer" in found.out[0]
    assert found.kept == (1, 2)
    assert found.roadmaps[0]["edr"] == 6
    assert found.roadmaps[1] == dict(chosen.least)  # decided already: it does not wait


def test_a_rule_that_was_broken_before_counts_nothing_out() -> None:
    """The planner's own roadmap is over budget from the start; waiting is not what breaks it."""
    scenario = shop(MONTHLY)
    starts: dict[str, Any] = {"pos": 0, "web": 3, "edr": 0, "basic_backup": 0}
    chosen = decision_set(scenario, SEED, roadmaps=[starts], resolved=0)
    assert delayed(scenario, chosen.roadmaps, 2, chosen.problem, chosen.least).out == {}
