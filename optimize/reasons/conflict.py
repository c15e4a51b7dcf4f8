"""Why no roadmap meets every demand: a smallest set of demands that clash, in a planner's sentence with amounts.

The demands are single rows where that is what a planner needs: a budget or a skill in one period, one deadline, one
requirement, one mandatory initiative. Two filters find the set (Chinneck and Dravnieks 1991; for integer programs
Guieu and Chinneck 1999):

deletion   lift one demand after the other; where the rest is still infeasible, it stays lifted. What is left is
           infeasible, and feasible without any one of its members.
elastic    before that, rows of amounts get slack and the least slack is found; rows that need some are made hard, again
           and again, until no slack helps: only these rows can be in the set.

The first pass runs over whole families (`demands`), the second over the single demands of those that are left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimize.demands import Demand, demands, lift_all, without_requirement
from optimize.explain import listed, rounded
from optimize.reasons.elastic import Elastic
from optimize.reasons.resolves import Resolves
from optimize.reasons.resources import Resource, single_periods

if TYPE_CHECKING:
    from optimize.limits import Limits
    from optimize.problem import Initiative, RoadmapProblem

Label = Callable[[int], str]


@dataclass(frozen=True)
class Member:
    """One demand of a conflict.

    resource: for a row of amounts which one; then also `available`, what there is in that period, `bought`, the days
    of it that can be bought beside, and `short`, the least that is then still missing while all other members hold
    [currency or days].
    """

    demand: Demand
    resource: Resource | None = None
    initiative: str | None = None
    available: float | None = None
    bought: float = 0.0
    short: float | None = None


@dataclass(frozen=True)
class Conflict:
    """Demands that no roadmap meets together.

    minimal: proved that lifting any one of them leaves a roadmap for the others. sentence: what a planner reads.
    """

    members: tuple[Member, ...]
    minimal: bool
    sentence: str

    @property
    def words(self) -> tuple[str, ...]:
        """Each demand in words."""
        return tuple(member.demand.words for member in self.members)


def find_conflict(
    problem: RoadmapProblem, resolves: Resolves, period_name: Label = "period {}".format, money: str = ""
) -> Conflict | None:
    """A smallest conflict of an infeasible problem; None if it has a roadmap or the solver could not tell."""
    if resolves.feasible(problem) is not False:
        return None
    coarse, sure = _deletion_filter(problem, demands(problem), resolves)
    names = {demand.words for demand in coarse}
    others = [demand for demand in demands(problem) if demand.words not in names]
    rest = lift_all(problem, others)  # from here on only the families that clash
    fine = [member for demand in coarse for member in _singles(problem, demand, period_name)]
    fine = _elastic_filter(rest, fine, resolves)
    rows = [one for one in fine if one.resource is not None]
    idle = [_row(one, period_name) for one in single_periods(problem) if one not in {row.resource for row in rows}]
    rest = lift_all(rest, [one.demand for one in idle if _covers(coarse, one)])
    kept, surely = _deletion_filter(rest, [one.demand for one in fine], resolves)
    members = [one for one in fine if any(one.demand is demand for demand in kept)]
    dropped = [one.demand for one in fine if all(one.demand is not demand for demand in kept)]
    alone = lift_all(rest, dropped)
    measured = tuple(_measured(problem, alone, one, resolves) for one in members)
    return Conflict(measured, sure and surely, _sentence(measured, period_name, money))


def _deletion_filter(problem: RoadmapProblem, among: Sequence[Demand], resolves: Resolves) -> tuple[list[Demand], bool]:
    """Demands of which each is needed for the clash, and whether every solve was proved."""
    kept, sure = list(among), True
    for demand in among:
        others = [other for other in kept if other is not demand]
        lifted = [other for other in among if all(other is not one for one in others)]
        answer = resolves.feasible(lift_all(problem, lifted))
        sure = sure and answer is not None
        if answer is False:
            kept = others
    return kept, sure


def _elastic_filter(problem: RoadmapProblem, members: list[Member], resolves: Resolves) -> list[Member]:
    """The members without the rows of amounts that cannot matter; all of them if the solver could not tell."""
    elastic = [one for one in members if one.resource is not None]
    hard: list[Member] = []
    while elastic:
        program = Elastic(problem, [one.resource for one in elastic if one.resource is not None])
        program.least_slack(
            {one: max(max(one.amounts(problem)), 1e-9 * one.most(problem), 1e-12) for one in program.slack}
        )
        found = resolves.optimise(program)
        if not found.proved:
            return members
        if found.roadmap is None:
            break
        given = program.given()
        tight = [one for one in elastic if one.resource is not None and given[one.resource] > 0.0]
        if not tight:
            return members
        hard += tight
        elastic = [one for one in elastic if one not in tight]
    return [one for one in members if one.resource is None or one in hard]


def _covers(coarse: Sequence[Demand], row: Member) -> bool:
    resource = row.resource
    return resource is not None and any(demand.words == resource.what for demand in coarse)


def _singles(problem: RoadmapProblem, demand: Demand, period_name: Label) -> list[Member]:
    """A demand of a whole family as demands that a planner can speak of one by one."""
    if demand.family in ("budget", "skill"):
        return [_row(one, period_name) for one in single_periods(problem) if one.what == demand.words]
    if demand.family == "window":
        return [member for one in problem.initiatives for member in _windows(problem, one, period_name)]
    if demand.family == "requires":
        return [
            Member(Demand("requires", f"{rule.initiative} comes after {rule.requires}", without_requirement(rule)))
            for rule in problem.requires
        ]
    name = demand.words.removeprefix("the mandatory ") if demand.family == "mandatory" else None
    return [Member(demand, initiative=name)]


def _row(resource: Resource, period_name: Label) -> Member:
    words = f"{resource.what} in {period_name(resource.period or 0)}"
    return Member(Demand(resource.kind, words, lambda p: resource.more(p, resource.most(p))), resource)


def _windows(problem: RoadmapProblem, one: Initiative, period_name: Label) -> list[Member]:
    window, found = problem.window(one), []
    if window.start > 0:
        words = f"{one.id} starts in {period_name(window.start)} at the earliest"
        found.append(Member(Demand("earliest", words, opened(one.id, earliest=0)), initiative=one.id))
    if window.stop < problem.periods:
        words = f"{one.id} starts in {period_name(window.stop - 1)} at the latest"
        found.append(Member(Demand("latest", words, opened(one.id, latest=problem.periods - 1)), initiative=one.id))
    return found


def opened(name: str, **window: int) -> Callable[[RoadmapProblem], RoadmapProblem]:
    """The change of a problem that gives one initiative another `earliest` or `latest` period."""

    def lift(problem: RoadmapProblem) -> RoadmapProblem:
        changed = tuple(one.model_copy(update=window) if one.id == name else one for one in problem.initiatives)
        return problem.model_copy(update={"initiatives": changed})

    return lift


def _measured(problem: RoadmapProblem, alone: RoadmapProblem, member: Member, resolves: Resolves) -> Member:
    """The member with what is missing in its row while the other members hold."""
    resource = member.resource
    if resource is None:
        return member
    program = Elastic(alone, [resource])
    program.least_slack()
    found = resolves.optimise(program)
    available, key = resource.amounts(problem)[0], (resource.name, resource.period or 0)
    if found.roadmap is None or not found.proved:
        return replace(member, available=available)
    buys = resource.kind == "skill" and key in program.bought  # as many as the other members leave money for
    bought = max(0.0, program.bought[key].varValue or 0.0) * program.skill_unit[resource.name] if buys else 0.0
    return replace(member, available=available, bought=bought, short=program.given()[resource])


# ---- the sentence --------------------------------------------------------------------------------------------------


def _sentence(members: Sequence[Member], period_name: Label, money: str) -> str:
    """The conflict as a planner says it."""
    mandatory = [one.initiative for one in members if one.demand.family == "mandatory" and one.initiative is not None]
    rows = [one for one in members if one.resource is not None]
    others = [one.demand.words for one in members if one.resource is None and one.initiative not in mandatory]
    others += [
        one.demand.words
        for one in members
        if one.demand.family in ("earliest", "latest") and one.initiative in mandatory
    ]
    if not rows:
        return f"These cannot be met together: {'; '.join(one.demand.words for one in members)}."
    if len(mandatory) > 1:
        who = f"The {len(mandatory)} mandatory initiatives {listed(mandatory)} need"
    elif mandatory:
        who = f"The mandatory {mandatory[0]} needs"
    else:
        who = "What is demanded needs"
    needs = " or else ".join(_need(one, period_name, money) for one in rows)
    return f"{who} {needs}{f', where {listed(others)}' if others else ''}."


def _need(member: Member, period_name: Label, money: str) -> str:
    resource, available, short = member.resource, member.available, member.short
    if resource is None or available is None:
        return member.demand.words
    when = period_name(resource.period or 0)
    if resource.kind == "skill":
        if short is None:
            return f"more {days_of(resource.name)} in {when} than the {rounded(available)} there are"
        needed, own = amount_text(available + member.bought + short), amount_text(available)
        beside = f", and {amount_text(member.bought)} can be bought" if member.bought > 0.0 else ""
        return f"{needed} {days_of(resource.name)} in {when} (there are {own}{beside})"
    unit = f" {money}" if money else ""
    if short is None:
        return f"more money from the budget {resource.name} by {when} than there is"
    return (
        f"{amount_text(short)}{unit} more from the budget {resource.name} by the end of {when} than there is "
        f"({amount_text(available)}{unit} in that period, and what is carried into it)"
    )


def days_of(skill: str) -> str:
    """Days of a skill in words.

    >>> days_of("it"), days_of("office_days")
    ('it days', 'office_days')
    """
    return skill if skill.endswith("days") else f"{skill} days"


def amount_text(amount: float) -> str:
    """An amount to three digits, or in full where it is a whole number below 100,000.

    >>> amount_text(41.0), amount_text(1234.0), amount_text(1234.5678)
    ('41', '1,234', '1,230')
    """
    whole = round(amount)
    return (
        f"{whole:,}" if abs(amount - whole) < 1e-6 * max(1.0, abs(amount)) and abs(whole) < 100_000 else rounded(amount)
    )


def why_infeasible(problem: RoadmapProblem, limits: Limits) -> tuple[str, ...]:
    """A smallest set of demands, in words, that no roadmap meets together; empty if it was not found infeasible."""
    found = find_conflict(problem, Resolves(limits))
    return () if found is None else found.words
