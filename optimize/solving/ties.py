"""One answer where several roadmaps are worth the same, so that every run ends in the same plan.

The rule: among the roadmaps whose worth ties with the best (`check.tie_width`), the fewest initiatives; among those,
the smallest sum of starts; among those, go through the initiatives in the order of their names and, at the first that
differs, take the roadmap that starts it earlier (not at all counts as latest).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimize.check import aim, tie_width

if TYPE_CHECKING:
    from optimize.formulation import Formulation
    from optimize.problem import RoadmapProblem

MOST_NEAR_MISSES = 50
"""Roadmaps below the floor by no more than the solver's rounding that are put aside before ties are left open."""


@dataclass(frozen=True)
class Found:
    """What one run of the solver on one formulation gave: the roadmap, or None; and whether that was proved."""

    roadmap: dict[str, int] | None
    proved: bool


class _LeftOpen(Exception):  # noqa: N818 (not an error: the clock or the solver ended the tie-breaking)
    pass


def break_ties(
    problem: RoadmapProblem, best: Mapping[str, int], run: Callable[[Formulation], Found]
) -> tuple[dict[str, int], bool]:
    """The roadmap that the rule picks among those that tie with `best`, and whether that was proved to the end."""
    kept = dict(best)
    try:
        # 1. In most problems nothing ties: one run that finds no second roadmap settles it.
        floor = aim(problem, kept) - tie_width(problem)
        rival = _pick(problem, floor, run, lambda program: program.maximise_worth(), other_than=kept)
        if rival is None:
            return kept, True
        if aim(problem, rival) > aim(problem, kept):
            kept = rival
            floor = aim(problem, kept) - tie_width(problem)

        # 2. The fewest and, among those, the earliest; again one run says whether that is unique.
        fewest = _pick(problem, floor, run, lambda program: program.prefer_few_and_early())
        kept = kept if fewest is None else fewest
        count, sum_of_starts = len(kept), sum(kept.values())

        def same_size(program: Formulation) -> None:
            program.keep_size(count, sum_of_starts)

        def any_of_same_size(program: Formulation) -> None:
            same_size(program)
            program.maximise_worth()

        if _pick(problem, floor, run, any_of_same_size, other_than=kept) is None:
            return kept, True

        # 3. In the order of the names, each as early as those before it allow.
        settled: dict[str, int | None] = {}
        for name in sorted(initiative.id for initiative in problem.initiatives):
            if kept.get(name) != problem.initiative(name).earliest:

                def next_by_name(program: Formulation, name: str = name) -> None:
                    same_size(program)
                    for other, period in settled.items():
                        program.settle(other, period)
                    program.prefer_early(name)

                earliest = _pick(problem, floor, run, next_by_name)
                kept = kept if earliest is None else earliest
            settled[name] = kept.get(name)
    except _LeftOpen:
        return kept, False
    return kept, True


def _pick(
    problem: RoadmapProblem,
    floor: float,
    run: Callable[[Formulation], Found],
    prepare: Callable[[Formulation], None],
    other_than: Mapping[str, int] | None = None,
) -> dict[str, int] | None:
    """Best roadmap that gains at least `floor` by the goal that `prepare` sets; None if there is none."""
    from optimize.formulation import Formulation

    aside = [] if other_than is None else [dict(other_than)]
    for _ in range(MOST_NEAR_MISSES):
        program = Formulation(problem.model_copy(update={"forbidden": (*problem.forbidden, *aside)}))
        program.keep_worth(floor)
        prepare(program)
        found = run(program)
        if not found.proved:
            raise _LeftOpen
        if found.roadmap is None or aim(problem, found.roadmap) >= floor:
            return found.roadmap
        aside.append(found.roadmap)  # under the floor by the solver's rounding: not a tie
    raise _LeftOpen
