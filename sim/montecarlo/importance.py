"""In which order the numbers of a draw become coordinates: the first ones of a set of points are its best.

The order is measured once on pseudo-random draws of a seed of its own, so that it follows from the scenario and the
roadmaps alone: how much of the variance of the NPV, without the noise of direct losses, each number explains by itself,
first-order index by regression on Legendre polynomials of degree 1 to 3 (Sudret 2008 with orthonormal polynomials).
What the noise of the estimate hides keeps the order of the file.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.measures.controlled import without_controls
from sim.montecarlo.coordinates import candidates
from sim.montecarlo.estimate import Starts, evaluate
from sim.montecarlo.sampling import Sampling
from sim.parameters import parameters
from sim.points import MOST_COORDINATES, RANDOMISATIONS, Coordinates, Points
from sim.run_off import carried_on
from sim.streams import stream_key, uniforms
from sim.world import Scenario

PILOT = 2048
PILOT_SEED = 2**40 + 1  # of no run of a planner
CLEAR = 12.0  # an index counts when it exceeds what noise alone explains this many times
KEPT = 16

_ORDERS: OrderedDict[tuple[object, ...], tuple[Coordinates, ...]] = OrderedDict()


def best_points(
    scenario: Scenario, roadmaps: Sequence[Starts], kind: str, randomisations: int = RANDOMISATIONS
) -> Points:
    """Points whose coordinates are ordered by what they explain of the roadmaps' NPV.

    kind: see `Points`. Of a Latin hypercube and antithetic pairs the order changes nothing, so nothing is measured.
    """
    return Points(kind, ordered(scenario, roadmaps), randomisations)


def ordered(scenario: Scenario, roadmaps: Sequence[Starts]) -> tuple[Coordinates, ...]:
    """The streams of a scenario that have coordinates, the most important first; those that find no room are left out."""
    starts = tuple(tuple(sorted(dict(getattr(one, "starts", None) or dict(one)).items())) for one in roadmaps)
    key = (scenario.hash(), starts)
    if key not in _ORDERS:
        _ORDERS[key] = _measured(scenario, roadmaps)
        while len(_ORDERS) > KEPT:
            _ORDERS.popitem(last=False)
    return _ORDERS[key]


def _measured(scenario: Scenario, roadmaps: Sequence[Starts]) -> tuple[Coordinates, ...]:
    table = parameters(carried_on(scenario))
    streams = candidates(table)
    outcomes = evaluate(
        scenario, list(roadmaps), PILOT, PILOT_SEED, detail=False, sampling=Sampling(controls=True)
    ).outcomes
    targets = np.array([without_controls(one.npv, one.cyber.controls) for one in outcomes if one.cyber is not None])
    draws = np.arange(PILOT, dtype=np.int64)
    weight = np.array([_index(one, draws, targets) for one in streams])
    single = np.array([one.count > 1 for one in streams])
    order = np.lexsort((-weight, single))
    kept, room = [], MOST_COORDINATES
    for k in order:
        if streams[k].count <= room:
            kept.append(streams[k])
            room -= streams[k].count
    return tuple(kept)


def _index(one: Coordinates, draws: NDArray[np.int64], targets: NDArray[np.float64]) -> float:
    """Largest share of the variance of one of the targets (targets, draws) that a number of the stream explains."""
    u = uniforms(stream_key(PILOT_SEED, one.stream), draws, one.indices)
    return float(max(explained(u[:, k], targets).max() for k in range(one.count)))


def explained(u: NDArray[np.float64], targets: NDArray[np.float64]) -> NDArray[np.float64]:
    """(targets,) share of the variance of each of the targets (targets, draws) that a uniform number u (draws,)
    explains, 0 where it is not clear of noise.

    >>> u = (np.arange(4096) + 0.5) / 4096
    >>> [round(float(x), 2) for x in explained(u, np.array([u, (u - 0.5) ** 2, 0 * u]))]
    [1.0, 1.0, 0.0]
    """
    x = 2.0 * u - 1.0
    basis = np.array([x * 3**0.5, (3 * x**2 - 1) / 2 * 5**0.5, (5 * x**3 - 3 * x) / 2 * 7**0.5])
    centred = targets - targets.mean(axis=1, keepdims=True)
    variance = np.mean(centred**2, axis=1)
    share = np.mean(centred[:, None, :] * basis, axis=2) ** 2 / np.where(variance > 0.0, variance, 1.0)[:, None]
    found = np.where(share > CLEAR / len(u), share, 0.0).sum(axis=1)
    return np.where(variance > 0.0, found, 0.0)
