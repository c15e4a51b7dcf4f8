"""The selection among finalists: how often it is right, on samples whose true means are known."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from optimize import selection
from optimize.archive import Clock
from optimize.plan_limits import SELECTION_FROM, PlanLimits
from optimize.selection import Selection, select
from tests.naive.shops import corner_shop

LIMITS = PlanLimits(first_selection_draws=64, selection_draws=4096)
SHOP = corner_shop()
FINALISTS = [{"pos": t} for t in range(5)]


def run(monkeypatch: pytest.MonkeyPatch, means: list[float], sd: list[float], delta: float, seed: int) -> Selection:
    """Select on normal samples with a common part of standard deviation 30, as common draws give it."""
    rng = np.random.default_rng(seed)
    common = 30.0 * rng.standard_normal(5000)
    own = [m + s * rng.standard_normal(5000) + common for m, s in zip(means, sd, strict=True)]

    def fake(shop, roadmaps, first, draws, seed, threads, picked):  # type: ignore[no-untyped-def]
        part = slice(first - SELECTION_FROM, first - SELECTION_FROM + draws)
        return [SimpleNamespace(npv=own[one["pos"]][part], trough=np.zeros(draws)) for one in roadmaps]

    monkeypatch.setattr(selection, "simulated", fake)
    return select(SHOP, FINALISTS[: len(means)], delta, 7, LIMITS, Clock(None))


def test_best_is_selected_as_often_as_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Best by exactly delta, unequal variances: right in at least 95 % of 200 cases.

    Needing 182 right of 200, a procedure that is right with 95 % fails this test with probability 0.6 %.
    """
    found = [run(monkeypatch, [0.0, 0.0, 1.0, -3.0, 0.0], [5, 2, 4, 8, 3], 1.0, seed) for seed in range(200)]
    right = sum(one.recommended == {"pos": 2} for one in found)
    assert right >= 182
    assert all(one.draws <= LIMITS.selection_draws for one in found)


def test_hopeless_finalists_are_not_sampled_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A finalist that is far behind after the first draws stays there, at no more cost."""
    found = run(monkeypatch, [0.0, 0.4, -50.0], [5, 5, 5], 0.5, 1)
    far = next(one for one in found.finalists if one.roadmap == {"pos": 2})
    assert not far.survived
    assert far.draws == LIMITS.first_selection_draws
    assert far.prob_best == 0.0
    assert found.draws > LIMITS.first_selection_draws
    assert sum(one.prob_best for one in found.finalists) == pytest.approx(1.0)


def test_what_cannot_be_told_apart_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal means, an indifference far below the error: the others may be better, and the plan says so."""
    found = run(monkeypatch, [0.0, 0.0, 0.0], [40, 40, 40], 0.01, 5)
    assert found.draws == LIMITS.selection_draws
    assert found.rivals
    assert found.prob_good < 0.95


def test_among_equals_the_plainer_is_recommended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the indifference the earlier start wins although its mean is a little lower; beyond it does not."""
    near = run(monkeypatch, [0.0, 0.3], [0.5, 0.5], 1.0, 3)
    assert near.recommended == {"pos": 0}
    assert near.finalists[0].roadmap == {"pos": 1}
    assert not near.rivals
    far = run(monkeypatch, [0.0, 3.0], [0.5, 0.5], 1.0, 3)
    assert far.recommended == {"pos": 1}


def test_probability_of_being_best_is_that_of_the_paired_means(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two finalists: Phi(difference / its paired error), within the error of 20,000 samples (5 sigma: 1 in 10^6)."""
    from scipy.special import ndtr

    found = run(monkeypatch, [0.0, 0.05], [2.0, 2.0], 1.0, 4)
    one, two = (next(f for f in found.finalists if f.roadmap == {"pos": k}) for k in (0, 1))
    rng = np.random.default_rng(4)
    rng.standard_normal(5000)
    sample = [m + 2.0 * rng.standard_normal(5000)[: one.draws] for m in (0.0, 0.05)]
    paired = sample[1] - sample[0]
    expected = float(ndtr(paired.mean() / (paired.std(ddof=1) / np.sqrt(one.draws))))
    assert two.prob_best == pytest.approx(expected, abs=5 * 0.5 / np.sqrt(20_000))
