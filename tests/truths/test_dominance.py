"""Dominance of paired samples: sure gains, spreads that keep the mean, crossings, and the rate of false alarms."""

import numpy as np
import pytest
from numpy.typing import NDArray

from scenarios.comparing.dominance import Dominance, dominance, dominances
from scenarios.comparing.paired import difference, gap, odds

Floats = NDArray[np.float64]
N = 2000


def normal(seed: int, n: int = N) -> Floats:
    return np.random.default_rng([77, seed]).standard_normal(n)


def answers(pair: tuple[Dominance, Dominance]) -> list[str]:
    return [one.first for one in pair]


def test_sample_dominates_itself_in_no_order() -> None:
    """Difference 0, ties counted, no claim."""
    x = normal(1)
    assert answers(dominances(x, x, 1)) == ["same", "same"]
    assert difference(x, x, "EUR").verdict == "no difference"
    assert odds(gap(x, x)).better.estimate == 0.0
    assert odds(gap(x, x)).ties == 1.0


@pytest.mark.parametrize("gain", [1e-3, 1.0])
def test_sure_gain_dominates_in_both_orders(gain: float) -> None:
    """However small it is: with common draws it shows in every draw."""
    x = normal(2)
    first, second = dominances(x + gain, x, 1)
    assert (first.first, first.second, first.in_every_draw) == ("dominates", "does not", "first")
    assert (second.first, second.second) == ("dominates", "does not")


def test_gain_of_independent_samples_dominates() -> None:
    """Without common draws the test itself must find it: half a standard deviation in 2,000 draws."""
    found = dominances(normal(3) + 0.5, normal(4), 1)
    assert answers(found) == ["dominates", "dominates"]
    assert [one.second for one in found] == ["does not", "does not"]
    assert found[0].in_every_draw is None


def test_spread_that_keeps_the_mean_is_dominated_in_second_order_only() -> None:
    """X against X + noise of mean 0 given X (Rothschild and Stiglitz 1970, Increasing risk I), each noise with its
    mirror image, so that the mean of the sample is kept as well."""
    x, noise = normal(5, 20_000), normal(6, 10_000)
    first, second = dominances(x, x + 1.5 * np.concatenate([noise, -noise]), 1)
    assert (first.first, first.second) == ("does not", "does not")
    assert (second.first, second.second) == ("dominates", "does not")


def test_averted_catastrophe_is_not_overlooked() -> None:
    """B costs a little and averts, in one draw of fifty, what makes its mean the larger one: A is above B in 98 % of
    the draws and at every quantile up to 90 %, yet it does not dominate."""
    x = normal(11)
    averted = np.where(np.arange(N) % 50 == 0, 20.0, 0.0)
    for one in dominances(x, x - 0.3 + averted, 1):
        assert one.first != "dominates"
        assert one.second != "dominates"


def test_dearer_and_riskier_sample_crosses() -> None:
    """A larger mean with a worse tail: neither dominates in any order."""
    found = dominances(normal(7) * 3.0 + 0.7, normal(8), 1)
    assert [(one.first, one.second) for one in found] == [("does not", "does not")] * 2


def test_too_few_draws_cannot_tell_and_say_how_many_would() -> None:
    """A twentieth of a deviation in 300 independent draws."""
    one, other = normal(9, 300) + 0.05, normal(10, 300)
    found = dominance(one, other, 1, 1)
    assert found.first == "cannot tell yet"
    many = found.draws_to_tell
    assert many is None or many > 300
    told = difference(one, other, "EUR")
    assert told.verdict == "cannot tell yet"
    assert told.draws_to_tell is not None
    assert told.draws_to_tell > 300


def test_false_alarms_of_equal_distributions_are_rare() -> None:
    """200 pairs of equal distributions, half of them with shared luck. "Does not" has a false alarm rate of at most 5 %
    (each direction); 22 or more of 200 happen with a probability of 0.001 at that rate. "Dominates" is rarer still."""
    refuted = [0, 0]
    claimed = 0
    for seed in range(200):
        shared = normal(1000 + seed, 400) * (seed % 2)
        one, other = shared + normal(2000 + seed, 400), shared + normal(3000 + seed, 400)
        found = dominances(one, other, seed)
        refuted[0] += found[0].first == "does not"
        refuted[1] += found[1].first == "does not"
        claimed += any(answer.first == "dominates" for answer in found)
    assert max(refuted) < 22
    assert claimed < 22


def test_first_order_implies_second_order() -> None:
    """In every answer that is given, whatever the samples."""
    for seed in range(20):
        one, other = normal(seed, 500) * (1.0 + 0.05 * seed) + 0.02 * seed, normal(100 + seed, 500)
        first, second = dominances(one, other, seed)
        for way in ("first", "second"):
            assert not (getattr(first, way) == "dominates" and getattr(second, way) != "dominates")
            assert not (getattr(second, way) == "does not" and getattr(first, way) != "does not")
