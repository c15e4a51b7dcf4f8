"""Quantiles in bounded memory, streaming moments: exact while they fit, within the stated error after."""

import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.measures import quantile
from sim.measures.moments import Moments
from sim.measures.sketch import CAPACITY, FAN_IN, KEPT, QuantileSketch

Floats = NDArray[np.float64]
SHARES = (0.0, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1.0)


def orders(n: int) -> dict[str, Floats]:
    """Streams that are hard for a summary: sorted both ways, from both ends inwards, with few values or one."""
    generator = np.random.default_rng(5)
    plain = np.sort(generator.standard_normal(n))
    inwards = np.empty(n)
    inwards[::2], inwards[1::2] = plain[: -(-n // 2)], plain[-(-n // 2) :][::-1]
    return {
        "random": generator.permutation(plain),
        "sorted": plain,
        "reversed": plain[::-1].copy(),
        "inwards": inwards,
        "organ pipe": np.concatenate([plain[::2], plain[1::2][::-1]]),
        "ties": generator.integers(0, 4, n).astype(float),
        "constant": np.full(n, 0.1),
        "heavy tail": (1.0 - generator.random(n)) ** -2.0,
        "blocks": np.repeat(generator.standard_normal(-(-n // 5000)), 5000)[:n],
    }


def rank_errors(values: Floats, shares: Floats, found: Floats) -> Floats:
    """Distance of each share from the range of shares that the found value stands for."""
    ordered = np.sort(values)
    below = np.searchsorted(ordered, found, side="left") / len(values)
    up_to = np.searchsorted(ordered, found, side="right") / len(values)
    return np.maximum(0.0, np.maximum(below - shares, shares - up_to))


def test_exact_up_to_the_capacity() -> None:
    """To the last bit, whatever the order and the pieces."""
    for name, values in orders(CAPACITY).items():
        sketch = QuantileSketch(1)
        for start in range(0, CAPACITY, 5000):
            sketch.add(values[np.newaxis, start : start + 5000])
        assert sketch.rank_error == 0.0
        np.testing.assert_array_equal(sketch.quantiles(SHARES)[:, 0], quantile(values, SHARES), err_msg=name)


@pytest.mark.parametrize("n", [CAPACITY + 1, 3 * CAPACITY, FAN_IN * CAPACITY + 4_321, 1_000_000])
def test_rank_error_is_within_its_bound(n: int) -> None:
    """For every order, and the bound is as small as promised: 1 / (2 KEPT) a level."""
    shares = np.array(SHARES)
    for name, values in orders(n).items():
        sketch = QuantileSketch(1)
        sketch.add(values[np.newaxis])
        found = sketch.quantiles(shares)[:, 0]
        assert np.isin(found, values).all()
        assert (np.diff(found) >= 0.0).all()
        errors = rank_errors(values, shares, found)
        assert errors.max() <= sketch.rank_error + 1e-12, name
    levels = np.ceil(np.log(n / KEPT) / np.log(FAN_IN))
    assert 0.0 < sketch.rank_error <= levels / (2 * KEPT)


def test_bound_is_not_idle() -> None:
    """Some order comes near it: the sum of the errors of single collapses is not a gross overestimate."""
    values = np.sort(np.random.default_rng(1).random(4 * CAPACITY))
    shares = np.linspace(0.001, 0.999, 2001)
    sketch = QuantileSketch(1)
    sketch.add(np.concatenate([values[k::4] for k in range(4)])[np.newaxis])
    errors = rank_errors(values, shares, sketch.quantiles(shares)[:, 0])
    assert errors.max() > 0.5 * sketch.rank_error


def test_pieces_change_no_bit() -> None:
    """Only the order of the values counts, not how they were handed over."""
    values = np.random.default_rng(2).standard_normal((3, 90_000))
    found = []
    for piece in (90_000, 4_096, 1_111):
        sketch = QuantileSketch(3)
        for start in range(0, 90_000, piece):
            sketch.add(values[:, start : start + piece])
        found.append(sketch.quantiles(SHARES))
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


def test_streams_do_not_mix() -> None:
    values = np.random.default_rng(3).standard_normal((2, 50_000))
    both, single = QuantileSketch(2), QuantileSketch(1)
    both.add(values)
    single.add(values[1:])
    np.testing.assert_array_equal(both.quantiles(SHARES)[:, 1], single.quantiles(SHARES)[:, 0])


def test_memory_is_bounded() -> None:
    """A million values of eight streams take less than 8 MB, where all of them would be 64 MB."""
    generator = np.random.default_rng(4)
    tracemalloc.start()
    sketch = QuantileSketch(8)
    for _ in range(1_000_000 // 4096):
        sketch.add(generator.random((8, 4096)))
    sketch.quantiles(SHARES)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8e6


def test_what_is_no_stream_is_refused() -> None:
    sketch = QuantileSketch(2)
    with pytest.raises(ValueError, match="no values"):
        sketch.quantiles(0.5)
    with pytest.raises(ValueError, match="shape"):
        sketch.add(np.zeros((3, 4)))
    with pytest.raises(ValueError, match="finite"):
        sketch.add(np.full((2, 2), np.nan))
    sketch.add(np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        sketch.quantiles(1.5)


@pytest.mark.parametrize("covariance", [False, True])
def test_moments_are_those_of_the_whole(covariance: bool) -> None:
    """A mean far from 0 beside a small spread loses no digits; pieces change only the rounding."""
    values = 1e9 + np.random.default_rng(6).standard_normal((4, 10_000))
    moments = Moments(4, covariance=covariance)
    for start in range(0, 10_000, 4096):
        moments.add(values[:, start : start + 4096])
    np.testing.assert_allclose(moments.mean, values.mean(axis=1), rtol=1e-15)
    np.testing.assert_allclose(moments.variance, values.var(axis=1, ddof=1), rtol=1e-6)
    assert moments.error is not None
    np.testing.assert_allclose(moments.error, np.sqrt(moments.variance / 10_000), rtol=1e-12)
    if covariance:
        np.testing.assert_allclose(moments.covariance, np.cov(values), atol=1e-6)
    else:
        with pytest.raises(ValueError, match="covariance=True"):
            _ = moments.covariance


def test_moments_of_a_constant_are_exact() -> None:
    moments = Moments(1)
    moments.add(np.full((1, 5000), 0.1))
    moments.add(np.full((1, 3), 0.1))
    assert moments.mean[0] == 0.1
    assert moments.variance[0] == 0.0
    one = Moments(1)
    one.add(np.ones((1, 1)))
    assert one.error is None
    with pytest.raises(ValueError, match="at least 2"):
        _ = one.variance
