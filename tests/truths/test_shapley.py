"""Shapley values of games whose answer is known: additive, one pair, airport, a permission, and the axioms.

Sampled orders have fixed seeds; where a value is compared with its standard error, four of them are a false alarm in
one case of 16,000, or of 300 with few pairs of orders.
"""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest

from scenarios.attribution.coalitions import Permission, permission
from scenarios.attribution.linear import Sums, tail_terms
from scenarios.attribution.pairs import alone_weights, last_weights
from scenarios.attribution.shapley import Orders, orders, shapley
from sim.measures import cvar

Game = Callable[[int], float]


def members(coalition: int, n: int) -> list[int]:
    return [i for i in range(n) if coalition >> i & 1]


def additive(values: list[float]) -> Game:
    return lambda coalition: math.fsum(values[i] for i in members(coalition, len(values)))


def airport(costs: list[float]) -> Game:
    """A runway costs what its largest aircraft needs (Littlechild and Owen 1973)."""
    return lambda coalition: max((costs[i] for i in members(coalition, len(costs))), default=0.0)


def airport_value(costs: list[float]) -> list[float]:
    """Each stretch of the runway is shared by those who need it."""
    order = sorted(range(len(costs)), key=lambda i: costs[i])
    found, paid, before = [0.0] * len(costs), 0.0, 0.0
    for rank, i in enumerate(order):
        paid += (costs[i] - before) / (len(costs) - rank)
        found[i], before = paid, costs[i]
    return found


def by_definition(game: Game, n: int) -> list[float]:
    """The mean over all n! orders."""
    total = [0.0] * n
    for order in itertools.permutations(range(n)):
        coalition = 0
        for i in order:
            total[i] += game(coalition | 1 << i) - game(coalition)
            coalition |= 1 << i
    return [x / math.factorial(n) for x in total]


def noisy(n: int, seed: int) -> Game:
    """A game without any structure."""
    table = np.random.default_rng(seed).standard_normal(1 << n)
    table[0] = 0.0
    return lambda coalition: float(table[coalition])


@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_all_orders_by_weights_are_all_orders_one_by_one(n: int) -> None:
    game = noisy(n, seed=n)
    assert shapley(game, Orders(n, None)) == pytest.approx(by_definition(game, n), rel=1e-9, abs=1e-12)


def test_sampled_orders_are_the_mean_over_those_orders() -> None:
    """Against the marginal contributions one by one; the error against the pairs of an order and its reverse."""
    n, game = 9, noisy(9, seed=1)
    which = orders(n, 20, seed=3)
    assert which.rows is not None
    assert not which.exact
    marginal = np.zeros((20, n))
    for line, order in zip(marginal, which.rows, strict=True):
        coalition = 0
        for i in order:
            line[i] = game(coalition | 1 << int(i)) - game(coalition)
            coalition |= 1 << int(i)
    assert shapley(game, which) == pytest.approx(marginal.mean(axis=0), rel=1e-9, abs=1e-12)
    assert (which.rows[0::2] == which.rows[1::2, ::-1]).all()
    pairs = marginal.reshape(10, 2, n).mean(axis=1)
    assert which.errors(game) == pytest.approx(pairs.std(axis=0, ddof=1) / math.sqrt(10), rel=1e-9)


def test_additive_game() -> None:
    """Everyone gets its own worth, whatever the orders, and no order errs."""
    values = [3.0, -1.5, 0.0, 7.25, 2.0, 2.0, -4.0, 1.0, 0.5, 6.0]
    for which in (Orders(10, None), orders(10, 4, seed=1)):
        assert shapley(additive(values), which) == pytest.approx(values, abs=1e-12)
        assert which.errors(additive(values)) == pytest.approx(np.zeros(10), abs=1e-12)


def test_one_pair_shares_what_only_both_make() -> None:
    """Half each; an order and its reverse together say so without error, however few they are."""
    values = [1.0] * 10
    game: Game = lambda coalition: additive(values)(coalition) + (8.0 if coalition & 0b11 == 0b11 else 0.0)  # noqa: E731
    known = [5.0, 5.0, *[1.0] * 8]
    for which in (Orders(10, None), orders(10, 4, seed=1)):
        assert shapley(game, which) == pytest.approx(known, abs=1e-12)
        assert which.errors(game) == pytest.approx(np.zeros(10), abs=1e-12)


def test_airport_game() -> None:
    """Exact by all orders; within four errors by sampled ones, and the error shrinks with their root."""
    costs = [1.0, 2.0, 4.0, 4.5, 7.0, 11.0, 11.0, 16.0, 30.0, 31.0]
    known = airport_value(costs)
    assert math.fsum(known) == pytest.approx(31.0, rel=1e-12)
    assert shapley(airport(costs), Orders(10, None)) == pytest.approx(known, rel=1e-9)
    errors = []
    for count in (100, 1600):
        which = orders(10, count, seed=5)
        found, error = shapley(airport(costs), which), which.errors(airport(costs))
        assert (np.abs(found - known) < 4.0 * error + 1e-9).all()
        errors.append(float(np.linalg.norm(error)))
    assert errors[1] == pytest.approx(errors[0] / 4.0, rel=0.35)


def test_error_of_orders_covers() -> None:
    """95 % intervals from 32 orders (Student with 15 degrees of freedom) hold at least 93 % of 2,000 values: 200 sets
    of orders of 10 players; a true coverage of 95 % falls below by chance with probability under 0.1 %."""
    game = airport([1.0, 2.0, 4.0, 4.5, 7.0, 11.0, 12.0, 16.0, 30.0, 31.0])
    known = shapley(game, Orders(10, None))
    hits = 0
    for seed in range(200):
        which = orders(10, 32, seed)
        hits += int(np.count_nonzero(np.abs(shapley(game, which) - known) <= 2.131 * which.errors(game) + 1e-12))
    assert hits >= 0.93 * 2000


@pytest.mark.parametrize("which", [Orders(7, None), orders(9, 6, seed=2)], ids=["all", "sampled"])
def test_axioms(which: Orders) -> None:
    """Efficiency and linearity in every game, null player for one that adds nothing; symmetry over all orders."""
    n = which.players
    one, two = noisy(n, seed=8), noisy(n, seed=9)
    assert shapley(one, which).sum() == pytest.approx(one((1 << n) - 1), rel=1e-9)
    both = shapley(lambda coalition: 2.0 * one(coalition) - 3.0 * two(coalition), which)
    assert both == pytest.approx(2.0 * shapley(one, which) - 3.0 * shapley(two, which), rel=1e-9, abs=1e-12)
    without_last = shapley(lambda coalition: one(coalition & ~(1 << n - 1)), which)
    assert without_last[n - 1] == pytest.approx(0.0, abs=1e-12)
    if which.exact:
        alike = shapley(lambda coalition: float((coalition & 0b11).bit_count()) ** 2 + one(coalition & ~0b11), which)
        assert alike[0] == pytest.approx(alike[1], rel=1e-9)


def test_who_is_required_shares_what_it_makes_possible() -> None:
    """b makes 10 and cannot begin without a, which makes nothing by itself: half each. Their requirement is itself
    required by c, which makes 6: a third each."""
    two = permission(["a", "b"], {"b": ["a"]})
    game: Game = lambda coalition: 10.0 if two.permitted(coalition) & 0b10 else 0.0  # noqa: E731
    assert shapley(game, Orders(2, None)).tolist() == [5.0, 5.0]
    three = permission(["a", "b", "c"], {"c": ["b"], "b": ["a"]})
    game = lambda coalition: 6.0 if three.permitted(coalition) & 0b100 else 0.0  # noqa: E731
    assert shapley(game, Orders(3, None)) == pytest.approx([2.0, 2.0, 2.0], rel=1e-12)


@pytest.mark.parametrize("which", [Orders(6, None), orders(9, 8, seed=4)], ids=["all", "sampled"])
def test_weights_on_permitted_coalitions_give_the_same_values(which: Orders) -> None:
    """A coalition that is not permitted is worth what is permitted of it: fewer coalitions, the same sums."""
    n = which.players
    game = permission([str(i) for i in range(n)], {"1": ["0"], "2": ["1"], "4": ["0", "3"]})
    values = noisy(n, seed=6)
    weights = which.weights(game.permitted)
    assert all(game.permitted(coalition) == coalition for coalition in weights)
    assert len(weights) < len(which.weights())
    found = sum(weight * values(coalition) for coalition, weight in weights.items())
    direct = shapley(lambda coalition: values(game.permitted(coalition)), which)
    assert found == pytest.approx(direct, rel=1e-9, abs=1e-12)


def test_pairs_see_what_only_the_two_make() -> None:
    """In a game of pairs alone and in the roadmap agree; a third player that spoils it shows in the roadmap only."""
    free = Permission(tuple(1 << i for i in range(4)))
    game: Game = lambda coalition: (5.0 if coalition & 0b11 == 0b11 else 0.0) + float(coalition.bit_count())  # noqa: E731
    spoilt: Game = lambda coalition: game(coalition) - (4.0 if coalition & 0b111 == 0b111 else 0.0)  # noqa: E731

    def interplay(value: Game, i: int, j: int) -> tuple[float, float]:
        alone, last = alone_weights(free, i, j), last_weights(free, i, j)
        return sum(w * value(c) for c, w in alone), sum(w * value(c) for c, w in last)

    assert interplay(game, 0, 1) == (5.0, 5.0)
    assert interplay(game, 0, 3) == (0.0, 0.0)
    assert interplay(spoilt, 0, 1) == (5.0, 1.0)


def test_sums_are_the_products_of_weights_and_values() -> None:
    """Draw by draw, mean and error; coalitions without a weight count for nothing."""
    rng = np.random.default_rng(1)
    values = rng.standard_normal((3, 50))
    sums = Sums({1: np.array([0.5, 0.0]), 2: np.array([-1.0, 2.0])}, 50)
    for coalition in (1, 2, 3):
        sums.add(coalition, values[coalition - 1])
    assert sums.rows == pytest.approx(np.array([0.5 * values[0] - values[1], 2.0 * values[1]]), rel=1e-12)
    assert sums.means[3] == np.mean(values[2])
    found = sums.estimate(1)
    assert found.mean == pytest.approx(2.0 * np.mean(values[1]), rel=1e-12)
    assert found.se == pytest.approx(2.0 * np.std(values[1], ddof=1) / math.sqrt(50), rel=1e-12)


@pytest.mark.parametrize(("n", "level"), [(1000, 0.05), (999, 0.05), (10, 0.05), (64, 0.5), (7, 1.0)])
def test_tail_terms_have_the_cvar_as_their_mean(n: int, level: float) -> None:
    """Also where the tail is no whole number of draws, and among equal values."""
    values = np.round(np.random.default_rng(n).standard_normal(n), 1)
    assert np.mean(tail_terms(values, level)) == pytest.approx(cvar(values, level), rel=1e-12, abs=1e-12)
