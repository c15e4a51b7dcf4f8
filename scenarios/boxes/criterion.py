"""When a roadmap fails: a measure beyond an amount, or a goal that it misses; of single draws, or of driver worlds."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, ProblemsFound, suggest
from sim.montecarlo.kpis import KPI_NAMES, KPIS
from sim.outcome import Outcome
from sim.world import Scenario

Floats = NDArray[np.float64]
MEASURES = {"npv": "NPV", "cash_trough": "cash trough", "cost": "own cost"}
DRAWS, DRIVERS = "draws", "drivers"
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

    def failing(self, scenario: Scenario, one: Outcome, noise: int, of: str) -> Floats:
        """(points,) share of the draws of each point that fail (of draws), or 1 where their mean does (of drivers).

        one: outcome on points x noise draws, those of a point in a row.
        """
        value, limit, above = self._figure(scenario, one)
        table = value.reshape(-1, noise)
        if of == DRIVERS:
            # A year without value of a KPI counts in no mean.
            known = np.where(np.isnan(table).all(axis=1, keepdims=True), 0.0, table)
            table = np.nanmean(known, axis=1)[:, None]
        failed = table > limit if above else table < limit
        return np.asarray(failed.mean(axis=1), dtype=np.float64)

    def _figure(self, scenario: Scenario, one: Outcome) -> tuple[Floats, float, bool]:
        """(draws,) values, and beyond what they fail."""
        if self.goal is None:
            value = {"npv": one.npv, "cash_trough": one.trough, "cost": one.cost}[self.measure or ""]
            return value, self.amount, self.above
        goal = scenario.goals[self.goal]
        column = KPI_NAMES.index(goal.kpi)
        sign = 1.0 if KPIS[column].better == "higher" else -1.0
        return sign * one.kpis[:, column, goal.year], sign * goal.target - goal.tolerance, False


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
