"""A roadmap of before made to fit limits that have changed: as near to what it was as a greedy rule gets it."""

from __future__ import annotations

from collections.abc import Mapping

from optimize.check import violations
from optimize.problem import RoadmapProblem
from optimize.structure import Structure


def repaired(
    problem: RoadmapProblem, structure: Structure, least: Mapping[str, int], before: Mapping[str, int]
) -> dict[str, int] | None:
    """The least allowed roadmap, and beside it what the roadmap of before holds, in order of start: each at its start,
    else at the next later one that keeps every limit, else not at all. None where that is the least roadmap itself."""
    found = dict(least)
    for name, wanted in sorted(before.items(), key=lambda one: (one[1], one[0])):
        if name in found and name in least:
            held = {**found, name: wanted}
            found = held if wanted in structure.starts[name] and not violations(problem, held) else found
            continue
        for start in (t for t in structure.starts.get(name, ()) if t >= wanted):
            tried = {**found, name: start}
            if not violations(problem, tried):
                found = tried
                break
    return found if found != dict(least) else None
