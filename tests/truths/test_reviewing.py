"""Reviewing a roadmap: worth nothing without uncertainty, information or choice; what theory says otherwise."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from scenarios.policies_rolling.rolling import Past, past, roll, rule

Floats = NDArray[np.float64]
TRAIN, TEST = 2000, 4000
STAY, GO = {"a": 0}, {"a": 0, "b": 12}
CANDIDATES = [STAY, GO]


def worlds(seed: int) -> tuple[Floats, Floats]:
    chance = np.random.default_rng([42, seed])
    return chance.standard_normal(TRAIN), chance.standard_normal(TEST)


def value(gain: Floats) -> Floats:
    """Of staying and of going on."""
    return np.column_stack([np.zeros(len(gain)), gain])


def worth(gains: tuple[Floats, Floats], seen: tuple[Floats, Floats]) -> tuple[float, float]:
    """Value of reviewing in month 12 on the test draws, and its standard error."""
    train = value(gains[0])
    found = roll(CANDIDATES, [12], train, TEST, lambda _past, _month: (seen[0][:, None], seen[1][:, None]))
    once = int(np.argmax(train.mean(axis=0)))
    test = value(gains[1])
    change = test[np.arange(TEST), found.test] - test[:, once]
    return float(change.mean()), float(change.std() / math.sqrt(TEST))


@pytest.mark.parametrize("noise", [0.0, 0.5, 1.0, 2.0])
def test_linear_gaussian_value_of_information(noise: float) -> None:
    """Going on is worth theta ~ N(m, 1); theta + noise is seen. Reviewing is worth s phi(m/s) - |m| Phi(-|m|/s) with s
    the deviation of the posterior mean (Raiffa and Schlaifer 1961, unit normal linear loss)."""
    mean = -0.2
    theta, errors = worlds(1), worlds(2)
    gains = theta[0] + mean, theta[1] + mean
    found, se = worth(gains, (theta[0] + noise * errors[0], theta[1] + noise * errors[1]))
    s = 1.0 / math.sqrt(1.0 + noise**2)
    u = abs(mean) / s
    density = math.exp(-0.5 * u * u) / math.sqrt(2.0 * math.pi)
    expected = s * (density - u * 0.5 * math.erfc(u / math.sqrt(2.0)))
    assert found == pytest.approx(expected, abs=4.0 * se + 0.01)
    assert found > 0.0


def test_reviewing_without_uncertainty_is_worth_nothing() -> None:
    """Every draw is the same: the roadmap made once is the best of all draws."""
    same = np.full(TRAIN, 3.0), np.full(TEST, 3.0)
    assert worth(same, worlds(3)) == (0.0, 0.0)


def test_reviewing_without_information_is_worth_nothing() -> None:
    """What is observed says nothing of what is to come: over 20 cases the value keeps to 0 within its error."""
    values = []
    for seed in range(20):
        theta = worlds(100 + seed)
        values.append(worth((theta[0] - 0.05, theta[1] - 0.05), worlds(200 + seed))[0])
    assert abs(float(np.mean(values))) < 0.01
    assert sum(one != 0.0 for one in values) <= 4


def test_constant_observation_gives_no_rule() -> None:
    theta = worlds(5)
    assert rule(value(theta[0]), 0, np.ones((TRAIN, 3)), np.ones((TEST, 3))) is None


def test_reviewing_with_nothing_left_to_decide_is_worth_nothing() -> None:
    theta = worlds(6)
    found = roll([GO], [12, 24], theta[0][:, None], TEST, lambda _past, _month: (theta[0][:, None], theta[1][:, None]))
    assert not found.test.any()
    assert not found.rules


def test_beginning_is_never_reviewed() -> None:
    """Roadmaps that differ before the first review are chosen by their mean, whatever is observed later."""
    early, late = {"a": 0}, {"b": 3}
    theta = worlds(7)
    worths = np.column_stack([theta[0], 0.1 + 0.0 * theta[0]])
    found = roll([early, late], [12], worths, TEST, lambda _past, _month: (theta[0][:, None], theta[1][:, None]))
    assert set(found.test.tolist()) == {int(np.argmax(worths.mean(axis=0)))}


def test_second_review_keeps_to_the_past_of_the_first() -> None:
    """In each draw the continuation shares with the first choice all that begins before the second review, and two
    reviews of two unknowns are worth what each is alone."""
    plans = [{}, {"b": 12}, {"c": 24}, {"b": 12, "c": 24}]
    first, second = worlds(8), worlds(9)
    worths = np.column_stack([0.0 * first[0], first[0], second[0], first[0] + second[0]])
    seen_at: list[tuple[Past, int]] = []

    def observe(known: Past, month: int) -> tuple[Floats, Floats]:
        seen_at.append((known, month))
        which = first if month == 12 else second
        return which[0][:, None], which[1][:, None]

    found = roll(plans, [12, 24], worths, TEST, observe)
    assert set(seen_at) == {((), 12), ((), 24), ((("b", 12),), 24)}
    test = np.column_stack([0.0 * first[1], first[1], second[1], first[1] + second[1]])
    mean = float(test[np.arange(TEST), found.test].mean())
    assert mean == pytest.approx(2.0 / math.sqrt(2.0 * math.pi), abs=0.06)


def test_no_hindsight() -> None:
    """The rule of a test draw is the same whatever that draw turns out to be worth: it is never told."""
    theta, errors = worlds(10), worlds(11)
    seen = theta[0] + errors[0], theta[1] + errors[1]
    picks = rule(value(theta[0]), 0, seen[0][:, None], seen[1][:, None])
    assert picks is not None
    wrong = theta[1][picks[1] == 1]
    assert (wrong < 0.0).any()  # hindsight would never go on where it loses


def test_past_is_what_has_begun() -> None:
    assert past({"pos": 0, "web": 12}, 12) == (("pos", 0),)
    assert past({"pos": 0, "web": 12}, 13) == (("pos", 0), ("web", 12))
