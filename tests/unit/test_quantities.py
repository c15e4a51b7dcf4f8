"""The grammar of numbers and their quantile functions."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import integrate

from sim.quantities import Quantity, QuantityError, constant, parse_number, parse_quantity
from tests.naive.path_world import quantile

CASES = {c["id"]: c for c in json.loads((Path(__file__).parents[1] / "data" / "dependence.json").read_text())}
FINITE = st.floats(-1e9, 1e9, allow_nan=False)
POSITIVE = st.floats(1e-6, 1e9)
PROBABILITY = st.floats(1e-9, 1 - 1e-9)

EXAMPLES: dict[str, Any] = {
    "constant": "12k",
    "lognormal": "8k to 15k",
    "normal": "-5 to 3",
    "pert": {"low": 1, "mode": 2, "high": 5},
    "metalog": {"p10": 17, "p50": 24, "p90": 35},
    "median and p95": {"median": "40k", "p95": "300k"},
    "choices": {"choices": [3, 1, 2], "weights": [1, 0, 3]},
    "beta": {"beta": [2, 5]},
    "value": {"value": "10 % to 30 %", "origin": "planner assumption"},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12.0), (" 12k ", 12_000.0), ("1.5M", 1.5e6), ("30 %", 0.3), ("30%", 0.3), ("1,200", 1200.0), (".5", 0.5),
        ("-2.5e3", -2500.0), ("1_000", 1000.0), ("+3", 3.0), (7, 7.0), (0.25, 0.25),
    ],
)  # fmt: skip
def test_numbers(text: Any, value: float) -> None:
    assert parse_number(text) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "text", ["", "k", "1 2", "12x", "1..2", "nan", "inf", "1e999", True, None, "٣x", "0x10", [1], float("nan")]
)
def test_no_numbers(text: Any) -> None:
    with pytest.raises(QuantityError):
        parse_number(text)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("5 to 3", "below the high end"),
        ("3 to 3", "below the high end"),
        ("1 to 2 to 3", "low to high"),
        ({"low": 3, "mode": 2, "high": 5}, "must rise"),
        ({"low": 2, "mode": 2, "high": 2}, "must rise"),
        ({"p10": 1, "p50": 1, "p90": 5}, "must rise"),
        ({"p10": 1, "p50": 1.1, "p90": 50}, "too skewed"),
        ({"median": 5, "p95": 5}, "below p95"),
        ({"median": -5, "p95": 5}, "positive"),
        ({"choices": [1, 2], "weights": [1]}, "as many weights"),
        ({"choices": [1, 2], "weights": [0, 0]}, "must not all be 0"),
        ({"choices": [1, 2], "weights": [2, -1]}, "must not be negative"),
        ({"choices": 3, "weights": [1]}, "lists"),
        ({"beta": [1]}, "two positive numbers"),
        ({"beta": [0, 1]}, "must be positive"),
        ({"value": {"value": 3, "origin": "a"}, "origin": "b"}, "twice"),
        ({"low": 1, "high": 5}, "make no number"),
        ({"median": 1, "p95": 5, "origin": 3}, "must be text"),
        ([1, 2], "not a number"),
        (None, "not a number"),
    ],
)
def test_no_quantities(source: Any, message: str) -> None:
    with pytest.raises(QuantityError, match=message):
        parse_quantity(source)


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_written_back_is_read_again(name: str) -> None:
    """The source of a Quantity is a Quantity: equal kind, parameters and origin."""
    one = parse_quantity(EXAMPLES[name])
    again = parse_quantity(one.source)
    assert (again.kind, again.params, again.origin) == (one.kind, one.params, one.origin)
    assert parse_quantity(one) is one


@given(FINITE)
def test_constants_round_trip(value: float) -> None:
    assert parse_quantity(repr(value)).params == (value,)
    assert constant(value).quantile(0.3) == constant(value).mean == constant(value).median == value
    assert constant(value).is_constant


@given(POSITIVE, st.floats(1.001, 1e4))
def test_positive_interval_is_the_central_ninety_percent(low: float, ratio: float) -> None:
    high = low * ratio
    q = parse_quantity(f"{low!r} to {high!r}")
    assert q.kind == "lognormal"
    np.testing.assert_allclose(q.quantile([0.05, 0.5, 0.95]), [low, math.sqrt(low * high), high], rtol=1e-9)


@given(st.floats(-1e6, 0.0), st.floats(0.001, 1e6))
def test_other_intervals_are_normal(low: float, width: float) -> None:
    q = parse_quantity(f"{low!r} to {low + width!r}")
    assume(low + width > low)
    assert q.kind == "normal"
    expected = [low, low + width / 2, low + width]
    np.testing.assert_allclose(q.quantile([0.05, 0.5, 0.95]), expected, rtol=1e-9, atol=1e-9 * (width - low))


@given(POSITIVE, st.floats(1.001, 1e4))
def test_median_and_p95(median: float, ratio: float) -> None:
    q = parse_quantity({"median": median, "p95": median * ratio})
    np.testing.assert_allclose(q.quantile([0.5, 0.95]), [median, median * ratio], rtol=1e-9)


@given(FINITE, st.floats(0.01, 1e6), st.floats(0.0, 1.0))
def test_pert(low: float, width: float, place: float) -> None:
    """Mean (low + 4 mode + high) / 6, as stated and as the integral of the quantile function; inside its ends."""
    high = low + width
    assume(low < high)
    mode = min(high, low + place * width)
    q = parse_quantity({"low": low, "mode": mode, "high": high})
    assert q.mean == pytest.approx((low + 4 * mode + high) / 6, rel=1e-12, abs=1e-9)
    u = (np.arange(4_000) + 0.5) / 4_000
    assert np.mean(q.quantile(u)) == pytest.approx(q.mean, abs=2e-5 * width + 1e-9 * abs(low))
    ends = q.quantile([1e-12, 1 - 1e-12])
    assert low <= ends[0] < ends[1] <= high


@given(FINITE, st.floats(0.01, 1e6), st.floats(0.01, 1e6))
def test_metalog_goes_through_its_three_points(p10: float, lower: float, upper: float) -> None:
    p50, p90 = p10 + lower, p10 + lower + upper
    share = lower / (lower + upper)
    assume(0.34 < share < 0.66 and p10 < p50 < p90)
    q = parse_quantity({"p10": p10, "p50": p50, "p90": p90})
    np.testing.assert_allclose(q.quantile([0.1, 0.5, 0.9]), [p10, p50, p90], rtol=1e-9, atol=1e-9 * (p90 - p10))
    grid = q.quantile(np.linspace(1e-6, 1 - 1e-6, 1001))
    assert np.all(np.diff(grid) > 0)


def test_published_metalog() -> None:
    case = CASES["metalog-three-point-u-3"]
    p10, p50, p90 = case["inputs"]["x"]
    q = parse_quantity({"p10": p10, "p50": p50, "p90": p90})
    rel = case["tolerance"]["rel"]
    np.testing.assert_allclose(q.params, case["expected"]["a"], rtol=rel)
    for u, expected in case["expected"]["quantiles"].items():
        assert q.quantile(float(u)) == pytest.approx(expected, rel=rel)
    mean, _ = integrate.quad(lambda u: float(q.quantile(u)), 0, 1)
    assert q.mean == pytest.approx(mean, rel=1e-7)


def test_published_coefficients_of_the_symmetric_triplet() -> None:
    case = CASES["metalog-spt"]
    inputs = case["inputs"]
    q = parse_quantity({"p10": inputs["low"], "p50": inputs["mid"], "p90": inputs["high"]})
    np.testing.assert_allclose(q.params, case["expected"]["a"], rtol=case["tolerance"]["rel"])


@pytest.mark.parametrize("mirrored", [False, True])
def test_metalog_is_refused_exactly_where_it_would_fall(mirrored: bool) -> None:
    """The most skewed triplet that is accepted still rises; a little further it would not, and is refused."""

    def triplet(share: float) -> dict[str, float]:
        return {"p10": 0.0, "p50": 1 - share if mirrored else share, "p90": 1.0}

    def rises(share: float) -> bool:
        middle, logit = triplet(share)["p50"], math.log(9)
        u = 1 / (1 + np.exp(-np.linspace(-12, 12, 20_001)))
        log_odds = np.log(u / (1 - u))
        curve = log_odds / (2 * logit) + (1 - 2 * middle) / (0.8 * logit) * (u - 0.5) * log_odds
        return bool(np.all(np.diff(curve) > 0))

    edge = 0.5 * (1 - 0.4 * 1.66711)
    assert rises(edge + 1e-4)
    assert parse_quantity(triplet(edge + 1e-4)).kind == "metalog"
    assert not rises(edge - 1e-4)
    with pytest.raises(QuantityError, match="too skewed"):
        parse_quantity(triplet(edge - 1e-4))


@pytest.mark.parametrize("name", EXAMPLES)
def test_quantiles_rise_and_agree_with_the_twin(name: str) -> None:
    q = parse_quantity(EXAMPLES[name])
    u = np.linspace(0.0005, 0.9995, 500)
    values = q.quantile(u)
    assert np.all(np.diff(values) >= 0)
    np.testing.assert_allclose(values, [quantile(q, x) for x in u], rtol=1e-10)
    assert q.quantile(u.reshape(5, 100)).shape == (5, 100)
    assert q.mean == pytest.approx(integrate.quad(lambda x: float(q.quantile(x)), 0, 1, limit=400)[0], rel=2e-3)


@given(PROBABILITY, PROBABILITY)
def test_quantiles_rise_everywhere(a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    for source in EXAMPLES.values():
        q = parse_quantity(source)
        assert q.quantile(low) <= q.quantile(high)


def test_choices_come_with_their_weights_whatever_their_order() -> None:
    q = parse_quantity(EXAMPLES["choices"])
    u = (np.arange(4_000) + 0.5) / 4_000
    values, counts = np.unique(q.quantile(u), return_counts=True)
    assert dict(zip(values.tolist(), counts.tolist(), strict=True)) == {2.0: 3000, 3.0: 1000}
    assert q.mean == pytest.approx(2.25)
    assert parse_quantity({"choices": [3, 1, 2], "weights": [1, 1, 1]}).median == 2.0


def test_gamma_has_mean_one_and_variance_one_over_shape() -> None:
    q = Quantity("gamma", (0.8,))
    second, _ = integrate.quad(lambda u: float(q.quantile(u)) ** 2, 0, 1, limit=400)
    assert q.mean == 1.0
    assert second - 1 == pytest.approx(1 / 0.8, rel=1e-4)


def test_as_printed() -> None:
    assert str(parse_quantity("8k to 15k")) == "8k to 15k"
    assert "origin" not in str(parse_quantity(EXAMPLES["value"]))
    assert parse_quantity(EXAMPLES["value"]).origin == "planner assumption"
