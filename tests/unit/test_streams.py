"""Named random streams: the published generator, distinct names, distinct entities, uniform and unrelated numbers.

Statistical tests use a fixed seed; each docstring states the false-alarm rate that a new seed would have.
"""

import math

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scenarios.load import load
from sim import streams
from sim.montecarlo.layout import layout
from sim.parameters import parameters
from sim.streams import identity, philox_block, stream_key, uniforms
from tests.naive.philox import Streams, philox_4x32

WORD = st.integers(0, 2**32 - 1)
KEY = stream_key(11, "test")
ZERO = np.zeros(1, dtype=np.int64)

# Counter, key and output of philox4x32 with 10 rounds, from the known-answer file `kat_vectors` of Random123.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN, ids=["zeros", "ones", "digits of pi"])
def test_known_answers(counter: tuple[int, int, int, int], key: tuple[int, int], expected: tuple[int, ...]) -> None:
    assert philox_block(counter, key) == expected
    assert philox_4x32(counter, key) == expected


@given(st.tuples(WORD, WORD, WORD, WORD), st.tuples(WORD, WORD))
def test_compiled_generator_equals_the_plain_one(counter: tuple[int, int, int, int], key: tuple[int, int]) -> None:
    assert philox_block(counter, key) == philox_4x32(counter, key)


@numba.njit
def pair(first, second):  # type: ignore[no-untyped-def]
    return identity(first, second)


@given(WORD, WORD)
def test_identity_holds_both_parts(first: int, second: int) -> None:
    """Injective: both parts can be read back."""
    index = int(pair(first, second))
    assert (index >> 32, index % 2**32) == (first, second)


@given(st.integers(0, 2**40), st.text(max_size=30), st.integers(0, 2**62), st.integers(0, 2**31 - 1), WORD)
def test_uniform_is_a_function_of_seed_name_draw_and_identity(
    seed: int, name: str, draw: int, first: int, second: int
) -> None:
    u = uniforms(stream_key(seed, name), np.array([draw]), np.array([first * 2**32 + second]))
    assert u[0, 0] == Streams(seed, draw).uniform(name, first, second)


def test_table_is_the_same_in_pieces_and_in_any_order() -> None:
    draws, indices = np.arange(50), np.arange(7)
    whole = uniforms(KEY, draws, indices)
    np.testing.assert_array_equal(whole[20:30, 2:4], uniforms(KEY, draws[20:30], indices[2:4]))
    np.testing.assert_array_equal(whole[::-1, ::-1], uniforms(KEY, draws[::-1], indices[::-1]))
    assert len(np.unique(whole)) == whole.size


def test_numbers_lie_strictly_inside_the_unit_interval() -> None:
    """At both ends of what the generator can return, and in a sample."""
    smallest, largest = ((np.float64(word >> int(streams.DROP)) + 0.5) * streams.UNIT for word in (0, 2**64 - 1))
    assert smallest > 0.0
    assert largest < 1.0
    u = uniforms(KEY, np.arange(100_000), np.arange(4))
    assert 0.0 < u.min() < 1e-4
    assert 1 - 1e-4 < u.max() < 1.0


def test_no_two_streams_of_the_retailer_share_a_key() -> None:
    """All names of the kernel and of the drivers; under another seed no key comes back."""
    table = parameters(load("retailer"))

    def keys(seed: int) -> set[int]:
        lay = layout(table, seed)
        arrays = [
            value.ravel()
            for part in lay
            if hasattr(part, "_asdict")
            for name, value in part._asdict().items()
            if name.endswith(("_key", "_keys"))
        ]
        found = np.concatenate([*arrays, [stream_key(seed, f"drivers/{d.path}") for d in table.drivers]])
        assert len(np.unique(found)) == len(found) > 500
        return set(found.tolist())

    assert not keys(0) & keys(1)


def test_moments_and_uniformity() -> None:
    """400,000 numbers: mean, variance, skewness within 4.5 standard errors, chi-squared of 256 cells above 1e-6.
    False alarm 2e-5 together."""
    u = uniforms(KEY, np.arange(100_000), np.arange(4)).ravel()
    n = len(u)
    centred = u - 0.5
    assert abs(centred.mean()) < 4.5 * math.sqrt(1 / 12 / n)
    assert abs(np.mean(centred**2) - 1 / 12) < 4.5 * math.sqrt((1 / 80 - 1 / 144) / n)
    assert abs(np.mean(centred**3)) < 4.5 * math.sqrt(1 / 448 / n)
    assert stats.chisquare(np.bincount((u * 256).astype(int), minlength=256)).pvalue > 1e-6


NEIGHBOURS = {
    "next identity": (uniforms(KEY, np.arange(100_000), np.arange(2))),
    "half of the same block": (uniforms(KEY, np.arange(100_000), np.array([4, 5]))),
    "next draw": (np.hstack([uniforms(KEY, np.arange(k, 100_000 + k), ZERO) for k in (0, 1)])),
    "next seat, same occupant": (uniforms(KEY, np.arange(100_000), np.array([2**32, 2 * 2**32]))),
    "other stream": (
        np.hstack([uniforms(stream_key(3, name), np.arange(100_000), ZERO) for name in ("threats/a", "threats/b")])
    ),
    "next seed": (np.hstack([uniforms(stream_key(seed, "a"), np.arange(100_000), ZERO) for seed in (0, 1)])),
}


@pytest.mark.parametrize("neighbour", NEIGHBOURS)
def test_neighbours_are_unrelated(neighbour: str) -> None:
    """Pairs of 100,000 draws: correlation within 4.5 / sqrt(n), 16 x 16 cells with chi-squared above 1e-6. False alarm
    8e-6 for each of the six kinds of neighbour."""
    x, y = NEIGHBOURS[neighbour].T
    assert abs(np.corrcoef(x, y)[0, 1]) < 4.5 / math.sqrt(len(x))
    cells = np.bincount((x * 16).astype(int) * 16 + (y * 16).astype(int), minlength=256)
    assert stats.chisquare(cells).pvalue > 1e-6
