"""Money of each period: what is spent, carried over, granted and borrowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulp

if TYPE_CHECKING:
    from optimize.families.sets import Sets
    from optimize.problem import Budget


def budget(model: Sets) -> None:
    """What is spent, kept and paid back in a period is covered by its amount, what was kept, grants and credit."""
    for one in model.problem.budgets:
        costs, unit = model.costs[one.name], model.budget_unit[one.name]
        for t in range(model.problem.periods):
            terms = model.use(costs, t, unit, priced=True)
            terms += _bought(model, one, t)
            if (one.name, t) in model.carry:
                terms.append(1 * model.carry[one.name, t])
            if (one.name, t - 1) in model.carry:
                terms.append(-one.carry_share * model.carry[one.name, t - 1])
            terms += _granted(model, one, t)
            if (one.name, t) in model.debt:
                terms.append(-1 * model.debt[one.name, t])
            if (one.name, t - 1) in model.debt and one.credit is not None:
                terms.append((1.0 + one.credit.rate) * model.debt[one.name, t - 1])
            if terms:
                row = pulp.lpSum(terms) <= one.amount[t] / unit
                model.program += row, f"budget({model.budget_label[one.name]},{t})"


def carry_cap(model: Sets) -> None:
    """No more is kept than the cap."""
    for one in model.problem.budgets:
        if one.carry_cap is None:
            continue
        for t in range(model.problem.periods):
            if (one.name, t) in model.carry:
                row = 1 * model.carry[one.name, t] <= one.carry_cap / model.budget_unit[one.name]
                model.program += row, f"carry_cap({model.budget_label[one.name]},{t})"


def credit(model: Sets) -> None:
    """No more is owed than the limit of the credit line."""
    for one in model.problem.budgets:
        for t in range(model.problem.periods):
            if (one.name, t) in model.debt and one.credit is not None:
                row = 1 * model.debt[one.name, t] <= one.credit.limit / model.budget_unit[one.name]
                model.program += row, f"credit({model.budget_label[one.name]},{t})"


def _bought(model: Sets, one: Budget, t: int) -> list[pulp.LpAffineExpression]:
    """What the bought days of a period cost this budget."""
    if not one.pays("bought"):
        return []
    unit = model.budget_unit[one.name]
    return [
        (help_.price[t] * model.skill_unit[help_.skill] / unit) * model.bought[help_.skill, t]
        for help_ in model.outside
        if (help_.skill, t) in model.bought and help_.price[t] != 0.0
    ]


def _granted(model: Sets, one: Budget, t: int) -> list[pulp.LpAffineExpression]:
    """What this budget receives in a period, with a minus."""
    return [
        -(grant.amount / model.budget_unit[one.name]) * model.starts[grant.initiative][t - grant.lag]
        for grant in model.problem.grants
        if grant.budget == one.name
        and grant.amount != 0.0
        and t - grant.lag in model.problem.grant_window(grant)
        and t - grant.lag in model.starts[grant.initiative]
    ]
