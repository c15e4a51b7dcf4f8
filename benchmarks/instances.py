"""Seeded roadmap problems of the sizes that planners have, for the targets of the solver.

Budget 35 to 50 % of the total cost, days 50 to 70 % of the total need, a requirement for a fifth of the initiatives, a
tenth of them in exclusive groups, worth that falls with the start, and one interaction for each initiative.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from optimize.problem import (
    Budget,
    Cost,
    ExclusiveGroup,
    Initiative,
    Interaction,
    Requirement,
    RoadmapProblem,
)

SKILLS = ("it", "data", "design", "change")
DISCOUNT = 0.98
"""Worth of one unit of money a period later."""


@dataclass(frozen=True)
class Size:
    """Initiatives x periods, and the seeds of its instances, which never change."""

    initiatives: int
    periods: int
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5)

    @property
    def name(self) -> str:
        """As it is asked for on the command line.

        >>> Size(30, 12).name
        '30x12'
        """
        return f"{self.initiatives}x{self.periods}"


SIZES = {size.name: size for size in (Size(30, 12), Size(60, 16), Size(120, 16), Size(240, 20))}


def instance(initiatives: int, periods: int, seed: int) -> RoadmapProblem:
    """The problem of this size and seed: the same on every machine.

    >>> problem = instance(30, 12, 1)
    >>> len(problem.initiatives), len(problem.interactions), len(problem.requires)
    (30, 30, 6)
    >>> problem == instance(30, 12, 1)
    True
    """
    rng = random.Random(f"{initiatives}x{periods}/{seed}")
    names = [f"i{number:03d}" for number in range(initiatives)]
    candidates = [_initiative(rng, name, periods) for name in names]
    money = sum(sum(one.cost.capital) + one.cost.running[-1] * periods / 2 for one in candidates)
    amount = money * rng.uniform(0.35, 0.5) / periods
    skills = {}
    for skill in SKILLS:
        days = sum(sum(one.skill_days.get(skill, ())) for one in candidates)
        capacity = days * rng.uniform(0.5, 0.7) / periods
        skills[skill] = tuple(float(round(capacity * rng.uniform(0.85, 1.15))) for _ in range(periods))
    return RoadmapProblem(
        periods=periods,
        initiatives=tuple(candidates),
        interactions=_interactions(rng, candidates),
        budgets=(
            Budget(
                name="money",
                amount=tuple(float(round(amount * rng.uniform(0.85, 1.15))) for _ in range(periods)),
                carry_share=1.0,
                carry_cap=float(round(amount)),
            ),
        ),
        skills=skills,
        requires=_requires(rng, names),
        exclusive=_exclusive(rng, names),
    )


def _initiative(rng: random.Random, name: str, periods: int) -> Initiative:
    """Costs and days over its delivery, then a running cost, and gains from the end of delivery to the horizon."""
    duration = rng.randint(1, 4)
    capital = round(rng.lognormvariate(4.5, 0.7))
    shares = [rng.uniform(0.5, 1.5) for _ in range(duration)]
    spent = tuple(float(round(capital * share / sum(shares))) for share in shares)
    running = float(round(0.03 * capital))
    days = {
        skill: tuple(float(rng.randint(1, 18)) for _ in range(duration))
        for skill in rng.sample(SKILLS, rng.choice((1, 2, 2, 3)))
    }
    gain = capital * rng.uniform(0.15, 0.8)
    factor = [DISCOUNT**t for t in range(periods + 1)]
    value = []
    for start in range(periods):
        finish = start + duration
        paid = sum(cost * factor[start + e] for e, cost in enumerate(spent) if start + e < periods)
        earned = sum((gain - running) * factor[t] for t in range(finish, periods))
        value.append(float(round(earned - paid)))
    return Initiative(
        id=name,
        value=tuple(value),
        cost=Cost(capital=spent, running=(*[0.0] * duration, *[running] * (periods - duration))),
        skill_days=days,
        duration=duration,
        latest=periods - duration,
    )


def _interactions(rng: random.Random, candidates: list[Initiative]) -> tuple[Interaction, ...]:
    """One for each initiative, with another drawn at random; a quarter of them hinder."""
    pairs: dict[frozenset[str], Interaction] = {}
    for one in candidates:
        while True:
            other = rng.choice(candidates)
            pair = frozenset((one.id, other.id))
            if len(pair) == 2 and pair not in pairs:
                break
        size = 0.25 * min(abs(one.value[0]), abs(other.value[0])) * rng.uniform(0.1, 1.0)
        sign = -1.0 if rng.random() < 0.25 else 1.0
        pairs[pair] = Interaction(first=one.id, second=other.id, value=sign * float(round(size)))
    return tuple(pairs.values())


def _requires(rng: random.Random, names: list[str]) -> tuple[Requirement, ...]:
    """A fifth of the initiatives need an earlier one of the list, up to two periods after its finish."""
    needing = sorted(rng.sample(range(1, len(names)), len(names) // 5))
    return tuple(
        Requirement(initiative=names[at], requires=names[rng.randrange(at)], lag=rng.choice((0, 0, 1, 2)))
        for at in needing
    )


def _exclusive(rng: random.Random, names: list[str]) -> tuple[ExclusiveGroup, ...]:
    """A tenth of the initiatives are alternatives of each other, in groups of two or three."""
    members = rng.sample(names, max(2, len(names) // 10))
    groups = []
    while len(members) >= 2:
        size = len(members) if len(members) <= 3 else rng.choice((2, 3)) if len(members) != 4 else 2
        groups.append(ExclusiveGroup(name=f"one_of_{len(groups)}", members=tuple(members[:size])))
        members = members[size:]
    return tuple(groups)
