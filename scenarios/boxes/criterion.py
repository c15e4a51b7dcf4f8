"""When a roadmap fails: a measure beyond an amount, or a goal that it misses; of single draws, or of driver worlds."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, ProblemsFound, suggest
from sim.goal_reached import lead, level
from sim.outcome import Outcome
from sim.world import Scenario

Floats = NDArray[np.float64]
MEASURES = {"npv": "NPV", "cash_trough": "cash trough", "cost": "own cost"}
DRAWS, DRIVERS = "draws", "drivers"
CLEAR = 2.0
"""Standard errors from which on a mean lies on one side."""
FORM = re.compile(r"\s*(\w+)\s*(<|>)\s*(\S.*?)\s*")


@dataclass(frozen=True)
class Criterion:
    """A failure. measure: of MEASURES, fails beyond `amount` [currency]; or goal: the name of a goal that is missed."""

    text: str
    measure: str | None = None
    above: bool = False
    amount: float = 0.0
    goal: str | None = None

    @property
    def needs_kpis(self) -> bool:
        """Whether the figures of KPIs are needed."""
        return self.goal is not None

    def words(self, scenario: Scenario) -> str:
        """The failure in words."""
        if self.goal is not None:
            one = scenario.goals[self.goal]
            return f"misses the goal {one.title or self.goal}"
        side = "above" if self.above else "below"
        name = MEASURES[self.measure or ""]
        return f"has {name if name.isupper() else 'a ' + name} {side} {self.amount:,.6g} {scenario.profile.currency}"

    def failing(self, scenario: Scenario, one: Outcome, noise: int, of: str) -> tuple[Floats, NDArray[np.bool_]]:
        """(points,) share of the draws of each point that fail (of draws), or 1 where their mean does (of drivers); and
        (points,) whether the luck of its draws leaves open on which side the mean of a point lies (of drivers).

        one: outcome on points x noise draws, those of a point in a row. A KPI without value in some draws counts in
        no mean; without value in all of them it reaches nothing, so the point fails.
        """
        margin = self._margin(scenario, one).reshape(-1, noise)
        if of != DRIVERS:
            share = (~self._passes(margin)).mean(axis=1, dtype=np.float64)
            return np.asarray(share), np.zeros(len(margin), dtype=bool)
        known = ~np.isnan(margin)
        count = known.sum(axis=1)
        sums = np.where(known, margin, 0.0).sum(axis=1)
        mean = np.divide(sums, count, out=np.full(len(margin), np.nan), where=count > 0)
        squares = (np.where(known, margin - mean[:, None], 0.0) ** 2).sum(axis=1)
        variance = np.divide(squares, count - 1.0, out=np.full(len(margin), np.inf), where=count > 1)
        near = (count > 0) & (np.abs(mean) < CLEAR * np.sqrt(variance / np.maximum(count, 1)))
        return np.asarray((~self._passes(mean)).astype(np.float64)), np.asarray(near)

    def _margin(self, scenario: Scenario, one: Outcome) -> Floats:
        """(draws,) how far each draw is from failing, below 0 where it fails; NaN where there is no value."""
        if self.goal is not None:
            goal = scenario.goals[self.goal]
            return lead(goal, level(goal, one))
        value = {"npv": one.npv, "cash_trough": one.trough, "cost": one.cost}[self.measure or ""]
        return np.asarray(self.amount - value if self.above else value - self.amount)

    @staticmethod
    def _passes(margin: Floats) -> NDArray[np.bool_]:
        """NaN passes nowhere."""
        return np.asarray(margin >= 0.0)


def criterion(text: str, scenario: Scenario) -> Criterion:
    """A criterion from its text: `npv<0`, `cash_trough<20k`, `cost>100k`, `goal:NAME`. Raises ProblemsFound."""
    from sim.quantities import parse_number

    name = text.strip()
    if name.startswith("goal:"):
        goal = name.removeprefix("goal:").strip()
        if goal not in scenario.goals:
            hint = suggest(goal, scenario.goals)
            raise ProblemsFound([Problem("--fails", f"the scenario has no goal named {goal}", text, hint)])
        return Criterion(name, goal=goal)
    found = FORM.fullmatch(text)
    if found is None:
        hint = "such as npv<0, cash_trough<20k, cost>100k or goal:NAME"
        raise ProblemsFound([Problem("--fails", f"{text!r} is no criterion", text, hint)])
    measure, side, amount = found.groups()
    if measure not in MEASURES:
        raise ProblemsFound(
            [Problem("--fails", f"there is no measure named {measure}", measure, suggest(measure, (*MEASURES, "goal")))]
        )
    try:
        number = parse_number(amount)
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        raise ProblemsFound([Problem("--fails", f"{amount!r} is no amount of money", amount, "such as -20k or 0")])
    return Criterion(name, measure, side == ">", float(number))
