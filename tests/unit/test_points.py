"""Points of a set: the sequence itself, which number is which coordinate, and what is refused."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.directions import DIMENSIONS, directions
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from sim.montecarlo.coordinates import candidates, ordered, points_for
from sim.montecarlo.sampling import Sampling
from sim.parameters import parameters
from sim.points import ANTITHETIC, KINDS, LATIN_CUBE, SOBOL, Coordinates, Points, rekeyed
from sim.sobol import PLACED
from sim.streams import stream_key, uniforms
from tests.naive.shops import corner_shop

Floats = NDArray[np.float64]
SEED = 5
FIRST = np.zeros(1, dtype=np.int64)


def many(kind: str, count: int, randomisations: int = 2) -> Points:
    """`count` streams of one number."""
    return Points(kind, tuple(Coordinates(f"number/{k}") for k in range(count)), randomisations)


def column(points: Points, stream: str, draws: int, index: int = 0, seed: int = SEED) -> Floats:
    """(draws,) a number of a stream."""
    numbers = points.numbers(seed, np.arange(draws, dtype=np.int64))
    return uniforms(points.key(seed, stream), numbers, np.array([index], dtype=np.int64))[:, 0]


def test_directions_are_those_of_the_published_table() -> None:
    """Sobol's points from our numbers, in Gray order, against SciPy's."""
    n = 1024
    gray = np.arange(n) ^ (np.arange(n) >> 1)
    digits = np.zeros((n, DIMENSIONS), dtype=np.uint32)
    for bit in range(10):
        digits[gray >> bit & 1 == 1] ^= directions()[:, bit]
    mine = sum(((digits >> k) & 1) * 2.0 ** -(k + 1) for k in range(32))
    assert np.array_equal(mine, stats.qmc.Sobol(DIMENSIONS, scramble=False, bits=32).random(n))


@pytest.mark.parametrize("kind", [SOBOL, LATIN_CUBE])
def test_every_coordinate_is_stratified(kind: str) -> None:
    """The first 2^k points of a randomisation have one number in each of 2^k equal parts, in every coordinate, those
    beyond the table too."""
    points = many(kind, DIMENSIONS + 40)
    for k in (0, 1, 5, 8):
        for stream in (f"number/{j}" for j in (0, 1, 2, 17, 255, 256, 290)):
            u = column(points, stream, 2 << k)
            for run in range(2):
                assert sorted(np.floor(u[run::2] * 2**k)) == list(range(2**k))


def test_first_two_coordinates_are_a_net() -> None:
    """Every elementary interval of volume 2^-8 holds one of 256 points: a (0, 8, 2)-net, scrambled."""
    points = many(SOBOL, 2)
    x, y = (column(points, f"number/{k}", 512)[::2] for k in range(2))
    for k in range(9):
        cells = np.floor(x * 2**k) * 2 ** (8 - k) + np.floor(y * 2 ** (8 - k))
        assert len(set(cells)) == 256


def test_coordinates_beyond_the_table_keep_their_net_and_are_paired_anew() -> None:
    """Coordinates 256 and 257 are a net of their own, in another order than 0 and 1."""
    points = many(SOBOL, 258)
    a, x, y = (column(points, f"number/{k}", 512)[::2] for k in (0, 256, 257))
    cells = np.floor(x * 16) * 16 + np.floor(y * 16)
    assert len(set(cells)) == 256
    assert abs(np.corrcoef(a, x)[0, 1]) < 0.3


def test_pairs_mirror_each_other() -> None:
    u = column(many(ANTITHETIC, 3), "number/2", 64)[::2]
    assert np.allclose(u[::2] + u[1::2], 1.0)
    assert len(set(u)) == 32


@pytest.mark.parametrize("kind", KINDS)
def test_a_single_point_is_uniform(kind: str) -> None:
    """Over 256 randomisations a point is uniform: Kolmogorov-Smirnov at 1e-4, in three coordinates."""
    points = many(kind, 300, 256)
    for stream in ("number/0", "number/9", "number/299"):
        assert stats.kstest(column(points, stream, 256), "uniform").pvalue > 1e-4


def test_randomisations_streams_and_seeds_are_independent() -> None:
    """A point in 256 randomisations against the same point in the next ones, of another stream, of another seed:
    correlations inside 4.5 / sqrt(256), false alarm below 1e-5 each."""
    points = many(SOBOL, 300, 256)
    u = column(points, "number/3", 512)[256:]
    others = {
        "next randomisation": np.roll(u, 1),
        "another stream": column(points, "number/4", 512)[256:],
        "the same dimension of the table": column(points, "number/259", 512)[256:],
        "another seed": column(points, "number/3", 512, seed=6)[256:],
    }
    for name, other in others.items():
        assert abs(np.corrcoef(u, other)[0, 1]) < 4.5 / 16, name


def test_longer_runs_begin_like_shorter_ones() -> None:
    points = many(SOBOL, 5, 4)
    assert np.array_equal(points.numbers(SEED, np.arange(64))[:16], points.numbers(SEED, np.arange(16)))
    assert len(set(points.numbers(SEED, np.arange(4096)))) == 4096


def test_numbers_beyond_the_count_are_pseudo_random() -> None:
    """Of a paired stream, seats 0 and 1 with two occupants each have coordinates; the third occupant has none."""
    points = Points(SOBOL, (Coordinates("seat", 4, each=2),), 2)
    key, numbers = points.key(SEED, "seat"), points.numbers(SEED, np.arange(2, dtype=np.int64))
    plain = Points(SOBOL, (Coordinates("other"),), 2).key(SEED, "seat")
    inside = np.array([0, 1, 1 << 32, 1 << 32 | 1], dtype=np.int64)
    assert list(points.streams[0].indices) == list(inside)
    assert not np.isin(uniforms(key, numbers, inside), uniforms(plain, numbers, inside)).any()
    assert int(plain) == int(stream_key(SEED, "seat")) & ~int(PLACED)
    beyond = np.array([2, 2 << 32, 1 << 32 | 2], dtype=np.int64)
    philox = uniforms(np.uint64(int(key) & ~int(PLACED)), numbers, beyond)
    assert uniforms(key, numbers, beyond).shape == philox.shape
    u = np.concatenate([column(points, "seat", 512, int(index))[::2] for index in inside])
    assert sorted(np.floor(u[:256] * 256)) == list(range(256))


class Inner(NamedTuple):
    keys: NDArray[np.uint64]


class Outer(NamedTuple):
    inner: Inner
    number: int
    slots: NDArray[np.int64]


def test_a_record_is_rekeyed_throughout() -> None:
    points = many(SOBOL, 1)
    keys = np.array([[stream_key(SEED, "number/0"), stream_key(SEED, "else")]], dtype=np.uint64)
    found = rekeyed(Outer(Inner(keys), 3, FIRST), points.keys(SEED))
    assert found.number == 3
    assert found.slots is FIRST
    assert found.inner.keys[0, 0] == points.key(SEED, "number/0")
    assert found.inner.keys[0, 1] == points.key(SEED, "else")


def test_what_is_no_set_of_points_is_refused() -> None:
    with pytest.raises(ProblemsFound, match="sobol"):
        Points("halton", ())
    with pytest.raises(ProblemsFound, match="2 to 256"):
        Points(SOBOL, (), 1)
    shop = corner_shop()
    sampling = Sampling(points_for(shop, [{}]))
    for draws, first in ((100, 0), (48, 0), (16, 8), (64, 128)):
        with pytest.raises(ProblemsFound, match="whole nets"):
            evaluate(shop, {}, draws, SEED, first_draw=first, sampling=sampling)


def test_roadmap_and_its_marks_come_first() -> None:
    """The order of the coordinates: marks of the initiatives of the roadmap, then their drivers, then those of
    threats; every stream once."""
    shop = corner_shop()
    name = next(iter(shop.initiatives))
    order = ordered(shop, [{name: 0}])
    streams = [one.stream for one in order]
    assert sorted(streams) == sorted(one.stream for one in candidates(parameters(shop)))
    own = [k for k, s in enumerate(streams) if s.startswith(f"drivers/initiatives.{name}.")]
    threats = [k for k, s in enumerate(streams) if s.startswith("drivers/threats.")]
    others = [k for k, one in enumerate(order) if one.count > 1 and not one.stream.endswith("/gate")]
    assert max(own, default=-1) < min(threats, default=len(streams)) < min(others)


def test_streams_of_coordinates_are_streams_of_the_kernel() -> None:
    """Every candidate names a stream whose key the kernel or the drivers have: a misspelt one would change nothing."""
    from sim.montecarlo.layout import layout

    shop = corner_shop()
    table = parameters(shop)
    points = points_for(shop, [{}])
    known = set(_keys(layout(table, SEED)))
    for one in points.streams:
        if not one.stream.startswith("drivers/"):
            assert int(stream_key(SEED, one.stream)) in known, one.stream


def _keys(record: object) -> list[int]:
    found: list[int] = []
    for field in record:  # type: ignore[attr-defined]
        if isinstance(field, tuple):
            found += _keys(field)
        elif isinstance(field, np.ndarray) and field.dtype == np.uint64:
            found += [int(key) for key in field.ravel()]
    return found
