"""Shares of worlds that break a limit seldom: refused where luck would decide, else close to the truth."""

import numpy as np
import pytest

from scenarios.across.shares import draws_needed, seldom_shares


@pytest.mark.parametrize("allowed", [0.05, 0.2])
def test_the_share_is_that_of_the_chances_and_not_of_luck(allowed: float) -> None:
    """Chances of a breach spread over worlds by a beta law; 16 draws at 5 % are refused, as they would miss the truth
    by far. Fixed seed; 4.5 standard errors and 3 points."""
    rng = np.random.default_rng(5)
    chance = rng.beta(2.0, 2.0 * (1.0 - allowed) / allowed, size=4000)
    truth = float((chance <= allowed).mean())
    noise = draws_needed(allowed)
    broken = (rng.random((4000, noise)) < chance[:, None])[:, :, None].astype(float)
    npv = np.where(np.arange(4000) % 2 == 0, 1.0, -1.0)[:, None, None] * np.ones((1, noise, 1))
    found = seldom_shares(npv, broken, allowed)
    assert found is not None
    (keeps,), (both,) = found
    assert abs(keeps.value - truth) < 0.03 + 4.5 * keeps.se
    assert abs(both.value - 0.5 * truth) < 0.03 + 4.5 * both.se
    assert seldom_shares(npv[:, :-2], broken[:, :-2], allowed) is None


def test_few_draws_would_have_missed_it() -> None:
    """Why: every world breaks a floor in 8 % of its draws where 5 % are allowed; no world keeps it, but in 16 draws
    a quarter of them show no breach."""
    rng = np.random.default_rng(6)
    broken = (rng.random((2000, 16, 1)) < 0.08).astype(float)
    assert (broken.mean(axis=1) <= 0.05).mean() > 0.2
    assert seldom_shares(np.ones_like(broken), broken, 0.05) is None
