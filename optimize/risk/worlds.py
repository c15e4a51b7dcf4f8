"""What the program sees of single draws and of futures: the worth of singles and pairs, and of single changes.

Every value that `valuation` and `linearise` give the program is linear in NPVs of simulated roadmaps. The same
formulas, draw by draw, give the worlds of the program, whose mean is then its value; and in each future, the values
there. Pairs and triples count in a future as they do in the mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimize.archive import Archive
from optimize.check import violations
from optimize.linearise import Change, changes_of
from optimize.periods import Starts
from optimize.plan_limits import PlanLimits
from optimize.problem import RoadmapProblem
from optimize.random_roadmaps import random_feasible
from optimize.risk.parts import Future, Risk, WorldPair, Worlds
from optimize.risk.reduction import Reduction, reduce
from optimize.selection import plainness
from optimize.structure import Structure
from optimize.valuation import Valuation, pair_case, single_case

Floats = NDArray[np.float64]
Look = Callable[[Starts], Floats]
Pairs = Mapping[tuple[str, str], Floats]
CANDIDATES = 24
"""Roadmaps whose tails say which draws are kept singly."""
AT_RANDOM = 12
"""Random roadmaps among those that are simulated for it."""


@dataclass(frozen=True)
class Terms:
    """(draws,) constant, (periods, draws) worth of each initiative by start, (draws,) worth of pairs [currency]."""

    constant: Floats
    values: Mapping[str, Floats]
    pairs: Pairs


def with_worlds(valuation: Valuation, archive: Archive, limits: PlanLimits, least: Starts) -> Valuation:
    """The problem of singles and pairs with what the attitude looks at: worlds, or futures.

    least: an allowed roadmap.
    """
    attitude, problem = archive.attitude, valuation.problem
    if not (attitude.sees_worlds or attitude.sees_futures):
        return valuation
    structure = Structure(problem)
    if attitude.sees_worlds:  # roadmaps whose tails say which draws matter
        bare = problem.without_worlds()
        archive.simulate(random_feasible(bare, structure, least, AT_RANDOM, archive.seed), "worlds of the tail")
    terms = _alone(structure, _first(archive, world_draws(archive, limits)), limits)
    return replace(valuation, problem=_stated(problem, archive, terms, limits, None))


def around(
    linear: RoadmapProblem,
    valuation: Valuation,
    archive: Archive,
    incumbent: Starts,
    limits: PlanLimits,
) -> RoadmapProblem:
    """The problem around an incumbent (`linearise`) with the worlds or futures of its single changes."""
    attitude = archive.attitude
    if not (attitude.sees_worlds or attitude.sees_futures):
        return linear
    look = _first(archive, world_draws(archive, limits))
    terms = _around(valuation.problem, look, incumbent, limits)
    return _stated(linear, archive, terms, limits, incumbent)


def _stated(
    problem: RoadmapProblem,
    archive: Archive,
    terms: Terms,
    limits: PlanLimits,
    incumbent: Starts | None,
) -> RoadmapProblem:
    """The problem with worlds of these terms, or with futures of terms made the same way."""
    attitude = archive.attitude
    if attitude.sees_worlds:
        kept = reduction_of(problem, archive, world_draws(archive, limits))
        worlds = Worlds.model_construct(
            probability=tuple(kept.weights.tolist()),
            value={name: _rows(kept.of(values)) for name, values in terms.values.items()},
            interactions=tuple(
                WorldPair.model_construct(first=first, second=second, value=tuple(kept.of(values).tolist()))
                for (first, second), values in terms.pairs.items()
            ),
            constant=tuple(kept.of(terms.constant).tolist()),
        )
        risk = Risk(weight=attitude.weight, level=attitude.level, floor=attitude.floor)
        return problem.model_copy(update={"worlds": worlds, "risk": risk})
    structure = Structure(problem)
    futures = []
    for name, other in archive.futures.items():
        if incumbent is None:
            there = _alone(structure, other.npv, limits)
        else:
            there = _around(problem, other.npv, incumbent, limits, pairs=_fixed(problem, archive.draws))
        best = other.mean(archive.best_in[name]) if name in archive.best_in else None
        futures.append(
            Future(
                name=name,
                value={one: tuple(values.mean(axis=1).tolist()) for one, values in there.values.items()},
                constant=float(there.constant.mean()),
                best=best,
            )
        )
    return problem.model_copy(update={"futures": tuple(futures), "objective": attitude.aim})


def world_draws(archive: Archive, limits: PlanLimits) -> int:
    """Draws from the first on that every term of the worlds is known of."""
    return min(archive.draws, limits.pair_draws, limits.linear_draws)


def _first(archive: Archive, draws: int) -> Look:
    """NPV on the first draws."""
    return lambda roadmap: archive.npv(roadmap)[:draws]


def reduction_of(problem: RoadmapProblem, archive: Archive, draws: int) -> Reduction:
    """Worlds of the first draws that keep the tails of the best allowed roadmaps that were simulated."""
    bare = problem.without_worlds().model_copy(update={"trust_region": None, "forbidden": ()})
    allowed = [one for one in archive if one and not violations(bare, one)]
    if not allowed:
        return reduce(np.zeros((1, draws)), archive.attitude.level)
    best = sorted(allowed, key=lambda one: (-archive.score(one), *plainness(one)))[:CANDIDATES]
    return reduce(np.array([archive.npv(one)[:draws] for one in best]), archive.attitude.level)


def _rows(values: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in values.tolist())


def _alone(structure: Structure, look: Look, limits: PlanLimits) -> Terms:
    """Terms of `valuation.valuation`."""
    problem, values = structure.problem, {}
    for name in structure.names:
        context, starts = single_case(structure, name, limits)
        without = look(context)
        values[name] = filled_rows({t: look({**context, name: t}) - without for t in starts}, problem.periods)
    return Terms(np.zeros_like(look({})), values, _pair_terms(structure, look))


def _pair_terms(structure: Structure, look: Look) -> Pairs:
    found = {}
    for pair in structure.problem.interactions:
        case = pair_case(structure, pair.first, pair.second)
        if case is not None:
            both, first, second, none = (look(one) for one in case)
            found[pair.first, pair.second] = both - first - second + none
    return found


def _fixed(problem: RoadmapProblem, draws: int) -> Pairs:
    return {(pair.first, pair.second): np.full(draws, pair.value) for pair in problem.interactions}


def _around(
    problem: RoadmapProblem,
    look: Look,
    incumbent: Starts,
    limits: PlanLimits,
    pairs: Pairs | None = None,
) -> Terms:
    """Terms of `linearise.linearise`."""
    structure = Structure(problem)
    alone = _alone(structure, look, limits)
    paired = alone.pairs if pairs is None else pairs
    beside = {name: np.zeros_like(look({})) for name in structure.names}
    constant = look(incumbent).copy()
    for (first, second), values in paired.items():
        if second in incumbent:
            beside[first] = beside[first] + values
        if first in incumbent:
            beside[second] = beside[second] + values
        if first in incumbent and second in incumbent:
            constant += values
    for triple in problem.triples:  # the same in every draw and future
        for name in triple.members:
            if all(other in incumbent for other in triple.members if other != name):
                beside[name] = beside[name] + triple.value
        if all(name in incumbent for name in triple.members):
            constant += 2.0 * triple.value
    found: dict[str, Floats] = {}
    for name, change in changes_of(structure, incumbent, limits).items():
        own = alone.values[name]
        if change is None:
            found[name] = own - beside[name]
            continue
        gains, drop = _gains(change, own, look, problem.periods)
        constant += drop
        found[name] = gains - drop - beside[name]
    return Terms(constant, found, paired)


def _gains(change: Change, own: Floats, look: Look, periods: int) -> tuple[Floats, Floats]:
    """(periods, draws) gain of the initiative by start, and (draws,) that of dropping it (0 where it is absent)."""
    base = look(change.context)
    shift = {t: look(one) - base for t, one in change.present.items()}
    reference = own[change.current] if change.current is not None else np.zeros_like(base)
    correction = filled_rows({t: gain - (own[t] - reference) for t, gain in shift.items()}, periods)
    drop = np.zeros_like(base)
    if change.current is not None:
        drop = look(change.dropped) - look(change.before_drop)
    return own - reference + correction, drop


def filled_rows(values: Mapping[int, Floats], periods: int) -> Floats:
    """(periods, draws) from the rows of some periods, linear in between and constant beyond.

    >>> filled_rows({0: np.array([1.0]), 2: np.array([3.0])}, 4)[:, 0]
    array([1., 2., 3., 3.])
    """
    known: Sequence[int] = sorted(values)
    weights = np.array([np.interp(range(periods), known, unit) for unit in np.eye(len(known))])
    filled: Floats = weights.T @ np.array([values[t] for t in known])
    return filled
