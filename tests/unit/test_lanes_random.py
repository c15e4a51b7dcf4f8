"""Random numbers, normal quantiles and sorting in lanes: the bits of the scalar generator, stated errors, order."""

from typing import Any, NamedTuple

import numba
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from sim.lanes import WIDTH
from sim.lanes.mathematics import normal_quantile
from sim.lanes.random import uniform_of_lanes
from sim.lanes.records import Keys1, Lanes1, pack, record_at
from sim.lanes.values import lane, lanes
from sim.montecarlo.adoption import _sort
from sim.streams import stream_key, uniforms

jit: Any = numba.njit(error_model="numpy")


class Case(NamedTuple):
    keys: Keys1
    draws: Lanes1
    index: Lanes1
    out: Lanes1


case_at = record_at(Case)


def case(draws: Any, index: Any, key: str = "a") -> Case:
    draws, index = (np.asarray(x, float).reshape(-1, WIDTH) for x in (draws, index))
    return Case(np.array([stream_key(7, key)], np.uint64), draws, index, np.zeros_like(draws))


@jit
def make(address):  # type: ignore[no-untyped-def]
    c = case_at(address)
    for i in range(c.draws.shape[0]):
        c.out[i] = uniform_of_lanes(c.keys[0], c.draws[i], c.index[i])


@jit
def invert(address):  # type: ignore[no-untyped-def]
    c = case_at(address)
    for i in range(c.draws.shape[0]):
        c.out[i] = normal_quantile(c.draws[i])


@jit
def sort(address):  # type: ignore[no-untyped-def]
    c = case_at(address)
    _sort(c.draws, c.index, c.draws.shape[0])


@jit
def pick(x, k):  # type: ignore[no-untyped-def]
    return lane(lanes(x), k)


WHOLE = st.lists(st.integers(0, 2**52 - 1), min_size=WIDTH, max_size=WIDTH)


@given(draws=WHOLE, index=WHOLE, key=st.sampled_from(["a", "threats/x/gap"]))
def test_numbers_are_those_of_the_scalar_generator(draws: list[int], index: list[int], key: str) -> None:
    c = case(draws, index, key)
    make(pack(c).address)
    for k in range(WIDTH):
        one = uniforms(stream_key(7, key), np.array([draws[k]]), np.array([index[k]]))
        assert c.out[0, k] == one[0, 0]


def test_quantiles_have_their_stated_error() -> None:
    """All three ranges of the routine, against SciPy."""
    u = np.concatenate([np.linspace(1e-3, 1 - 1e-3, 40 * WIDTH), np.geomspace(1e-300, 0.1, 20 * WIDTH)])
    u = np.concatenate([u, 1.0 - np.geomspace(1e-15, 0.1, 20 * WIDTH)])
    c = case(u, u)
    invert(pack(c).address)
    expected = ndtri(c.draws)
    assert np.max(np.abs(c.out - expected) / np.maximum(np.abs(expected), 1e-3)) < 1e-14


@given(st.integers(1, 40), st.integers(0, 10**6))
def test_every_lane_is_sorted_with_its_companions(n: int, seed: int) -> None:
    keys = np.random.default_rng(seed).choice([-1.0, 0.5, 1.0, 2.0, 3.25, 8.0], (n, WIDTH))
    c = case(keys.copy(), np.arange(n * WIDTH, dtype=float))
    sort(pack(c).address)
    for k in range(WIDTH):
        assert c.draws[:, k].tolist() == sorted(keys[:, k], reverse=True)
        which = (c.index[:, k].astype(int) - k) // WIDTH
        assert sorted(which) == list(range(n))
        np.testing.assert_array_equal(keys[which, k], c.draws[:, k])


def test_a_lane_is_read() -> None:
    assert pick(2.5, 3) == 2.5
