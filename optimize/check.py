"""Every limit of a roadmap problem, checked again in plain Python, and the worth of a roadmap.

This file shares nothing with the integer program, so that an error there cannot hide here. `violations` also says what
is wrong with a roadmap that a planner wrote by hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from optimize import check_rules
from optimize.problem import Interaction, RoadmapProblem, Triple
from optimize.recount import bought_cost, days_bought, days_used, passing, purse, spent, start_worth
from optimize.risk.check import broken_risks
from optimize.risk.parts import GOAL
from optimize.risk.value import aimed, goal_of, offset, sizes_of_goal
from optimize.violation import ROW_TOLERANCE, Violation

__all__ = ["TIE_TOLERANCE", "Violation", "aim", "days_used", "gain", "spent", "tie_width", "violations", "worth"]

Roadmap = Mapping[str, int]

TIE_TOLERANCE = 1e-9
"""Two roadmaps tie if their worth differs by at most this share of the largest number in the objective."""


def worth(problem: RoadmapProblem, roadmap: Roadmap) -> float:
    """Value of the roadmap by the aim of the problem, constant included [currency, unless the aim has another unit].

    >>> from optimize.problem import Initiative, Interaction
    >>> pair = Interaction(first="a", second="b", value=-2)
    >>> both = RoadmapProblem(periods=1, constant=1, interactions=(pair,),
    ...                       initiatives=(Initiative(id="a", value=(5,)), Initiative(id="b", value=(4,))))
    >>> worth(both, {"a": 0}), worth(both, {"a": 0, "b": 0})
    (6.0, 8.0)
    """
    return offset(problem) + aim(problem, roadmap)


def aim(problem: RoadmapProblem, roadmap: Roadmap) -> float:
    """Value of the roadmap by the aim of the problem, without what no roadmap changes."""
    return aimed(problem, roadmap, gain(problem, roadmap))


def gain(problem: RoadmapProblem, roadmap: Roadmap) -> float:
    """Mean value of the roadmap without the constant, whose size would hide small differences [currency]."""
    values = [start_worth(problem, problem.initiative(name), start) for name, start in roadmap.items()]
    terms: list[Interaction | Triple] = [
        pair for pair in problem.interactions if pair.first in roadmap and pair.second in roadmap
    ]
    terms += [triple for triple in problem.triples if all(name in roadmap for name in triple.members)]
    certain = all(one.passes == 1.0 for one in problem.initiatives) if terms else True
    together = [one.value if certain else passing(problem, *one.members) * one.value for one in terms]
    bought = bought_cost(problem, roadmap) if problem.outside else ()
    paid = [-problem.discount_at(t) * cost for t, cost in enumerate(bought)]
    return math.fsum([*values, *together, *paid])


def tie_width(problem: RoadmapProblem) -> float:
    """Difference of worth up to which two roadmaps tie [currency, unless the aim has another unit]."""
    if problem.objective in ("few", "early"):
        return TIE_TOLERANCE
    if problem.objective.startswith(GOAL):
        return TIE_TOLERANCE * max(sizes_of_goal(goal_of(problem, problem.objective)), default=0.0)
    numbers = [start_worth(problem, one, t) for one in problem.initiatives for t in problem.window(one)]
    terms: list[Interaction | Triple] = [*problem.interactions, *problem.triples]
    numbers += [passing(problem, *one.members) * one.value for one in terms]
    numbers += [problem.discount_at(t) * price for one in problem.outside for t, price in enumerate(one.price)]
    if problem.worlds is not None:
        numbers += [x for values in problem.worlds.value.values() for of_start in values for x in of_start]
    numbers += [x for future in problem.futures for values in future.value.values() for x in values]
    return TIE_TOLERANCE * max((abs(number) for number in numbers), default=0.0)


def violations(problem: RoadmapProblem, roadmap: Roadmap) -> tuple[Violation, ...]:
    """Every limit that the roadmap breaks; empty if it keeps them all. Raises KeyError for an unknown initiative."""
    for name in roadmap:
        problem.initiative(name)
    found = [violation for rule in RULES for violation in rule(problem, roadmap)]
    found += [Violation(*broken) for broken in broken_risks(problem, roadmap, partial(gain, problem, roadmap))]
    return tuple(found)


def _windows(problem: RoadmapProblem, roadmap: Roadmap) -> list[Violation]:
    found = []
    for name, start in roadmap.items():
        latest = problem.initiative(name).latest
        first, last = problem.initiative(name).earliest, problem.periods - 1 if latest is None else latest
        if not first <= start <= last:
            sentence = f"{name} starts in period {start}, outside its window {first} to {last}"
            found.append(Violation("window", name, sentence))
    return found


def _mandatory(problem: RoadmapProblem, roadmap: Roadmap) -> list[Violation]:
    missing = [
        initiative.id for initiative in problem.initiatives if initiative.mandatory and initiative.id not in roadmap
    ]
    return [Violation("mandatory", name, f"{name} is mandatory and missing", mendable=True) for name in missing]


def _requires(problem: RoadmapProblem, roadmap: Roadmap) -> list[Violation]:
    found = []
    for rule in problem.requires:
        if rule.initiative not in roadmap:
            continue
        subject = f"{rule.initiative} requires {rule.requires}"
        if rule.requires not in roadmap:
            found.append(Violation("requires", subject, f"{subject}, which is missing", mendable=True))
            continue
        ready = roadmap[rule.requires] + rule.lag
        if rule.from_ == "finish":
            ready += problem.initiative(rule.requires).duration
        if roadmap[rule.initiative] < ready:
            sentence = f"{subject} and can start in period {ready} at the earliest, not {roadmap[rule.initiative]}"
            found.append(Violation("requires", subject, sentence))
    return found


def _exclusive(problem: RoadmapProblem, roadmap: Roadmap) -> list[Violation]:
    found = []
    for group in problem.exclusive:
        chosen = [name for name in group.members if name in roadmap]
        if len(chosen) > 1:
            sentence = f"{' and '.join(chosen)} exclude each other (group {group.name})"
            found.append(Violation("exclusive", group.name, sentence))
    return found


def _budgets(problem: RoadmapProblem, roadmap: Roadmap) -> list[Violation]:
    found = []
    for budget in problem.budgets:
        granted = [grant.amount for grant in problem.grants if grant.budget == budget.name]
        borrowed = [] if budget.credit is None else [budget.credit.limit]
        slack = ROW_TOLERANCE * max([*budget.amount, *granted, *borrowed])
        for t, state in enumerate(purse(problem, budget, roadmap)):
            if state.short > slack:
                # What is missing beyond the credit line is missing from the budget.
                available = state.spent - state.short
                sentence = f"budget {budget.name} has {available:,.6g} in period {t}, and {state.spent:,.6g} is spent"
                if budget.credit is not None:
                    sentence += " (credit is used up)" if t + 1 < problem.periods else " (no debt may be left)"
                found.append(
                    Violation("budget", budget.name, sentence, t, state.spent, available, mendable=bool(granted))
                )
    return found


def _skills(problem: RoadmapProblem, roadmap: Roadmap) -> list[Violation]:
    found = []
    for skill, own in problem.skills.items():
        outside = [one for one in problem.outside if one.skill == skill]
        slack = ROW_TOLERANCE * max([*own, *(most for one in outside for most in one.at_most)])
        bought = days_bought(problem, skill, roadmap) if outside else ()
        for t, days in enumerate(days_used(problem, skill, roadmap)):
            there = own[t] + bought[t] if outside else own[t]
            if days > there + slack:
                sentence = f"{skill} has {there:,.6g} days in period {t}, and {days:,.6g} are needed"
                if outside:
                    sentence += f" ({bought[t]:,.6g} of them bought, no more can be)"
                found.append(Violation("skill", skill, sentence, t, days, there))
    return found


def _trust(problem: RoadmapProblem, roadmap: Roadmap) -> list[Violation]:
    region = problem.trust_region
    if region is None:
        return []
    changed = [i.id for i in problem.initiatives if roadmap.get(i.id) != region.incumbent.get(i.id)]
    if len(changed) <= region.at_most:
        return []
    sentence = f"{len(changed)} initiatives differ from the incumbent ({', '.join(changed)}); {region.at_most} may"
    return [Violation("trust", "incumbent", sentence)]


def _forbidden(problem: RoadmapProblem, roadmap: Roadmap) -> list[Violation]:
    return [
        Violation("forbidden", str(number), f"this is forbidden roadmap {number}")
        for number, forbidden in enumerate(problem.forbidden)
        if dict(forbidden) == dict(roadmap)
    ]


RULES: Final[tuple[Callable[[RoadmapProblem, Roadmap], list[Violation]], ...]] = (
    _windows,
    _mandatory,
    _requires,
    _exclusive,
    check_rules.groups,
    check_rules.pins,
    check_rules.blackouts,
    check_rules.loads,
    check_rules.quick_wins,
    check_rules.goals,
    _budgets,
    _skills,
    _trust,
    _forbidden,
)
"""Every rule that `violations` looks at, in the order in which it reports."""
