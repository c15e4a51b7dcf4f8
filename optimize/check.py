"""Every limit of a roadmap problem, checked again in plain Python, and the worth of a roadmap.

This file shares nothing with the integer program, so that an error there cannot hide here. `violations` also says what
is wrong with a roadmap that a planner wrote by hand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from optimize.problem import Budget, RoadmapProblem

Roadmap = Mapping[str, int]

ROW_TOLERANCE = 1e-6
"""A row may be exceeded by this share of the largest amount of its kind: rounding, not a finding."""

TIE_TOLERANCE = 1e-9
"""Two roadmaps tie if their worth differs by at most this share of the largest number in the objective."""


@dataclass(frozen=True)
class Violation:
    """A limit that a roadmap breaks: the family of the rule, what it is about, and a sentence with the numbers.

    For budgets and skills also the period, what is needed in it and what is available [currency or days].
    """

    family: str
    subject: str
    sentence: str
    period: int | None = None
    needed: float | None = None
    available: float | None = None


def worth(problem: RoadmapProblem, roadmap: Roadmap) -> float:
    """Value of the roadmap, constant included [currency].

    >>> from optimize.problem import Initiative, Interaction
    >>> pair = Interaction(first="a", second="b", value=-2)
    >>> both = RoadmapProblem(periods=1, constant=1, interactions=(pair,),
    ...                       initiatives=(Initiative(id="a", value=(5,)), Initiative(id="b", value=(4,))))
    >>> worth(both, {"a": 0}), worth(both, {"a": 0, "b": 0})
    (6.0, 8.0)
    """
    return problem.constant + gain(problem, roadmap)


def gain(problem: RoadmapProblem, roadmap: Roadmap) -> float:
    """Value of the roadmap without the constant, whose size would hide small differences [currency]."""
    values = [problem.initiative(name).value[start] for name, start in roadmap.items()]
    together = [pair.value for pair in problem.interactions if pair.first in roadmap and pair.second in roadmap]
    together += [triple.value for triple in problem.triples if all(name in roadmap for name in triple.members)]
    return math.fsum([*values, *together])


def tie_width(problem: RoadmapProblem) -> float:
    """Difference of worth up to which two roadmaps tie [currency]."""
    numbers = [initiative.value[t] for initiative in problem.initiatives for t in problem.window(initiative)]
    numbers += [pair.value for pair in problem.interactions] + [triple.value for triple in problem.triples]
    return TIE_TOLERANCE * max((abs(number) for number in numbers), default=0.0)


def spent(problem: RoadmapProblem, budget: Budget, roadmap: Roadmap) -> tuple[float, ...]:
    """What the roadmap takes out of the budget in each period [currency]; costs past the horizon are cut."""
    total = [0.0] * problem.periods
    for name, start in roadmap.items():
        one = problem.initiative(name)
        cost, price = one.cost, one.price_at(start)
        by_kind = {"capital": cost.capital, "delivery": cost.delivery, "running": cost.running}
        for kind, profile in by_kind.items():
            if kind in budget.kinds:
                _add(total, tuple(price * amount for amount in profile), start)
    return tuple(total)


def days_used(problem: RoadmapProblem, skill: str, roadmap: Roadmap) -> tuple[float, ...]:
    """Days of the skill that the roadmap takes in each period [days]."""
    total = [0.0] * problem.periods
    for name, start in roadmap.items():
        _add(total, problem.initiative(name).skill_days.get(skill, ()), start)
    return tuple(total)


def violations(problem: RoadmapProblem, roadmap: Roadmap) -> tuple[Violation, ...]:
    """Every limit that the roadmap breaks; empty if it keeps them all. Raises KeyError for an unknown initiative."""
    rules = (_windows, _mandatory, _requires, _exclusive, _budgets, _skills, _trust, _forbidden)
    for name in roadmap:
        problem.initiative(name)
    return tuple(violation for rule in rules for violation in rule(problem, roadmap))


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
    return [Violation("mandatory", name, f"{name} is mandatory and missing") for name in missing]


def _requires(problem: RoadmapProblem, roadmap: Roadmap) -> list[Violation]:
    found = []
    for rule in problem.requires:
        if rule.initiative not in roadmap:
            continue
        subject = f"{rule.initiative} requires {rule.requires}"
        if rule.requires not in roadmap:
            found.append(Violation("requires", subject, f"{subject}, which is missing"))
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
        slack = ROW_TOLERANCE * max(budget.amount)
        carried = 0.0
        for t, cost in enumerate(spent(problem, budget, roadmap)):
            available = budget.amount[t] + budget.carry_share * carried
            if cost > available + slack:
                sentence = f"budget {budget.name} has {available:,.6g} in period {t}, and {cost:,.6g} is spent"
                found.append(Violation("budget", budget.name, sentence, t, cost, available))
            left = max(0.0, available - cost)
            # Keeping as much as the cap allows is never worse: there is no other use for what is left.
            carried = left if budget.carry_cap is None else min(left, budget.carry_cap)
    return found


def _skills(problem: RoadmapProblem, roadmap: Roadmap) -> list[Violation]:
    found = []
    for skill, capacity in problem.skills.items():
        slack = ROW_TOLERANCE * max(capacity)
        for t, days in enumerate(days_used(problem, skill, roadmap)):
            if days > capacity[t] + slack:
                sentence = f"{skill} has {capacity[t]:,.6g} days in period {t}, and {days:,.6g} are needed"
                found.append(Violation("skill", skill, sentence, t, days, capacity[t]))
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


def _add(total: list[float], profile: tuple[float, ...], start: int) -> None:
    for elapsed, number in enumerate(profile):
        if start + elapsed < len(total):
            total[start + elapsed] += number
