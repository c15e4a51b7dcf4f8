"""The cheapest ways out of a conflict, each verified by solving again.

Whatever makes the problem feasible must break every conflict, so a single repair is a change of one member of the
conflict that was found: the least more of an amount (by the elastic program, not by trial), the fewest periods of a
window, one requirement or one mandatory initiative less. Where no single change does it, the least changes of amounts
that do it together are found, measured against what there is of each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from optimize.demands import blocking, demands
from optimize.explain import enough, listed
from optimize.reasons.conflict import Conflict, Member, days_of, opened
from optimize.reasons.elastic import Elastic
from optimize.reasons.resolves import NEAR, Resolves
from optimize.reasons.resources import Resource, every_period, single_periods

if TYPE_CHECKING:
    from optimize.problem import RoadmapProblem

Label = Callable[[int], str]
Unit = Literal["currency", "days", "periods", "demand"]


@dataclass(frozen=True)
class Repair:
    """One change after which there is a roadmap, verified by solving again.

    amount: the least that does it, in `unit` (None for a demand that is dropped). relative: against what there is now
    (for periods, against the periods of the horizon); None for a dropped demand, or where there is nothing now.
    proved: no less of it does it.
    """

    words: str
    unit: Unit
    amount: float | None
    relative: float | None
    proved: bool

    def document(self) -> dict[str, Any]:
        """The row of a JSON document."""
        return {
            "words": self.words,
            "unit": self.unit,
            "amount": self.amount,
            "relative": self.relative,
            "proved": self.proved,
        }


def repairs(
    problem: RoadmapProblem,
    conflict: Conflict,
    resolves: Resolves,
    period_name: Label = "period {}".format,
    money: str = "",
) -> tuple[Repair, ...]:
    """Single changes that make the problem feasible, the smallest against what there is first, dropped demands last.

    Where there is none, one repair that names the changes to make together; empty if not even that was found.
    """
    found: list[Repair] = []
    for member in conflict.members:
        found += _of(problem, member, resolves, period_name, money)
    found += _in_every_period(problem, conflict, resolves, money)
    if not found:
        found = list(_together(problem, resolves, period_name, money))
    return tuple(sorted(found, key=lambda one: math.inf if one.relative is None else one.relative))


def _of(
    problem: RoadmapProblem, member: Member, resolves: Resolves, period_name: Label, money: str
) -> Iterator[Repair]:
    if member.resource is not None:
        yield from _more(problem, member.resource, resolves, f"in {period_name(member.resource.period or 0)}", money)
    elif member.demand.family in ("earliest", "latest") and member.initiative is not None:
        yield from _wider(problem, member.initiative, member.demand.family == "latest", resolves)
    elif resolves.feasible(member.demand.lift(problem)):
        words = f"without this demand: {member.demand.words}"
        if member.demand.family == "mandatory":
            words = f"{member.initiative} need not be mandatory"
        elif member.demand.family == "requires":
            words = f"drop the rule that {member.demand.words}"
        yield Repair(words, "demand", None, None, True)


def _in_every_period(problem: RoadmapProblem, conflict: Conflict, resolves: Resolves, money: str) -> Iterator[Repair]:
    """More of the budgets and skills of the conflict in each of their periods."""
    concerned = {(one.resource.kind, one.resource.name) for one in conflict.members if one.resource is not None}
    for resource in every_period(problem):
        if (resource.kind, resource.name) in concerned:
            yield from _more(problem, resource, resolves, "in every period", money)


def _more(problem: RoadmapProblem, resource: Resource, resolves: Resolves, when: str, money: str) -> Iterator[Repair]:
    """The least more of one amount."""
    program = Elastic(problem, [resource])
    program.least_slack()
    found = resolves.optimise(program)
    if found.roadmap is None:
        return
    amount = program.given()[resource]
    if not resolves.feasible(resource.more(problem, amount * (1.0 + NEAR) + 1e-9)):
        return  # the elastic program and the problem disagree: not to be told as a repair
    present = resource.amounts(problem)
    relative = amount * len(present) / sum(present) if sum(present) > 0.0 else None
    unit: Unit = "currency" if resource.kind == "budget" else "days"
    yield Repair(f"{_so_much(resource, amount, money)} {when}", unit, amount, relative, found.proved)


def _so_much(resource: Resource, amount: float, money: str) -> str:
    if resource.kind == "skill":
        return f"{enough(amount)} more {days_of(resource.name)}"
    return f"{enough(amount)}{f' {money}' if money else ''} more in the budget {resource.name}"


def _wider(problem: RoadmapProblem, name: str, latest: bool, resolves: Resolves) -> Iterator[Repair]:
    """The fewest periods by which one deadline must move, by halving: a wider window never loses a roadmap."""
    window = problem.window(problem.initiative(name))

    def moved(periods: int) -> RoadmapProblem:
        change = {"latest": window.stop - 1 + periods} if latest else {"earliest": window.start - periods}
        return opened(name, **change)(problem)

    low, high = 0, (problem.periods - window.stop if latest else window.start)
    if not resolves.feasible(moved(high)):
        return
    proved = True
    while high - low > 1:
        middle = (low + high) // 2
        answer = resolves.feasible(moved(middle))
        proved = proved and answer is not None
        low, high = (low, middle) if answer else (middle, high)
    words = f"{name} may start {high} period{'s' if high > 1 else ''} {'later' if latest else 'earlier'}"
    yield Repair(words, "periods", float(high), high / problem.periods, proved)


def _together(problem: RoadmapProblem, resolves: Resolves, period_name: Label, money: str) -> Iterator[Repair]:
    """The least changes of amounts that do it together; else the demands of which all must give way."""
    rows = [one for one in single_periods(problem) if one.most(problem) > 0.0]
    program = Elastic(problem, rows)
    program.least_slack({one: max(max(one.amounts(problem)), 1e-9 * one.most(problem)) for one in rows})
    found = resolves.optimise(program)
    if found.roadmap is not None:
        given = {one: amount for one, amount in program.given().items() if amount > 0.0}
        changed = problem
        for resource, amount in given.items():
            changed = resource.more(changed, amount * (1.0 + NEAR) + 1e-9)
        if given and resolves.feasible(changed):
            parts = [f"{_so_much(one, z, money)} in {period_name(one.period or 0)}" for one, z in given.items()]
            relative = sum(z / max(one.amounts(problem)) for one, z in given.items() if max(one.amounts(problem)) > 0.0)
            yield Repair(f"together: {listed(parts)}", "demand", None, relative or None, found.proved)
            return
    needed, _ = blocking(problem, demands(problem), resolves.limits)
    if needed:
        yield Repair(f"together without: {listed([one.words for one in needed])}", "demand", None, None, True)
