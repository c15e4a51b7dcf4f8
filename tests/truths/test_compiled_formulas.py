"""Every formula compiles, and the compiled code gives what the public call gives."""

import math
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest

from sim import mechanisms
from sim.mechanisms import Elementwise, compile_scalar

# One jit for all formulas, so that shared helpers are compiled once.
JIT = numba.njit

GRIDS: dict[str, tuple[list[float], ...]] = {
    "bass_adoption": ([-1.0, 0.0, 0.3, 5.0, 1e6], [0.0, 0.01, 0.3], [0.0, 0.4, 2.0], [0.0, 0.7, 1.0]),
    "erlang_b": ([0, 1, 2, 7, 400], [0.0, 0.3, 1.0, 6.9, 390.0, 800.0]),
    "erlang_c": ([0, 1, 2, 7, 400], [0.0, 0.3, 1.0, 6.9, 390.0, 800.0]),
    "allen_cunneen_wait": ([0, 1, 3, 50], [0.0, 0.9, 40.0], [0.0, 1.0], [0.0, 1.0, 2.5], [0.0, 0.5]),
    "wait_exceedance": ([0.0, 1.0, 40.0], [0, 1, 3, 50], [0.0, 0.9, 40.0], [0.0, 1.0], [0.0, 2.5], [0.0, 0.5]),
    "departure_scv": ([0, 1, 4], [0.0, 0.6, 1.0], [0.0, 1.0, 3.0], [0.0, 1.0, 3.0]),
    "weibull_cumulative_hazard": ([-1.0, 0.0, 0.5, 7.0, 1e300], [0.5, 1.0, 3.2], [0.1, 6.0]),
    "weibull_inverse_cumulative_hazard": ([0.0, 0.5, 1.0, 7.0, 1e300], [1e-3, 0.5, 1.0, 3.2], [0.1, 6.0]),
    "insurance_payout": ([0.0, 5.0, 1e6, math.inf], [0.0, 5.0, 100.0], [0.0, 50.0, math.inf]),
    "relevance": ([-3.0, 0.0, 1.0, 1e300], [1e-3, 3.0, math.inf]),
    "normal_cdf": ([-math.inf, -40.0, -3.0, 0.0, 1.0, 9.0, math.inf],),
    "normal_quantile": ([0.0, 1e-300, 1e-12, 0.02, 0.075, 0.5, 0.7, 0.999, 1 - 1e-16, 1.0],),
    "lognormal_limited_mean": ([0.0, 1.0, 1e5, math.inf], [-2.0, 10.5], [0.1, 1.6, 8.0]),
    "severity_quantile": ([0.0, 0.2, 0.5, 0.95, 0.96, 0.9999, 1.0], [1e3, 2e4], [3e4, 2e6], [0.0, 0.3, 0.9]),
    "severity_limited_mean": ([0.0, 1e3, 3e4, 1e6, math.inf], [1e3, 2e4], [3e4, 2e6], [0.0, 0.3, 0.9]),
    "mean_over_median": ([1.0, 1.5, 26.8, 1e6],),
    "left_since_audit": ([0.0, 0.5, 11.0, 400.0], [0.0, 0.3, 0.99]),
    "joint_effectiveness": ([0.0, 0.42, 1.0], [0.0, 0.4, 1.0], [0.0, 0.5, 1.0]),
    "severity_mean": ([1e3, 2e4], [3e4, 2e6], [0.0, 0.3, 0.9]),
    "overrun_ratio": (
        [0.0, 0.3, 0.8, 0.9, 0.9999, 1.0],
        [0.5, 1.0, 3.0],
        [0.0, 0.1, 1.0],
        [0.0, 0.2, 1.0],
        [1e-3, 1.0, 2.5],
        [1.5, 10.0, math.inf],
    ),
    "overrun_mean": ([0.5, 1.0, 3.0], [0.0, 0.1, 1.0], [0.0, 0.2, 1.0], [1e-3, 1.0, 2.5], [1.5, 10.0, math.inf]),
}


def formulas() -> dict[str, Elementwise[Any]]:
    return {name: value for name, value in vars(mechanisms).items() if isinstance(value, Elementwise)}


def test_every_public_formula_has_a_grid() -> None:
    own = {"elementwise", "adoption_curve", "queues", "wear", "insurance", "relevance", "normal", "severity", "overrun"}
    own |= {"controls"}
    covered = {name for name, formula in formulas().items() if formula.__module__.rsplit(".", 1)[1] in own}
    assert covered == set(GRIDS)
    assert len(covered) == 21


@pytest.mark.parametrize("name", sorted(GRIDS))
def test_compiled_formula_equals_public_call(name: str) -> None:
    """No argument inside the ranges raises in either, and values agree to 1e-14."""
    formula = formulas()[name]
    points = np.meshgrid(*GRIDS[name], indexing="ij")
    public = formula(*points)
    compiled: Callable[..., float] = compile_scalar(formula, JIT)
    columns = [np.ravel(grid).tolist() for grid in points]
    from_kernel = np.array([compiled(*row) for row in zip(*columns, strict=True)])
    assert public.shape == points[0].shape
    assert not np.isnan(from_kernel).any()
    np.testing.assert_allclose(from_kernel, public.ravel(), rtol=1e-14, atol=0.0)


def test_formula_without_helpers_goes_to_the_compiler_directly() -> None:
    assert numba.njit(mechanisms.erlang_b.scalar)(2, 1.0) == 0.2


def test_compiled_formulas_call_each_other_inside_a_kernel() -> None:
    """The way a kernel uses them: as globals or closures of a compiled loop."""
    wait = compile_scalar(mechanisms.allen_cunneen_wait, JIT)
    severity = compile_scalar(mechanisms.severity_quantile, JIT)

    @numba.njit  # type: ignore[untyped-decorator, unused-ignore]
    def kernel(uniforms: Any) -> float:
        total = 0.0
        for u in uniforms:
            total += severity(u, 2e4, 2e5, 0.3) + wait(2, 9.0, 0.2, 1.0, 1.0)
        return total

    uniforms = np.linspace(0.001, 0.999, 101)
    twin = mechanisms.severity_quantile(uniforms, 2e4, 2e5, 0.3).sum() + 101 * mechanisms.allen_cunneen_wait(
        2, 9.0, 0.2, 1.0, 1.0
    )
    assert kernel(uniforms) == pytest.approx(twin, rel=1e-13)


def test_shared_helper_is_compiled_once() -> None:
    seen: list[str] = []

    def jit(function: Callable[..., Any]) -> Callable[..., Any]:
        seen.append(function.__name__)
        return function

    compile_scalar(mechanisms.erlang_c, jit)
    compile_scalar(mechanisms.allen_cunneen_wait, jit)
    assert seen == ["erlang_b", "erlang_c", "allen_cunneen_wait"]
