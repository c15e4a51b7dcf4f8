"""Expected value of sample information: what a study is worth that observes a driver with an error.

EVSI = E_x max_d E(v_d | x) - max_d E(v_d), x what the study finds. Two estimators:

reweighting   E(v_d | x) is the mean of the fitted E(v_d | phi) over the points, each with the weight p(x | phi)
              (Menzies 2016, "An efficient estimator for the expected value of sample information")
regression    v_d on x itself, simulated once for each point (Strong, Oakley, Brennan and Breeze 2015, "Estimating the
              expected value of sample information using the probabilistic sensitivity analysis sample")
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.knowing.maximum import Gain, agree
from scenarios.knowing.partial import of_one
from scenarios.knowing.study import Study
from scenarios.knowing.surface import gain_of_fitted, gain_of_surface

Floats = NDArray[np.float64]
SURFACES = 50
ROWS = 512
"""Findings that are reweighted at a time."""


@dataclass(frozen=True)
class SampleGain:
    """EVSI by both estimators, and whether they differ by no more than their errors allow."""

    reweighted: Gain
    regressed: Gain
    agree: bool


def sample_gain(values: Floats, driver: Floats, study: Study, seed: int) -> SampleGain:
    """EVSI of a study from values (points, decisions) and the driver's value at each point (points,)."""
    found = study.observed(driver, np.random.default_rng([seed, 79]))
    fitted = of_one(values, driver)
    posterior, drawn = reweighted(study, found, driver, fitted.fitted, fitted.draws(SURFACES, seed))
    one = gain_of_fitted(posterior, drawn)
    other = gain_of_surface(of_one(values, found), seed)
    return SampleGain(one, other, agree(one.value, one.se, other.value, other.se))


def reweighted(study: Study, found: Floats, driver: Floats, fitted: Floats, drawn: Floats) -> tuple[Floats, Floats]:
    """(findings, decisions) E(v_d | x) of each finding, from fitted worths (points, decisions), and the same from drawn
    surfaces (draws, points, decisions)."""
    rows, decisions = fitted.shape
    stacked = np.concatenate([fitted[None], drawn]).transpose(1, 0, 2).reshape(rows, -1)
    out = np.empty((len(found), stacked.shape[1]))
    for first in range(0, len(found), ROWS):
        weights = study.likelihood(found[first : first + ROWS], driver)
        out[first : first + ROWS] = (weights @ stacked) / weights.sum(axis=1, keepdims=True)
    parts = out.reshape(len(found), -1, decisions).transpose(1, 0, 2)
    return parts[0], parts[1:]


@dataclass(frozen=True)
class Net:
    """What a study is worth after its price and its wait [currency]: value, se. waiting: what the wait alone costs, the
    best decision now minus the best later. worth: EVSI among the decisions that are left after the wait."""

    value: float
    se: float
    waiting: float
    waiting_se: float
    worth: Gain


def net_of(now: Floats, later: Floats, driver: Floats, study: Study, seed: int) -> Net:
    """ENBS: E_x max_d E(later_d | x) - max_d E(now_d) - cost. now, later: (points, decisions) of the decisions at once
    and after the wait, at the same points with the same events."""
    worth = sample_gain(later, driver, study, seed).reweighted
    first, last = int(now.mean(axis=0).argmax()), int(later.mean(axis=0).argmax())
    lost = now[:, first] - later[:, last]
    waiting, waiting_se = float(lost.mean()), float(np.std(lost, ddof=1) / np.sqrt(len(lost)))
    return Net(worth.value - waiting - study.cost, float(np.hypot(worth.se, waiting_se)), waiting, waiting_se, worth)
