"""What a planner can be given more of: money of a budget or days of a skill, in one period or in every one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from optimize.problem import RoadmapProblem

Kind = Literal["budget", "skill"]


@dataclass(frozen=True)
class Resource:
    """A limit of amounts: the budget or skill `name` in `period`; None = the same amount in every period.

    >>> print(Resource("skill", "it", 2)), print(Resource("budget", "change"))
    the it days in period 2
    the budget change in every period
    (None, None)
    """

    kind: Kind
    name: str
    period: int | None = None

    @property
    def what(self) -> str:
        """Its name without the period."""
        return f"the budget {self.name}" if self.kind == "budget" else f"the {self.name} days"

    def __str__(self) -> str:
        when = "every period" if self.period is None else f"period {self.period}"
        return f"{self.what} in {when}"

    def periods(self, problem: RoadmapProblem) -> range:
        """The periods that it covers."""
        return range(problem.periods) if self.period is None else range(self.period, self.period + 1)

    def amounts(self, problem: RoadmapProblem) -> tuple[float, ...]:
        """What there is of it now, in each period that it covers [currency or days]."""
        amount = _amounts(problem, self.kind, self.name)
        return tuple(amount[t] for t in self.periods(problem))

    def most(self, problem: RoadmapProblem) -> float:
        """So much more in each period makes the limit bind no longer: what all initiatives together could take, and
        what could be owed with its interest."""
        total = 0.0
        budget = next((one for one in problem.budgets if self.kind == "budget" and one.name == self.name), None)
        for one in problem.initiatives:
            dearest = 1.0
            if budget is None:
                profile = one.skill_days.get(self.name, ())
            else:
                kinds = [kind for kind in budget.kinds if budget.pays(kind, one.id)]
                profile = tuple(amount for kind in kinds for amount in getattr(one.cost, kind, ()))
                dearest = max([1.0, *(one.price_at(t) for t in problem.window(one))])
            total += dearest * sum(profile)
        if budget is not None and budget.pays("bought"):
            for help_ in problem.outside:
                total += sum(price * days for price, days in zip(help_.price, help_.at_most, strict=True))
        if budget is not None and budget.credit is not None:
            total += (1.0 + budget.credit.rate) * budget.credit.limit
        return total

    def more(self, problem: RoadmapProblem, amount: float) -> RoadmapProblem:
        """The problem with so much more of it in each period that it covers; less where negative, down to 0."""
        covered = self.periods(problem)
        present = _amounts(problem, self.kind, self.name)
        changed = tuple(max(0.0, one + amount) if t in covered else one for t, one in enumerate(present))
        if self.kind == "skill":
            return problem.model_copy(update={"skills": {**problem.skills, self.name: changed}})
        budgets = tuple(
            one.model_copy(update={"amount": changed}) if one.name == self.name else one for one in problem.budgets
        )
        return problem.model_copy(update={"budgets": budgets})


def single_periods(problem: RoadmapProblem, kind: Kind | None = None) -> tuple[Resource, ...]:
    """Every budget and skill, period by period."""
    return tuple(Resource(one.kind, one.name, t) for one in every_period(problem, kind) for t in range(problem.periods))


def every_period(problem: RoadmapProblem, kind: Kind | None = None) -> tuple[Resource, ...]:
    """Every budget and skill, each with the same amount more in all of its periods."""
    money = tuple(Resource("budget", budget.name) for budget in problem.budgets)
    days = tuple(Resource("skill", skill) for skill in problem.skills)
    return tuple(one for one in (*money, *days) if kind in (None, one.kind))


def _amounts(problem: RoadmapProblem, kind: Kind, name: str) -> tuple[float, ...]:
    if kind == "skill":
        return problem.skills[name]
    return next(budget.amount for budget in problem.budgets if budget.name == name)
