"""Roadmaps that are nearly as good and differ on purpose.

Each keeps the worth of the program above a floor, the best worth less what may be given up, and is then as far as
possible in one direction, by a program of its own:

smoother   the largest spend of all budgets in one period as small as possible
earlier    as much worth as possible at work early: the worth of an initiative's best start times the periods from its
           start to the end of the horizon, summed
calmer     the most initiatives at work in one period as few as possible
fewer      as few initiatives as possible; `vendors` instead where vendors are known: as few vendors as possible
different  as many initiatives as possible that start elsewhere, or are in one of the two roadmaps alone; those that
           can never gain (`dominated`) are not brought in for it

A direction in which nothing can be gained within the floor gives no alternative. Of equals in a direction the solver's
first is taken, so it is not said to be the only one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from optimize.check import worth
from optimize.families.sets import power_of_ten_unit
from optimize.reasons.elastic import Elastic
from optimize.recount import spent

if TYPE_CHECKING:
    from optimize.periods import Starts
    from optimize.problem import RoadmapProblem
    from optimize.reasons.resolves import Resolves

Vendors = Mapping[str, str]

DIRECTIONS: Final = ("smoother", "earlier", "calmer", "fewer", "different")
MEASURES: Final[Mapping[str, str]] = {
    "smoother": "largest spend of a period",
    "earlier": "worth times periods at work",
    "calmer": "initiatives at work at once",
    "fewer": "initiatives",
    "vendors": "vendors",
    "different": "initiatives that differ",
}


LEAST: Final = 0.005
"""An alternative gains at least this share of the figure of its direction."""


@dataclass(frozen=True)
class Alternative:
    """A roadmap (in periods) that goes in one direction. measure: its figure there, `best` that of the best roadmap.

    worth: in the program, constant included; given_up: what it is worth less than the best [currency]. proved: no
    roadmap of the program within the floor goes further.
    """

    direction: str
    roadmap: Mapping[str, int]
    measure: float
    best: float
    worth: float
    given_up: float
    proved: bool


def alternatives(
    problem: RoadmapProblem,
    best: Starts,
    floor: float,
    resolves: Resolves,
    number: int = len(DIRECTIONS),
) -> tuple[Alternative, ...]:
    """At most `number` roadmaps of the problem that are worth the floor and gain in a direction, in a fixed order.

    floor: constant included. Where vendors are stated, few vendors take the place of few initiatives.
    A roadmap that two directions share is told once, for the first.
    """
    known = {tuple(sorted(best.items()))}
    found: list[Alternative] = []
    for direction in directions(problem):
        if len(found) == number:
            break
        one = _towards(problem, best, floor, direction, resolves)
        if one is not None and tuple(sorted(one.roadmap.items())) not in known:
            known.add(tuple(sorted(one.roadmap.items())))
            found.append(one)
    return tuple(found)


def _towards(
    problem: RoadmapProblem, best: Starts, floor: float, direction: str, resolves: Resolves
) -> Alternative | None:
    program = Elastic(problem)
    program.keep_within(floor)
    goal: Callable[[], None] = {
        "smoother": lambda: _smoother(program, problem),
        "earlier": lambda: _earlier(program, problem),
        "calmer": lambda: _calmer(program, problem),
        "fewer": lambda: _fewer(program),
        "vendors": lambda: _vendors(program, vendors_of(problem)),
        "different": lambda: _different(program, best),
    }[direction]
    goal()
    answer = resolves.optimise(program)
    if answer.roadmap is None:
        return None
    here, there = (measure(problem, one, direction, best) for one in (best, answer.roadmap))
    more = there - here if direction in ("earlier", "different") else here - there
    if more <= LEAST * abs(here):
        return None
    value = worth(problem, answer.roadmap)
    return Alternative(direction, answer.roadmap, there, here, value, worth(problem, best) - value, answer.proved)


def vendors_of(problem: RoadmapProblem) -> Vendors:
    """Vendor of each initiative that has one."""
    return {one.id: one.vendor for one in problem.initiatives if one.vendor is not None}


def directions(problem: RoadmapProblem) -> tuple[str, ...]:
    """In which directions alternatives are sought."""
    return tuple("vendors" if one == "fewer" and vendors_of(problem) else one for one in DIRECTIONS)


def among(
    problem: RoadmapProblem, best: Starts, roadmaps: Iterable[Starts], found: Sequence[Alternative], number: int
) -> tuple[Alternative, ...]:
    """The furthest of some roadmaps in each direction, for those that the program found within its own floor but the
    simulation puts below it. Those of `found` that are among the roadmaps stay as they are; the others are not proved.
    """
    allowed = {tuple(sorted(one.items())): dict(one) for one in roadmaps}
    known = {tuple(sorted(best.items()))}
    chosen: list[Alternative] = []
    for direction in directions(problem):
        own = next((one for one in found if one.direction == direction), None)
        if own is None or tuple(sorted(own.roadmap.items())) not in allowed:
            own = _furthest(problem, best, allowed.values(), direction)
        if own is not None and tuple(sorted(own.roadmap.items())) not in known and len(chosen) < number:
            known.add(tuple(sorted(own.roadmap.items())))
            chosen.append(own)
    return tuple(chosen)


def _furthest(problem: RoadmapProblem, best: Starts, roadmaps: Iterable[Starts], direction: str) -> Alternative | None:
    sign = 1.0 if direction in ("earlier", "different") else -1.0
    here = measure(problem, best, direction, best)
    far = max(roadmaps, key=lambda one: sign * measure(problem, one, direction, best), default=None)
    if far is None or sign * (measure(problem, far, direction, best) - here) <= LEAST * abs(here):
        return None
    value = worth(problem, far)
    there = measure(problem, far, direction, best)
    return Alternative(direction, dict(far), there, here, value, worth(problem, best) - value, False)


def measure(problem: RoadmapProblem, roadmap: Starts, direction: str, best: Starts) -> float:
    """The figure of a roadmap in one direction, without the program."""
    if direction == "smoother":
        rows = [spent(problem, budget, roadmap) for budget in problem.budgets]
        return max((sum(row[t] for row in rows) for t in range(problem.periods)), default=0.0) if rows else 0.0
    if direction == "earlier":
        weights = weight_of(problem)
        return sum(weights[name] * (problem.periods - start) for name, start in roadmap.items())
    if direction == "calmer":
        load = [0] * problem.periods
        for name, start in roadmap.items():
            for t in range(start, min(problem.periods, start + problem.initiative(name).duration)):
                load[t] += 1
        return float(max(load))
    if direction == "fewer":
        return float(len(roadmap))
    if direction == "vendors":
        known = vendors_of(problem)
        return float(len({known[name] for name in roadmap if name in known}))
    return float(sum(roadmap.get(one.id) != best.get(one.id) for one in problem.initiatives))


def weight_of(problem: RoadmapProblem) -> dict[str, float]:
    """Worth of the best start of each initiative, 0 where it loses money."""
    return {one.id: max(0.0, *(one.value[t] for t in problem.window(one))) for one in problem.initiatives}


def _smoother(program: Elastic, problem: RoadmapProblem) -> None:
    """No period spends more than `most`; what several budgets pay in common counts in each. Bought days are paid too,
    by each budget that pays them."""
    unit = power_of_ten_unit([amount for budget in problem.budgets for amount in budget.amount])
    payers = sum(budget.pays("bought") for budget in problem.budgets)
    most = program.program.add_variable("most", 0)
    for t in range(problem.periods):
        spend = [
            (profile[t - u] * problem.initiative(name).price_at(u) / unit) * start
            for budget in problem.budgets
            for name, profile in program.costs[budget.name].items()
            for u, start in program.starts[name].items()
            if 0 <= t - u < len(profile) and profile[t - u] != 0.0
        ]
        spend += [
            (payers * one.price[t] * program.skill_unit[one.skill] / unit) * program.bought[one.skill, t]
            for one in program.outside
            if payers and (one.skill, t) in program.bought and one.price[t] > 0.0
        ]
        program.program += sum(spend) - most <= 0, f"most({t})"
    program.program += -1 * most


def _earlier(program: Elastic, problem: RoadmapProblem) -> None:
    """A chosen initiative adds its weight times the periods from its start on."""
    weights = weight_of(problem)
    unit = power_of_ten_unit(list(weights.values()))
    periods = problem.periods
    program.program += sum(
        (weights[name] / unit * (periods - t)) * start
        for name, starts in program.starts.items()
        for t, start in starts.items()
    )


def _calmer(program: Elastic, problem: RoadmapProblem) -> None:
    most = program.program.add_variable("most", 0)
    for t in range(problem.periods):
        at_work = [
            1 * start
            for name, starts in program.starts.items()
            for u, start in starts.items()
            if u <= t < u + problem.initiative(name).duration
        ]
        program.program += sum(at_work) - most <= 0, f"most({t})"
    program.program += -1 * most


def _fewer(program: Elastic) -> None:
    program.program += -sum(1 * start for _, start in program.all_starts())


def _vendors(program: Elastic, vendors: Vendors) -> None:
    """A vendor counts as soon as one of its initiatives is chosen."""
    counted = []
    for number, vendor in enumerate(sorted(set(vendors.values()))):
        used = program.program.add_variable(f"vendor({number})", 0, 1)
        for place, name in enumerate(one for one in program.starts if vendors.get(one) == vendor):
            program.program += program.chosen(name) - used <= 0, f"vendor({number},{place})"
        counted.append(used)
    program.program += -sum(1 * used for used in counted) if counted else -sum(0 * s for _, s in program.all_starts())


def _different(program: Elastic, best: Starts) -> None:
    kept = {name: start for name, start in best.items() if name in program.starts}
    program.program += program.difference(kept)


def document(
    one: Alternative, start_months: Mapping[str, int], gain: Any, months_best: Mapping[str, int]
) -> dict[str, Any]:
    """The row of a JSON document; gain: simulated NPV minus that of the recommended roadmap, an Estimate or None."""
    changes: Sequence[str] = [
        name for name in {**months_best, **start_months} if months_best.get(name) != start_months.get(name)
    ]
    return {
        "direction": one.direction,
        "measure": MEASURES[one.direction],
        "value": one.measure,
        "best": one.best,
        "roadmap": dict(start_months),
        "differs": list(changes),
        "given_up": one.given_up,
        "gain": None if gain is None else {"mean": gain.mean, "se": gain.se},
        "proved": one.proved,
    }
