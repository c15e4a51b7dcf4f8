"""Quantile functions of columns against SciPy's."""

import numpy as np
import pytest
from scipy.special import betainc, betaincinv, ndtri

from sim.columns import beta_quantiles, normal_quantiles
from sim.mechanisms.beta import beta_cdf, beta_quantile

U = np.concatenate([2.0 ** -np.arange(1.0, 53.0), 1.0 - 2.0 ** -np.arange(2.0, 53.0), np.linspace(0.001, 0.999, 200)])


def test_normal_quantiles() -> None:
    assert normal_quantiles(U) == pytest.approx(ndtri(U), rel=2e-14, abs=1e-15)
    assert normal_quantiles(U.reshape(-1, 1)).shape == (len(U), 1)


@pytest.mark.parametrize("a", [1.0, 1.3, 2.0, 3.0, 4.6, 5.0])
def test_beta_of_a_pert(a: float) -> None:
    """Both compiled and plain; the probability at the quantile is the one asked for, to 14 digits."""
    b = 6.0 - a
    x, slope = beta_quantiles(U, a, b)
    assert betainc(a, b, x) == pytest.approx(U, rel=5e-14)
    assert x == pytest.approx(beta_quantile(U, a, b), rel=1e-13)
    inner = (U > 0.01) & (U < 0.99)
    assert x[inner] == pytest.approx(betaincinv(a, b, U[inner]), rel=1e-13)
    steps = (betaincinv(a, b, U[inner] + 1e-6) - betaincinv(a, b, U[inner] - 1e-6)) / 2e-6
    assert slope[inner] == pytest.approx(steps, rel=1e-4)


def test_beta_cdf() -> None:
    x = np.linspace(0.0, 1.0, 101)
    for a, b in ((1.0, 5.0), (2.5, 3.5), (40.0, 7.0)):
        assert beta_cdf(x, a, b) == pytest.approx(betainc(a, b, x), rel=1e-12, abs=1e-300)
    with pytest.raises(ValueError, match="a must be a number in"):
        beta_cdf(0.5, 0.5, 2.0)
