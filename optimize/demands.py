"""The demands that a roadmap problem makes, each of which can be lifted: what stands in the way of a roadmap?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from optimize.limits import Limits
from optimize.problem import Initiative, Requirement, RoadmapProblem
from optimize.solve import solve


@dataclass(frozen=True)
class Demand:
    """One demand in planner's words, its family, and the problem without it."""

    family: str
    words: str
    lift: Callable[[RoadmapProblem], RoadmapProblem]


_RULE_WORDS: Final[Mapping[str, str]] = {
    "at_most_one": "at most one",
    "exactly_one": "exactly one",
    "at_least_one": "at least one",
    "all_or_none": "all or none",
}


def demands(problem: RoadmapProblem, keep_mandatory: str | None = None) -> list[Demand]:
    """Every demand of the problem, in a fixed order; `keep_mandatory` names an initiative that stays mandatory."""
    found = [
        Demand("budget", f"the budget {budget.name}", _without("budgets", "name", budget.name))
        for budget in problem.budgets
    ]
    found += [Demand("skill", f"the {skill} days", _without_skill(skill)) for skill in problem.skills]
    if any(len(problem.window(initiative)) < problem.periods for initiative in problem.initiatives):
        found.append(Demand("window", "the earliest and latest starts", _open_windows))
    if problem.requires:
        found.append(Demand("requires", "what must come before", lambda p: p.model_copy(update={"requires": ()})))
    found += [
        Demand("exclusive", f"the choice of one in group {group.name}", _without("exclusive", "name", group.name))
        for group in problem.exclusive
    ]
    found += [
        Demand("mandatory", f"the mandatory {initiative.id}", optional(initiative.id))
        for initiative in problem.initiatives
        if initiative.mandatory and initiative.id != keep_mandatory
    ]
    found += [
        Demand(
            "group",
            f"the rule of group {group.name} ({_RULE_WORDS[group.rule]})",
            _without("groups", "name", group.name),
        )
        for group in problem.groups
    ]
    found += [
        Demand("simultaneous", f"the load limit of {one.name}", _without("simultaneous", "name", one.name))
        for one in problem.simultaneous
    ]
    found += [Demand("goal", f"the goal {one.name}", _without("goals", "name", one.name)) for one in problem.goals]
    found += [
        Demand("quick_win", f"the quick win {one.name}", _without("quick_wins", "name", one.name))
        for one in problem.quick_wins
    ]
    found += [
        Demand("pin", f"the pin: {one.words}", _without("pins", "initiative", one.initiative)) for one in problem.pins
    ]
    found += [
        Demand("blackout", f"the blackout {one.name}", _without("blackouts", "name", one.name))
        for one in problem.blackouts
    ]
    found += _of_risk(problem)
    if problem.trust_region is not None:
        words = "the number of changes that this round allows"
        found.append(Demand("trust", words, lambda p: p.model_copy(update={"trust_region": None})))
    if problem.forbidden:
        words = "the roadmaps that were ruled out"
        found.append(Demand("forbidden", words, lambda p: p.model_copy(update={"forbidden": ()})))
    return found


def _of_risk(problem: RoadmapProblem) -> list[Demand]:
    """The limits on risk; an aim that does not count any more needs no floor either."""
    found = []
    risk = problem.risk
    if risk is not None and risk.floor is not None:
        words = f"the floor of the mean of the worst {100 * risk.level:g} %"
        lifted = risk.model_copy(update={"floor": None})
        found.append(Demand("cvar_floor", words, lambda p: p.model_copy(update={"risk": lifted})))
    found += [
        Demand(
            "chance_budget",
            f"the chance of an overrun of the budget {chance.budget}",
            _without("chance_budgets", "budget", chance.budget),
        )
        for chance in problem.chance_budgets
    ]
    if problem.chance_cash is not None:
        words = "how often cash may fall below its floor"
        found.append(Demand("chance_cash", words, lambda p: p.model_copy(update={"chance_cash": None})))
    if problem.at_least:
        words = "what other aims must reach"
        found.append(Demand("at_least", words, lambda p: p.model_copy(update={"at_least": ()})))
    return found


def blocking(problem: RoadmapProblem, among: Sequence[Demand], limits: Limits) -> tuple[list[Demand], bool]:
    """Which demands leave an infeasible problem without a roadmap, and whether lifting any one of them is enough.

    Each demand is lifted alone. If that never suffices, all are lifted and brought back one by one, which leaves a
    smallest set (no part of it would do) that must be lifted together. Empty if the solver could not tell.
    """
    alone = [demand for demand in among if _feasible(demand.lift(problem), limits)]
    if alone:
        return alone, True
    lifted = list(among)
    if not _feasible(lift_all(problem, lifted), limits):
        return [], False
    for demand in among:
        others = [other for other in lifted if other is not demand]
        if _feasible(lift_all(problem, others), limits):
            lifted = others
    return lifted, False


def forced_in(problem: RoadmapProblem, name: str) -> RoadmapProblem:
    """The same problem with one initiative mandatory."""
    return _change(problem, lambda one: {"mandatory": True} if one.id == name else {})


def _feasible(problem: RoadmapProblem, limits: Limits) -> bool:
    return solve(problem, _any_roadmap(limits)).has_solution


def _any_roadmap(limits: Limits) -> Limits:
    """Limits under which the first roadmap that is found will do."""
    return replace(limits, gap=1e9, break_ties=False)


def lift_all(problem: RoadmapProblem, lifted: Sequence[Demand]) -> RoadmapProblem:
    """The problem without any of these demands."""
    for demand in lifted:
        problem = demand.lift(problem)
    return problem


def _without(field: str, key: str, name: str) -> Callable[[RoadmapProblem], RoadmapProblem]:
    def lift(problem: RoadmapProblem) -> RoadmapProblem:
        update = {field: tuple(part for part in getattr(problem, field) if getattr(part, key) != name)}
        if field == "budgets":  # what limits how often it is overrun goes with it
            update["chance_budgets"] = tuple(one for one in problem.chance_budgets if one.budget != name)
        return problem.model_copy(update=update)

    return lift


def _without_skill(skill: str) -> Callable[[RoadmapProblem], RoadmapProblem]:
    def lift(problem: RoadmapProblem) -> RoadmapProblem:
        kept = {name: days for name, days in problem.skills.items() if name != skill}
        return problem.model_copy(update={"skills": kept})

    return lift


def without_requirement(rule: Requirement) -> Callable[[RoadmapProblem], RoadmapProblem]:
    """The change of a problem that drops one requirement."""
    return lambda problem: problem.model_copy(update={"requires": tuple(r for r in problem.requires if r != rule)})


def optional(name: str) -> Callable[[RoadmapProblem], RoadmapProblem]:
    """The change of a problem that leaves one initiative optional."""
    return lambda problem: _change(problem, lambda one: {"mandatory": False} if one.id == name else {})


def _open_windows(problem: RoadmapProblem) -> RoadmapProblem:
    return _change(problem, lambda _: {"earliest": 0, "latest": None})


def _change(problem: RoadmapProblem, update: Callable[[Initiative], dict[str, object]]) -> RoadmapProblem:
    """A copy with changed initiatives; sound problems stay sound under every change that is made here."""
    changed = tuple(initiative.model_copy(update=update(initiative)) for initiative in problem.initiatives)
    return problem.model_copy(update={"initiatives": changed})
