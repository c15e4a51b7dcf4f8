"""Yardsticks: what simple rules would have chosen, each kept within every limit.

do nothing          the least allowed roadmap: what is mandatory or pinned, what that requires, and what groups, quick
                    wins and goal floors ask for; of these the fewest initiatives, as late as allowed
cheapest first      by mean present value of the cost alone, least first
highest ROI first   by mean NPV over mean present value of the cost alone, largest first; only what is above 0
technology first    by mean capital and delivery cost, largest first, whatever it returns
program alone       what the program of singles and pairs proposes first; found by `refine`

"Alone" means beside what an initiative requires, at the earliest start. A greedy rule begins with the mandatory ones,
those that must start soonest first; then it takes each initiative in its order, after what that requires and with what
it is bound to, at the first period that keeps every limit, and leaves it out if there is none. If that ends short of
what must be reached, it begins with the least allowed roadmap instead.
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
    if _reaches_beyond(problem):
        return _fewest(problem, limits)
    structure = Structure(problem)
    least = set(structure.mandatory).union(*(structure.needs[name] for name in structure.mandatory))
    if not least:
        return {} if not violations(problem, {}) else _fewest(problem, limits)
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
            "objective": "worth",
            "objectives": (),
            "risk": None,
            "worlds": None,
            "futures": (),
            "at_least": (),
        }
    )
    answer = solve(reduced, limits)
    if not answer.has_solution or violations(problem, answer.roadmap):
        return None
    return {name: answer.roadmap[name] for name in structure.names if name in answer.roadmap}


def _reaches_beyond(problem: RoadmapProblem) -> bool:
    """Whether more than what is mandatory, and what that requires, can have to be in the least allowed roadmap."""
    rules = (problem.groups, problem.pins, problem.goals, problem.quick_wins, problem.grants)
    risk = (problem.at_least, problem.chance_cash, problem.risk is not None and problem.risk.floor is not None)
    return any((*rules, *risk, problem.blackouts, problem.simultaneous))


def _fewest(problem: RoadmapProblem, limits: Limits) -> dict[str, int] | None:
    """The program itself asked for the fewest initiatives and, among those, the latest starts.

    Where limits on risk speak of worths, values stay as they are and only the number of initiatives is looked at.
    """
    free = problem.model_copy(update={"trust_region": None, "forbidden": (), "objectives": ()})
    if not violations(free, {}):
        return {}
    floor = problem.risk is not None and problem.risk.floor is not None
    fewest = free.model_copy(update={"objective": "few"} if floor or problem.at_least else _late(free))
    answer = solve(fewest, limits)
    if not answer.has_solution or violations(free, answer.roadmap):
        return None
    return {one.id: answer.roadmap[one.id] for one in problem.initiatives if one.id in answer.roadmap}


def _late(problem: RoadmapProblem) -> dict[str, object]:
    """Values under which few initiatives are worth more than many, and late starts more than early ones."""
    more_than_all_starts = len(problem.initiatives) * problem.periods + 1
    worth = tuple(float(t - more_than_all_starts) for t in range(problem.periods))
    return {
        "initiatives": tuple(one.model_copy(update={"value": worth, "passes": 1.0}) for one in problem.initiatives),
        "interactions": (),
        "triples": (),
        "grants": tuple(one.model_copy(update={"worth": 0.0}) for one in problem.grants),
        "discount": (0.0,) * problem.periods,  # what is bought must be paid, but is no reason to do more
        "constant": 0.0,
        "objective": "worth",
        "risk": None,
        "worlds": None,
        "futures": (),
    }


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
    order = list(order)
    roadmap: dict[str, int] = {}
    for name in sorted(structure.mandatory, key=lambda one: (structure.windows[one].stop, one)):
        roadmap = _with(problem, structure, roadmap, name) or roadmap
    if any(name not in roadmap for name in structure.mandatory):
        roadmap = dict(least)
    grown = _grown(problem, structure, roadmap, order)
    if _still_to_come(problem, grown):
        grown = _grown(problem, structure, least, order)
    if violations(problem, grown):  # limits on risk that one initiative after the other does not mend
        grown = dict(least)
    return {name: grown[name] for name in structure.names if name in grown}


def _grown(problem: RoadmapProblem, structure: Structure, roadmap: Starts, order: Iterable[str]) -> dict[str, int]:
    grown = dict(roadmap)
    for name in order:
        grown = _with(problem, structure, grown, name) or grown
    return grown


def _with(problem: RoadmapProblem, structure: Structure, roadmap: Starts, name: str) -> dict[str, int] | None:
    """The roadmap with this initiative, after what it requires and with what it is bound to, each as early as the
    limits allow; None if not, or if it would undo what is reached."""
    done = dict(roadmap)
    for one in structure.missing(name, done):
        start = next((t for t in structure.starts[one] if _fits(problem, {**done, one: t})), None)
        if start is None:
            return None
        done[one] = start
    return done if _still_to_come(problem, done) <= _still_to_come(problem, roadmap) else None


STILL_TO_COME: Final = frozenset({"mandatory", "pin", "group", "quick_win", "goal"})
"""Families of demands that a roadmap may meet later, as more is added."""


def _fits(problem: RoadmapProblem, roadmap: Starts) -> bool:
    """Whether a part of a roadmap keeps every limit, apart from what must be reached and is still to come."""
    return all(broken.family in STILL_TO_COME and broken.mendable for broken in violations(problem, roadmap))


def _still_to_come(problem: RoadmapProblem, roadmap: Starts) -> set[tuple[str, str, int | None]]:
    """What must be reached and is not yet."""
    return {
        (broken.family, broken.subject, broken.period)
        for broken in violations(problem, roadmap)
        if broken.family in STILL_TO_COME
    }


def _alone(structure: Structure, name: str) -> tuple[dict[str, int], dict[str, int]]:
    """Roadmaps with and without the initiative, beside what it requires, at the earliest starts."""
    with_it = structure.complete({}, [name])
    if with_it is None:
        raise ValueError(f"{name} fits no roadmap")
    return with_it, {other: t for other, t in with_it.items() if other != name}
