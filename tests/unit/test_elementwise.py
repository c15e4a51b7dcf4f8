"""One formula called with numbers, with arrays, and refused with a sentence that says what is wrong."""

import inspect
import math

import numpy as np
import pytest

from sim.mechanisms import (
    Range,
    bass_adoption,
    elementwise,
    erlang_c,
    insurance_payout,
    overrun_ratio,
    relevance,
    severity_quantile,
)


def test_numbers_give_a_float_and_arrays_their_broadcast_shape() -> None:
    assert type(erlang_c(2, 1)) is float
    assert type(erlang_c(np.int64(2), np.float64(1))) is float
    assert type(erlang_c(np.array(2), np.array(1.0))) is float
    grid = erlang_c(np.arange(1, 5)[:, np.newaxis], np.array([0.5, 0.9, 2.5]))
    assert grid.shape == (4, 3)
    assert grid.dtype == np.float64
    assert grid[2, 1] == erlang_c(3, 0.9)
    assert erlang_c(np.zeros((0, 3)), 1.0).shape == (0, 3)


def test_names_signature_and_text_stay_visible() -> None:
    assert erlang_c.__name__ == "erlang_c"
    assert list(inspect.signature(erlang_c).parameters) == ["servers", "load"]
    assert (erlang_c.__doc__ or "").startswith("Probability that an arrival has to wait")
    assert repr(erlang_c) == "<formula erlang_c(servers: 'float', load: 'float') -> 'float'>".replace("'", "")
    assert insurance_payout(loss=30.0, limit=50.0, deductible=10.0) == 20.0


def test_wrong_number_of_arguments_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="missing a required argument: 'load'"):
        erlang_c(2)
    with pytest.raises(TypeError, match="too many positional arguments"):
        erlang_c(2, 1.0, 3.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bass_adoption(1.0, 0.1, 0.4, 1.3), r"bass_adoption: ceiling must be a number in \[0, 1\], got 1.3"),
        (lambda: bass_adoption(1.0, -0.1, 0.4, 1.0), r"p must be a number in \[0, inf\), got -0.1"),
        (lambda: bass_adoption(math.nan, 0.1, 0.4, 1.0), r"t must be a number in \[-inf, inf\], got nan"),
        (lambda: erlang_c(2.5, 1.0), r"servers must be a whole number in \[0, inf\), got 2.5"),
        (lambda: erlang_c(math.inf, 1.0), r"servers must be a whole number in \[0, inf\), got inf"),
        (lambda: erlang_c([2, 3], [1.0, -1.0]), r"load must be a number in \[0, inf\), got -1.0 at index \(1,\)"),
        (lambda: erlang_c([[2, 3.5]], 1.0), r"servers must be a whole number in \[0, inf\), got 3.5 at index \(0, 1\)"),
        (lambda: relevance(1.0, 0.0), r"half_life must be a number in \(0, inf\], got 0.0"),
        (lambda: severity_quantile(0.5, 10.0, 10.0, 0.3), "median must be less than p95, got 10.0 and 10.0"),
        (lambda: severity_quantile([0.5, 0.6], 10.0, [20.0, 5.0], 0.3), "median must be less than p95, got 10.0 and"),
        (lambda: severity_quantile(0.5, 10.0, 20.0, 1.0), r"tail_index must be a number in \[0, 1\), got 1.0"),
        (lambda: overrun_ratio(0.5, 1.0, 0.1, 0.1, 2.0, 1.2), r"cap must be a number in \[1.5, inf\], got 1.2"),
    ],
)
def test_refusals_name_argument_value_and_range(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=message):
        call()


def test_raw_function_does_not_check() -> None:
    assert bass_adoption.scalar(1.0, 0.1, 0.4, 2.0) == 2.0 * bass_adoption(1.0, 0.1, 0.4, 1.0)


def test_range_of_a_parameter_that_does_not_exist_is_refused_when_declared() -> None:
    with pytest.raises(TypeError, match="half has no parameter 'y'; it has x"):

        @elementwise(y=Range(0.0))
        def half(x: float) -> float:
            return x / 2


def test_numbers_and_arrays_are_checked_alike() -> None:
    ranges = [Range(), Range(0.0), Range(0.0, 1.0, open_low=True), Range(0.0, 9.0, open_high=True, whole=True)]
    values = np.array([-math.inf, -1.0, 0.0, 0.5, 1.0, 3.0, 8.5, 9.0, math.inf, math.nan])
    for allowed in ranges:
        assert [allowed.holds(value) for value in values.tolist()] == allowed.accepts(values).tolist()
