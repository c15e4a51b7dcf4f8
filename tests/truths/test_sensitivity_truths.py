"""Indices, effects and bars of models whose sensitivity is known, through the path that the kernel's outcomes take."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import ks_2samp

from scenarios.sensing import given_data
from scenarios.sensing.decision import decision, explained, known_gain
from scenarios.sensing.given_data import distances, from_data
from scenarios.sensing.levers import factors
from scenarios.sensing.morris import elementary
from scenarios.sensing.saltelli import design, indices
from scenarios.sensing.tornado import tornado
from sim.measures import ChanceBelow, Mean, Quantile

Floats = NDArray[np.float64]
CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parents[1] / "data" / "sensitivity.json").read_text(encoding="utf-8"))[
        "cases"
    ]
}
SEED = 11


def ishigami(u: Floats) -> Floats:
    """Ishigami and Homma (1990) on U(-pi, pi)^3."""
    x = np.pi * (2.0 * u - 1.0)
    return np.asarray(np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))


def sobol_g(a: Floats) -> Callable[[Floats], Floats]:
    """Sobol's G function, product of (|4 u - 2| + a) / (1 + a)."""
    return lambda u: np.asarray(np.prod((np.abs(4.0 * u - 2.0) + a) / (1.0 + a), axis=1))


def linear_normal(c: Floats, s: Floats) -> Callable[[Floats], Floats]:
    """sum c_i X_i with X_i normal of standard deviation s_i."""
    return lambda u: np.asarray(ndtri(u) @ (c * s))


def model_of(case: dict[str, Any]) -> tuple[Callable[[Floats], Floats], int]:
    inputs = case["inputs"]
    if case["id"] == "ishigami":
        return ishigami, 3
    if case["id"].startswith("sobol-g"):
        return sobol_g(np.array(inputs["a"])), len(inputs["a"])
    if case["id"] == "linear-normal":
        return linear_normal(np.array(inputs["c"]), np.array(inputs["s"])), len(inputs["c"])
    return lambda u: np.asarray(u[:, 0] * u[:, 1]), 2


@pytest.mark.parametrize("name", CASES)
def test_indices_of_published_functions(name: str) -> None:
    """First and total indices within the stated tolerance, and the variance within 5 %; N = 2,048."""
    case = CASES[name]
    model, width = model_of(case)
    found = indices(model, width, [[k] for k in range(width)], 2048, SEED)
    expected, tolerance = case["expected"], case["tolerance"]["abs_estimate"]
    first, total = ([one.estimate for one in row[0]] for row in (found.first, found.total))
    assert first == pytest.approx(expected["S1"], abs=tolerance)
    assert total == pytest.approx(expected.get("ST", expected["S1"]), abs=tolerance)
    variance = expected.get("variance", expected.get("total_variance"))
    assert found.variance[0] == pytest.approx(variance, rel=0.05)
    assert found.runs == 2048 * (width + 2)


def test_pairs_of_ishigami() -> None:
    """S13 is the only interaction."""
    expected = CASES["ishigami"]["expected"]["S2"]
    found = indices(ishigami, 3, [[0], [1], [2]], 1024, SEED, second=True)
    for (i, j), one in found.second.items():
        assert one.estimate == pytest.approx(expected[f"{i + 1}{j + 1}"], abs=0.03)
        assert one.low is not None
        assert one.high is not None
        assert one.low - 0.03 <= expected[f"{i + 1}{j + 1}"] <= one.high + 0.03
    assert found.runs == 1024 * 8


def test_group_holds_what_its_members_hold() -> None:
    """Of a linear model the index of a group is the sum of those of its members."""
    case = CASES["linear-normal"]
    model, _ = model_of(case)
    found = indices(model, 4, [[0], [1, 2, 3]], 1024, SEED)
    s1 = case["expected"]["S1"]
    assert [one.estimate for one in found.first[0]] == pytest.approx([s1[0], sum(s1[1:])], abs=0.02)


def test_design_is_that_of_the_library() -> None:
    """The same levels in the same rows as SALib's sampler gives, with and without pairs."""
    from SALib.sample import sobol

    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
    for second in (False, True):
        stream = np.random.default_rng([SEED, 101])
        theirs = sobol.sample(problem, 16, calc_second_order=second, seed=stream)
        assert np.array_equal(theirs, design(3, [[0], [1], [2]], 16, SEED, second))


def test_several_outputs_are_each_analysed() -> None:
    """And one that does not vary has no indices."""
    found = indices(lambda u: np.column_stack([ishigami(u), u[:, 0], 0.0 * u[:, 0]]), 3, [[0], [1], [2]], 256, SEED)
    assert found.first[1][0].estimate == pytest.approx(1.0, abs=0.02)
    assert found.first[2] == found.total[2] == ()


def test_seed_zero_is_a_seed() -> None:
    """The same bits twice, intervals included, and others with another seed."""
    one, again, other = (indices(ishigami, 3, [[0], [1], [2]], 64, seed) for seed in (0, 0, 1))
    assert one == again
    assert one != other


def test_elementary_effects_of_a_linear_model_are_its_coefficients() -> None:
    """mu* over the range of 90 % of the levels, sigma 0: exactly, whatever the trajectories."""
    found = elementary(lambda u: 3.0 * u[:, 0] - 2.0 * u[:, 1] + 0.0 * u[:, 2], 3, [[0], [1], [2]], 4, SEED)
    assert [one.estimate for one in found.mu_star] == pytest.approx([2.7, 1.8, 0.0], abs=1e-12)
    for one in found.sigma:
        assert one is not None
        assert one.estimate == pytest.approx(0.0, abs=1e-12)
    assert found.runs == 16


def test_elementary_effects_see_interactions() -> None:
    """Of u0 u1 the effects of u0 are 0.9 times the level of u1 on the grid: mean 0.45, sd about 0.3."""
    found = elementary(lambda u: u[:, 0] * u[:, 1] + u[:, 2], 3, [[0], [1], [2]], 200, SEED)
    assert found.mu_star[0].estimate == pytest.approx(0.45, abs=0.06)
    assert found.sigma[0] is not None
    assert found.sigma[2] is not None
    assert found.sigma[0].estimate == pytest.approx(0.3, abs=0.05)
    assert found.sigma[2].estimate == pytest.approx(0.0, abs=1e-12)
    assert (found.sigma[0].half or 0.0) > 0.0


def test_groups_of_elementary_effects() -> None:
    """A group has no signed effects, so no sigma; the order of the groups is kept."""
    found = elementary(lambda u: u[:, 0] + u[:, 1] + 5.0 * u[:, 2], 3, [[2], [0, 1]], 10, SEED)
    assert found.mu_star[0].estimate == pytest.approx(4.5)
    assert found.sigma == (None, None)


def test_tornado_of_an_additive_model_is_exact() -> None:
    """Mean: c (q95 - q5) with an interval of width 0, for any number of draws; groups add up."""
    c = np.array([4.0, -2.0, 1.0])
    u = np.random.default_rng(SEED).random((300, 3))
    luck = np.random.default_rng(SEED + 1).normal(size=300)
    found = tornado(lambda x, n: np.asarray(ndtri(x) @ c + luck[n]), u, np.arange(300), [[0], [1, 2]], Mean())
    span = float(ndtri(0.95) - ndtri(0.05))
    for bar, slope in zip(found.bars, c, strict=True):
        assert bar.swing.estimate == pytest.approx(slope * span, rel=1e-9)
        assert bar.swing.half == pytest.approx(0.0, abs=1e-9)
        assert bar.high.estimate - bar.low.estimate == pytest.approx(bar.swing.estimate, rel=1e-9)
    assert found.groups[0] == found.bars[0]
    assert found.groups[1].swing.estimate == pytest.approx(3.0 * span, rel=1e-9)  # both at the end that is worse alone


def test_tornado_takes_any_statistic() -> None:
    """Of X0 + X1, standard normal: the 5 % quantile moves by the whole span, P(Y < 0) from 95 to 5 %."""
    u = np.random.default_rng(SEED).random((4000, 2))
    for estimator, swing, within in ((Quantile(0.05), 3.2897, 1e-9), (ChanceBelow(0.0), -0.9, 0.02)):
        found = tornado(lambda x, _: np.asarray(ndtri(x).sum(axis=1)), u, np.arange(4000), [[0], [1]], estimator)
        assert found.bars[0].swing.estimate == pytest.approx(swing, abs=max(within, 1e-3))


def test_distances_are_those_of_the_statistic() -> None:
    """Kolmogorov and Smirnov's, slice by slice, also with ties in the output."""
    u = np.random.default_rng(SEED).random((500, 1))
    for y in (u[:, 0] ** 2, np.round(4.0 * u[:, 0])):
        part = np.searchsorted(np.quantile(u[:, 0], np.linspace(0, 1, 11)[1:-1]), u[:, 0], side="right")
        theirs = [ks_2samp(y[part == k], y).statistic for k in range(10)]
        assert distances(u[:, 0], y) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("method", ["pawn", "delta"])
def test_given_data_rank_drivers_and_a_dummy_bounds_nothing(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ishigami with a fourth driver that does nothing: above the dummy what counts, about at it what does not."""
    for name in ("DELTA_RESAMPLED", "DUMMIES", "RESAMPLED"):
        monkeypatch.setattr(given_data, name, 8 if name != "RESAMPLED" else 40)
    u = np.random.default_rng(SEED).random((400, 4))
    found = from_data(method, u, ishigami(u[:, :3]), SEED)
    index = [one.estimate for one in found.index]
    assert min(index[:2]) > 1.5 * found.dummy
    assert index[3] < 1.5 * found.dummy
    assert index[1] > index[0] > index[2]
    assert from_data(method, u, ishigami(u[:, :3]), SEED) == found


def test_delta_of_a_linear_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two standard normals summed: delta of each is half the mean distance of N(x, 1) and N(0, 2), 0.306 by quadrature;
    a share of 1/2 of the variance each."""
    monkeypatch.setattr(given_data, "DELTA_RESAMPLED", 8)
    u = np.random.default_rng(SEED).random((1500, 2))
    found = from_data("delta", u, ndtri(u).sum(axis=1), SEED, blind=False)
    grid = np.linspace(-9.0, 9.0, 2001)
    normal = lambda x, sd: np.exp(-0.5 * (x / sd) ** 2) / (sd * np.sqrt(2.0 * np.pi))  # noqa: E731
    gaps = [np.abs(normal(grid - x, 1.0) - normal(grid, np.sqrt(2.0))).sum() * 0.009 for x in grid[::20]]
    known = 0.5 * float(np.sum(np.array(gaps) * normal(grid[::20], 1.0)) * 0.18)
    for one, first in zip(found.index, found.first, strict=True):
        assert one.estimate == pytest.approx(known, abs=0.05)
        assert first.estimate == pytest.approx(0.5, abs=0.06)


def test_given_data_of_correlated_drivers() -> None:
    """A driver that does nothing but moves with one that does answers for it; that is what the method says."""
    chance = np.random.default_rng(SEED)
    x = chance.normal(size=600)
    u = np.column_stack([x, 0.9 * x + np.sqrt(1.0 - 0.81) * chance.normal(size=600), chance.normal(size=600)])
    found = from_data("pawn", u, x, SEED)
    assert found.index[1].estimate > 2.0 * found.dummy > found.index[2].estimate


def test_levers_of_an_additive_table_are_shares_of_variance() -> None:
    """Drivers of variance 1, roadmaps of 4, futures of 9 and an interaction of 1 between drivers and roadmaps."""
    theta = np.array([-1.0, 1.0] * 32)
    table = theta[:, None, None] + 2.0 * np.array([-1.0, 1.0])[:, None] + 3.0 * np.array([-1.0, 1.0])
    table = table + (theta[:, None] * np.array([-1.0, 1.0]))[:, :, None]
    found = {one.name: one for one in factors(table[:, None], ["drivers", "roadmap", "future"], SEED)}
    assert found["drivers"].first.estimate == pytest.approx(1.0 / 15.0)
    assert found["roadmap"].first.estimate == pytest.approx(4.0 / 15.0)
    assert found["roadmap"].total.estimate == pytest.approx(5.0 / 15.0)
    assert found["future"].total.estimate == pytest.approx(9.0 / 15.0)
    assert factors(0.0 * table[:, None], ["drivers", "roadmap", "future"], SEED) == ()


def test_decision_turns_where_the_worth_does() -> None:
    """d1 is worth u0 - 0.7, d0 nothing: another is better in the upper three tenths; the second turns nothing."""
    u = np.random.default_rng(SEED).random((2000, 2))
    found = decision(u, np.column_stack([np.zeros(2000), u[:, 0] - 0.7]), SEED)
    assert found.best == 0
    assert found.shares[1].estimate == pytest.approx(0.3, abs=0.04)
    assert found.turns[0].best == (0,) * 7 + (1,) * 3
    assert found.turns[1].changes == 0.0
    assert found.turns[0].worlds.estimate == pytest.approx(1.0, abs=0.1)
    assert found.turns[1].worlds.estimate < 2.0 * found.dummy


def test_share_explained_by_slices() -> None:
    """All of what a column decides, none of what does not vary."""
    u = np.linspace(0.0, 1.0, 1000)
    assert explained(u, (u > 0.5).astype(float)) == pytest.approx(1.0, abs=0.01)
    assert explained(u, np.ones(1000)) == 0.0


def test_levers_are_free_of_luck() -> None:
    """Drivers of variance 1 and roadmaps of 4 under luck of variance 16 in each draw: the shares stay 1/5 and 4/5, and
    the means of 8 draws alone would say 3/7 for the drivers (errors of about 0.04; the seed is fixed)."""
    chance = np.random.default_rng(SEED)
    theta = chance.normal(size=400)
    luck = 4.0 * chance.normal(size=(400, 8))
    table = theta[:, None, None] + luck[:, :, None] + 2.0 * np.array([-1.0, 1.0])
    found = {one.name: one for one in factors(table, ["drivers", "roadmap"], SEED)}
    assert found["drivers"].first.estimate == pytest.approx(0.2, abs=0.08)
    assert found["roadmap"].total.estimate == pytest.approx(0.8, abs=0.08)


def test_worlds_in_which_a_roadmap_is_best_are_free_of_luck() -> None:
    """d1 gains a normal of mean -1 and sd 1 over d0, and luck of sd 4 a draw: best in 16 % of the driver worlds, where
    the means of 8 draws would say 28 % (errors of about 2.5 %; the seed is fixed)."""
    chance = np.random.default_rng(SEED)
    theta = chance.normal(size=2000)
    draws = np.zeros((2000, 8, 2))
    draws[:, :, 1] = (theta - 1.0)[:, None] + 4.0 * chance.normal(size=(2000, 8))
    plain = float((draws.mean(axis=1)[:, 1] > 0.0).mean())
    known = float((known_gain(draws, 0)[:, 1] > 0.0).mean())
    assert plain > 0.25
    assert known == pytest.approx(0.159, abs=0.05)
