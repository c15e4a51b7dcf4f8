"""Customers against theory: immigration and death, referral, the logit equilibrium, Bass, reputation; conservation.

Operations play no part: no process is driven by customers, and no incident scares anybody away, unless a test says so.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sim.montecarlo import evaluate
from sim.montecarlo.kpis import KPI_NAMES
from tests.naive.markets import REPUTATION, quiet
from tests.naive.shops import PLANNER, SEED, Edit, corner_shop, setting

Floats = NDArray[np.float64]
DRAWS = 6_000


def base(start: int, churn: float, acquisition: float, **more: Any) -> Edit:
    numbers = {"start": start, "monthly_churn": churn, "monthly_acquisition": acquisition, **more}
    return setting("profile.customers", numbers)


def market(size: float, moves: float, lead: float) -> Edit:
    """A market in which we lead the one rival by so many logits."""
    rivals = {"chain": {"utility": 0.3}}
    return setting(
        "market", {"size": size, "moves_per_month": moves, "utility": lead + 0.3, "rivals": rivals, **PLANNER}
    )


def at_month(month: int, name: str, *edits: Edit, draws: int = DRAWS, first_draw: int = 0) -> Floats:
    """(draws,) a KPI in one month that begins a year: the last, short year of the horizon holds it alone."""
    assert month % 12 == 0
    months = [setting("planning_months", 1), setting("horizon_months", month + 1)]
    one = evaluate(corner_shop(*quiet(), *edits, *months), {}, draws, SEED, first_draw=first_draw)[0]
    return np.asarray(one.baseline_kpis[:, KPI_NAMES.index(name), -1])


def assert_moments(found: Floats, mean: float, variance: float) -> None:
    """Mean and variance within 4.5 standard errors: false alarm below 1e-5 each (the variance's error for a tail as
    light as a Poisson's, with a tenth added)."""
    n = len(found)
    assert abs(found.mean() - mean) < 4.5 * np.sqrt(variance / n)
    assert abs(found.var(ddof=1) - variance) < 4.5 * 1.1 * variance * np.sqrt(2 / (n - 1))


def test_small_base_has_the_mean_of_the_recursion_and_the_variance_of_immigration_and_death() -> None:
    """Of n customers q = (1 - c)^m stay: binomial; the newcomers who are still there are Poisson."""
    start, churn, acquisition, month = 120, 0.03, 4.0, 24
    found = at_month(month, "customers", base(start, churn, acquisition))
    stay = (1 - churn) ** month
    came = acquisition * (1 - stay) / churn
    assert_moments(found, start * stay + came, start * stay * (1 - stay) + came)
    large = at_month(month, "customers", base(12_000, churn, 400.0), draws=2)
    np.testing.assert_allclose(large / 100, start * stay + came, rtol=1e-12)


def test_small_base_tends_to_a_poisson_variable() -> None:
    """a / c customers, whatever the start. Chi-square over ten classes: false alarm 1e-4."""
    found = at_month(48, "customers", base(300, 0.2, 12.0))  # of the start, 2e-5 a customer are left
    assert_moments(found, 60.0, 60.0)
    law = stats.poisson(60.0)
    edges = law.ppf(np.linspace(0.1, 0.9, 9))
    expected = np.diff(np.concatenate([[0.0], law.cdf(edges), [1.0]])) * len(found)
    counted = np.bincount(np.searchsorted(edges, found, side="left"), minlength=10)
    assert stats.chisquare(counted, expected).pvalue > 1e-4


def test_incidents_drive_away_their_share_of_a_small_base() -> None:
    """In the mean as from a large base of the same world: within 4.5 standard errors, false alarm below 1e-5."""
    raids = [
        setting("threats.ransomware.attempts_per_year", 6),
        setting("threats.ransomware.success_probability", 0.5),
        setting("threats.ransomware.dispersion", None),
    ]

    def run(start: int) -> Floats:
        scared = setting("threats.ransomware.churn_shock", 0.15)
        months = [setting("planning_months", 1), setting("horizon_months", 25)]
        shop = corner_shop(*quiet(), *raids, scared, base(start, 0.0, 0.0), *months)
        return np.asarray(evaluate(shop, {}, DRAWS, SEED)[0].baseline_kpis[:, KPI_NAMES.index("customers"), -1])

    gap = run(200) / 200 - run(2_000) / 2_000  # the same incidents: only who leaves is left to chance
    assert abs(gap.mean()) < 4.5 * gap.std() / np.sqrt(DRAWS)
    assert run(200).mean() < 0.5 * 200


def test_referral_grows_the_base_by_its_rate() -> None:
    """customers (1 - c + r)^m, exactly for the mean and in the mean of whole customers."""
    growth = (1 - 0.02 + 0.05) ** 24
    large = at_month(24, "customers", base(1_000, 0.02, 0.0, referral=0.05), draws=2)
    np.testing.assert_allclose(large, 1_000 * growth, rtol=1e-12)
    found = at_month(24, "customers", base(100, 0.02, 0.0, referral=0.05))
    assert abs(found.mean() - 100 * growth) < 4.5 * found.std() / np.sqrt(DRAWS)


def test_share_tends_to_the_logit() -> None:
    """size * s + (start - size * s)(1 - moves)^m with s = e^u / (e^u + e^rival), from below and from above."""
    for lead in (-1.0, 0.0, 0.7):
        share = 1 / (1 + np.exp(-lead))
        for month in (12, 120):
            found = at_month(month, "market_share", base(2_000, 0, 0), market(8_000, 0.07, lead), draws=2)
            np.testing.assert_allclose(found, share + (0.25 - share) * 0.93**month, rtol=1e-12)


def test_rivals_add_up_in_the_logit() -> None:
    rivals = {"one": {"utility": 0.2}, "two": {"utility": -0.4}, "nobody": {"utility": 1.1}}
    block = {"size": 9_000, "moves_per_month": 1, "utility": 0.5, "rivals": rivals, **PLANNER}
    found = at_month(12, "market_share", base(2_000, 0, 0), setting("market", block), draws=2)
    weights = np.exp([0.5, 0.2, -0.4, 1.1])
    np.testing.assert_allclose(found, weights[0] / weights.sum(), rtol=1e-12)


def test_a_small_market_has_the_logit_share_and_its_variance() -> None:
    """Leavers binomial, newcomers Poisson: size s (1 - s)(2 - moves (1 - s)) / (2 - moves), between a binomial share
    (moves to 0) and more."""
    size, moves, share = 600, 0.2, 1 / (1 + np.exp(0.8))
    found = at_month(48, "customers", base(180, 0, 0), market(size, moves, -0.8))
    variance = size * share * (1 - share) * (2 - moves * (1 - share)) / (2 - moves)
    assert_moments(found, size * share, variance)


def test_referral_in_a_bounded_market_is_the_bass_curve() -> None:
    """Acquisition innovates, referral imitates: the time between two shares on the curve of Bass, to 3 % of 60 months
    (a step is a month)."""
    start, size, acquisition, referral = 500.0, 50_000.0, 100.0, 0.06
    p, q = acquisition / (size - start), referral * size / (size - start)

    def time(share: float) -> float:
        return float(np.log((1 + q / p * share) / (1 - share)) / (p + q))

    still = market(size, 0, 0)
    for month in (24, 60, 96):
        found = at_month(month, "market_share", base(500, 0, acquisition, referral=referral), still, draws=2)
        assert abs(time(found[0]) - time(start / size) - month) < 0.04 * month
    assert found[0] > 0.9


def test_customers_are_conserved() -> None:
    """Draw by draw: who is there came from the start or as a newcomer, and nobody leaves twice."""
    months = range(0, 37, 12)
    for month in months:
        stayed = at_month(month, "customers", base(90, 0.04, 0.0), draws=200)
        came = at_month(month, "customers", base(90, 0.0, 3.0), draws=200) - 90
        found = at_month(month, "customers", base(90, 0.04, 3.0), draws=200)
        assert np.all((stayed >= 0) & (stayed <= 90) & (came >= 0))
        assert np.all((found >= stayed) & (found <= stayed + came))
        for whole in (stayed, came, found):
            np.testing.assert_array_equal(whole, np.round(whole))
    assert came.mean() > 100
    assert stayed.mean() < 30


def test_reputation_closes_half_of_the_gap_in_its_half_life() -> None:
    """With nothing to complain of it tends to 1."""
    calm = {**REPUTATION, "start": 0.4, "half_life_months": 8, "incident_hit": 0, "utility": 0}
    for month in (0, 12, 24):
        found = at_month(month, "reputation", setting("reputation", calm), draws=2)
        np.testing.assert_allclose(found, 1 - 0.6 * 0.5 ** (month / 8), rtol=1e-12)
