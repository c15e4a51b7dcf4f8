"""The program around an incumbent: what each single change of it is worth, simulated.

f(R) + sum of d over the changed initiatives + sum over pairs of w'[i,j] (y_i - r_i) (y_j - r_j) + sum over triples of
w[i,j,k] (y_i - r_i) (y_j - r_j) (y_k - r_k), where y says what is chosen and r what the incumbent R holds: the
polynomial of singles, pairs and triples, developed around R. d[i,t] = E f(R with i moved to t, or added in t) - E f(R);
d[i] of a drop likewise; w' as `pair_terms` simulates it. What a change drags along is taken out of d: an initiative is
added beside what it requires and without what it excludes, and dropped after what requires it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from optimize.archive import Archive
from optimize.pair_terms import around
from optimize.periods import Starts
from optimize.plan_limits import PlanLimits
from optimize.problem import Interaction, RoadmapProblem
from optimize.structure import Structure
from optimize.valuation import Valuation, filled, starts_to_simulate

STAGE = "changes of the incumbent"


@dataclass(frozen=True)
class Change:
    """One initiative in its context: the roadmaps with it by start, the one without it, and the reference of both."""

    present: Mapping[int, dict[str, int]]
    context: dict[str, int]
    current: int | None = None
    dropped: dict[str, int] = field(default_factory=dict)
    before_drop: dict[str, int] = field(default_factory=dict)


def linearise(
    valuation: Valuation,
    archive: Archive,
    incumbent: Starts,
    limits: PlanLimits,
    terms: Sequence[Interaction] | None = None,
) -> RoadmapProblem:
    """The problem whose worth is exact for the incumbent and every simulated single change of it.

    Between the simulated starts the correction of the value that the initiative has alone is interpolated. Pair and
    triple terms do not depend on starts. No trust region is set. terms: the pair terms, where they are not to be
    simulated.
    """
    problem = valuation.problem
    structure = Structure(problem)
    changes = changes_of(structure, incumbent, limits)
    wanted: list[dict[str, int]] = [dict(incumbent)]
    for change in changes.values():
        if change is not None:
            wanted += [change.context, *change.present.values(), change.before_drop, change.dropped]
    archive.simulate(wanted, STAGE, limits.linear_draws)
    archive.simulate([incumbent], STAGE)
    if terms is None:
        terms = around(problem, structure, archive, incumbent, _additions(changes, archive, incumbent), limits)
    problem = problem.model_copy(update={"interactions": tuple(terms)})

    beside = _beside(problem, incumbent)
    inside = [pair.value for pair in problem.interactions if pair.first in incumbent and pair.second in incumbent]
    three = [triple.value for triple in problem.triples if all(name in incumbent for name in triple.members)]
    # `beside` is taken out once for each member, so a pair inside is taken out once too often and a triple twice
    constant = [archive.mean(incumbent), *inside, *three, *three]
    values: dict[str, tuple[float, ...]] = {}
    for initiative in problem.initiatives:
        name, change = initiative.id, changes[initiative.id]
        alone = initiative.value
        if change is None:
            values[name] = tuple(value - beside[name] for value in alone)
            continue
        shift = {t: archive.difference(one, change.context).mean for t, one in change.present.items()}
        drop = archive.difference(change.dropped, change.before_drop).mean
        reference = alone[change.current] if change.current is not None else 0.0
        correction = filled({t: gain - (alone[t] - reference) for t, gain in shift.items()}, problem.periods)
        gains = (value - reference + more for value, more in zip(alone, correction, strict=True))
        if change.current is not None:
            constant.append(drop)
            values[name] = tuple(gain - drop - beside[name] for gain in gains)
        else:
            values[name] = tuple(gain - beside[name] for gain in gains)
    initiatives = tuple(one.model_copy(update={"value": values[one.id]}) for one in problem.initiatives)
    return problem.model_copy(update={"initiatives": initiatives, "constant": math.fsum(constant)})


def changes_of(structure: Structure, incumbent: Starts, limits: PlanLimits) -> dict[str, Change | None]:
    """What must be simulated for each initiative; None where it cannot be added beside the incumbent."""
    return {name: _change(structure, incumbent, name, limits) for name in structure.names}


def _change(structure: Structure, incumbent: Starts, name: str, limits: PlanLimits) -> Change | None:
    """What must be simulated for one initiative; None where it cannot be added beside the incumbent."""
    open_starts = structure.starts[name]
    if name in incumbent:
        current = incumbent[name]
        first = min(current, structure.earliest(name, incumbent))
        starts = starts_to_simulate([t for t in open_starts if t >= first], 2 * limits.grid, current)
        before_drop: dict[str, int] = {}
        dropped: dict[str, int] = {}
        if name not in structure.mandatory:
            before_drop = structure.without(incumbent, structure.dependents[name])
            dropped = structure.without(incumbent, [name])
        present = {t: {**incumbent, name: t} for t in starts}
        return Change(present, dict(incumbent), current, dropped, before_drop)
    in_the_way = {other for one in (name, *structure.needs[name]) for other in structure.rivals[one]}
    rest = structure.without(incumbent, in_the_way & set(incumbent))
    context = structure.complete(rest, structure.needs[name])
    first = structure.earliest(name, context) if context is not None else 0
    if context is None or first not in open_starts:
        return None
    starts = starts_to_simulate([t for t in open_starts if t >= first], 2 * limits.grid)
    return Change({t: {**context, name: t} for t in starts}, context)


def _additions(changes: Mapping[str, Change | None], archive: Archive, incumbent: Starts) -> dict[str, int]:
    """Best simulated start of each initiative outside that can be added to the incumbent as it is."""
    return {
        name: min((-archive.difference(one, incumbent).mean, t) for t, one in change.present.items())[1]
        for name, change in changes.items()
        if change is not None and change.current is None and change.context == dict(incumbent)
    }


def _beside(problem: RoadmapProblem, incumbent: Starts) -> dict[str, float]:
    """For each initiative the sum of its pair and triple terms with the others of the incumbent."""
    terms: dict[str, list[float]] = {initiative.id: [] for initiative in problem.initiatives}
    for pair in problem.interactions:
        if pair.second in incumbent:
            terms[pair.first].append(pair.value)
        if pair.first in incumbent:
            terms[pair.second].append(pair.value)
    for triple in problem.triples:
        for name in triple.members:
            if all(other in incumbent for other in triple.members if other != name):
                terms[name].append(triple.value)
    return {name: math.fsum(values) for name, values in terms.items()}
