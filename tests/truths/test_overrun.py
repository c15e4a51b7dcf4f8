"""The overrun ratio: its quantiles, its shares, its mean."""

import itertools
import math

import numpy as np
import pytest
from scipy import integrate

from sim.mechanisms import overrun_mean, overrun_ratio

CASES = [
    (1.0, 0.25, 0.18, 1.4, 10.0),
    (1.05, 0.4, 0.3, 0.8, 10.0),
    (0.9, 0.1, 0.05, 1.0, 6.0),
    (2.2, 0.5, 0.1, 3.0, 4.0),
    (1.1, 0.3, 0.0, 2.0, 10.0),
    (1.1, 0.3, 1.0, 2.0, 10.0),
]


@pytest.mark.parametrize("arguments", CASES)
def test_mean_is_the_integral_of_the_quantile(arguments: tuple[float, ...]) -> None:
    _, _, share, exponent, cap = arguments
    at_cap = 1 - share * (cap / 1.5) ** -exponent
    corners = sorted({0.0, 1 - share, at_cap, 1.0})
    pieces = [
        integrate.quad(overrun_ratio.scalar, low, high, args=arguments, epsabs=1e-12, epsrel=1e-11, limit=400)[0]
        for low, high in itertools.pairwise(corners)
    ]
    assert overrun_mean(*arguments) == pytest.approx(math.fsum(pieces), rel=1e-8)


@pytest.mark.parametrize("arguments", CASES)
def test_ratio_increases_and_meets_at_the_start_of_the_tail(arguments: tuple[float, ...]) -> None:
    _, _, share, exponent, cap = arguments
    u = np.linspace(0.0, 1.0, 20001)
    ratios = overrun_ratio(u, *arguments)
    assert (np.diff(ratios) >= 0).all()
    assert (ratios >= 0).all()
    assert ratios.max() <= cap
    assert np.mean(ratios > 1.5 + 1e-9) == pytest.approx(share, abs=1e-3)
    if 0 < share < 1:
        assert overrun_ratio(1 - share - 1e-12, *arguments) == pytest.approx(1.5, abs=1e-6)
        assert overrun_ratio(1 - share + 1e-12, *arguments) == pytest.approx(1.5, abs=1e-6)
        # A Pareto tail: the chance to exceed twice 1.5 is 2^-exponent of the tail's.
        assert overrun_ratio(1 - share * 2**-exponent, *arguments) == pytest.approx(3.0, rel=1e-9)


def test_median_of_a_body_far_below_the_cut_is_the_median() -> None:
    assert overrun_ratio(0.5, 0.9, 0.05, 0.0, 2.0, 10.0) == pytest.approx(0.9, rel=1e-12)


def test_mean_rises_with_share_and_cap_and_falls_with_the_exponent() -> None:
    assert (np.diff(overrun_mean(1.0, 0.2, np.linspace(0, 1, 11), 1.3, 10.0)) > 0).all()
    assert (np.diff(overrun_mean(1.0, 0.2, 0.2, 1.3, np.array([1.5, 3.0, 10.0, math.inf]))) > 0).all()
    assert (np.diff(overrun_mean(1.0, 0.2, 0.2, np.array([0.5, 0.999999, 1.0, 1.000001, 3.0]), 10.0)) < 0).all()


def test_without_cap_the_mean_exists_above_exponent_one_only() -> None:
    assert overrun_mean(1.0, 0.0, 1.0, 3.0, math.inf) == pytest.approx(2.25, rel=1e-14)
    assert overrun_mean(1.0, 0.2, 0.1, 1.0, math.inf) == math.inf
    assert overrun_mean(1.0, 0.2, 0.1, 0.7, math.inf) == math.inf


def test_no_spread_puts_the_body_on_the_median() -> None:
    u = np.linspace(0, 0.79, 9)
    assert (overrun_ratio(u, 1.2, 0.0, 0.2, 2.0, 5.0) == 1.2).all()
    assert (overrun_ratio(u, 1.9, 0.0, 0.2, 2.0, 5.0) == 1.5).all()
