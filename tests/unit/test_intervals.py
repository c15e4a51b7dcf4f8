"""Intervals of figures: what they refuse, what constants give, what pairs share. Coverage is in tests/truths."""

import json
import math

import numpy as np
import pytest

from sim.measures import (
    ChanceBelow,
    Estimator,
    Interval,
    Mean,
    Quantile,
    Ratio,
    TailMean,
    Target,
    cvar,
    cvar_interval,
    difference_interval,
    draws_needed,
    mean_interval,
    probability_interval,
    quantile_interval,
    ratio_interval,
    replicated_interval,
    until_sure,
)
from sim.measures.sequential import BLOCK, LOOKS

RNG = np.random.default_rng(3)
VALUES = np.exp(RNG.standard_normal(4000))
OTHER = VALUES + RNG.standard_normal(4000)
FIGURES: tuple[Estimator, ...] = (Mean(), Quantile(0.05), Quantile(0.5), TailMean(0.05), TailMean(0.05, "high"))


@pytest.mark.parametrize("figure", FIGURES, ids=str)
def test_constant_values_have_no_error(figure: Estimator) -> None:
    """Error 0, both ends at the value, no division by zero; also of a difference of constants."""
    constant = np.full(4000, 7.25)
    found = figure.interval(constant)
    assert (found.estimate, found.low, found.high, found.se) == (7.25, 7.25, 7.25, 0.0)
    change = difference_interval(figure, constant, constant - 1.0)
    assert (change.estimate, change.low, change.high, change.se) == (1.0, 1.0, 1.0, 0.0)


@pytest.mark.parametrize("figure", FIGURES, ids=str)
def test_of_a_figure_and_itself(figure: Estimator) -> None:
    """No difference at all; a shift and a factor move the ends with the values."""
    same = difference_interval(figure, VALUES, VALUES)
    assert (same.estimate, same.half, same.se) == (0.0, 0.0, 0.0)
    plain, moved = figure.interval(VALUES), figure.interval(1000.0 * VALUES - 300.0)
    for end in ("estimate", "low", "high"):
        assert getattr(moved, end) == pytest.approx(1000.0 * getattr(plain, end) - 300.0)


def test_pairs_cancel_what_they_share() -> None:
    """The difference is known better than either of its two figures, and its mean is that of the differences."""
    for figure in (Mean(), Quantile(0.5), TailMean(0.05, "high")):
        paired, single = difference_interval(figure, 1.1 * VALUES, VALUES), figure.interval(VALUES)
        assert paired.half < 0.3 * single.half
    change, direct = difference_interval(Mean(), OTHER, VALUES), mean_interval(OTHER - VALUES)
    assert (change.estimate, change.low, change.high) == (direct.estimate, direct.low, direct.high)


def test_estimates_are_those_of_the_measures() -> None:
    assert cvar_interval(VALUES, 0.05).estimate == cvar(VALUES, 0.05)
    assert cvar_interval(VALUES, 0.05, "high").estimate == -cvar(-VALUES, 0.05)
    assert quantile_interval(VALUES, 0.3).estimate == pytest.approx(np.quantile(VALUES, 0.3))
    assert ratio_interval(VALUES, OTHER**2).estimate == pytest.approx(VALUES.mean() / (OTHER**2).mean())
    level = cvar_interval(VALUES, 0.05)
    mirrored = cvar_interval(-VALUES, 0.05, "high")
    assert (mirrored.low, mirrored.high) == (pytest.approx(-(level.high or 0)), pytest.approx(-(level.low or 0)))


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (mean_interval(VALUES[:199]), "needs 200 independent values, there are 199"),
        (quantile_interval(VALUES[:159], 0.05), "needs 160 draws, there are 159"),
        (cvar_interval(VALUES[:999], 0.05), "needs 50 draws there, there are 49"),
        (ratio_interval(VALUES, OTHER - OTHER.mean()), "not clear of 0"),
        (replicated_interval([1.0, 2.0]), "needs 8 independent randomisations, there are 2"),
        (difference_interval(Quantile(0.05), VALUES[:1999], OTHER[:1999]), "needs 2000 draws, there are 1999"),
        (difference_interval(TailMean(0.05), VALUES[:900], OTHER[:900]), "needs 50 draws there"),
        (mean_interval([5.0]), "there are 1"),
    ],
)
def test_what_is_not_valid_is_refused_with_a_sentence(found: Interval, says: str) -> None:
    """No ends; the sentence; a document without NaN."""
    assert (found.low, found.high) == (None, None)
    assert found.refused is not None
    assert says in found.refused
    assert found.half == math.inf
    json.dumps(found.as_dict(), allow_nan=False)


def test_draws_without_value_are_the_largest() -> None:
    """A quantile below them has its interval, one among them no estimate, and an end among them no limit."""
    values = np.where(np.arange(4000) < 1960, np.inf, VALUES)
    low = quantile_interval(values, 0.05)
    assert low.high is not None
    assert low.high < math.inf
    middle = quantile_interval(values, 0.5)
    assert middle.estimate is not None
    assert (middle.high, middle.se) == (math.inf, None)
    assert middle.as_dict()["high"] is None
    none = quantile_interval(values, 0.9)
    assert none.estimate is None
    assert none.refused == "the 90 % quantile falls among the draws without value, 49.0 % of all"
    assert difference_interval(Quantile(0.9), values, VALUES).refused is not None
    assert difference_interval(Quantile(0.5), values, VALUES).refused is not None
    assert difference_interval(Quantile(0.05), values, VALUES).refused is None


def test_chances() -> None:
    """Wilson inside 0 to 1; a difference of paired chances that never differ holds 0 and stays inside -1 to 1."""
    found = probability_interval(3, 3)
    assert found.high == 1.0
    assert 0.0 < (found.low or 0.0) < 1.0
    none = difference_interval(ChanceBelow(-1.0), VALUES, VALUES)
    assert none.estimate == 0.0
    assert (none.low or 0.0) < 0.0 < (none.high or 0.0)
    one = difference_interval(ChanceBelow(0.0), -VALUES[:20], VALUES[:20])
    assert (one.estimate, one.high) == (1.0, 1.0)


def test_ratio_of_proportional_values_has_no_error() -> None:
    found = ratio_interval(3.0 * VALUES, VALUES)
    assert found.estimate == pytest.approx(3.0)
    assert found.half < 1e-12
    pair = difference_interval(Ratio(), np.stack([3.0 * VALUES, VALUES]), np.stack([2.0 * VALUES, VALUES]))
    assert pair.estimate == pytest.approx(1.0)
    assert pair.half < 1e-12


@pytest.mark.parametrize("values", [[1.0, math.nan], [1.0, math.inf], [], 3.0])
def test_values_that_are_none_raise(values: object) -> None:
    with pytest.raises(ValueError, match="values"):
        mean_interval(values)  # type: ignore[arg-type]


def test_looks_go_on_from_what_is_known() -> None:
    """Past looks are not repeated; no look left is an error; a target in the figure's unit or as a share of it."""
    draws = RNG.standard_normal(BLOCK * 8)
    seen: list[int] = []

    def interval(n: int, confidence: float) -> Interval:
        seen.append(n)
        assert confidence > 0.99
        return mean_interval(draws[:n], confidence)

    found = until_sure(interval, Target(0.01, False).met, BLOCK * 8, known=BLOCK * 2)
    assert seen == [BLOCK * 2, BLOCK * 4, BLOCK * 8]
    assert (found.draws, found.looks, found.reached) == (BLOCK * 8, 4, False)
    assert found.interval.confidence == 0.95
    with pytest.raises(ValueError, match="no look"):
        until_sure(interval, Target(0.01, False).met, BLOCK - 1)
    assert Target(0.02, True).wanted(-50.0) == 1.0
    assert LOOKS[0] == 1


def test_draws_needed_are_extrapolated() -> None:
    found = Interval(10.0, 9.0, 12.0, 0.5, 0.95, "", 100)
    assert draws_needed(found, 1.0) == 400
    assert draws_needed(found, 0.0) is None
    assert draws_needed(Interval(None, None, None, None, 0.95, "", 100, "why"), 1.0) is None


def test_ties_and_rounding_are_no_heavy_tail() -> None:
    """Differences that are 0 but for rounding, and few levels: never called infinite; a heavy tail among them is."""
    generator = np.random.default_rng(1)
    rounding = 1e-11 * generator.normal(size=4096)
    light, few, levels, heavy = rounding.copy(), rounding.copy(), np.zeros(4096), rounding.copy()
    light[:90] = generator.lognormal(0.0, 1.0, 90)
    few[:30] = generator.lognormal(0.0, 1.0, 30)
    levels[:100] = np.repeat([1e-3, 1.0, 200.0], [90, 8, 2])
    heavy[:1000] = generator.pareto(0.8, 1000)
    assert mean_interval(light).refused is None
    for sample in (few, levels):
        assert "too few to tell whether its variance is finite" in (mean_interval(sample).refused or "")
    assert "looks infinite" in (mean_interval(heavy).refused or "")
