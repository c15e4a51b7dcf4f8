"""Shapes, refusals and properties of the measures; rates of return against exact root counts."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measures import (
    NoRate,
    annuity_factor,
    cvar,
    irr,
    irr_count,
    irr_with_reason,
    mirr,
    npv,
    payback,
    quantile,
    standard_error,
    wilson_interval,
)

MONEY = st.integers(-1000, 1000).map(float)
FLOWS = st.lists(MONEY, min_size=1, max_size=14)


def exact_positive_roots(flow: list[float]) -> int:
    """Distinct roots v > 0 of sum of c_k v^k by Sturm's theorem in exact integers."""
    exact = [Fraction(value) for value in flow]
    common = math.lcm(*(value.denominator for value in exact))
    whole = [int(value * common) for value in exact]
    nonzero = [k for k, value in enumerate(whole) if value]
    if not nonzero:
        return 0
    first = whole[nonzero[0] : nonzero[-1] + 1]
    chain = [first, [k * value for k, value in enumerate(first)][1:]]
    while chain[-1]:
        chain.append(negative_remainder(chain[-2], chain[-1]))

    def changes(values: list[int]) -> int:
        signs = [value > 0 for value in values if value]
        return sum(left != right for left, right in itertools.pairwise(signs))

    chain.pop()
    return changes([polynomial[0] for polynomial in chain]) - changes([polynomial[-1] for polynomial in chain])


def negative_remainder(dividend: list[int], divisor: list[int]) -> list[int]:
    """A positive multiple of the negative remainder, without common factor; empty if there is none."""
    rest, lead = list(dividend), divisor[-1]
    while len(rest) >= len(divisor):
        factor = rest[-1] if lead > 0 else -rest[-1]
        rest = [value * abs(lead) for value in rest]
        for k, value in enumerate(divisor, start=len(rest) - len(divisor)):
            rest[k] -= factor * value
        rest.pop()
    while rest and rest[-1] == 0:
        rest.pop()
    content = math.gcd(*rest)
    return [-value // content for value in rest]


# --- present value ---


def test_npv_of_many_flows_equals_npv_of_each() -> None:
    flows = np.random.default_rng(3).normal(size=(4, 5, 61))
    values = npv(0.01, flows)
    assert values.shape == (4, 5)
    assert values[2, 3] == npv(0.01, flows[2, 3])
    assert npv(0.01, np.asfortranarray(flows))[2, 3] == values[2, 3]
    rates = np.linspace(0.0, 0.1, 5)
    assert npv(rates, flows)[1, 4] == npv(rates[4], flows[1, 4])


@given(FLOWS, FLOWS, st.floats(-0.5, 2.0))
def test_npv_is_linear_and_shifts(first: list[float], second: list[float], rate: float) -> None:
    size = max(len(first), len(second))
    a, b = (np.pad(np.array(flow), (0, size - len(flow))) for flow in (first, second))
    scale = npv(rate, np.abs(a)) + npv(rate, np.abs(b)) + 1
    assert abs(npv(rate, a + 2 * b) - npv(rate, a) - 2 * npv(rate, b)) <= 1e-13 * 3 * scale
    assert abs(npv(rate, [0.0, *a]) * (1 + rate) - npv(rate, a)) <= 1e-13 * scale


def test_annuity_factor_near_rate_zero_and_for_negative_rates() -> None:
    assert annuity_factor(1e-15, 60) == pytest.approx(60, rel=1e-12)
    assert annuity_factor(-0.5, 2) == pytest.approx(2 + 4)
    assert annuity_factor(0.1, 0) == 0.0


# --- internal rates ---


@given(FLOWS)
def test_irr_finds_as_many_rates_as_sturms_theorem(flow: list[float]) -> None:
    rates = irr(flow)
    assert len(rates) == exact_positive_roots(flow)
    assert (np.diff(rates) > 0).all()
    assert (rates > -1).all()
    assert irr_count([flow])[0] == len(rates)


def test_irr_of_long_noisy_flows_has_the_exact_count() -> None:
    """Five years of months with many sign changes. Fixed seed; the exact counts are theorems, so no false alarms."""
    generator = np.random.default_rng(11)
    flows = np.round(generator.normal(60, 400, size=(24, 61)))
    flows[:, 0] -= 2000
    counts = irr_count(flows)
    assert set(counts.tolist()) >= {1, 2}
    for flow, count in zip(flows, counts, strict=True):
        assert count == exact_positive_roots(flow.tolist())
        for rate in irr(flow):
            assert abs(npv(rate, flow)) <= 1e-12 * npv(rate, np.abs(flow))


@given(st.lists(st.integers(1, 40), min_size=1, max_size=4, unique=True), st.integers(0, 50))
def test_irr_recovers_chosen_rates(twentieths: list[int], padding: int) -> None:
    """A flow built as the product of (1 + i - r), times a factor without positive roots, has exactly the rates r."""
    rates = sorted(value / 20 - 0.95 for value in twentieths)
    polynomial = np.array([1.0])
    for rate in rates:
        polynomial = np.convolve(polynomial, [1.0, -(1.0 + rate)])
    flow = np.convolve(polynomial, np.ones(padding + 1))
    np.testing.assert_allclose(irr(flow), rates, atol=1e-7)


@pytest.mark.parametrize("rate", [-0.6, -0.05, 0.0, 0.007, 0.1, 3.0])
def test_double_root_is_found_once(rate: float) -> None:
    """Touching zero without crossing, in floats that may hit, miss or cross it by rounding."""
    growth = 1 + rate
    square = np.array([-1.0, 2 * growth, -(growth**2)])
    np.testing.assert_allclose(irr(square), [rate], atol=1e-12)
    longer = np.convolve(square, np.ones(40))
    np.testing.assert_allclose(irr(longer), [rate], atol=1e-9)
    both = np.convolve(square, [1.0, -(2 + growth)])
    np.testing.assert_allclose(irr(both), sorted([rate, 1 + growth]), atol=1e-9)


def test_close_but_different_rates_stay_apart_and_missed_ones_do_not_appear() -> None:
    assert len(irr([-1.0, 2.0 + 1e-9, -1.0])) == 2
    assert len(irr([-1.0, 2.0 - 1e-9, -1.0])) == 0


def test_irr_is_free_of_scale_and_of_leading_and_trailing_zeros() -> None:
    flow = np.array([-5, 10.5, 1, -8, 1])
    plain = irr(flow)
    assert len(plain) == 3
    for variant in (flow * 1e300, flow * 1e-300, flow * -3, [0, 0, *flow], [*flow, 0, 0, 0]):
        np.testing.assert_allclose(irr(variant), plain, rtol=1e-12)


def test_irr_count_does_not_depend_on_the_company_it_keeps() -> None:
    flows = np.random.default_rng(5).normal(1, 9, size=(2100, 13))
    counts = irr_count(flows)
    chosen = [0, 1, 2046, 2047, 2048, 2099]
    assert [len(irr(flows[row])) for row in chosen] == counts[chosen].tolist()


def test_reasons() -> None:
    assert irr_with_reason([0.0, 0.0])[1] is NoRate.ALL_ZERO
    assert irr_with_reason([7.0])[1] is NoRate.ONE_SIGN
    assert irr_with_reason([0.0, 7.0, 0.0])[1] is NoRate.ONE_SIGN
    assert irr_with_reason([1.0, -1.0, 1.0])[1] is NoRate.NO_CROSSING
    assert irr_with_reason([-1.0, 1.0])[1] is None
    assert irr([-1.0, 1.0]).tolist() == [0.0]


def test_mirr_of_many_flows() -> None:
    flows = np.array([[-100.0, 60, 60], [100, 60, 60], [-1, -1, -1]])
    values = mirr(flows, 0.1, 0.1)
    assert values[0] == pytest.approx(((60 * 1.1 + 60) / 100) ** 0.5 - 1)
    assert np.isnan(values[1:]).all()
    assert math.isnan(mirr([-5.0], 0.1, 0.1))


# --- payback ---


def test_payback_after_the_last_recovery() -> None:
    assert payback([-10, 20, -15, 10]) == 2.5
    assert payback([10, -5, -4]) == 0.0
    assert payback([10, -15, 10]) == 1.5
    assert payback([-10, 20, -15]) == math.inf
    assert payback([0.0, 0.0]) == 0.0
    assert payback([-1.0]) == math.inf
    np.testing.assert_array_equal(payback([[-10, 5, 10], [-10, 5, 1], [1, 1, 1]]), [1.5, math.inf, 0.0])


def test_payback_to_the_cent_is_a_payback_in_floats() -> None:
    """-2.3 + 23 * 0.1 is not zero in floats; the rounding error does not turn 23 periods into never."""
    for parts in (3, 7, 23, 49, 60):
        assert payback([-parts / 10] + [0.1] * parts) == pytest.approx(parts, abs=1e-9)
    assert payback([-2.3] + [0.1] * 22 + [0.0999]) == math.inf


@given(FLOWS)
def test_payback_by_its_definition(flow: list[float]) -> None:
    """From the payback on, and not before, the linearly interpolated cumulative flow stays at or above zero."""
    cumulative = np.cumsum(flow)
    result = payback(flow)
    if cumulative[-1] < 0:
        assert result == math.inf
        return
    assert result < len(flow)
    assert (cumulative[math.ceil(result) :] >= 0).all()
    if result > 0:
        assert np.interp(result, np.arange(len(flow)), cumulative) == pytest.approx(0.0, abs=1e-6)
        assert cumulative[math.ceil(result) - 1] < 0


# --- tails ---


@given(st.lists(MONEY, min_size=1, max_size=40), st.floats(0.01, 1.0))
def test_cvar_solves_rockafellar_and_uryasev(values: list[float], level: float) -> None:
    sample = np.array(values)
    best = max(eta - np.mean(np.maximum(0.0, eta - sample)) / level for eta in values)
    assert cvar(values, level) == pytest.approx(best, abs=1e-7)


def test_cvar_limits_shape_and_order() -> None:
    generator = np.random.default_rng(7)
    sample = generator.normal(size=(3, 1001))
    assert cvar(sample, 1.0) == pytest.approx(sample.mean(axis=1))
    assert (cvar(sample, 1e-6) == sample.min(axis=1)).all()
    assert cvar(sample, 0.05)[1] == cvar(generator.permutation(sample[1]), 0.05)
    assert cvar([3.0], 0.05) == 3.0
    assert cvar(np.arange(1000.0), 0.05) == 24.5
    assert (np.diff([cvar(sample[0], level) for level in np.linspace(0.01, 1, 60)]) > 0).all()


def test_quantile_equals_numpys_and_passes_infinity_on() -> None:
    sample = np.random.default_rng(9).normal(size=(4, 257))
    shares = np.array([[0.0, 0.05], [0.5, 1.0]])
    assert quantile(sample, shares).shape == (2, 2, 4)
    np.testing.assert_allclose(quantile(sample, shares), np.quantile(sample, shares, axis=-1), rtol=1e-14, atol=1e-15)
    assert quantile(sample[0], 0.5) == np.median(sample[0])
    waiting = [1.0, 2.0, 3.0, math.inf, math.inf]
    assert quantile(waiting, [0.25, 0.5, 0.55, 0.9]).tolist() == [2.0, 3.0, math.inf, math.inf]


# --- sampling error ---


def test_standard_error() -> None:
    sample = np.random.default_rng(1).normal(size=(3, 50))
    np.testing.assert_allclose(standard_error(sample), sample.std(axis=1, ddof=1) / math.sqrt(50), rtol=1e-15)
    assert standard_error([4.0, 4.0, 4.0]) == 0.0


def test_wilson_interval_inverts_the_score_test() -> None:
    """At each end the observed share lies exactly z standard errors (of that end's probability) away."""
    for successes, n in ((3, 10), (50, 1000), (9, 10)):
        for end in wilson_interval(successes, n, 0.95):
            z = abs(successes / n - end) / math.sqrt(end * (1 - end) / n)
            assert z == pytest.approx(1.959963984540054, rel=1e-10)
    assert wilson_interval(0, 5, 0.9)[0] == 0.0
    assert wilson_interval(5, 5, 0.9)[1] == 1.0


# --- refusals ---


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: npv(0.1, []), r"cashflows must not be empty, got shape \(0,\)"),
        (lambda: npv(0.1, 5.0), "cashflows must be a sequence or an array, got the single number 5.0"),
        (lambda: npv(0.1, [1.0, math.nan]), r"cashflows must not contain NaN, got one at index \(1,\)"),
        (lambda: npv(0.1, [1.0, math.inf]), "cashflows must be finite, got inf"),
        (lambda: npv(-1.5, [1.0]), "rate must be finite and above -1, got -1.5"),
        (lambda: annuity_factor(0.1, -1), "periods must be finite and >= 0, got -1"),
        (lambda: irr([[1.0, 2.0]]), r"cashflows must be one flow \(one axis\), got shape \(1, 2\)"),
        (lambda: irr([math.nan]), r"cashflows must not contain NaN, got one at index \(0,\)"),
        (lambda: irr_count([1.0, 2.0]), r"cashflows must have two axes \(flow, time\), got shape \(2,\)"),
        (lambda: mirr([-1.0, 2.0], -1.0, 0.1), "finance_rate must be finite and above -1, got -1.0"),
        (lambda: mirr([-1.0, 2.0], 0.1, math.nan), "reinvest_rate must be finite and above -1, got nan"),
        (lambda: payback([]), "cashflows must not be empty"),
        (lambda: cvar([1.0], 0.0), r"level must lie in \(0, 1\], got 0.0"),
        (lambda: cvar([1.0], math.nan), r"level must lie in \(0, 1\], got nan"),
        (lambda: cvar([1.0, math.inf], 0.5), "values must be finite, got inf"),
        (lambda: quantile([], 0.5), "values must not be empty"),
        (lambda: quantile([1.0], [0.5, 1.5]), r"p must lie in \[0, 1\], got 1.5"),
        (lambda: quantile([-math.inf], 0.5), "values must not contain -infinity"),
        (lambda: standard_error([1.0]), "values must have at least 2 entries along the last axis, got 1"),
        (lambda: wilson_interval(3, 2, 0.95), r"successes must be a whole number in \[0, 2\], got 3"),
        (lambda: wilson_interval(0, 0, 0.95), "n must be a whole number of at least 1, got 0"),
        (lambda: wilson_interval(1, 2, 1.0), r"confidence must lie in \(0, 1\), got 1.0"),
    ],
)
def test_refusals_name_argument_value_and_range(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=message):
        call()
