"""Monitoring against theory: the linear-Gaussian posterior, scores in closed form, coverage of a forecast that is
right, and weights that leave the truth unbiased."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from scenarios.monitoring.proposal import fitted, tempered
from scenarios.monitoring.scores import covered, crps, place
from scenarios.monitoring.weights import (
    effective,
    information,
    log_likelihood,
    moved,
    resampled,
    weighted_mean,
    weighted_quantiles,
    weights_of,
)

SLOPES = np.array([[1.0, 0.5, 0.0], [0.3, -1.0, 0.2]])  # two observations of three drivers
ERRORS = np.array([0.5, 0.8])
SEEN = np.array([1.2, -0.7])


def exact() -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the drivers given the observations (Bishop 2006, equations 2.116 and 2.117)."""
    precision = np.eye(3) + SLOPES.T @ np.diag(ERRORS**-2) @ SLOPES
    covariance = np.linalg.inv(precision)
    return covariance @ SLOPES.T @ (SEEN / ERRORS**2), covariance


def test_weights_give_the_linear_gaussian_posterior() -> None:
    """Mean and variance of every driver, each within 4 standard errors (false alarm 4e-4 in all)."""
    z = np.random.default_rng(1).standard_normal((40_000, 3))
    weight = weights_of(log_likelihood(z @ SLOPES.T, SEEN, ERRORS))
    mean, covariance = exact()
    for j in range(3):
        found, error = weighted_mean(z[:, j], weight)
        assert abs(found - mean[j]) < 4.0 * error
        spread, its_error = weighted_mean((z[:, j] - mean[j]) ** 2, weight)
        assert abs(spread - covariance[j, j]) < 4.0 * its_error
        ends = weighted_quantiles(z[:, j], weight, np.array([0.05, 0.5, 0.95]))
        truth = mean[j] + math.sqrt(covariance[j, j]) * norm.ppf([0.05, 0.5, 0.95])
        assert np.abs(ends - truth).max() < 0.06


def test_new_draws_around_the_observations_give_the_same_posterior() -> None:
    """Observations 5 deviations out leave next to none of 2,000 draws; three steps make hundreds, without bias."""
    rng = np.random.default_rng(2)
    far, errors = np.array([5.0, -4.0]), np.array([0.2, 0.2])
    z = rng.standard_normal((2000, 3))
    ratio, power = np.zeros(2000), 0.0
    assert effective(weights_of(log_likelihood(z @ SLOPES.T, far, errors))) < 20.0
    for _ in range(8):
        likely = log_likelihood(z @ SLOPES.T, far, errors)
        power = tempered(likely, ratio, 50.0, power)
        proposal = fitted(z, weights_of(ratio + power * likely), np.eye(3), np.array([], dtype=np.int64))
        assert proposal is not None
        z = proposal.drawn(rng.standard_normal((2000, 3)), rng)
        ratio = proposal.log_ratio(z)
        if power == 1.0:
            break
    weight = weights_of(ratio + log_likelihood(z @ SLOPES.T, far, errors))
    assert effective(weight) > 200.0
    covariance = np.linalg.inv(np.eye(3) + SLOPES.T @ np.diag(errors**-2) @ SLOPES)
    mean = covariance @ SLOPES.T @ (far / errors**2)
    for j in range(3):
        found, error = weighted_mean(z[:, j], weight)
        assert abs(found - mean[j]) < 4.0 * error


def test_correlated_drivers_keep_their_correlation_in_the_weights() -> None:
    """A driver that is observed only through another one: E(z2 | y) = rho E(z1 | y)."""
    rng, rho = np.random.default_rng(3), 0.6
    correlation = np.array([[1.0, rho], [rho, 1.0]])
    root = np.linalg.cholesky(correlation)
    z = rng.standard_normal((4000, 2)) @ root.T
    seen, error = np.array([3.0]), np.array([0.3])
    first = weights_of(log_likelihood(z[:, :1], seen, error))
    proposal = fitted(z, first, correlation, np.array([0, 1]))
    assert proposal is not None
    assert proposal.columns.tolist() == [0, 1]
    z = proposal.drawn(rng.standard_normal((4000, 2)) @ root.T, rng)
    weight = weights_of(proposal.log_ratio(z) + log_likelihood(z[:, :1], seen, error))
    truth = 3.0 / (1.0 + 0.3**2)
    for j, expected in enumerate((truth, rho * truth)):
        found, standard = weighted_mean(z[:, j], weight)
        assert abs(found - expected) < 4.0 * standard


def test_wide_errors_say_nothing() -> None:
    """Errors a thousand times the spread leave equal weights and no information; no observation leaves exactly none."""
    z = np.random.default_rng(4).standard_normal((1000, 1))
    wide = weights_of(log_likelihood(z, np.array([0.5]), np.array([1e3])))
    assert effective(wide) > 999.99
    assert information(wide) < 1e-8
    none = weights_of(log_likelihood(np.empty((1000, 0)), np.empty(0), np.empty(0)))
    assert information(none) == 0.0
    assert resampled(none, 700, np.random.default_rng(1)).tolist() == list(range(700))


@pytest.mark.parametrize(("mu", "s", "y"), [(0.0, 1.0, 0.0), (2.0, 0.5, 3.1), (-1.0, 3.0, 4.0)])
def test_crps_of_a_gaussian_in_closed_form(mu: float, s: float, y: float) -> None:
    """Gneiting and Raftery 2007, equation 21; and its definition as an integral of squared distances."""
    z = (y - mu) / s
    closed = s * (z * (2.0 * norm.cdf(z) - 1.0) + 2.0 * norm.pdf(z) - 1.0 / math.sqrt(math.pi))
    assert crps(np.array([mu]), s, y) == pytest.approx(closed, rel=1e-12)
    below = quad(lambda x: norm.cdf(x, mu, s) ** 2, mu - 12 * s, y)[0]
    above = quad(lambda x: (1.0 - norm.cdf(x, mu, s)) ** 2, y, y + 12 * s + abs(mu - y))[0]
    assert crps(np.array([mu]), s, y) == pytest.approx(below + above, abs=1e-6)


def test_crps_of_points_that_stand_for_a_gaussian() -> None:
    """200 equally likely values of N(0, 1) and an error of 0.5 are N(0, 1.25) to a thousandth."""
    points = norm.ppf((np.arange(200) + 0.5) / 200)
    s = math.sqrt(1.25)
    for y in (0.0, 1.0, -2.5):
        z = y / s
        closed = s * (z * (2.0 * norm.cdf(z) - 1.0) + 2.0 * norm.pdf(z) - 1.0 / math.sqrt(math.pi))
        assert crps(points, 0.5, y) == pytest.approx(closed, abs=2e-3)


def test_a_forecast_that_is_right_covers_nine_in_ten() -> None:
    """Places are uniform, 90 % are covered, and the score is what the forecast expects of itself: 2,000 figures, each
    within 4 standard errors; a forecast half as wide covers fewer."""
    rng = np.random.default_rng(5)
    points = norm.ppf((np.arange(200) + 0.5) / 200, 10.0, 2.0)
    seen = rng.normal(10.0, math.hypot(2.0, 0.7), 2000)
    places = np.array([place(points, 0.7, float(y)) for y in seen])
    share = np.mean([covered(float(at)) for at in places])
    assert abs(share - 0.9) < 4.0 * math.sqrt(0.09 / 2000)
    assert abs(places.mean() - 0.5) < 4.0 / math.sqrt(12 * 2000)
    assert abs(places.var() - 1.0 / 12.0) < 4.0 * math.sqrt(1.0 / 180.0 / 2000)
    narrow = norm.ppf((np.arange(200) + 0.5) / 200, 10.0, 0.6)
    assert np.mean([covered(place(narrow, 0.7, float(y))) for y in seen]) < 0.7


def test_resampled_draws_have_the_weighted_mean() -> None:
    """Systematic resampling takes every draw floor or ceil of count * weight times."""
    rng = np.random.default_rng(6)
    weight = weights_of(rng.standard_normal(500))
    times = np.bincount(resampled(weight, 300, rng), minlength=500)
    assert (np.abs(times - 300 * weight) < 1.0).all()


@pytest.mark.parametrize(("draws", "error", "made"), [(512, 0.5, False), (512, 0.1, False), (1024, 0.5, True)])
def test_drivers_that_nothing_was_observed_of_have_not_moved(draws: int, error: float, made: bool) -> None:
    """60 drivers beside the observed one: in 5 % of 300 samples at most some of them is called moved, up to 4 standard
    errors of a share of 300 (false alarm below 1e-4). Three standard errors of each alone: in 30 %. The driver that was
    observed is found in all of them."""
    alarms = old = found = 0
    for sample in range(300):
        rng = np.random.default_rng([7, sample])
        z = rng.standard_normal((draws, 61))
        weight = weights_of(log_likelihood(z[:, -1:], np.array([1.0]), np.array([error])))
        told = moved(z, weight, None if made else np.full(draws, 1.0 / draws), 0.05)
        alarms, found = alarms + told[:-1].any(), found + told[-1]
        mean, n = weight @ z[:, :-1], effective(weight)
        spread = weight @ (z[:, :-1] - mean) ** 2
        old += ((abs(mean) > 3.0 / math.sqrt(n)) | (abs(spread - 1.0) > 3.0 * math.sqrt(2.0 / n))).any()
    assert alarms <= 300 * 0.05 + 4.0 * math.sqrt(300 * 0.05 * 0.95)
    assert old > 2 * alarms
    assert found == 300
