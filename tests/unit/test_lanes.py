"""Lanes: operators and functions against NumPy, tables, records; a lane never sees another."""

import math
from typing import Any, NamedTuple

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from sim.lanes import WIDTH
from sim.lanes.mathematics import normal_cdf
from sim.lanes.records import Floats1, Ints2, Lanes1, Lanes2, Lanes3, pack, record_at
from sim.lanes.values import lanes, largest, select, some

jit: Any = numba.njit(error_model="numpy")


class Inner(NamedTuple):
    weights: Floats1


class Case(NamedTuple):
    count: int
    factor: float
    inner: Inner
    table: Ints2
    a: Lanes1
    b: Lanes1
    out: Lanes2
    deep: Lanes3


case_at = record_at(Case)


def case(a: Any, b: Any, out: int) -> Case:
    a, b = np.asarray(a, float).reshape(-1, WIDTH), np.asarray(b, float).reshape(-1, WIDTH)
    return Case(
        len(a),
        2.5,
        Inner(np.array([3.0, 4.0])),
        np.arange(6, dtype=np.int64).reshape(2, 3),
        a,
        b,
        np.full((out, len(a), WIDTH), -1.0),
        np.arange(2 * 3 * 4 * WIDTH, dtype=float).reshape(2, 3, 4, WIDTH),
    )


@jit
def operate(address):  # type: ignore[no-untyped-def]
    c = case_at(address)
    for i in range(c.count):
        a, b = c.a[i], c.b[i]
        c.out[0, i] = a + b
        c.out[1, i] = 2 - a * b
        c.out[2, i] = a / b + 1.5
        c.out[3, i] = min(a, b) - max(a, 0.25)
        c.out[4, i] = abs(-a) + math.floor(b)
        c.out[5, i] = select((a < b) & ~(a <= 0.0) | (b != b), 1.0, a)
        c.out[6, i] = math.sqrt(abs(a))
        c.out[7, i] = lanes(7.0)
        c.out[7, i] -= b
        c.out[8, i] = select((a > b) | (a == b), 1.0, select(a >= b, math.nan, 0.0))


NUMBERS = st.lists(st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6), min_size=WIDTH, max_size=WIDTH)


@given(a=NUMBERS, b=NUMBERS)
def test_operators_are_those_of_numpy(a: list[float], b: list[float]) -> None:
    c = case(a, b, 9)
    operate(pack(c).address)
    x, y = c.a, c.b
    with np.errstate(all="ignore"):
        expected = [
            x + y,
            2 - x * y,
            x / y + 1.5,
            np.minimum(x, y) - np.maximum(x, 0.25),
            np.abs(x) + np.floor(y),
            np.where((x < y) & ~(x <= 0), 1.0, x),
            np.sqrt(np.abs(x)),
            7.0 - y,
            np.where(x >= y, 1.0, 0.0),
        ]
    for got, wanted in zip(c.out, expected, strict=True):
        np.testing.assert_array_equal(got, wanted)


@jit
def elementary(address):  # type: ignore[no-untyped-def]
    c = case_at(address)
    for i in range(c.count):
        c.out[0, i] = math.exp(c.a[i])
        c.out[1, i] = math.log(abs(c.a[i]))
        c.out[2, i] = math.log1p(abs(c.a[i]))
        c.out[3, i] = normal_cdf(c.a[i])


def test_elementary_functions_have_their_stated_errors() -> None:
    generator = np.random.default_rng(5)
    scales = np.repeat([1e-9, 1e-3, 0.3, 1.0, 6.0, 40.0, 300.0, 1e4], 40 * WIDTH)
    x = generator.normal(size=scales.size) * scales
    c = case(x, x, 4)
    elementary(pack(c).address)
    exact = c.a.astype(np.longdouble)
    with np.errstate(over="ignore", under="ignore"):
        power = np.exp(exact)
    ordinary = (c.a > -708) & (c.a < 709)
    assert ordinary.sum() > 2_000
    assert np.max(np.abs(c.out[0][ordinary] / power[ordinary] - 1)) < 4e-16
    assert np.all(c.out[0][c.a < -708] == 0.0)
    assert np.all(c.out[0][c.a > 709] == math.inf)
    assert np.max(np.abs(c.out[1] / np.log(np.abs(exact)) - 1)) < 4e-16
    assert np.max(np.abs(c.out[2] / np.log1p(np.abs(exact)) - 1)) < 1e-15
    assert np.max(np.abs(c.out[3] - ndtr(c.a))) < 2e-15


def test_elementary_functions_at_the_ends() -> None:
    ends = [0.0, math.inf, -math.inf, 1.0, 38.0, -38.0, 709.5, -708.5]
    c = case(np.resize(ends, WIDTH), np.zeros(WIDTH), 4)
    elementary(pack(c).address)
    assert c.out[0, 0].tolist()[:4] == [1.0, math.inf, 0.0, pytest.approx(math.e, rel=4e-16)]
    assert c.out[1, 0].tolist()[:4] == [-math.inf, math.inf, math.inf, 0.0]
    assert c.out[3, 0].tolist()[:8] == [0.5, 1.0, 0.0, pytest.approx(0.8413447460685429), 1.0, 0.0, 1.0, 0.0]


@given(st.permutations(range(WIDTH)))
def test_a_number_has_the_same_bits_in_every_lane(order: list[int]) -> None:
    x = np.resize([-30.0, -8.0, -1.0, 1e-7, 0.3, 2.0, 7.5, 200.0], WIDTH) * np.linspace(1.0, 1.5, WIDTH)
    one, other = case(x, x, 4), case(x[order], x, 4)
    elementary(pack(one).address)
    elementary(pack(other).address)
    np.testing.assert_array_equal(one.out[:, 0, :][:, order], other.out[:, 0, :])


@jit
def address_fields(address):  # type: ignore[no-untyped-def]
    c = case_at(address)
    row = c.deep[1]
    c.out[0, 0] = row[2, 3]
    c.out[1, 0] = c.inner.weights[1] * c.factor
    c.out[2, 0, 5] = c.deep[0, 1, 2, 6]
    c.out[3, 0] = float(c.table[1, 2] + c.deep.shape[1] * 100 + row.shape[1] * 1000)
    c.out[4, 0] = largest(c.a[0])
    if some(c.a[0] > WIDTH - 1.5) and not some(c.a[0] > WIDTH - 0.5):
        c.out[5, 0] = 1


def test_records_and_tables_are_read_at_the_right_place() -> None:
    c = case(np.arange(WIDTH), np.zeros(WIDTH), 6)
    address_fields(pack(c).address)
    np.testing.assert_array_equal(c.out[0, 0], c.deep[1, 2, 3])
    assert np.all(c.out[1] == 10.0)
    assert c.out[2, 0].tolist() == [-1.0] * 5 + [c.deep[0, 1, 2, 6]] + [-1.0] * (WIDTH - 6)
    assert np.all(c.out[3] == 5 + 300 + 4000)
    assert np.all(c.out[4] == WIDTH - 1)
    assert np.all(c.out[5] == 1.0)


def test_arrays_of_another_type_or_layout_are_refused() -> None:
    good = case(np.zeros(WIDTH), np.zeros(WIDTH), 1)
    bad: list[dict[str, Any]] = [
        {"a": np.zeros((1, WIDTH + 1))},
        {"a": np.zeros((WIDTH, 1)).T[:, ::-1]},
        {"a": np.zeros((1, WIDTH), np.float32)},
        {"out": np.zeros((1, WIDTH))},
        {"table": np.zeros((2, 3))},
        {"table": np.zeros((3, 2), np.int64).T},
    ]
    for change in bad:
        with pytest.raises(TypeError, match=f"Case.{next(iter(change))}"):
            pack(good._replace(**change))
