"""People's days of each period, their own and bought ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulp

if TYPE_CHECKING:
    from optimize.families.sets import Sets


def skill(model: Sets) -> None:
    """The days that the initiatives take of a skill in a period are there or bought."""
    for name, capacity in model.problem.skills.items():
        needs, unit = model.days[name], model.skill_unit[name]
        for t in range(model.problem.periods):
            terms = model.use(needs, t, unit)
            if terms and (name, t) in model.bought:
                terms.append(-1 * model.bought[name, t])
            if terms:
                model.program += pulp.lpSum(terms) <= capacity[t] / unit, f"skill({model.skill_label[name]},{t})"


def outside(model: Sets) -> None:
    """No more days are bought than there are to buy."""
    for one in model.outside:
        for t in range(model.problem.periods):
            if (one.skill, t) in model.bought:
                row = 1 * model.bought[one.skill, t] <= one.at_most[t] / model.skill_unit[one.skill]
                model.program += row, f"outside({model.skill_label[one.skill]},{t})"
