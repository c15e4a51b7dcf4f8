"""The program in which some limits give way: elastic rows, whose slack is what has to be found or may be taken away.

An elastic row reads  use <= amount + slack,  slack >= 0  (Chinneck and Dravnieks 1991). The least slack that lets the
rest hold is an amount in planner's terms: so much more money, so many more days. Every slack that is found is at the
edge of what changes the answer, so that no bisection is needed, and the proof of the program is the proof of the edge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from optimize.check import TIE_TOLERANCE, tie_width
from optimize.families.sets import power_of_ten_unit
from optimize.formulation import Formulation
from optimize.reasons.dominated import reduced
from optimize.reasons.resources import Resource, every_period
from optimize.risk.value import offset

if TYPE_CHECKING:
    from optimize.problem import RoadmapProblem

MARGIN: Final = 1e-6
"""A roadmap is worth more than another if it is by this share of the largest number of the objective, not less."""

DEAREST: Final = 9.0
"""A cost is raised to ten times at most: whoever stays in the roadmap then is not pushed out by its cost."""


class Elastic(Formulation):
    """A program with slack on some rows, and goals that speak of the slack.

    resources: limits that give way; `slack` holds their variables, each in the unit of its rows (`slack_unit`).
    """

    def __init__(self, problem: RoadmapProblem, resources: Sequence[Resource] = ()) -> None:
        super().__init__(reduced(problem))
        self.margin = clear_margin(problem)
        self.exact = True
        """False where a chance of an overrun rests on amounts or costs that change here: its rows do not follow."""
        self.slack: dict[Resource, Any] = {}
        self.slack_unit: dict[Resource, float] = {}
        self.used: dict[Resource, Any] = {}
        self.cheaper: dict[int, Any] = {}
        for number, resource in enumerate(resources):
            self._give_way(resource, f"slack({number})")
        for resource in resources:  # what the answer is checked against: the limits at their widest
            self.problem = resource.more(self.problem, resource.most(problem))

    def _give_way(self, resource: Resource, name: str, sign: float = 1.0, most: float | None = None) -> None:
        self.exact = self.exact and resource.name not in {one.budget for one in self.problem.chance_budgets}
        unit = self._unit(resource)
        top = (resource.most(self.problem) if most is None else most) / unit
        slack = self.program.add_variable(name, 0, top)
        self.program += 1 * slack <= top, name  # a row of its own makes the variable known to the program
        self.slack[resource], self.slack_unit[resource] = slack, unit
        for t in resource.periods(self.problem):
            row = self.program.get_constraint_by_name(self._row(resource, t))
            if row is not None:  # else nothing can use it in this period
                row.expr.addterm(slack, -sign)

    def _unit(self, resource: Resource) -> float:
        return (self.budget_unit if resource.kind == "budget" else self.skill_unit)[resource.name]

    def _row(self, resource: Resource, t: int) -> str:
        label = self.budget_label if resource.kind == "budget" else self.skill_label
        return f"{resource.kind}({label[resource.name]},{t})"

    # ---- what is asked ---------------------------------------------------------------------------------------------

    def keep_above(self, floor: float) -> None:
        """The roadmap is worth clearly more than the floor, constant included."""
        self.keep_worth(floor - offset(self.problem) + self.margin)

    def keep_within(self, floor: float) -> None:
        """The roadmap is worth the floor, constant included, but for rounding."""
        self.keep_worth(floor - offset(self.problem) - self.margin)

    def one_gives_way(self, floors: Mapping[Resource, float]) -> None:
        """Only one of the limits gives way, and the roadmap is then worth clearly more than the floor of that one."""
        for number, (resource, slack) in enumerate(self.slack.items()):
            used = self.program.add_variable(f"used({number})", 0, 1, "Integer")
            self.used[resource] = used
            self.program += slack - slack.upBound * used <= 0, f"used({number})"
        self.program += sum(1 * used for used in self.used.values()) == 1, "one_gives_way"
        constant, lowest = offset(self.problem), min(floors.values())
        steps = sum(((floors[one] - lowest) / self.worth_unit) * used for one, used in self.used.items())
        least = (lowest - constant + self.margin) / self.worth_unit
        self.program += self.worth - steps >= least, "worth"

    def least_slack(self, scale: Mapping[Resource, float] | None = None) -> None:
        """As little slack as possible in all; `scale`: what each is measured in (None: its own money or days)."""
        size = {one: 1.0 if scale is None else 1.0 / scale[one] for one in self.slack}
        unit = power_of_ten_unit([self.slack_unit[one] * size[one] for one in self.slack]) if self.slack else 1.0
        self.program += -sum((self.slack_unit[one] * size[one] / unit) * slack for one, slack in self.slack.items())

    def given(self) -> dict[Resource, float]:
        """The slack of the answer [currency or days]."""
        return {one: max(0.0, (slack.varValue or 0.0)) * self.slack_unit[one] for one, slack in self.slack.items()}

    # ---- less of it, and another cost --------------------------------------------------------------------------------

    def take_away(self, resource: Resource) -> None:
        """As much of a limit as possible is taken away, the same in each period that it covers."""
        whole = self.problem
        self._give_way(resource, "taken", sign=-1.0, most=min(resource.amounts(whole)))
        self.program += 1 * self.slack[resource]

    def prefer_late(self, name: str) -> None:
        """This initiative, which is chosen, as late as possible."""
        self.program += sum(t * start for t, start in self.starts[name].items())

    def scale_budgets(self) -> None:
        """All amounts of all budgets times the least factor; the answer's roadmap tells it (`frontier.need`)."""
        self.exact = self.exact and not self.problem.chance_budgets
        factor = self.program.add_variable("factor", 0)
        for budget in self.problem.budgets:
            for t, amount in enumerate(budget.amount):
                row = self.program.get_constraint_by_name(f"budget({self.budget_label[budget.name]},{t})")
                if row is not None and amount > 0.0:  # use <= factor amount
                    row.expr.addterm(factor, -amount / self.budget_unit[budget.name])
                    row.changeRHS(0.0)
        for resource in every_period(self.problem, "budget"):
            self.problem = resource.more(self.problem, resource.most(self.problem))
        self.program += 1 * factor >= 0, "factor"
        self.program += -1 * factor

    def change_cost(self, name: str, floor: float, worth_of_cost: float, *, dearer: bool) -> None:
        """The cost of one chosen initiative falls by the least share, or rises by the largest, that keeps the roadmap
        above (or at) the floor. worth_of_cost: by how much its worth rises if it costs nothing [currency]."""
        self.exact = self.exact and not self.problem.chance_budgets
        sign, top = (-1.0, DEAREST) if dearer else (1.0, 1.0)
        for amounts in every_period(self.problem, "budget"):  # what costs less fits where its present cost does not
            self.problem = amounts.more(self.problem, amounts.most(self.problem))
        for t, start in self.starts[name].items():
            share = self.program.add_variable(f"cheaper({t})", 0, top)
            self.program += share - top * start <= 0, f"cheaper({t})"
            self.cheaper[t] = share
        for budget in self.problem.budgets:
            self._cost_shares(name, budget.name, sign)
        saved = sum((sign * worth_of_cost / self.worth_unit) * share for share in self.cheaper.values())
        least = floor - offset(self.problem) + (-self.margin if dearer else self.margin)
        self.program += self.worth + saved >= least / self.worth_unit, "worth"
        self.program += -sign * sum(1 * share for share in self.cheaper.values())

    def _cost_shares(self, name: str, budget: str, sign: float) -> None:
        """The share of the cost in the rows of a budget. Taken from the cost alone: the coefficient of a start there
        holds its grant as well, which stays what it is."""
        profile, one = self.costs[budget][name], self.problem.initiative(name)
        for t in range(self.problem.periods):
            row = self.program.get_constraint_by_name(f"budget({self.budget_label[budget]},{t})")
            for u, share in self.cheaper.items():
                if row is not None and 0 <= t - u < len(profile) and profile[t - u] != 0.0:
                    row.expr.addterm(share, -sign * profile[t - u] * one.price_at(u) / self.budget_unit[budget])

    def share(self) -> float:
        """The share of the cost in the answer."""
        return float(sum(max(0.0, one.varValue or 0.0) for one in self.cheaper.values()))


def clear_margin(problem: RoadmapProblem) -> float:
    """Difference of worth from which on one roadmap is called worth more than another [currency]."""
    return MARGIN * tie_width(problem) / TIE_TOLERANCE
