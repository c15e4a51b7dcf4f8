"""The loop ends in the best of all roadmaps, told by simulating every one of them on the same draws."""

from __future__ import annotations

import pytest

import scenarios
from benchmarks.exhaustive import LIMITS, STARTS, Comparison, cuts, every_feasible, loop

SEED = 4
SIZE = 4  # one less than the benchmark, which runs on every business


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return next(cuts(scenarios.load("retailer"), SEED, count=1, size=SIZE))


def test_cut_has_a_requirement_and_an_exclusion() -> None:
    """The random cut of the retailer holds what makes the choice hard."""
    from benchmarks.exhaustive import cut, random_names

    shop = scenarios.load("retailer")
    small = cut(shop, random_names(shop, SEED, SIZE), STARTS)
    assert len(small.initiatives) == 4
    assert small.periods == STARTS
    assert any(one.requires for one in small.initiatives.values())
    assert small.exclusive


def test_loop_is_as_good_as_the_list_of_every_roadmap(compared: Comparison) -> None:
    """256 common draws: the exhaustive best where that is 2 standard errors clear, else within the indifference.

    Both see the same draws, so nothing is left to chance.
    """
    assert compared.passes, compared
    assert compared.feasible > 50


def test_loop_simulates_less_than_the_list(compared: Comparison) -> None:
    """The loop is not a list in disguise."""
    assert compared.simulated < compared.feasible


def test_the_yardstick_of_the_comparison_can_fail(compared: Comparison) -> None:
    """A roadmap that is worse by more than the indifference would not pass."""
    worse = Comparison(**{**vars(compared), "regret": compared.indifference + 1.0})
    assert not worse.passes


def test_enumeration_finds_the_same_feasible_roadmaps() -> None:
    """The product's own list of small cases holds exactly the roadmaps that the combinations give."""
    from dataclasses import replace

    from benchmarks.exhaustive import cut, random_names

    shop = scenarios.load("retailer")
    small = cut(shop, random_names(shop, SEED, SIZE), 3)
    limits = replace(LIMITS, search_draws=8, enumerate_paths=100_000)
    listed = every_feasible(small, SEED, limits)
    found, _, _ = loop(small, SEED, limits)
    assert found.exhaustive
    assert sorted(sorted(one.items()) for one in found.feasible) == sorted(sorted(one.items()) for one in listed)
