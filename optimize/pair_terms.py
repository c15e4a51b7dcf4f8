"""Interactions of pairs as they are around an incumbent, not as they are in an empty business.

w'[i,j] = s E[f(R with both changed) - f(R with i changed) - f(R with j changed) + f(R)], where a change drops an
initiative of the incumbent R, or adds one at the best start that was simulated; s = -1 if one is dropped and the other
added, else 1. Two that fight over the same loss matter less to each other beside a third that has prevented it.

An interaction is constant over starts here too. By start difference it would need a variable for each pair and
difference; what that would take off the error of the program is told in the method.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optimize.archive import Archive
from optimize.periods import Starts
from optimize.plan_limits import PlanLimits
from optimize.problem import Interaction, RoadmapProblem
from optimize.structure import Structure

STAGE = "interactions around the incumbent"


def around(
    problem: RoadmapProblem,
    structure: Structure,
    archive: Archive,
    incumbent: Starts,
    additions: Mapping[str, int],
    limits: PlanLimits,
) -> tuple[Interaction, ...]:
    """The interactions of the problem, with the values that make it right to second order around the incumbent.

    additions: start at which each initiative outside is added. A pair keeps its value where one of the two drags others
    along, or cannot be added. What triples add beside the incumbent is in the triples, so it is taken out here.
    """
    movable = {name for name in structure.names if _is_movable(structure, incumbent, name, additions)}
    cases: dict[tuple[str, str], list[dict[str, int]]] = {}
    for pair in problem.interactions:
        if {pair.first, pair.second} <= movable and pair.second not in structure.rivals[pair.first]:
            first, second = (_changed(incumbent, name, additions) for name in (pair.first, pair.second))
            cases[pair.first, pair.second] = [_changed(first, pair.second, additions), first, second, dict(incumbent)]
    archive.simulate((one for case in cases.values() for one in case), STAGE, limits.pair_draws)
    terms = []
    for pair in problem.interactions:
        case = cases.get((pair.first, pair.second))
        if case is None:
            terms.append(pair)
            continue
        n = min(len(archive.npv(one)) for one in case)
        both_changed, first_only, second_only, none = (archive.npv(one)[:n] for one in case)
        found = float(np.mean(both_changed - first_only - second_only + none))
        sign = 1.0 if (pair.first in incumbent) == (pair.second in incumbent) else -1.0
        inside = sum(
            triple.value
            for triple in problem.triples
            if {pair.first, pair.second} < set(triple.members)
            and all(name in incumbent for name in triple.members if name not in (pair.first, pair.second))
        )
        terms.append(pair.model_copy(update={"value": sign * found - inside}))
    return tuple(terms)


def _is_movable(structure: Structure, incumbent: Starts, name: str, additions: Mapping[str, int]) -> bool:
    """Whether it can be dropped from the incumbent, or added, and drags no other along."""
    if name in incumbent:
        return name not in structure.mandatory and not set(structure.dependents[name]) & set(incumbent)
    return name in additions


def _changed(roadmap: Starts, name: str, additions: Mapping[str, int]) -> dict[str, int]:
    """The roadmap without the initiative if it holds it, else with it."""
    rest = {other: t for other, t in roadmap.items() if other != name}
    return rest if name in roadmap else {**rest, name: additions[name]}
