"""Continuations of a roadmap: what may be made of its rest at a review, each within every limit of the scenario."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from optimize.archive import key
from optimize.check import violations
from optimize.structure import Structure

if TYPE_CHECKING:
    from optimize.problem import RoadmapProblem

Starts = Mapping[str, int]


def continuations(
    problem: RoadmapProblem, roadmap: Starts, reviews: Sequence[int], others: Iterable[Starts] = ()
) -> list[dict[str, int]]:
    """Roadmaps in periods that share with `roadmap` all that begins before the first review; it is the first of them.

    From each review on: stop, or drop, delay or bring forward one initiative of the rest, or add one that was left out
    with what that requires, at this review or a later one; two of these at two reviews. others: also looked at.
    """
    if not reviews:
        return [dict(roadmap)]
    found = {key(roadmap): dict(roadmap)}

    def keep(one: Starts) -> bool:
        name = key(one)
        if name in found or violations(problem, one) or _begun(one, reviews[0]) != _begun(roadmap, reviews[0]):
            return False
        found[name] = dict(one)
        return True

    structure = Structure(problem)
    first = [one for one in _changed(problem, structure, roadmap, reviews) if keep(one)]
    for one in others:
        keep(one)
    for one in first:
        for review in reviews[1:]:
            keep({name: start for name, start in one.items() if start < review})
    return list(found.values())


def _begun(roadmap: Starts, period: int) -> dict[str, int]:
    return {name: start for name, start in roadmap.items() if start < period}


def _changed(
    problem: RoadmapProblem, structure: Structure, roadmap: Starts, reviews: Sequence[int]
) -> Iterator[dict[str, int]]:
    """One change from some review on; not all of them are allowed."""
    for review in reviews:
        yield _begun(roadmap, review)
        for name, start in roadmap.items():
            if start < review:
                continue
            gone = {name, *structure.dependents[name]}
            yield {other: t for other, t in roadmap.items() if other not in gone}
            for later in (*reviews, *(review + step for step in (1, 2))):
                if later >= review and later != start and later in structure.starts[name]:
                    yield {**roadmap, name: later}
        for name in structure.names:
            if name not in roadmap and (added := _added(problem, structure, roadmap, name, review)) is not None:
                yield added


def _added(
    problem: RoadmapProblem, structure: Structure, roadmap: Starts, name: str, review: int
) -> dict[str, int] | None:
    """The roadmap with an initiative after what it requires, each as early from the review on as the limits allow."""
    done = dict(roadmap)
    for one in structure.missing(name, done):
        fits = (t for t in structure.starts[one] if t >= review and not violations(problem, {**done, one: t}))
        start = next(fits, None)
        if start is None:
            return None
        done[one] = start
    return done
