"""Money of each period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulp

if TYPE_CHECKING:
    from optimize.families.sets import Sets


def budget(model: Sets) -> None:
    """What is spent and kept in a period is covered by its amount and by what was kept before."""
    for one in model.problem.budgets:
        costs, unit = model.costs[one.name], model.budget_unit[one.name]
        for t in range(model.problem.periods):
            terms = model.use(costs, t, unit, priced=True)
            if (one.name, t) in model.carry:
                terms.append(1 * model.carry[one.name, t])
            if (one.name, t - 1) in model.carry:
                terms.append(-one.carry_share * model.carry[one.name, t - 1])
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
