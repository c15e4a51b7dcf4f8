"""What one more unit is worth: of a budget, of a skill, of time.

The most that a roadmap is worth is a step function V of the amount z that is added: it rises only where a better
roadmap begins to fit. So a derivative says nothing, and the steps are found instead, each by one program at its edge:

spare     the most that can be taken away while V stays;           V(-spare) = V(0)
to_gain   the least that must be added until V rises at all;       V(z) = V(0) for 0 <= z < to_gain
worth     V(unit) - V(0), by solving again; 0 without it where unit < to_gain
range     holds_from <= z < holds_to: the same worth as of one unit

Where days are bought, every day of one's own saves its price, so V rises between the steps as well: then to_gain is
next to 0, and the range is where V has come to the worth of one unit.

Time is counted in periods: a deadline one period later, an earliest start one period earlier. One period more at the
end of the horizon has no values in a problem; the loss of the last one has.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimize.reasons.conflict import opened
from optimize.reasons.elastic import Elastic
from optimize.reasons.resolves import NEAR, Resolves
from optimize.reasons.resources import Resource, every_period

if TYPE_CHECKING:
    from optimize.problem import RoadmapProblem
    from optimize.status import Solution

Label = Callable[[int], str]


@dataclass(frozen=True)
class MoreOfIt:
    """What one more `unit` of a resource, in each period that it covers, is worth [currency].

    spare: so much can be taken away without loss; None where not even 0 would lose. loss_below: what is lost by taking
    away a little more than that. to_gain, gain: the least that must be added until the worth rises, and by how much it
    then does; None where no amount raises it. holds_from, holds_to: amounts added between which the worth of one unit
    holds, holds_to excluded; None = no end. proved: every solve behind it was.
    """

    resource: Resource
    unit: float
    worth: float
    holds_from: float
    holds_to: float | None
    spare: float | None
    loss_below: float | None
    to_gain: float | None
    gain: float | None
    proved: bool

    def document(self) -> dict[str, Any]:
        """The row of a JSON document."""
        return {
            "resource": self.resource.kind,
            "name": self.resource.name,
            "period": self.resource.period,
            "unit": self.unit,
            "worth": self.worth,
            "holds_from": self.holds_from,
            "holds_to": self.holds_to,
            "spare": self.spare,
            "loss_below": self.loss_below,
            "to_gain": self.to_gain,
            "gain": self.gain,
            "proved": self.proved,
        }


@dataclass(frozen=True)
class MoreTime:
    """What one period more (or less) is worth [currency]; worth: change of the worth of the best roadmap."""

    words: str
    worth: float | None
    proved: bool

    def document(self) -> dict[str, Any]:
        """The row of a JSON document."""
        return {"words": self.words, "worth": self.worth, "proved": self.proved}


def unit_of(resource: Resource, problem: RoadmapProblem) -> float:
    """One day; of money the power of ten at or below 5 % of the largest amount of a period.

    >>> from optimize.problem import Budget, RoadmapProblem
    >>> problem = RoadmapProblem(periods=1, budgets=(Budget(name="it", amount=(34_000,)),), skills={"it": (9,)})
    >>> unit_of(Resource("budget", "it"), problem), unit_of(Resource("skill", "it"), problem)
    (1000.0, 1.0)
    """
    if resource.kind == "skill":
        return 1.0
    largest = max(Resource("budget", resource.name).amounts(problem))
    return 10.0 ** math.floor(math.log10(0.05 * largest)) if largest > 0.0 else 1.0


def worth_of_more(
    problem: RoadmapProblem,
    solution: Solution,
    resolves: Resolves,
    resources: Sequence[Resource] | None = None,
    unit: float | None = None,
) -> tuple[MoreOfIt, ...]:
    """What one more unit of each is worth; `resources`: None = each budget and skill, the same in every period."""
    chosen = every_period(problem) if resources is None else resources
    return tuple(_of(problem, solution, resolves, one, unit) for one in chosen)


def _of(
    problem: RoadmapProblem, solution: Solution, resolves: Resolves, resource: Resource, unit: float | None
) -> MoreOfIt:
    value, step = solution.objective, unit_of(resource, problem) if unit is None else unit
    before = resolves.unproved
    certain = solution.status.value == "optimal"

    def at(amount: float) -> float:
        """The most that a roadmap is worth with so much more of it."""
        answer = resolves.solve(resource.more(problem, amount))
        return answer.objective if answer.has_solution else -math.inf

    to_gain, certain = _least(problem, resource, value, resolves, certain)
    gain = None if to_gain is None else at(_over(to_gain)) - value
    spare, loss = _spare(problem, resource, value, resolves), None
    if spare is not None and min(resource.amounts(problem)) > spare:
        loss = value - at(-_over(spare))
        loss = loss if math.isfinite(loss) else None  # then nothing fits any more
    worth, low, high = 0.0, 0.0 - (spare or 0.0), to_gain
    if to_gain is not None and step >= to_gain:
        worth = at(step) - value
        reached, certain = _least(problem, resource, value + worth, resolves, certain, reach=True)
        low = to_gain if reached is None else reached
        high, certain = _least(problem, resource, value + worth, resolves, certain)
    proved = certain and resolves.unproved == before
    return MoreOfIt(resource, step, worth, low, high, spare, loss, to_gain, gain, proved)


def _least(
    problem: RoadmapProblem, resource: Resource, floor: float, resolves: Resolves, certain: bool, reach: bool = False
) -> tuple[float | None, bool]:
    """The least more of it with which a roadmap is worth clearly more than the floor (`reach`: the floor itself)."""
    program = Elastic(problem, [resource])
    if reach:
        program.keep_within(floor)
    else:
        program.keep_above(floor)
    program.least_slack()
    found = resolves.optimise(program)
    return (None if found.roadmap is None else program.given()[resource]), certain and found.proved


def _spare(problem: RoadmapProblem, resource: Resource, floor: float, resolves: Resolves) -> float | None:
    """The most that can be taken away while a roadmap is still worth the floor."""
    program = Elastic(problem)
    program.keep_within(floor)
    program.take_away(resource)
    found = resolves.optimise(program)
    return None if found.roadmap is None else program.given()[resource]


def _over(amount: float) -> float:
    return amount * (1.0 + NEAR) + 1e-9


def worth_of_time(
    problem: RoadmapProblem, solution: Solution, resolves: Resolves, period_name: Label = "period {}".format
) -> tuple[MoreTime, ...]:
    """What a period more is worth: of each deadline, of each earliest start, of all at once; and the last one."""
    value, certain = solution.objective, solution.status.value == "optimal"
    rows = []

    def tell(words: str, changed: RoadmapProblem) -> None:
        answer = resolves.solve(changed)
        proved = certain and answer.status.value in ("optimal", "infeasible")
        rows.append(MoreTime(words, answer.objective - value if answer.has_solution else None, proved))

    later, sooner = problem, problem
    for one in problem.initiatives:
        window = problem.window(one)
        if window.stop < problem.periods:
            changed = opened(one.id, latest=window.stop)
            later = changed(later)
            tell(f"{one.id} may start until {period_name(window.stop)}", changed(problem))
        if window.start > 0:
            changed = opened(one.id, earliest=window.start - 1)
            sooner = changed(sooner)
            tell(f"{one.id} may start from {period_name(window.start - 1)} on", changed(problem))
    if later is not problem:
        tell("every deadline one period later", later)
    if sooner is not problem:
        tell("every earliest start one period earlier", sooner)
    if problem.periods > 1 and all(problem.window(one).start < problem.periods - 1 for one in problem.initiatives):
        shorter = problem
        for one in problem.initiatives:
            if problem.window(one).stop == problem.periods:
                shorter = opened(one.id, latest=problem.periods - 2)(shorter)
        tell(f"no start in the last period, {period_name(problem.periods - 1)}", shorter)
    return tuple(rows)
