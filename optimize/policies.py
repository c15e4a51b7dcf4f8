"""Yardsticks: what simple rules would have chosen, each kept within every limit.

do nothing          the least allowed roadmap: what is mandatory and what that requires, as late as allowed
cheapest first      by mean present value of the cost alone, least first
highest ROI first   by mean NPV over mean present value of the cost alone, largest first; only what is above 0
technology first    by mean capital and delivery cost, largest first, whatever it returns
program alone       what the program of singles and pairs proposes first; found by `refine`

"Alone" means beside what an initiative requires, at the earliest start. A greedy rule begins with the mandatory ones,
those that must start soonest first; then it takes each initiative in its order, after what that requires, at the first
period that keeps every limit, and leaves it out if there is none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Final

from optimize.archive import Archive
from optimize.check import violations
from optimize.limits import Limits
from optimize.periods import Starts
from optimize.problem import RoadmapProblem
from optimize.solve import solve
from optimize.structure import Structure

DO_NOTHING: Final = "do nothing"
CHEAPEST: Final = "cheapest first"
HIGHEST_ROI: Final = "highest ROI first"
TECHNOLOGY: Final = "technology first"
PROGRAM_ALONE: Final = "program alone"


def do_nothing(problem: RoadmapProblem, limits: Limits) -> dict[str, int] | None:
    """The least allowed roadmap, or None if no roadmap meets every demand (or none was found within the limits)."""
    structure = Structure(problem)
    least = set(structure.mandatory).union(*(structure.needs[name] for name in structure.mandatory))
    if not least:
        return {}
    later_is_better = tuple(float(t) for t in range(problem.periods))
    kept = tuple(one.model_copy(update={"value": later_is_better}) for one in problem.initiatives if one.id in least)
    reduced = problem.model_copy(
        update={
            "initiatives": tuple(one.model_copy(update={"mandatory": True}) for one in kept),
            "interactions": (),
            "triples": (),
            "requires": tuple(rule for rule in problem.requires if rule.initiative in least),
            "exclusive": (),
            "trust_region": None,
            "forbidden": (),
            "constant": 0.0,
        }
    )
    answer = solve(reduced, limits)
    if not answer.has_solution or violations(problem, answer.roadmap):
        return None
    return {name: answer.roadmap[name] for name in structure.names if name in answer.roadmap}


def yardsticks(problem: RoadmapProblem, archive: Archive, least: Starts) -> dict[str, dict[str, int]]:
    """Roadmap of each rule. `least`: the least allowed roadmap, which any rule falls back on that finds no place for a
    mandatory initiative. The archive values the initiatives alone."""
    structure = Structure(problem)
    alone = {name: _alone(structure, name) for name in structure.names}
    archive.simulate((one for pair in alone.values() for one in pair), "initiatives alone")
    cost = {name: archive.cost(with_it) - archive.cost(without) for name, (with_it, without) in alone.items()}
    gain = {name: archive.difference(with_it, without).mean for name, (with_it, without) in alone.items()}
    outlay = {one.id: math.fsum((*one.cost.capital, *one.cost.delivery)) for one in problem.initiatives}

    def roi(name: str) -> float:
        return gain[name] / cost[name] if cost[name] > 0.0 else math.inf * gain[name] if gain[name] else 0.0

    worthwhile = [name for name in structure.names if roi(name) > 0.0]
    orders: dict[str, tuple[Iterable[str], Callable[[str], float]]] = {
        CHEAPEST: (structure.names, lambda name: cost[name]),
        HIGHEST_ROI: (worthwhile, lambda name: -roi(name)),
        TECHNOLOGY: (structure.names, lambda name: -outlay[name]),
    }
    found = {DO_NOTHING: dict(least)}
    for policy, (names, rank) in orders.items():
        found[policy] = greedy(problem, structure, sorted(names, key=lambda name: (rank(name), name)), least)
    return found


def greedy(problem: RoadmapProblem, structure: Structure, order: Iterable[str], least: Starts) -> dict[str, int]:
    """Take initiatives in this order, the mandatory ones first, each at the earliest start that keeps every limit."""
    roadmap: dict[str, int] = {}
    for name in sorted(structure.mandatory, key=lambda one: (structure.windows[one].stop, one)):
        roadmap = _with(problem, structure, roadmap, name) or roadmap
    if any(name not in roadmap for name in structure.mandatory):
        roadmap = dict(least)
    for name in order:
        roadmap = _with(problem, structure, roadmap, name) or roadmap
    return {name: roadmap[name] for name in structure.names if name in roadmap}


def _with(problem: RoadmapProblem, structure: Structure, roadmap: Starts, name: str) -> dict[str, int] | None:
    """The roadmap with this initiative, after what it requires, each as early as the limits allow; None if not."""
    done = dict(roadmap)
    missing = [one for one in (*structure.needs[name], name) if one not in done]
    for one in sorted(missing, key=lambda one: len(structure.needs[one])):
        start = next((t for t in structure.windows[one] if _fits(problem, {**done, one: t})), None)
        if start is None:
            return None
        done[one] = start
    return done


def _fits(problem: RoadmapProblem, roadmap: Starts) -> bool:
    """Whether a part of a roadmap keeps every limit, apart from the mandatory ones that are still to come."""
    return all(broken.family == "mandatory" for broken in violations(problem, roadmap))


def _alone(structure: Structure, name: str) -> tuple[dict[str, int], dict[str, int]]:
    """Roadmaps with and without the initiative, beside what it requires, at the earliest starts."""
    with_it = structure.complete({}, [name])
    if with_it is None:
        raise ValueError(f"{name} fits no roadmap")
    return with_it, {other: t for other, t in with_it.items() if other != name}
