"""Why this, why not that: the smallest single change that lets an initiative in, or pushes it out.

Let V_in, V_out be the most that a roadmap with, and without, the initiative is worth. It is in as soon as V_in is above
V_out. Each change is found at its edge by a program, not by trial:

benefit   every start worth y more: V_in rises by y, V_out does not move, so that y = V_out - V_in.
cost      x of its cost saved: V_out does not move; the least x with V_in(x) above V_out is one program, because
          x start = x whenever the start is chosen.
amounts   z more of a budget or a skill: both rise with z. Begin with the floor V_out(0). The least z with V_in(z) above
          the floor is one program; V_out at that z is the next floor. Every z so found is a lower bound of the answer,
          since V_out never falls, and the first at which the floor stands is the answer (`_amount`).

Each answer is then verified: the problem is changed by a little more than it (`resolves.NEAR`) and solved again, and
the initiative must be in (or out). What a solve left unproved is said to be so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from optimize.demands import forced_in
from optimize.explain import enough, rounded
from optimize.reasons.dominated import never_gains
from optimize.reasons.elastic import DEAREST, Elastic, clear_margin
from optimize.reasons.resolves import NEAR, Resolves
from optimize.reasons.resources import Kind, Resource, every_period, single_periods
from optimize.recount import passing

if TYPE_CHECKING:
    from optimize.problem import Initiative, RoadmapProblem
    from optimize.status import Solution

Lever = Literal["benefit", "cost", "budget", "budget_each", "days", "days_each"]
LEVERS: Final[tuple[Lever, ...]] = ("benefit", "cost", "budget", "budget_each", "days", "days_each")
"""In whose benefit, in its cost, in one period's or every period's amount of a budget, or of days of a skill."""

MOST_FLOORS: Final = 12
"""Floors after which the search for an amount ends without an answer."""

LITTLE: Final = 1e-4
"""Share of a cost, or of the most that could be used, below which it is asked whether any amount at all would do."""

CANCELLED: Final = "not by its worth: it is always cancelled, since a gate before it is never passed"


@dataclass(frozen=True)
class Change:
    """The smallest change of one kind that lets an initiative in (`goal` "in") or pushes it out ("out").

    amount: money, days, or for the cost a share of it; 0 where any change decides, because both are worth the same now;
        None where no change of this kind does it, see `sentence`.
    relative: the amount over what there is now (its best worth, its cost, the amount of the budget or skill in the
        periods concerned); None where that is 0. resource: which amount. verified: solved again with the change, and
        the initiative was in (out). proved: the solver proved that no smaller change of this kind does it.
    """

    initiative: str
    goal: Literal["in", "out"]
    lever: Lever
    amount: float | None
    relative: float | None
    resource: Resource | None
    verified: bool
    proved: bool
    sentence: str

    def document(self) -> dict[str, Any]:
        """The row of a JSON document."""
        unit = "share" if self.lever == "cost" else "days" if self.lever.startswith("days") else "currency"
        return {
            "id": self.initiative,
            "goal": self.goal,
            "lever": self.lever,
            "amount": self.amount,
            "unit": unit,
            "relative": self.relative,
            "resource": None if self.resource is None else self.resource.name,
            "period": None if self.resource is None else self.resource.period,
            "verified": self.verified,
            "proved": self.proved,
            "sentence": self.sentence,
        }


class Thresholds:
    """Smallest changes around one solved problem.

    worth_of_cost: by how much the worth of an initiative rises if it costs nothing, by id [currency]. One that
    is not named gains nothing in worth by a lower cost, only room in the budgets (a problem alone does not know how its
    values were made). Raises NoSolution where the solution has no roadmap.
    """

    def __init__(
        self,
        problem: RoadmapProblem,
        solution: Solution,
        resolves: Resolves,
        worth_of_cost: Mapping[str, float] | None = None,
        period_name: Callable[[int], str] = "period {}".format,
        money: str = "",
    ) -> None:
        self.problem = problem
        self.roadmap = dict(solution.roadmap)
        self.value = solution.objective
        self.resolves = resolves
        self.saving = {} if worth_of_cost is None else worth_of_cost
        self.period_name = period_name
        self.money = f" {money}" if money else ""
        self.certain = solution.status.value == "optimal"
        self.margin = clear_margin(problem)

    # ---- what lets it in -------------------------------------------------------------------------------------------

    def let_in(self, name: str, levers: tuple[Lever, ...] = LEVERS) -> tuple[Change, ...]:
        """The smallest change of each kind that brings a rejected initiative into the roadmap."""
        if name in self.roadmap:
            raise ValueError(f"{name} is in the roadmap")
        found = {"benefit": self._more_benefit, "cost": self._less_cost}
        return tuple(found[lever](name) if lever in found else self._amount(name, lever) for lever in levers)

    def _more_benefit(self, name: str) -> Change:
        forced = self.resolves.solve(forced_in(self.problem, name))
        if not forced.has_solution:
            return self._none(name, "in", "benefit", forced.status.value == "infeasible", "no roadmap holds it")
        counted = passing(self.problem, name)
        if counted == 0.0:
            return self._none(name, "in", "benefit", True, CANCELLED)
        amount = max(0.0, self.value - forced.objective) / counted
        changed = _worth_more(self.problem, name, amount + self._step(amount))
        best = max(self.problem.initiative(name).value[t] for t in self.problem.window(self.problem.initiative(name)))
        words = f"if it were worth {self._by(amount)} more, whenever it starts"
        proved = self.certain and forced.status.value == "optimal"
        return self._done(name, "in", "benefit", amount, _over(amount, abs(best)), None, changed, proved, words)

    def _less_cost(self, name: str) -> Change:
        program = Elastic(forced_in(self.problem, name))
        program.change_cost(name, self.value, self._saved(name), dearer=False)
        found = self.resolves.optimise(program)
        if found.roadmap is None:
            return self._none(name, "in", "cost", found.proved, "not even if it cost nothing")
        share = min(1.0, program.share())
        changed = _cheaper(self.problem, name, min(1.0, share + self._step_share(share)), self.saving.get(name, 0.0))
        share = 0.0 if share <= LITTLE and self._ties(name) else share
        words = f"if it cost {_percent(share)} less"
        return self._done(name, "in", "cost", share, share, None, changed, self.certain and found.proved, words)

    def _amount(self, name: str, lever: Lever) -> Change:
        each = lever.endswith("_each")
        kind: Kind = "budget" if lever.startswith("budget") else "skill"
        offered = (every_period if each else single_periods)(self.problem, kind)
        offered = tuple(one for one in offered if one.most(self.problem) > 0.0)
        unit = self.money if kind == "budget" else " days"
        nothing = f"not by more {'money' if kind == 'budget' else 'days'} in {'every' if each else 'one'} period"
        if not offered:
            return self._none(name, "in", lever, True, nothing)
        floors = dict.fromkeys(offered, self.value)
        if never_gains(self.problem, name):
            return self._none(
                name, "in", lever, True, f"{nothing}: it loses money at every start, whatever is beside it"
            )
        forced = forced_in(self.problem, name)
        proved, amount = self.certain, 0.0
        for _ in range(MOST_FLOORS):
            program = Elastic(forced, offered)
            program.one_gives_way(floors)
            program.least_slack()
            found = self.resolves.optimise(program)
            proved = proved and found.proved
            if found.roadmap is None:
                return self._none(name, "in", lever, proved, nothing)
            given = program.given()
            resource = max(given, key=lambda one: ((program.used[one].varValue or 0.0) > 0.5, given[one]))
            amount = given[resource]
            changed = resource.more(self.problem, amount + self._step(amount))
            without, certain = self.resolves.without(changed, name)
            proved = proved and certain
            if without is None or without.worth <= floors[resource] + self.margin:
                present = sum(resource.amounts(self.problem)) / len(resource.amounts(self.problem))
                if amount <= LITTLE * resource.most(self.problem) and self._ties(name):
                    amount = 0.0  # what was found is only where the difference is clear
                more = f"{enough(amount)}{unit} more in" if amount > 0.0 else "any more of"
                words = f"with {more} {self._resource(resource)}"
                return self._done(name, "in", lever, amount, _over(amount, present), resource, changed, proved, words)
            floors[resource] = without.worth
        more = f"it takes more than {rounded(amount)}{unit} more in {'every' if each else 'any one'} period"
        words = f"{more if proved else 'no amount was found'}; the search ended after {MOST_FLOORS} steps"
        return self._none(name, "in", lever, False, words)

    # ---- what pushes it out ------------------------------------------------------------------------------------------

    def push_out(self, name: str, levers: tuple[Lever, ...] = ("benefit", "cost")) -> tuple[Change, ...]:
        """By how much the benefit of a funded initiative must fall, and its cost rise, until it is left out."""
        if name not in self.roadmap:
            raise ValueError(f"{name} is not in the roadmap")
        without, proved = self.resolves.without(self.problem, name)
        if without is None:
            why = "every roadmap holds it" if proved else "no roadmap without it was found"
            return tuple(self._none(name, "out", lever, proved, why) for lever in levers)
        proved = proved and self.certain
        found = {"benefit": self._less_benefit, "cost": self._more_cost}
        return tuple(found[lever](name, without.worth, proved) for lever in levers if lever in found)

    def _less_benefit(self, name: str, rest: float, proved: bool) -> Change:
        counted = passing(self.problem, name)
        if counted == 0.0:
            return self._none(name, "out", "benefit", True, CANCELLED)
        amount = max(0.0, self.value - rest) / counted
        changed = _worth_more(self.problem, name, -amount - self._step(amount))
        now = abs(self.problem.initiative(name).value[self.roadmap[name]])
        words = f"if it were worth {self._by(amount)} less"
        return self._done(name, "out", "benefit", amount, _over(amount, now), None, changed, proved, words)

    def _more_cost(self, name: str, rest: float, proved: bool) -> Change:
        program = Elastic(forced_in(self.problem, name))
        program.change_cost(name, rest, self._saved(name), dearer=True)
        found = self.resolves.optimise(program)
        if found.roadmap is None:
            return self._none(name, "out", "cost", False, "the solver could not tell")
        share = program.share()
        if share >= DEAREST - NEAR:
            return self._none(name, "out", "cost", found.proved, f"not by its cost, even at {1 + DEAREST:g} times")
        changed = _cheaper(self.problem, name, -(share + self._step_share(share)), self.saving.get(name, 0.0))
        share = 0.0 if share <= LITTLE and self.value - rest <= self.margin else share
        words = f"if it cost {_percent(share)} more"
        return self._done(name, "out", "cost", share, share, None, changed, proved and found.proved, words)

    # ---- verification and words --------------------------------------------------------------------------------------

    def _done(
        self,
        name: str,
        goal: Literal["in", "out"],
        lever: Lever,
        amount: float,
        relative: float | None,
        resource: Resource | None,
        changed: RoadmapProblem,
        proved: bool,
        words: str,
    ) -> Change:
        answer = self.resolves.solve(changed)
        verified = answer.has_solution and (name in answer.roadmap) == (goal == "in")
        notes = [] if proved else ["not proved to be the smallest"]
        notes += [] if verified else ["solving again did not confirm it"]
        sentence = words + (f" ({'; '.join(notes)})" if notes else "")
        return Change(name, goal, lever, amount, relative, resource, verified, proved and verified, sentence)

    def _none(self, name: str, goal: Literal["in", "out"], lever: Lever, proved: bool, words: str) -> Change:
        return Change(name, goal, lever, None, None, None, False, proved, words + ("" if proved else " (not proved)"))

    def _saved(self, name: str) -> float:
        """By how much the worth rises if it costs nothing, the gates before it counted as its values are."""
        return passing(self.problem, name) * self.saving.get(name, 0.0)

    def _ties(self, name: str) -> bool:
        """Whether a roadmap with it is worth as much already, so that the least more of anything that helps decides."""
        forced = self.resolves.solve(forced_in(self.problem, name))
        return forced.has_solution and self.value - forced.objective <= self.margin

    def _by(self, amount: float) -> str:
        return f"{enough(amount)}{self.money}" if amount > self.margin else "any"

    def _step(self, amount: float) -> float:
        return NEAR * abs(amount) + 4.0 * self.margin

    def _step_share(self, share: float) -> float:
        return NEAR * max(1.0, share)

    def _resource(self, resource: Resource) -> str:
        when = "every period" if resource.period is None else self.period_name(resource.period)
        return f"{resource.what} in {when}"


def smallest(changes: tuple[Change, ...]) -> Change | None:
    """The change that is the smallest against what there is now; None where none does it.

    Only changes that were verified count. Of equals the first in the order of LEVERS.
    """
    usable = [one for one in changes if one.amount is not None and one.verified]
    return min(usable, key=lambda one: math.inf if one.relative is None else one.relative, default=None)


def _worth_more(problem: RoadmapProblem, name: str, amount: float) -> RoadmapProblem:
    return _with(problem, name, lambda one: {"value": tuple(value + amount for value in one.value)})


def _cheaper(problem: RoadmapProblem, name: str, share: float, worth_of_cost: float) -> RoadmapProblem:
    """The problem with one initiative cheaper by a share (dearer where negative), and its worth so much higher."""

    def update(one: Initiative) -> dict[str, Any]:
        kinds = ("capital", "delivery", "running")
        cost = {kind: tuple((1.0 - share) * amount for amount in getattr(one.cost, kind)) for kind in kinds}
        value = tuple(value + share * worth_of_cost for value in one.value)
        return {"cost": one.cost.model_copy(update=cost), "value": value}

    return _with(problem, name, update)


def _with(problem: RoadmapProblem, name: str, update: Callable[[Initiative], dict[str, Any]]) -> RoadmapProblem:
    changed = tuple(one.model_copy(update=update(one)) if one.id == name else one for one in problem.initiatives)
    return problem.model_copy(update={"initiatives": changed})


def _over(amount: float, present: float) -> float | None:
    return amount / present if present > 0.0 else None


def _percent(share: float) -> str:
    return f"{rounded(100.0 * share)} %" if share > 0.0 else "any"
