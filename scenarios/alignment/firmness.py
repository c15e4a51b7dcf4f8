"""How firm the order of the initiatives is where nobody is sure of the weights of the goals.

Weights are drawn many times; the shares of the gaps closed and the cost stay as they were simulated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from scenarios.alignment.report import Aligned
from sim.streams import stream_key, uniforms

Floats = NDArray[np.float64]

WEIGHTINGS = 4096
"""Drawn of each kind: a share of them has a standard error of at most 0.8 %."""

CONCENTRATION = 20.0
"""Of the Dirichlet law around the stated weights: nine of ten draws of a weight of 50 % lie between 32 and 68 %, of one
of 10 % between 2 and 23 %. An assumption of ours."""

TOP = 3


@dataclass(frozen=True)
class Steadiness:
    """Of the initiatives that are first by the stated weights. first: share of the weightings in which the first one
    stays so. rival: which other one is first most often, with its share; None where none ever is. top: initiative ->
    share in which it stays among the first three."""

    first: float
    rival: tuple[str, float] | None
    top: Mapping[str, float]

    def document(self) -> dict[str, Any]:
        """As the JSON document of `gaps` holds it."""
        rival = None if self.rival is None else {"id": self.rival[0], "share": self.rival[1]}
        return {"first_stays": self.first, "rival": rival, "top_three_stay": dict(self.top)}


@dataclass(frozen=True)
class Firmness:
    """near: with weights around the stated ones. flat: with any weights, all equally likely."""

    first: str
    near: Steadiness
    flat: Steadiness

    def document(self) -> dict[str, Any]:
        """As the JSON document of `gaps` holds it."""
        return {
            "first": self.first,
            "weightings": WEIGHTINGS,
            "concentration": CONCENTRATION,
            "around_stated_weights": self.near.document(),
            "any_weights": self.flat.document(),
        }


def firmness(ranked: Sequence[Aligned], weights: Mapping[str, float], seed: int) -> Firmness | None:
    """How firm the order of `ranked` is; those that move no goal play no part, and without others there is no order."""
    moving = [one for one in ranked if not one.alignment.technology_first]
    if not moving:
        return None
    shares = np.array([[one.alignment.goals[goal].gap_closed for goal in weights] for one in moving])
    costs = np.array([one.alignment.cost.mean for one in moving])
    stated = np.array(list(weights.values()))
    names = [one.name for one in moving]
    near = drawn_weights(list(weights), CONCENTRATION * stated / stated.sum(), seed)
    flat = drawn_weights(list(weights), np.ones(len(weights)), seed)
    return Firmness(names[0], *(_steadiness(names, worth(shares, costs, drawn)) for drawn in (near, flat)))


def drawn_weights(goals: Sequence[str], alpha: Floats, seed: int, count: int = WEIGHTINGS) -> Floats:
    """(count, goals) weights that add up to 1, from the Dirichlet law with parameters alpha.

    Each goal has a stream of its own, so that another goal moves the others' numbers by the common scale alone.
    """
    draws, index = np.arange(count), np.zeros(1, dtype=np.int64)
    columns = [uniforms(stream_key(seed, f"goals/{goal}/weight"), draws, index)[:, 0] for goal in goals]
    gammas = gammaincinv(alpha, np.column_stack(columns))
    found: Floats = gammas / gammas.sum(axis=1, keepdims=True)
    return found


def worth(shares: Floats, costs: Floats, weights: Floats) -> Floats:
    """(weightings, initiatives) attainment per money; what is free is infinitely good or bad, as in the ranking.

    shares: (initiatives, goals) of the gaps closed.

    >>> worth(np.array([[0.5, -0.5], [0.2, 0.4]]), np.array([10.0, 0.0]), np.array([[1.0, 0.0], [0.5, 0.5]])).tolist()
    [[0.05, inf], [0.0, inf]]
    """
    attained = weights @ shares.T
    free = costs <= 0.0
    per_money = attained / np.where(free, 1.0, costs)
    per_money[:, free] = np.where(attained == 0.0, 0.0, np.copysign(np.inf, attained))[:, free]
    return per_money


def _steadiness(names: Sequence[str], values: Floats) -> Steadiness:
    """values: (weightings, initiatives), in the order by the stated weights, which settles ties."""
    better = [(values > values[:, [k]]).sum(axis=1) for k in range(min(TOP, len(names)))]
    first = better[0] == 0
    others = np.bincount(np.argmax(values[~first], axis=1), minlength=len(names))
    rival = None if first.all() else (names[int(np.argmax(others))], float(others.max() / len(values)))
    top = {names[k]: float(np.mean(ahead < TOP)) for k, ahead in enumerate(better)}
    return Steadiness(float(np.mean(first)), rival, top)
