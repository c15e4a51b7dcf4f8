"""Single moves of a roadmap, and the local search that ends where none of them is better."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from optimize.archive import Archive, Clock, key
from optimize.check import violations, worth
from optimize.periods import Starts
from optimize.plan_limits import PlanLimits
from optimize.problem import RoadmapProblem
from optimize.structure import Structure

MOVES = "shift a start, drop, add, replace by another, or exchange two starts"
"""What counts as one move, in words."""

STAGE = "single moves"
BATCH = 48
SCREEN_DRAWS = 64
"""Draws on which a move is looked at first; if worse on them by CLEAR standard errors, it is not looked at again."""
CLEAR = 2.5


@dataclass(frozen=True)
class LocalOptimum:
    """The roadmap at which the local search ended; complete: every single move of it was simulated, none is better
    (what is clearly worse on the draws of the screen is simulated on these alone).

    neighbours: feasible roadmaps one move away.
    """

    roadmap: dict[str, int]
    complete: bool
    neighbours: int


def neighbours(problem: RoadmapProblem, structure: Structure, roadmap: Starts) -> list[dict[str, int]]:
    """Every roadmap that is one move away and keeps every limit, in a fixed order.

    A move shifts one start, drops one, adds one at any start, replaces one by another that takes its start (or, if the
    two exclude each other, any start), or exchanges the starts of two. What is bound by a group of all or none is
    dropped and added together, the others at their earliest starts.
    """
    found: dict[object, dict[str, int]] = {}
    for one in _moves(structure, dict(roadmap)):
        found.setdefault(key(one), one)
    return [one for one in found.values() if not violations(problem, one)]


def _moves(structure: Structure, roadmap: dict[str, int]) -> Iterator[dict[str, int]]:
    outside = [name for name in structure.names if name not in roadmap]
    for name, start in roadmap.items():
        rest = {other: t for other, t in roadmap.items() if other != name}
        yield rest
        if structure.partners[name]:
            yield {other: t for other, t in rest.items() if other not in structure.partners[name]}
        yield from ({**rest, name: t} for t in structure.starts[name] if t != start)
        for other in outside:
            starts = structure.starts[other] if other in structure.rivals[name] else (start,)
            yield from ({**rest, other: t} for t in starts)
    for name in outside:
        yield from ({**roadmap, name: t} for t in structure.starts[name])
        if structure.partners[name]:
            together = (
                structure.complete({**roadmap, name: t}, structure.partners[name]) for t in structure.starts[name]
            )
            yield from (one for one in together if one is not None)
    chosen = list(roadmap)
    for i, first in enumerate(chosen):
        for second in chosen[i + 1 :]:
            if roadmap[first] != roadmap[second]:
                yield {**roadmap, first: roadmap[second], second: roadmap[first]}


def local_search(
    problem: RoadmapProblem, archive: Archive, start: Starts, limits: PlanLimits, clock: Clock
) -> LocalOptimum:
    """Move to a better roadmap (score on the draws of the archive) until no single move is better.

    problem: its worth says which moves look best, and these are simulated first; a better one is taken at once.
    """
    structure = Structure(problem)
    here = dict(start)
    left = limits.neighbours
    while True:
        around = neighbours(problem, structure, here)
        ranked = sorted(around, key=lambda one: -worth(problem, one))
        known = [one for one in ranked if one in archive]
        unknown = [one for one in ranked if one not in archive]
        better = _best(archive, here, known)
        while better is None and unknown:
            if left <= 0 or clock.over():
                return LocalOptimum(here, False, len(around))
            batch, unknown = unknown[: min(BATCH, left)], unknown[min(BATCH, left) :]
            archive.simulate(batch, STAGE, SCREEN_DRAWS)
            hopeful = [one for one in batch if _may_be_better(archive, one, here)]
            archive.simulate(hopeful, STAGE)
            left -= len(batch)
            better = _best(archive, here, hopeful)
        if better is None:
            return LocalOptimum(here, True, len(around))
        here = better


def _may_be_better(archive: Archive, one: Starts, here: Starts) -> bool:
    """Whether the paired gain on the draws of the screen does not rule it out."""
    gain = archive.gain(one, here, SCREEN_DRAWS)
    return gain.mean + CLEAR * gain.se > 0.0


def _best(archive: Archive, here: Starts, among: list[dict[str, int]]) -> dict[str, int] | None:
    """The best of these if it is better than where we are; the first of equals."""
    best = max(among, key=archive.score, default=None)
    return best if best is not None and archive.score(best) > archive.score(here) else None
