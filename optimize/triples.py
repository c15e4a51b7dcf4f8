"""Worth of three initiatives together, beyond their values and the interactions of their pairs.

w[i,j,k] = the third difference of f over the subsets S of {i, j, k},
           sum over S of (-1)^(3 - |S|) E f(C + S), C what the three require, all at the earliest starts.

Where i, j and k work on the same loss, each pair takes away what both would save; the three pairs together take it away
once too often, and w[i,j,k] gives it back. Only triples whose three pairs all interact are tried, those of a roadmap
that the program proposes first: that is where its error shows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Final

from optimize.archive import Archive, Estimate, estimate
from optimize.plan_limits import PlanLimits
from optimize.problem import RoadmapProblem, Triple
from optimize.structure import Structure

if TYPE_CHECKING:
    from optimize.valuation import Valuation

Names = tuple[str, str, str]

CLEAR: Final = 3.0
"""A triple enters the program where it is more than so many standard errors from 0. More than for a pair: of many
that are tried some stand out by chance."""
WORTH_A_ROW: Final = 0.1
"""And where it is at least this share of the indifference stated: what is smaller costs rows and changes no choice."""

STAGE = "interactions of three"


def candidates(problem: RoadmapProblem, proposal: Collection[str], most: int) -> list[Names]:
    """At most so many triples whose three pairs are all in the program: those within the proposal first, then by the
    smallest of the three interactions, largest first.

    >>> from optimize.problem import Initiative, Interaction, RoadmapProblem
    >>> four = tuple(Initiative(id=name, value=(1,)) for name in "abcd")
    >>> pairs = [("a", "b", 3), ("a", "c", -2), ("b", "c", 4), ("b", "d", 9), ("c", "d", 9)]
    >>> known = tuple(Interaction(first=i, second=j, value=w) for i, j, w in pairs)
    >>> problem = RoadmapProblem(periods=1, initiatives=four, interactions=known)
    >>> candidates(problem, {"a", "b", "c"}, 9), candidates(problem, {}, 1)
    ([('a', 'b', 'c'), ('b', 'c', 'd')], [('b', 'c', 'd')])
    """
    size = {frozenset({pair.first, pair.second}): abs(pair.value) for pair in problem.interactions}
    names = [initiative.id for initiative in problem.initiatives]
    found: list[tuple[bool, float, Names]] = []
    for three in combinations(names, 3):
        sizes = [size.get(frozenset(pair), 0.0) for pair in combinations(three, 2)]
        if all(sizes):
            found.append((not set(three) <= set(proposal), -min(sizes), three))
    return [three for _, _, three in sorted(found)[:most]]


def with_triples(valuation: Valuation, archive: Archive, proposal: Mapping[str, int], limits: PlanLimits) -> Valuation:
    """The valuation with the triples that matter, simulated on as many draws as pairs. proposal: what the program of
    singles and pairs proposes."""
    problem = valuation.problem
    structure = Structure(problem)
    cases: dict[Names, list[dict[str, int]]] = {}
    for three in candidates(problem, proposal, limits.triples):
        full = structure.complete({}, three)
        if full is not None:  # else two of them, or of what they require, exclude each other
            cases[three] = _subsets(full, three)
    archive.simulate((one for case in cases.values() for one in case), STAGE, limits.pair_draws)
    found = {three: _third_difference(archive, case) for three, case in cases.items()}
    clear = tuple(
        Triple(first=first, second=second, third=third, value=one.mean)
        for (first, second, third), one in found.items()
        if abs(one.mean) > max(CLEAR * one.se, WORTH_A_ROW * archive.scenario.money.indifference)
    )
    return replace(valuation, problem=problem.model_copy(update={"triples": clear}), triples=found)


def _subsets(full: Mapping[str, int], three: Names) -> list[dict[str, int]]:
    """Roadmaps with each subset of the three beside what they require, from none of them to all."""
    base = {name: start for name, start in full.items() if name not in three}
    return [
        {**base, **{name: full[name] for name in chosen}} for size in range(4) for chosen in combinations(three, size)
    ]


SIGNS: Final = (-1, 1, 1, 1, -1, -1, -1, 1)
"""Of the subsets of three: none, each, each pair, all."""


def _third_difference(archive: Archive, case: list[dict[str, int]]) -> Estimate:
    n = min(len(archive.npv(one)) for one in case)
    return estimate(sum(sign * archive.npv(one)[:n] for sign, one in zip(SIGNS, case, strict=True)))  # type: ignore[arg-type]
