"""How firm an order of initiatives is when weights are drawn: cases by hand, the law of the weights, seeds."""

from collections.abc import Mapping

import numpy as np
import pytest
from scipy import stats

from optimize.archive import Estimate
from scenarios.alignment.firmness import CONCENTRATION, WEIGHTINGS, Firmness, drawn_weights, firmness
from scenarios.alignment.report import Aligned, Alignment, Movement
from scenarios.cli.render.gaps import firm

NOISE = 4.5 * 0.5 / np.sqrt(WEIGHTINGS)  # of a share: false alarm 7e-6


def one(name: str, shares: Mapping[str, float], cost: float = 10_000.0) -> Aligned:
    """An initiative that closes these shares of the gaps."""
    zero = Estimate(0.0, 0.0)
    moved = {
        goal: Movement(Estimate(share, 0.0), ("better" if share > 0 else "worse") if share else None, share)
        for goal, share in shares.items()
    }
    return Aligned(name, name.upper(), 0, {}, False, (), Alignment(Estimate(cost, 0.0), zero, zero, moved))


def found(ranked: list[Aligned], weights: Mapping[str, float], seed: int = 7) -> Firmness:
    firmest = firmness(ranked, weights, seed)
    assert firmest is not None
    return firmest


def test_one_goal_never_flips() -> None:
    """There is nothing to weigh: whatever the weight, the order is that of the shares."""
    order = [one(name, {"a": share}) for name, share in (("x", 0.9), ("y", 0.5), ("z", 0.2), ("v", 0.1))]
    firmest = found(order, {"a": 3.0})
    for kind in (firmest.near, firmest.flat):
        assert (kind.first, kind.rival, kind.top) == (1.0, None, {"x": 1.0, "y": 1.0, "z": 1.0})
    assert firm(firmest, {"x": "X"}) == (
        "How firm: with weights drawn around the stated ones, X stays first in 100 % of weightings; "
        "with any weights in 100 %."
    )


def test_two_opposed_goals_by_hand() -> None:
    """x closes 60 % of a, y 30 % of b, at the same cost: x is first where w_a > 1/3. Flat: 2/3 of the weightings;
    around equal weights: the beta law with parameters 10 and 10."""
    firmest = found([one("x", {"a": 0.6, "b": 0.0}), one("y", {"a": 0.0, "b": 0.3})], {"a": 1.0, "b": 1.0})
    assert firmest.flat.first == pytest.approx(2 / 3, abs=NOISE)
    half = CONCENTRATION / 2
    assert firmest.near.first == pytest.approx(1 - stats.beta.cdf(1 / 3, half, half), abs=NOISE)
    for kind in (firmest.near, firmest.flat):
        assert kind.rival == ("y", pytest.approx(1 - kind.first))
        assert kind.top == {"x": 1.0, "y": 1.0}  # of two both are among the first three
    assert "X stays first in 9" in firm(firmest, {"x": "X", "y": "Y"})
    assert "(else mostly Y)" in firm(firmest, {"x": "X", "y": "Y"})


def test_cost_counts() -> None:
    """At twice the cost x is first where 0.3 w_a > 0.3 w_b."""
    firmest = found([one("x", {"a": 0.6, "b": 0.0}, 20_000), one("y", {"a": 0.0, "b": 0.3})], {"a": 3.0, "b": 1.0})
    assert firmest.flat.first == pytest.approx(0.5, abs=NOISE)
    near = 1 - stats.beta.cdf(0.5, 0.75 * CONCENTRATION, 0.25 * CONCENTRATION)
    assert firmest.near.first == pytest.approx(near, abs=NOISE)


def test_who_is_among_the_first_three() -> None:
    """x, y, z serve a alike but for a little, v serves b: z falls behind it where 0.4 w_b > 0.3 w_a."""
    rows = {"x": (0.5, 0.0), "y": (0.4, 0.0), "z": (0.3, 0.0), "v": (0.0, 0.4)}
    order = [one(name, {"a": a, "b": b}) for name, (a, b) in rows.items()]
    flat = found(order, {"a": 5.0, "b": 1.0}).flat
    assert (flat.top["x"], flat.top["y"]) == (1.0, 1.0)
    assert flat.top["z"] == pytest.approx(3 / 7, abs=NOISE)
    assert flat.first == pytest.approx(5 / 9, abs=NOISE)
    text = firm(found(order, {"a": 5.0, "b": 1.0}), {name: name.upper() for name in rows})
    assert "Among the first three stay X in 100 % (100 %), Y in 100 % (100 %) and Z in" in text


def test_what_is_free_and_good_is_first_whatever_the_weights_and_harm_never_is() -> None:
    order = [
        one("free", {"a": 0.01, "b": 0.01}, 0.0),
        one("x", {"a": 0.9, "b": 0.9}),
        one("bad", {"a": -1, "b": -1}, 0.0),
    ]
    firmest = found(order, {"a": 1.0, "b": 1.0})
    assert firmest.flat.first == firmest.near.first == 1.0
    assert firmest.flat.top == {"free": 1.0, "x": 1.0, "bad": 1.0}


def test_equals_keep_their_order_and_nothing_that_moves_a_goal_has_none() -> None:
    twins = [one("x", {"a": 0.5, "b": 0.1}), one("y", {"a": 0.5, "b": 0.1})]
    assert found(twins, {"a": 1.0, "b": 2.0}).flat.first == 1.0
    assert firmness([one("x", {"a": 0.0})], {"a": 1.0}, 7) is None
    assert firmness([], {"a": 1.0}, 7) is None


def test_weights_follow_their_law() -> None:
    """Mean and spread of Dirichlet (6, 12, 2); sums of 1; a seed gives the same bits, another one others."""
    alpha = np.array([6.0, 12.0, 2.0])
    drawn = drawn_weights(["a", "b", "c"], alpha, 7)
    np.testing.assert_allclose(drawn.sum(axis=1), 1.0)
    mean = alpha / 20
    spread = np.sqrt(mean * (1 - mean) / 21)
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=4.5 * spread.max() / np.sqrt(WEIGHTINGS))
    np.testing.assert_allclose(drawn.std(axis=0), spread, rtol=0.07)
    np.testing.assert_array_equal(drawn, drawn_weights(["a", "b", "c"], alpha, 7))
    assert not np.array_equal(drawn, drawn_weights(["a", "b", "c"], alpha, 8))
